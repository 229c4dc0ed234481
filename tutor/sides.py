"""Which rows are learned from, which ones choose settings and which ones examine: decided by the template alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Side = Literal["training", "validation", "held-out"]
SIDES: tuple[Side, ...] = ("training", "validation", "held-out")


@dataclass(frozen=True)
class Split:
    """Shares of the templates that are held out and that settings are chosen by, and the templates of the frozen test.

    A template's side depends on nothing else: it stays when rows are added, moved or renamed.
    """

    held_out_share: float
    validation_share: float
    frozen: Collection[int] = frozenset()

    def side_of(self, template: int) -> Side:
        """Return the side of every row whose template has the digest `template` (`tutor.likeness.template_of`).

        Held-out rows are taken from one end of the digests and validation rows from the other, so that a change of
        one share moves nothing between the other two sides.
        """
        place = template / 2**64 + 0.5
        if template in self.frozen or place < self.held_out_share:
            return "held-out"
        return "validation" if place >= 1 - self.validation_share else "training"
