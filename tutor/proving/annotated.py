"""Faults of a solution with calculator annotations (GSM8K), where everything that matters is written more than once.

The annotations and what they repeat are taken at their word. An equation of the prose without an annotation is not:
such rows are loosely written ("14*20=140 minutes", with 280 as the answer). It counts as wrong where the row goes on as
if it held with another number. A number of the prose outside of equations counts as wrong where nothing in the row
explains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tutor.proving.annotations import Annotation, annotation_faults, number_values
from tutor.proving.equations import Fault, agree, certain, computed, in_spanish, quoted
from tutor.proving.false_equations import wrong_pair
from tutor.proving.known_numbers import KnownNumbers
from tutor.proving.letters import values_of_letters
from tutor.proving.notation import formulas_in
from tutor.proving.side import Formula
from tutor.proving.unexplained import unexplained_number
from tutor.proving.written_numbers import Value

_IN_WORDS = dict(enumerate("zero one two three four five six seven eight nine ten eleven twelve".split()))
_MORE_THOUSANDS = re.compile(" [0-9]{3}(?![0-9])")
_MOST_FALSE = 4  # equations of a row that are false; with more of them it is no slip


def faults(
    question: str,
    text: str,
    answer: str,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
    spanish: bool,
) -> Iterator[Fault | bool]:
    """Yield what is wrong in a row, True for each equation that holds and False for one that does not and is left.

    `text` is the working without its `annotations`, `formulas` are those of `text`, `spanish` tells its notation.
    """
    known = KnownNumbers(question, text, answer, annotations, spanish)
    yield from annotation_faults(text, annotations, formulas)
    letters = values_of_letters(formulas)
    left = 0
    for formula in formulas:
        for one, other in pairwise(formula):
            verdict = agree(one, other, letters)
            if verdict:
                yield True
            elif verdict is False and left < _MOST_FALSE and (fault := wrong_pair(one, other, letters, known)):
                yield fault
            elif verdict is False:
                left += 1
                if certain(one, other):
                    yield False
    if fault := _other_answer(known, formulas):
        yield fault
    if unexplained := unexplained_number(known, formulas, letters):
        yield unexplained


def _other_answer(known: KnownNumbers, formulas: Sequence[Formula]) -> Fault | None:
    """Return that the answer stands nowhere in the row and is not one step away from the last result."""
    text, stated = known.text, formulas_in(known.answer, known.spanish)
    ends = [side for formula in formulas if len(formula) > 1 for side in formula[-2:]][-2:]
    values = [value for side in ends if (value := computed(side, english=True)) is not None]
    if len(stated) != 1 or not stated[0][-1].bare or not values:
        return None
    wanted = number_values(stated[0][-1])[0]
    if known.counts[wanted] > 1 or _one_step(known, wanted, values) or wanted == len(known.annotations):
        return None  # in the last case the answer is how often something was done
    word = _IN_WORDS.get(int(wanted))
    if (word and re.search(rf"\b{word}", text, re.IGNORECASE)) or _MORE_THOUSANDS.match(text, ends[-1].end):
        return None
    shown = quoted(text, ends[-1])
    reason = f"the answer {known.answer.strip()} does not follow: the working ends in {shown}"
    return Fault(shown, in_spanish(values[-1]), reason)


def _one_step(known: KnownNumbers, wanted: Value, results: Sequence[Value]) -> bool:
    """Return whether `wanted` is one of `results`, rounded or in hundredths, or comes from the last in one step.

    A step is an operation with a number of the question.
    """
    for value in results:
        if wanted in (value, value * 100, round(value), int(value), int(value) + (value != int(value))):
            return True
    last = results[-1]
    return any(
        wanted in (last + number, last - number, number - last, last * number) or wanted * number == last
        for number in known.asked
        if number not in (0, 1)
    )
