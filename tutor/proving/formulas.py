"""The formulas that stand in the prose of a worked solution: chains of sides with their signs of equality.

One pass over the tokens with bounded looks ahead: time is linear in the length of the text, and no text raises.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from tutor.proving.formula_signs import OPENERS, RELATIONS, Token, tokens_of
from tutor.proving.lookahead import is_letter, said_equal, same_fraction
from tutor.proving.side import Formula
from tutor.proving.side_reader import SideReader


def find_formulas(text: str, spaced_thousands: bool = True, unknowns: Set[str] = frozenset()) -> list[Formula]:
    """Return every equation, expression and single number of `text`, in order; "12 200" is one number or two.

    A letter that touches a number is one of `unknowns`, or a unit if it can be one: "5p", "5 g".
    """
    tokens = tokens_of(text, spaced_thousands)
    found: list[Formula] = []
    at, last = 0, len(tokens) - 1
    while at < last:
        kind, sign, _, _ = tokens[at]
        if kind == "n" or (kind == "o" and sign in OPENERS) or (kind == "w" and is_letter(tokens, at)):
            formula, after = _chain(tokens, at, spaced_thousands, unknowns)
            if formula:
                found.append(formula)
            at = max(after, at + 1)
        else:
            at += 1
    return found


def _chain(tokens: Sequence[Token], at: int, spaced_thousands: bool, unknowns: Set[str]) -> tuple[Formula, int]:
    """Return the sides from `at` on and where they end."""
    sides: Formula = []
    sign = ""
    while True:
        reader = SideReader(tokens, at, sign, spaced_thousands, unknowns)
        side, at = reader.read()
        if side.items:
            sides.append(side)
        kind, text, _, _ = tokens[at]
        if kind == "o" and text in RELATIONS:
            at, sign = at + 1, RELATIONS[text]
        elif text == "," and len(side.items) == 3 and side.items[1] == "/" and same_fraction(tokens, at):
            at, sign = at + 3, "="
        elif kind == "w" and len(side.items) > 2 and (width := said_equal(tokens, at)):
            at, sign = at + width, "="
        else:
            return sides, at
