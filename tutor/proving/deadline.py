"""A bound on the time that one row may take, asked for between its formulas.

What is done between two questions is bounded in size before it is begun (texts, items of a side, digits, exponents,
roots, numbers of a row), for it cannot be interrupted: no signal is used, since a task of Prefect has its own alarm,
and rows are examined in its thread as well as in processes of ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


class DeadlinePassed(Exception):
    """A row has taken all its time; the checker catches it and leaves the row unchecked."""


class Deadline:
    """The end of the time that a row has, `seconds` after now by a `clock` that never goes back."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def watch(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield `items` as long as there is time.

        Raises:
            DeadlinePassed: the time is over, and there is another item.
        """
        for item in items:
            if self._clock() >= self._end:
                raise DeadlinePassed
            yield item
