"""What the letters of a working stand for, and which of the letters that touch a number are no units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tutor.proving.equations import computed
from tutor.proving.formula_signs import UNIT_LETTERS
from tutor.proving.notation import formulas_in
from tutor.proving.questions import assigned
from tutor.proving.side import Formula
from tutor.proving.written_numbers import Value

_DECLARED = re.compile(r"\b(?:[Ll]et|and|,|[Ss]ea|y) ([A-Za-z]) (?:be|represents?|equals?|stands?|el|la)\b")
_ROUNDS = 2  # a = 3b, b = 2c, c = 5


def formulas_with_unknowns(text: str, spanish: bool) -> list[Formula]:
    """Return the formulas of a working; a letter that `text` declares or equates is an unknown in "5p", too."""
    formulas = formulas_in(text, spanish)
    if not any(side.touching for formula in formulas for side in formula):
        return formulas
    unknowns = {str(side.items[0])[1:] for formula in formulas for side in formula if _is_letter(side.items)}
    unknowns.update(match[1] for match in _DECLARED.finditer(text))
    if unknowns.isdisjoint(UNIT_LETTERS):
        return formulas
    return formulas_in(text, spanish, unknowns)


def values_of_letters(formulas: Sequence[Formula]) -> Mapping[str, Value]:
    """Return the letters to which `formulas` give one value each, by a number or by letters that have a value."""
    values = assigned(formulas, english=True)
    for _ in range(_ROUNDS):
        found: dict[str, set[Value]] = {}
        for formula in formulas:
            names = [str(side.items[0])[1:] for side in formula if _is_letter(side.items)]
            if names and not all(name in values for name in names):
                sides = [computed(side, True, values) for side in formula if side.letters and len(side.items) > 1]
                for name in names:
                    found.setdefault(name, set()).update(value for value in sides if value is not None)
        new = {name: values_of_one.pop() for name, values_of_one in found.items() if len(values_of_one) == 1}
        if not new.keys() - values.keys():
            break
        values = new | values
    return values


def _is_letter(items: Sequence[object]) -> bool:
    return len(items) == 1 and isinstance(items[0], str) and items[0][0] == "@"
