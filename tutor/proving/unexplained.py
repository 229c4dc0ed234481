"""A number of a working that nothing explains: most likely a quantity copied wrongly.

The working repeats what the question gives and what it has computed itself. A number that stands once in the row, and
is no such quantity, no other form of one (20 % is .20), no measure that everybody knows and no place in a sequence is
suspicious: in an equation that is false and would be true with a number of the row instead; where it is larger than all
that the row gives, uses or states; where the sentence needs another; as a zero that is counted or in a false equation;
and in the prose, if it is more than a count and the calculation of its line annotated, or it is not one step from
others where not every calculation of the working is.

Authors slip, too, and their slips look the same. Where most of them are, only what is nearly right counts: in the prose
of sentences with a calculation without annotation and in what is said to be so because of a calculation. Nothing does
in numbers that have lost digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, pairwise

from tutor.proving.annotations import Annotation
from tutor.proving.equations import Fault, agree
from tutor.proving.false_equations import BECAUSE, calculated_in, wrong_in_equation, wrong_with_letters
from tutor.proving.known_numbers import KnownNumbers, OnlyHere
from tutor.proving.malformed import malformed, reduced
from tutor.proving.misquoted import concluded, instructed, misquoted
from tutor.proving.side import Formula
from tutor.proving.unknowns import unlike_the_others
from tutor.proving.written_numbers import Value

_LAST_OF_A_SEQUENCE = 31
_LONGEST_WORD = 12
_LARGER, _FAR_LARGER = Fraction(3, 2), 3  # times the largest number of the row
# Part of something else that is written in digits: a time, a decimal, an ordinal, an unknown.
_JOINED_BEFORE = re.compile(r"(?:[0-9] ?: ?|[0-9][.,]|[0-9] |[A-Za-z(#])$")
_JOINED_AFTER = re.compile(
    r"(?!(?:ft|[kcm]m|kg|lbs?|oz|m[lL]|mph)\b)[A-Za-z]|: ?[0-9]|\.\.| [0-9]| (?:a\.?m|p\.?m)\b", re.IGNORECASE
)
_IN_SEQUENCE = re.compile(
    r"\b(?:days?|nights?|years?|months?|weeks?|hours?|steps?|numbers?|rounds?|pages?|levels?|d[ií]as?|noches?|"
    r"a[nñ]os?|mes|meses|semanas?|pasos?|n[uú]meros?|p[aá]ginas?) ?$",
    re.IGNORECASE,
)
_COUNTING = re.compile(
    r"\b(?:in|into|after|by|per|between|among|every|all|both|other|first|last|next|the|these|those|his|her|their) $",
    re.IGNORECASE,
)
_IN = re.compile(r"\b(?:in|after|en|tras) ?$", re.IGNORECASE)
_LIST = re.compile(r"(?<![0-9])[0-9]+(?:(?:, ?(?:and |y )?|,? ?& ?|,? (?:and|y) )[0-9]+){2,}")


def unexplained_number(known: KnownNumbers, formulas: Sequence[Formula], letters: Mapping[str, Value]) -> Fault | None:
    """Return the one number of a working that nothing explains; None if there are none or several, or if some may.

    `formulas` are those of the working without its annotations, `letters` what is known of theirs.
    """
    if fault := next(malformed(known, formulas), None):
        return fault
    if fault := next(unlike_the_others(known, formulas), None):
        return fault
    if fault := next(instructed(known), None):
        return fault
    single = known.only_here()
    if not single:
        return None
    known.complete(formulas)
    careful = bool(known.annotations) and _all_lines_annotated(known.text, known.annotations)
    faults = [*wrong_with_letters(known.text, single, formulas, letters)]
    for number in single:
        formula = next((each for each in formulas if each[0].start <= number.at < each[-1].end), [])
        faults += islice(_faults_of(number, known, formula, formulas, letters, careful), 1)
    return faults[0] if len(faults) == 1 else None


def _faults_of(
    number: OnlyHere,
    known: KnownNumbers,
    formula: Formula,
    formulas: Sequence[Formula],
    letters: Mapping[str, Value],
    careful: bool,
) -> Iterator[Fault]:
    """Yield what speaks against `number`, which stands in `formula` or, if that is empty, in none."""
    if _idle_zero(number, known, formula) or _out_of_scale(number, known, formula, letters):
        yield _nowhere(number, known.text)
    elif len(formula) > 1:
        yield from wrong_in_equation(number, formula, known)
    elif any(side.letters for side in formula):
        if not _joined(number) and not known.explained(number.value, number.line):
            yield _nowhere(number, known.text)
    elif 0 < number.value < 1 or _joined(number) or _in_sequence(number):
        return
    elif BECAUSE.search(number.line):
        yield from concluded(number, known, formulas)
    else:
        yield from misquoted(number, known, formulas, careful)
        if _unexplained_in_prose(number, known) and (careful or not known.in_one_step(number.value)):
            yield _nowhere(number, known.text)


def _idle_zero(number: OnlyHere, known: KnownNumbers, formula: Formula) -> bool:
    """Return whether `number` is a zero where nobody writes one: in a false equation, or as a count ("in 0 days")."""
    if number.value or known.spanish or _joined(number):
        return False
    if len(formula) < 2:
        return len(formula[0].items) == 1 and bool(_COUNTING.search(_before(number))) if formula else False
    pairs = [pair for pair in pairwise(formula) if pair[0].start <= number.at < pair[1].end]
    return all(agree(*pair) is False for pair in pairs)


def _unexplained_in_prose(number: OnlyHere, known: KnownNumbers) -> bool:
    """Return whether nothing explains `number`, which stands in no equation; where a line calculates, some may."""
    if (
        number.small
        or reduced(number.at, known)
        or ("=" in number.line and not calculated_in(number, known.annotations))
    ):
        return False
    return number.value not in known.spoken | known.terms and not known.explained(number.value, number.line)


def _out_of_scale(number: OnlyHere, known: KnownNumbers, formula: Formula, letters: Mapping[str, Value]) -> bool:
    """Return whether `number` is larger than all that the row gives, uses or states, far larger in a false equation."""
    equation = [pair for pair in pairwise(formula) if pair[0].start <= number.at < pair[1].end]
    if number.value <= known.largest * (_FAR_LARGER if equation else _LARGER) or _joined(number):
        return False
    calculated = any(one.letters or other.letters or agree(one, other, letters) for one, other in equation)
    return not calculated and not known.explained(number.value, number.line)


def _nowhere(number: OnlyHere, text: str) -> Fault:
    shown = text[number.at : number.end]
    return Fault(shown, "", f"{shown} stands neither in the question nor anywhere else in the working")


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


def _all_lines_annotated(text: str, annotations: Sequence[Annotation]) -> bool:
    """Return whether every line with an equals sign has an annotation."""
    places = [annotation.at for annotation in annotations]
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if "=" in line and not any(start <= place <= end for place in places):
            return False
        start = end + 1
    return True
