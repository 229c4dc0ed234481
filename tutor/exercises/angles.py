"""Angles: complementary, supplementary, the third of a triangle, the sum in a polygon."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase

COMPLEMENT_WORDS = (
    "¿Cuál es el [ángulo complementario|complementario] de {a}?",
    "[Calcula|Halla] el complementario de un ángulo de {a}",
    "Dos ángulos son complementarios y uno mide {a}. ¿Cuánto mide el otro?",
    "¿Qué ángulo es complementario de uno de {a}?",
    "¿[Cuánto|Cuántos grados] le [falta|faltan] a un ángulo de {a} para ser recto?",
    "¿Cuántos grados hay que [sumar|añadir] a {a} para tener un ángulo recto?",
    "Un ángulo recto se [parte|divide] en dos; una parte mide {a}. ¿Cuánto mide la otra?",
    "Dos ángulos juntos forman un ángulo recto y uno es de {a}. ¿De cuánto es el otro?",
    "[Complementario|Ángulo complementario] de {a}",
)
SUPPLEMENT_WORDS = (
    "¿Cuál es el [ángulo suplementario|suplementario] de {a}?",
    "[Calcula|Halla] el suplementario de un ángulo de {a}",
    "Dos ángulos son suplementarios y uno mide {a}. ¿Cuánto mide el otro?",
    "¿Qué ángulo es suplementario de uno de {a}?",
    "¿[Cuánto|Cuántos grados] le [falta|faltan] a un ángulo de {a} para ser llano?",
    "¿Cuántos grados hay que [sumar|añadir] a {a} para tener un ángulo llano?",
    "Un ángulo llano se [parte|divide] en dos; una parte mide {a}. ¿Cuánto mide la otra?",
    "Dos ángulos juntos forman un ángulo llano y uno es de {a}. ¿De cuánto es el otro?",
    "[Suplementario|Ángulo suplementario] de {a}",
)
THIRD_WORDS = (
    "Dos ángulos de un triángulo miden {a} y {b}. ¿Cuánto mide el tercero?",
    "Un triángulo tiene ángulos de {a} y {b}. [Halla|Calcula] el que falta",
    "[Calcula|Halla] el tercer ángulo de un triángulo si los otros [son de|miden] {a} y {b}",
    "Triángulo con ángulos {a}, {b} y x. ¿Cuánto vale x?",
    "En un triángulo, un ángulo es de {a} y otro de {b}. ¿De cuántos grados es el que queda?",
)
POLYGON_WORDS = (
    "¿Cuánto suman los ángulos [interiores |]de un {name}?",
    "[Calcula|Halla] la suma de los ángulos interiores de un {name}",
    "Un {name} tiene {n} lados. ¿Cuántos grados suman sus ángulos interiores?",
)
POLYGONS = (("cuadrilátero", 4), ("pentágono", 5), ("hexágono", 6), ("octógono", 8), ("decágono", 10))
_DEGREES = ("°", "°", " grados")


def angles(rng: Random) -> Exercise:
    """Return an angle to find from others."""
    make = rng.choices((_complement, _supplement, _third, _polygon), (28, 28, 34, 10))[0]
    return make(rng)


def _complement(rng: Random) -> Exercise:
    a = rng.randint(2, 17) * 5 if rng.random() < 0.6 else rng.randint(11, 85)
    return _rest(
        phrase(COMPLEMENT_WORDS, rng, a=f"{a}{rng.choice(_DEGREES)}"),
        "recto",
        90,
        a,
        "los suplementarios son los que suman 180°",
    )


def _supplement(rng: Random) -> Exercise:
    a = rng.randint(2, 17) * 10 if rng.random() < 0.6 else rng.randint(20, 165)
    return _rest(
        phrase(SUPPLEMENT_WORDS, rng, a=f"{a}{rng.choice(_DEGREES)}"),
        "llano",
        180,
        a,
        "los complementarios son los que suman 90°",
    )


def _rest(question: str, name: str, whole: int, a: int, mistake: str) -> Exercise:
    value = whole - a
    known = question.lower()
    pair = next((word for word in ("complementario", "suplementario") if word in known), None)
    solution = f"{f'El {pair}' if pair else f'El ángulo {name}'} llega a {whole}°: {whole}-{a}={value}."
    others = (with_check(solution, f"{a}+{value}={whole}"), with_warning(solution, mistake))
    return _exercise(question, solution, value, "primaria 6", others)


def _third(rng: Random) -> Exercise:
    a, b = rng.randint(4, 16) * 5, rng.randint(4, 16) * 5
    known, value, unit = a + b, 180 - a - b, rng.choice(_DEGREES)
    question = phrase(THIRD_WORDS, rng, a=f"{a}{unit}", b=f"{b}{unit}")
    solution = f"Los tres suman 180°: {a}+{b}={known}, 180-{known}={value}."
    others = (
        with_check(solution, f"{a}+{b}+{value}=180"),
        with_warning(solution, f"{known} es lo que suman los dos conocidos"),
    )
    return _exercise(question, solution, value, "secundaria 1", others)


def _polygon(rng: Random) -> Exercise:
    name, sides = rng.choice(POLYGONS)
    value = 180 * (sides - 2)
    solution = f"Se parte en {sides}-2={sides - 2} triángulos de 180°: {sides - 2}×180={value}."
    others = (with_rule("Los ángulos de un triángulo suman 180°", solution),)
    return _exercise(phrase(POLYGON_WORDS, rng, name=name, n=sides), solution, value, "secundaria 2", others)


def _exercise(question: str, solution: str, value: int, level: str, others: tuple[str, ...]) -> Exercise:
    return Exercise(question, solution, f"{value}°", "ángulos", level, others)
