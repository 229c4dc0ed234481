"""Divisors, multiples, remainders and primes."""

from __future__ import annotations

from math import gcd, isqrt, lcm
from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase

GCD_WORDS = (
    "¿Cuál es el [máximo común divisor|mcd|m.c.d.] [de|entre] {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra|Saca] el [máximo común divisor|mcd|m.c.d.] [de|entre] {a} y {b}",
    "[mcd|m.c.d.|MCD][(| (]{a}, {b})",
    "¿Cuál es el mayor número que divide a {a} y a {b}?",
    "[El |]mcd [de|entre] {a} y {b}",
    "[El |]máximo común divisor [de|entre] {a} y {b}",
    "mcd de {a}, {b}",
    "[Di|Busca] el mayor divisor común de {a} y {b}",
    "¿Cuánto [vale|es] el [mcd|máximo común divisor] de {a} y {b}?",
)
LCM_WORDS = (
    "¿Cuál es el [mínimo común múltiplo|mcm|m.c.m.] [de|entre] {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra|Saca] el [mínimo común múltiplo|mcm|m.c.m.] [de|entre] {a} y {b}",
    "[mcm|m.c.m.|MCM][(| (]{a}, {b})",
    "¿Cuál es el menor [número que es múltiplo|múltiplo común] de {a} y de {b}?",
    "[El |]mcm [de|entre] {a} y {b}",
    "[El |]mínimo común múltiplo [de|entre] {a} y {b}",
    "mcm de {a}, {b}",
    "[Di|Busca] el menor múltiplo común de {a} y {b}",
    "¿Cuánto [vale|es] el [mcm|mínimo común múltiplo] de {a} y {b}?",
)
REMAINDER_WORDS = (
    "¿Cuál es el [resto|residuo] de [dividir |la división de |]{a} entre {b}?",
    "[Calcula|Halla|Dime] el [resto|residuo] [al dividir|de dividir|de la división de] {a} entre {b}",
    "¿Cuánto sobra [al repartir|si reparto|si divido|al dividir] {a} entre {b}?",
    "Si [divido|reparto] {a} [en grupos de|entre] {b}, ¿cuánto [sobra|queda de resto]?",
    "¿Qué resto [queda|da|sale] [al dividir|si divido] {a} entre {b}?",
)
WHOLE_QUOTIENT_WORDS = (
    "¿Cuál es el cociente entero de {a} entre {b}?",
    "¿Cuántas veces completas cabe {b} en {a}?",
    "[Calcula|Halla|Dime] el cociente [entero|sin decimales] de dividir {a} entre {b}",
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
    "¿[El |El número ]{a} es divisible [entre|por] {b}?",
    "¿[Es|Será] {a} múltiplo de {b}?",
    "¿El {a} es múltiplo de {b}?",
    "¿Es {b} divisor de {a}?",
    "¿{b} [es divisor de|divide a] {a}?",
    "¿[Se puede|Puedo] dividir {a} entre {b} sin que sobre nada?",
    "[Di|Dime|Indica] si {a} es [múltiplo de|divisible entre|divisible por] {b}",
    "¿La división de {a} entre {b} es exacta?",
    "¿{a} se puede dividir [exacto|exactamente] entre {b}?",
)
PRIME_WORDS = (
    "¿Es {a} [un número |]primo?",
    "¿Es primo el [número |]{a}?",
    "¿El [número |]{a} es [un número |]primo?",
    "[Di|Dime|Indica] si [el |]{a} es [un número |]primo",
    "{a}, ¿es primo o no?",
    "¿[Es primo|Sabes si es primo] {a}?",
)


def divisibility(rng: Random) -> Exercise:
    """Return a greatest divisor, a least multiple, a remainder, a prime, a count of divisors, or what divides what."""
    makers = (_gcd, _lcm, _remainder, _whole_quotient, _next_prime, _divisor_count, _divisible, _prime)
    make = rng.choices(makers, (21, 20, 16, 2, 3, 3, 15, 20))[0]
    return make(rng)


def _gcd(rng: Random) -> Exercise:
    g, p, q = rng.randint(2, 12), rng.randint(1, 6), rng.randint(1, 6)
    a, b = g * p, g * (q if q != p else p + 1)
    value = gcd(a, b)
    solution = f"Para el mcd: {euclid(a, b)}, el mcd es {value}."
    others = [
        with_check(solution, f"{a}÷{value}={a // value} y {b}÷{value}={b // value}"),
        with_rule("El mcd es el último divisor, el que da resto 0", solution),
    ]
    if smaller := [n for n in range(2, value) if value % n == 0]:
        others.append(with_warning(solution, f"{smaller[-1]} divide a los dos, pero no es el mayor"))
    return _exercise(phrase(GCD_WORDS, rng, a=a, b=b), solution, value, others)


def _lcm(rng: Random) -> Exercise:
    g = rng.choice((1, 2, 2, 3, 4, 5, 6))
    p, q = rng.sample(range(1 if g > 1 else 2, 7 if g < 4 else 5), 2)
    a, b = g * p, g * q
    common = gcd(a, b)
    value = lcm(a, b)
    divided = f"{a}×{b}={a * b}, {a * b}÷{common}={value}"
    solution = f"Para el mcm, primero el mcd: {euclid(a, b)}, es {common}. Después {divided}."
    others = [with_check(solution, f"{value}÷{a}={value // a} y {value}÷{b}={value // b}")]
    if value < a * b:
        others.append(with_warning(solution, f"{a * b} no es el menor"))
    return _exercise(phrase(LCM_WORDS, rng, a=a, b=b), solution, value, others)


def euclid(a: int, b: int) -> str:
    """Return the divisions that lead to the greatest common divisor (Euclid): `32=24×1+8, 24=8×3+0`."""
    larger, smaller = max(a, b), min(a, b)
    steps = []
    while smaller:
        steps.append(_division(larger, smaller))
        larger, smaller = smaller, larger % smaller
    return ", ".join(steps)


def _division(a: int, b: int) -> str:
    return f"{a}={b}×{a // b}+{a % b}"


def _remainder(rng: Random) -> Exercise:
    b, quotient = rng.randint(2, 12), rng.randint(1, 12)
    value = rng.randint(0, b - 1)
    a = b * quotient + value
    solution = f"{_division(a, b)}: el resto es {value}."
    others = [
        with_check(solution, f"{b * quotient}+{value}={a}"),
        with_warning(solution, f"el resto siempre es menor que {b}"),
    ]
    return _exercise(phrase(REMAINDER_WORDS, rng, a=a, b=b), solution, value, others)


def _whole_quotient(rng: Random) -> Exercise:
    b, value = rng.randint(2, 9), rng.randint(2, 20)
    a = b * value + rng.randint(1, b - 1)
    solution = f"{_division(a, b)}: cabe {value} veces."
    others = [with_warning(solution, f"{b}×{value + 1}={b * (value + 1)} ya es más que {a}")]
    return _exercise(phrase(WHOLE_QUOTIENT_WORDS, rng, a=a, b=b), solution, value, others)


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
    b, quotient = rng.randint(2, 12), rng.randint(2, 12) if rng.random() < 0.5 else rng.randint(13, 60)
    rest = rng.choice((0, rng.randint(1, b - 1)))
    a = b * quotient + rest
    answer = "no" if rest else "sí"
    solution = f"{_division(a, b)}: {'no es exacta, no' if rest else 'es exacta, sí'}."
    others = [with_rule("Tiene que sobrar 0", solution)]
    return _exercise(phrase(DIVISIBLE_WORDS, rng, a=a, b=b), solution, answer, others)


def _prime(rng: Random) -> Exercise:
    primes = [n for n in range(2, 110) if _is_prime(n)]
    a = rng.choice((rng.randint(4, 110), rng.choice(primes)))
    tried = [d for d in (2, 3, 5, 7) if d * d <= a]
    if exact := [d for d in tried if a % d == 0]:
        tried = [d for d in tried if d <= exact[0]]
    answer = "no" if exact else "sí"
    divisions = ", ".join(_division(a, d) for d in tried) or f"Solo lo dividen 1 y {a}"
    solution = f"{divisions}: {answer} es primo."
    others = [with_rule("Un primo tiene dos divisores", solution)]
    return _exercise(phrase(PRIME_WORDS, rng, a=a), solution, answer, others)


def _exercise(question: str, solution: str, value: int | str, others: list[str]) -> Exercise:
    return Exercise(question, solution, str(value), "divisibilidad y primos", "primaria 6", tuple(others))


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, isqrt(n) + 1))
