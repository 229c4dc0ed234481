"""The numbers that a row gives, in digits and in words, and what else explains a number of its working."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tutor.proving.annotations import Annotation
from tutor.proving.side import Formula
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.written_numbers import Value, exact

_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_LONGEST = 12  # characters
# Measures that everybody knows, and the words beside which they need no other explanation.
_MEASURES = (
    ("7", "week|day|semana|d[ií]a"),
    ("12", "dozen|year|month|inch|foot|feet|hour|o'clock|[ap]\\.?m|docena|a[nñ]o|mes|hora"),
    ("24", "day|hour|d[ií]a|hora"),
    ("28 29 30 31", "month|january|february|march|april|may|june|july|august|september|october|november|december|mes"),
    ("4 52", "week|year|month|semana|a[nñ]o|mes"),
    ("60 3600 1440 15 30 45", "hour|minute|second|hora|minuto|segundo"),
    ("360 365 366", "year|day|degree|circle|a[nñ]o|d[ií]a|grado"),
    ("90 180", "degree|angle|triangle|square|grado|[aá]ngulo|tri[aá]ngulo"),
    ("3 12 36 1760 5280", "inch|inches|foot|feet|yard|mile"),
    ("2 4 8 16 32 64 128", "ounce|oz|pound|lb|cup|pint|quart|gallon|tablespoon|teaspoon|onza|libra"),
    ("2000", "ton|pound"),
    ("10 100 1000 10000", "kilo|liter|litre|meter|metre|gram|tonne|[km][glm]|l|g|m|litro|metro|gramo|cm|watts?"),
    ("1 5 10 20 25 50 100", "cent|penny|pennies|nickel|dime|quarter|dollar|coin|bill|¢|c[eé]ntimo|moneda|billete"),
    ("100", "\\$"),
    ("100", "%|percent|percentage|por ciento|porcentaje"),
    ("26 52", "alphabet|letters?|cards?|deck|alfabeto|letra|baraja"),
)
_HUNDREDTHS = re.compile(r"%|percent|porcentaje|por ciento|cent|penn|nickel|dime|quarter|\$|€|¢|c[eé]ntimo", re.IGNORECASE)


def numbers_of(text: str) -> Iterator[tuple[Value, re.Match[str]]]:
    """Yield the numbers of `text` in digits, in English notation, and where each stands."""
    for found in _NUMBER.finditer(text):
        if len(found[0]) <= _LONGEST:
            digits = found[0].replace(",", "")
            yield (int(digits) if digits.isdigit() else exact(Fraction(digits))), found


def _measures() -> dict[Value, re.Pattern[str]]:
    words: dict[Value, list[str]] = {}
    for values, pattern in _MEASURES:
        for value in values.split():
            words.setdefault(int(value), []).append(pattern)
    return {
        value: re.compile("|".join(rf"(?<![^\W\d_])(?:{each})(?:e?s)?(?![^\W\d_])" for each in patterns), re.IGNORECASE)
        for value, patterns in words.items()
    }


_MEASURED_IN = _measures()


class KnownNumbers:
    """The numbers of the question and of the working, and how often each stands there in digits."""

    def __init__(self, question: str, text: str, answer: str, annotations: Sequence[Annotation]) -> None:
        self.asked = {value for value, _ in numbers_of(question)}
        self.working = list(numbers_of(text))
        self.held = Counter(value for value, _ in self.working)
        for part in (answer, *(annotation.text for annotation in annotations)):
            self.held.update(value for value, _ in numbers_of(part))
        self._texts = question, text

    def only_here(self) -> list[tuple[Value, re.Match[str]]]:
        """Return the numbers of the working that stand neither in the question nor anywhere else in the row."""
        return [(value, found) for value, found in self.working if self.held[value] == 1 and value not in self.asked]

    def complete(self, formulas: Sequence[Formula]) -> None:
        """Add what the words of the row say and the count of terms in its sums."""
        question, text = self._texts
        self.spoken = spoken_numbers(question) | spoken_numbers(text)
        self.known = self.asked | self.held.keys() | self.spoken
        self.counts = {side.items.count("+") + 1 for formula in formulas for side in formula if "+" in side.items}
        self.percents = any("%" in part or "percent" in part for part in self._texts)
        self.hundredths = bool(_HUNDREDTHS.search(question) or _HUNDREDTHS.search(text))

    def explained(self, value: Value, line: str) -> bool:
        """Return whether `value` is said in words, is a count, a known measure, or another form of a known number."""
        if value in self.spoken or value in self.counts or value in (0, 1, 60):
            return True
        measured = _MEASURED_IN.get(value)
        if measured and measured.search(line):
            return True
        others = self.known - {value}
        forms: list[Value] = [value * 2]
        if self.hundredths:
            forms += [Fraction(value, 100), value * 100]
        if self.percents:
            forms += [100 - value, value - 100, 100 + value, 100 - value * 100]
            forms += [1 - value, value - 1, value * 100 - 100]
        whole = int(value)
        if value != whole:
            forms += [1 / Fraction(value)]
            if any(other > 1 and other - int(other) == value for other in others):
                return True
        return any(form in others for form in forms)
