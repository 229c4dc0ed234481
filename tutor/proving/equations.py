"""Whether the equations of a worked solution are true, recomputed exactly.

Two sides agree if they are equal, or if one is a single number and is what the other rounds or is cut to:

- written with decimals, it is a quotient or root rounded or cut to them, or a product rounded to them; sums are exact,
  and so are whole numbers, save the quotient beside a remainder ("17 ÷ 5 = 3, resto 2");
- written as a whole number after "≈", it lies less than 1 in its last digit that is not 0 from the exact value;
- roots without an exact value are compared by sympy, and computed to 60 decimals where they are rounded;
- sides with letters agree if they do whatever the letters stand for, and not if they do for no value: 2x + 1 = 2x;
- units that measure the same are converted, where the numbers alone do not agree: 2 × 3 km = 6000 m;
- a percent sign may mean the number before it or its hundredth: 100 - 40 = 60 %.

A number such as 1.500 agrees if it does in the notation of Spain or in that of England, the same for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tutor.numbers import spanish
from tutor.proving.calculation import value_of
from tutor.proving.side import Formula, Item, Side
from tutor.proving.symbolic import identical
from tutor.proving.written_numbers import Value, Written
from tutor.units import UNITS, symbol_of

_LONGEST_QUOTE = 120
_LONGEST_VALUE = 24
_REMAINDER = re.compile(r"[^.;\n=]{0,40}\b(?:resto|residuo|sobran?|quedan?|remainders?|left|over|r)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+|[€$£]")
_HUNDREDTHS = frozenset("cent cents ¢ céntimo céntimos centimos centavo centavos cm".split())


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a solution: the equation as it stands, the right value in Spanish notation and the sentence."""

    equation: str
    right: str
    reason: str


def computed(
    side: Side, english: bool, letters: Mapping[str, Value] | None = None, irrational: bool = False
) -> Value | None:
    """Return the value of `side`, None if a part of it is missing, unknown or cannot be computed.

    A root without an exact value is computed to 60 decimals if `irrational`.
    """
    if not side.closed or (side.letters and not letters):
        return None
    return value_of(side.items, english, letters, irrational)


def agree(one: Side, other: Side, letters: Mapping[str, Value] | None = None) -> bool | None:
    """Return whether two sides have the same value by the rules above, None where one of them has no value."""
    verdict = _agree(one, other, letters, english=False)
    if verdict or not any(isinstance(item, Written) for side in (one, other) for item in side.items):
        return verdict
    return _agree(one, other, letters, english=True)


def _agree(one: Side, other: Side, letters: Mapping[str, Value] | None, english: bool) -> bool | None:
    left, right = computed(one, english, letters), computed(other, english, letters)
    if left is None or right is None:
        return _agree_beyond_fractions(one, other, letters, english)
    return left == right or _close(one, other, left, right, english)


def _agree_beyond_fractions(one: Side, other: Side, letters: Mapping[str, Value] | None, english: bool) -> bool | None:
    """Return whether two sides agree of which one has a root or power without exact value, or both have letters."""
    irrational = not {"s", "^"}.isdisjoint((*one.items, *other.items)) and not (one.letters or other.letters)
    if not (one.closed and other.closed) or not (irrational or (one.letters and other.letters)):
        return None
    verdict = identical(tuple(one.items), tuple(other.items), english)
    if verdict or not irrational:
        return verdict
    left, right = computed(one, english, letters, True), computed(other, english, letters, True)
    return _close(one, other, left, right, english) if left is not None and right is not None else verdict


def true_and_false(formula: Formula, text: str, letters: Mapping[str, Value] | None) -> Iterator[bool | Fault]:
    """Yield, for each two neighbours of a chain that can be compared, True or what is wrong; doubtful ones are left."""
    before: Side | None = None
    lettered: Side | None = None
    for side in formula:
        if not side.closed or (side.letters and not letters):
            before = None if side.sign == "≈" else before
            if lettered is not None:
                yield from _identity(lettered, side, text)
            lettered = side if side.closed else None
            continue
        if before is not None:
            verdict = agree(before, side, letters)
            if verdict:
                if len(before.items) > 1 or len(side.items) > 1:
                    yield True
            elif verdict is False and _is_wrong(before, side, text):
                yield _fault(before, side, text, letters)
        before = side


def _is_wrong(one: Side, other: Side, text: str) -> bool:
    """Return whether two sides that differ are wrong, all that stands beside them considered."""
    return certain(one, other) and not _with_remainder(one, other, text) and not _mixes_units(one, text)


def _mixes_units(side: Side, text: str) -> bool:
    """Return whether the operands of a side are in several units of one kind: 3 kg + 500 g."""
    words = _WORD.findall(text, side.start, side.end) if len(side.items) > 1 else []
    found = {symbol for word in words if (symbol := symbol_of(word, None)) in UNITS}
    kinds = [kind for symbol in found if symbol for kind in UNITS[symbol].dimensions]
    return len(kinds) > len(set(kinds))


def _identity(one: Side, other: Side, text: str) -> Iterator[bool | Fault]:
    """Yield whether two sides whose letters have no value are equal for all values, or for none; most are neither."""
    verdict = agree(one, other)
    if verdict and len(one.items) + len(other.items) > 2:
        yield True
    elif verdict is False and certain(one, other):
        quotes = quoted(text, one), quoted(text, other)
        equation = text[one.start : other.end].strip()[: 2 * _LONGEST_QUOTE]
        yield Fault(equation, "", f"{quotes[0]} = {quotes[1]} is wrong for every value of its letters")


def _close(one: Side, other: Side, left: Value, right: Value, english: bool) -> bool:
    pairs = [(left, right)]
    if "%" in one.items or "%" in other.items or other.unit == "%":
        pairs += [(left * 100, right), (left, right * 100), (left * 100, right * 100)]
    elif (one.unit in _HUNDREDTHS) != (other.unit in _HUNDREDTHS):
        pairs += [(left * 100, right), (left, right * 100)]
    elif one.unit and other.unit and one.unit != other.unit and (scales := _scales(one.unit, other.unit)):
        pairs.append((left * scales[0] / scales[1], right))
    approximate = other.sign == "≈"
    for value, written in pairs:
        if value == written:
            return True
        if (other.bare or other.items[1:] == ["%"]) and _rounds_to(
            value, written, _decimals(other, english), one.items, approximate
        ):
            return True
        if one.bare and _rounds_to(written, value, _decimals(one, english), other.items, approximate):
            return True
    return False


def _scales(unit: str, other: str) -> tuple[Fraction, Fraction] | None:
    """Return the scales of two units if they measure the same: 2 × 3 km = 6000 m."""
    one, another = UNITS.get(symbol_of(unit, None) or ""), UNITS.get(symbol_of(other, None) or "")
    if one is None or another is None or not one.dimensions & another.dimensions:
        return None
    return one.scale, another.scale


def _rounds_to(exact: Value, written: Value, decimals: int, items: Sequence[Item], approximate: bool) -> bool:
    """Return whether `written`, with so many decimals, is what the `exact` value of `items` rounds or is cut to."""
    unit = Fraction(1, 10**decimals)
    if approximate:
        while not decimals and written and written % (unit * 10) == 0:
            unit *= 10
        return -unit < exact - written < unit
    if not decimals:
        return False
    if 2 * Fraction(exact - written) in (unit, -unit) or -unit < 2 * (exact - written) < unit:
        return "/" in items or "s" in items or "*" in items
    cut = Fraction(int(exact / unit)) * unit
    return written == cut and ("/" in items or "s" in items)


def _with_remainder(one: Side, other: Side, text: str) -> bool:
    """Return whether `other` is the whole quotient of the division `one`, with its remainder said after it."""
    quotient, whole = computed(one, english=False), computed(other, english=False)
    if quotient is None or whole is None or "/" not in one.items:
        return False
    return whole == quotient.__floor__() and bool(_REMAINDER.match(text, other.end))


def _decimals(side: Side, english: bool) -> int:
    item = side.items[0]
    if isinstance(item, Written):
        return item.english_decimals if english else item.spanish_decimals
    return 0


def certain(one: Side, other: Side) -> bool:
    """Return whether two sides that differ are wrong beyond doubt."""
    if not (one.sure and other.sure):
        return False
    if one.letters or other.letters:
        unknowns = sum(isinstance(item, str) and item[0] == "@" for side in (one, other) for item in side.items)
        if unknowns > 2 or one.touching or other.touching:
            return False  # set up from several statements, or in doubt what is a letter: C + 2C
    if one.touching or other.touching:
        numbers = sum(not isinstance(item, str) for side in (one, other) for item in side.items)
        if one.touching + other.touching < numbers:
            return False
    if one.bare and other.bare and one.unit != other.unit and one.unit and other.unit:
        return False  # 12 inches = 1 foot
    first = other.items[0]
    if len(other.items) > 1 and not isinstance(first, str) and not {*_values(one)}.isdisjoint(_values_of(first)):
        return False  # a run-on: 3 + 4 = 7 + 2 = 9
    if one.bare and not one.sign:
        # "1.5 hours = 24 * 1.5" and "1 hour = 60 minutes" equate no numbers.
        return not one.before and not one.unit and len(other.items) > 1
    return True


def _values_of(item: Item) -> set[Value]:
    if isinstance(item, Written):
        return {item.spanish, item.english}
    return set() if isinstance(item, str) else {item}


def _values(side: Side) -> tuple[Value | None, ...]:
    return computed(side, False), computed(side, True)


def _fault(one: Side, other: Side, text: str, letters: Mapping[str, Value] | None) -> Fault:
    """Return what is wrong: `one` does not come to `other`; of a single number before "=" the other side is right."""
    computing, given = (other, one) if one.bare else (one, other)
    spanish_value, english_value = (computed(computing, english, letters, True) for english in (False, True))
    # Where the notations disagree, the one in which the given side is a number of the usual kind.
    english = spanish_value != english_value and computed(given, False) == computed(given, True)
    value = english_value if english else spanish_value
    shown = in_spanish(value) if value is not None else ""
    quotes = quoted(text, one), quoted(text, other)
    equation = text[one.start : other.end].strip()[: 2 * _LONGEST_QUOTE]
    reason = f"{quotes[0]} = {quotes[1]} is wrong" + (f": {quoted(text, computing)} is {shown}" if shown else "")
    return Fault(equation, shown, reason)


def quoted(text: str, side: Side) -> str:
    """Return `side` as it stands in `text`, cut where it is long."""
    return text[side.start : side.end].strip()[:_LONGEST_QUOTE]


def in_spanish(value: Value) -> str:
    """Return `value` as Spanish pupils write it; one that would be long, to four decimals."""
    shown = spanish(value)
    if len(shown) <= _LONGEST_VALUE:
        return shown
    rounded = spanish(Fraction(round(value * 10_000), 10_000))
    return rounded if len(rounded) <= _LONGEST_VALUE else f"{rounded[:_LONGEST_VALUE]}…"
