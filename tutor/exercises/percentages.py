"""Percentages of whole numbers."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random

from tutor.exercises.exercise import Exercise, spanish
from tutor.exercises.phrasing import phrase

PERCENT_WORDS = (
    "¿Cuánto es el {p} [de|sobre] {n}?",
    "[Calcula|Halla|Dime|Obtén|Averigua|Saca] el {p} de {n}",
    "[El |]{p} de {n}",
    "¿Cuál es el {p} de {n}?",
    "¿Qué número es el {p} de {n}?",
    "Si tomo el {p} de {n}, ¿cuánto [es|tengo]?",
    "De {n} [alumnos, el {p} llegó tarde|libros, el {p} son nuevos|globos, el {p} son rojos]. ¿Cuántos son?",
    "[Una camisa|Un juego|Un libro] cuesta {n} euros y [tiene|le hacen] un descuento del {p}. ¿Cuánto [descuentan|es el descuento]?",
)


def percentages(rng: Random) -> Exercise:
    """Return a percentage of a whole number."""
    percent = rng.choice((10, 10, 20, 20, 25, 50, 50, 5, 30, 40, 75, 15, 60, 70, 80, 90))
    step = 10 if percent % 10 == 0 else 100 // gcd(percent, 100)
    number = step * rng.randint(1, 400 // step)
    result = Fraction(percent * number, 100)
    written_percent = f"{percent}{rng.choice((' %', '%', '%', ' por ciento'))}"
    solution = f"El {percent} % de {number}: {_percent_steps(percent, number)}."
    question = phrase(PERCENT_WORDS, rng, p=written_percent, n=number)
    return Exercise(question, solution, spanish(result), "porcentajes", "primaria 6")


def _percent_steps(percent: int, number: int) -> str:
    result = Fraction(percent * number, 100)
    if percent in (50, 25, 10):
        over = 100 // percent
        return f"{number}÷{over}={spanish(result)}"
    tenth = Fraction(number, 10)
    if percent == 75:
        quarter = Fraction(number, 4)
        return f"{number}÷4={spanish(quarter)}, {spanish(quarter)}×3={spanish(result)}"
    if percent == 5:
        return f"el 10 % es {spanish(tenth)}, {spanish(tenth)}÷2={spanish(result)}"
    if percent == 15:
        half = tenth / 2
        return f"el 10 % es {spanish(tenth)}, el 5 % es {spanish(half)}, {spanish(tenth)}+{spanish(half)}={spanish(result)}"
    return f"el 10 % es {spanish(tenth)}, {spanish(tenth)}×{percent // 10}={spanish(result)}"
