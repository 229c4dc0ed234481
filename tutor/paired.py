"""Two tutors compared on the same questions: what of the difference between them can be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

_RESAMPLES = 2000
_SEED = 20  # of the resampling, so that the same answers always get the same verdict


@dataclass(frozen=True)
class Pairs:
    """Questions answered by two tutors: how many only the new one answered right, only the old one, and all."""

    only_new: int
    only_old: int
    n: int

    @property
    def difference(self) -> float:
        """Return by how much the share of right answers of the new one is higher, -1 to 1."""
        return (self.only_new - self.only_old) / self.n

    @property
    def turned(self) -> Pairs:
        """Return the same pairs with the old tutor taken for the new one."""
        return Pairs(self.only_old, self.only_new, self.n)


def pairs_of(new: Sequence[bool], old: Sequence[bool]) -> Pairs:
    """Return the comparison of two tutors' marks, which are in the order of the same questions."""
    both = list(zip(new, old, strict=True))
    return Pairs(both.count((True, False)), both.count((False, True)), len(both))


def p_better(pairs: Pairs) -> float:
    """Return how likely such an advantage or a greater one is where the new tutor is no better, 0 to 1.

    McNemar's test, exact and one-sided: of the questions on which the two differ, each is as likely to be won as lost.
    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions", 1947; exact, by
    the binomial distribution.
    """
    from scipy.stats import binomtest

    differing = pairs.only_new + pairs.only_old
    return float(binomtest(pairs.only_new, differing, alternative="greater").pvalue) if differing else 1.0


def p_higher(marks: Sequence[bool], others: Sequence[bool]) -> float:
    """Return how likely such a higher share of right answers, or a greater one, is where both shares are the same.

    Fisher's exact test: the two are marks on different questions, not pairs.
    """
    from scipy.stats import fisher_exact

    table = [[sum(each), len(each) - sum(each)] for each in (marks, others)]
    return float(fisher_exact(table, alternative="greater").pvalue)


def p_different(pairs: Pairs) -> float:
    """Return how likely such a difference or a greater one, to whichever side, is where neither is better, 0 to 1."""
    return min(1.0, 2 * min(p_better(pairs), p_better(pairs.turned)))


def p_worse_by(margin: float, pairs: Pairs) -> float:
    """Return how likely such a result or a better one is where the new tutor is worse by `margin`, 0 to 1.

    The score test for paired proportions, which holds its level where few questions tell the two apart; an interval
    by bootstrap does not. Where none does, the exact probability that a tutor that loses the share `margin` of all
    questions loses none of these: ten equal answers prove little, two hundred do. Source: Tango 1998, "Equivalence
    test and confidence interval for the difference in proportions for the paired-sample design", Statistics in
    Medicine 17.
    """
    won, lost, n = pairs.only_new, pairs.only_old, pairs.n
    if not won + lost:
        return float((1 - margin) ** n)
    # The likeliest share of questions lost where the difference is -margin: the root of a quadratic equation.
    linear = won + lost + margin * (2 * n - won + lost)
    root = sqrt(max(0.0, linear**2 - 8 * n * lost * margin * (1 + margin)))
    share_lost = (linear + root) / (4 * n)
    variance = (2 * share_lost - margin - margin**2) / n
    return erfc((pairs.difference + margin) / sqrt(2 * variance)) / 2


def difference_interval(pairs: Pairs, confidence: float) -> tuple[float, float]:
    """Return the interval in which the difference lies, by bootstrap over the questions: -1 to 1, lower end first."""
    import numpy as np

    shares = np.array([pairs.only_new, pairs.only_old, pairs.n - pairs.only_new - pairs.only_old]) / pairs.n
    drawn = np.random.default_rng(_SEED).multinomial(pairs.n, shares, size=_RESAMPLES)
    outside = (1 - confidence) / 2
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / pairs.n, [outside, 1 - outside])
    return float(low), float(high)


def p_of_falls(new: Sequence[bool], old: Sequence[bool], topics: Sequence[str]) -> dict[str, float]:
    """Return for each topic how likely it is by chance that any topic at all falls as clearly as this one, 0 to 1.

    Chance means that each question on which the tutors differ could as well have gone the other way. That all topics
    are looked at is accounted for, so among many topics of few questions the luckless one does not stand out.
    Source: Westfall and Young 1993, "Resampling-based multiple testing", single-step maxT.
    """
    import numpy as np

    names = sorted(set(topics))
    place = {name: at for at, name in enumerate(names)}
    won, lost = np.zeros(len(names)), np.zeros(len(names))
    for topic, now, before in zip(topics, new, old, strict=True):
        won[place[topic]] += now and not before
        lost[place[topic]] += before and not now
    differing = (won + lost).astype(int)
    # A topic's fall in units of what chance makes of it; a topic on which both answer alike cannot fall.
    spread = np.sqrt(np.maximum(differing, 1))
    drawn = np.random.default_rng(_SEED).binomial(differing, 0.5, size=(_RESAMPLES, len(names)))
    highest = ((2 * drawn - differing) / spread).max(axis=1)
    reached = (highest[:, None] >= (lost - won) / spread - 1e-9).sum(axis=0)
    p = (reached + 1) / (_RESAMPLES + 1)
    return {name: float(p[at]) if differing[at] else 1.0 for name, at in place.items()}
