"""Runs side by side: what differs, and the exact statistics of the questions in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.comparison import ComparedRun, apart, changed, pair, plot, sentence


def _run(name: str, right: str, settings: dict[str, str] | None = None, start: int = 0) -> ComparedRun:
    """Return a run whose answer to question n is right where the n-th character of `right` is '1'."""
    marks = {(f"q{at}", "1"): mark == "1" for at, mark in enumerate(right, start=start)}
    topics = {row: "suma" if at % 2 else "resta" for at, row in enumerate(marks)}
    return ComparedRun(name, name * 8, settings or {}, {"accuracy": 0.5}, marks, topics, [(1, 3.0), (10, 1.0)])


def test_what_was_changed_is_told_and_nothing_else() -> None:
    runs = [_run("a", "1", {"rank": "8", "seed": "7"}), _run("b", "1", {"rank": "16", "seed": "7", "sweep": "x"})]
    assert changed(runs) == {"rank": ["8", "16"], "sweep": ["", "x"]}


@pytest.mark.parametrize(
    ("first", "other", "counts", "p"),
    [
        # By hand: twice the binomial tail of the smaller count, at most 1.
        ("0000000000", "1111111111", (0, 10), 2 / 2**10),
        ("1000000000", "0111111111", (1, 9), 2 * (1 + 10) / 2**10),
        ("1100", "0011", (2, 2), 1.0),
        ("1010", "1010", (0, 0), 1.0),
    ],
)
def test_mcnemar_is_exact(first: str, other: str, counts: tuple[int, int], p: float) -> None:
    paired = pair(_run("a", first), _run("b", other))
    assert (paired.only_first, paired.only_other) == counts
    assert paired.p == pytest.approx(p)


def test_only_questions_that_both_answered_count() -> None:
    paired = pair(_run("a", "1111"), _run("b", "0011", start=2))
    assert (paired.both_answered, paired.first_right, paired.other_right) == (2, 2, 0)
    other = pair(_run("a", "11"), _run("b", "11", start=5))
    assert other.both_answered == 0
    assert "ninguna pregunta en común" in other.sentence("a", "b")


def test_shares_of_different_questions_are_told() -> None:
    (warning,) = apart([_run("a", "1111"), _run("b", "1111"), _run("c", "1111", start=3)])
    assert warning.startswith("de las 4 preguntas de c, 1 están entre las de a")


def test_the_sentence_names_the_better_one_only_where_that_is_no_chance() -> None:
    assert sentence(_run("a", "0" * 10), _run("b", "1" * 10)).endswith("b es mejor.")
    assert sentence(_run("a", "1" * 10), _run("b", "0" * 10)).endswith("a es mejor.")
    assert sentence(_run("a", "0" * 5), _run("b", "1" * 5)).endswith("bien puede ser azar.")


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_plot_shows_every_run_and_topic(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"plot.{ending}"
    plot([_run("a", "1010"), _run("b", "0110"), _run("c", "")], file)
    assert file.stat().st_size > 1000
    if ending == "png":
        assert file.read_bytes().startswith(b"\x89PNG")
