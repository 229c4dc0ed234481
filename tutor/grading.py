"""Whether a reply gives the right answer: its final answer, compared exactly with the expected one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.composite_answers import expression_is_given_by, read_composite
from tutor.expressions import read_expression
from tutor.factorisation import last_prime_factors, prime_factors
from tutor.numbers import (
    Located,
    Quantity,
    join_compounds,
    locate_quantities,
    parse_quantity,
    same_quantity,
)
from tutor.plain_text import plain_text

# The reasons that a grade can give.
CORRECT = "correcta"
OTHER_NUMBER = "otro número"
OTHER_UNIT = "otra unidad"
NO_NUMBER = "sin número"
OTHER_ANSWER = "otra respuesta"
NO_ANSWER = "sin respuesta"


_WORDS = ("si", "no")


@dataclass(frozen=True)
class Grade:
    """Whether a reply is correct, what was taken as its final answer ("" if nothing) and why, in Spanish."""

    correct: bool
    found: str
    reason: str


def final_answer(reply: str) -> Quantity | None:
    """Return the number that a teacher would take as the final answer of `reply`, or None if there is none.

    It stands after the last marker ("Respuesta:", "el resultado es", "####", `\\boxed{}`...), else after the last "=",
    else it is the last number; a check ("Comprobación: ...") is left out. Part of an expression ("2x", "√2") is none.
    """
    taken = _final(plain_text(reply))
    return taken.quantity if taken else None


def stated_answer(reply: str) -> str:
    """Return the final answer of `reply`, found as in `final_answer`, as it is written there; "" if there is none."""
    plain = plain_text(reply)
    taken = _final(plain)
    return plain[taken.start : taken.end].strip(" .\n") if taken else ""


def stated_at(plain: str) -> tuple[int, int | None]:
    """Return where the answer is first announced in `plain`, from `plain_text`, and where that line ends or None."""
    for start, end in reversed(list(_segments(plain))):
        if any(map(str.isalnum, plain[start:end])):
            return start, end
    return len(plain), None


def grade(reply: str, expected: str, question: str = "") -> Grade:
    """Return the grade of `reply` against `expected`: equal as exact numbers with units, sets, named values or
    expressions, or else as plain text.

    What follows once the reply asks itself the next exercise does not count. `question` tells whether a list is asked
    for in its order. Never raises; takes time linear in the length of `reply`.
    """
    plain, wanted = _own_part(plain_text(_roots(reply))), parse_quantity(expected)
    if wanted is None:
        return _grade_words(plain, plain_text(_roots(expected)), ordered=bool(_IN_ORDER.search(question)))
    taken = _final(plain)
    if taken is None:
        return Grade(False, "", NO_NUMBER)
    found = plain[taken.start : taken.end].strip(" .\n")
    if same_quantity(taken.quantity, wanted):
        return Grade(True, found, CORRECT)
    return Grade(False, found, OTHER_UNIT if taken.quantity.value == wanted.value else OTHER_NUMBER)


def can_be_compared(expected: str) -> bool:
    """Return whether replies can be compared exactly with `expected`: a number, several values, an expression, yes, no.

    Anything else would have to be repeated word by word.
    """
    if parse_quantity(expected):
        return True
    plain = plain_text(_roots(expected))
    if _bare(plain) in _WORDS or read_composite(plain, ordered=False):
        return True
    return any(map(str.isdigit, plain)) and read_expression(plain.strip(" .$")) is not None


def _roots(text: str) -> str:
    """Return `text` with the roots of LaTeX as signs, which `plain_text` would drop."""
    return _LATEX_ROOT.sub(r"√(\1)", text) if "\\sqrt" in text else text


def _own_part(plain: str) -> str:
    """Return what of a reply is about its own question: a model that does not stop goes on with the next one."""
    found = next((match for match in NEXT_EXERCISE.finditer(plain) if plain[: match.start()].strip()), None)
    return plain[: found.start()] if found else plain


# --- which number ---


def _final(plain: str) -> Located | None:
    located = join_compounds(plain, locate_quantities(plain))
    starts = [item.start for item in located]

    def first_in(start: int, end: int) -> Located | None:
        place = bisect_left(starts, start)
        return located[place] if place < len(located) and starts[place] < end else None

    for start, end in _segments(plain):
        if taken := _stated(plain, start, end):
            return taken
        if first := first_in(start, end):
            stop = _before_reasons(plain, first.end, end)
            equals = plain.rfind("=", start, stop)
            result = first_in(equals, stop) if equals >= 0 else None
            return _unless_part(plain, result or first)
    stop = _before_check(plain)
    if not first_in(0, stop):
        stop = len(plain)
    equals = plain.rfind("=", 0, stop)
    taken = first_in(equals, stop) if equals >= 0 else None
    taken = taken or (located[bisect_left(starts, stop) - 1] if located else None)
    return _unless_part(plain, taken) if taken else None


def _stated(plain: str, start: int, end: int) -> Located | None:
    """Return the quantity that all of `plain[start:end]` is, or its first sentence; numbers in words count here."""
    opening = _OPENING.match(plain, start, end)
    start = opening.end() if opening else start
    sentence = _SENTENCE_END.search(plain, start, end)
    for stop in (end, sentence.start() if sentence else end):
        if quantity := parse_quantity(plain[start:stop]):
            return Located(quantity, start, stop)
    return None


def _before_reasons(plain: str, start: int, end: int) -> int:
    """Return where the answer ends, of which `plain[start:end]` is the rest: "5, porque 5+7=12" answers 5."""
    reason = _REASON.search(plain, start, end)
    return reason.start() if reason else end


def _before_check(plain: str) -> int:
    """Return where a check of the answer begins, as in "x=5. Comprobación: 5+7=12"; the end if there is none."""
    return next((check.start() for check in _CHECK.finditer(plain)), len(plain))


def _unless_part(plain: str, taken: Located) -> Located | None:
    part = _GOES_ON.match(plain, taken.end) or (taken.start > 0 and plain[taken.start - 1] in "√^")
    return None if part else taken


# --- where the answer is announced ---


def _segments(plain: str) -> Iterator[tuple[int, int]]:
    """Yield the places that follow a marker, the last one first; none overlaps another, which keeps time linear."""
    markers = list(_MARKER.finditer(plain))
    last_digit = max(plain.rfind(digit) for digit in "0123456789")
    limit = len(plain)
    for marker in reversed(markers):
        start, end = _segment(plain, marker, limit)
        limit = marker.start()
        if marker["heading"] and parse_quantity(plain[start:end]) is None and _bare(plain[start:end]) not in _WORDS:
            continue  # a heading of the fourth level, not the "#### 72" of GSM8K
        if marker["working"] and end <= last_digit and parse_quantity(plain[start:end]) is None:
            continue  # "Solución:" opens the working here; the answer comes later
        yield start, end


def _segment(plain: str, marker: re.Match[str], limit: int) -> tuple[int, int]:
    """Return the rest of the marker's line, or of the next line with text if the marker stands alone on its own."""
    if marker["box"]:
        return marker.end(), _closing_brace(plain, marker.end(), limit)
    start, end = marker.end(), _line_end(plain, marker.end(), limit)
    rest = plain[start:end].strip()
    if end < limit and (rest.endswith(":") or not any(map(str.isalnum, rest))):
        bullet = _BLANK_AND_BULLET.match(plain, end, limit)
        start = bullet.end() if bullet else end
        end = _line_end(plain, start, limit)
    return start, end


def _line_end(plain: str, start: int, limit: int) -> int:
    end = plain.find("\n", start, limit)
    return limit if end < 0 else end


def _closing_brace(plain: str, start: int, limit: int) -> int:
    depth = 1
    for place in range(start, limit):
        depth += {"{": 1, "}": -1}.get(plain[place], 0)
        if depth == 0:
            return place
    return limit


# --- answers that are no numbers ---


def _grade_words(plain: str, expected: str, ordered: bool) -> Grade:
    wanted = _bare(expected)
    if wanted in _WORDS:
        found = _yes_or_no(plain)
        return Grade(found == wanted, found.replace("si", "sí"), _reason(found == wanted, found))
    texts = _candidates(plain)
    for text in texts:
        if wanted and _bare(text) == wanted:
            return Grade(True, text, CORRECT)
    if given := _composite(plain, texts, expected, ordered):
        return Grade(True, given, CORRECT)
    found = texts[0] if texts else ""
    return Grade(False, found, _reason(False, found))


def _composite(plain: str, texts: Sequence[str], expected: str, ordered: bool) -> str:
    """Return which of `texts`, else the end of the reply, gives the values, primes or expression expected, or ""."""
    composite = read_composite(expected, ordered)
    if composite:
        last = plain[
            _before_check(plain) - _LAST_CHARACTERS if len(plain) > _LAST_CHARACTERS else 0 : _before_check(plain)
        ]
        announced = stated_at(plain)[1] is not None
        given = [*texts] if announced else [*texts, last]
        return next((text for text in given if composite.is_given_by(text)), "")
    if primes := prime_factors(expected):
        return next((text for text in texts if last_prime_factors(text) == primes), "")
    if not any(map(str.isalpha, expected)) and "√" not in expected:
        return ""
    return next((text for text in texts if expression_is_given_by(text, expected)), "")


def _reason(correct: bool, found: str) -> str:
    return CORRECT if correct else OTHER_ANSWER if found else NO_ANSWER


def _candidates(plain: str) -> Sequence[str]:
    """Return the texts that can be the answer: after the last marker, its first sentence, the last line, after "="."""
    texts: list[str] = []
    for start, end in _segments(plain):
        sentence = _SENTENCE_END.search(plain, start, end)
        texts += [plain[start:end], plain[start : sentence.start()] if sentence else ""]
        break
    else:
        last_line = plain.rstrip().rpartition("\n")[2]
        texts += [last_line, last_line.rpartition("=")[2], plain]
    return [text.strip() for text in texts if _bare(text)]


def _bare(text: str) -> str:
    """Return `text` without case, accents, spaces and closing punctuation, to compare by."""
    return _SPACES.sub("", text).lower().translate(_UNACCENTED).strip(".,;:!¡?¿\"'«»“”*")


def _yes_or_no(plain: str) -> str:
    """Return "si" or "no", what the reply says after its last marker or else in its first word; "" if neither."""
    for start, end in _segments(plain):
        if match := _YES_OR_NO.search(plain, start, end):
            return _bare(match[0])
    match = _YES_OR_NO_FIRST.match(plain)
    return _bare(match[1]) if match else ""


_WHICH = r"(?:\ (?:final|correcta|correcto|total|exacta|exacto))?"
_MARKER = re.compile(
    rf"""
      (?P<box> \\boxed\ ?\{{ )
    | (?P<heading> ^\ {{0,3}}\#{{4}}(?!\#) )
    | \b(?: (?:la\ )?respuesta | (?:el\ )?resultado | la\ soluci[oó]n ){_WHICH}
        \ (?: es | son | será | sería )\b \ {{0,3}}:?
    | (?P<working> \bsoluci[oó]n ) {_WHICH}\ {{0,3}}:
    | \b(?: respuesta | resultado ){_WHICH}\ {{0,3}}:
    | \brespuesta\ final\b
    | \bthe\ (?:final\ |correct\ )?(?: answer | result )\ is\b \ {{0,3}}:?
    | \b(?:final\ )?answer\ {{0,3}}:
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
# A line that opens another exercise, in the words of our prompt or of textbooks.
NEXT_EXERCISE = re.compile(
    r"^[ #*>]{0,6}(?:Instruct|Output|Pregunta|Ejercicio|Question|Exercise)\b[ \d]{0,4}[:.]", re.MULTILINE
)
_IN_ORDER = re.compile(r"(?i)\b(?:ord[eé]n\w*|de (?:menor|mayor) a (?:mayor|menor)|t[eé]rminos|sucesi[oó]n|serie)")
_LATEX_ROOT = re.compile(r"\\sqrt ?\{([^{}]{1,40})\}")
_LAST_CHARACTERS = 300  # of a reply without marker, in which several values are looked for
_REASON = re.compile(
    r"\b(?:porque|ya que|pues|puesto que|dado que|debido|comprob\w*|comprueba|verific\w*|because|since|check)\b",
    re.IGNORECASE,
)
_CHECK = re.compile(r"\b(?:comprobaci[oó]n|comprobamos|comprueba|verificaci[oó]n|verificamos|check) ?:", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_OPENING = re.compile(r"\s*(?:(?:es|son|hay|quedan|tiene|is) )?", re.IGNORECASE)
_BLANK_AND_BULLET = re.compile(r"\s*(?:[*•-] )?")
# After a number: what makes it a factor or a base, as in 2x, 3π, 2√5, 5², 2^8.
_GOES_ON = re.compile(r"[√π^²³]|[A-Za-z](?![A-Za-zÀ-ÖØ-öø-ÿ])")
_SPACES = re.compile(r"\s+")
_UNACCENTED = str.maketrans("áéíóúü", "aeiouu")
# "Si" without an accent is mostly "if", so it counts only as the first word; "no sé" and "no lo sé" answer nothing.
_NO = r"no(?!\w| (?:lo )?s[eé]\b)"
_YES_OR_NO = re.compile(rf"(?<!\w)(?:sí(?!\w)|{_NO})", re.IGNORECASE)
_YES_OR_NO_FIRST = re.compile(rf"[\s¡*]*(s[ií](?=\s*(?:[.,;:!\n]|$))|sí(?!\w)|{_NO})", re.IGNORECASE)
