"""The exact value of one side of an equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isqrt

from tutor.proving.side import Item
from tutor.proving.written_numbers import Value, Written, exact

_MOST_BITS = 2048  # of a numerator or denominator; beyond it a value is not computed
_MOST_EXPONENT = 64
_ROOT_DECIMALS = 60
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "n": 3, "^": 4, "s": 5}


def value_of(
    items: Sequence[Item], english: bool, letters: Mapping[str, Value] | None = None, irrational: bool = False
) -> Value | None:
    """Return what `items` come to, None if that is no number: an unknown, a division by zero, a giant.

    `english` tells how numbers such as "1.500" are read; a root without an exact value has one, to 60 decimals, only if
    `irrational`. Multiplication and division go from left to right, powers bind more than signs: -5^2 is -25.
    """
    if len(items) == 1:
        return _operand(items[0], english, letters)
    values: list[Value] = []
    waiting: list[str] = []
    for item in items:
        if not isinstance(item, str) or item[0] in "@?":
            value = _operand(item, english, letters)
            if value is None:
                return None
            values.append(value)
        elif item in "(ns":
            waiting.append(item)
        elif not _sign(values, waiting, item, irrational):
            return None
    if not _settle(values, waiting, 0, irrational) or waiting or len(values) != 1:
        return None
    return values[0]


def _sign(values: list[Value], waiting: list[str], sign: str, irrational: bool) -> bool:
    """Take the `sign` that follows an operand; return whether all could be computed that it ends."""
    if sign == "%":
        values[-1:] = [_divided(value, 100) for value in values[-1:]]
        return True
    if not _settle(values, waiting, 0 if sign == ")" else _RANK[sign] + (sign == "^"), irrational):
        return False
    if sign != ")":
        waiting.append(sign)
        return True
    return bool(waiting) and waiting.pop() == "("


def _settle(values: list[Value], waiting: list[str], floor: int, irrational: bool) -> bool:
    """Apply the operators that wait since the last bracket and rank at least `floor`; return whether that could be."""
    while waiting and waiting[-1] != "(" and _RANK[waiting[-1]] >= floor:
        if not _apply(values, waiting.pop(), irrational):
            return False
    return True


def _operand(item: Item, english: bool, letters: Mapping[str, Value] | None) -> Value | None:
    if isinstance(item, int):
        return item
    if isinstance(item, Written):
        return item.english if english else item.spanish
    if isinstance(item, Fraction):
        return item
    return letters.get(item[1:]) if letters and item[0] == "@" else None


def _apply(values: list[Value], operator: str, irrational: bool) -> bool:
    """Replace the last values by what `operator` makes of them; return whether it could."""
    if len(values) < (1 if operator in "ns" else 2):
        return False
    right = values.pop()
    result: Value | None
    if operator == "n":
        result = -right
    elif operator == "s":
        result = _root(right, irrational)
    else:
        result = _binary(values.pop(), operator, right)
    if result is None or result.numerator.bit_length() > _MOST_BITS or result.denominator.bit_length() > _MOST_BITS:
        return False
    values.append(result)
    return True


def _binary(left: Value, operator: str, right: Value) -> Value | None:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "/":
        return _divided(left, right) if right else None
    return _power(left, right)


def _divided(left: Value, right: Value) -> Value:
    if isinstance(left, int) and isinstance(right, int):
        whole, rest = divmod(left, right)
        return whole if not rest else Fraction(left, right)
    return exact(Fraction(left) / right)


def _power(base: Value, exponent: Value) -> Value | None:
    if exponent == Fraction(1, 2):
        return _root(base, irrational=False)
    if exponent.denominator != 1 or (not base and exponent < 0):
        return None
    times = abs(int(exponent))
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    return exact(Fraction(base) ** int(exponent)) if times <= _MOST_EXPONENT and bits * times < _MOST_BITS else None


def _root(value: Value, irrational: bool) -> Value | None:
    """Return the square root of `value`: exact if it is rational, else cut to 60 decimals if `irrational`."""
    if value < 0:
        return None
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above * above == value.numerator and below * below == value.denominator:
        return exact(Fraction(above, below))
    scale = 10**_ROOT_DECIMALS
    return Fraction(isqrt(value.numerator * scale**2 // value.denominator), scale) if irrational else None
