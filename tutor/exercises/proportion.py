"""Proportions: the rule of three, direct and inverse, by way of one."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE, market

PRICES = (
    "Si {a} {g} cuestan {x} {m}, ¿cuánto cuestan {b}?",
    "{p} paga {x} {m} por {a} {g}. ¿Cuánto [pagará|paga] por {b}?",
    "Por {a} {g} [cobran|piden] {x} {m}. ¿Y por {b}?",
    "{a} {g} valen {x} {m}. ¿Cuánto [valen|costarán] {b} {g}?",
    "[Regla de tres|Proporción]: {a} {g} son {x} {m}; {b} {g}, ¿cuántos {m} son?",
)
# A story of two quantities that grow together, and the unit of the answer.
RECIPES = (
    ("Para {a} mesas se [necesitan|usan] {x} sillas. ¿Cuántas sillas hacen falta para {b} mesas?", "sillas"),
    ("Con {a} litros de pintura se pintan {x} metros de valla. ¿Cuántos metros se pintan con {b} litros?", "m"),
    ("Un [coche|camión] gasta {x} litros de gasolina en {a} viajes iguales. ¿Cuántos litros gasta en {b} viajes?", "L"),
    ("Una máquina hace {x} piezas en {a} horas. ¿Cuántas piezas hace en {b} horas?", "piezas"),
    (
        "{p} recorre en bicicleta {x} kilómetros en {a} horas. ¿Cuántos kilómetros recorre en {b} horas [al mismo ritmo|si no cambia de velocidad]?",
        "km",
    ),
    ("{p} lee {x} páginas en {a} días. ¿Cuántas páginas leerá en {b} días al mismo ritmo?", "páginas"),
    ("Una llave echa {x} litros en {a} minutos. ¿Cuántos litros echa en {b} minutos?", "L"),
    ("En {a} tandas salen {x} tortillas. ¿Cuántas tortillas salen en {b} tandas?", "tortillas"),
    ("En {a} cajas iguales hay {x} lápices. ¿Cuántos lápices hay en {b} cajas?", "lápices"),
)
# Stories of two quantities of which one falls as the other grows.
INVERSE = (
    ("{a} obreros [hacen|terminan] una obra en {x} días. ¿Cuántos días [tardan|tardarían] {b} obreros?", "días"),
    ("{a} grifos iguales llenan un depósito en {x} horas. ¿Cuántas horas tardan {b} grifos?", "h"),
    ("{a} caballos tienen pienso para {x} días. ¿Para cuántos días alcanza si son {b} caballos?", "días"),
    (
        "{a} amigos pintan una casa en {x} días. ¿Cuántos días tardan {b} amigos [al mismo ritmo|igual de rápidos]?",
        "días",
    ),
    ("Entre {a} camiones hacen {x} viajes cada uno. ¿Cuántos viajes haría cada uno con {b} camiones?", "viajes"),
)


def proportion(rng: Random) -> Exercise:
    """Return a rule of three."""
    if rng.random() < 0.25:
        return _inverse(rng)
    a, b = rng.sample(range(2, 11), 2)
    one = rng.randint(2, 10)
    person = rng.choice(PEOPLE).name
    if rng.random() < 0.5:
        sale = market(one, rng)
        unit = sale.currency.name
        question = phrase(PRICES, rng, a=a, b=b, x=a * one, g=sale.good.plural, m=unit, p=person)
    else:
        text, unit = rng.choice(RECIPES)
        question = phrase((text,), rng, a=a, b=b, x=a * one, p=person)
    value = b * one
    solution = f"Para 1: {a * one}÷{a}={one}. Para {b}: {one}×{b}={value}."
    others = (
        with_check(solution, f"{value}÷{b}={one}"),
        with_rule("Primero cuánto toca a uno", solution),
        with_warning(solution, f"no basta con {'sumar' if b > a else 'restar'} {abs(b - a)}"),
    )
    return _exercise(question, solution, f"{value} {unit}", "primaria 6", others)


def _inverse(rng: Random) -> Exercise:
    a, b = rng.sample(range(2, 9), 2)
    days = b * rng.randint(1, 4)
    total = a * days
    value = total // b
    text, unit = rng.choice(INVERSE)
    question = phrase((text,), rng, a=a, b=b, x=days)
    solution = f"Para 1: {days}×{a}={total}. Para {b}: {total}÷{b}={value}."
    more, less = ("más", "menos") if b > a else ("menos", "más")
    others = (
        with_rule(f"Si son {more}, toca {less}", solution),
        with_check(solution, f"{b}×{value}={a}×{days}"),
    )
    return _exercise(question, solution, f"{value} {unit}", "secundaria 2", others)


def _exercise(question: str, solution: str, answer: str, level: str, others: tuple[str, ...]) -> Exercise:
    return Exercise(question, solution, answer, "proporcionalidad", level, others)
