"""A training that goes astray is stopped: no number, an exploding loss, gradients far outside their history."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from tutor.errors import TrainingRefused

# Both are judged by their median over so many steps, beside the lowest such median so far: one odd block is no reason.
_STEPS = 5
# A loss explodes at twice the lowest and 1.5 nats more. A sound training falls; hard rows lift it by some tenths.
_LOSS_TIMES, _LOSS_NATS = 2.0, 1.5
# Norms of a sound training stay within a factor of ten or so (SmolLM2: 0.3 to 2.1 in 630 steps). What is ten times the
# lowest and clipped to less than a third is far outside; a single norm is at ten times as much.
_NORM_TIMES, _NORM_CLIPPED, _ONCE = 10.0, 3.0, 10.0


class RunGuard:
    """Looks at the loss and the gradient norm (before clipping) of every step; the first that cannot go on raises."""

    def __init__(self, learning_rate: float, max_grad_norm: float) -> None:
        self._advice = f"lower training.learning_rate, which is {learning_rate:g}"
        self._harmless_norm = _NORM_CLIPPED * max_grad_norm
        self._losses, self._norms = _Lowest(), _Lowest()

    def look_back(self, log_history: Iterable[Mapping[str, Any]]) -> None:
        """Take up what an interrupted run logged: steps with their loss and gradient norm."""
        for entry in log_history:
            if "loss" in entry:
                self.look(int(entry["step"]), entry["loss"], entry["grad_norm"])

    def look(self, step: int, loss: float, grad_norm: float) -> None:
        """Return nothing when the training may go on.

        Raises:
            TrainingRefused: loss or norm is no number, the loss explodes, or the norm is far outside its history.
        """
        if not (math.isfinite(loss) and math.isfinite(grad_norm)):
            raise TrainingRefused(
                f"step {step}: the loss is {loss} and the gradient norm {grad_norm}; expected numbers: {self._advice}"
            )
        # Before its first step the model is the untouched base.
        before = self._losses.lowest = min(self._losses.lowest, loss) if step == 1 else self._losses.lowest
        limit = max(_LOSS_TIMES * before, before + _LOSS_NATS)
        if (now := self._losses.add(loss)) > limit:
            raise TrainingRefused(
                f"step {step}: the loss explodes, from {before:.2f} to {now:.2f} (medians of {_STEPS} steps); "
                f"expected less than {limit:.2f}: {self._advice}"
            )
        before = self._norms.lowest
        now = self._norms.add(grad_norm)
        limit = max(_NORM_TIMES * before, self._harmless_norm)
        if now > limit or grad_norm > _ONCE * limit:
            raise TrainingRefused(
                f"step {step}: the gradient norm is {grad_norm:.3g}, {now:.3g} in the median of {_STEPS} steps, after "
                f"{before:.3g}; expected less than {limit:.3g}, and of one step {_ONCE * limit:.3g}: {self._advice}"
            )


class _Lowest:
    """The lowest median of `_STEPS` values in a row; infinite until there is one, so that nothing lies far above it."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=_STEPS)
        self.lowest = math.inf

    def add(self, value: float) -> float:
        """Return the median now, minus infinity before there are `_STEPS` values."""
        self._values.append(value)
        if len(self._values) < _STEPS:
            return -math.inf
        now = median(self._values)
        self.lowest = min(self.lowest, now)
        return now
