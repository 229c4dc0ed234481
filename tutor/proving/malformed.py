"""Numbers of a working that nobody writes: 075 beside 175, 60,8 for 60,800, 4rd, 8:7 p.m., 10/4 beside 1/4, 1/0."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tutor.proving.equations import Fault
from tutor.proving.known_numbers import KnownNumbers
from tutor.proving.side import Formula
from tutor.proving.slips import mistyped

_LEADING_ZERO = re.compile(r"(?<![0-9.,:/-])(?<![0-9] )0[0-9]+(?![0-9]*(?:[:/-]|\.[0-9]))")
_CUT = re.compile(
    r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})*,[0-9]{1,2}(?![0-9.]?[0-9])(?!,? ?(?:&|and|or) ?[0-9]|,[0-9])"
)
_ZERO_THOUSANDS = re.compile(r"(?<![0-9.,])0(?:,[0-9]{3})+(?![0-9])")
_OVER_ZERO = re.compile(r"[0-9)] ?[/÷] ?0(?![0-9.,:/]*[0-9])(?! (?:is|are|has|does|would|cannot|can't)\b)")
_ORDINAL = re.compile(r"(?<![0-9.,/])([0-9]{1,4})(st|nd|rd|th)\b")
_ORDINAL_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_TIME = re.compile(
    r"(?<![0-9:.,])(?:[0-9]{1,2}:(?:[0-9]|[0-9]{3,4})|[0-9]{3}:[0-9]{2})(?![0-9:.,]) ?[ap]\.?m\b", re.IGNORECASE
)
_LONGEST_FRACTION = 7  # characters
_MOST_FRACTIONS = 30  # of a row
_FRACTION = re.compile(r"(?<![0-9.,/])([0-9]{1,3})/([0-9]{1,3})(?![0-9/]|[.,][0-9])")


def malformed(known: KnownNumbers, formulas: Sequence[Formula]) -> Iterator[Fault]:
    """Yield the numbers of a working that nobody writes."""
    text = known.text
    if not known.spanish:
        if zero := leading_zero(text, known):
            yield Fault(zero, "", f"{zero} begins with a zero: a number with a digit that is wrong")
        if cut := cut_number(text, known):
            yield Fault(cut, "", f"{cut} lacks digits after its comma")
        for found in _ZERO_THOUSANDS.finditer(text):
            yield Fault(found[0], "", f"{found[0]} begins with a zero")
        for found in _OVER_ZERO.finditer(text):
            yield Fault(found[0], "", f"{found[0]} is a division by zero")
        for found in _ORDINAL.finditer(text):
            number = int(found[1])
            if found[2] != ("th" if 11 <= number % 100 <= 13 else _ORDINAL_ENDINGS.get(number % 10, "th")):
                yield Fault(found[0], "", f"{found[0]} is no ordinal")
    if ":" in text:
        for found in _TIME.finditer(text):
            yield Fault(found[0], "", f"{found[0]} is no time of day")
    if "/" in text:
        yield from _unlikely_fractions(known, formulas)


def _unlikely_fractions(known: KnownNumbers, formulas: Sequence[Formula]) -> Iterator[Fault]:
    """Yield the fractions outside of equations that stand once in a row which has them with a digit less or proper."""
    held = _fractions(known)
    if len(held) > _MOST_FRACTIONS:
        return
    equations = [(each[0].start, each[-1].end) for each in formulas if len(each) > 1]
    for found in _FRACTION.finditer(known.text):
        written, value = found[0], _value(found[0])
        if held[written] > 1 or any(start <= found.start() < end for start, end in equations):
            continue
        improper = value is None or value > 1 or value == 0
        meant = next((each for each in held if mistyped(written, each) and (improper or len(written) > len(each))), "")
        if meant and not reduced(found.start(), known) and not known.labelled(found.start()):
            yield Fault(written, meant, f"{written} stands nowhere else in the row, where {meant} belongs")


def reduced(at: int, known: KnownNumbers) -> bool:
    """Return whether the number at `at` is part of a fraction that the row has with other numbers: 17/18 of 51/54."""
    for found in _FRACTION.finditer(known.text, max(0, at - _LONGEST_FRACTION), at + _LONGEST_FRACTION):
        if found.start() <= at < found.end():
            value = _value(found[0])
            return any(_value(each) == value for each in _fractions(known).keys() - {found[0]})
    return False


def _fractions(known: KnownNumbers) -> Counter[str]:
    texts = [known.question, known.text, known.answer, *(annotation.text for annotation in known.annotations)]
    return Counter(found[0] for text in texts for found in _FRACTION.finditer(text))


def _value(fraction: str) -> Fraction | None:
    above, _, below = fraction.partition("/")
    return Fraction(int(above), int(below)) if int(below) else None


def leading_zero(text: str, known: KnownNumbers) -> str | None:
    """Return a number such as 075 where the row has another with one digit in place of its zero; codes have none."""
    values = [str(value) for value in known.held.keys() | known.asked]
    for found in _LEADING_ZERO.finditer(text):
        rest = found[0][1:]
        if any(len(value) == len(found[0]) and value.endswith(rest) for value in values):
            return found[0]
    return None


def cut_number(text: str, known: KnownNumbers) -> str | None:
    """Return a number such as 60,8; not 100,00 where 100,000 is known: that is a slip of the pen."""
    for found in _CUT.finditer(text):
        digits = found[0].replace(",", "")
        longer = (str(value) for value in known.held.keys() | known.asked if value > int(digits))
        if not any(value.startswith(digits) for value in longer):
            return found[0]
    return None
