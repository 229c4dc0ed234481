"""Sequences: the next number, a missing one, a term by its formula."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import phrase

NEXT_WORDS = (
    "¿Qué número sigue? {s}",
    "{s}, ...",
    "{s}, __",
    "Completa la [serie|sucesión|secuencia]: {s}, __",
    "¿Cuál es el siguiente [término|número] de {s}?",
    "[Escribe|Di|Halla|Encuentra] el número que [sigue|va después]: {s}",
    "¿Qué [viene|va] después de {s}?",
    "Continúa [la serie|con un número más]: {s}",
    "En la [sucesión|serie] {s}, ¿cuál es el próximo?",
    "{p} [escribe|dice] {s}. ¿Qué número le toca ahora?",
    "[Adivina|Averigua] qué número falta al final: {s}, ?",
    "Los números siguen una regla: {s}. ¿Cómo continúan?",
)
TERM_WORDS = (
    "El término general de una sucesión es {f}. ¿Cuánto vale el término {n}?",
    "[Calcula|Halla] el término {n} de la sucesión {f}",
    "Si a(n) = {f}, ¿cuánto es a({n})?",
    "¿Qué número ocupa el lugar {n} en la sucesión de término general {f}?",
)
_PEOPLE = ("Mi hermana", "Mi primo", "La maestra", "El profesor", "Un amigo")
_MULTIPLES = {2: "el doble del", 3: "el triple del", 10: "diez veces el"}


def sequences(rng: Random) -> Exercise:
    """Return a sequence to go on with, or one of its terms by the formula."""
    make = rng.choices((_rising, _falling, _multiplied, _term), (36, 22, 24, 18))[0]
    return make(rng)


def _rising(rng: Random) -> Exercise:
    easy = rng.random() < 0.5
    step = rng.choice((1, 2, 5, 10)) if easy else rng.randint(3, 12)
    start = rng.randint(0, 10) if easy else rng.randint(1, 40)
    terms = [start + step * place for place in range(rng.choice((4, 4, 5)))]
    solution = f"Crece {terms[1]}-{terms[0]}={step}: {terms[-1]}+{step}={terms[-1] + step}."
    others = (with_rule(f"Va de {step} en {step}", solution),)
    return _next(terms, solution, terms[-1] + step, "primaria 1" if easy else "primaria 2", others, rng)


def _falling(rng: Random) -> Exercise:
    step, last = rng.choice((1, 2, 3, 4, 5, 10)), rng.randint(10, 40)
    terms = [last + step * place for place in (3, 2, 1, 0)]
    solution = f"Baja {terms[0]}-{terms[1]}={step}: {last}-{step}={last - step}."
    others = (with_rule(f"Baja de {step} en {step}", solution),)
    return _next(terms, solution, last - step, "primaria 2", others, rng)


def _multiplied(rng: Random) -> Exercise:
    factor = rng.choice((2, 2, 3, 10))
    start = rng.randint(1, 9 if factor != 3 else 5)
    terms = [start * factor**place for place in range(4 if factor == 2 else 3)]
    value = terms[-1] * factor
    solution = f"Se multiplica por {terms[1]}÷{terms[0]}={factor}: {terms[-1]}×{factor}={value}."
    gap = terms[-1] - terms[-2]
    others = (
        with_rule(f"Cada número es {_MULTIPLES[factor]} anterior", solution),
        with_warning(solution, f"no se suma {gap}, porque los saltos no son iguales"),
    )
    return _next(terms, solution, value, "primaria 5", others, rng)


def _next(terms: list[int], solution: str, value: int, level: str, others: tuple[str, ...], rng: Random) -> Exercise:
    question = phrase(NEXT_WORDS, rng, s=", ".join(map(str, terms)), p=rng.choice(_PEOPLE))
    return Exercise(question, solution, str(value), "sucesiones", level, others)


def _term(rng: Random) -> Exercise:
    step, start, place = rng.randint(2, 9), rng.randint(1, 10), rng.randint(4, 12)
    product = step * place
    solution = f"Ponemos {place} en lugar de n: {step}×{place}={product}, {product}+{start}={product + start}."
    question = phrase(TERM_WORDS, rng, f=f"{step}n + {start}", n=place)
    others = (with_warning(solution, f"{step}n es {step} por n"),)
    return Exercise(question, solution, str(product + start), "sucesiones", "secundaria 2", others)
