"""Divisors, multiples, remainders and primes."""

from __future__ import annotations

from math import gcd, isqrt, lcm
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase

GCD_WORDS = (
    "¿Cuál es el [máximo común divisor|mcd] de {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra] el [máximo común divisor|mcd] [de|entre] {a} y {b}",
    "[mcd|m.c.d.|MCD]({a}, {b})",
    "¿Cuál es el mayor número que divide a {a} y a {b}?",
    "[El |]mcd [de|entre] {a} y {b}",
    "[El |]máximo común divisor [de|entre] {a} y {b}",
    "mcd de {a}, {b}",
    "[Di|Busca] el mayor divisor común de {a} y {b}",
)
LCM_WORDS = (
    "¿Cuál es el [mínimo común múltiplo|mcm] de {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra] el [mínimo común múltiplo|mcm] [de|entre] {a} y {b}",
    "[mcm|m.c.m.|MCM]({a}, {b})",
    "¿Cuál es el menor [número que es múltiplo|múltiplo común] de {a} y de {b}?",
    "[El |]mcm [de|entre] {a} y {b}",
    "[El |]mínimo común múltiplo [de|entre] {a} y {b}",
    "mcm de {a}, {b}",
    "[Di|Busca] el menor múltiplo común de {a} y {b}",
)
REMAINDER_WORDS = (
    "¿Cuál es el [resto|residuo] de [dividir |la división de |]{a} entre {b}?",
    "[Calcula|Halla|Dime] el [resto|residuo] [al dividir|de dividir|de la división de] {a} entre {b}",
    "¿Cuánto sobra [al repartir|si reparto|si divido|al dividir] {a} entre {b}?",
    "Si [divido|reparto] {a} [en grupos de|entre] {b}, ¿cuánto [sobra|queda de resto]?",
)
NEXT_PRIME_WORDS = (
    "¿Cuál es el [siguiente número primo|primer número primo|primer primo|siguiente primo] [después de|mayor que|tras el] {a}?",
    "[Dime|Halla|Escribe|Encuentra] el [siguiente número primo|primer primo|primo siguiente] [después de|mayor que] {a}",
    "¿Qué número primo [viene|va|sigue] [después del|después de] {a}?",
)
DIVISOR_COUNT_WORDS = (
    "¿Cuántos divisores tiene [el |el número |]{a}?",
    "[Cuenta|Di cuántos son] los divisores de {a}",
    "¿Cuántos números dividen [exactamente |]a {a}?",
)
DIVISIBLE_WORDS = (
    "¿Es {a} divisible [entre|por] {b}?",
    "¿[Es|Será] {a} múltiplo de {b}?",
    "¿Es {b} divisor de {a}?",
    "¿Se puede dividir {a} entre {b} sin que sobre nada?",
    "Di si {a} es [múltiplo de|divisible entre] {b}",
    "¿La división de {a} entre {b} es exacta?",
)
PRIME_WORDS = (
    "¿Es {a} [un número |]primo?",
    "¿El [número |]{a} es primo?",
    "Di si {a} es [un número |]primo",
    "{a}, ¿es primo o no?",
)


def divisibility(rng: Random) -> Exercise:
    """Return a greatest divisor, a least multiple, a remainder, a prime, a count of divisors, or what divides what."""
    makers = (_gcd, _lcm, _remainder, _next_prime, _divisor_count, _divisible, _prime)
    make = rng.choices(makers, (24, 24, 20, 8, 6, 10, 8))[0]
    return make(rng)


def _gcd(rng: Random) -> Exercise:
    g, p, q = rng.randint(2, 12), rng.randint(1, 6), rng.randint(1, 6)
    a, b = g * p, g * (q if q != p else p + 1)
    value = gcd(a, b)
    solution = f"Restamos: {', '.join(_differences(a, b))}; el mcd es {value}."
    others = [
        f"El mayor que divide a los dos es {value}: {a}÷{value}={a // value} y {b}÷{value}={b // value}.",
        with_check(solution, f"{a}÷{value}={a // value} y {b}÷{value}={b // value}"),
    ]
    if smaller := [n for n in range(2, value) if value % n == 0]:
        others.append(with_warning(solution, f"{smaller[-1]} también divide a los dos, pero no es el mayor"))
    return _exercise(phrase(GCD_WORDS, rng, a=a, b=b), solution, value, others)


def _lcm(rng: Random) -> Exercise:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    b = b if b != a else b + 1
    value = lcm(a, b)
    solution = f"El menor múltiplo de los dos es {value}: {a}×{value // a}={value} y {b}×{value // b}={value}."
    others = [f"El producto entre el mcd, que es {gcd(a, b)}: {a}×{b}={a * b}, {a * b}÷{gcd(a, b)}={value}."]
    if value < a * b:
        others.append(with_warning(solution, f"{a}×{b}={a * b} también es múltiplo de los dos, pero no es el menor"))
    return _exercise(phrase(LCM_WORDS, rng, a=a, b=b), solution, value, others)


def _differences(a: int, b: int) -> list[str]:
    """Return the differences that lead to the greatest common divisor: `32-8=24`, `24-8=16`, `16-8=8`."""
    steps = []
    while a != b:
        a, b = max(a, b), min(a, b)
        steps.append(f"{a}-{b}={a - b}")
        a -= b
    return steps


def _remainder(rng: Random) -> Exercise:
    b, quotient = rng.randint(2, 9), rng.randint(1, 11)
    value = rng.randint(0, b - 1)
    a = b * quotient + value
    solution = f"{b}×{quotient}={b * quotient}, {a}-{b * quotient}={value}."
    others = [
        with_check(solution, f"{b * quotient}+{value}={a}"),
        with_warning(solution, f"el resto siempre es menor que {b}"),
    ]
    return _exercise(phrase(REMAINDER_WORDS, rng, a=a, b=b), solution, value, others)


def _next_prime(rng: Random) -> Exercise:
    a = rng.randint(2, 60)
    value = next(n for n in range(a + 1, a + 30) if _is_prime(n))
    solution = f"Después de {a}, el primero que solo se divide por 1 y por sí mismo es {value}."
    others = [with_rule("Un primo tiene dos divisores", solution)]
    if odd := [n for n in range(a + 1, value) if n % 2]:
        factor = next(n for n in range(3, odd[0]) if odd[0] % n == 0)
        others.append(with_warning(solution, f"{odd[0]} no es primo, {factor}×{odd[0] // factor}={odd[0]}"))
    return _exercise(phrase(NEXT_PRIME_WORDS, rng, a=a), solution, value, others)


def _divisor_count(rng: Random) -> Exercise:
    a = rng.randint(2, 30)
    divisors = [n for n in range(1, a + 1) if a % n == 0]
    solution = f"Los divisores de {a} son {', '.join(map(str, divisors))}; hay {len(divisors)}."
    others = [with_warning(solution, f"el 1 y el {a} también cuentan")]
    return _exercise(phrase(DIVISOR_COUNT_WORDS, rng, a=a), solution, len(divisors), others)


def _divisible(rng: Random) -> Exercise:
    b, quotient = rng.randint(2, 9), rng.randint(2, 12)
    rest = rng.choice((0, rng.randint(1, b - 1)))
    a = b * quotient + rest
    answer = "no" if rest else "sí"
    solution = f"{b}×{quotient}={b * quotient}, {a}-{b * quotient}={rest}: sobra {rest}, {answer}."
    others = [with_rule("Tiene que sobrar 0", solution)]
    return _exercise(phrase(DIVISIBLE_WORDS, rng, a=a, b=b), solution, answer, others)


def _prime(rng: Random) -> Exercise:
    a = rng.choice((rng.randint(2, 60), rng.choice([n for n in range(2, 60) if _is_prime(n)])))
    answer = "sí" if _is_prime(a) else "no"
    factor = next(n for n in range(2, a + 1) if a % n == 0)
    divided = f"{factor}×{a // factor}={a}" if factor < a else f"Solo lo dividen 1 y {a}"
    solution = f"{divided}: {answer} es primo."
    others = [with_rule("Un primo tiene dos divisores", solution)]
    return _exercise(phrase(PRIME_WORDS, rng, a=a), solution, answer, others)


def _exercise(question: str, solution: str, value: int | str, others: list[str]) -> Exercise:
    return Exercise(question, solution, str(value), "divisibilidad y primos", "primaria 6", tuple(others))


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, isqrt(n) + 1))
