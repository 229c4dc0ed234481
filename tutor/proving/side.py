"""One side of an equation, as it was read: its numbers, signs and letters, and what makes it doubtful."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.proving.written_numbers import Value, Written

# What a side is made of: numbers, the signs + - * / ^ ( ) %, "n" for a minus in front, "s" for a root, "@x" for a
# letter and "?" for something that is no number.
Item = Value | Written | str


@dataclass(slots=True)
class Side:
    """One side of an equation, or an expression or number by itself, at `start:end` of the text.

    `closed` tells that nothing of the side is missing (a word in place of a number), `sure` that no word in it or
    before it changes what is computed ("half of 10 + 2").
    """

    start: int
    end: int
    sign: str  # the relation before this side: "", "=" or "≈"
    items: list[Item] = field(default_factory=list)
    closed: bool = True
    sure: bool = True
    letters: bool = False
    unit: str = ""
    touching: int = 0  # letters that touch a number and may be a unit or an unknown: "2L"
    before: str = ""  # the word just before the first side, in lower case

    @property
    def bare(self) -> bool:
        """Whether the side is one number."""
        return len(self.items) == 1 and not isinstance(self.items[0], str)


Formula = list[Side]
