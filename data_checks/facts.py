"""What is known about all rows at once: one narrow column a finding, whatever the length of the texts."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tutor.findings import Findings
from tutor.rows import NO_LEVEL, NO_TOPIC, BadRow, Row
from tutor.sides import SIDES, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHOWN = 200
_DIGESTS = ("identity", "same", "near", "template")
_COUNTS = ("question_characters", "solution_characters", "tokens")
_PROVEN = "proven"
_FOUND = ("inexact", "unstated", "personal", "refuted", "overdue")
_NO_FINDINGS = Findings(*(0,) * 7, *("",) * 6, proven=False)


class Facts:
    """The facts about the rows seen so far; about 150 bytes a row."""

    def __init__(self) -> None:
        self._lines = array("q")
        self._ids: list[str] = []
        self._unreadable: dict[int, str] = {}
        self._numbers = {name: array("q") for name in (*_DIGESTS, *_COUNTS, _PROVEN)}
        self._found: dict[str, dict[int, str]] = {name: {} for name in _FOUND}
        self._categories = {name: _Categories() for name in ("language", "topic", "level")}

    def __len__(self) -> int:
        """Return the number of rows seen."""
        return len(self._lines)

    def add(self, records: Sequence[Row | BadRow], findings: Sequence[Findings | None]) -> None:
        """Add what was found about `records`, in order."""
        start = len(self)
        self._lines.extend([record.line for record in records])
        self._ids.extend([record.id[:_SHOWN] for record in records])
        for place, record in enumerate(records, start):
            if isinstance(record, BadRow):
                self._unreadable[place] = record.reasons[0][:_SHOWN]
                topic = level = ""
            else:
                topic, level = record.topic, record.level
            self._categories["topic"].append("" if topic == NO_TOPIC else topic[:_SHOWN])
            self._categories["level"].append("" if level == NO_LEVEL else level[:_SHOWN])
        columns = zip(*(found or _NO_FINDINGS for found in findings), strict=True)
        for name, values in zip(Findings._fields, columns, strict=True):
            if name in self._numbers:
                self._numbers[name].extend(values)
            elif name in self._found:
                self._found[name] |= {place: text[:_SHOWN] for place, text in enumerate(values, start) if text}
            else:
                self._categories[name].extend(values)

    def frame(self, split: Split) -> pd.DataFrame:
        """Return the facts as a frame with one row a record, in order.

        What was looked for and not found is "" or 0; what is not known, of a record that is no row, is missing.
        """
        readable = np.ones(len(self), dtype=bool)
        readable[list(self._unreadable)] = False
        lines = _numbers(self._lines)
        digests = {name: _numbers(self._numbers[name]) for name in _DIGESTS}
        columns: dict[str, Any] = {
            "id": pd.array(self._ids, dtype="str"),
            "line": lines,
            "unreadable": self._texts(self._unreadable),
        }
        for name in _COUNTS:
            columns[name] = pd.arrays.IntegerArray(_numbers(self._numbers[name]), ~readable)
        columns |= {name: self._texts(texts) for name, texts in self._found.items()}
        columns["same_id_as"] = _earlier(digests["identity"], lines, readable)
        columns["same_as"] = _earlier(digests["same"], lines, readable)
        comparable = readable & (digests["near"] != 0) & (columns["same_as"] == 0)
        columns["near_to"] = _earlier(digests["near"], lines, comparable)
        sides = sides_of(digests["template"], split)
        columns["side"] = pd.Categorical.from_codes(sides, categories=list(SIDES))
        columns["leaked"] = _leaked(digests["template"], sides, readable, split)
        columns["proven"] = _numbers(self._numbers[_PROVEN]).astype(bool)
        columns |= {name: values.column() for name, values in self._categories.items()}
        return pd.DataFrame(columns, copy=False)

    def _texts(self, texts: dict[int, str]) -> Any:
        column = np.full(len(self), "", dtype=object)
        column[list(texts)] = list(texts.values())
        return pd.array(column, dtype="str")


class _Categories:
    """A column with few different texts, each kept once; "" is missing."""

    def __init__(self) -> None:
        self._code_of: dict[str, int] = {"": -1}
        self._codes = array("i")

    def append(self, text: str) -> None:
        self._codes.append(self._code_of.setdefault(text, len(self._code_of) - 1))

    def extend(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.append(text)

    def column(self) -> Any:
        return pd.Categorical.from_codes(np.frombuffer(self._codes, dtype=np.int32), categories=list(self._code_of)[1:])


def sides_of(templates: NDArray[np.int64], split: Split) -> NDArray[np.int8]:
    """Return the side of each of `templates`, as a place in `SIDES`; (rows,) int8."""
    different, places = np.unique(templates, return_inverse=True)
    side_of: Callable[[int], int] = lambda template: SIDES.index(split.side_of(template))  # noqa: E731 - a short name
    found: NDArray[np.int8] = np.array([side_of(template) for template in different.tolist()], dtype=np.int8)
    return found[places]


def _numbers(numbers: array[int]) -> NDArray[np.int64]:
    return np.frombuffer(numbers, dtype=np.int64) if numbers else np.zeros(0, dtype=np.int64)


def _earlier(digests: NDArray[np.int64], lines: NDArray[np.int64], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each row the line of the first one `among` them with its digest, 0 for that one itself."""
    chosen = np.flatnonzero(among)
    _, first, group = np.unique(digests[chosen], return_index=True, return_inverse=True)
    firsts = chosen[first[group]]
    earlier = np.zeros(len(lines), dtype=np.int64)
    earlier[chosen] = np.where(firsts == chosen, 0, lines[firsts])
    return earlier


def _leaked(templates: NDArray[np.int64], sides: NDArray[np.int8], readable: NDArray[np.bool_], split: Split) -> Any:
    """Return whose template a row to learn from takes: the frozen test's, or a held-out row's of this dataset."""
    learned = readable & (sides != SIDES.index("held-out"))
    frozen = learned & np.isin(templates, np.fromiter(split.frozen, dtype=np.int64))
    held_out = learned & np.isin(templates, templates[readable & ~learned])
    owner = np.full(len(templates), "", dtype=object)
    owner[held_out] = "a held-out row's"
    owner[frozen] = "the frozen test's"
    return pd.array(owner, dtype="str")
