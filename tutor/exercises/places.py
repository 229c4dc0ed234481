"""Place value and rounding."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE

ROUND_WORDS = (
    "Redondea {n} a las {place}",
    "[Redondea|Redondear|Aproxima] {n} a la {one} más cercana",
    "¿Cuánto es {n} redondeado a las {place}?",
    "¿Cuál es la {one} más cercana a {n}?",
    "[Aproxima|Redondea] el número {n} a las {place}",
    "{n} redondeado a las {place}",
    "Si redondeo {n} a las {place}, ¿qué número [obtengo|sale|queda]?",
    "En un [teatro|barrio|pueblo] hay {n} personas. ¿Cuántas son si redondeas a las {place}?",
    "{p} contó {n} [pasos|semillas|piedras]. [Redondea|Redondéalo] a las {place}",
)
VALUE_WORDS = (
    "¿[Qué valor tiene|Cuánto vale] [la cifra|el] {d} en {n}?",
    "[Di|Escribe|Indica] el valor de la cifra {d} en el número {n}",
    "En {n}, ¿cuánto vale el {d}?",
    "¿Qué valor representa el {d} de {n}?",
    "Valor posicional del {d} en {n}",
)
COMPOSE_WORDS = (
    "¿Qué número [forman|hacen] {parts}?",
    "[Escribe|Di] el número que tiene {parts}",
    "{Parts}. ¿Qué número es?",
    "Si juntas {parts}, ¿qué número tienes?",
)
# The place, one of it, how much one of it is worth.
PLACES = (("unidades", "unidad", 1), ("decenas", "decena", 10), ("centenas", "centena", 100))
THOUSANDS = ("unidades de millar", "unidad de millar", 1000)


def places(rng: Random) -> Exercise:
    """Return a number to round, the value of one of its digits, or a number to put together."""
    make = rng.choices((_round, _value, _compose), (50, 25, 25))[0]
    return make(rng)


def _round(rng: Random) -> Exercise:
    name, one, worth = rng.choices(PLACES[1:], (60, 40))[0]
    number = rng.randint(21, 999) if worth == 10 else rng.randint(110, 4999)
    # Neither a round number nor one halfway, which is as near to the number below as to the one above.
    number += number % (worth // 2) == 0
    below, digit = number // worth * worth, number // (worth // 10) % 10
    up = digit >= 5
    value = below + worth if up else below
    between = f"{number} está entre {below} y {below + worth}"
    solution = f"{between}. La cifra siguiente es {digit}, {'5 o más' if up else 'menos de 5'}: {value}."
    question = phrase(ROUND_WORDS, rng, n=number, place=name, one=one, p=rng.choice(PEOPLE).name)
    others = [with_rule(f"Buscamos la {one} más cercana", solution)]
    if not up:
        others.append(with_warning(solution, "redondear no siempre es subir"))
    return _exercise(question, solution, value, "primaria 3" if worth == 10 else "primaria 4", others)


def _value(rng: Random) -> Exercise:
    digits = rng.sample(range(1, 10), rng.choice((3, 3, 4)))
    number = int("".join(map(str, digits)))
    at = rng.randrange(len(digits))
    name, _, worth = (*PLACES, THOUSANDS)[len(digits) - 1 - at]
    digit = digits[at]
    solution = f"El {digit} está en las {name}: {digit}×{worth}={digit * worth}."
    others = [with_rule("El valor de una cifra depende de su lugar", solution)]
    if worth > 1:
        others.append(with_warning(solution, f"no vale {digit}, porque no está en las unidades"))
    return _exercise(phrase(VALUE_WORDS, rng, d=digit, n=number), solution, digit * worth, "primaria 3", others)


def _compose(rng: Random) -> Exercise:
    easy = rng.random() < 0.4
    kinds = PLACES[:2] if easy else PLACES
    counts = [rng.randint(1, 9) for _ in kinds]
    told = [f"{n} {one if n == 1 else name}" for n, (name, one, _) in reversed(list(zip(counts, kinds, strict=True)))]
    parts = f"{', '.join(told[:-1])} y {told[-1]}"
    values = [n * worth for n, (_, _, worth) in zip(counts, kinds, strict=True)][::-1]
    solution = f"Sumamos: {'+'.join(map(str, values))}={sum(values)}."
    others = [with_rule("Una decena son 10" if easy else "Una decena son 10 y una centena 100", solution)]
    question = phrase(COMPOSE_WORDS, rng, parts=parts, Parts=parts)
    return _exercise(question, solution, sum(values), "primaria 1" if easy else "primaria 2", others)


def _exercise(question: str, solution: str, value: int, level: str, others: list[str]) -> Exercise:
    return Exercise(question, solution, str(value), "valor posicional y redondeo", level, tuple(others))
