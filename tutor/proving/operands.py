"""The numbers of a formula as its operands: whole, decimal, mixed ("2 1/2") and vulgar (½)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tutor.proving.formula_signs import CLUMSY, VULGAR, Token
from tutor.proving.side import Side
from tutor.proving.written_numbers import Written, read_number


def append_number(tokens: Sequence[Token], at: int, side: Side, commas_decimal: bool) -> int:
    """Append the number at `at` to `side`, a mixed one as one value in brackets; return where it ends."""
    _, text, _, end = tokens[at]
    items = side.items
    at += 1
    if vulgar := VULGAR.get(text):
        items += ["(", vulgar[0], "/", vulgar[1], ")"]
        return at
    number = _number(text)
    if number is None or (not commas_decimal and CLUMSY.fullmatch(text)):
        items.append("?")
        side.closed = False
        return at
    following = tokens[at]
    if isinstance(number, int) and following[0] == "n":
        if vulgar := VULGAR.get(following[1]):
            items += ["(", number, "+", vulgar[0], "/", vulgar[1], ")"]
            return at + 1
        if following[2] == end + 1 and (part := _fraction(tokens, at)) and part[0] < part[1]:
            items += ["(", number, "+", part[0], "/", part[1], ")"]
            return at + 3
    if items and items[-1] == "/" and following[1] == "/":
        slash = tokens[at - 2]
        apart = slash[3] < tokens[at - 1][2]
        if (slash[1] != "/" or apart) and (part := _fraction(tokens, at - 1)):
            items += ["(", part[0], "/", part[1], ")"]  # 1/2 ÷ 3/4, and perhaps 60 / 3/4
            side.sure = side.sure and slash[1] != "/"
            return at + 2
    items.append(number)
    return at


def _fraction(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return the parts of the fraction of whole numbers that stands at `at` without spaces."""
    above, slash, below = (*tokens[at : at + 3], *[("b", "", 0, 0)] * 3)[:3]
    if above[0] != "n" or slash[1] != "/" or below[0] != "n" or above[3] != slash[2] or slash[3] != below[2]:
        return None
    top, bottom = _number(above[1]), _number(below[1])
    return (top, bottom) if isinstance(top, int) and isinstance(bottom, int) else None


@lru_cache(maxsize=8192)
def _number(text: str) -> int | Written | None:
    written = read_number(text) if text[0] != "0" or not text.isdigit() or text == "0" else None
    if written is None:
        return None
    plain = isinstance(written.spanish, int) and not written.ambiguous and not written.spanish_decimals
    return int(written.spanish) if plain else written
