"""A number of a working that nothing explains: most likely a quantity copied wrongly.

The working repeats what the question gives and what it has computed itself. A number that stands once in the row, and
is no such quantity, no other form of one (20 % is .20), no measure that everybody knows and no place in a sequence is
suspicious: in an equation that is false and would be true with a number of the row instead; and in the prose of a
working whose every calculation is annotated, if it is more than a count or takes the place of a number of the question.

Authors slip, too, and their slips look the same. Where most of them are, nothing is said: in the prose of rows with a
calculation without annotation (every 100th of them in GSM8K), in what is said to be so because of a calculation, and in
results that stand nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tutor.proving.annotations import Annotation, number_values
from tutor.proving.equations import Fault, in_spanish
from tutor.proving.false_equations import BECAUSE, calculated_in, wrong_in_equation, wrong_with_letters
from tutor.proving.known_numbers import KnownNumbers, OnlyHere, numbers_of
from tutor.proving.malformed import cut_number, leading_zero
from tutor.proving.side import Formula
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.written_numbers import Value

_LAST_OF_A_SEQUENCE = 31
_LONGEST_WORD = 12
# Part of something else that is written in digits: a time, a decimal, an ordinal, an unknown.
_JOINED_BEFORE = re.compile(r"(?:[0-9] ?: ?|[0-9][.,]|[0-9] |[A-Za-z(#])$")
_JOINED_AFTER = re.compile(r"[A-Za-z:]|\.\.| [0-9]| (?:a\.?m|p\.?m)\b", re.IGNORECASE)
_IN_SEQUENCE = re.compile(
    r"\b(?:days?|nights?|years?|months?|weeks?|hours?|steps?|numbers?|rounds?|pages?|levels?|d[ií]as?|noches?|"
    r"a[nñ]os?|mes|meses|semanas?|pasos?|n[uú]meros?|p[aá]ginas?) ?$",
    re.IGNORECASE,
)
_IN = re.compile(r"\b(?:in|en) ?$", re.IGNORECASE)
_LIST = re.compile(r"(?<![0-9])[0-9]+(?:(?:, ?(?:and |y )?|,? ?& ?|,? (?:and|y) )[0-9]+){2,}")
_SENTENCE_END = re.compile(r"[.;!?] ")


def unexplained_number(
    question: str,
    text: str,
    answer: str,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
    letters: Mapping[str, Value],
    spanish: bool,
) -> Fault | None:
    """Return the one number of `text` that nothing explains; None if there are none or several, or if some may.

    `text` is the working without its `annotations`, `formulas` are those of `text`, `letters` what is known of theirs;
    `spanish` tells its notation.
    """
    known = KnownNumbers(question, text, answer, annotations, spanish)
    if not spanish:
        if zero := leading_zero(text, known):
            return Fault(zero, "", f"{zero} begins with a zero: a number with a digit that is wrong")
        if cut := cut_number(text, known):
            return Fault(cut, "", f"{cut} lacks digits after its comma")
    single = known.only_here()
    if not single:
        return None
    known.complete(formulas)
    faults = [*wrong_with_letters(text, single, formulas, letters)]
    prose = _prose_counts(text, annotations)
    for number in single:
        formula = next((each for each in formulas if each[0].start <= number.at < each[-1].end), None)
        if formula and len(formula) > 1 and any(one.start <= number.at < other.end for one, other in pairwise(formula)):
            faults += wrong_in_equation(number, formula, text, known, annotations)
        elif formula and any(side.letters for side in formula):
            if len(formula) == 1 and not _joined(number) and not known.explained(number.value, number.line):
                faults.append(_nowhere(number, text))
        elif prose:
            faults += _wrong_in_prose(number, text, question, known, formulas, annotations, spanish)
    return faults[0] if len(faults) == 1 else None


def _wrong_in_prose(
    number: OnlyHere,
    text: str,
    question: str,
    known: KnownNumbers,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
    spanish: bool,
) -> Iterator[Fault]:
    """Yield that nothing explains `number`, which stands in no equation of a row where every line is annotated."""
    if "=" in number.line and not calculated_in(number, annotations):
        return
    if 0 < number.value < 1 or _joined(number) or number.value in known.spoken | known.counts:
        return
    if _in_sequence(number) or BECAUSE.search(number.line):
        return
    if number.small:
        if not _replaces_operand(number, text, question, known, formulas, annotations, spanish):
            return
    elif known.explained(number.value, number.line):
        return
    yield _nowhere(number, text)


def _nowhere(number: OnlyHere, text: str) -> Fault:
    shown = text[number.at : number.end]
    return Fault(shown, "", f"{shown} stands neither in the question nor anywhere else in the working")


def _replaces_operand(
    number: OnlyHere,
    text: str,
    question: str,
    known: KnownNumbers,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
    spanish: bool,
) -> bool:
    """Return whether the calculation after `number` takes a number of the question that its sentence does not say."""
    following = next((each for each in calculated_in(number, annotations) if each.at >= number.end), None)
    if following is None or number.value == 1:
        return False
    starts = (formula[0].start for formula in formulas if formula[0].start <= following.at <= formula[-1].end + 3)
    start = next(starts, following.at)
    said_text = text[number.line_start : start]
    if number.at >= start or _SENTENCE_END.search(text, number.end, start) or text[number.end : number.end + 1] == "%":
        return False
    said = Counter(value for value, _, _ in numbers_of(said_text, spanish)) + Counter(spoken_numbers(said_text))
    asked = known.asked | spoken_numbers(question)
    unsaid = Counter(number_values(following.formula[0])) - said
    return any(operand in asked and not _shortened(number.value, operand) for operand in unsaid)


def _shortened(value: Value, operand: Value) -> bool:
    """Return whether `value` is `operand` with digits missing, as it is written: 7 for 7.5."""
    digits, rest = in_spanish(value), iter(in_spanish(operand))
    return len(digits) < len(in_spanish(operand)) and all(digit in rest for digit in digits)


def _joined(number: OnlyHere) -> bool:
    """Return whether `number` is part of a longer one or of a list."""
    at, end = number.at - number.line_start, number.end - number.line_start
    if any(found.start() <= at < found.end() for found in _LIST.finditer(number.line)):
        return True
    return bool(_JOINED_BEFORE.search(_before(number)) or _JOINED_AFTER.match(number.line[end:]))


def _in_sequence(number: OnlyHere) -> bool:
    """Return whether `number` may be a place in a sequence: day 17."""
    before = _before(number)
    return (number.small and bool(_IN.search(before))) or (
        number.value <= _LAST_OF_A_SEQUENCE and bool(_IN_SEQUENCE.search(before))
    )


def _before(number: OnlyHere) -> str:
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
