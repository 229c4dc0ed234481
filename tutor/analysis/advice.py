"""What to do next: each piece of advice with the figure of the run that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tutor.analysis.conclusions import Conclusions, Pair
from tutor.analysis.record import RunRecord

# A last stage that took this share of the time for this share of the improvement was not worth it.
_LONG, _LITTLE = 0.3, 0.05
# Warm-up that still goes on when this share of the improvement is made comes too slowly.
_MADE, _LATE = 0.5, 0.1
# A held-out loss that fell by this much at the last check had not come to rest.
_FALLING = 0.97
_SPIKE, _LEVEL = 5.0, 0.02
_FEW_ROWS, _MANY_EPOCHS = 500, 10
_WEAK, _FEWEST_QUESTIONS, _MOST_TOPICS = 0.5, 3, 6
# One question more or less is no fall.
_FEWEST_LOST = 2
_TIGHT, _ROOMY = 0.9, 0.6
_BAD_ROWS = 0.02


@dataclass(frozen=True)
class TopicFigures:
    """A topic: right answers of base and tuned model of `n`, and the rows that it was trained on, where known."""

    name: str
    before: int
    after: int
    n: int
    rows: int | None


@dataclass(frozen=True)
class Advice:
    """One piece of advice: the `key` of its text and the figures that stand in it.

    Figures named `…_share` are shares; `position` and its like are in the unit of the run's curves.
    """

    key: str
    figures: Mapping[str, float]
    topics: tuple[TopicFigures, ...] = ()


def advise(run: RunRecord, found: Conclusions) -> tuple[Advice, ...]:
    """Return what the figures advise, the most important first."""
    if found.learning == "broken":
        return (Advice("broken", {"position": run.broken_at or 0.0, **_highest_rate(run)}), *_held_out(run, found))
    return (
        *_stop_earlier(run, found),
        *_held_out(run, found),
        *_rows(run, found),
        *_learning_rate(run, found),
        *_memory(run),
        *_another_epoch(run),
    )


def _stop_earlier(run: RunRecord, found: Conclusions) -> Iterator[Advice]:
    if found.rising and found.rising.kept:
        return
    if found.rising:
        rising = found.rising
        yield Advice("stop_at_lowest", {"position": rising.position, "lowest": rising.lowest, "last": rising.last})
        return
    if _fell_last(run):
        return
    last = found.course.phase("stabilisation") if found.course else None
    if last and len(found.course.phases if found.course else ()) > 1:
        if (run.epochs_run or 0) > 1 and last.share_of_time >= _LONG and last.share_of_improvement <= _LITTLE:
            yield Advice(
                "fewer",
                {
                    "position": last.begin,
                    "end": last.end,
                    "time_share": last.share_of_time,
                    "improvement_share": last.share_of_improvement,
                    "seconds": last.share_of_time * (run.seconds or 0),
                },
            )
    elif found.course and found.course.phases[-1].name == "learning":
        yield Advice("more", {"improvement_share": found.course.phases[-1].share_of_improvement})


def _another_epoch(run: RunRecord) -> Iterator[Advice]:
    fell = _fell_last(run)
    if fell and 0 < (run.epochs_run or 0) < _MANY_EPOCHS:
        yield Advice("another_epoch", {"first": fell[0], "last": fell[1]})


def _fell_last(run: RunRecord) -> tuple[float, float] | None:
    """Return the last two held-out losses where the last one is the lowest by more than noise, else None."""
    held_out = run.held_out_loss
    if held_out is None or len(held_out) < 2:
        return None
    before, last = held_out.values[-2:]
    return (before, last) if last < _FALLING * before and last == min(held_out.values) else None


def _held_out(run: RunRecord, found: Conclusions) -> Iterator[Advice]:
    if found.pair is None and run.held_out_loss is None:
        yield Advice("held_out", {"rows": run.rows_an_epoch or 0})
    elif found.pair is None:
        yield Advice("examine", {"last": run.held_out_loss.last if run.held_out_loss else 0.0})
    elif found.learning == "uncertain":
        yield Advice("more_questions", {"n": found.pair.after.n, "chance_share": found.pair.chance})


def _learning_rate(run: RunRecord, found: Conclusions) -> Iterator[Advice]:
    if run.learning_rate and len(run.learning_rate) > 2 and found.improvement >= _LEVEL:
        position, rate = run.learning_rate.peak()
        made = _made(run, position)
        total = run.loss.positions[-1]
        if made >= _MADE and position > _LATE * total:
            yield Advice(
                "warm_up",
                {"position": position, "rate": rate, "time_share": position / total, "improvement_share": made},
            )
    if run.gradient_norm and len(run.gradient_norm) > 10:
        position, norm = run.gradient_norm.peak()
        usual = median(run.gradient_norm.values)
        if norm > _SPIKE * usual and position > 0.05 * run.loss.positions[-1]:
            yield Advice("spike", {"position": position, "norm": norm, "usual": usual, **_highest_rate(run)})
    if found.improvement <= 0:
        yield Advice("rose", {"first": run.loss.first, "last": run.loss.last, **_highest_rate(run)})
    elif found.improvement < _LEVEL:
        yield Advice("flat", {"improvement_share": found.improvement, **_highest_rate(run)})


def _made(run: RunRecord, position: float) -> float:
    """Return the share of the fall of the loss that was made at `position`."""
    fall = run.loss.first - run.loss.last
    return (run.loss.first - run.loss.at(position)) / fall if fall > 0 else 0.0


def _highest_rate(run: RunRecord) -> dict[str, float]:
    return {"rate": run.learning_rate.peak()[1]} if run.learning_rate else {}


def _rows(run: RunRecord, found: Conclusions) -> Iterator[Advice]:
    rows, epochs = run.rows_an_epoch, run.epochs_run or 0
    if rows and rows < _FEW_ROWS and epochs >= _MANY_EPOCHS:
        yield Advice("more_rows", {"rows": rows, "epochs": epochs})
    topics = _topics(run, found.pair) if found.pair else []
    weak = [topic for topic in topics if topic.n >= _FEWEST_QUESTIONS and topic.after < _WEAK * topic.n]
    if weak:
        weakest = sorted(weak, key=lambda topic: (topic.after / topic.n, topic.name))
        yield Advice("weak_topics", {"topics": len(weak)}, tuple(weakest[:_MOST_TOPICS]))
    if fell := [topic for topic in topics if topic.before - topic.after >= _FEWEST_LOST]:
        yield Advice("lost_topics", {"topics": len(fell)}, tuple(fell[:_MOST_TOPICS]))
    if unexamined := _unexamined(run, topics):
        yield Advice("unexamined_topics", {"topics": len(unexamined)}, tuple(unexamined[:_MOST_TOPICS]))
    if run.data and run.data.rows_in and (run.data.quarantined or 0) > _BAD_ROWS * run.data.rows_in:
        quarantined = run.data.quarantined or 0
        yield Advice("quarantine", {"rows": quarantined, "rows_share": quarantined / run.data.rows_in})


def _unexamined(run: RunRecord, topics: Sequence[TopicFigures]) -> list[TopicFigures]:
    """Return the topics that were trained on and not asked about, those with most rows first."""
    asked = {topic.name for topic in topics}
    known = run.data.topics if run.data and topics else {}
    rest = sorted((-rows, name) for name, rows in known.items() if name not in asked)
    return [TopicFigures(name, 0, 0, 0, -rows) for rows, name in rest]


def _topics(run: RunRecord, pair: Pair) -> list[TopicFigures]:
    known = run.data.topics if run.data else {}
    return [
        TopicFigures(topic, before.right, after.right, after.n, known.get(topic, 0) if known else None)
        for topic, (before, after) in pair.by_topic.items()
    ]


def _memory(run: RunRecord) -> Iterator[Advice]:
    memory = run.memory
    if memory is None or memory.place != "card" or memory.share is None:
        return
    figures = {"peak": memory.peak or 0.0, "limit": memory.limit or 0.0, "memory_share": memory.share}
    if memory.share > _TIGHT:
        yield Advice("tight", figures)
    elif memory.share < _ROOMY:
        yield Advice("roomy", figures)
