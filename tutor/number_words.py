"""Numbers that Spanish prose writes as words: "cuarenta y dos", "tres cuartos", "dos mil trescientos"."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

_SMALL = {
    name: value
    for value, names in enumerate(
        "cero,uno un una,dos,tres,cuatro,cinco,seis,siete,ocho,nueve,diez,once,doce,trece,catorce,quince,dieciseis,"
        "diecisiete,dieciocho,diecinueve,veinte,veintiuno veintiun veintiuna,veintidos,veintitres,veinticuatro,"
        "veinticinco,veintiseis,veintisiete,veintiocho,veintinueve".split(",")
    )
    for name in names.split()
}
_TENS = {
    name: 10 * (place + 3)
    for place, name in enumerate("treinta cuarenta cincuenta sesenta setenta ochenta noventa".split())
}
_HUNDREDS = {"cien": 100, "ciento": 100} | {
    f"{stem}ient{end}s": 100 * place
    for place, stem in enumerate("dosc tresc cuatroc quin seisc setec ochoc novec".split(), start=2)
    for end in "oa"
}
_PARTS = {
    "medio": 2, "tercio": 3, "cuarto": 4, "quinto": 5, "sexto": 6, "septimo": 7, "octavo": 8, "noveno": 9, "decimo": 10,
    "decima": 10, "centesima": 100, "milesima": 1000,
}  # fmt: skip
NUMBER_WORDS = frozenset(_SMALL | _TENS | _HUNDREDS | {"mil": 1000})
_NAMES = {value: name for name, value in reversed((_SMALL | _TENS).items())}
_ACCENTS = {16: "dieciséis", 22: "veintidós", 23: "veintitrés", 26: "veintiséis"}


def number_in_words(number: int) -> str | None:
    """Return a number from 2 to 99 in Spanish words, None for others and those that end in one: they need a gender."""
    if not 2 <= number <= 99 or (number % 10 == 1 and number != 11):
        return None
    if number < 30 or number % 10 == 0:
        return _ACCENTS.get(number, _NAMES[number])
    return f"{_NAMES[number // 10 * 10]} y {_NAMES[number % 10]}"


def spoken_value(names: Sequence[str], at: int) -> tuple[Fraction, int]:
    """Return the value of the number words from `at` on and where they end; `names` ends in two empty ones."""
    if names[at] in ("medio", "media"):
        return Fraction(1, 2), at + 1
    count, end = _below_thousand(names, at)
    if names[end] == "mil":
        rest, last = _below_thousand(names, end + 1)
        count, end = (count or 1) * 1000 + rest, last
    if end == at:
        return Fraction(0), at
    if names[end].removesuffix("s") in _PARTS:
        return Fraction(count, _PARTS[names[end].removesuffix("s")]), end + 1
    if names[end] == "y" and names[end + 1] in ("medio", "media"):
        return count + Fraction(1, 2), end + 2
    return Fraction(count), end


def _below_thousand(names: Sequence[str], at: int) -> tuple[int, int]:
    value = 0
    if names[at] in _HUNDREDS:
        value, at = _HUNDREDS[names[at]], at + 1
    if names[at] in _TENS:
        value, at = value + _TENS[names[at]], at + 1
        if names[at] == "y" and 0 < _SMALL.get(names[at + 1], 0) < 10:
            return value + _SMALL[names[at + 1]], at + 2
    elif names[at] in _SMALL:
        return value + _SMALL[names[at]], at + 1
    return value, at
