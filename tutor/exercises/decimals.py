"""Sums, differences and products with one decimal place."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tutor.exercises.arithmetic import (
    ADDITION_WORDS,
    MULTIPLICATION_WORDS,
    SUBTRACTION_WORDS,
    ask_for_operation,
    multiplication_steps,
)
from tutor.exercises.exercise import Exercise, spanish


def decimals(rng: Random) -> Exercise:
    """Return a sum, difference or product with one decimal place."""
    kind = rng.choices(("add", "subtract", "times", "ten"), (35, 30, 22, 13))[0]
    a, b = rng.randint(2, 99), rng.randint(2, 99)
    if kind in ("add", "subtract"):
        return _add_decimals(max(a, b), min(a, b), "+" if kind == "add" else "-", rng)
    value = Fraction(a, 10)
    text = spanish(value)
    if kind == "ten":
        power = rng.choice((10, 100))
        result = value * power
        steps = f"Al multiplicar por {power}, la coma se mueve {len(str(power)) - 1} lugar{'es' if power > 10 else ''}: {text}×{power}={spanish(result)}"
        question = ask_for_operation(text, "×", power, MULTIPLICATION_WORDS, rng)
        return Exercise(question, steps + ".", spanish(result), "decimales", "primaria 5")
    factor = rng.randint(2, 9)
    result = value * factor
    steps = multiplication_steps(a, factor)
    solution = f"Sin la coma: {steps}. Con un decimal: {text}×{factor}={spanish(result)}."
    return Exercise(
        ask_for_operation(text, "×", factor, MULTIPLICATION_WORDS, rng),
        solution,
        spanish(result),
        "decimales",
        "primaria 5",
    )


def _add_decimals(a: int, b: int, sign: str, rng: Random) -> Exercise:
    if rng.random() < 0.25:
        b = max(1, b // 10) * 10
    left, right = Fraction(a, 10), Fraction(b, 10)
    result = left + right if sign == "+" else left - right
    whole = Fraction(right.numerator // right.denominator)
    part = right - whole
    steps, total = [], left
    for piece in (whole, part):
        if piece:
            after = total + piece if sign == "+" else total - piece
            steps.append(f"{spanish(total)}{sign}{spanish(piece)}={spanish(after)}")
            total = after
    verb = "Sumamos" if sign == "+" else "Restamos"
    solution = f"{verb}: {', '.join(steps)}."
    words = ADDITION_WORDS if sign == "+" else SUBTRACTION_WORDS
    question = ask_for_operation(spanish(left), sign, spanish(right), words, rng)
    return Exercise(question, solution, spanish(result), "decimales", "primaria 5")
