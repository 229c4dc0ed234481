"""The value of algebraic expressions, and pairs of equations with two unknowns."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase

VALUE_WORDS = (
    "¿Cuánto vale {e} si {v}?",
    "[Calcula|Halla] el valor [numérico |]de {e} [para|cuando] {v}",
    "Si {v}, ¿cuánto es {e}?",
    "{e} con {v}",
    "[Evalúa|Calcula] {e} en {v}",
    "Sustituye {v} en {e}",
    "¿Qué [número|resultado] da {e} [cuando|si] {v}?",
    "Valor numérico: {e}, {v}",
    "[Sabiendo|Se sabe] que {v}. ¿Cuánto vale {e}?",
    "Dada la expresión {e}, ¿qué valor toma [si|cuando] {v}?",
    "[Ayúdame a|Necesito] calcular {e} si {v}",
    "Cambia la letra por su valor: {e}, con {v}",
)
SYSTEM_WORDS = (
    "[Resuelve|Resolver] el sistema: {s}. ¿Cuánto vale {u}?",
    "Si {s2}, ¿cuánto vale {u}?",
    "[Halla|Calcula] {u} en el sistema {s2}",
    "¿Qué valor de {u} cumple {s2}?",
    "Sistema: {s}. {u} = ?",
    "[Se sabe|Sabemos] que {s2}. [Halla|Calcula] {u}",
    "Despeja {u}: {s}",
    "¿Cuál es el valor de {u} si {s2}?",
)
SUM_AND_DIFFERENCE_WORDS = (
    "Dos números suman {s} y su diferencia es {d}. ¿Cuál es el {which}?",
    "La suma de dos números es {s} y la resta es {d}. [Halla|Calcula] el {which}",
    "Entre dos [hermanos|amigos] tienen {s} canicas, y uno tiene {d} más que el otro. ¿Cuántas tiene el que tiene {amount}?",
    "Un lápiz y un cuaderno cuestan {s} soles; el cuaderno cuesta {d} soles más. ¿Cuánto cuesta el {thing}?",
    "[Encuentra|Averigua] el {which} de dos números que suman {s} y se diferencian en {d}",
)


def value_of_expression(rng: Random) -> Exercise:
    """Return an expression with one letter or two, and what they stand for."""
    make = rng.choices((_linear, _with_parentheses, _square, _two_letters), (40, 18, 16, 26))[0]
    return make(rng)


def _linear(rng: Random) -> Exercise:
    a, x, name = rng.randint(2, 9), rng.randint(1, 10), rng.choice("xxxan")
    product = a * x
    if rng.random() < 0.65 or product < 3:
        b, sign = rng.randint(1, 15), "+"
    else:
        b, sign = rng.randint(1, min(product - 1, 15)), "-"
    value = product + b if sign == "+" else product - b
    solution = f"{a}{name}={a}×{x}={product}, {product}{sign}{b}={value}."
    mistake = f"{a}{name} es {a} por {name}, no {a}{x}"
    return _valued(f"{a}{name}{sign}{b}", f"{name} = {x}", solution, value, mistake, rng)


def _with_parentheses(rng: Random) -> Exercise:
    a, b, x = rng.randint(2, 6), rng.randint(1, 9), rng.randint(1, 9)
    value = a * (x + b)
    solution = f"En el paréntesis {x}+{b}={x + b}, {a}×{x + b}={value}."
    return _valued(f"{a}(x+{b})", f"x = {x}", solution, value, "el paréntesis va primero", rng)


def _square(rng: Random) -> Exercise:
    b, x = rng.randint(1, 15), rng.randint(2, 10)
    value = x * x + b
    solution = f"x²={x}×{x}={x * x}, {x * x}+{b}={value}."
    return _valued(f"x²+{b}", f"x = {x}", solution, value, "x² es x por x, no 2x", rng)


def _two_letters(rng: Random) -> Exercise:
    a, b, x, y = rng.randint(2, 5), rng.randint(2, 5), rng.randint(1, 8), rng.randint(1, 8)
    value = a * x + b * y
    solution = f"{a}x={a}×{x}={a * x}, {b}y={b}×{y}={b * y}, {a * x}+{b * y}={value}."
    return _valued(f"{a}x+{b}y", f"x = {x}, y = {y}", solution, value, "cada letra tiene su número", rng)


def _valued(expression: str, letters: str, solution: str, value: int, mistake: str, rng: Random) -> Exercise:
    typed = expression.replace("+", " + ").replace("-", " - ") if rng.random() < 0.6 else expression
    if rng.random() < 0.4:
        letters = letters.replace(" = ", "=")
    others = (with_rule("Un número junto a una letra la multiplica", solution), with_warning(solution, mistake))
    if expression.startswith("x²"):
        others = (with_rule("Primero la potencia", solution), others[1])
    question = phrase(VALUE_WORDS, rng, e=typed, v=letters)
    return Exercise(question, solution, str(value), "expresiones algebraicas", "secundaria 2", others)


def systems(rng: Random) -> Exercise:
    """Return two equations with two unknowns, or a story of two, of which one unknown is asked for."""
    make = rng.choices((_sum_and_difference, _two_amounts, _double), (38, 32, 30))[0]
    return make(rng)


def _sum_and_difference(rng: Random) -> Exercise:
    large, small, asks_large = _two_numbers(rng)
    total, gap = large + small, large - small
    x, y = rng.choice((("x", "y"), ("x", "y"), ("a", "b")))
    question = _ask_for_unknown(f"{x}+{y}={total}", f"{x}-{y}={gap}", x if asks_large else y, rng)
    if asks_large:
        solution = f"Para {x} sumamos las dos: 2{x}={total}+{gap}={2 * large}; {x}={2 * large}÷2={large}."
    else:
        solution = f"Para {y} restamos las dos: 2{y}={total}-{gap}={2 * small}; {y}={2 * small}÷2={small}."
    others = (
        with_check(solution, f"{large}+{small}={total} y {large}-{small}={gap}"),
        with_rule("Buscamos que quede una sola letra", solution),
    )
    return _solved(question, solution, large if asks_large else small, others)


def _two_amounts(rng: Random) -> Exercise:
    large, small, asks_large = _two_numbers(rng)
    total, gap = large + small, large - small
    names = ("mayor", "más", "cuaderno") if asks_large else ("menor", "menos", "lápiz")
    slots = dict(zip(("which", "amount", "thing"), names, strict=True))
    question = phrase(SUM_AND_DIFFERENCE_WORDS, rng, s=total, d=gap, **slots)
    sign, value = ("+", large) if asks_large else ("-", small)
    solution = f"Dos veces el {names[0]} es {total}{sign}{gap}={2 * value}; {2 * value}÷2={value}."
    others = (
        with_check(solution, f"{large}+{small}={total} y {large}-{small}={gap}"),
        with_rule(f"Si x es el mayor, x+y={total} y x-y={gap}", solution),
    )
    return _solved(question, solution, value, others)


def _two_numbers(rng: Random) -> tuple[int, int, bool]:
    """Return a larger number, a smaller one, and whether the larger is asked for."""
    small = rng.randint(1, 12)
    return small + rng.randint(2, 9), small, rng.random() < 0.55


def _double(rng: Random) -> Exercise:
    times, x = rng.choice((2, 2, 3, 4)), rng.randint(1, 12)
    total = (times + 1) * x
    question = _ask_for_unknown(f"y={times}x", f"x+y={total}", "x", rng)
    solution = f"Ponemos {times}x en lugar de y: x+{times}x={times + 1}x={total}; x={total}÷{times + 1}={x}."
    others = (
        with_check(solution, f"{x}+{times * x}={total}"),
        with_warning(solution, f"x y {times}x juntas son {times + 1}x"),
    )
    return _solved(question, solution, x, others)


def _ask_for_unknown(one: str, other: str, unknown: str, rng: Random) -> str:
    if rng.random() < 0.5:
        one, other = (side.replace("=", " = ").replace("+", " + ").replace("-", " - ") for side in (one, other))
    return phrase(SYSTEM_WORDS, rng, s=f"{one}; {other}", s2=f"{one}, {other}", u=unknown)


def _solved(question: str, solution: str, value: int, others: tuple[str, ...]) -> Exercise:
    return Exercise(question, solution, str(value), "sistemas de ecuaciones", "secundaria 3", others)
