"""Simple probability: favourable cases over possible ones."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE

BAG_WORDS = (
    "En una [bolsa|urna] hay {a} bolas {x} y {b} {y}. ¿Cuál es la probabilidad de sacar una {x1}?",
    "Una [bolsa|caja] tiene {a} canicas {x} y {b} {y}. ¿Qué probabilidad hay de sacar una {x1}?",
    "{p} saca sin mirar una ficha de una bolsa con {a} {x} y {b} {y}. ¿Qué probabilidad tiene de que sea {x1}?",
    "[Calcula|Halla] la probabilidad de sacar una bola {x1} de {a} {x} y {b} {y}",
    "Hay {a} pelotas {x} y {b} {y}. Probabilidad de que salga {x1}",
    "De un cajón con {a} camisetas {x} y {b} {y} se toma una al azar. ¿Cuál es la probabilidad de que sea {x1}?",
)
RAFFLE_WORDS = (
    "En una rifa hay {n} boletos y {p} compra {a}. ¿Qué probabilidad tiene de ganar?",
    "{p} tiene {a} de los {n} números de un sorteo. ¿Cuál es la probabilidad de que gane?",
    "De {n} alumnos, {a} son zurdos. Si se elige uno al azar, ¿qué probabilidad hay de que sea zurdo?",
    "Una ruleta tiene {n} partes iguales y {a} son verdes. ¿Cuál es la probabilidad de que salga verde?",
)
DIE_WORDS = (
    "¿Cuál es la probabilidad de sacar {event} al lanzar un dado?",
    "Lanzo un dado de seis caras. ¿Qué probabilidad hay de que salga {event}?",
    "Probabilidad de [obtener|sacar] {event} con un dado",
    "Se [tira|lanza] un dado. [Calcula|Halla] la probabilidad de obtener {event}",
)
# What may come up, the faces that make it so, and which they are.
DIE_EVENTS = (
    ("un número par", (2, 4, 6)),
    ("un número impar", (1, 3, 5)),
    ("más de 4", (5, 6)),
    ("menos de 3", (1, 2)),
    ("un múltiplo de 3", (3, 6)),
    ("un número primo", (2, 3, 5)),
    ("más de 2", (3, 4, 5, 6)),
    ("menos de 6", (1, 2, 3, 4, 5)),
    *((f"un {face}", (face,)) for face in range(1, 7)),
)
COLOURS = (("rojas", "roja"), ("azules", "azul"), ("verdes", "verde"), ("blancas", "blanca"), ("amarillas", "amarilla"))


def probability(rng: Random) -> Exercise:
    """Return the probability of a draw, a raffle or a throw: favourable cases over possible ones."""
    make = rng.choices((_bag, _raffle, _die), (45, 25, 30))[0]
    return make(rng)


def _bag(rng: Random) -> Exercise:
    a, b = rng.randint(2, 9), rng.randint(2, 9)
    (many, one), (others, _) = rng.sample(COLOURS, 2)
    question = phrase(BAG_WORDS, rng, a=a, b=b, x=many, x1=one, y=others, p=rng.choice(PEOPLE).name)
    return _exercise(
        question, f"De {a}+{b}={a + b} casos, {a} son favorables", a, a + b, f"no es {a}/{b}: se cuentan todas"
    )


def _raffle(rng: Random) -> Exercise:
    total = rng.choice((10, 12, 15, 20, 25, 30))
    a = rng.randint(2, total // 3)
    question = phrase(RAFFLE_WORDS, rng, a=a, n=total, p=rng.choice(PEOPLE).name)
    return _exercise(
        question, f"De {total} casos, {a} son favorables", a, total, f"no es {a}/{total - a}: se cuentan todos"
    )


def _die(rng: Random) -> Exercise:
    event, faces = rng.choice(DIE_EVENTS)
    listed = ", ".join(map(str, faces))
    verb = f"son favorables: {listed}" if len(faces) > 1 else "es favorable"
    counted = f"De 6 casos, {len(faces)} {verb}"
    return _exercise(phrase(DIE_WORDS, rng, event=event), counted, len(faces), 6, "los casos posibles son las 6 caras")


def _exercise(question: str, counted: str, favourable: int, possible: int, mistake: str) -> Exercise:
    answer = f"{favourable}/{possible}"
    solution = f"{counted}. Es {answer}."
    others = [
        with_rule("Casos favorables entre casos posibles", solution),
        with_warning(solution, mistake),
    ]
    if (lowest := str(Fraction(favourable, possible))) != answer:
        others.append(f"{solution} Simplificada es {lowest}.")
    return Exercise(question, solution, answer, "probabilidad", "secundaria 2", tuple(others))
