"""In which notation the numbers of an annotated row are read: 1,250.5 or 1.250,5.

English prose is read in English notation. In any other, a number with a comma may be a decimal one and "1.250" more
than a thousand; where a row leaves open which (Mexico writes as England does), it is wrong only if it is in every
notation. Annotations are for a calculator, and may be in another notation than the prose around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import product

from tutor.language import language_of
from tutor.plain_text import folded
from tutor.proving.formulas import find_formulas
from tutor.proving.side import Formula, Item
from tutor.proving.written_numbers import Written, read_number

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_DECIMAL_COMMA = re.compile(r"(?<![0-9.,])(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),(?:[0-9]{1,2}|[0-9]{4,})(?![.,]?[0-9])")
_AMBIGUOUS = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}[.,][0-9]{3}(?![.,]?[0-9])")


def readings(question: str, text: str, answer: str, calculations: Sequence[str]) -> Iterator[tuple[bool, bool]]:
    """Yield whether the prose and the annotations may be in Spanish notation, the likeliest combination first.

    `text` is the working without its annotations, `calculations` are these.
    """
    calculated = "\n".join(calculations)
    if _is_english(question, text, calculated):
        yield False, False
        return
    prose = "\n".join((question, text, answer))
    english_prose = bool(_AMBIGUOUS.search(prose)) and not _DECIMAL_COMMA.search(prose)
    if _DECIMAL_COMMA.search(calculated):
        annotated = [True]
    else:
        annotated = [False, True] if _AMBIGUOUS.search(calculated) else [False]
    yield from product([True, False] if english_prose else [True], annotated)


def _is_english(question: str, text: str, calculated: str) -> bool:
    """Return whether a row is in English and has no decimal comma that something beside it confirms."""
    if language_of(folded(word) for word in _WORD.findall(f"{question} {text}")) != "en":
        return False
    if _DECIMAL_COMMA.search(question) or _DECIMAL_COMMA.search(calculated):
        return False
    commas = {read_number(found[0]) for found in _DECIMAL_COMMA.finditer(text)}
    values = {number.english for number in commas if number}
    return values.isdisjoint(number.english for found in _NUMBER.findall(calculated) if (number := read_number(found)))


def formulas_in(text: str, spanish: bool, unknowns: Set[str] = frozenset()) -> list[Formula]:
    """Return the formulas of `text`, all their numbers in Spanish notation if `spanish`."""
    formulas = find_formulas(text, spaced_thousands=spanish, unknowns=unknowns)
    if spanish:
        for formula in formulas:
            for side in formula:
                side.items = [_spanish(item) for item in side.items]
    return formulas


def _spanish(item: Item) -> Item:
    if not isinstance(item, Written) or not item.ambiguous:
        return item
    return Written(item.spanish, item.spanish, item.spanish_decimals, item.spanish_decimals)
