"""Powers and square roots."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import ask_for_value, phrase

SQUARE_WORDS = (
    "{a} al cuadrado",
    "el cuadrado de {a}",
    "{a}²",
    "{a}^2",
    "{a} elevado a 2",
    "{a} elevado al cuadrado",
    "la potencia {a}^2",
)
CUBE_WORDS = (
    "{a} al cubo",
    "el cubo de {a}",
    "{a}³",
    "{a}^3",
    "{a} elevado a 3",
    "{a} elevado al cubo",
    "la potencia {a}^3",
)
POWER_WORDS = ("{a}^{n}", "{a} elevado a {n}", "{a} a la {n}", "la potencia {a}^{n}", "{a}^{n}")
ROOT_WORDS = (
    "√{n}",
    "la raíz cuadrada de {n}",
    "la raíz de {n}",
    "raíz cuadrada de {n}",
    "√{n}",
)
ROOT_QUESTIONS = (
    "¿Qué número [multiplicado por sí mismo da|elevado al cuadrado da|al cuadrado es] {n}?",
    "[Extrae|Saca|Calcula|Halla] la raíz cuadrada de {n}",
)


def powers_and_roots(rng: Random) -> Exercise:
    """Return a power, or the square root of a perfect square."""
    kind = rng.choices(("square", "cube", "power", "root"), (38, 15, 15, 32))[0]
    if kind == "root":
        a = rng.randint(1, 15)
        question = phrase(ROOT_QUESTIONS, rng, n=a * a)
        if rng.random() < 0.7:
            question = ask_for_value(phrase(ROOT_WORDS, rng, n=a * a), rng)
        solution = f"√{a * a}={a}, porque {a}×{a}={a * a}."
        others = [with_rule("Buscamos un número que por sí mismo lo dé", solution)]
        if a != 2:
            others.append(with_warning(solution, f"no es la mitad de {a * a}"))
        return Exercise(question, solution, str(a), "potencias y raíces", "secundaria 1", tuple(others))
    exponent = {"square": 2, "cube": 3}.get(kind) or rng.choice((4, 5))
    a = rng.randint(1, {2: 15, 3: 6}.get(exponent, 3))
    if kind == "power" and rng.random() < 0.3:
        a = 10
    words = {"square": SQUARE_WORDS, "cube": CUBE_WORDS}.get(kind, POWER_WORDS)
    steps, total = [], a
    for _ in range(exponent - 1):
        steps.append(f"{total}×{a}={total * a}")
        total *= a
    factors = "×".join([str(a)] * exponent)
    shown = ", ".join(steps)
    solution = f"{a}^{exponent}={factors}: {shown}." if exponent > 2 else f"{a}^2={factors}={total}."
    question = ask_for_value(phrase(words, rng, a=a, n=exponent), rng)
    others = [with_rule("El exponente dice cuántas veces se repite el factor", solution)]
    if total != a * exponent:
        others.append(with_warning(solution, f"no es {a}×{exponent}, que da {a * exponent}"))
    return Exercise(question, solution, str(total), "potencias y raíces", "secundaria 1", tuple(others))
