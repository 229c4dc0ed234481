"""What a teacher would remark on an answer beside whether its number is right; each remark is kept apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from tutor.grading import NEXT_EXERCISE, stated_at
from tutor.language import language_of
from tutor.plain_text import plain_text

NO_EXPLANATION = "sin explicación"
NO_STEPS = "sin pasos"
RUNS_ON = "sigue tras la respuesta"
UNFINISHED = "sin terminar"
REPEATS = "se repite"
OTHER_LANGUAGE = "otro idioma"
# In the order in which they are shown, each with what it says.
FLAWS = {
    NO_EXPLANATION: "el número es correcto, pero no hay nada más que el número",
    NO_STEPS: "no muestra ninguna cuenta",
    RUNS_ON: "da la respuesta y no se detiene: añade cuentas, preguntas o texto",
    UNFINISHED: "se corta antes de dar la respuesta",
    REPEATS: "dice lo mismo tres veces o más",
    OTHER_LANGUAGE: "no está en el idioma de la pregunta",
}

_FEWEST_WORDS = 3  # of an explanation
_LONGEST_FAREWELL = 12  # words after the answer that ask and calculate nothing
_LONGEST_PERIOD = 20  # words of what is said again and again
_TIMES = 3


def flaws_of(question: str, reply: str, *, correct: bool, ended: bool) -> tuple[str, ...]:
    """Return what there is to remark on `reply` to `question`, in the order of `FLAWS`; takes linear time.

    `correct` says whether its number is right, `ended` whether the model ended it or it was cut at the longest length.
    """
    plain = plain_text(reply)
    start, end = stated_at(plain)
    working = plain if end is None else plain[:start]
    calculates = _calculates(plain, working, start, end)
    found = {
        NO_EXPLANATION: correct and not calculates and len(_WORD.findall(_ANNOUNCED.sub("", plain))) < _FEWEST_WORDS,
        NO_STEPS: not calculates,
        RUNS_ON: _runs_on(plain, end) or (not ended and end is not None),
        UNFINISHED: not ended and end is None,
        REPEATS: _repeats(plain),
        OTHER_LANGUAGE: _in_other_language(question, plain),
    }
    return tuple(flaw for flaw in FLAWS if found[flaw])


def _calculates(plain: str, working: str, start: int, end: int | None) -> bool:
    """Return whether a calculation is shown, or a number from which the answer follows ("5 o más: sube a 3700")."""
    if _OPERATION.search(plain):
        return True
    stated = set() if end is None else set(_NUMBER.findall(plain[start:end]))
    numbers = set(_NUMBER.findall(working))
    return bool(numbers - stated) if end is not None else len(numbers) > 1


def _runs_on(plain: str, end: int | None) -> bool:
    """Return whether another exercise follows, or more than a check or a farewell after the line of the answer."""
    if NEXT_EXERCISE.search(plain):
        return True
    line_end = -1 if end is None else plain.find("\n", end)
    rest = plain[line_end:].strip() if line_end >= 0 else ""
    if not rest or _CHECK.match(rest):
        return False
    return bool(_NUMBER.search(rest)) or len(rest.split()) > _LONGEST_FAREWELL


def _repeats(plain: str) -> bool:
    lines = Counter(line.strip() for line in plain.splitlines())
    if any(count >= _TIMES for line, count in lines.items() if len(line) > 1 and _WORD_OR_EQUATION.search(line)):
        return True
    words = plain.lower().split()
    for period in range(1, _LONGEST_PERIOD + 1):
        alike = letters = 0
        for at in range(period, len(words)):
            same = words[at] == words[at - period]
            alike = alike + 1 if same else 0
            letters = (letters + bool(_WORD.search(words[at]))) if same else 0
            if letters and alike >= max((_TIMES - 1) * period, 4):
                return True
    return False


def _in_other_language(question: str, plain: str) -> bool:
    asked = language_of(_words(question)) or "es"
    answered = language_of(_words(_ANNOUNCED.sub("", plain)))
    return asked != "other" and answered not in ("", asked)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFD", text[:_MOST_CHARACTERS].lower())
    return _WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))


_MOST_CHARACTERS = 20_000  # enough to tell a language by
_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_OPERATION = re.compile(r"\d[^\w\n]{0,3}[-+×÷*/:·^][^\w\n]{0,3}\d|\d ?x ?\d|√ ?\d|[=≈]")
_WORD_OR_EQUATION = re.compile(r"[^\W\d_]{2}|=")
_ANNOUNCED = re.compile(r"(?i)\b(?:respuesta|resultado|soluci[oó]n)(?: final)?\b:?")
_CHECK = re.compile(r"(?i)\W{0,4}(?:comprob|verific|check)")
