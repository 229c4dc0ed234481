"""A number of a working that nothing explains: most likely a quantity copied wrongly.

The working repeats what the question gives and what it has computed itself. A number that stands once in the row, and
is no such quantity, no other form of one (20 % is .20), no measure that everybody knows and no place in a sequence is
suspicious: in an equation that is false and would be true with a number of the row instead; and in the prose of a
working whose every calculation is annotated, if it is more than a count or takes the place of a number of the question.

Authors slip, too, and their slips look the same. Where most of them are, nothing is said: in the prose beside
calculations without annotation (every 100th row of GSM8K that has some), in results that stand only there, and, where
the same number is also given as the answer, in the last line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tutor.proving.annotations import Annotation, lost_digits, number_values
from tutor.proving.equations import Fault, agree, certain, in_spanish, quoted
from tutor.proving.known_numbers import KnownNumbers, numbers_of
from tutor.proving.side import Formula, Side
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.written_numbers import Value, Written

_LARGEST_COUNT = 12  # things up to a dozen are counted without a word on where the number comes from
_LAST_OF_A_SEQUENCE = 31
_LONGEST_WORD = 12
_TRIVIAL = (0, 1, 100)  # as operands they change nothing, or the unit only
_LEADING_ZERO = re.compile(r"(?<![0-9.,:])(?<![0-9] )0[0-9]+(?![0-9]*:)")
_CUT = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3})*,[0-9]{1,2}(?![0-9.]?[0-9])(?!,? ?(?:&|and|or) ?[0-9]|,[0-9])")
# Part of something else that is written in digits: a time, a decimal, an ordinal, an unknown.
_JOINED_BEFORE = re.compile(r"(?:[0-9] ?: ?|[0-9][.,]|[0-9] |[A-Za-z(#])$")
_JOINED_AFTER = re.compile(r"[A-Za-z:]|\.\.| [0-9]| (?:a\.?m|p\.?m)\b", re.IGNORECASE)
_IN_SEQUENCE = re.compile(
    r"\b(?:days?|nights?|years?|months?|weeks?|hours?|steps?|numbers?|rounds?|pages?|levels?|d[ií]as?|noches?|"
    r"a[nñ]os?|mes|meses|semanas?|pasos?|n[uú]meros?|p[aá]ginas?) ?$",
    re.IGNORECASE,
)
_IN = re.compile(r"\b(?:in|en) ?$", re.IGNORECASE)
_LIST = re.compile(r"[0-9]+(?:(?:, ?(?:and |y )?|,? ?& ?|,? (?:and|y) )[0-9]+){2,}")
_BECAUSE = re.compile(r"\b(?:because|porque)\b", re.IGNORECASE)
_PER = re.compile(r"/ ?[^\W\d_]")
_SENTENCE_END = re.compile(r"[.;!?] ")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that stands only once in the row, and the line of the working where it stands."""

    value: Value
    at: int
    end: int
    line: str
    line_start: int

    @property
    def line_end(self) -> int:
        return self.line_start + len(self.line)

    @property
    def small(self) -> bool:
        return self.value <= _LARGEST_COUNT and self.value.denominator == 1


def unexplained_number(
    question: str,
    text: str,
    answer: str,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
    letters: Mapping[str, Value],
) -> Fault | None:
    """Return the one number of `text` that nothing explains; None if there are none or several, or if some may.

    `text` is the working without its `annotations`, `formulas` are those of `text`, `letters` what is known of theirs.
    """
    if zero := _leading_zero(question, text, annotations):
        return Fault(zero, "", f"{zero} begins with a zero: a number with a digit that is wrong")
    known = KnownNumbers(question, text, answer, annotations)
    if cut := _cut_number(text, known):
        return Fault(cut, "", f"{cut} lacks digits after its comma")
    single = [_number(value, found, text) for value, found in known.only_here()]
    if not single:
        return None
    known.complete(formulas)
    faults = [*_wrong_with_letters(text, single, formulas, letters)]
    prose = _prose_counts(text, annotations)
    for number in single:
        formula = next((each for each in formulas if each[0].start <= number.at < each[-1].end), None)
        if formula and len(formula) > 1 and any(one.start <= number.at < other.end for one, other in pairwise(formula)):
            faults += _wrong_in_equation(number, formula, text, known, annotations)
        elif formula and any(side.letters for side in formula):
            if len(formula) == 1 and not _joined(number) and not known.explained(number.value, number.line):
                faults.append(_nowhere(number, text))
        elif prose:
            faults += _wrong_in_prose(number, text, question, known, formulas, annotations)
    return faults[0] if len(faults) == 1 else None


def _wrong_with_letters(
    text: str, single: Sequence[_Number], formulas: Sequence[Formula], letters: Mapping[str, Value]
) -> Iterator[Fault]:
    """Yield the only equation with letters that is false for what they stand for, if a number stands only there."""
    wrong = [
        (one, other)
        for formula in formulas
        for one, other in pairwise(formula)
        if (one.letters or other.letters)
        and agree(one, other, letters) is False
        and (certain(one, other) or len(one.items) > 1)
    ]
    if len(wrong) == 1 and any(wrong[0][0].start <= number.at < wrong[0][1].end for number in single):
        one, other = wrong[0]
        equation = text[one.start : other.end].strip()
        yield Fault(equation, "", f"{equation} does not hold for what its letters stand for elsewhere in the working")


def _number(value: Value, found: re.Match[str], text: str) -> _Number:
    start = text.rfind("\n", 0, found.start()) + 1
    return _Number(value, found.start(), found.end(), text[start:].partition("\n")[0], start)


def _leading_zero(question: str, text: str, annotations: Sequence[Annotation]) -> str | None:
    """Return a number such as 075, unless the question has such ones: a time of day or a code."""
    parts = (text, *(annotation.text for annotation in annotations))
    found = next((found for part in parts for found in _LEADING_ZERO.finditer(part)), None)
    return found[0] if found and not _LEADING_ZERO.search(question) else None


def _cut_number(text: str, known: KnownNumbers) -> str | None:
    """Return a number such as 60,8; not 100,00 where 100,000 is known: that is a slip of the pen."""
    for found in _CUT.finditer(text):
        digits = found[0].replace(",", "")
        if not any(str(value).startswith(digits) for value in known.held.keys() | known.asked):
            return found[0]
    return None


def _wrong_in_equation(
    number: _Number, formula: Formula, text: str, known: KnownNumbers, annotations: Sequence[Annotation]
) -> Iterator[Fault]:
    """Yield that a false equation without letters would be true with another number of the row in its first side."""
    pairs = [
        (one, other)
        for one, other in pairwise(formula)
        if one.start <= number.at < one.end or other.start <= number.at < other.end
    ]
    if any(one.letters or other.letters or agree(one, other) is not False for one, other in pairs):
        return
    if not _calculated_in(number, annotations) and _BECAUSE.search(number.line):
        return
    one, other = formula[0], formula[1]
    if number.at < one.end and len(one.items) > 1 and number.value not in _TRIVIAL and not _PER.search(quoted(text, one)):
        if _right_with_another(number.value, one, other, known):
            equation = text[one.start : other.end].strip()
            yield Fault(equation, "", f"{equation} is wrong: its {text[number.at : number.end]} stands nowhere else")


def _right_with_another(value: Value, one: Side, other: Side, known: KnownNumbers) -> bool:
    candidates = known.asked | known.held.keys()
    if certain(one, other):
        candidates = candidates | {1, 100} | (known.spoken if value > _LARGEST_COUNT else frozenset())
    return value in number_values(one) and any(
        not lost_digits(value, candidate) and agree(_put(one, value, candidate), other)
        for candidate in candidates - {value}
    )


def _put(side: Side, value: Value, other: Value) -> Side:
    """Return `side` with `other` wherever `value` stands."""
    items = [other if (item.english if isinstance(item, Written) else item) == value else item for item in side.items]
    return replace(side, items=items)


def _wrong_in_prose(
    number: _Number,
    text: str,
    question: str,
    known: KnownNumbers,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
) -> Iterator[Fault]:
    """Yield that nothing explains `number`, which stands in no equation of a row where every line is annotated."""
    if "=" in number.line and not _calculated_in(number, annotations):
        return
    if 0 < number.value < 1 or _joined(number) or number.value in known.spoken | known.counts:
        return
    if _in_sequence(number):
        return
    if number.small or (number.value.denominator != 1 and _BECAUSE.search(number.line)):
        if not _replaces_operand(number, text, question, known, formulas, annotations):
            return
    elif known.explained(number.value, number.line):
        return
    yield _nowhere(number, text)


def _nowhere(number: _Number, text: str) -> Fault:
    shown = text[number.at : number.end]
    return Fault(shown, "", f"{shown} stands neither in the question nor anywhere else in the working")


def _calculated_in(number: _Number, annotations: Sequence[Annotation]) -> list[Annotation]:
    """Return the annotations of the line of `number` that calculate something; <<37=37>> repeats a result."""
    return [
        annotation
        for annotation in annotations
        if number.line_start <= annotation.at <= number.line_end
        and len(annotation.formula) > 1
        and len(annotation.formula[0].items) > 1
    ]


def _replaces_operand(
    number: _Number,
    text: str,
    question: str,
    known: KnownNumbers,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
) -> bool:
    """Return whether the calculation after `number` takes a number of the question that its sentence does not say."""
    following = next((each for each in _calculated_in(number, annotations) if each.at >= number.end), None)
    if following is None or number.value == 1 or _BECAUSE.search(number.line):
        return False
    starts = (formula[0].start for formula in formulas if formula[0].start <= following.at <= formula[-1].end + 3)
    start = next(starts, following.at)
    said_text = text[number.line_start : start]
    if number.at >= start or _SENTENCE_END.search(text, number.end, start) or text[number.end : number.end + 1] == "%":
        return False
    said = Counter(value for value, _ in numbers_of(said_text)) + Counter(spoken_numbers(said_text))
    asked = known.asked | spoken_numbers(question)
    unsaid = Counter(number_values(following.formula[0])) - said
    return any(operand in asked and not _shortened(number.value, operand) for operand in unsaid)


def _shortened(value: Value, operand: Value) -> bool:
    """Return whether `value` is `operand` with digits missing, as it is written: 7 for 7.5."""
    digits, rest = in_spanish(value), iter(in_spanish(operand))
    return len(digits) < len(in_spanish(operand)) and all(digit in rest for digit in digits)


def _joined(number: _Number) -> bool:
    """Return whether `number` is part of a longer one or of a list."""
    at, end = number.at - number.line_start, number.end - number.line_start
    if any(found.start() <= at < found.end() for found in _LIST.finditer(number.line)):
        return True
    return bool(_JOINED_BEFORE.search(_before(number)) or _JOINED_AFTER.match(number.line[end:]))


def _in_sequence(number: _Number) -> bool:
    """Return whether `number` may be a place in a sequence: day 17."""
    before = _before(number)
    return (number.small and bool(_IN.search(before))) or (
        number.value <= _LAST_OF_A_SEQUENCE and bool(_IN_SEQUENCE.search(before))
    )


def _before(number: _Number) -> str:
    at = number.at - number.line_start
    return number.line[max(0, at - _LONGEST_WORD) : at]


def _prose_counts(text: str, annotations: Sequence[Annotation]) -> bool:
    """Return whether every line with an equals sign has an annotation."""
    places = [annotation.at for annotation in annotations]
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if "=" in line and not any(start <= place <= end for place in places):
            return False
        start = end + 1
    return True
