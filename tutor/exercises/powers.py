"""Powers and square roots."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import ask_for_value, phrase

SQUARE_WORDS = (
    "{a} al cuadrado",
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
POWER_WORDS = ("{a}^{n}", "{a} elevado a {n}", "{a} a la {n}", "{a}{n_above}", "la potencia {a}^{n}", "{a}^{n}")
ROOT_WORDS = (
    "√{n}",
    "la raíz cuadrada de {n}",
    "la raíz de {n}",
    "raíz cuadrada de {n}",
    "√{n}",
)
ROOT_QUESTIONS = (
    "[Extrae|Saca|Calcula|Halla] la raíz cuadrada de {n}",
    "¿[Cuál es|Cuánto vale] la raíz cuadrada de {n}?",
)

_ABOVE = str.maketrans("23456", "²³⁴⁵⁶")


def powers_and_roots(rng: Random) -> Exercise:
    """Return a power, or the square root of a perfect square."""
    kind = rng.choices(("square", "cube", "power", "root"), (31, 19, 22, 28))[0]
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
    exponent = {"square": 2, "cube": 3}.get(kind) or rng.choice((4, 4, 5, 5, 6))
    a = rng.randint(2, {2: 15, 3: 10, 4: 5, 5: 4}.get(exponent, 3))
    if kind == "power" and rng.random() < 0.3:
        a = 10
    words = {"square": SQUARE_WORDS, "cube": CUBE_WORDS}.get(kind, POWER_WORDS)
    total = a**exponent
    steps = ", ".join(f"{a}^{n}={a ** (n - 1)}×{a}={a**n}" for n in range(2, exponent + 1))
    # Each power made of the one before: who counts the factors loses count.
    solution = f"{a}^{exponent}: {steps}." if exponent > 2 else f"{steps}."
    question = ask_for_value(phrase(words, rng, a=a, n=exponent, n_above=str(exponent).translate(_ABOVE)), rng)
    others = [with_rule("El exponente cuenta los factores", solution)]
    if total != a * exponent:
        others.append(with_warning(solution, f"no es {a}×{exponent}, que da {a * exponent}"))
    return Exercise(question, solution, str(total), "potencias y raíces", "secundaria 1", tuple(others))
