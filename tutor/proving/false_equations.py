"""Equations of an annotated working that are false for one number that stands nowhere else in the row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from tutor.proving.annotations import Annotation
from tutor.proving.equations import Fault, agree, certain, computed, in_spanish, quoted
from tutor.proving.known_numbers import KnownNumbers, OnlyHere
from tutor.proving.side import Formula, Item, Side
from tutor.proving.slips import LARGEST_COUNT, lost_digits, one_keystroke, shortened, slightly_off
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.unknowns import holds_with, letters_of
from tutor.proving.written_numbers import Value, Written

_TRIVIAL = (0, 1, 100)  # as operands they change nothing, or the unit only
_PER = re.compile(r"/ ?[^\W\d_]")
_AND_A_PART = re.compile(r" (?:and|y) [($€£]?[0-9]+/")
BECAUSE = re.compile(r"\b(?:because|porque)\b", re.IGNORECASE)


def wrong_pair(one: Side, other: Side, letters: Mapping[str, Value], known: KnownNumbers) -> Fault | None:
    """Return what is wrong in the false equation of two sides if the row goes on as if another were true.

    Either it goes on with the right result and never comes back to the one that is given, or with the one that is
    given, which a number that the row knows would give in place of one that is a keystroke away from it.
    """
    text = known.text
    right, given = computed(one, True, letters), computed(other, True, letters)
    if right is None or given is None or known.many or _AND_A_PART.match(text, other.end):
        return None
    if other.items[1:] == ["%"]:
        right, given = right * 100, given * 100
    working = known.after(other.end)
    after = working | known.stated
    calculated = len(one.items) > 1 and not (one.letters or other.letters)
    if right in after and given not in after and (other.bare or other.items[1:] == ["%"]):
        once = known.counts[given] == 1
        certainly = once and certain(one, other) and not lost_digits(given, right)
        mistyped = calculated and one_keystroke(given, right) and (once or given <= LARGEST_COUNT)
        alone = calculated and (right <= LARGEST_COUNT or slightly_off(given, right))
        if mistyped or (certainly and (right in working or alone)):
            shown = in_spanish(right)
            equation = text[one.start : other.end].strip()
            return Fault(equation, shown, f"{equation} is wrong: {quoted(text, one)} is {shown}")
    elif calculated and given in after and right not in after and ":" not in text[one.start : one.end]:
        return _wrong_operand(one, other, known)
    return None


def _wrong_operand(one: Side, other: Side, known: KnownNumbers) -> Fault | None:
    """Return that a false equation holds with another number; quantities per unit and reasons are often careless."""
    text = known.text
    start, end = known.line(one.start)
    if _PER.search(text, one.start, one.end):
        return None
    if BECAUSE.search(text, start, end) and not any(start <= each.at <= end for each in known.annotations):
        return None
    candidates = known.before(one.start) | {1, 100} | spoken_numbers(text[start : other.end])
    for place, item in enumerate(one.items):
        value = _value(item)
        if value is None or value in _TRIVIAL or one.items[place + 1 : place + 2] == ["%"]:
            continue
        for candidate in candidates:
            if one_keystroke(value, candidate) and agree(_put(one, place, candidate), other):
                equation = text[one.start : other.end].strip()
                shown = in_spanish(candidate)
                return Fault(equation, shown, f"{equation} is wrong: it holds with {shown} for {in_spanish(value)}")
    return None


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
    if len(wrong) != 1:
        return
    one, other = wrong[0]
    inside = {number.value for number in single if one.start <= number.at < other.end}
    inside = inside or _single_in_definitions(one, other, single, formulas)
    if inside and not _lost_in(one, other, inside, letters):
        equation = text[one.start : other.end].strip()
        yield Fault(equation, "", f"{equation} does not hold for what its letters stand for elsewhere in the working")


def _single_in_definitions(
    one: Side, other: Side, single: Sequence[OnlyHere], formulas: Sequence[Formula]
) -> set[Value]:
    """Return the single numbers of the equations by which several letters of an equation have their values: s = 4p."""
    names = letters_of(one, other)
    found: set[Value] = set()
    for pair in (pair for formula in formulas for pair in pairwise(formula)):
        if len(names) > 1 and len(letters_of(*pair)) > 1 and names & letters_of(*pair):
            found |= {number.value for number in single if pair[0].start <= number.at < pair[1].end}
    return found


def _lost_in(one: Side, other: Side, numbers: Set[Value], letters: Mapping[str, Value]) -> bool:
    """Return whether an equation holds with more digits of one of the `numbers`: 80,000 for 88,000."""
    return any(
        (value := _value(item)) in numbers
        and value is not None
        and (right := holds_with(side, place, rest, letters)) is not None
        and lost_digits(value, right)
        for side, rest in ((one, other), (other, one))
        for place, item in enumerate(side.items)
    )


def wrong_in_equation(number: OnlyHere, formula: Formula, known: KnownNumbers) -> Iterator[Fault]:
    """Yield that a false equation without letters would be true with another number of the row in its first side."""
    pairs = [
        (one, other)
        for one, other in pairwise(formula)
        if one.start <= number.at < one.end or other.start <= number.at < other.end
    ]
    if any(one.letters or other.letters or agree(one, other) is not False for one, other in pairs):
        return
    if not calculated_in(number, known.annotations) and BECAUSE.search(number.line):
        return
    one, other = formula[0], formula[1]
    operand = number.at < one.end and len(one.items) > 1 and number.value not in _TRIVIAL
    if operand and _right_with_another(number.value, one, other, known, number.line):
        equation = known.text[one.start : other.end].strip()
        yield Fault(equation, "", f"{equation} is wrong: its {known.text[number.at : number.end]} stands nowhere else")


def _right_with_another(value: Value, one: Side, other: Side, known: KnownNumbers, line: str) -> bool:
    careless = _PER.search(known.text, one.start, one.end)
    candidates = known.asked if careless else known.asked | known.held.keys() | spoken_numbers(line)
    if certain(one, other):
        candidates = candidates | {1, 100} | (known.spoken if value > LARGEST_COUNT else frozenset())
    places = [place for place, item in enumerate(one.items) if _value(item) == value]
    return any(
        not shortened(value, candidate) and agree(_put(one, place, candidate), other)
        for place in places[:1]
        for candidate in candidates - {value}
    )


def _value(item: Item) -> Value | None:
    return item.english if isinstance(item, Written) else None if isinstance(item, str) else item


def _put(side: Side, place: int, value: Value) -> Side:
    """Return `side` with `value` in place of the item there."""
    return replace(side, items=[*side.items[:place], value, *side.items[place + 1 :]])


def calculated_in(number: OnlyHere, annotations: Sequence[Annotation]) -> list[Annotation]:
    """Return the annotations of the line of `number` that calculate something; <<37=37>> repeats a result."""
    return [
        annotation
        for annotation in annotations
        if number.line_start <= annotation.at <= number.line_end
        and len(annotation.formula) > 1
        and len(annotation.formula[0].items) > 1
    ]
