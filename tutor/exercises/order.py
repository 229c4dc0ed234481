"""The order in which operations are done."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import ask_for_value

_MakesExpression = Callable[[Random], tuple[str, list[str]]]

_SUM_THEN_PRODUCT = re.compile(r"(\d+)([+-])(\d+)×(\d+)")
_PRODUCT_WITH_SUM = re.compile(r"(\d+)×\((\d+)\+(\d+)\)")


def order_of_operations(rng: Random) -> Exercise:
    """Return an expression of two or three operations, with parentheses or without."""
    make = rng.choices(tuple(_RULES), (26, 15, 18, 8, 11, 12, 7, 3))[0]
    expression, steps = make(rng)
    question = ask_for_value(_as_typed(expression, rng), rng)
    solution = f"Primero {'. Después '.join(steps)}."
    others = [with_rule(_RULES[make], solution)]
    if mistake := _common_mistake(expression):
        others.append(with_warning(solution, mistake))
    return Exercise(question, solution, steps[-1].split("=")[1], "orden de operaciones", "primaria 6", tuple(others))


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


def _sum_and_product(rng: Random) -> tuple[str, list[str]]:
    a, b, c = _three(rng)
    product, first = b * c, f"el producto {b}×{c}={b * c}"
    if rng.random() < 0.5:
        if rng.random() < 0.5:
            return f"{a}+{b}×{c}", [first, f"{a}+{product}={a + product}"]
        return f"{b}×{c}+{a}", [first, f"{product}+{a}={a + product}"]
    if rng.random() < 0.5 and product > a:
        return f"{b}×{c}-{a}", [first, f"{product}-{a}={product - a}"]
    return f"{a + product}-{b}×{c}", [first, f"{a + product}-{product}={a}"]


def _sum_and_quotient(rng: Random) -> tuple[str, list[str]]:
    a, b, c = _three(rng)
    product, first = b * c, f"la división {b * c}÷{b}={c}"
    if rng.random() < 0.3:
        return f"{product}÷{b}+{a}", [first, f"{c}+{a}={c + a}"]
    if rng.random() < 0.5:
        return f"{a}+{product}÷{b}", [first, f"{a}+{c}={a + c}"]
    return f"{a + c}-{product}÷{b}", [first, f"{a + c}-{c}={a}"]


def _parentheses(rng: Random) -> tuple[str, list[str]]:
    a, b, c = _three(rng)
    inside, value, first = _bracket(a, b, rng)
    dice = rng.random()
    if dice < 0.4:
        return f"({inside})×{c}", [first, f"{value}×{c}={value * c}"]
    if dice < 0.8:
        return f"{c}×({inside})", [first, f"{c}×{value}={c * value}"]
    if dice < 0.9:
        dividend = b * c
        return f"({dividend + a}-{a})÷{b}", [f"el paréntesis {dividend + a}-{a}={dividend}", f"{dividend}÷{b}={c}"]
    whole = value + rng.randint(1, 20)
    return f"{whole}-({inside})", [first, f"{whole}-{value}={whole - value}"]


def _two_products(rng: Random) -> tuple[str, list[str]]:
    a, b, c = _three(rng)
    d = rng.randint(2, 9)
    first = f"los productos {a}×{b}={a * b} y {c}×{d}={c * d}"
    if a * b > c * d and rng.random() < 0.4:
        return f"{a}×{b}-{c}×{d}", [first, f"{a * b}-{c * d}={a * b - c * d}"]
    return f"{a}×{b}+{c}×{d}", [first, f"{a * b}+{c * d}={a * b + c * d}"]


def _from_left_to_right(rng: Random) -> tuple[str, list[str]]:
    a, b, c = _three(rng)
    if rng.random() < 0.4:
        if rng.random() < 0.5:
            return f"{b * c}÷{b}×{a}", [f"{b * c}÷{b}={c}", f"{c}×{a}={c * a}"]
        return f"{a * b}×{c}÷{b}", [f"{a * b}×{c}={a * b * c}", f"{a * b * c}÷{b}={a * c}"]
    whole = a + b
    if rng.random() < 0.7:
        return f"{whole}-{b}+{c}", [f"{whole}-{b}={a}", f"{a}+{c}={a + c}"]
    return f"{whole + c}-{b}-{c}", [f"{whole + c}-{b}={a + c}", f"{a + c}-{c}={a}"]


def _bracket_product_sum(rng: Random) -> tuple[str, list[str]]:
    a, b, c = _three(rng)
    d = rng.randint(2, 20)
    inside, value, first = _bracket(a, b, rng)
    product = value * c
    dice = rng.random()
    if dice < 0.25:
        return f"{c}×({inside})+{d}", _left(
            first, f"{c}×{value}+{d}", f"{c}×{value}={product}", f"{product}+{d}={product + d}"
        )
    if dice < 0.5 and product > d:
        return f"{c}×({inside})-{d}", _left(
            first, f"{c}×{value}-{d}", f"{c}×{value}={product}", f"{product}-{d}={product - d}"
        )
    if dice < 0.65:
        return f"{d}+{c}×({inside})", _left(
            first, f"{d}+{c}×{value}", f"{c}×{value}={product}", f"{d}+{product}={d + product}"
        )
    if dice < 0.8:
        inside, first = f"{product + a}-{a}", f"el paréntesis {product + a}-{a}={product}"
        return f"({inside})÷{c}+{d}", _left(
            first, f"{product}÷{c}+{d}", f"{product}÷{c}={value}", f"{value}+{d}={value + d}"
        )
    whole = product + d
    return f"{whole}-{c}×({inside})", _left(
        first, f"{whole}-{c}×{value}", f"{c}×{value}={product}", f"{whole}-{product}={d}"
    )


def _product_and_sums(rng: Random) -> tuple[str, list[str]]:
    a, b, c = _three(rng)
    total = a + b * c
    d = rng.randint(1, total - 1)
    first = f"el producto {b}×{c}={b * c}"
    return f"{a}+{b}×{c}-{d}", _left(first, f"{a}+{b * c}-{d}", f"{a}+{b * c}={total}", f"{total}-{d}={total - d}")


def _square_and_more(rng: Random) -> tuple[str, list[str]]:
    base, a = rng.randint(2, 9), rng.randint(2, 20)
    square, first = base * base, f"la potencia {base}×{base}={base * base}"
    return f"{a}+{base}²", [first, f"{a}+{square}={a + square}"]


def _left(first: str, left: str, *then: str) -> list[str]:
    """Return the steps; what is `left` after the first is written down, so that no part of it is forgotten."""
    return [f"{first}, queda {left}", *then]


def _three(rng: Random) -> tuple[int, int, int]:
    return rng.randint(2, 20), rng.randint(2, 10), rng.randint(2, 10)


def _bracket(a: int, b: int, rng: Random) -> tuple[str, int, str]:
    """Return what stands in a pair of parentheses, its value and the step that works it out."""
    inside, value = (f"{a}+{b}", a + b) if rng.random() < 0.6 else (f"{a + b}-{b}", a)
    return inside, value, f"el paréntesis {inside}={value}"


def _as_typed(expression: str, rng: Random) -> str:
    times, over = rng.choice("×x*·"), rng.choice("÷÷:::/")
    typed = expression.replace("÷", over).replace("×", times)
    if rng.random() < 0.5:
        for sign in ("+", "-", times, over):
            typed = typed.replace(sign, f" {sign} ")
    return typed


_RULES: dict[_MakesExpression, str] = {
    _sum_and_product: "El producto va antes que la suma y la resta",
    _sum_and_quotient: "La división va antes que la suma y la resta",
    _parentheses: "El paréntesis va antes que lo demás",
    _two_products: "Los productos van antes que sumas y restas",
    _from_left_to_right: "Operaciones del mismo rango, de izquierda a derecha",
    _bracket_product_sum: "Primero el paréntesis, después productos y divisiones",
    _product_and_sums: "Productos y divisiones van antes que sumas y restas",
    _square_and_more: "La potencia va antes que la suma",
}
