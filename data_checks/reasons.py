"""Why rows were set aside, counted by kind with the first examples: what a person reads of a million bad rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_EXAMPLES = 2
# Broken files may have a reason of its own for every row.
_MOST_KINDS = 50
_OTHERS = "other reasons"
_DIFFERS = re.compile(r"\b0x[0-9A-F]+\b|(?<![\w-])\d[\d.,]*")
_LONGEST = 100


@dataclass
class Kind:
    """One kind of fault: how many rows have it, and the first of them as (line, reason)."""

    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


class Reasons:
    """The kinds of faults found in a dataset; a row with two of them counts in both."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def add(self, line: int, reasons: Sequence[str], kinds: Sequence[str] = ()) -> None:
        """Count the `reasons` of a row; their `kinds` are told by the reasons where they are not given."""
        told = kinds or [_kind_of(reason) for reason in reasons]
        for kind, reason in dict(zip(told, reasons, strict=True)).items():
            name = kind if kind in self._kinds or len(self._kinds) < _MOST_KINDS else _OTHERS
            entry = self._kinds.setdefault(name, Kind())
            entry.count += 1
            if len(entry.examples) < _EXAMPLES:
                entry.examples.append((line, reason))

    def most_frequent_first(self) -> list[tuple[str, Kind]]:
        """Return each kind of fault with its count and examples."""
        return sorted(self._kinds.items(), key=lambda item: (-item[1].count, item[0]))

    def as_json(self) -> dict[str, Any]:
        """Return how many rows have each kind of fault, the most frequent first."""
        return {name: kind.count for name, kind in self.most_frequent_first()}


def _kind_of(reason: str) -> str:
    """Return a reason without what differs from row to row: what follows a colon, and numbers."""
    return _DIFFERS.sub("…", reason.partition(": ")[0])[:_LONGEST]
