"""Personal data in a text: e-mail addresses, telephone numbers and identity numbers with a right check digit."""

from __future__ import annotations

import re
from collections.abc import Callable

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# A plus sign and country code, or the words that announce a telephone; a bare run of digits may be any number.
_PHONE = re.compile(
    r"(?<![\w.,])\+(?:\d[ .-]?){8,14}\d(?!\d)"
    r"|\b(?:tel(?:éfono|efono|f)?|móvil|movil|celular|whatsapp|phone|mobile)\b\D{0,12}\d(?:[ .-]?\d){6,13}",
    re.IGNORECASE,
)
_SPANISH_IDENTITY = re.compile(r"(?<![\w.,])([XYZ]?)(\d{7,8})-?([A-Z])(?!\w)")
_MEXICAN_IDENTITY = re.compile(r"\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d\b")
_CHILEAN_IDENTITY = re.compile(r"(?<![\w.,])(\d{1,2}\.?\d{3}\.?\d{3})-([\dkK])(?!\w)")
# Without either of these a text holds nothing of the kind, which spares most rows the slower search.
_SUSPICIOUS = re.compile(r"@|\d(?:[ .-]?\d){5}")
_SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def personal_data_in(text: str) -> str | None:
    """Return what kind of personal data `text` holds, such as "an e-mail address", or None.

    Source: check letters of DNI and NIE (Spain, Ministerio del Interior), RUT (Chile, module 11), shape of the CURP
    (Mexico, RENAPO).
    """
    if not _SUSPICIOUS.search(text):
        return None
    for kind, found in _KINDS:
        if found(text):
            return kind
    return None


def _holds_spanish_identity(text: str) -> bool:
    for prefix, digits, letter in _SPANISH_IDENTITY.findall(text):
        if len(digits) != (7 if prefix else 8):
            continue
        number = int(("" if not prefix else str("XYZ".index(prefix))) + digits)
        if _SPANISH_LETTERS[number % 23] == letter:
            return True
    return False


def _holds_chilean_identity(text: str) -> bool:
    for digits, check in _CHILEAN_IDENTITY.findall(text):
        reversed_digits = digits.replace(".", "")[::-1]
        if len(reversed_digits) < 7:
            continue
        rest = 11 - sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed_digits)) % 11
        if {10: "k", 11: "0"}.get(rest, str(rest)) == check.lower():
            return True
    return False


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("an e-mail address", _matches(_EMAIL)),
    ("a telephone number", _matches(_PHONE)),
    ("an identity number", _holds_spanish_identity),
    ("an identity number", _holds_chilean_identity),
    ("an identity number", _matches(_MEXICAN_IDENTITY)),
)
