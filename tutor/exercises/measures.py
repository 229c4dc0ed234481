"""Units of length, mass, volume and time; perimeter and area."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE
from tutor.numbers import spanish

# larger unit, its plural, smaller unit, its plural, how many of the smaller make one of the larger, how often asked
CONVERSIONS = (
    ("km", "kilómetros", "m", "metros", 1000, 4),
    ("m", "metros", "cm", "centímetros", 100, 4),
    ("kg", "kilogramos", "g", "gramos", 1000, 3),
    ("kg", "kilos", "g", "gramos", 1000, 1),
    ("L", "litros", "mL", "mililitros", 1000, 4),
    ("h", "horas", "min", "minutos", 60, 3),
    ("cm", "centímetros", "mm", "milímetros", 10, 2),
    ("min", "minutos", "s", "segundos", 60, 2),
)
CONVERSION_WORDS = (
    "¿Cuánt{os} {to} [son|hay en|equivalen a] {n} {from_}?",
    "[Pasa|Cambia] {n} {from_} a {to}",
    "[Convierte|Transforma] {n} {from_} [a|en] {to}",
    "Expresa {n} {from_} en {to}",
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
EQUAL_SIDES_WORDS = (
    "[Calcula|Halla] el perímetro de un {name} {regular} de {a} {u} de lado",
    "¿Cuánto mide el [perímetro|contorno] de un {name} {regular} con lados de {a} {u}?",
    "Un {name} {regular} tiene lados de {a} {u}. ¿Cuál es su [perímetro|contorno]?",
)
SIDE_WORDS = (
    "El perímetro de un {name} {regular} [es|mide] {n} {u}. ¿Cuánto mide cada lado?",
    "Un {name} {regular} tiene {n} {u} de perímetro. ¿Cuánto mide [un|su] lado?",
    "[Calcula|Halla] el lado de un {name} {regular} cuyo perímetro es {n} {u}",
)
HEIGHT_WORDS = (
    "El área de un rectángulo es {n} {short}² y su base mide {a} {u}. ¿Cuánto mide la altura?",
    "Un rectángulo tiene {n} {short}² de [área|superficie] y {a} {u} de base. ¿Cuál es su altura?",
    "[Calcula|Halla] la altura de un rectángulo de área {n} {short}² y base {a} {u}",
)
FENCE_WORDS = (
    "[Un campo|Un huerto] rectangular mide {a} {u} de largo y {b} {u} de ancho. ¿Cuántos metros de valla hacen falta para rodearlo?",
    "Una finca rectangular mide {a} {u} de largo y {b} {u} de ancho. ¿Cuántos metros de valla hacen falta para rodearla?",
    "{p} da una vuelta a un parque rectangular de {a} {u} por {b} {u}. ¿Cuántos metros [anda|recorre]?",
)
FLOOR_WORDS = (
    "[Mi cuarto|El salón|La clase] mide {a} {u} por {b} {u}. ¿Cuántos metros cuadrados tiene el suelo?",
    "Un suelo de {a} {u} de largo y {b} {u} de ancho, ¿cuántos metros cuadrados tiene?",
)
_REGULAR = (
    (3, "triángulo", "equilátero"),
    (4, "cuadrado", ""),
    (5, "pentágono", "regular"),
    (6, "hexágono", "regular"),
)

_TRIANGULAR = {"cm": "Un banderín", "m": "Un terreno", "km": "Una isla"}
_NAMES_OF_MEASURES = {
    True: (("el área", "área"), ("la superficie", "superficie")),
    False: (("el perímetro", "perímetro"), ("el perímetro", "perímetro")),
}


def units(rng: Random) -> Exercise:
    """Return a conversion between two units of length, mass, volume or time."""
    pairs = [conversion[:5] for conversion in CONVERSIONS]
    short, name, short_small, name_small, factor = rng.choices(pairs, [c[5] for c in CONVERSIONS])[0]
    count = Fraction(rng.randint(2, 12))
    if factor != 60 and rng.random() < 0.4:
        count = Fraction(rng.randint(2, 99), 10) if rng.random() < 0.7 else Fraction(rng.randint(1, 19) * 25, 100)
    total = count * factor
    named = rng.random() < 0.6
    large, small = (name, name_small) if named else (short, short_small)
    if rng.random() < 0.45 and total.denominator == 1:
        question = phrase(CONVERSION_WORDS, rng, to=large, os=_ending(name), n=spanish(total), from_=small)
        steps = f"{spanish(total)} {short_small}: {factor} {short_small} son 1 {short}, {spanish(total)}÷{factor}={spanish(count)}."
        others = (
            with_check(steps, f"{spanish(count)}×{factor}={spanish(total)}"),
            with_rule("Hacia una unidad mayor se divide", steps),
        )
        return Exercise(question, steps, f"{spanish(count)} {short}", "unidades", "primaria 5", others)
    question = phrase(CONVERSION_WORDS, rng, to=small, os=_ending(name_small), n=spanish(count), from_=large)
    steps = (
        f"{spanish(count)} {short}: 1 {short} son {factor} {short_small}, {spanish(count)}×{factor}={spanish(total)}."
    )
    others = (
        with_check(steps, f"{spanish(total)}÷{factor}={spanish(count)}"),
        with_rule("Hacia una unidad menor se multiplica", steps),
    )
    return Exercise(question, steps, f"{spanish(total)} {short_small}", "unidades", "primaria 5", others)


def _ending(unit: str) -> str:
    return "as" if unit == "horas" else "os"


def perimeter_and_area(rng: Random) -> Exercise:
    """Return the perimeter or area of a figure, or a side of one from its perimeter or area."""
    short, name = rng.choice((("cm", "centímetros"), ("m", "metros"), ("km", "kilómetros")))
    unit = rng.choice((short, name))
    make = rng.choices(
        (_square, _rectangle, _triangle, _equal_sides, _side, _height, _ground), (22, 30, 14, 8, 10, 6, 10)
    )[0]
    return make(short, unit, rng)


def _square(short: str, unit: str, rng: Random) -> Exercise:
    a, area = rng.randint(2, 12), rng.random() < 0.5
    shape = f"{rng.choice(SQUARE_SHAPES[short])} {phrase(SIDES, rng, a=a, u=unit)}"
    if area:
        solution = f"Área del cuadrado: {a}×{a}={a * a}."
        others = [with_rule("El área de un cuadrado es lado por lado", solution)]
        if a != 4:
            others.append(with_warning(solution, f"{a}×4={a * 4} es el perímetro, no el área"))
        return _measured(_ask_for_measure(area, shape, rng), solution, f"{a * a} {short}²", others)
    solution = f"Perímetro del cuadrado, 4 lados: {a}×4={a * 4}."
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
        solution = f"Área del rectángulo: {a}×{b}={a * b}."
        others = [
            with_rule("El área de un rectángulo es base por altura", solution),
            with_warning(solution, f"{a}+{b}={a + b} no es el área"),
        ]
        return _measured(question, solution, f"{a * b} {short}²", others if a * b != a + b else others[:1])
    solution = f"Perímetro del rectángulo: {a}+{b}={a + b}, {a + b}×2={2 * (a + b)}."
    others = [
        with_rule("El perímetro es el borde: se suman los lados distintos y se dobla", solution),
        with_warning(solution, f"{a}+{b}={a + b} es solo la mitad del borde"),
    ]
    return _measured(question, solution, f"{2 * (a + b)} {short}", others)


def _equal_sides(short: str, unit: str, rng: Random) -> Exercise:
    sides, name, regular = rng.choice(_REGULAR)
    a = rng.randint(2, 20)
    question = phrase(EQUAL_SIDES_WORDS, rng, name=name, regular=regular, a=a, u=unit).replace("  ", " ")
    solution = f"Perímetro del {name}, {sides} lados: {a}×{sides}={a * sides}."
    return _measured(question, solution, f"{a * sides} {short}", [with_rule("El perímetro es el borde", solution)])


def _side(short: str, unit: str, rng: Random) -> Exercise:
    sides, name, regular = rng.choice((_REGULAR[1], *_REGULAR))
    a = rng.randint(2, 20)
    question = phrase(SIDE_WORDS, rng, name=name, regular=regular, n=a * sides, u=unit).replace("  ", " ")
    solution = f"Lado del {name}, son {sides}: {a * sides}÷{sides}={a}."
    return _measured(question, solution, f"{a} {short}", [with_check(solution, f"{a}×{sides}={a * sides}")])


def _height(short: str, unit: str, rng: Random) -> Exercise:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    solution = f"Altura del rectángulo: {a * b}÷{a}={b}."
    question = phrase(HEIGHT_WORDS, rng, n=a * b, short=short, a=a, u=unit)
    return _measured(question, solution, f"{b} {short}", [with_check(solution, f"{a}×{b}={a * b}")])


def _ground(_short: str, _unit: str, rng: Random) -> Exercise:
    unit = rng.choice(("m", "metros"))
    if rng.random() < 0.5:
        a, b = rng.randint(3, 12), rng.randint(2, 10)
        solution = f"Área del rectángulo: {a}×{b}={a * b}."
        question = phrase(FLOOR_WORDS, rng, a=a, b=b, u=unit)
        return _measured(question, solution, f"{a * b} m²", [with_rule("La unidad del área es m²", solution)])
    a, b = rng.randint(10, 60), rng.randint(5, 40)
    question = phrase(FENCE_WORDS, rng, a=a, b=b, u=unit, p=rng.choice(PEOPLE).name)
    solution = f"Perímetro del rectángulo: {a}+{b}={a + b}, {a + b}×2={2 * (a + b)}."
    return _measured(question, solution, f"{2 * (a + b)} m", [with_check(solution, f"{a}+{b}+{a}+{b}={2 * (a + b)}")])


def _triangle(short: str, unit: str, rng: Random) -> Exercise:
    a, b = rng.randint(2, 12), rng.randint(2, 10)
    a += a * b % 2
    solution = f"Área del triángulo: {a}×{b}={a * b}, {a * b}÷2={a * b // 2}."
    others = [
        with_rule("Un triángulo es medio rectángulo de la misma base y altura", solution),
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
