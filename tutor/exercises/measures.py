"""Units of length, mass, volume and time; perimeter and area."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.numbers import spanish

# larger unit, its plural, smaller unit, its plural, how many of the smaller make one of the larger
CONVERSIONS = (
    ("km", "kilómetros", "m", "metros", 1000),
    ("m", "metros", "cm", "centímetros", 100),
    ("cm", "centímetros", "mm", "milímetros", 10),
    ("kg", "kilogramos", "g", "gramos", 1000),
    ("L", "litros", "mL", "mililitros", 1000),
    ("h", "horas", "min", "minutos", 60),
    ("min", "minutos", "s", "segundos", 60),
    ("€", "euros", "cts", "céntimos", 100),
    ("m", "metros", "dm", "decímetros", 10),
)
CONVERSION_WORDS = (
    "¿Cuánt{os} {to} [son|hay en|equivalen a] {n} {from_}?",
    "[Pasa|Convierte|Cambia|Transforma|Expresa] {n} {from_} [a|en] {to}",
    "¿A cuánt{os} {to} equivalen {n} {from_}?",
    "{n} {from_} [en|a] {to}",
    "{n} {from_}, ¿cuánt{os} {to} son?",
    "¿Cuánto [son|es] {n} {from_} en {to}?",
    "Escribe {n} {from_} en {to}",
    "[Ayúdame a pasar|Necesito pasar|Quiero pasar] {n} {from_} a {to}",
    "Una [medida|cantidad] de {n} {from_}, ¿cuánto es en {to}?",
    "[Completa|Rellena]: {n} {from_} = [__|...|?] {to}",
    "Si tengo {n} {from_}, ¿cuánt{os} {to} tengo?",
    "[Cambio de unidades|Conversión]: {n} {from_} a {to}",
)
# What is about as large as two to twelve of the unit.
SQUARE_SHAPES = {
    "cm": ("un cuadrado", "una baldosa cuadrada", "una foto cuadrada", "un azulejo cuadrado"),
    "m": ("un cuadrado", "un jardín cuadrado", "un patio cuadrado", "una sala cuadrada", "una plaza cuadrada"),
    "km": ("un cuadrado", "una finca cuadrada"),
}
RECTANGLE_SHAPES = {
    "cm": ("una tarjeta rectangular", "una foto rectangular", "una etiqueta rectangular", "un espejo rectangular"),
    "m": ("un terreno rectangular", "una habitación rectangular", "una pared rectangular", "un huerto rectangular"),
    "km": ("una finca rectangular", "un parque natural rectangular"),
}
SIDES = ("de lado {a} {u}", "que mide {a} {u} de lado", "cuyo lado mide {a} {u}", "con lados de {a} {u}")
BASE_AND_HEIGHT = (
    "de base {a} {u} y altura {b} {u}",
    "con base {a} {u} y altura {b} {u}",
    "cuya base mide {a} {u} y cuya altura mide {b} {u}",
    "con lados de {a} {u} y {b} {u}",
)
LENGTHS = (
    "de {a} {u} de largo y {b} {u} de ancho",
    "que mide {a} {u} por {b} {u}",
    "de {a} {u} por {b} {u}",
    "que tiene {a} {u} de largo y {b} {u} de ancho",
)
MEASURE_WORDS = (
    "¿Cuál es {what} de {shape}?",
    "[Calcula|Halla|Obtén|Averigua|Determina|Encuentra] {what} de {shape}",
    "¿Cuánto [mide|vale|es] {what} de {shape}?",
    "Tengo {shape}. ¿[Cuál es|Cuánto mide] su {bare}?",
    "[Dibujo|Imagina|Hay] {shape}. [Calcula|Halla] su {bare}",
    "{What} de {shape}",
    "[Dime|Necesito saber|Quiero saber] {what} de {shape}",
    "[Ayúdame con|No sé hallar] {what} de {shape}",
)
RECTANGLE_TEXTS = (
    "La base mide {a} {u} y la altura {b} {u}. ¿Cuál es {what} del rectángulo?",
    "¿Cuál es {what} si el largo es {a} {u} y el ancho {b} {u}?",
)
TRIANGLE_WORDS = (
    "[Calcula|Halla|Obtén] el área de un triángulo [de base {a} {u} y altura {b} {u}|con base {a} {u} y altura {b} {u}]",
    "¿Cuál es el área de un triángulo [de {a} {u} de base y {b} {u} de altura|de base {a} {u} y altura {b} {u}]?",
    "Área de un triángulo con {a} {u} de base y {b} {u} de altura",
    "{Thing} triangular tiene {a} {u} de base y {b} {u} de altura. ¿Qué superficie tiene?",
    "Un triángulo tiene base {a} {u} y altura {b} {u}. ¿[Cuál es|Cuánto mide] su área?",
)

_TRIANGULAR = {"cm": "Un banderín", "m": "Un terreno", "km": "Una isla"}
_NAMES_OF_MEASURES = {
    True: (("el área", "área"), ("la superficie", "superficie")),
    False: (("el perímetro", "perímetro"), ("el perímetro", "perímetro")),
}


def units(rng: Random) -> Exercise:
    """Return a conversion between two units of length, mass, volume, time or money."""
    short, name, short_small, name_small, factor = rng.choice(CONVERSIONS)
    count = Fraction(rng.randint(2, 12))
    if factor != 60 and rng.random() < 0.25:
        count = Fraction(rng.randint(11, 99), 10)
    total = count * factor
    named = rng.random() < 0.75 or short == "€"
    large, small = (name, name_small) if named else (short, short_small)
    if rng.random() < 0.3 and count.denominator == 1:
        question = phrase(CONVERSION_WORDS, rng, to=large, os=_ending(name), n=spanish(total), from_=small)
        steps = f"A {name}: {factor} {name_small} hacen 1, {spanish(total)}÷{factor}={spanish(count)}."
        others = (
            with_check(steps, f"{spanish(count)}×{factor}={spanish(total)}"),
            with_rule("Hacia una unidad mayor se divide", steps),
        )
        return Exercise(question, steps, f"{spanish(count)} {short}", "unidades", "primaria 5", others)
    question = phrase(CONVERSION_WORDS, rng, to=small, os=_ending(name_small), n=spanish(count), from_=large)
    steps = f"A {name_small}: 1 {name[:-1]} son {factor}, {spanish(count)}×{factor}={spanish(total)}."
    others = (
        with_check(steps, f"{spanish(total)}÷{factor}={spanish(count)}"),
        with_rule("Hacia una unidad menor se multiplica", steps),
    )
    return Exercise(question, steps, f"{spanish(total)} {short_small}", "unidades", "primaria 5", others)


def _ending(unit: str) -> str:
    return "as" if unit == "horas" else "os"


def perimeter_and_area(rng: Random) -> Exercise:
    """Return the perimeter or area of a square or rectangle, or the area of a triangle."""
    make = rng.choices((_square, _rectangle, _triangle), (35, 50, 15))[0]
    short, name = rng.choice((("cm", "centímetros"), ("m", "metros"), ("km", "kilómetros")))
    return make(short, rng.choice((short, name)), rng)


def _square(short: str, unit: str, rng: Random) -> Exercise:
    a, area = rng.randint(2, 12), rng.random() < 0.5
    shape = f"{rng.choice(SQUARE_SHAPES[short])} {phrase(SIDES, rng, a=a, u=unit)}"
    if area:
        solution = f"El área es lado por lado: {a}×{a}={a * a}."
        others = [with_rule(f"La unidad del área es {short}²", solution)]
        if a != 4:
            others.append(with_warning(solution, f"{a}×4={a * 4} es el perímetro, no el área"))
        return _measured(_ask_for_measure(area, shape, rng), solution, f"{a * a} {short}²", others)
    solution = f"Son 4 lados iguales: {a}×4={a * 4}."
    others = [with_check(solution, f"{a}+{a}+{a}+{a}={a * 4}"), with_rule("El perímetro es el borde", solution)]
    return _measured(_ask_for_measure(area, shape, rng), solution, f"{a * 4} {short}", others)


def _rectangle(short: str, unit: str, rng: Random) -> Exercise:
    a, b, area = rng.randint(2, 12), rng.randint(2, 10), rng.random() < 0.5
    if rng.random() < 0.25:
        question = phrase(RECTANGLE_TEXTS, rng, what=rng.choice(_NAMES_OF_MEASURES[area])[0], a=a, b=b, u=unit)
    else:
        bare = rng.random() < 0.4
        shape = "un rectángulo" if bare else rng.choice(RECTANGLE_SHAPES[short])
        sizes = phrase(BASE_AND_HEIGHT if bare else LENGTHS, rng, a=a, b=b, u=unit)
        question = _ask_for_measure(area, f"{shape} {sizes}", rng)
    if area:
        solution = f"El área es base por altura: {a}×{b}={a * b}."
        others = [
            with_rule(f"La unidad del área es {short}²", solution),
            with_warning(solution, f"{a}+{b}={a + b} no es el área"),
        ]
        return _measured(question, solution, f"{a * b} {short}²", others if a * b != a + b else others[:1])
    solution = f"Sumamos y doblamos: {a}+{b}={a + b}, {a + b}×2={2 * (a + b)}."
    others = [
        with_check(solution, f"{a}+{b}+{a}+{b}={2 * (a + b)}"),
        with_warning(solution, f"{a}+{b}={a + b} es solo la mitad del borde"),
    ]
    return _measured(question, solution, f"{2 * (a + b)} {short}", others)


def _triangle(short: str, unit: str, rng: Random) -> Exercise:
    a, b = rng.randint(2, 12), rng.randint(2, 10)
    a += a * b % 2
    solution = f"El área es base por altura entre 2: {a}×{b}={a * b}, {a * b}÷2={a * b // 2}."
    others = [
        with_rule("Un triángulo es medio rectángulo", solution),
        with_warning(solution, f"{a * b} es el área del rectángulo entero"),
    ]
    return _measured(
        phrase(TRIANGLE_WORDS, rng, a=a, b=b, u=unit, Thing=_TRIANGULAR[short]),
        solution,
        f"{a * b // 2} {short}²",
        others,
    )


def _ask_for_measure(area: bool, shape: str, rng: Random) -> str:
    what, bare = rng.choice(_NAMES_OF_MEASURES[area])
    return phrase(MEASURE_WORDS, rng, what=what, What=what[0].upper() + what[1:], bare=bare, shape=shape)


def _measured(question: str, solution: str, answer: str, others: list[str]) -> Exercise:
    return Exercise(question, solution, answer, "perímetro y área", "primaria 6", tuple(others))
