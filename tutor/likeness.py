"""Which questions say the same: equal, nearly equal, or equal but for their numbers (of one template)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

# Signs count: 7 + 5 is not 7 - 5. Every way of writing one is brought to the same character.
_SIGNS = str.maketrans({"·": "*", "×": "*", "÷": "/", "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
# Between numbers only: elsewhere an x is an unknown and a colon ends a phrase.
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s*([x:])\s*(?=\d)")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[-+*/^=√%²³()]")
_PLEASE = re.compile(r"\bpor favor\b")
_COURTESIES = frozenset(("hola", "buenas", "profe", "maestra", "maestro", "oye", "gracias", "favor", "please", "hello"))
# Words that may come and go without another question being asked.
_SMALL_WORDS = frozenset(
    "el la los las un una unos unas lo de del al a y e o u en con que es por su sus se the an of to and in is".split()
)
# What plurals, genders and tenses leave alone.
_STEM = 5
# In shorter questions every word counts: 'Suma 9 y 1' and 'La suma de 9 y 1' are two wordings to learn.
_FEWEST_WORDS = 6
_DIGEST_BYTES = 8


class Wording(NamedTuple):
    """What a question is compared by: signed 64-bit digests, equal where questions are the same, near or of a template.

    `near` of a short question is 0: its wordings are told apart. `words` are its words without accents.
    """

    same: int
    near: int
    template: int
    words: tuple[str, ...]


def wording_of(question: str, answer: str) -> Wording:
    """Return what `question` is compared by; `answer` keeps questions apart whose words and numbers are alike."""
    tokens = _tokens(question)
    words = [token for token in tokens if token[0].isalpha()]
    others = [token for token in tokens if not token[0].isalpha()]
    stems = sorted(word[:_STEM] for word in words if word not in _SMALL_WORDS)
    near = (*stems, "|", *others, "|", answer) if len(stems) >= _FEWEST_WORDS else ()
    masked = ["#" if token[0].isdigit() else token for token in others]
    return Wording(
        same=_number(_digest(tokens)),
        near=_number(_digest(near)) if near else 0,
        template=_number(_digest([*stems, "|", *masked])),
        words=tuple(words),
    )


def likeness(question: str) -> bytes:
    """Return 8 bytes that are equal for questions that differ in case, accents, spaces, punctuation or courtesies."""
    return _digest(_tokens(question))


def template_of(question: str) -> int:
    """Return a number that is equal for questions that differ in their numbers, in the order or endings of words."""
    return wording_of(question, "").template


def digest_of_text(text: str) -> int:
    """Return a signed 64-bit number that is equal for equal texts."""
    return _number(_digest([text]))


def _tokens(question: str) -> list[str]:
    lower = question.lower()
    if not lower.isascii():
        lower = "".join(c for c in unicodedata.normalize("NFD", lower) if unicodedata.category(c) != "Mn")
    plain = _BETWEEN_NUMBERS.sub(lambda sign: "*" if sign[1] == "x" else "/", lower.translate(_SIGNS))
    return [token for token in _TOKEN.findall(_PLEASE.sub(" ", plain)) if token not in _COURTESIES]


def _digest(tokens: Sequence[str]) -> bytes:
    return hashlib.blake2b(" ".join(tokens).encode(), digest_size=_DIGEST_BYTES).digest()


def _number(digest: bytes) -> int:
    """Return `digest` as a signed number, which arrays of 64-bit integers take."""
    return int.from_bytes(digest, "big", signed=True)
