"""Percentages: a part of a number, a price that falls or rises, what percentage one number is of another."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE, market
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
PRICE_AFTER_DISCOUNT_WORDS = (
    "{un_g} cuesta {n} {m} y tiene un descuento del {p}. ¿Cuánto [se paga|pago|cuesta con el descuento|hay que pagar]?",
    "{un_g} de {n} {m} [se rebaja|está rebajado|baja] un {p}. ¿[Cuánto cuesta ahora|Cuál es el precio final|En cuánto queda]?",
    "[Compro|Quiero] {g} de {n} {m} con un {p} de descuento. ¿[Cuánto pago|Cuál es el precio final|Cuánto me cuesta]?",
    "[Disminuye|Reduce|Rebaja] {n} en un {p}",
    "¿Cuánto es {n} menos el {p}?",
)
PRICE_AFTER_RISE_WORDS = (
    "{un_g} cuesta {n} {m} y sube un {p}. ¿[Cuánto cuesta ahora|Cuál es el precio nuevo|Cuánto vale ahora]?",
    "El precio de {g} era de {n} {m} y [sube|aumenta|ha subido] un {p}. ¿[Cuánto cuesta ahora|En cuánto queda|Cuál es el nuevo precio]?",
    "A {n} {m} se les añade un {p} de [IVA|impuestos|propina]. ¿Cuánto [se paga|es] en total?",
    "[Aumenta|Incrementa] {n} en un {p}",
    "¿Cuánto es {n} más el {p}?",
)
WHAT_PERCENT_WORDS = (
    "¿Qué [porcentaje|tanto por ciento] es {a} de {n}?",
    "¿Qué porcentaje de {n} es {a}?",
    "¿Qué [porcentaje|tanto por ciento] [de {n} representa {a}|representa {a} sobre {n}]?",
    "De {n} [alumnos, {a} llevan gafas|preguntas, {a} están bien|coches, {a} son rojos]. ¿Qué porcentaje [es|son]?",
    "En una clase hay {n} alumnos y {a} [son chicas|van en bici|comen en casa]. ¿Qué porcentaje de la clase son?",
    "{p} [acertó|contestó bien] {a} de {n} preguntas. ¿Qué porcentaje acertó?",
    "{a} de {n}, ¿qué porcentaje es?",
)
WHOLE_WORDS = (
    "El {p} de un número es {a}. ¿Cuál es [el|ese] número?",
    "Si el {p} de un número es {a}, ¿[cuál es el número|qué número es|cuánto es el total]?",
    "{a} es el {p} de [un número. ¿De cuál|una cantidad. ¿De qué cantidad]?",
    "¿De qué número es {a} el {p}?",
)


def percentages(rng: Random) -> Exercise:
    """Return a percentage of a number, a price after a discount or a rise, or the percentage or the whole itself."""
    make = rng.choices((_percentage_of, _price_after, _what_percent, _whole), (46, 34, 13, 7))[0]
    return make(rng)


def _percentage_of(rng: Random) -> Exercise:
    percent, number, result = _percent_of_number(rng)
    solution = f"El {percent} % de {number}: {_percent_steps(percent, number)}."
    question = phrase(PERCENT_WORDS, rng, p=_written(percent, rng), n=number)
    if percent <= 50 and rng.random() < 0.08:
        question = phrase(DISCOUNT_WORDS, rng, p=_written(percent, rng), n=number, **_on_sale(number, rng))
    others = [
        with_check(solution, f"{number}×{percent}÷100={spanish(result)}"),
        with_rule("El 50 % es la mitad" if percent == 50 else "Un tanto por ciento son centésimas", solution),
    ]
    if percent not in (10, 100) and Fraction(number, percent) != result:
        others.append(with_warning(solution, f"no se divide entre {percent}"))
    return _exercise(question, solution, spanish(result), others)


def _price_after(rng: Random) -> Exercise:
    percent, number, part = _percent_of_number(rng)
    if percent > 50:
        percent, part = 20, Fraction(number, 5)
    rises = rng.random() < 0.4
    words, sign, verb = (
        (PRICE_AFTER_RISE_WORDS, "+", "Sumamos") if rises else (PRICE_AFTER_DISCOUNT_WORDS, "-", "Restamos")
    )
    value = number + part if rises else number - part
    solution = (
        f"El {percent} % de {number}: {_percent_steps(percent, number)}. "
        f"{verb}: {number}{sign}{spanish(part)}={spanish(value)}."
    )
    question = phrase(words, rng, p=_written(percent, rng), n=number, **_on_sale(number, rng))
    others = [with_warning(solution, f"{spanish(part)} es solo lo que {'sube' if rises else 'baja'}")]
    return _exercise(question[0].upper() + question[1:], solution, spanish(value), others)


def _what_percent(rng: Random) -> Exercise:
    percent = rng.choice((10, 20, 25, 30, 40, 50, 60, 75, 80, 90, 5, 15, 35, 45, 85))
    step = 100 // gcd(percent, 100)
    fewest = 2 if percent * step == 100 else 1  # so that it is never one pupil
    number = step * rng.randint(fewest, max(fewest, 120 // step))
    part = percent * number // 100
    ratio = spanish(Fraction(percent, 100))
    solution = f"{part}÷{number}={ratio}; {ratio}×100={percent}: es el {percent} %."
    others = [with_check(solution, f"{number}×{percent}÷100={part}")]
    question = phrase(WHAT_PERCENT_WORDS, rng, a=part, n=number, p=rng.choice(PEOPLE).name)
    return _exercise(question, solution, f"{percent} %", others)


def _whole(rng: Random) -> Exercise:
    percent, number, part = _percent_of_number(rng)
    one = spanish(part / percent)
    solution = f"El 1 %: {spanish(part)}÷{percent}={one}. El 100 %: {one}×100={number}."
    others = [with_check(solution, f"{number}×{percent}÷100={spanish(part)}")]
    return _exercise(phrase(WHOLE_WORDS, rng, p=_written(percent, rng), a=spanish(part)), solution, str(number), others)


def _percent_of_number(rng: Random) -> tuple[int, int, Fraction]:
    """Return a percentage, a whole number and so much of it."""
    percent = rng.choice((10, 10, 20, 20, 25, 50, 50, 5, 30, 40, 75, 15, 60, 70, 80, 90, 8, 12))
    step = 10 if percent % 10 == 0 else 100 // gcd(percent, 100)
    number = step * rng.randint(1, 400 // step)
    return percent, number, Fraction(percent * number, 100)


def _written(percent: int, rng: Random) -> str:
    return f"{percent}{rng.choice((' %', '%', '%', ' por ciento'))}"


def _on_sale(price: int, rng: Random) -> dict[str, str]:
    """Return the slots of a story about something that costs `price`."""
    sale = market(price, rng)
    one = f"{sale.good.agree('un')} {sale.good.singular}"
    return {"un_g": one.capitalize(), "g": one, "m": sale.currency.name}


def _exercise(question: str, solution: str, answer: str, others: list[str]) -> Exercise:
    return Exercise(question, solution, answer, "porcentajes", "primaria 6", tuple(others))


def _percent_steps(percent: int, number: int) -> str:
    """Return the way that leads to any percentage: a hundredth first, then as many of them."""
    if percent == 50:
        return f"es la mitad, {number}÷2={spanish(Fraction(number, 2))}"
    hundredth = Fraction(number, 100)
    return f"{number}÷100={spanish(hundredth)}; {spanish(hundredth)}×{percent}={spanish(hundredth * percent)}"
