"""Positive and negative whole numbers: sums, differences, products, temperatures and floors."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import ask_for_value, phrase

SUM_WORDS = (
    "Suma {a} y {b}",
    "¿Cuánto suman {a} y {b}?",
    "[Calcula|Halla] la suma de {a} y {b}",
    "¿Qué número [resulta|sale] si sumas {a} y {b}?",
)
PRODUCT_WORDS = (
    "Multiplica {a} por {b}",
    "¿Cuál es el producto de {a} y {b}?",
    "[Calcula|Halla] el producto de {a} por {b}",
    "¿Cuánto es {a} multiplicado por {b}?",
)
RISES = (
    "En {city} [hay|tenemos] {t} °C y la temperatura sube {n} grados. ¿[Qué temperatura hay|A cuántos grados estamos]?",
    "El termómetro de {city} marca {t} °C. Si sube {n} °C, ¿cuánto marca?",
    "De madrugada había {t} °C en {city}; al mediodía, {n} °C más. ¿Qué temperatura había al mediodía?",
)
FALLS = (
    "En {city} [hay|tenemos] {t} °C y la temperatura baja {n} grados. ¿[Qué temperatura hay|A cuántos grados estamos]?",
    "El termómetro de {city} marca {t} °C. Si baja {n} °C, ¿cuánto marca?",
    "Por la tarde había {t} °C en {city}; por la noche, {n} °C menos. ¿Qué temperatura había por la noche?",
)
DESCENTS = (
    "Un ascensor está en el piso {t} y baja {n} pisos. ¿A qué piso llega?",
    "[Estoy en el|Subo al] piso {t} y bajo {n} plantas. ¿En qué [piso|planta] acabo?",
)
COLD_CITIES = ("La Paz", "Ushuaia", "Bariloche", "Puno", "Burgos", "Teruel", "Ávila", "Punta Arenas", "Toluca", "Soria")


def integers(rng: Random) -> Exercise:
    """Return an operation with negative numbers, bare or told with temperatures or floors."""
    make = rng.choice((_less_than_zero, _negative_and_positive, _two_negatives, _minus_a_negative, _product, _story))
    return make(rng)


def _less_than_zero(rng: Random) -> Exercise:
    a, b = sorted(rng.sample(range(1, 16), 2))
    return _exercise(_ask(f"{a}-{b}", rng), *_difference(a, b), a - b)


def _negative_and_positive(rng: Random) -> Exercise:
    a, b = rng.sample(range(1, 16), 2)
    question = phrase(SUM_WORDS, rng, a=-a, b=b) if rng.random() < 0.4 else _ask(f"-{a}+{b}", rng)
    return _exercise(question, *_sum_of_unlike(a, b), b - a)


def _two_negatives(rng: Random) -> Exercise:
    a, b = rng.randint(1, 15), rng.randint(1, 15)
    solution = f"Los dos son negativos: -{a}-{b}={-a - b}."
    others = (with_warning(solution, f"no es {a + b}, menos por menos es cosa del producto"),)
    question = phrase(SUM_WORDS, rng, a=-a, b=-b) if rng.random() < 0.4 else _ask(f"-{a}-{b}", rng)
    return _exercise(question, solution, others, -a - b)


def _minus_a_negative(rng: Random) -> Exercise:
    a, b = rng.randint(1, 12), rng.randint(1, 12)
    solution = f"Restar -{b} es sumar {b}: {a}-(-{b})={a + b}."
    others = (
        with_check(solution, f"{a + b}+(-{b})={a}"),
        with_warning(solution, f"no es {a - b}, porque menos por menos es más"),
    )
    return _exercise(_ask(f"{a}-(-{b})", rng), solution, others, a + b)


def _product(rng: Random) -> Exercise:
    a, b = rng.randint(2, 10), rng.randint(2, 10)
    if rng.random() < 0.5:
        left, right, value = f"-{a}", str(b), -a * b
        solution = f"Signos distintos, el producto es negativo: -{a}×{b}={value}."
    else:
        left, right, value = f"(-{a})", f"(-{b})", a * b
        solution = f"Signos iguales, el producto es positivo: (-{a})×(-{b})={value}."
    others = (
        with_rule(f"Sin signos, {a}×{b}={a * b}", solution),
        with_rule("Menos por menos es más y menos por más es menos", solution),
    )
    if rng.random() < 0.4:
        return _exercise(phrase(PRODUCT_WORDS, rng, a=left.strip("()"), b=right.strip("()")), solution, others, value)
    return _exercise(_ask(f"{left}{rng.choice(('×', '·', '*', ' x '))}{right}", rng), solution, others, value)


def _story(rng: Random) -> Exercise:
    city = rng.choice(COLD_CITIES)
    if rng.random() < 0.4:
        below, rise = rng.sample(range(2, 13), 2)
        question = phrase(RISES, rng, t=-below, n=rise, city=city)
        return _exercise(question, *_sum_of_unlike(below, rise), rise - below, "°C")
    if rng.random() < 0.3:
        floor = rng.randint(1, 6)
        down = floor + rng.randint(1, 3)
        return _exercise(phrase(DESCENTS, rng, t=floor, n=down), *_difference(floor, down), floor - down)
    start, fall = sorted(rng.sample(range(1, 11), 2))
    return _exercise(phrase(FALLS, rng, t=start, n=fall, city=city), *_difference(start, fall), start - fall, "°C")


def _difference(a: int, b: int) -> tuple[str, tuple[str, ...]]:
    solution = f"Restamos: {a}-{b}={a - b}. Es negativo, porque {b} es mayor que {a}."
    return solution, (with_check(solution, f"{a - b}+{b}={a}"),)


def _sum_of_unlike(negative: int, positive: int) -> tuple[str, tuple[str, ...]]:
    """Return how `-negative + positive` is worked out, and in other styles."""
    large, small = max(negative, positive), min(negative, positive)
    sign = "menos" if negative > positive else "más"
    total = positive - negative
    solution = (
        f"Sumamos: -{negative}+{positive}={total}. Signos distintos, {large}-{small}={large - small} y queda {sign}."
    )
    return solution, (
        with_check(solution, f"{total}-{positive}=-{negative}"),
        with_warning(solution, f"no es -{negative + positive}, los signos son distintos"),
    )


def _ask(expression: str, rng: Random) -> str:
    if rng.random() < 0.4:
        expression = expression[0] + expression[1:].replace("-(", " - (").replace("+", " + ")
        if "(" not in expression:
            expression = expression[0] + expression[1:].replace("-", " - ")
    return ask_for_value(expression, rng)


def _exercise(question: str, solution: str, others: tuple[str, ...], value: int, unit: str = "") -> Exercise:
    return Exercise(question, solution, f"{value} {unit}".strip(), "números enteros", "secundaria 1", others)
