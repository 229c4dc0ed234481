"""What is seen in the curves while a training runs: whether it may go on, and in which of its stages it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from transformers import TrainerCallback

from tutor.config import TrainingConfig
from tutor.phases import Course, find_course
from tutor.run_guard import RunGuard

LogMetrics = Callable[[int, Mapping[str, float]], None]

PHASE_NUMBERS = {"learning": 1, "refinement": 2, "stabilisation": 3}
# Before so many points a stage is a guess.
_POINTS = 8
_SECONDS = "seconds"


def every_few_steps(log_metrics: LogMetrics, steps: int) -> LogMetrics:
    """Return a function that takes the metrics of every step and hands on those of step 1 and of each `steps` steps.

    What is handed on are means over the steps since, but for `learning_rate`, `epoch` and `peak_mib`, which are those
    of the step.
    """
    since: list[Mapping[str, float]] = []

    def log(step: int, metrics: Mapping[str, float]) -> None:
        since.append(metrics)
        if step == 1 or step % steps == 0:
            means = {name: sum(each[name] for each in since) / len(since) for name in metrics}
            as_they_are = {name: metrics[name] for name in ("learning_rate", "epoch", "peak_mib") if name in metrics}
            log_metrics(step, means | as_they_are)
            since.clear()

    return log


class RunWatch(TrainerCallback):
    """Looks at the loss and the gradient norm of every step, of which Trainer's own log is the memory.

    Raises TrainingRefused where the run cannot go on; logs the stage in which it is as `phase` (1 learning,
    2 refinement, 3 stabilisation) with the points of the other curves.
    """

    def __init__(self, training: TrainingConfig, log_metrics: LogMetrics) -> None:
        self._training, self._log_metrics = training, log_metrics
        self._guard = RunGuard(training.learning_rate, training.max_grad_norm)
        self._seconds_before, self._began = 0.0, time.monotonic()

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take up what an interrupted run logged."""
        self._guard.look_back(state.log_history)
        self._seconds_before = max((entry.get(_SECONDS, 0.0) for entry in state.log_history), default=0.0)
        self._began = time.monotonic()

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Look at the step that was just logged."""
        logs: Mapping[str, float] = kwargs["logs"]
        if "loss" not in logs:
            return
        step = state.global_step
        # Kept with the checkpoint, so that the time before an interruption counts.
        state.log_history[-1][_SECONDS] = round(self._seconds_before + time.monotonic() - self._began, 3)
        self._guard.look(step, logs["loss"], logs["grad_norm"])
        if step % self._training.logging_steps == 0:
            points = _points(state.log_history, self._training.logging_steps)
            if len(points) >= _POINTS:
                course = _course(points)
                self._log_metrics(step, {"phase": PHASE_NUMBERS[course.phases[-1].name]})


def course_of(log_history: Sequence[Mapping[str, Any]], logging_steps: int) -> Course | None:
    """Return the stages of a training from Trainer's log of its steps; None of one that is too short to tell."""
    points = _points(log_history, logging_steps)
    return _course(points) if len(points) >= _POINTS else None


def phase_metrics(course: Course) -> dict[str, float]:
    """Return the share of improvement and of time in each stage, and where it ended, as they are logged."""
    metrics = {"improvement": course.improvement}
    for phase in course.phases:
        metrics[f"phase.{phase.name}.share_of_improvement"] = phase.share_of_improvement
        metrics[f"phase.{phase.name}.share_of_time"] = phase.share_of_time
        metrics[f"phase.{phase.name}.last_step"] = phase.end
    return metrics


def _course(points: Sequence[tuple[float, float, float]]) -> Course:
    steps, losses, seconds = zip(*points, strict=True)
    return find_course(steps, losses, seconds)


def _points(log_history: Iterable[Mapping[str, Any]], every: int) -> list[tuple[float, float, float]]:
    """Return step, mean loss and seconds of step 1 and of every so many steps: single blocks differ too much."""
    points, since = [], []
    for entry in log_history:
        if "loss" not in entry:
            continue
        since.append(entry["loss"])
        if entry["step"] == 1 or entry["step"] % every == 0:
            points.append((float(entry["step"]), sum(since) / len(since), float(entry[_SECONDS])))
            since = []
    return points
