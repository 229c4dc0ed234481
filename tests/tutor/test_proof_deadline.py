"""The bound on the time of one row, by a clock of the test's own."""

from collections.abc import Callable

from tutor.proof import prove

ROW = ("Suma 7 y 5", "2 × 3 = 6. 4 × 4 = 16. 7 + 5 = 12.", "12")


def clock(step: float) -> Callable[[], float]:
    """Return a clock that goes on by `step` seconds whenever it is looked at."""
    times = iter(range(10_000))
    return lambda: step * next(times)


def test_a_row_that_takes_too_long_is_left_with_the_reason() -> None:
    proof = prove(*ROW, seconds=2, clock=clock(0.9))
    assert (proof.verdict, proof.reason) == ("not checkable", "recomputing took longer than 2 s")
    annotated = "7 + 5 = <<7+5=12>>12. 2 × 3 = <<2*3=6>>6. 4 × 4 = <<4*4=16>>16"
    assert prove(ROW[0], annotated, "16", seconds=2, clock=clock(0.9)).reason == proof.reason


def test_a_row_in_time_is_recomputed() -> None:
    assert prove(*ROW, seconds=2, clock=clock(0.01)).verdict == "proven"


def test_a_row_that_was_slow_once_is_tried_again() -> None:
    ticks = iter([0.0, 0.0, 5.0, *[6.0] * 100])
    assert prove(*ROW, seconds=2, clock=lambda: next(ticks)).verdict == "proven"


def test_no_time_at_all_leaves_every_working_unchecked() -> None:
    assert prove(*ROW, seconds=0).reason == "recomputing took longer than 0 s"
