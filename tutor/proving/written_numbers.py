"""The exact values that a number in digits can stand for, and how finely it is written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

Value = int | Fraction
LONGEST_NUMBER = 30  # characters; nothing at school is longer, and arithmetic on it stays quick


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it stands: its value in Spanish and in English notation and the decimals that each of them shows.

    "1.500" is 1500 in Spain and 3/2 in English; where both notations agree, or only one makes sense, both are equal.
    """

    spanish: Value
    english: Value
    spanish_decimals: int = 0
    english_decimals: int = 0

    @property
    def ambiguous(self) -> bool:
        """Whether the notations disagree."""
        return self.spanish != self.english


def read_number(text: str) -> Written | None:
    """Return what `text`, digits with points, commas, spaces or apostrophes, is worth; None if it is no number."""
    if text.isascii() and text.isdigit():
        return _whole(text) if len(text) <= LONGEST_NUMBER else None
    text = text.replace("'", "").replace("\u2019", "")
    if " " in text or "\u00a0" in text or "\u202f" in text:
        head, *groups = text.replace("\u00a0", " ").replace("\u202f", " ").split(" ")
        last = groups[-1].replace(",", ".")
        whole, _, decimals = last.partition(".")
        return _decimal(head + "".join(groups[:-1]) + whole, decimals)
    return _marked(text) if len(text) <= LONGEST_NUMBER else None


def _marked(text: str) -> Written | None:
    last = max(text.rfind("."), text.rfind(","))
    mark, before, after = text[last], text[:last], text[last + 1 :]
    other = "," if mark == "." else "."
    if other in before:
        groups = before.split(other)
        return _decimal("".join(groups), after) if mark not in before and _by_thousands(groups) else None
    groups = text.split(mark)
    if len(groups) > 2:
        return _whole("".join(groups)) if _by_thousands(groups) else None
    if not _by_thousands(groups):
        return _decimal(before or "0", after)
    thousands, decimal = int(before + after), Fraction(int(before + after), 1000)
    if mark == ".":
        return Written(thousands, decimal, 0, 3)
    return Written(decimal, thousands, 3, 0)


def _by_thousands(groups: list[str]) -> bool:
    return 0 < len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(group) == 3 for group in groups[1:])


def _whole(digits: str) -> Written | None:
    if not digits.isdigit() or len(digits) > LONGEST_NUMBER:
        return None
    value = int(digits)
    return Written(value, value)


def _decimal(whole: str, decimals: str) -> Written | None:
    digits = whole + decimals
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_NUMBER:
        return None
    value = exact(Fraction(int(digits), 10 ** len(decimals)))
    return Written(value, value, len(decimals), len(decimals))


def exact(value: Value) -> Value:
    """Return `value` as an int if it is a whole number: arithmetic on those is several times as fast."""
    return value.numerator if value.denominator == 1 else value
