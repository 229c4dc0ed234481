"""Divisors, multiples, remainders and primes."""

from __future__ import annotations

from math import gcd, isqrt, lcm
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.phrasing import phrase

GCD_WORDS = (
    "¿Cuál es el [máximo común divisor|mcd] de {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra] el [máximo común divisor|mcd] [de|entre] {a} y {b}",
    "[mcd|m.c.d.|MCD]({a}, {b})",
    "¿Cuál es el mayor número que divide a {a} y a {b}?",
    "[El |]mcd de {a} y {b}",
)
LCM_WORDS = (
    "¿Cuál es el [mínimo común múltiplo|mcm] de {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra] el [mínimo común múltiplo|mcm] [de|entre] {a} y {b}",
    "[mcm|m.c.m.|MCM]({a}, {b})",
    "¿Cuál es el menor [número que es múltiplo|múltiplo común] de {a} y de {b}?",
    "[El |]mcm de {a} y {b}",
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


def divisibility(rng: Random) -> Exercise:
    """Return a greatest divisor, a least multiple, a remainder, the next prime or a count of divisors."""
    kind = rng.choices(("gcd", "lcm", "remainder", "prime", "count"), (25, 25, 25, 15, 10))[0]
    if kind == "gcd":
        g, p, q = rng.randint(2, 12), rng.randint(1, 6), rng.randint(1, 6)
        a, b = g * p, g * (q if q != p else p + 1)
        value = gcd(a, b)
        question = phrase(GCD_WORDS, rng, a=a, b=b)
        steps = f"El mayor que divide a los dos es {value}: {a}÷{value}={a // value} y {b}÷{value}={b // value}"
    elif kind == "lcm":
        a, b = rng.randint(2, 12), rng.randint(2, 12)
        b = b if b != a else b + 1
        value = lcm(a, b)
        question = phrase(LCM_WORDS, rng, a=a, b=b)
        steps = f"El menor múltiplo de los dos es {value}: {a}×{value // a}={value} y {b}×{value // b}={value}"
    elif kind == "remainder":
        b, quotient = rng.randint(2, 9), rng.randint(1, 11)
        value = rng.randint(0, b - 1)
        a = b * quotient + value
        question = phrase(REMAINDER_WORDS, rng, a=a, b=b)
        steps = f"{b}×{quotient}={b * quotient}, {a}-{b * quotient}={value}"
    elif kind == "prime":
        a = rng.randint(2, 60)
        value = next(n for n in range(a + 1, a + 30) if _is_prime(n))
        question = phrase(NEXT_PRIME_WORDS, rng, a=a)
        steps = f"Después de {a}, el primero que solo se divide por 1 y por sí mismo es {value}"
    else:
        a = rng.randint(2, 30)
        divisors = [n for n in range(1, a + 1) if a % n == 0]
        value = len(divisors)
        question = phrase(DIVISOR_COUNT_WORDS, rng, a=a)
        steps = f"Los divisores de {a} son {', '.join(map(str, divisors))}; hay {value}"
    return Exercise(question, steps + ".", str(value), "divisibilidad y primos", "primaria 6")


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, isqrt(n) + 1))
