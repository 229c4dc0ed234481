"""Sums, differences and products with one decimal place."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tutor.exercises.arithmetic import (
    ADDITION_WORDS,
    PRODUCT_WORDS,
    SUBTRACTION_WORDS,
    ask_for_operation,
)
from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.numbers import spanish


def decimals(rng: Random) -> Exercise:
    """Return a sum, difference or product with one decimal place."""
    kind = rng.choices(("add", "subtract", "times", "ten"), (35, 30, 22, 13))[0]
    a, b = (tenths + (tenths % 10 == 0) for tenths in (rng.randint(2, 99), rng.randint(2, 99)))
    if kind in ("add", "subtract"):
        return _add_decimals(max(a, b), min(a, b), "+" if kind == "add" else "-", rng)
    if kind == "ten":
        return _times_power_of_ten(Fraction(a, 10), rng.choice((10, 100)), rng)
    return _times_digit(a, rng.randint(2, 9), rng)


def _times_power_of_ten(value: Fraction, power: int, rng: Random) -> Exercise:
    text, result = spanish(value), spanish(value * power)
    places = "1 lugar" if power == 10 else "2 lugares"
    solution = f"Al multiplicar por {power}, la coma se mueve {places}: {text}×{power}={result}."
    question = ask_for_operation(text, "×", power, PRODUCT_WORDS, rng)
    others = (with_check(solution, f"{result}÷{power}={text}"),)
    return Exercise(question, solution, result, "decimales", "primaria 5", others)


def _times_digit(tenths: int, factor: int, rng: Random) -> Exercise:
    text, result = spanish(Fraction(tenths, 10)), spanish(Fraction(tenths * factor, 10))
    solution = f"Multiplicamos: {text}×{factor}={result}."
    others = [with_check(solution, f"{result}÷{factor}={text}")]
    if tenths % 10:
        others.append(with_warning(solution, f"no es {tenths * factor}: falta la coma"))
    question = ask_for_operation(text, "×", factor, PRODUCT_WORDS, rng)
    return Exercise(question, solution, result, "decimales", "primaria 5", tuple(others))


def _add_decimals(a: int, b: int, sign: str, rng: Random) -> Exercise:
    if rng.random() < 0.25:
        b = max(1, b // 10) * 10
    left, right = Fraction(a, 10), Fraction(b, 10)
    result = left + right if sign == "+" else left - right
    verb = "Sumamos" if sign == "+" else "Restamos"
    solution = f"{verb}: {spanish(left)}{sign}{spanish(right)}={spanish(result)}."
    words = ADDITION_WORDS if sign == "+" else SUBTRACTION_WORDS
    question = ask_for_operation(spanish(left), sign, spanish(right), words, rng)
    back = "-" if sign == "+" else "+"
    others = (
        with_check(solution, f"{spanish(result)}{back}{spanish(right)}={spanish(left)}"),
        with_rule("Unidades con unidades y décimas con décimas", solution),
    )
    return Exercise(question, solution, spanish(result), "decimales", "primaria 5", others)
