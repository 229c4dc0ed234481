"""The figures of one training run, whoever ran it; what is not known is None or empty, and is then not told."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Axis = Literal["epochs", "steps"]


@dataclass(frozen=True)
class Curve:
    """A figure followed through training: its `values` at `positions`, in rising order, in the run's axis."""

    positions: tuple[float, ...]
    values: tuple[float, ...]

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.values)

    @property
    def first(self) -> float:
        """Return the first value."""
        return self.values[0]

    @property
    def last(self) -> float:
        """Return the last value."""
        return self.values[-1]

    def at(self, position: float) -> float:
        """Return the value logged last at or before `position`; the first one where there is none."""
        before = [value for place, value in zip(self.positions, self.values, strict=True) if place <= position]
        return before[-1] if before else self.first

    def peak(self) -> tuple[float, float]:
        """Return position and value of the highest point."""
        place = max(range(len(self.values)), key=self.values.__getitem__)
        return self.positions[place], self.values[place]

    def lowest(self) -> tuple[float, float]:
        """Return position and value of the lowest point."""
        place = min(range(len(self.values)), key=self.values.__getitem__)
        return self.positions[place], self.values[place]


def curve_of(points: Iterable[tuple[float, float]]) -> Curve | None:
    """Return the curve through `points` as they were logged, None without any.

    A run taken up again at a checkpoint logs some positions anew: what was logged later stands. Values that are no
    finite numbers are left out.
    """
    positions: list[float] = []
    values: list[float] = []
    for position, value in points:
        while positions and positions[-1] >= position:
            positions.pop()
            values.pop()
        if math.isfinite(position) and math.isfinite(value):
            positions.append(position)
            values.append(value)
    return Curve(tuple(positions), tuple(values)) if positions else None


@dataclass(frozen=True)
class BaseModel:
    """The model that was tuned; `packed` counts two 4-bit weights as one, as libraries report it."""

    name: str
    revision: str = ""
    parameters: int | None = None
    packed: int | None = None


@dataclass(frozen=True)
class Memory:
    """What training took of the memory of `place`, and that memory's size `limit`, all in `unit`."""

    unit: Literal["MB", "MiB"]
    place: Literal["card", "machine"]
    peak: float | None = None
    allocated: float | None = None
    reserved: float | None = None
    limit: float | None = None

    @property
    def share(self) -> float | None:
        """Return the share of the limit that was taken at the peak, None where either is not known."""
        return self.peak / self.limit if self.peak and self.limit else None


@dataclass(frozen=True)
class Answer:
    """What a model answered to a question that it never saw in training; `level` is "" where it is not known."""

    question: str
    topic: str
    expected: str
    reply: str
    correct: bool
    level: str = ""


@dataclass(frozen=True)
class Data:
    """The rows of a run: how many came in, what became of them, how long they are.

    `rows_by_length` counts the rows of 1 to `length_step` tokens, then the next as many, and so on; `topics` counts
    the training rows of each topic, `reasons` the rows in quarantine by reason; these and `warnings` are in English, as
    they are recorded.
    """

    name: str = ""
    digest: str = ""
    rows_in: int | None = None
    quarantined: int | None = None
    training: int | None = None
    validation: int | None = None
    held_out: int | None = None
    set_aside: int | None = None
    tokens: int | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    topics: Mapping[str, int] = field(default_factory=dict)
    rows_by_length: tuple[int, ...] = ()
    length_step: int = 16
    most_tokens: int | None = None


@dataclass(frozen=True)
class RunRecord:
    """One training run.

    `axis` is the unit of every curve's positions. `loss`, `held_out_loss`, `gradient_norm`, `learning_rate` and
    `speed` (tokens a second) are curves, None where nothing was logged. `answers` holds those of "base", "challenger"
    and "champion" to the same questions. `settings` is everything that the run was told, `origin` where its figures
    come from, `commands` what makes it again. `broken_at` is where the loss was no longer a number; curves end there.
    `kept_at` is where the adapter was kept, None for the end; `cost` is in the currency of the price of energy, and
    `price_per_kwh` that price. `reasons` are Spanish; `reasons_in_english` is empty where nobody wrote them down;
    `rules_broken` are the names of the verdict's rules that speak against the tutor.
    """

    name: str
    axis: Axis
    loss: Curve
    broken_at: float | None = None
    held_out_loss: Curve | None = None
    gradient_norm: Curve | None = None
    learning_rate: Curve | None = None
    speed: Curve | None = None
    model: BaseModel | None = None
    machine: str = ""
    cores: int | None = None
    started: str = ""
    seconds: float | None = None
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    epochs_run: float | None = None
    epochs_planned: float | None = None
    steps: int | None = None
    mean_loss: float | None = None
    rows_a_second: float | None = None
    tokens_a_second: float | None = None
    flop: float | None = None
    memory: Memory | None = None
    energy_wh: float | None = None
    energy_estimated: bool = False
    cost: float | None = None
    price_per_kwh: float | None = None
    kept_at: float | None = None
    stopped_early: bool = False
    answers: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    accuracy_unaided: Mapping[str, float] = field(default_factory=dict)
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    reasons_in_english: tuple[str, ...] = ()
    rules_broken: tuple[str, ...] = ()
    model_name: str = ""
    version: str = ""
    data: Data | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    commands: tuple[str, ...] = ()

    @property
    def rows_an_epoch(self) -> float | None:
        """Return the rows of one pass: those counted, else what rows a second, time and epochs come to."""
        if self.data is not None and self.data.training:
            return self.data.training
        if self.rows_a_second and self.seconds and self.epochs_run:
            return self.rows_a_second * self.seconds / self.epochs_run
        return None
