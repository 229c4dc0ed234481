"""Answers that are more than one number: sets, lists, points, named values, quotient with remainder, expressions.

They are read by parsers of their own, never by evaluating text, and compared exactly. What would take long to compare
(long texts, high powers) is not read at all, which bounds the time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.expressions import read_expression, same_expression
from tutor.numbers import Quantity, locate_quantities, parse_quantity, same_quantity

_MOST_CHARACTERS = 400


@dataclass(frozen=True)
class Composite:
    """An expected answer of several values: `ordered` as a point is, or with a `name` for each (else "")."""

    names: tuple[str, ...]
    values: tuple[Quantity, ...]
    ordered: bool

    def is_given_by(self, text: str) -> bool:
        """Return whether `text`, the part of a reply that gives its answer, holds just these values."""
        text = text[-_MOST_CHARACTERS:]
        if any(self.names):
            return self._named_in(text)
        run = _last_point(text) if self.ordered else None
        run = run or _last_run(text)
        return run is not None and _alike(run, self.values, self.ordered)

    def _named_in(self, text: str) -> bool:
        found = _named(text)
        for name in set(self.names):
            wanted = [value for own, value in zip(self.names, self.values, strict=True) if own == name]
            given = [value for own, value in found if own == name]
            if not _alike(given[-len(wanted) :], wanted, ordered=False):
                return False
        return True


def read_composite(expected: str, ordered: bool) -> Composite | None:
    """Return the values that the whole of `expected` (a `plain_text`) lists, None where it is something else.

    `ordered` says that a bare list is asked for in its order ("ordena de menor a mayor").
    """
    text = expected.strip().strip(".$ ")
    if len(text) > _MOST_CHARACTERS:
        return None
    if point := _POINT.fullmatch(text):
        values = _items(point[1])
        return Composite(("",) * len(values), values, ordered=True) if values else None
    named = _named(text)
    if named and not _JOINS.sub("", _NAMED.sub("", text)):
        return Composite(tuple(name for name, _ in named), tuple(value for _, value in named), ordered=False)
    bare = text.strip("{}[] \\")
    located = locate_quantities(bare)
    if len(located) < 2 or located[0].start != 0 or bare[located[-1].end :].strip():
        return None
    run = _last_run(bare)
    if run is None or len(run) != len(located):
        return None
    return Composite(("",) * len(run), tuple(run), ordered)


def expression_is_given_by(text: str, expected: str) -> bool:
    """Return whether `text` is an expression equal to `expected` for all values of its letters."""
    one, other = (read_expression(_ASSIGNED.sub("", side.strip(" .$"))) for side in (text, expected))
    return one is not None and other is not None and same_expression(one, other)


# --- reading ---


def _items(inside: str) -> tuple[Quantity, ...]:
    """Return the values between the brackets of a point: apart by semicolons, else by commas."""
    parts = re.split(r"\s*;\s*" if ";" in inside else r",\s+|,", inside)
    values = [parse_quantity(part) for part in parts]
    return tuple(value for value in values if value) if all(values) and len(values) > 1 else ()


def _last_point(text: str) -> Sequence[Quantity] | None:
    points = [items for match in _POINT.finditer(text) if (items := _items(match[1]))]
    return points[-1] if points else None


def _last_run(text: str) -> Sequence[Quantity] | None:
    """Return the last numbers of `text` that nothing but commas and conjunctions divides; two or more."""
    runs: list[list[Quantity]] = []
    end = None
    for item in locate_quantities(text):
        if end is not None and _BETWEEN.fullmatch(text, end, item.start):
            runs[-1].append(item.quantity)
        else:
            runs.append([item.quantity])
        end = item.end
    return next((run for run in reversed(runs) if len(run) > 1), None)


def _named(text: str) -> list[tuple[str, Quantity]]:
    found: list[tuple[str, Quantity]] = []
    for match in _NAMED.finditer(text):
        quotient = match["quotient"]
        if quotient and (value := parse_quantity(quotient)):
            found.append(("cociente", value))
        if value := parse_quantity(match["value"]):
            name = (match["letter"] or match["word"] or "resto").lower()
            found.append((_SAME_NAME.get(name, name), value))
    return found


def _alike(given: Sequence[Quantity], wanted: Sequence[Quantity], ordered: bool) -> bool:
    if len(given) != len(wanted):
        return False
    if ordered:
        return all(same_quantity(one, other) for one, other in zip(given, wanted, strict=True))
    rest = list(wanted)
    for one in given:
        place = next((at for at, other in enumerate(rest) if same_quantity(one, other)), None)
        if place is None:
            return False
        del rest[place]
    return True


_VALUE = r"[-+]?\d{1,15}(?:[.,/]\d{1,15}){0,3}"
_NAMED = re.compile(
    rf"(?<![\w/])(?:(?:el )?(?P<word>cociente|resto|residuo)|(?:(?P<quotient>{_VALUE}),?(?: y| con)?(?: de)? )"
    rf"(?:resto|residuo)|(?P<letter>[a-z])(?= ?=))(?: (?:es|de))?(?: de)? ?[:=]? ?(?P<value>{_VALUE})(?!\w)",
    re.IGNORECASE,
)
_SAME_NAME = {"residuo": "resto"}
_JOINS = re.compile(r"(?i)\b(?:y|e|o|u|con|and|or)\b|[\s,;]+")
_BETWEEN = re.compile(r"(?i)\s{0,3}(?:[,;]|[,;]?\s{0,3}\b(?:y|e|o|u|and|or)\b)\s{0,3}")
_POINT = re.compile(r"\(([^()]{1,80})\)")
_ASSIGNED = re.compile(r"^[A-Za-z](?:\([a-z]\))? ?= ?")
