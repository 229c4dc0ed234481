"""Numbers of an English working that nobody writes: 075 beside 175, and 60,8 where 60,800 was meant."""

from __future__ import annotations

import re

from tutor.proving.known_numbers import KnownNumbers

_LEADING_ZERO = re.compile(r"(?<![0-9.,:/-])(?<![0-9] )0[0-9]+(?![0-9]*(?:[:/-]|\.[0-9]))")
_CUT = re.compile(
    r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})*,[0-9]{1,2}(?![0-9.]?[0-9])(?!,? ?(?:&|and|or) ?[0-9]|,[0-9])"
)


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
