"""Numbers of an annotated working that nobody writes: 075, and 60,8 where 60,800 was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.proving.annotations import Annotation
from tutor.proving.known_numbers import KnownNumbers

_LEADING_ZERO = re.compile(r"(?<![0-9.,:])(?<![0-9] )0[0-9]+(?![0-9]*:)")
_CUT = re.compile(
    r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})*,[0-9]{1,2}(?![0-9.]?[0-9])(?!,? ?(?:&|and|or) ?[0-9]|,[0-9])"
)


def leading_zero(question: str, text: str, annotations: Sequence[Annotation]) -> str | None:
    """Return a number such as 075, unless the question has such ones: a time of day or a code."""
    parts = (text, *(annotation.text for annotation in annotations))
    found = next((found for part in parts for found in _LEADING_ZERO.finditer(part)), None)
    return found[0] if found and not _LEADING_ZERO.search(question) else None


def cut_number(text: str, known: KnownNumbers) -> str | None:
    """Return a number such as 60,8; not 100,00 where 100,000 is known: that is a slip of the pen."""
    for found in _CUT.finditer(text):
        digits = found[0].replace(",", "")
        longer = (str(value) for value in known.held.keys() | known.asked if value > int(digits))
        if not any(value.startswith(digits) for value in longer):
            return found[0]
    return None
