"""The order of a Spanish dictionary, in which topics and levels are listed."""

from __future__ import annotations

import unicodedata

# Letters of their own, which come after all that begin with the letter before them.
_LETTERS = str.maketrans({"ñ": "n\U0010ffff"})


def alphabetical(name: str) -> str:
    """Return what to sort `name` by: without accents and capitals, ñ after n."""
    parted = unicodedata.normalize("NFD", unicodedata.normalize("NFC", name.casefold()).translate(_LETTERS))
    return "".join(sign for sign in parted if unicodedata.category(sign) != "Mn")
