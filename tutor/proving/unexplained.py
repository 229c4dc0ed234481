"""A number in the prose of an annotated working that nothing explains: most likely a quantity copied wrongly.

The working repeats what the question gives and what it has computed itself. A number that stands once in the row, is
no such quantity, no other form of one (20 % is .20), no measure that everybody knows and no place in a sequence is
suspicious. Authors slip, too: in the prose beside calculations without annotation every 200th row of GSM8K holds such a
number, too many to set rows aside for it. Where every calculation is annotated they are rarer by far.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from itertools import pairwise

from tutor.proving.annotations import Annotation
from tutor.proving.equations import Fault, agree
from tutor.proving.side import Formula
from tutor.proving.written_numbers import Value, exact

_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_LONGEST = 12  # characters
_LARGEST_COUNT = 12  # things up to a dozen are counted without a word on where the number comes from
# Parts and multiples of the measures of time, length, weight, angle and money.
_WELL_KNOWN = frozenset(
    int(measure)
    for measure in (
        "16 20 24 25 26 28 29 30 31 36 50 52 60 64 90 100 128 180 360 365 366 1000 1440 1760 2000 3600 5280 10000"
    ).split()
)
_SPOKEN = re.compile(
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|dozen|score|gross|"
    r"hundred|thousand|million|billion|centur|decade|veint|trece|catorce|quince|dieci|treinta|cuarenta|cincuenta|"
    r"sesenta|setenta|ochenta|noventa|cien|quinient|docena|\bmil\b|mill[oó]n|siglo",
    re.IGNORECASE,
)
# Part of something else that is written in digits: a time, a mixed number, an ordinal, an unknown, a list.
_JOINED_BEFORE = re.compile(r"(?:[0-9] ?[:/,.] ?|[0-9] |[A-Za-z(#])$")
_JOINED_AFTER = re.compile(
    r"[A-Za-z(:]|\.\.|,? ?[0-9]|, ?(?:and |y )?[0-9]| ?/ ?[0-9]| (?:and|y|a\.?m|p\.?m)\b", re.IGNORECASE
)
_IN_SEQUENCE = re.compile(
    r"(?:days?|years?|months?|weeks?|hours?|steps?|numbers?|rounds?|pages?|levels?|in|and|d[ií]as?|a[nñ]os?|mes|meses|"
    r"semanas?|pasos?|n[uú]meros?|p[aá]ginas?|en|y|,|;|:) ?$",
    re.IGNORECASE,
)


def unexplained_number(
    question: str, text: str, answer: str, formulas: Sequence[Formula], annotations: Sequence[Annotation]
) -> Fault | None:
    """Return the one number of `text` that nothing explains; None if there are none or several, or if some may.

    `text` is the working without its `annotations`, `formulas` are those of `text`.
    """
    if not _fully_annotated(text, annotations):
        return None
    asked = {value for value, _ in _numbers(question)}
    working = list(_numbers(text))
    held = Counter(value for value, _ in working)
    for part in (answer, *(annotation.text for annotation in annotations)):
        held.update(value for value, _ in _numbers(part))
    known = asked | held.keys()
    single = [
        found
        for value, found in working
        if held[value] == 1
        and value not in asked
        and not _usual(value)
        and not _other_form(value, known)
        and not _calculated(found.start(), formulas)
    ]
    if len(single) != 1 or not _stands_alone(single[0], text) or _SPOKEN.search(question) or _SPOKEN.search(text):
        return None
    number = single[0][0]
    return Fault(number, "", f"{number} stands neither in the question nor anywhere else in the working")


def _numbers(text: str) -> Iterator[tuple[Value, re.Match[str]]]:
    for found in _NUMBER.finditer(text):
        if len(found[0]) <= _LONGEST:
            digits = found[0].replace(",", "")
            yield (int(digits) if digits.isdigit() else exact(Fraction(digits))), found


def _usual(value: Value) -> bool:
    """Return whether `value` is a count, a well-known measure, or a decimal: those are other forms of many numbers."""
    return value <= _LARGEST_COUNT or value in _WELL_KNOWN or value.denominator != 1


def _other_form(value: Value, known: AbstractSet[Value]) -> bool:
    """Return whether `value` is a number in `known` as a percentage, the rest of one to 100 %, or half of one."""
    forms = (Fraction(value, 100), 100 - value, value - 100, 100 + value, value * 100, value * 2)
    return any(form in known for form in forms)


def _calculated(at: int, formulas: Sequence[Formula]) -> bool:
    """Return whether the number at `at` stands in an equation that is true or holds an unknown."""
    for formula in formulas:
        if formula[0].start <= at < formula[-1].end:
            if any(side.letters for side in formula):
                return True
            return any(agree(one, other) and one.start <= at < other.end for one, other in pairwise(formula))
    return False


def _stands_alone(found: re.Match[str], text: str) -> bool:
    """Return whether a number of a line that calculates is no part of a longer one, of a list or of a sequence."""
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()], text[found.end() :].partition("\n")[0]
    if "=" not in line[0] and "=" not in line[1]:
        return False
    before = line[0][-12:]
    return not (_JOINED_BEFORE.search(before) or _IN_SEQUENCE.search(before) or _JOINED_AFTER.match(line[1]))


def _fully_annotated(text: str, annotations: Sequence[Annotation]) -> bool:
    """Return whether every line with an equals sign has an annotation."""
    places = [annotation.at for annotation in annotations]
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if "=" in line and not any(start <= place <= end for place in places):
            return False
        start = end + 1
    return True
