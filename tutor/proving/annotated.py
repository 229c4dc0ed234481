"""Faults of a solution with calculator annotations (GSM8K), where everything that matters is written more than once.

The annotations and what they repeat are taken at their word. An equation of the prose without an annotation is not:
such rows are loosely written ("14*20=140 minutes", with 280 as the answer). It counts as wrong where the working goes
on with the right result and never comes back to the one that is given. A number of the prose outside of equations
counts as wrong where nothing in the row explains it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tutor.proving.annotations import Annotation, annotation_faults, lost_digits, number_values
from tutor.proving.equations import Fault, agree, certain, computed, in_spanish, quoted
from tutor.proving.letters import values_of_letters
from tutor.proving.notation import formulas_in
from tutor.proving.side import Formula, Side
from tutor.proving.unexplained import unexplained_number
from tutor.proving.written_numbers import Value

_IN_WORDS = dict(enumerate("zero one two three four five six seven eight nine ten eleven twelve".split()))
_MORE_THOUSANDS = re.compile(" [0-9]{3}(?![0-9])")


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
    stated = formulas_in(answer, spanish)
    row = _Numbers(formulas_in(question, spanish), stated, formulas, annotations)
    yield from annotation_faults(text, annotations, formulas)
    letters = values_of_letters(formulas)
    for formula in formulas:
        for one, other in pairwise(formula):
            verdict = agree(one, other, letters)
            if verdict:
                yield True
            elif verdict is False and certain(one, other):
                wrong = row.goes_on_with_another(one, other, letters)
                yield _wrong_result(text, one, other, letters) if wrong else False
    if fault := _other_answer(row, stated, answer, text, formulas, annotations):
        yield fault
    if unexplained := unexplained_number(question, text, answer, formulas, annotations, letters, spanish):
        yield unexplained


def _wrong_result(text: str, one: Side, other: Side, letters: Mapping[str, Value]) -> Fault:
    value = computed(one, english=True, letters=letters)
    shown = in_spanish(value) if value is not None else ""
    equation = text[one.start : other.end].strip()
    return Fault(equation, shown, f"{equation} is wrong: {quoted(text, one)} is {shown}")


def _other_answer(
    row: _Numbers,
    stated: Sequence[Formula],
    answer: str,
    text: str,
    formulas: Sequence[Formula],
    annotations: Sequence[Annotation],
) -> Fault | None:
    """Return that the answer stands nowhere in the row and is not one step away from the last result."""
    ends = [side for formula in formulas if len(formula) > 1 for side in formula[-2:]][-2:]
    values = [value for side in ends if (value := computed(side, english=True)) is not None]
    if len(stated) != 1 or not stated[0][-1].bare or not values:
        return None
    wanted = number_values(stated[0][-1])[0]
    if row.count(wanted) > 1 or row.one_step(wanted, values) or wanted == len(annotations):
        return None  # in the last case the answer is how often something was done
    word = _IN_WORDS.get(int(wanted))
    if (word and re.search(rf"\b{word}", text, re.IGNORECASE)) or _MORE_THOUSANDS.match(text, ends[-1].end):
        return None
    shown = quoted(text, ends[-1])
    reason = f"the answer {answer.strip()} does not follow: the working ends in {shown}"
    return Fault(shown, in_spanish(values[-1]), reason)


class _Numbers:
    """How often each number stands in a row, and where in the working it stands last."""

    def __init__(
        self,
        asked: Sequence[Formula],
        stated: Sequence[Formula],
        formulas: Sequence[Formula],
        annotations: Sequence[Annotation],
    ) -> None:
        self._asked = Counter(_numbers(asked))
        self._counts = self._asked + Counter(_numbers(formulas)) + Counter(_numbers(stated))
        self._last = {value: side.start for formula in formulas for side in formula for value in number_values(side)}
        for annotation in annotations:
            for value in _numbers([annotation.formula]):
                self._counts[value] += 1
                self._last[value] = max(annotation.at, self._last.get(value, 0))

    def count(self, value: Value) -> int:
        return self._counts[value]

    def goes_on_with_another(self, one: Side, other: Side, letters: Mapping[str, Value]) -> bool:
        """Return whether `one` comes to a result that is used later, and not to `other`, which stands nowhere else."""
        right = computed(one, english=True, letters=letters)
        if not other.bare or right is None:
            return False
        wrong = number_values(other)[0]
        only_here = self._counts[wrong] == 1 and not lost_digits(wrong, right)
        return only_here and self._last.get(right, -1) > other.end

    def one_step(self, wanted: Value, results: Sequence[Value]) -> bool:
        """Return whether `wanted` is one of `results`, rounded or in hundredths, or comes from the last in one step.

        A step is an operation with a number of the question.
        """
        for value in results:
            if wanted in (value, value * 100, round(value), int(value), int(value) + (value != int(value))):
                return True
        last = results[-1]
        return any(
            wanted in (last + number, last - number, number - last, last * number) or wanted * number == last
            for number in self._asked
            if number not in (0, 1)
        )


def _numbers(formulas: Sequence[Formula]) -> Iterator[Value]:
    return (value for formula in formulas for side in formula for value in number_values(side))
