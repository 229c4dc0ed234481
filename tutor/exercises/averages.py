"""The arithmetic mean of a few numbers."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE
from tutor.numbers import spanish

MEAN_WORDS = (
    "[Calcula|Halla|Obtén] la [media|media aritmética] de {s}",
    "¿Cuál es [el promedio|la media] de {s}?",
    "[Promedio|Media] de {s}",
    "¿Cuánto es el promedio de {s}?",
    "Los [datos|valores] son {s}. ¿Cuál es [su media|su promedio]?",
    "Tengo los números {s}. [Halla|Calcula] el promedio",
)
GRADE_WORDS = (
    "{p} sacó {s} en sus exámenes. ¿Qué [nota media|promedio] tiene?",
    "Las notas de {p} son {s}. ¿Cuál es su [media|promedio]?",
    "¿Qué promedio [tiene|saca] {p} con estas notas: {s}?",
)
DAILY_WORDS = (
    "{p} [leyó|escribió] {s} páginas en {n} días. ¿Cuántas páginas fueron de media al día?",
    "Un equipo hizo {s} puntos en {n} partidos. ¿Cuántos puntos hizo de media por partido?",
    "Las temperaturas de {n} días fueron {s} grados. ¿Cuál fue la temperatura media?",
    "En {n} [frascos|tarros] hay {s} caramelos. ¿Cuántos hay de media en cada uno?",
    "Los hijos de una familia tienen {s} años. ¿Cuál es la media de edad?",
)


def mean(rng: Random) -> Exercise:
    """Return the mean of two to four numbers; it is whole."""
    count = rng.choice((2, 3, 3, 3, 3, 4, 4))
    while True:
        numbers = [rng.randint(2, 10) if rng.random() < 0.8 else rng.randint(11, 20) for _ in range(count)]
        if sum(numbers) % count == 0 and len(set(numbers)) > 1:
            break
    listed = f"{', '.join(map(str, numbers[:-1]))} y {numbers[-1]}"
    stories = (GRADE_WORDS, DAILY_WORDS) if max(numbers) <= 10 else (DAILY_WORDS,)
    words = rng.choice(stories) if rng.random() < 0.5 else MEAN_WORDS
    question = phrase(words, rng, s=listed, n=count, p=rng.choice(PEOPLE).name)
    total, value = sum(numbers), sum(numbers) // count
    solution = f"Sumamos: {'+'.join(map(str, numbers))}={total}. Son {count} números: {total}÷{count}={value}."
    others = (
        with_rule("La media es la suma entre la cantidad de números", solution),
        with_warning(solution, f"la media está entre {min(numbers)} y {max(numbers)}; {total} es solo la suma"),
    )
    return Exercise(question, solution, spanish(value), "media aritmética", "primaria 6", others)
