"""Answers that take a number apart into primes, such as `2² × 3 × 5`: the same in any order and notation."""

from __future__ import annotations

import re
from math import isqrt

_FACTOR = r"\d{1,6}(?: ?\^ ?\d{1,2}|[²³])?"
_PRODUCT = re.compile(rf"(?<![\d^.,/]){_FACTOR}(?: {{0,2}}[×x·*] {{0,2}}{_FACTOR})*(?![\d²³^/]|[.,]\d)")
_POWER = re.compile(r"(\d+)(?: ?\^ ?(\d+)|([²³]))?")


def prime_factors(text: str) -> list[int] | None:
    """Return the primes, the smallest first, of which all of `text` is the product; None if it is none.

    One number alone is none, unless it is a power: 60 is not taken apart.
    """
    product = text.strip(" .$")
    return _primes(product) if _PRODUCT.fullmatch(product) else None


def last_prime_factors(text: str) -> list[int] | None:
    """Return the primes of the last product of primes in `text`, None where there is none."""
    found = (_primes(match[0]) for match in reversed(list(_PRODUCT.finditer(text))))
    return next((primes for primes in found if primes), None)


def _primes(product: str) -> list[int] | None:
    primes: list[int] = []
    for number, exponent, sign in _POWER.findall(product):
        primes += [int(number)] * int(exponent or {"²": 2, "³": 3}.get(sign, 1))
    return sorted(primes) if len(primes) > 1 and all(map(_is_prime, primes)) else None


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, isqrt(number) + 1))
