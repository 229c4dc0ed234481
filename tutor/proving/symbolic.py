"""Equality beyond exact fractions, decided by sympy: roots (√2·√8 = 4), letters (2(x + 3) = 2x + 6), linear systems.

Nothing of a row's text reaches sympy: its expressions are built from the items that we have read ourselves, and only
from few and small ones, so that no row can make it work for long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tutor.proving.side import Item
from tutor.proving.written_numbers import Value, Written, exact

_MOST_ITEMS = 60  # of one side
_LARGEST = 10**12  # numerator or denominator
_MOST_LETTERS = 3
_HIGHEST_DEGREE = 8
_HIGHEST_POWER = 32  # of a number
_MOST_ROOTS = 4
_DIGITS = 60
_TOO_CLOSE = Fraction(1, 10**40)  # numbers that differ by less are not told apart by their digits


class _Undecided(Exception):
    """An expression is too large, or is one that is not built here."""


@lru_cache(maxsize=1024)
def identical(one: tuple[Item, ...], other: tuple[Item, ...], english: bool) -> bool | None:
    """Return whether two sides are equal whatever their letters stand for, and False if they are for no value at all.

    None where neither is so ("2x = 10") or where the sides are beyond what is decided here.
    """
    import sympy

    letters = {item for item in (*one, *other) if isinstance(item, str) and item[0] == "@"}
    roots = (*one, *other).count("s")
    if len(letters) > _MOST_LETTERS or roots > _MOST_ROOTS:
        return None
    try:
        difference = sympy.expand(_expression(one, english) - _expression(other, english))
    except _Undecided:
        return None
    if not difference.free_symbols and _few_square_roots(difference):
        difference = sympy.radsimp(difference)
    if difference == 0:
        return True
    if difference.free_symbols:
        return None
    apart = sympy.Abs(difference).evalf(_DIGITS)
    return False if apart > sympy.Rational(_TOO_CLOSE.numerator, _TOO_CLOSE.denominator) else None


def _few_square_roots(number: Any) -> bool:
    """Return whether the denominators of `number` can be made rational soon: cube roots take radsimp minutes."""
    import sympy

    roots = [power.exp.q for power in number.atoms(sympy.Pow) if not power.exp.is_Integer]
    return len(roots) <= _MOST_ROOTS and max(roots, default=2) == 2


def solved(equations: Sequence[tuple[Sequence[Item], Sequence[Item]]]) -> Mapping[str, Value]:
    """Return the only values of the letters for which linear `equations` hold, {} if there are none or several."""
    import sympy
    from sympy.solvers.solveset import NonlinearError

    try:
        differences = [_expression(one, False) - _expression(other, False) for one, other in equations]
    except _Undecided:
        return {}
    letters = sorted({letter for difference in differences for letter in difference.free_symbols}, key=str)
    if not 0 < len(letters) <= _MOST_LETTERS:
        return {}
    try:
        solutions = list(sympy.linsolve(differences, letters))
    except NonlinearError:
        return {}
    if len(solutions) != 1 or any(not value.is_Rational for value in solutions[0]):
        return {}
    pairs = zip(letters, solutions[0], strict=True)
    return {str(letter): exact(Fraction(int(value.p), int(value.q))) for letter, value in pairs}


def _expression(items: Sequence[Item], english: bool) -> Any:
    if len(items) > _MOST_ITEMS:
        raise _Undecided
    return _Builder(items, english).whole()


class _Builder:
    """Builds the expression of a side: sums of products of powers, a minus in front before a power."""

    def __init__(self, items: Sequence[Item], english: bool) -> None:
        import sympy

        self.sympy = sympy
        self.items, self.english, self.at = items, english, 0

    def whole(self) -> Any:
        expression = self._sum()
        if self.at < len(self.items):
            raise _Undecided
        return expression

    def _next(self) -> Item | None:
        return self.items[self.at] if self.at < len(self.items) else None

    def _take(self, *signs: str) -> str:
        """Step over the item that stands next if it is one of `signs`, and return it; else ""."""
        item = self._next()
        if not isinstance(item, str) or item not in signs:
            return ""
        self.at += 1
        return item

    def _sum(self) -> Any:
        total = self._product()
        while sign := self._take("+", "-"):
            term = self._product()
            total = total + term if sign == "+" else total - term
        return total

    def _product(self) -> Any:
        product = self._negated()
        while sign := self._take("*", "/"):
            factor = self._negated()
            if sign == "/" and (factor == 0 or factor.free_symbols):
                raise _Undecided
            product = product * factor if sign == "*" else product / factor
            if self._degree(product) > _HIGHEST_DEGREE:
                raise _Undecided
        return product

    def _negated(self) -> Any:
        return -self._negated() if self._take("n") else self._power()

    def _power(self) -> Any:
        base = self._operand()
        while self._take("%"):
            base = base / 100
        if not self._take("^"):
            return base
        exponent = self._negated()
        if base.free_symbols:
            if not exponent.is_Integer or not 0 <= exponent * self._degree(base) <= _HIGHEST_DEGREE:
                raise _Undecided
        elif not self._has_power(base, exponent):
            raise _Undecided
        return base**exponent

    @staticmethod
    def _has_power(base: Any, exponent: Any) -> bool:
        """Return whether a power of a number is a real number of moderate size."""
        if not (base.is_Rational and exponent.is_Rational) or abs(exponent) > _HIGHEST_POWER or abs(base) > _LARGEST:
            return False
        if exponent.is_Integer:
            return bool(base != 0 or exponent >= 0)
        return bool(base > 0 and exponent.q <= _MOST_ROOTS)

    def _operand(self) -> Any:
        item = self._next()
        self.at += 1
        if item == "(":
            inner = self._sum()
            if not self._take(")"):
                raise _Undecided
            return inner
        if item == "s":
            inner = self._operand()
            if inner.free_symbols or not inner.is_nonnegative:
                raise _Undecided
            return self.sympy.sqrt(inner)
        if isinstance(item, str) and item[0] == "@":
            return self.sympy.Symbol(item[1:])
        if item is None or isinstance(item, str):
            raise _Undecided
        value = (item.english if self.english else item.spanish) if isinstance(item, Written) else item
        if max(abs(value.numerator), value.denominator) > _LARGEST:
            raise _Undecided
        return self.sympy.Rational(value.numerator, value.denominator)

    @staticmethod
    def _degree(expression: Any) -> int:
        """Return a bound of the degree of `expression`: that of its terms, each letter with its exponent."""
        if expression.is_Symbol:
            return 1
        degrees = [_Builder._degree(part) for part in expression.args]
        if expression.is_Pow:
            return degrees[0] * int(expression.exp) if expression.free_symbols else 0
        return sum(degrees) if expression.is_Mul else max(degrees, default=0)
