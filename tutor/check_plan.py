"""When a training is checked on validation rows, which check is the best, and when it is time to stop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# What a check costs, in blocks trained: a block whose loss is only looked at, and a token of answers written at once.
# On two cores a block of 256 tokens trains in 0.78 s; 48 answers grow by a token in 0.1 s, fewer in little less.
_LOOKED_AT, _TOKEN_OF_ANSWERS = 0.45, 0.08
# A single check says nothing about what improves.
_FEWEST = 2
_MOST = 100
# The loss has improved when it lies this share below that of the last improvement: slow progress adds up.
_LEAST_GAIN = 0.005
# The name by which the curve of the checks is logged, and found again for the report.
VALIDATION_LOSS = "validation_loss"
# The folder of the adapter that the best check so far had.
BEST = "best"


@dataclass(frozen=True)
class Check:
    """What a check found after `step`: mean loss in nats a token, right answers of those asked (0: none were).

    `seconds` is what it took, `elapsed_s` how long training had run at its end. One that was left out to spare time
    has no loss.
    """

    step: int
    loss: float
    right: int
    asked: int
    seconds: float
    elapsed_s: float
    left_out: bool = False

    def metrics(self) -> dict[str, float]:
        """Return what is logged as curves."""
        if self.left_out:
            return {}
        graded = {"validation_accuracy": self.right / self.asked} if self.asked else {}
        return {VALIDATION_LOSS: self.loss, "check_seconds": self.seconds, **graded}


@dataclass(frozen=True)
class CheckPlan:
    """The steps after which the loss is looked at, those of them with graded answers too, and the patience in checks.

    Fixed before the first step and by counting, not by the clock: a run that is taken up again makes the same checks.
    """

    loss_steps: tuple[int, ...]
    answer_steps: frozenset[int]
    patience: int


def plan_checks(
    steps: int, trained_blocks: int, blocks: int, answer_tokens: int, *, share: float, patience: int
) -> CheckPlan:
    """Return checks that cost at most `share` of a training of `steps` steps, evenly spaced, the last one at its end.

    `trained_blocks` are those of the whole training, `blocks` those of a check, `answer_tokens` the longest answer
    times the batches in which the questions are answered. Half of the share goes to answers where it pays for two
    rounds of them, else all of it to the loss. Where it does not pay for two losses there are no checks.
    """
    budget = share * trained_blocks
    of_loss, of_answers = blocks * _LOOKED_AT, answer_tokens * _TOKEN_OF_ANSWERS
    rounds = int(budget / 2 / of_answers) if of_answers else 0
    rounds = rounds if rounds >= _FEWEST else 0
    looks = min(int((budget - rounds * of_answers) / of_loss), steps, _MOST) if of_loss else 0
    if looks < _FEWEST:
        return CheckPlan((), frozenset(), patience)
    rounds = min(rounds, looks)
    loss_steps = tuple(round(steps * at / looks) for at in range(1, looks + 1))
    answer_steps = frozenset(loss_steps[round(looks * at / rounds) - 1] for at in range(1, rounds + 1))
    return CheckPlan(loss_steps, answer_steps, patience)


def best_of(checks: Sequence[Check]) -> Check | None:
    """Return the best check, None where there is none with a loss.

    Right answers decide between two checks that both have them and differ by more than chance, which is one standard
    error of their number; else the lower loss does: it is the finer measure of what the answers measure coarsely.
    """
    best: Check | None = None
    for check in checks:
        if math.isfinite(check.loss) and (best is None or _better(check, best)):
            best = check
    return best


def is_over(checks: Sequence[Check], patience: int) -> bool:
    """Return whether neither the loss nor the right answers improved in the last `patience` checks."""
    mark, most, since = math.inf, -1, 0
    for check in checks:
        if check.left_out:
            continue
        lower = check.loss < mark * (1 - _LEAST_GAIN)
        more = check.asked > 0 and check.right > most
        since = 0 if lower or more else since + 1
        mark = check.loss if lower else mark
        most = check.right if more else most
    return since >= patience


def _better(check: Check, best: Check) -> bool:
    if check.asked and best.asked:
        rate = (check.right + best.right) / (check.asked + best.asked)
        chance = math.sqrt(check.asked * rate * (1 - rate))
        if abs(check.right - best.right) > max(chance, 1):
            return check.right > best.right
    return check.loss < best.loss
