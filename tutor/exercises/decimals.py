"""Decimals: the four operations, powers of ten, which is larger, rounding."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tutor.exercises.arithmetic import (
    ADDITION_WORDS,
    PRODUCT_WORDS,
    QUOTIENT_WORDS,
    SUBTRACTION_WORDS,
    ask_for_operation,
)
from tutor.exercises.exercise import Exercise, Maker
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.numbers import spanish

LARGER_WORDS = (
    "¿[Cuál es mayor|Qué número es mayor|Qué es mayor|Cuál es más grande], {a} o {b}?",
    "[Di|Dime|Escribe] el mayor de {a} y {b}",
    "Entre {a} y {b}, ¿cuál es mayor?",
)
ROUND_WORDS = (
    "Redondea {n} a las décimas",
    "¿Cuánto es {n} redondeado a las décimas?",
    "[Aproxima|Redondea] {n} a la décima más cercana",
    "¿Cómo queda {n} redondeado a una cifra decimal?",
)


def decimals(rng: Random) -> Exercise:
    """Return an operation with decimals, the larger of two, or one rounded."""
    kind = rng.choices(("add", "subtract", "times", "ten", "over", "larger", "round"), (28, 25, 19, 12, 10, 3, 3))[0]
    if kind in _OTHERS:
        return _OTHERS[kind](rng)
    a, b = (tenths + (tenths % 10 == 0) for tenths in (rng.randint(2, 99), rng.randint(2, 99)))
    if kind in ("add", "subtract"):
        return _add_decimals(max(a, b), min(a, b), "+" if kind == "add" else "-", rng)
    if kind == "ten":
        return _times_power_of_ten(Fraction(a, 10), rng.choice((10, 100)), rng)
    return _times_digit(a, rng.randint(2, 9), rng)


def _times_power_of_ten(value: Fraction, power: int, rng: Random) -> Exercise:
    if rng.random() < 0.35:
        return _over(value * 10, power, rng)
    text, result = spanish(value), spanish(value * power)
    solution = f"Multiplicamos: {text}×{power}={result}."
    question = ask_for_operation(text, "×", power, PRODUCT_WORDS, rng)
    places = "1 lugar" if power == 10 else "2 lugares"
    others = (with_rule(f"Al multiplicar por {power}, la coma se mueve {places}", solution),)
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
    if rng.random() < 0.2:
        left += Fraction(rng.randint(1, 9), 100)
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


def _divided(rng: Random) -> Exercise:
    divisor = rng.randint(2, 9)
    return _over(Fraction(divisor * rng.randint(2, 49), 10), divisor, rng)


def _over(value: Fraction, divisor: int, rng: Random) -> Exercise:
    text, result = spanish(value), spanish(value / divisor)
    question = ask_for_operation(text, "÷", divisor, QUOTIENT_WORDS, rng)
    solution = f"Dividimos: {text}÷{divisor}={result}."
    others = (with_check(solution, f"{result}×{divisor}={text}"),)
    return Exercise(question, solution, result, "decimales", "primaria 6", others)


def _larger(rng: Random) -> Exercise:
    whole, first, second = rng.randint(0, 5), *rng.sample(range(1, 10), 2)
    one, other = Fraction(whole * 10 + first, 10), Fraction(whole * 100 + second * 10 + rng.randint(1, 9), 100)
    larger = max(one, other)
    left, right = rng.sample((one, other), 2)
    alike = " y ".join(f"{float(number):.2f}".replace(".", ",") for number in (left, right))
    solution = f"Con dos decimales: {alike}. El mayor es {spanish(larger)}."
    question = phrase(LARGER_WORDS, rng, a=spanish(left), b=spanish(right))
    others = [with_rule("Se comparan cifra a cifra desde la izquierda", solution)]
    if larger == one:
        others.append(with_warning(solution, "no gana el que tiene más cifras"))
    return Exercise(question, solution, spanish(larger), "decimales", "primaria 5", tuple(others))


def _rounded(rng: Random) -> Exercise:
    thousandths = rng.randint(101, 9999)
    thousandths += thousandths % 50 == 0
    below, digit = Fraction(thousandths // 100, 10), thousandths // 10 % 10
    value = below + Fraction(1, 10) if digit >= 5 else below
    text = spanish(Fraction(thousandths, 1000))
    solution = (
        f"La cifra siguiente a las décimas es {digit}, {'5 o más' if digit >= 5 else 'menos de 5'}: {spanish(value)}."
    )
    others = (with_rule("Buscamos la décima más cercana", solution),)
    return Exercise(phrase(ROUND_WORDS, rng, n=text), solution, spanish(value), "decimales", "primaria 6", others)


_OTHERS: dict[str, Maker] = {"over": _divided, "larger": _larger, "round": _rounded}
