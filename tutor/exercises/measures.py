"""Units of length, mass, volume and time; perimeter and area."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tutor.exercises.arithmetic import multiplication_steps
from tutor.exercises.exercise import Exercise, spanish
from tutor.exercises.phrasing import phrase

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
)
SQUARE_SHAPES = ("un cuadrado", "una mesa cuadrada", "un jardín cuadrado", "una baldosa cuadrada", "un patio cuadrado")
RECTANGLE_SHAPES = (
    "un rectángulo",
    "un terreno rectangular",
    "una habitación rectangular",
    "una cancha rectangular",
    "una hoja rectangular",
)
SIDES = ("de lado {a} {u}", "que mide {a} {u} de lado", "cuyo lado mide {a} {u}", "con lados de {a} {u}")
LENGTHS = (
    "de {a} {u} de largo y {b} {u} de ancho",
    "de base {a} {u} y altura {b} {u}",
    "que mide {a} {u} por {b} {u}",
    "con lados de {a} {u} y {b} {u}",
    "de {a} {u} por {b} {u}",
    "cuya base mide {a} {u} y cuya altura mide {b} {u}",
)
MEASURE_WORDS = (
    "¿Cuál es {what} de {shape}?",
    "[Calcula|Halla|Obtén|Averigua|Determina|Encuentra] {what} de {shape}",
    "¿Cuánto [mide|vale|es] {what} de {shape}?",
    "Tengo {shape}. ¿[Cuál es|Cuánto mide] su {bare}?",
    "[Dibujo|Imagina|Hay] {shape}. [Calcula|Halla] su {bare}",
)
RECTANGLE_TEXTS = (
    "La base mide {a} {u} y la altura {b} {u}. ¿Cuál es {what} del rectángulo?",
    "¿Cuál es {what} si el largo es {a} {u} y el ancho {b} {u}?",
)
TRIANGLE_WORDS = (
    "[Calcula|Halla|Obtén] el área de un triángulo [de base {a} {u} y altura {b} {u}|con base {a} {u} y altura {b} {u}]",
    "¿Cuál es el área de un triángulo [de {a} {u} de base y {b} {u} de altura|de base {a} {u} y altura {b} {u}]?",
    "Un triángulo tiene base {a} {u} y altura {b} {u}. ¿[Cuál es|Cuánto mide] su área?",
)


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
        steps = f"{factor} {name_small} hacen 1 {name[:-1]}: {spanish(total)}÷{factor}={spanish(count)}."
        return Exercise(question, steps, f"{spanish(count)} {short}", "unidades", "primaria 5")
    question = phrase(CONVERSION_WORDS, rng, to=small, os=_ending(name_small), n=spanish(count), from_=large)
    steps = f"1 {name[:-1]} son {factor} {name_small}: {spanish(count)}×{factor}={spanish(total)}."
    return Exercise(question, steps, f"{spanish(total)} {short_small}", "unidades", "primaria 5")


def _ending(unit: str) -> str:
    return "as" if unit == "horas" else "os"


def perimeter_and_area(rng: Random) -> Exercise:
    """Return the perimeter or area of a square or rectangle, or the area of a triangle."""
    kind = rng.choices(("square", "rectangle", "triangle"), (35, 50, 15))[0]
    short, name = rng.choice((("cm", "centímetros"), ("m", "metros"), ("km", "kilómetros")))
    unit = rng.choice((short, name))
    a, b = rng.randint(2, 12), rng.randint(2, 10)
    if kind == "triangle":
        a += a * b % 2
        question = phrase(TRIANGLE_WORDS, rng, a=a, b=b, u=unit)
        solution = f"El área es base por altura entre 2: {a}×{b}={a * b}, {a * b}÷2={a * b // 2}."
        return Exercise(question, solution, f"{a * b // 2} {short}²", "perímetro y área", "primaria 6")
    area = rng.random() < 0.5
    what, bare = (
        rng.choice((("el área", "área"), ("la superficie", "superficie"))) if area else ("el perímetro", "perímetro")
    )
    if kind == "square":
        b = a
        shape = f"{rng.choice(SQUARE_SHAPES)} {phrase(SIDES, rng, a=a, u=unit)}"
        steps = f"El área es lado por lado: {a}×{a}={a * a}" if area else f"Son 4 lados iguales: {a}×4={a * 4}"
    else:
        shape = f"{rng.choice(RECTANGLE_SHAPES)} {phrase(LENGTHS, rng, a=a, b=b, u=unit)}"
        around = f"{a}+{b}={a + b}; {multiplication_steps(a + b, 2)}"
        steps = f"El área es base por altura: {a}×{b}={a * b}" if area else f"Sumamos y doblamos: {around}"
    question = phrase(MEASURE_WORDS, rng, what=what, bare=bare, shape=shape)
    if kind == "rectangle" and rng.random() < 0.25:
        question = phrase(RECTANGLE_TEXTS, rng, what=what, a=a, b=b, u=unit)
    value = a * b if area else 2 * (a + b)
    return Exercise(question, steps + ".", f"{value} {short}{'²' if area else ''}", "perímetro y área", "primaria 6")
