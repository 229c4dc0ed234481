"""The order in which operations are done."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import ask_for_value

_MakesExpression = Callable[[int, int, int, Random], tuple[str, str, str, int]]

_SUM_THEN_PRODUCT = re.compile(r"(\d+)([+-])(\d+)×(\d+)")
_PRODUCT_WITH_SUM = re.compile(r"(\d+)×\((\d+)\+(\d+)\)")


def order_of_operations(rng: Random) -> Exercise:
    """Return an expression of several operations, with parentheses or without."""
    make = rng.choices(tuple(_RULES), (34, 18, 22, 26))[0]
    a, b, c = rng.randint(2, 20), rng.randint(2, 10), rng.randint(2, 10)
    expression, first, then, value = make(a, b, c, rng)
    question = ask_for_value(_as_typed(expression, rng), rng)
    solution = f"Primero {first}. Después {then}={value}."
    others = [with_rule(_RULES[make], solution)]
    if mistake := _common_mistake(expression):
        others.append(with_warning(solution, mistake))
    return Exercise(question, solution, str(value), "orden de operaciones", "primaria 6", tuple(others))


def _common_mistake(expression: str) -> str | None:
    """Return what comes out from left to right, or without the parentheses, and why it is wrong; None if it is right."""
    if match := _SUM_THEN_PRODUCT.fullmatch(expression):
        a, sign, b, c = match.groups()
        wrong = (int(a) + (int(b) if sign == "+" else -int(b))) * int(c)
        return f"{expression} no es {wrong}, porque primero va el producto"
    if match := _PRODUCT_WITH_SUM.fullmatch(expression):
        a, b, c = map(int, match.groups())
        return f"{expression} no es {a * b + c}, porque primero va el paréntesis"
    return None


def _sum_and_product(a: int, b: int, c: int, rng: Random) -> tuple[str, str, str, int]:
    product, first = b * c, f"el producto {b}×{c}={b * c}"
    if rng.random() < 0.5:
        if rng.random() < 0.5:
            return f"{a}+{b}×{c}", first, f"{a}+{product}", a + product
        return f"{b}×{c}+{a}", first, f"{product}+{a}", a + product
    if rng.random() < 0.5 and product > a:
        return f"{b}×{c}-{a}", first, f"{product}-{a}", product - a
    return f"{a + product}-{b}×{c}", first, f"{a + product}-{product}", a


def _sum_and_quotient(a: int, b: int, c: int, rng: Random) -> tuple[str, str, str, int]:
    product, first = b * c, f"la división {b * c}÷{b}={c}"
    if rng.random() < 0.5:
        return f"{a}+{product}÷{b}", first, f"{a}+{c}", a + c
    return f"{a + c}-{product}÷{b}", first, f"{a + c}-{c}", a


def _parentheses(a: int, b: int, c: int, rng: Random) -> tuple[str, str, str, int]:
    inside, value = (f"{a}+{b}", a + b) if rng.random() < 0.6 else (f"{a + b}-{b}", a)
    first = f"el paréntesis {inside}={value}"
    if rng.random() < 0.5:
        return f"({inside})×{c}", first, f"{value}×{c}", value * c
    return f"{c}×({inside})", first, f"{c}×{value}", value * c


def _two_products(a: int, b: int, c: int, rng: Random) -> tuple[str, str, str, int]:
    d = rng.randint(2, 9)
    first = f"los productos {a}×{b}={a * b} y {c}×{d}={c * d}"
    return f"{a}×{b}+{c}×{d}", first, f"{a * b}+{c * d}", a * b + c * d


def _as_typed(expression: str, rng: Random) -> str:
    times, over = rng.choice("×x*·"), rng.choice("÷/:")
    typed = expression.replace("÷", over).replace("×", times)
    if rng.random() < 0.5:
        for sign in ("+", "-", times, over):
            typed = typed.replace(sign, f" {sign} ")
    return typed


_RULES: dict[_MakesExpression, str] = {
    _sum_and_product: "El producto va antes que la suma y la resta",
    _sum_and_quotient: "La división va antes que la suma y la resta",
    _parentheses: "El paréntesis va antes que lo demás",
    _two_products: "Los productos van antes que la suma",
}
