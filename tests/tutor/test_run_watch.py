"""What is made of the log of single steps: points of curves, and the stages of the training."""

import math

import pytest

from tutor.run_watch import course_of, every_few_steps, phase_metrics


def test_points_are_means_of_the_steps_since_the_last_one() -> None:
    points: dict[int, dict[str, float]] = {}
    log = every_few_steps(lambda step, metrics: points.update({step: dict(metrics)}), 3)
    for step in range(1, 9):
        log(step, {"loss": float(step), "learning_rate": 0.1 * step, "epoch": step / 8, "peak_mib": 100 + step})
    assert {step: point["loss"] for step, point in points.items()} == {1: 1.0, 3: 2.5, 6: 5.0}
    assert [points[6][name] for name in ("learning_rate", "epoch", "peak_mib")] == pytest.approx([0.6, 0.75, 106])


def _log(steps: int) -> list[dict[str, float]]:
    """Return Trainer's log of a training that learns for forty steps and hardly any more; each step takes a second."""
    fall = [3.0 * math.exp(-min(step, 40) / 15 - max(step - 40, 0) / 1000) for step in range(1, steps + 1)]
    steps_logged = [{"step": step, "loss": loss, "seconds": float(step)} for step, loss in enumerate(fall, 1)]
    return [*steps_logged, {"step": steps, "train_loss": 1.0}]


def test_the_stages_of_a_log_are_told_in_shares_of_improvement_and_of_time() -> None:
    course = course_of(_log(200), 4)
    assert [phase.name for phase in course.phases] == ["learning", "stabilisation"]
    metrics = phase_metrics(course)
    assert metrics["phase.learning.last_step"] == pytest.approx(40, abs=4)
    assert metrics["phase.learning.share_of_time"] == pytest.approx(0.2, abs=0.02)
    assert metrics["phase.learning.share_of_improvement"] > 0.95
    assert metrics["improvement"] == pytest.approx(0.94, abs=0.02)


def test_a_log_that_is_too_short_has_no_stages() -> None:
    assert course_of([], 4) is None
    assert course_of(_log(24), 4) is None
    assert course_of(_log(28), 4) is not None
