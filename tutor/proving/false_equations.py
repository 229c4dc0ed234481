"""Equations of an annotated working that are false for one number that stands nowhere else in the row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from tutor.proving.annotations import Annotation, lost_digits, number_values
from tutor.proving.equations import Fault, agree, certain, computed
from tutor.proving.known_numbers import LARGEST_COUNT, KnownNumbers, OnlyHere
from tutor.proving.side import Formula, Side
from tutor.proving.written_numbers import Value, Written

_TRIVIAL = (0, 1, 100)  # as operands they change nothing, or the unit only
_PER = re.compile(r"/ ?[^\W\d_]")
BECAUSE = re.compile(r"\b(?:because|porque)\b", re.IGNORECASE)


def wrong_with_letters(
    text: str, single: Sequence[OnlyHere], formulas: Sequence[Formula], letters: Mapping[str, Value]
) -> Iterator[Fault]:
    """Yield the only equation with letters that is false for what they stand for, if a number stands only there."""
    wrong = [
        (one, other)
        for formula in formulas
        for one, other in pairwise(formula)
        if (one.letters or other.letters)
        and None not in (computed(one, True, letters), computed(other, True, letters))
        and agree(one, other, letters) is False
        and (certain(one, other) or len(one.items) > 1)
    ]
    if len(wrong) == 1 and any(wrong[0][0].start <= number.at < wrong[0][1].end for number in single):
        one, other = wrong[0]
        equation = text[one.start : other.end].strip()
        yield Fault(equation, "", f"{equation} does not hold for what its letters stand for elsewhere in the working")


def wrong_in_equation(
    number: OnlyHere, formula: Formula, text: str, known: KnownNumbers, annotations: Sequence[Annotation]
) -> Iterator[Fault]:
    """Yield that a false equation without letters would be true with another number of the row in its first side."""
    pairs = [
        (one, other)
        for one, other in pairwise(formula)
        if one.start <= number.at < one.end or other.start <= number.at < other.end
    ]
    if any(one.letters or other.letters or agree(one, other) is not False for one, other in pairs):
        return
    if not calculated_in(number, annotations) and BECAUSE.search(number.line):
        return
    one, other = formula[0], formula[1]
    operand = number.at < one.end and len(one.items) > 1 and number.value not in _TRIVIAL
    if operand and not _PER.search(text[one.start : one.end]) and _right_with_another(number.value, one, other, known):
        equation = text[one.start : other.end].strip()
        yield Fault(equation, "", f"{equation} is wrong: its {text[number.at : number.end]} stands nowhere else")


def _right_with_another(value: Value, one: Side, other: Side, known: KnownNumbers) -> bool:
    candidates = known.asked | known.held.keys()
    if certain(one, other):
        candidates = candidates | {1, 100} | (known.spoken if value > LARGEST_COUNT else frozenset())
    return value in number_values(one) and any(
        not lost_digits(value, candidate) and agree(_put(one, value, candidate), other)
        for candidate in candidates - {value}
    )


def _put(side: Side, value: Value, other: Value) -> Side:
    """Return `side` with `other` wherever `value` stands."""
    items = [other if (item.english if isinstance(item, Written) else item) == value else item for item in side.items]
    return replace(side, items=items)


def calculated_in(number: OnlyHere, annotations: Sequence[Annotation]) -> list[Annotation]:
    """Return the annotations of the line of `number` that calculate something; <<37=37>> repeats a result."""
    return [
        annotation
        for annotation in annotations
        if number.line_start <= annotation.at <= number.line_end
        and len(annotation.formula) > 1
        and len(annotation.formula[0].items) > 1
    ]
