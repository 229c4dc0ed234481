"""Chains of mental arithmetic: start at a number, do one small operation after another."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_rule, with_warning
from tutor.exercises.phrasing import phrase

CHAIN_WORDS = (
    "[Empieza en|Parte de|Comienza con|Piensa el número] {start}: {steps}",
    "[Cadena|Cálculo mental|Encadena]: {start}, {steps}",
    "{start}, {steps}",
    "[Haz|Calcula|Resuelve] la cadena {start}, {steps}",
    "[Resuelve|Opera|Haz] en orden, [paso a paso|de izquierda a derecha]: {start}, {steps}",
    "Si empiezo en {start} y hago {steps}, ¿[cuánto queda|a qué número llego|qué sale]?",
    "Pienso el número {start} y voy haciendo esto: {steps}. ¿Cuál es el último número?",
    "[Sigue|Completa] la cadena desde {start}: {steps} = ?",
    "¿[Adónde llegas|Qué resultado tienes] si partes de {start} y aplicas {steps}?",
    "Juego de cálculo: sale {start}; {steps}. ¿Resultado final?",
    "[Calculadora mental|Ejercicio mental]. {start} {steps}",
    "Una máquina recibe {start} y hace {steps}, uno tras otro. ¿Qué número devuelve?",
    "[Empiezo en|Tengo el número] {start}: {steps}. ¿[Qué número sale|Cuánto es al final|Dónde termino]?",
)
_SPOKEN = {"+": "suma {n}", "-": "resta {n}", "×": "multiplica por {n}", "÷": "divide entre {n}"}
_LARGEST = 999


def mental_chain(rng: Random) -> Exercise:
    """Return a number and four or five operations on it, each on the result of the one before."""
    start = total = rng.randint(2, rng.choice((15, 20, 60, 99, 600)))
    signs, numbers, solution = [], [], []
    for _ in range(rng.randint(4, 5)):
        sign, number, result = _next(total, rng)
        signs.append(sign)
        numbers.append(number)
        solution.append(f"{total}{sign}{number}={result}")
        total = result
    spoken = rng.random() < 0.25
    steps = [_SPOKEN[s].format(n=n) if spoken else f"{s}{n}" for s, n in zip(signs, numbers, strict=True)]
    question = phrase(CHAIN_WORDS, rng, start=start, steps=", ".join(steps))
    worked = f"{', '.join(solution)}."
    others = [with_rule("Cada paso parte del resultado anterior", worked)]
    if "×" in signs:
        others.append(with_warning(worked, "en una cadena el producto no va antes"))
    return Exercise(question, worked, str(total), "cálculo mental", "primaria 4", tuple(others))


def _next(total: int, rng: Random) -> tuple[str, int, int]:
    """Return a sign, a number and the result of the operation, all of the size done in the head."""
    divisors = [n for n in range(2, 11) if total % n == 0 and 2 <= total // n <= 12]
    if divisors and rng.random() < 0.5:
        number = rng.choice(divisors)
        return "÷", number, total // number
    if 2 <= total <= 12 and rng.random() < 0.6:
        number = rng.randint(2, 10)
        return "×", number, total * number
    number = rng.randint(1, 9) * rng.choice((1, 1, 1, 10, 10) if total < 100 else (1, 1, 10, 10, 100))
    if total - number >= 2 and (rng.random() < 0.5 or total + number > _LARGEST):
        return "-", number, total - number
    return "+", number, total + number
