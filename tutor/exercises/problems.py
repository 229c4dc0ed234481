"""Word problems of one and of two steps."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tutor.exercises import one_step_stories, two_step_stories
from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import as_told
from tutor.exercises.stories import Story, tell
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
    earlier = rng.randint(1930, 2016)
    later = rng.randint(earlier + 4, 2040)
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


def _add_and_subtract(rng: Random) -> _Working:
    a, b = (
        (rng.randint(8, 40), rng.randint(2, 20)) if rng.random() < 0.6 else (rng.randint(30, 200), rng.randint(10, 60))
    )
    if rng.random() < 0.5:
        middle = a + b
        c = rng.randint(2, min(20, middle - 1))
        return _Working(
            tell(two_step_stories.ADD_THEN_SUBTRACT, rng, a=a, b=b, c=c),
            f"sumamos {a}+{b}={a + b}",
            f"restamos {middle}-{c}={middle - c}",
            f"{a}+{b}-{c}",
            middle - c,
        )
    b = min(b, a - 1)
    middle, c = a - b, rng.randint(2, 20)
    return _Working(
        tell(two_step_stories.SUBTRACT_THEN_ADD, rng, a=a, b=b, c=c),
        f"restamos {a}-{b}={middle}",
        f"sumamos {middle}+{c}={middle + c}",
        f"{a}-{b}+{c}",
        middle + c,
    )


def _two_taken_away(rng: Random) -> _Working:
    a, b = rng.randint(2, 40), rng.randint(2, 30)
    whole = a + b + rng.randint(1, 60)
    return _Working(
        tell(two_step_stories.TWO_TAKEN_AWAY, rng, a=a, b=b, c=whole),
        f"sumamos {a}+{b}={a + b}",
        f"restamos {whole}-{a + b}={whole - a - b}",
        f"{whole}-({a}+{b})",
        whole - a - b,
    )


def _products(rng: Random) -> _Working:
    a, b = rng.randint(2, 9), rng.randint(2, 10) if rng.random() < 0.7 else rng.randint(11, 40)
    product = a * b
    if rng.random() < 0.6 or product < 4:
        c = rng.randint(2, 15)
        question = tell(two_step_stories.MULTIPLY_THEN_ADD, rng, market(b, rng, extra_price=c), a=a, b=b, c=c)
        a, b = as_told(question, a, b)
        first = f"multiplicamos {a}×{b}={product}"
        return _Working(question, first, f"sumamos {product}+{c}={product + c}", f"{a}×{b}+{c}", product + c)
    c = rng.randint(2, min(15, product - 1))
    question = tell(two_step_stories.MULTIPLY_THEN_SUBTRACT, rng, a=a, b=b, c=c)
    a, b = as_told(question, a, b)
    first = f"multiplicamos {a}×{b}={product}"
    return _Working(question, first, f"restamos {product}-{c}={product - c}", f"{a}×{b}-{c}", product - c)


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
    return _Working(
        question,
        f"multiplicamos {a}×{b}={a * b}",
        f"restamos {whole}-{a * b}={whole - a * b}",
        f"{whole}-{a}×{b}",
        whole - a * b,
    )


def _share(rng: Random) -> _Working:
    c, value = rng.randint(2, 6), rng.randint(3, 10)
    total = c * value
    a = rng.randint(2, total - 2)
    b = total - a
    return _Working(
        tell(two_step_stories.ADD_THEN_DIVIDE, rng, a=a, b=b, c=c),
        f"sumamos {a}+{b}={a + b}",
        f"dividimos {total}÷{c}={value}",
        f"({a}+{b})÷{c}",
        value,
    )


def _share_the_rest(rng: Random) -> _Working:
    c, value, b = rng.randint(2, 8), rng.randint(2, 12), rng.randint(2, 30)
    rest = c * value
    a = rest + b
    return _Working(
        tell(two_step_stories.SUBTRACT_THEN_DIVIDE, rng, a=a, b=b, c=c),
        f"restamos {a}-{b}={rest}",
        f"dividimos {rest}÷{c}={value}",
        f"({a}-{b})÷{c}",
        value,
    )


def _share_a_product(rng: Random) -> _Working:
    c, value, a = rng.randint(2, 6), rng.randint(2, 8), rng.randint(2, 6)
    b = c * value
    product = a * b
    return _Working(
        tell(two_step_stories.MULTIPLY_THEN_DIVIDE, rng, a=a, b=b, c=c),
        f"multiplicamos {a}×{b}={product}",
        f"dividimos {product}÷{c}={product // c}",
        f"{a}×{b}÷{c}",
        product // c,
    )


def _together(rng: Random) -> _Working:
    times, multiple = rng.choice(((2, "el doble"), (2, "el doble"), (3, "el triple")))
    b = rng.randint(3, 20)
    return _Working(
        tell(
            tuple(Story(text.replace("{multiple}", multiple), most) for text, most in two_step_stories.TIMES_AS_MANY),
            rng,
            b=b,
        ),
        f"multiplicamos {b}×{times}={b * times}",
        f"sumamos {b}+{b * times}={b + b * times}",
        f"{b}+{b}×{times}",
        b + b * times,
    )
