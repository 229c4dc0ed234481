"""Whether a worked solution proves its answer: every equation recomputed exactly, and the answer must follow."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from tutor.proving.annotated import faults
from tutor.proving.annotations import number_values, read_annotations, split_annotations, without_leading_zeros
from tutor.proving.conversions import converted
from tutor.proving.deadline import Deadline, DeadlinePassed
from tutor.proving.equations import Fault, agree, computed, in_spanish, quoted, true_and_false
from tutor.proving.formulas import find_formulas
from tutor.proving.known_numbers import KnownNumbers
from tutor.proving.letters import formulas_with_unknowns
from tutor.proving.markup import unmarked
from tutor.proving.notation import readings
from tutor.proving.questions import assigned, check_answer
from tutor.proving.side import Formula, Side
from tutor.proving.unknowns import unlike_the_others
from tutor.proving.written_numbers import Value, Written

DEFAULT_SECONDS = 2.0  # that a row may take
OVERDUE = "recomputing took longer than"
_MOST_CHARACTERS = 20_000  # of a solution or question; a longer one is not checked
_MOST_ANSWER_CHARACTERS = 200


@dataclass(frozen=True)
class Proof:
    """What the checker found: for a refuted row the equation as it stands, the right value and the reason.

    `right` is in Spanish notation, `reason` is one English sentence.
    """

    verdict: Literal["proven", "refuted", "not checkable"]
    equation: str = ""
    right: str = ""
    reason: str = ""


# What follows shows the answer to be right, or a wrong one to be wrong.
_CHECK = re.compile(r"\b(?:comprob|verific|cuidado|porque|check|because)", re.IGNORECASE)
_PROVEN = Proof("proven")
_NOT_CHECKABLE = Proof("not checkable")


def prove(
    question: str,
    solution: str,
    answer: str,
    seconds: float = DEFAULT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Proof:
    """Return whether `solution` proves `answer`; never raises, and takes time linear in the length of the texts.

    A row that took longer than `seconds` twice is not checkable, with that reason: the first time a library may have
    been loaded for it, or the machine been busy with something else.
    """
    if len(question) > _MOST_CHARACTERS or len(solution) > _MOST_CHARACTERS or len(answer) > _MOST_ANSWER_CHARACTERS:
        return _NOT_CHECKABLE
    if "\\" in question or "\\" in solution or "\\" in answer or "**" in solution:
        question, solution, answer = map(unmarked, (question, solution, answer))
    check = _annotated if "<<" in solution else _in_lines if "\n" in solution and "=" in solution else _plain
    for _ in range(2):
        with suppress(DeadlinePassed):
            return check(question, solution, answer, Deadline(seconds, clock))
    return Proof("not checkable", reason=f"{OVERDUE} {seconds:g} s")


def _plain(question: str, solution: str, answer: str, deadline: Deadline) -> Proof:
    stated = _stated(answer)
    formulas = find_formulas(solution)
    letters = assigned(formulas) if any(side.letters for formula in formulas for side in formula) else None
    proven = converts = False
    for verdict in deadline.watch(_verdicts(formulas, solution, letters, deadline)):
        if isinstance(verdict, Fault):
            return _refuted(verdict)
        proven = True
    if letters == {} and (fault := _unlike_the_others(question, solution, answer, formulas)):
        return _refuted(fault)
    for verdict in converted(solution):
        if isinstance(verdict, Fault):
            return _refuted(verdict)
        converts = True
    if stated is None:
        return _NOT_CHECKABLE
    asked = check_answer(question, stated)
    if isinstance(asked, Fault):
        return _refuted(asked)
    if asked:
        return _PROVEN
    if not (proven or converts):
        return _NOT_CHECKABLE
    followed = _followed(question, solution, answer, stated, formulas)
    # "1 h = 60 min" may be a hint, with which nothing is calculated.
    return followed if proven or followed == _PROVEN else _NOT_CHECKABLE


def _verdicts(
    formulas: Sequence[Formula], solution: str, letters: Mapping[str, Value] | None, deadline: Deadline
) -> Iterator[bool | Fault]:
    for formula in deadline.watch(formulas):
        if len(formula) > 1:
            yield from true_and_false(formula, solution, letters)


def _annotated(question: str, solution: str, answer: str, deadline: Deadline) -> Proof:
    """Return the best verdict of all notations in which the row may be: nothing is wrong that is right in one."""
    text, calculations = split_annotations(solution)
    found: list[Proof] = []
    for spanish, spanish_annotations in readings(question, text, answer, [each for each, _ in calculations]):
        annotations = read_annotations(calculations, spanish_annotations)
        formulas = formulas_with_unknowns(without_leading_zeros(text), spanish)
        verdicts = deadline.watch(faults(question, text, answer, formulas, annotations, spanish))
        found.append(_annotated_verdict(verdicts))
        if found[-1] == _PROVEN:
            break
    return next((proof for proof in (_PROVEN, _NOT_CHECKABLE) if proof in found), found[0])


def _annotated_verdict(verdicts: Iterable[Fault | bool]) -> Proof:
    held: set[bool] = set()
    for verdict in verdicts:
        if isinstance(verdict, Fault):
            return _refuted(verdict)
        held.add(verdict)
    return _PROVEN if held == {True} else _NOT_CHECKABLE


def _unlike_the_others(question: str, solution: str, answer: str, formulas: Sequence[Formula]) -> Fault | None:
    """Return an equation with an unknown unlike the others, if all numbers mean the same in Spain and England.

    Where the unknown has one value, `_verdicts` has put it into all of them.
    """
    sides = [side for formula in formulas for side in formula]
    if not any(side.letters and len(side.items) == 1 for side in sides) or any(
        isinstance(item, Written) and item.ambiguous for side in sides for item in side.items
    ):
        return None
    return next(unlike_the_others(KnownNumbers(question, solution, answer, [], spanish=True), formulas), None)


def _in_lines(question: str, solution: str, answer: str, deadline: Deadline) -> Proof:
    """Return the verdict on a working of several lines, which go on with each other's numbers as annotated ones do."""
    proof = _plain(question, solution, answer, deadline)
    if proof.verdict == "refuted":
        return proof
    closer = _annotated(question, solution, answer, deadline)
    return closer if closer.verdict == "refuted" else proof


def _stated(answer: str) -> Side | None:
    """Return the number that `answer` is, its unit aside, None if it is no single number."""
    formulas = find_formulas(answer)
    return formulas[0][-1] if len(formulas) == 1 and formulas[0][-1].closed and formulas[0][-1].items else None


def _refuted(fault: Fault) -> Proof:
    return Proof("refuted", fault.equation, fault.right, fault.reason)


def _followed(question: str, text: str, answer: str, stated: Side, formulas: Sequence[Formula]) -> Proof:
    """Return whether the answer comes out of a working whose equations are true.

    It does if it is the result of an equation, or stands in the working and not in the question ("5 + 7 = 12" finds
    the 7). It does not if it stands nowhere in the working.
    """
    wanted = set(both_values(stated))
    results = [formula[-1] for formula in formulas if len(formula) > 1 or len(formula[0].items) > 1]
    if not results:
        return _NOT_CHECKABLE  # "2 h 30 min = 150 min" is true, and no formula
    check = _CHECK.search(text)
    end = check.start() if check else len(text)
    last = next((result for result in reversed(results) if result.start < end), results[-1])
    if not wanted.isdisjoint(both_values(last)) or agree(last, stated):
        return _PROVEN
    shown = {value for formula in formulas for side in formula for value in _shown(side)}
    if wanted.isdisjoint(shown) and not any(agree(result, stated) for result in results):
        return _refuted(_no_result(answer, text, [last]))
    asked = {value for formula in find_formulas(question) for side in formula for value in _shown(side)}
    middle = {value for result in results for value in both_values(result)}
    return _PROVEN if wanted.isdisjoint(asked | middle) else _NOT_CHECKABLE


def _no_result(answer: str, text: str, results: Sequence[Side]) -> Fault:
    ending = quoted(text, results[-1])
    value = computed(results[-1], english=False)
    return Fault(
        ending,
        in_spanish(value) if value is not None else "",
        f"the answer {answer.strip()} does not follow: the working ends in {ending}",
    )


def both_values(side: Side) -> tuple[Value, ...]:
    """Return what `side` is worth in the notations of Spain and England, nothing if it has no value."""
    return tuple(v for v in (computed(side, english) for english in (False, True)) if v is not None)


def _shown(side: Side) -> tuple[Value, ...]:
    numbers = tuple(value for english in (False, True) for value in number_values(side, english))
    return numbers if side.bare else numbers + both_values(side)
