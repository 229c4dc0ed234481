"""The numbers that English or Spanish prose says in words: "twenty-five", "half", "three dozen", "el doble"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tutor.number_words import NUMBER_WORDS, spoken_value
from tutor.plain_text import folded
from tutor.proving.written_numbers import Value, exact

_SMALL = {
    name: value
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    name: 10 * (place + 2) for place, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12, "score": 20, "gross": 144,
    "century": 100, "centuries": 100, "decade": 10, "docena": 12, "millon": 10**6, "millones": 10**6, "siglo": 100,
    "decada": 10, "mil": 1000,
}  # fmt: skip
_PARTS = {
    "half": 2, "halves": 2, "halved": 2, "halfway": 2, "halving": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5,
    "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12, "mitad": 2, "medio": 2, "media": 2,
    "tercio": 3, "tercera": 3, "cuarto": 4, "cuarta": 4, "quinto": 5, "quinta": 5, "sexto": 6, "octavo": 8,
    "decimo": 10,
}  # fmt: skip
_TIMES = {
    "twice": 2, "double": 2, "doubled": 2, "doubles": 2, "doubling": 2, "triple": 3, "tripled": 3, "triples": 3,
    "thrice": 3, "quadruple": 4, "quadrupled": 4, "doble": 2, "cuadruple": 4, "nickel": 5, "dime": 10, "once": 1,
}  # fmt: skip
_LONGEST = 12  # words of one number
_WORD = re.compile(r"[^\W\d_]+")
_INTERESTING = frozenset(_SMALL) | _TENS.keys() | _SCALES.keys() | _PARTS.keys() | _TIMES.keys() | NUMBER_WORDS


def spoken_numbers(text: str) -> frozenset[Value]:
    """Return every value that words of `text` may stand for; a part ("third") stands for 1/3 and for 3."""
    words = [folded(word) for word in _WORD.findall(text)]
    words = [word if word in _INTERESTING else word.removesuffix("s") for word in words]
    found = {exact(value) for value in _spoken(words)}
    return frozenset(found)


def _spoken(words: Sequence[str]) -> Iterator[Value]:
    words = [*words, "", ""]
    at = 0
    while at < len(words) - 2:
        word = words[at]
        if word in _PARTS:
            yield from (_PARTS[word], Fraction(1, _PARTS[word]))
        elif word in _TIMES:
            yield _TIMES[word]
        elif word in _SCALES:
            yield _SCALES[word]
        if word in _SMALL or word in _TENS:
            value, end = _english(words, at)
            yield from (value, _SMALL.get(word) or _TENS.get(word, 0))
            if words[end] in _PARTS:
                yield Fraction(value, _PARTS[words[end]])
        elif word in NUMBER_WORDS:
            yield spoken_value(words, at)[0]
        at += 1  # the rest of a long number counts as well: "three dozen" is 36, 12 and 3


def _english(words: Sequence[str], at: int) -> tuple[int, int]:
    """Return the value of the English number words from `at` on, and where they end."""
    total = part = 0
    for _ in range(_LONGEST):
        word = words[at]
        if word in _TENS or word in _SMALL:
            part += _TENS.get(word, 0) + _SMALL.get(word, 0)
        elif word == "hundred" and part:
            part *= 100
        elif word in _SCALES and part:
            total, part = total + part * _SCALES[word], 0
        elif word == "and" and (words[at - 1] in _SCALES) and (words[at + 1] in _TENS or words[at + 1] in _SMALL):
            pass
        else:
            break
        at += 1
    return total + part, at
