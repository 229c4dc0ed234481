"""Word problems of one and of two steps."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tutor.exercises import one_step_stories, two_step_stories
from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import as_told
from tutor.exercises.stories import tell
from tutor.exercises.vocabulary import market


class _Working(NamedTuple):
    question: str
    first: str
    second: str
    in_one_line: str
    value: int


def one_step(rng: Random) -> Exercise:
    """Return a story that one operation solves."""
    make = rng.choice((_joining, _taking_away, _repeating, _sharing))
    return make(rng, rng.random() < 0.3)


def _joining(rng: Random, hard: bool) -> Exercise:
    a, b = (rng.randint(12, 400), rng.randint(12, 150)) if hard else (rng.randint(2, 20), rng.randint(2, 20))
    question = tell(one_step_stories.ADD_STORIES, rng, a=a, b=b)
    a, b = as_told(question, a, b)
    solution = f"Sumamos: {a}+{b}={a + b}."
    others = (
        with_check(solution, f"{a + b}-{b}={a}"),
        with_rule("Queremos saber cuánto hay en total", solution),
    )
    return _one_step(question, solution, a + b, others)


def _taking_away(rng: Random, hard: bool) -> Exercise:
    if rng.random() < 0.07:
        return _years(rng)
    a = rng.randint(25, 400) if hard else rng.randint(5, 25)
    b = rng.randint(2, a - 1)
    question = tell(one_step_stories.SUBTRACT_STORIES, rng, a=a, b=b)
    solution = f"Restamos: {a}-{b}={a - b}."
    others = (
        with_check(solution, f"{a - b}+{b}={a}"),
        with_warning(solution, f"si sumas sale {a + b}, más que al principio"),
    )
    return _one_step(question, solution, a - b, others)


def _years(rng: Random) -> Exercise:
    earlier = rng.randint(1930, 2010)
    later = rng.randint(earlier + 5, 2025)
    question = tell(one_step_stories.YEAR_STORIES, rng, a=later, b=earlier)
    solution = f"Restamos: {later}-{earlier}={later - earlier}."
    others = (with_check(solution, f"{earlier}+{later - earlier}={later}"),)
    return _one_step(question, solution, later - earlier, others)


def _repeating(rng: Random, hard: bool) -> Exercise:
    a, b = (rng.randint(2, 12), rng.randint(11, 60)) if hard else (rng.randint(2, 10), rng.randint(2, 10))
    question = tell(one_step_stories.MULTIPLY_STORIES, rng, market(b, rng), a=a, b=b)
    first, second = as_told(question, a, b)
    solution = f"Multiplicamos: {first}×{second}={a * b}."
    others = (
        with_check(solution, f"{a * b}÷{b}={a}"),
        with_rule(f"Son {a} veces {b}", solution),
    )
    return _one_step(question, solution, a * b, others)


def _sharing(rng: Random, hard: bool) -> Exercise:
    b, value = rng.randint(2, 9), rng.randint(11, 25) if hard else rng.randint(2, 10)
    a = b * value
    question = tell(one_step_stories.DIVIDE_STORIES, rng, market(value, rng), a=a, b=b)
    solution = f"Dividimos: {a}÷{b}={value}."
    others = (
        with_rule("Hay que hacer partes iguales", solution),
        f"Buscamos el número que por {b} da {a}: {b}×{value}={a}.",
    )
    return _one_step(question, solution, value, others)


def _one_step(question: str, solution: str, value: int, others: tuple[str, ...]) -> Exercise:
    return Exercise(question, solution, str(value), "problemas de un paso", "primaria 3", others)


def two_steps(rng: Random) -> Exercise:
    """Return a story that two operations solve, one after the other."""
    makers = (
        _add_and_subtract,
        _two_taken_away,
        _products,
        _change,
        _rest,
        _share,
        _share_the_rest,
        _share_a_product,
        _together,
    )
    make = rng.choices(makers, (20, 10, 20, 12, 10, 11, 11, 4, 2))[0]
    working = make(rng)
    solution = f"Primero {working.first}. Después {working.second}."
    others = (
        f"{solution} En una sola cuenta: {working.in_one_line}={working.value}.",
        with_rule("Son dos pasos", solution),
    )
    return Exercise(working.question, solution, str(working.value), "problemas de dos pasos", "primaria 4", others)


# What stands for the result of the first operation in the second.
_IT = None
_VERBS = {"+": "sumamos", "-": "restamos", "×": "multiplicamos", "÷": "dividimos"}


def _worked(question: str, first: tuple[int, str, int], then: tuple[int | None, str, int | None]) -> _Working:
    """Return the working of `first`, and then of the operation in which `_IT` stands for its result."""
    middle = _result(*first)
    left, sign, right = (middle if then[0] is _IT else then[0]), then[1], (middle if then[2] is _IT else then[2])
    value = _result(left, sign, right)
    inner = f"{first[0]}{first[1]}{first[2]}"
    if first[1] in "+-" and (sign == "÷" or then[2] is _IT):
        inner = f"({inner})"
    in_one_line = f"{inner}{sign}{right}" if then[0] is _IT else f"{left}{sign}{inner}"
    return _Working(
        question,
        f"{_VERBS[first[1]]} {first[0]}{first[1]}{first[2]}={middle}",
        f"{_VERBS[sign]} {left}{sign}{right}={value}",
        in_one_line,
        value,
    )


def _result(a: int, sign: str, b: int) -> int:
    return {"+": a + b, "-": a - b, "×": a * b, "÷": a // b}[sign]


def _add_and_subtract(rng: Random) -> _Working:
    large = rng.random() < 0.4
    a, b = (rng.randint(30, 200), rng.randint(10, 60)) if large else (rng.randint(8, 40), rng.randint(2, 20))
    if rng.random() < 0.5:
        c = rng.randint(2, min(20, a + b - 1))
        return _worked(tell(two_step_stories.ADD_THEN_SUBTRACT, rng, a=a, b=b, c=c), (a, "+", b), (_IT, "-", c))
    b, c = min(b, a - 1), rng.randint(2, 20)
    return _worked(tell(two_step_stories.SUBTRACT_THEN_ADD, rng, a=a, b=b, c=c), (a, "-", b), (_IT, "+", c))


def _two_taken_away(rng: Random) -> _Working:
    a, b = rng.randint(2, 40), rng.randint(2, 30)
    whole = a + b + rng.randint(1, 60)
    return _worked(tell(two_step_stories.TWO_TAKEN_AWAY, rng, a=a, b=b, c=whole), (a, "+", b), (whole, "-", _IT))


def _products(rng: Random) -> _Working:
    a, b = rng.randint(2, 9), rng.randint(2, 10) if rng.random() < 0.7 else rng.randint(11, 40)
    if rng.random() < 0.6 or a * b < 4:
        c, sign = rng.randint(2, 15), "+"
        question = tell(two_step_stories.MULTIPLY_THEN_ADD, rng, market(b, rng, extra_price=c), a=a, b=b, c=c)
    else:
        c, sign = rng.randint(2, min(15, a * b - 1)), "-"
        question = tell(two_step_stories.MULTIPLY_THEN_SUBTRACT, rng, a=a, b=b, c=c)
    a, b = as_told(question, a, b)
    return _worked(question, (a, "×", b), (_IT, sign, c))


def _change(rng: Random) -> _Working:
    a, b = rng.randint(2, 6), rng.randint(2, 16)
    note = next(n for n in (10, 20, 50, 100) if n > a * b)
    return _product_taken_from(note, a, b, tell(two_step_stories.BUY_AND_CHANGE, rng, market(b, rng), a=a, b=b, c=note))


def _rest(rng: Random) -> _Working:
    a, b = rng.randint(2, 8), rng.randint(2, 25)
    whole = a * b + rng.randint(1, 60)
    return _product_taken_from(whole, a, b, tell(two_step_stories.CUT_AND_REST, rng, a=a, b=b, c=whole))


def _product_taken_from(whole: int, a: int, b: int, question: str) -> _Working:
    a, b = as_told(question, a, b)
    return _worked(question, (a, "×", b), (whole, "-", _IT))


def _share(rng: Random) -> _Working:
    c, value = rng.randint(2, 6), rng.randint(3, 10)
    a = rng.randint(2, c * value - 2)
    b = c * value - a
    return _worked(tell(two_step_stories.ADD_THEN_DIVIDE, rng, a=a, b=b, c=c), (a, "+", b), (_IT, "÷", c))


def _share_the_rest(rng: Random) -> _Working:
    c, value, b = rng.randint(2, 8), rng.randint(2, 12), rng.randint(2, 30)
    a = c * value + b
    return _worked(tell(two_step_stories.SUBTRACT_THEN_DIVIDE, rng, a=a, b=b, c=c), (a, "-", b), (_IT, "÷", c))


def _share_a_product(rng: Random) -> _Working:
    c, value, a = rng.randint(2, 6), rng.randint(2, 8), rng.randint(2, 6)
    b = c * value
    return _worked(tell(two_step_stories.MULTIPLY_THEN_DIVIDE, rng, a=a, b=b, c=c), (a, "×", b), (_IT, "÷", c))


def _together(rng: Random) -> _Working:
    times, multiple = rng.choice(((2, "el doble"), (2, "el doble"), (3, "el triple")))
    b = rng.randint(3, 20)
    told = tuple(s._replace(text=s.text.replace("{multiple}", multiple)) for s in two_step_stories.TIMES_AS_MANY)
    return _worked(tell(told, rng, b=b), (b, "×", times), (b, "+", _IT))
