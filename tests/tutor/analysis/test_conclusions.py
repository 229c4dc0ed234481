"""Learning told from memorising, and the advice that the figures give."""

from dataclasses import replace

import pytest

from tutor.analysis.advice import Advice, advise
from tutor.analysis.conclusions import compared, conclude
from tutor.analysis.record import Answer, Curve, Data, Memory, RunRecord, curve_of

FALLING = Curve(tuple(range(1, 41)), tuple(2.0 * 0.9**place + 0.05 for place in range(40)))


def _answers(right: int, n: int = 40, topics: int = 4) -> tuple[Answer, ...]:
    return tuple(Answer(f"q{at}", f"t{at % topics}", "1", "x", at < right) for at in range(n))


def _run(**known: object) -> RunRecord:
    return replace(RunRecord("r", "epochs", FALLING, epochs_run=40.0), **known)  # type: ignore[arg-type]


def _examined(base: int, tuned: int, n: int = 40) -> RunRecord:
    return _run(answers={"base": _answers(base, n), "challenger": _answers(tuned, n)})


def _keys(run: RunRecord) -> dict[str, Advice]:
    return {advice.key: advice for advice in advise(run, conclude(run))}


@pytest.mark.parametrize(
    ("run", "learning"),
    [
        (_examined(10, 30), "learned"),
        (replace(_examined(10, 30), rules_broken=("forgetting_es", "memorised")), "by heart"),
        (_examined(10, 10), "memorised"),
        (_examined(20, 5), "memorised"),
        (_examined(10, 12), "uncertain"),
        (replace(_examined(10, 9), loss=Curve((1, 2, 3, 4), (1.0, 0.99, 0.98, 0.97))), "nothing"),
        (_run(held_out_loss=Curve((10, 20, 30, 40), (1.5, 1.0, 1.1, 1.3))), "memorised"),
        (_run(held_out_loss=Curve((10, 20, 30, 40), (1.5, 1.2, 1.1, 1.1))), "not examined"),
        (_run(), "suspected"),
        (_run(epochs_run=2.0), "unknown"),
        (_run(broken_at=41.0), "broken"),
        (_run(loss=Curve((1, 2), (1.0, 3.0))), "rose"),
    ],
)
def test_what_a_falling_loss_is_worth(run: RunRecord, learning: str) -> None:
    assert conclude(run).learning == learning


def test_a_held_out_loss_that_rises_is_told_with_its_place_also_where_answers_got_better() -> None:
    run = replace(_examined(10, 30), held_out_loss=Curve((10, 20, 30, 40), (1.5, 1.0, 1.1, 1.3)))
    found = conclude(run)
    assert found.learning == "learned"
    assert found.rising is not None
    assert (found.rising.position, found.rising.lowest, found.rising.last) == (20, 1.0, 1.3)
    # Noise of two in a hundred is no rise, nor is a loss that rises because training went wrong as a whole.
    assert conclude(_run(held_out_loss=Curve((10, 20, 30), (1.5, 1.0, 1.02)))).rising is None
    upwards = Curve((1, 20, 40), (1.0, 0.5, 2.0))
    assert conclude(_run(loss=upwards, held_out_loss=Curve((1, 20, 40), (1.5, 1.0, 2.0)))).rising is None


def test_gains_and_losses_are_paired_by_question_and_weighed_against_chance() -> None:
    before = tuple(Answer(f"q{at}", "t", "1", "x", at in (0, 1)) for at in range(6))
    after = tuple(Answer(f"q{at}", "t", "1", "x", at in (1, 2, 3, 4)) for at in reversed(range(6)))
    pair = compared(before, after)
    assert pair is not None
    assert (pair.before.right, pair.after.right, pair.after.n) == (2, 4, 6)
    assert {new.question for _, new in pair.gained} == {"q2", "q3", "q4"}
    assert {new.question for _, new in pair.lost} == {"q0"}
    # Three or four heads of four coins: 5 of 16.
    assert pair.chance == 5 / 16
    assert compared(before, (Answer("other", "t", "1", "x", True),)) is None


def test_positions_logged_anew_replace_what_was_logged_before() -> None:
    curve = curve_of([(1, 5.0), (2, 4.0), (3, 3.0), (2, 9.0), (3, float("nan")), (4, 8.0)])
    assert curve == Curve((1, 2, 4), (5.0, 9.0, 8.0))
    assert curve_of([]) is None


def test_every_advice_rests_on_its_figures() -> None:
    suspected = _run(rows_a_second=1.0, seconds=1200.0)
    assert _keys(suspected)["held_out"].figures == {"rows": 30.0}
    assert _keys(suspected)["more_rows"].figures == {"rows": 30.0, "epochs": 40.0}
    rising = _run(held_out_loss=Curve((10, 20, 30, 40), (1.5, 1.0, 1.1, 1.3)))
    assert _keys(rising)["stop_at_lowest"].figures == {"position": 20, "lowest": 1.0, "last": 1.3}
    assert "held_out" not in _keys(rising)
    late = _run(learning_rate=Curve(FALLING.positions, tuple(1.0 if at == 20 else 0.1 for at in range(1, 41))))
    assert _keys(late)["warm_up"].figures["position"] == 20
    assert _keys(late)["warm_up"].figures["improvement_share"] > 0.8
    spiked = _run(gradient_norm=Curve(FALLING.positions, tuple(9.0 if at == 20 else 1.0 for at in range(1, 41))))
    assert _keys(spiked)["spike"].figures == {"position": 20, "norm": 9.0, "usual": 1.0}
    full = _run(memory=Memory("MiB", "card", peak=3800.0, limit=4000.0))
    assert _keys(full)["tight"].figures["memory_share"] == 0.95
    assert "roomy" in _keys(_run(memory=Memory("MiB", "card", peak=1900.0, limit=4000.0)))
    assert not {"tight", "roomy"} & set(_keys(_run(memory=Memory("MiB", "machine", peak=1.0, limit=4000.0))))
    dirty = _run(data=Data(rows_in=100, quarantined=10, training=90))
    assert _keys(dirty)["quarantine"].figures == {"rows": 10, "rows_share": 0.1}


def test_weak_topics_come_weakest_first_with_their_rows_and_fallen_ones_apart() -> None:
    topics = {"suma": (5, 5), "resta": (3, 1), "áreas": (0, 0)}
    before = tuple(Answer(f"{t}{i}", t, "1", "x", i < old) for t, (old, _) in topics.items() for i in range(5))
    after = tuple(Answer(f"{t}{i}", t, "1", "x", i < new) for t, (_, new) in topics.items() for i in range(5))
    run = _run(answers={"base": before, "challenger": after}, data=Data(topics={"suma": 9, "resta": 4}))
    advice = _keys(run)
    assert [(topic.name, topic.after, topic.n, topic.rows) for topic in advice["weak_topics"].topics] == [
        ("áreas", 0, 5, 0),
        ("resta", 1, 5, 4),
    ]
    assert [(topic.name, topic.before, topic.after) for topic in advice["lost_topics"].topics] == [("resta", 3, 1)]


def test_a_fall_of_one_question_is_no_advice_and_a_topic_that_nobody_asked_about_is() -> None:
    run = _run(
        answers={"base": _answers(21, 40), "challenger": _answers(40, 40)[:1] + _answers(20, 40)[1:]},
        data=Data(topics={"t0": 9, "horas": 5, "ángulos": 7}),
    )
    advice = _keys(run)
    assert "lost_topics" not in advice
    assert [(topic.name, topic.rows) for topic in advice["unexamined_topics"].topics] == [("ángulos", 7), ("horas", 5)]
    assert "unexamined_topics" not in _keys(_run(data=Data(topics={"horas": 5})))


def test_more_epochs_are_advised_where_the_held_out_loss_still_fell_and_fewer_never() -> None:
    flat = Curve(tuple(range(1, 41)), tuple(2.0 * 0.6**place + 0.05 for place in range(40)))
    falling = _run(loss=flat, epochs_run=2.0, held_out_loss=Curve((10, 20, 30, 40), (1.5, 1.2, 1.1, 1.0)))
    assert _keys(falling)["another_epoch"].figures == {"first": 1.1, "last": 1.0}
    assert "fewer" not in _keys(falling)
    at_rest = _run(loss=flat, epochs_run=2.0, held_out_loss=Curve((10, 20, 30, 40), (1.5, 1.2, 1.0, 0.99)))
    assert "another_epoch" not in _keys(at_rest)
    assert "fewer" in _keys(at_rest)
    assert "another_epoch" not in _keys(replace(falling, epochs_run=40.0))


def test_a_broken_run_is_told_to_lower_its_rate_and_nothing_about_epochs() -> None:
    run = _run(broken_at=41.0, learning_rate=Curve((1, 2, 3), (0.1, 0.5, 0.2)))
    assert set(_keys(run)) == {"broken", "held_out"}
    assert _keys(run)["broken"].figures == {"position": 41.0, "rate": 0.5}
