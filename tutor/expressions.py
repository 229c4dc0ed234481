"""Algebraic expressions as pupils write them, read by a parser of their own and compared exactly by SymPy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_MOST_CHARACTERS = 120
_MOST_TERMS = 200  # of what an expression multiplies out to; bounds the time of every comparison
_MOST_POWER = 12
_MOST_DEPTH = 12
_TOKEN = re.compile(r"\s*(?:(\d{1,15}(?:[.,]\d{1,15})?)|([A-Za-zπ])|(\*\*|[-+*/^()√×·÷:²³]))")
_SIGNS = {"×": "*", "·": "*", "÷": "/", ":": "/", "**": "^"}


@dataclass(frozen=True)
class Expression:
    """A SymPy expression and how many terms it multiplies out to at most."""

    value: Any
    terms: int


class _Unreadable(Exception):
    pass


def read_expression(text: str) -> Expression | None:
    """Return the expression that the whole of `text` is, None where it is none or would take long to compare."""
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    try:
        tokens = _tokens(text)
        reader = _Reader(tokens)
        found = reader.sum(0)
        return found if reader.at == len(tokens) else None
    except _Unreadable:
        return None


def same_expression(one: Expression, other: Expression) -> bool:
    """Return whether the two are equal for all values of their letters where both are defined."""
    import sympy

    if one.terms * other.terms > _MOST_TERMS**2 // 4:
        return False
    numerator, _ = sympy.fraction(sympy.together(one.value - other.value))
    return bool(sympy.expand(numerator) == 0)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _Unreadable
        sign = match[3] and _SIGNS.get(match[3], match[3])
        tokens += ["^", "2" if sign == "²" else "3"] if sign in ("²", "³") else [match[1] or match[2] or sign]
        at = match.end()
    # Two letters in a row are a product (2xy), three or more a word.
    run = 0
    for token in tokens:
        run = run + 1 if token.isalpha() else 0
        if run > 2:
            raise _Unreadable
    return tokens


class _Reader:
    """Reads tokens from left to right; each method returns what it read and leaves `at` behind it."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self.at = tokens, 0

    def sum(self, depth: int) -> Expression:
        if depth > _MOST_DEPTH:
            raise _Unreadable
        sign = self._take("+", "-")
        total = self._product(depth)
        if sign == "-":
            total = Expression(-total.value, total.terms)
        while sign := self._take("+", "-"):
            part = self._product(depth)
            value = total.value + part.value if sign == "+" else total.value - part.value
            total = _bounded(value, total.terms + part.terms)
        return total

    def _product(self, depth: int) -> Expression:
        product = self._power(depth)
        while self.at < len(self._tokens):
            sign = self._take("*", "/")
            if not sign and self._tokens[self.at] in "+-)^":
                break
            factor = self._power(depth)
            if sign == "/":
                if factor.value.is_zero is not False and not factor.value.free_symbols:
                    raise _Unreadable
                product = _bounded(product.value / factor.value, product.terms * factor.terms)
            else:
                product = _bounded(product.value * factor.value, product.terms * factor.terms)
        return product

    def _power(self, depth: int) -> Expression:
        found = self._operand(depth)
        if self._take("^"):
            negative = self._take("-")
            power = self._tokens[self.at] if self.at < len(self._tokens) else ""
            if not power.isdigit() or int(power) > _MOST_POWER:
                raise _Unreadable
            self.at += 1
            if negative and found.value.is_zero:
                raise _Unreadable
            exponent = -int(power) if negative else int(power)
            found = _bounded(found.value**exponent, found.terms ** int(power))
        return found

    def _operand(self, depth: int) -> Expression:
        import sympy

        if self.at >= len(self._tokens):
            raise _Unreadable
        token = self._tokens[self.at]
        self.at += 1
        if token == "(":
            inside = self.sum(depth + 1)
            if not self._take(")"):
                raise _Unreadable
            return inside
        if token == "√":
            radicand = self._operand(depth + 1) if depth < _MOST_DEPTH else None
            if radicand is None or not radicand.value.is_Rational or abs(radicand.value) > 10**9:
                raise _Unreadable
            return Expression(sympy.sqrt(radicand.value), 1)
        if token == "π":
            return Expression(sympy.pi, 1)
        if token.isalpha():
            return Expression(sympy.Symbol(token), 1)
        if token[0].isdigit():
            number = Fraction(token.replace(",", "."))
            return Expression(sympy.Rational(number.numerator, number.denominator), 1)
        raise _Unreadable

    def _take(self, *signs: str) -> str:
        if self.at < len(self._tokens) and self._tokens[self.at] in signs:
            self.at += 1
            return self._tokens[self.at - 1]
        return ""


def _bounded(value: Any, terms: int) -> Expression:
    if terms > _MOST_TERMS:
        raise _Unreadable
    return Expression(value, terms)
