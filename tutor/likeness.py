"""Which questions say the same: the same words and numbers in the same order, but for dress and courtesies."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Signs count: 7 + 5 is not 7 - 5. Every way of writing one is brought to the same character.
_SIGNS = str.maketrans({"·": "*", "×": "*", "÷": "/", "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
# Between numbers only: elsewhere an x is an unknown and a colon ends a phrase.
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s*([x:])\s*(?=\d)")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[-+*/^=√%²³()]")
_COURTESIES = frozenset(("hola", "buenas", "profe", "maestra", "maestro", "oye", "gracias", "favor", "please", "hello"))
_DIGEST_BYTES = 8


def likeness(question: str) -> bytes:
    """Return 8 bytes that are equal for questions that differ in case, accents, spaces, punctuation or courtesies."""
    bare = "".join(c for c in unicodedata.normalize("NFD", question.lower()) if unicodedata.category(c) != "Mn")
    plain = _BETWEEN_NUMBERS.sub(lambda sign: "*" if sign[1] == "x" else "/", bare.translate(_SIGNS))
    words = [word for word in _TOKEN.findall(plain) if word not in _COURTESIES]
    return hashlib.blake2b(" ".join(words).encode(), digest_size=_DIGEST_BYTES).digest()
