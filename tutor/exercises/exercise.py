"""One exercise: a question, its worked solution and its exact answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
