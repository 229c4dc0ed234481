"""What was put right while a dataset was read, so that the person who asked for it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Repairs:
    """How much of a dataset came to be read in another way than it stands: counted anew by every reading."""

    lines: int = 0  # whose bytes were not UTF-8
    rows: int = 0  # with text that somebody had mis-decoded
    cells: int = 0  # of these rows

    def start(self) -> None:
        """Count from nothing."""
        self.lines = self.rows = self.cells = 0

    def line(self) -> None:
        """Count a line that was read in another encoding."""
        self.lines += 1

    def row(self, before: Sequence[str], after: Sequence[str]) -> None:
        """Count a row whose cells were put right."""
        self.rows += 1
        self.cells += sum(one != other for one, other in zip(before, after, strict=True))

    def __str__(self) -> str:
        """Return what was repaired in one sentence."""
        parts = []
        if self.cells:
            parts.append(f"{_counted(self.cells, 'mis-decoded cell')} of {_counted(self.rows, 'row')} put right")
        if self.lines:
            parts.append(f"{_counted(self.lines, 'line')} brought into UTF-8")
        return f"Repaired: {', '.join(parts) or 'nothing had to be put right'}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
