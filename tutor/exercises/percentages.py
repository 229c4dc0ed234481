"""Percentages of whole numbers."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import market
from tutor.numbers import spanish

PERCENT_WORDS = (
    "¿Cuánto es el {p} [de|sobre] {n}?",
    "[Calcula|Halla|Dime|Obtén|Averigua|Saca] el {p} de {n}",
    "[El |]{p} de {n}",
    "¿Cuál es el {p} de {n}?",
    "¿Qué número es el {p} de {n}?",
    "Si tomo el {p} de {n}, ¿cuánto [es|tengo]?",
    "De {n} [alumnos, el {p} llegó tarde|libros, el {p} son nuevos|globos, el {p} son rojos]. ¿Cuántos son?",
    "¿Qué cantidad [representa|es] el {p} de {n}?",
    "En un colegio hay {n} alumnos y el {p} [va a pie|come en el comedor|juega al fútbol]. ¿Cuántos alumnos son?",
    "Una [granja|finca] tiene {n} animales y el {p} son [vacas|gallinas|ovejas]. ¿Cuántas hay?",
    "Si {n} es el total, ¿cuánto es el {p}?",
)
DISCOUNT_WORDS = (
    "{un_g} cuesta {n} {m} y [tiene|le hacen] un descuento del {p}. ¿Cuánto [descuentan|es el descuento]?",
    "En las rebajas, {g} de {n} {m} se rebaja un {p}. ¿Cuánto dinero [ahorras|se ahorra]?",
)

_PARTS = {
    10: "El 10 % es la décima parte",
    25: "El 25 % es la cuarta parte",
    50: "El 50 % es la mitad",
    75: "El 75 % son tres cuartas partes",
}


def percentages(rng: Random) -> Exercise:
    """Return a percentage of a whole number."""
    percent = rng.choice((10, 10, 20, 20, 25, 50, 50, 5, 30, 40, 75, 15, 60, 70, 80, 90))
    step = 10 if percent % 10 == 0 else 100 // gcd(percent, 100)
    number = step * rng.randint(1, 400 // step)
    result = Fraction(percent * number, 100)
    written_percent = f"{percent}{rng.choice((' %', '%', '%', ' por ciento'))}"
    solution = f"El {percent} % de {number}: {_percent_steps(percent, number)}."
    question = phrase(PERCENT_WORDS, rng, p=written_percent, n=number)
    if percent <= 50 and rng.random() < 0.15:
        sale = market(number, rng)
        one = f"{sale.good.agree('un')} {sale.good.singular}"
        slots = {"un_g": one.capitalize(), "g": one, "m": sale.currency.name}
        question = phrase(DISCOUNT_WORDS, rng, p=written_percent, n=number, **slots)
    others = [
        with_check(solution, f"{number}×{percent}÷100={spanish(result)}"),
        with_rule(_PARTS.get(percent, "Un tanto por ciento son centésimas"), solution),
    ]
    if percent not in (10, 100) and Fraction(number, percent) != result:
        others.append(with_warning(solution, f"no se divide entre {percent}"))
    return Exercise(question, solution, spanish(result), "porcentajes", "primaria 6", tuple(others))


def _percent_steps(percent: int, number: int) -> str:
    """Return the way that leads to any percentage: a hundredth first, then as many of them."""
    if percent == 50:
        return f"es la mitad, {number}÷2={spanish(Fraction(number, 2))}"
    hundredth = Fraction(number, 100)
    return f"{number}÷100={spanish(hundredth)}, {spanish(hundredth)}×{percent}={spanish(hundredth * percent)}"
