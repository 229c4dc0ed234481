"""What the figures of a run say: how far the loss fell and when, what the pupils get, and whether it was learning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.alphabet import alphabetical
from tutor.analysis.record import Answer, Curve, RunRecord
from tutor.paired import Pairs, p_better
from tutor.phases import Course, find_course

# A held-out loss that ends this much above its lowest is rising, not noise.
_RISEN = 1.02
# From this fall of the training loss on, better answers may be expected.
_FELL = 0.3
# What could come from chance more often than this is not called an improvement.
BY_CHANCE = 0.05
# Rows read this often, down to a loss this low, have likely been learned by heart.
_MANY_EPOCHS, _LOW_LOSS = 10, 0.15


@dataclass(frozen=True)
class Tally:
    """Right answers among questions."""

    right: int
    n: int

    @property
    def share(self) -> float:
        """Return the share of right answers, 0 to 1."""
        return self.right / self.n


@dataclass(frozen=True)
class Pair:
    """Two models on the same questions: right answers of each, and the questions on which they differ."""

    before: Tally
    after: Tally
    gained: tuple[tuple[Answer, Answer], ...]
    lost: tuple[tuple[Answer, Answer], ...]
    by_topic: Mapping[str, tuple[Tally, Tally]]
    by_level: Mapping[str, tuple[Tally, Tally]]

    @property
    def chance(self) -> float:
        """Return how likely at least as many gains would be if gains and losses were a matter of chance (one-sided)."""
        return p_better(Pairs(len(self.gained), len(self.lost), self.after.n))

    @property
    def improved(self) -> bool:
        """Return whether the second model is better beyond chance."""
        return self.chance < BY_CHANCE


@dataclass(frozen=True)
class RisingLoss:
    """The held-out loss was lowest at `position` and ended higher, while the training loss fell on.

    `kept` tells whether the adapter of that place was kept, or one from before it: then the tutor does not suffer.
    """

    position: float
    lowest: float
    last: float
    kept: bool = False


Learning = Literal[
    "learned", "by heart", "memorised", "rose", "nothing", "uncertain", "suspected", "unknown", "not examined", "broken"
]


@dataclass(frozen=True)
class Conclusions:
    """What is found in a run.

    `course` is None where the losses are too few for stages. `learning` tells what the fall of the loss is worth:
    "learned" (better answers to unseen questions), "by heart" (far better ones to those it was trained on, by the
    verdict), "memorised" (none, or a held-out loss that rises), "rose" (the loss
    did not fall), "nothing" (no better answers, and the loss hardly fell), "uncertain" (a difference that chance may
    explain), "suspected" (nobody looked, and the rows were read very often), "unknown" (nobody looked), "not examined"
    (only a held-out loss, which fell to the end), "broken" (no number any more).
    """

    course: Course | None
    improvement: float
    pair: Pair | None
    rising: RisingLoss | None
    learning: Learning

    @property
    def fell(self) -> bool:
        """Return whether the training loss fell so far that better answers may be expected."""
        return self.improvement >= _FELL


def conclude(run: RunRecord) -> Conclusions:
    """Return what the figures of `run` say."""
    loss = run.loss
    course = find_course(loss.positions, loss.values) if len(loss) > 3 else None
    pair = compared(run.answers["base"], run.answers["challenger"]) if _examined(run) else None
    rising = _rising(run.held_out_loss, loss, run.kept_at) if run.held_out_loss else None
    improvement = (loss.first - loss.last) / loss.first if loss.first else 0.0
    return Conclusions(course, improvement, pair, rising, _learning(run, improvement, pair, rising))


def compared(before: Sequence[Answer], after: Sequence[Answer]) -> Pair | None:
    """Return how two models answered the questions that both were asked; None where there is none."""
    answers = {answer.question: answer for answer in before}
    pairs = [(answers[answer.question], answer) for answer in after if answer.question in answers]
    if not pairs:
        return None
    return Pair(
        before=Tally(sum(old.correct for old, _ in pairs), len(pairs)),
        after=Tally(sum(new.correct for _, new in pairs), len(pairs)),
        gained=tuple((old, new) for old, new in pairs if new.correct and not old.correct),
        lost=tuple((old, new) for old, new in pairs if old.correct and not new.correct),
        by_topic=_grouped((new.topic, old.correct, new.correct) for old, new in pairs),
        by_level=_grouped((new.level, old.correct, new.correct) for old, new in pairs if new.level),
    )


def _grouped(marks: Iterable[tuple[str, bool, bool]]) -> dict[str, tuple[Tally, Tally]]:
    asked: Counter[str] = Counter()
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for group, old, new in marks:
        asked[group] += 1
        before[group] += old
        after[group] += new
    return {group: (Tally(before[group], n), Tally(after[group], n)) for group, n in _in_order(asked)}


def _in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: alphabetical(item[0]))


def _examined(run: RunRecord) -> bool:
    return bool(run.answers.get("base") and run.answers.get("challenger"))


def _rising(held_out: Curve, loss: Curve, kept_at: float | None) -> RisingLoss | None:
    position, lowest = held_out.lowest()
    fell_on = loss.last < loss.at(position)
    if len(held_out) > 2 and held_out.last > _RISEN * lowest and fell_on:
        return RisingLoss(position, lowest, held_out.last, kept=kept_at is not None and kept_at <= position)
    return None


def _learning(run: RunRecord, improvement: float, pair: Pair | None, rising: RisingLoss | None) -> Learning:
    if run.broken_at is not None:
        return "broken"
    if pair is not None and "memorised" in run.rules_broken:
        return "by heart"
    if pair is not None and pair.improved:
        return "learned"
    if improvement <= 0:
        return "rose"
    if pair is not None:
        if pair.after.right > pair.before.right:
            return "uncertain"
        return "memorised" if improvement >= _FELL else "nothing"
    if run.held_out_loss is not None:
        return "memorised" if rising and not rising.kept else "not examined"
    often = (run.epochs_run or 0) >= _MANY_EPOCHS and run.loss.last <= _LOW_LOSS
    return "suspected" if often else "unknown"
