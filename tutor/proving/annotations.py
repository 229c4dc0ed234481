"""The calculator annotations of GSM8K (`48/2 = <<48/2=24>>24`) held against the prose around them.

The same calculation stands there twice, so that a number which is wrong in one place shows, even where the prose is no
formula ("50 people – 15 who got off = <<50-15=35>>35").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tutor.proving.equations import Fault, agree, certain, computed, in_spanish, quoted
from tutor.proving.notation import formulas_in
from tutor.proving.side import Formula, Side
from tutor.proving.slips import shortened
from tutor.proving.written_numbers import Value, Written

_ANNOTATION = re.compile(r"<<([^<>\n]{0,200})>>")
_LEADING_ZEROS = re.compile(r"(?<![0-9.,:])(?<![0-9][ \u00a0\u202f])0+(?=[0-9])")
_LEADING_NUMBER = re.compile(r"[ $€£]{0,3}-?(?:[0-9]|\.[0-9])")
_ORDINAL_RESULT = re.compile(r"(?<=>>)([0-9]+)(?:st|nd|rd|th)\b")  # 6 + 2 = <<6+2=8>>8th


@dataclass(frozen=True, slots=True)
class Annotation:
    """A calculation for the calculator, and where in the text without annotations it stood."""

    text: str
    at: int
    formula: Formula
    spanish: bool  # its notation


def split_annotations(solution: str) -> tuple[str, list[tuple[str, int]]]:
    """Return `solution` without its annotations, and these with the places where they stood."""
    pieces: list[str] = []
    calculations: list[tuple[str, int]] = []
    length = end = 0
    solution = _ORDINAL_RESULT.sub(r"\1  ", solution)
    for match in _ANNOTATION.finditer(solution):
        pieces.append(solution[end : match.start()])
        length += len(pieces[-1])
        end = match.end()
        calculations.append((match[1].strip().removeprefix("+"), length))
    pieces.append(solution[end:])
    return "".join(pieces), calculations


def read_annotations(calculations: Sequence[tuple[str, int]], spanish: bool) -> list[Annotation]:
    """Return the annotations that `split_annotations` has found, in the notation of Spain or England."""
    found = ((text, at, formulas_in(without_leading_zeros(text), spanish)) for text, at in calculations)
    return [Annotation(text, at, formulas[0] if formulas else [], spanish) for text, at, formulas in found]


def without_leading_zeros(text: str) -> str:
    """Return `text` with blanks for the zeros with which its whole numbers begin: 45 - 05 is 45 - 5."""
    return _LEADING_ZEROS.sub(lambda zeros: " " * len(zeros[0]), text)


def number_values(side: Side, english: bool = True) -> list[Value]:
    """Return the numbers of `side` in the notation of England or of Spain."""
    return [
        (item.english if english else item.spanish) if isinstance(item, Written) else item
        for item in side.items
        if not isinstance(item, str)
    ]


def annotation_faults(text: str, annotations: Sequence[Annotation], formulas: Sequence[Formula]) -> Iterator[Fault]:
    """Yield what is wrong in the annotations or differs between them and `text`, whose formulas are `formulas`."""
    places = [(formula, index) for formula in formulas for index in range(len(formula))]
    at = 0
    for annotation in annotations:
        formula = annotation.formula
        if fault := _wrong(annotation):
            yield fault
        while at < len(places) and places[at][0][places[at][1]].end <= annotation.at:
            at += 1
        if at == len(places) or len(formula) < 2:
            continue
        sides, index = places[at]
        result = sides[index]
        if not _LEADING_NUMBER.match(text, annotation.at) or result.start > annotation.at + 3:
            continue
        if (fault := _other_result(text, annotation, result)) or (
            index and (fault := _other_operand(text, annotation, sides[index - 1], result))
        ):
            yield fault


def _wrong(annotation: Annotation) -> Fault | None:
    """Return what is wrong in the calculation itself: unlike prose it can be taken at its word."""
    for one, other in pairwise(annotation.formula):
        verdict = agree(one, other)
        divided_by_zero = verdict is None and "/" in one.items and one.closed and not one.letters
        if verdict is False or (divided_by_zero and 0 in one.items):
            value = computed(one, english=True)
            shown = in_spanish(value) if value is not None else ""
            reason = f"is wrong: {quoted(annotation.text, one)} is {shown or 'no number'}"
            return Fault(annotation.text, shown, f"{annotation.text} {reason}")
    return None


def _other_result(text: str, annotation: Annotation, result: Side) -> Fault | None:
    written = number_values(result)
    calculated = computed(annotation.formula[-1], english=True)
    if not written or calculated is None or result.letters or result.start + 3 < annotation.at:
        return None
    if written[0] == calculated or len(written) > 1 or agree(annotation.formula[-1], result):
        return None
    shown = in_spanish(calculated)
    return Fault(
        quoted(text, result), shown, f"{quoted(text, result)} is not the result of its annotation {annotation.text}"
    )


def _other_operand(text: str, annotation: Annotation, prose: Side, result: Side) -> Fault | None:
    """Return the one number by which the calculation in the prose differs from that in its annotation."""
    calculation = annotation.formula[0]
    value = computed(result, english=True)
    if value is not None and len(prose.items) > 1 and computed(prose, True) == value == computed(calculation, True):
        return None
    written, calculated = Counter(number_values(prose)), Counter(number_values(calculation))
    if prose.letters:
        return None
    if len(calculation.items) < 2:
        return _prose_alone(text, prose, result)
    only_written, only_calculated = list((written - calculated).elements()), list((calculated - written).elements())
    if len(only_written) != 1 or len(only_calculated) != 1:
        # A percentage is written .10*50 and calculated 10*.01*50.
        signs = {item for side in (prose, calculation) for item in side.items if isinstance(item, str)}
        return _prose_alone(text, prose, result) if only_written and signs <= {"*", "%"} else None
    number, right = only_written[0], only_calculated[0]
    if shortened(number, right) or number == right * 100 or right == number * 100:
        return None
    shown = in_spanish(right)
    return Fault(
        quoted(text, prose), shown, f"{quoted(text, prose)} is not what its annotation {annotation.text} calculates"
    )


def _prose_alone(text: str, prose: Side, result: Side) -> Fault | None:
    """Return what is wrong where the annotation holds a result alone: "59 x 5 = <<295=295>>295"."""
    if agree(prose, result) is not False or not certain(prose, result):
        return None
    value = computed(prose, english=True)
    shown = in_spanish(value) if value is not None else ""
    equation = text[prose.start : result.end].strip()
    return Fault(equation, shown, f"{equation} is wrong: {quoted(text, prose)} is {shown}")
