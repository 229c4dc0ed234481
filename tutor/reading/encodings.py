"""Which encoding bytes have that are not UTF-8, and whether a file as a whole is in it."""

from __future__ import annotations

import re

# In this order where two explain the bytes equally well.
_CANDIDATES = (("Windows-1252", "cp1252"), ("Mac Roman", "mac_roman"), ("IBM850", "cp850"))
_SMALL, _LARGE = frozenset("áéíóúüñ"), frozenset("ÁÉÍÓÚÜÑ")
_SIGNS = frozenset("¿¡ºª«»°²³×÷·€½¼¾±–—‘’“”…\u00a0")
_APOSTROPHE = re.compile("[A-Za-z]’(?:s|t|d|m|re|ll|ve)\\b")
_PIECES = re.compile(rb"[\n}]")
_MANY, _SHARE = 5, 0.05


def likely_encoding(data: bytes) -> tuple[str, str]:
    """Return the name and the codec of the encoding in which `data`, which is not UTF-8, reads most like Spanish."""
    name, codec = max(_CANDIDATES, key=lambda candidate: _likeness(data, candidate[1]))
    if codec == "cp1252" and not re.search(rb"[\x80-\x9f]", data):
        return "Latin-1", "latin-1"
    return name, codec


def foreign_encoding(head: bytes) -> tuple[str, int] | None:
    """Return the likely encoding of a file that begins with `head` and is mostly not UTF-8, and its first such line.

    None when it is UTF-8, or UTF-8 with a few broken records.
    """
    pieces = [piece for piece in _PIECES.split(head)[:-1] or [head] if piece.strip()]
    broken = [piece for piece in pieces if not _is_utf8(piece)]
    if not broken:
        return None
    whole = sum(not piece.isascii() for piece in pieces) - len(broken)
    many = len(broken) >= _MANY and len(broken) > whole and len(broken) >= _SHARE * len(pieces)
    if not many and 2 * len(broken) <= len(pieces):
        return None
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return likely_encoding(b"\n".join(broken))[0], head.count(b"\n", 0, error.start) + 1
    return None


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return True


def _likeness(data: bytes, codec: str) -> int:
    text = data.decode(codec, "replace")
    marks = 4 * len(_APOSTROPHE.findall(text))
    for sign in text:
        if not sign.isascii():
            marks += 3 if sign in _SMALL else 2 if sign in _LARGE else 1 if sign in _SIGNS else -2
    return marks
