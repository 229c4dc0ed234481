"""Equations between quantities in different units, by conversion: 3,5 kg = 3500 g, 2 h 30 min = 150 min.

Only units of which we know that they measure the same are compared; whatever "1 hora = 60 km" may mean, it is no
conversion. "2 h 30 min" is one quantity, as `tutor.numbers` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from tutor.numbers import Located, Quantity, join_compounds, locate_quantities
from tutor.plain_text import folded, plain_text
from tutor.proving.equations import Fault, in_spanish
from tutor.proving.formula_signs import CHANGING
from tutor.proving.written_numbers import read_number
from tutor.units import UNITS

# Two quantities with "=" between them, told quickly: reading all quantities of a text takes much longer.
_EQUATED = re.compile(
    r"(?P<first>[0-9] ?(?:[^\W\d_]{1,12}|[€$£]) (?:y |con )?)?"
    r"(?<![0-9.,'])[0-9][0-9.,']{0,30} ?(?P<one>[^\W\d_]{1,16}|[€$£])[²³/\w]{0,16} {0,2}= {0,2}"
    r"[0-9][0-9.,' /]{0,20}(?P<other>[^\W\d_]{1,16}|[€$£])"
)
_EQUALS = re.compile(r" {0,3}= {0,3}")
_NO_SIDE_BEFORE = re.compile(r"(?:[-+−–*×·/÷^(√]|[0-9] ?:) {0,3}$")
_NO_SIDE_AFTER = re.compile(r" {0,3}[-+−–*×·/÷:^)²³]")
_WORDS_BEFORE = re.compile(r"([^\W\d_]+) {1,3}(?:([^\W\d_]+) {1,3})?$")
_OF = frozenset("de del of cada por per each".split())
_NUMBER = re.compile(r"[0-9][0-9.,']*")
_DECIMALS = re.compile("[.,']([0-9]+)")


def converted(text: str) -> Iterator[bool | Fault]:
    """Yield for each two quantities that `text` equates in different units True or what is wrong; others are left."""
    if not any(found["first"] or found["one"] != found["other"] for found in _EQUATED.finditer(text)):
        return
    plain = plain_text(text)
    parts = locate_quantities(plain)
    whole = join_compounds(plain, parts)
    for left, right in pairwise(whole):
        if not _EQUALS.fullmatch(plain, left.end, right.start) or not _are_sides(left, right, plain):
            continue
        if left.quantity.unit != right.quantity.unit or left not in parts or right not in parts:
            verdict = _verdict(left, right, plain)
            if verdict is not None:
                yield verdict


def _are_sides(left: Located, right: Located, plain: str) -> bool:
    """Return whether two quantities are what stands on both sides of "=", not operands or shares ("la mitad de")."""
    before = plain[max(0, left.start - 40) : left.start]
    words = _WORDS_BEFORE.search(before)
    if words and not {folded(word) for word in words.groups() if word}.isdisjoint(CHANGING | _OF):
        return False
    return not (_NO_SIDE_BEFORE.search(before) or _NO_SIDE_AFTER.match(plain, right.end))


def _verdict(left: Located, right: Located, plain: str) -> bool | Fault | None:
    unit, other = UNITS.get(left.quantity.unit or ""), UNITS.get(right.quantity.unit or "")
    if unit is None or other is None or not unit.dimensions & other.dimensions:
        return None
    if any(
        one * unit.scale == another * other.scale
        for one in _readings(left, plain)
        for another in _readings(right, plain)
    ):
        return True
    value = left.quantity.value * unit.scale / other.scale
    if _may_be_rounded(value, right.quantity, plain[right.start : right.end]):
        return None
    shown = f"{in_spanish(value)} {right.quantity.unit}"
    one_side, other_side = (plain[found.start : found.end].strip() for found in (left, right))
    equation = f"{one_side} = {other_side}"
    return Fault(equation, shown, f"{equation} is wrong: {one_side} is {shown}")


def _readings(found: Located, plain: str) -> set[Fraction]:
    """Return what a quantity is worth in the notations of Spain and of England ("1,500 m")."""
    values = {found.quantity.value}
    numbers = _NUMBER.findall(plain[found.start : found.end])
    written = read_number(numbers[0].rstrip(".,'")) if len(numbers) == 1 else None
    if written and found.quantity.value in (written.spanish, written.english):
        values |= {Fraction(written.spanish), Fraction(written.english)}
    return values


def _may_be_rounded(value: Fraction, written: Quantity, text: str) -> bool:
    """Return whether `written` may be what `value` is rounded or cut to: 1 min = 0,0167 h."""
    found = _DECIMALS.search(text)
    digits = len(found[1]) if found else 0
    return value.denominator != 1 and abs(value - written.value) < Fraction(1, 10**digits)
