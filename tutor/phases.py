"""The stages of a training, found in its losses: fast learning, refinement, stabilisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PhaseName = Literal["learning", "refinement", "stabilisation"]

_NAMES: tuple[PhaseName, ...] = ("learning", "refinement", "stabilisation")
_Values = NDArray[np.float64]

# Differences between losses below this many nats a token teach nothing.
_LEAST_LOSS = 1e-4
# Points that are looked at; of more, neighbours are averaged.
_POINTS = 200
# Bends count where the loss falls at less than half of its rate afterwards, and where a bent line fits so much better
# than a straight one that chance would seldom do it (F of one more parameter, and a place that was searched for).
_LESS_THAN, _FAR_FROM_CHANCE = 0.5, 16.0
_POINTS_FOR_NOISE, _MEDIAN_OF_CHI_SQUARED = 16, 0.455
# A last stage in which the loss falls this much more slowly than in the first one is no refinement.
_STABLE = 0.05


@dataclass(frozen=True)
class Phase:
    """One stage: from `begin` (exclusive, but in the first) to `end` (inclusive), in the unit of the positions.

    `share_of_improvement` and `share_of_time` are shares of the whole training's (each sums to 1 over the stages);
    `improvement` is the fall of the loss in this stage over the *first loss of the training*, so that the stages sum
    to `Course.improvement`: in the user's run 96.0 + 1.5 + 0.3 = 97.8 %, where the shares are 98.2, 1.5 and 0.3 %.
    A negative one means that the loss rose.
    """

    name: PhaseName
    begin: float
    end: float
    first_loss: float
    last_loss: float
    improvement: float
    share_of_improvement: float
    share_of_time: float


@dataclass(frozen=True)
class Course:
    """The one to three stages of a training in their order, its first and last loss and the fall over the first."""

    phases: tuple[Phase, ...]
    first_loss: float
    last_loss: float
    improvement: float

    def phase(self, name: PhaseName) -> Phase | None:
        """Return the stage of that name, None where the training had none."""
        return next((phase for phase in self.phases if phase.name == name), None)


def find_course(positions: Sequence[float], losses: Sequence[float], seconds: Sequence[float] | None = None) -> Course:
    """Return the stages of a training whose loss was `losses[i]` at `positions[i]` (steps or epochs, any unit).

    Pure and deterministic. `seconds[i]` is the time since training began; without it time goes with the position.
    Both are counted from 0, so the first stage includes what came before the first point. Points need not be evenly
    spaced nor many (four may do) nor in order; a position given twice counts as given last (a resumed run logs steps
    again); a loss that is not finite is left out. At most 200 points are looked at, so it may be called after every
    step.

    The first stage ends where the logarithm of the loss lies farthest below the straight line from its first to its
    last point: the place at which learning slows down. Its exact place, and that of the second bend in the rest, are
    the bends of the broken lines that fit best by least squares. A bend counts only where the rate of learning halves
    and noise does not explain it; so a run that learns evenly to its end is all `learning`, one that never learns all
    `stabilisation`, and one that was stopped while it still improved has no `stabilisation`.

    Raises:
        ValueError: fewer than two positions have a finite loss, or the sequences differ in length.
    """
    x, loss, time = _clean(positions, losses, seconds)
    log = np.log(np.maximum(loss, _LEAST_LOSS))
    at, thin = _thinned(x, log)
    bends = _bends(at, thin)
    ends = [*(float(at[bend]) for bend in bends), float(x[-1])]
    at_ends = [float(loss[0]), *(_loss_around(thin, bend) for bend in bends), float(loss[-1])]
    times = [0.0, *(float(np.interp(end, x, time)) for end in ends)]
    phases = []
    for place, name in enumerate(_names(at, thin, bends)):
        fell = at_ends[place] - at_ends[place + 1]
        phases.append(
            Phase(
                name,
                begin=float(x[0]) if place == 0 else ends[place - 1],
                end=ends[place],
                first_loss=at_ends[place],
                last_loss=at_ends[place + 1],
                improvement=_share(fell, at_ends[0]),
                share_of_improvement=_share(fell, at_ends[0] - at_ends[-1]),
                share_of_time=_share(times[place + 1] - times[place], times[-1]),
            )
        )
    return Course(tuple(phases), at_ends[0], at_ends[-1], _share(at_ends[0] - at_ends[-1], at_ends[0]))


def _loss_around(log: _Values, place: int) -> float:
    """Return the median loss of five points or fewer: a mean on a steep slope would lie above the bend."""
    width = min(2, place, len(log) - 1 - place)
    return float(np.exp(np.median(log[place - width : place + width + 1])))


def _clean(
    positions: Sequence[float], losses: Sequence[float], seconds: Sequence[float] | None
) -> tuple[_Values, _Values, _Values]:
    """Return positions in rising order, each once, with the loss and the time that was given last."""
    times = positions if seconds is None else seconds
    points = {place: (loss, time) for place, loss, time in zip(positions, losses, times, strict=True)}
    kept = sorted((place, *point) for place, point in points.items() if np.isfinite([place, *point]).all())
    if len(kept) < 2:
        raise ValueError(f"{len(kept)} positions have a finite loss; expected two or more")
    x, loss, time = np.array(kept, dtype=np.float64).T
    return x, loss, time


def _thinned(x: _Values, y: _Values) -> tuple[_Values, _Values]:
    """Return at most `_POINTS` points: the first, the last, and means of neighbours between them."""
    if len(x) <= _POINTS:
        return x, y
    inner = np.array_split(np.arange(1, len(x) - 1), _POINTS - 2)
    means = [[values[part].mean() for part in inner] for values in (x, y)]
    return np.array([x[0], *means[0], x[-1]]), np.array([y[0], *means[1], y[-1]])


def _smoothed(y: _Values, half_width: int) -> _Values:
    """Return running means over a window that narrows at the ends, so that these stay where they are."""
    places = np.arange(len(y))
    width = np.minimum(np.minimum(places, places[::-1]), half_width)
    sums = np.concatenate([[0.0], np.cumsum(y)])
    means: _Values = (sums[places + width + 1] - sums[places - width]) / (2 * width + 1)
    return means


def _bends(x: _Values, y: _Values) -> list[int]:
    """Return the places of the bends, none, one or two."""
    line = y[0] + (y[-1] - y[0]) * (x - x[0]) / (x[-1] - x[0])
    knee = int(np.argmin(_smoothed(y, len(y) // 80) - line))
    if knee in (0, len(x) - 1):
        return []
    second = _bend(x, y, knee, len(x) - 1)
    # Around the knee, as far to the right as to the left, and not into the third stage.
    half = (x[knee] - x[0]) / 2
    right = (x[knee] + x[second or -1]) / 2
    low = int(np.searchsorted(x, x[knee] - half))
    high = int(np.searchsorted(x, min(x[knee] + half, right), side="right")) - 1
    first = _bend(x, y, low, high) or _bend(x, y, 0, second or len(x) - 1, [knee])
    return [bend for bend in (first, second) if bend] if first else []


def _bend(x: _Values, y: _Values, low: int, high: int, among: Sequence[int] | None = None) -> int | None:
    """Return the bend of the broken line that fits best from `low` to `high`; None where a straight one will do.

    The bend is one of `among`, by default any point but the outermost.
    """
    places = range(low + 1, high) if among is None else among
    if not len(places):
        return None
    at, value = x[low : high + 1], y[low : high + 1]
    run = (at - at[0]) / (at[-1] - at[0])
    straight, _ = _fit([np.ones_like(run), run], value)
    fits = {}
    for place in places:
        left = np.minimum(run, run[place - low])
        fits[place] = _fit([np.ones_like(run), left, run - left], value)
    best = min(fits, key=lambda place: fits[place][0])
    error, (_, before, after) = fits[best]
    slows_down = before < 0 and after > _LESS_THAN * before
    return best if slows_down and _explains(straight - error, error / max(len(at) - 3, 1), at, value) else None


def _explains(gain: float, left: float, x: _Values, y: _Values) -> bool:
    """Return whether one more parameter lowers the squared error by `gain`, which noise would seldom do.

    The variance of the noise is what is `left` a point or, where the curve is no broken line either, what points
    differ from the lines through their neighbours.
    """
    noise = left
    if len(x) >= _POINTS_FOR_NOISE:
        before, after = x[:-2], x[2:]
        weight = (after - x[1:-1]) / (after - before)
        apart = y[1:-1] - weight * y[:-2] - (1 - weight) * y[2:]
        variance = np.square(apart) / (1 + np.square(weight) + np.square(1 - weight))
        noise = min(left, float(np.median(variance)) / _MEDIAN_OF_CHI_SQUARED)
    return gain > _FAR_FROM_CHANCE * (noise + 1e-12)


def _fit(columns: Sequence[_Values], value: _Values) -> tuple[float, _Values]:
    """Return the squared error of the least-squares fit and its factors."""
    terms = np.stack(columns, axis=1)
    factors = np.asarray(np.linalg.lstsq(terms, value, rcond=None)[0], dtype=np.float64)
    return float(np.square(terms @ factors - value).sum()), factors


def _names(x: _Values, y: _Values, bends: list[int]) -> tuple[PhaseName, ...]:
    if len(bends) == 2:
        return _NAMES
    if not bends:
        # A straight line through everything: does it lead down, or nowhere?
        run = x - x[0]
        level, _ = _fit([np.ones_like(run)], y)
        error, (_, slope) = _fit([np.ones_like(run), run], y)
        return (
            ("learning",)
            if slope < 0 and _explains(level - error, error / max(len(y) - 2, 1), x, y)
            else ("stabilisation",)
        )
    (bend,) = bends
    before, after = ((y[end] - y[start]) / (x[end] - x[start]) for start, end in ((0, bend), (bend, len(x) - 1)))
    return ("learning", "stabilisation" if after > _STABLE * before else "refinement")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
