"""One exercise: a question, its worked solution and its exact answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random


@dataclass(frozen=True)
class Exercise:
    """A question, the steps that solve it (Spanish prose and equations) and the exact answer as text.

    `other_solutions` explain the same answer in other styles.
    """

    question: str
    solution: str
    answer: str
    topic: str
    level: str
    other_solutions: tuple[str, ...] = ()


Maker = Callable[[Random], Exercise]


def spanish(value: Fraction | int) -> str:
    """Return `value` as Spanish pupils write it: a decimal comma where it ends, else a fraction in lowest terms."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    digits = _decimal_places(value.denominator)
    if digits is None:
        return f"{value.numerator}/{value.denominator}"
    scaled = abs(value.numerator) * 10**digits // value.denominator
    whole, part = divmod(scaled, 10**digits)
    return f"{'-' if value < 0 else ''}{whole},{part:0{digits}d}"


def _decimal_places(denominator: int) -> int | None:
    for digits in range(1, 7):
        if 10**digits % denominator == 0:
            return digits
    return None
