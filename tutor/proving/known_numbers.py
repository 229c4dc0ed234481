"""The numbers that a row gives, in digits and in words, and what else explains a number of its working."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from tutor.proving.annotations import Annotation
from tutor.proving.labels import labels_of
from tutor.proving.side import Formula
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.written_numbers import Value, exact, read_number

_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_SPANISH = re.compile(
    r"(?<![0-9])(?:[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+(?![0-9])(?:,[0-9]+)?|[0-9]+(?:[.,][0-9]+)*)"
)
_DIGITS = re.compile("[0-9]+")
_LONGEST = 12  # characters
_MOST_SINGLE, _MOST_NUMBERS = 40, 400  # of a row
LARGEST_COUNT = 12  # things up to a dozen are counted without a word on where the number comes from
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
_HUNDREDTHS = re.compile(
    r"%|percent|porcentaje|por ciento|cent|penn|nickel|dime|quarter|\$|€|¢|c[eé]ntimo", re.IGNORECASE
)


def numbers_of(text: str, spanish: bool) -> Iterator[tuple[Value, int, int]]:
    """Yield the numbers of `text` in digits, in the notation of Spain or England, and where each starts and ends."""
    if spanish:
        yield from _spanish_numbers(text)
        return
    for found in _NUMBER.finditer(text):
        if len(found[0]) <= _LONGEST:
            digits = found[0].replace(",", "")
            value = int(digits) if digits.isdigit() else exact(Fraction(digits))
            yield value, found.start(), found.end()


def _spanish_numbers(text: str) -> Iterator[tuple[Value, int, int]]:
    for found in _SPANISH.finditer(text):
        if written := read_number(found[0]) if len(found[0]) <= _LONGEST else None:
            yield written.spanish, found.start(), found.end()
        elif not written:  # a list: 2,4,6
            for part in _DIGITS.finditer(text, found.start(), found.end()):
                if len(part[0]) <= _LONGEST:
                    yield int(part[0]), part.start(), part.end()


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


@dataclass(frozen=True, slots=True)
class OnlyHere:
    """A number that stands only once in the row, and the line of the working where it stands."""

    value: Value
    at: int
    end: int
    line: str
    line_start: int

    @property
    def line_end(self) -> int:
        return self.line_start + len(self.line)

    @property
    def small(self) -> bool:
        return self.value <= LARGEST_COUNT and self.value.denominator == 1


class KnownNumbers:
    """The numbers of the question and of the working, and how often each stands there in digits."""

    def __init__(self, question: str, text: str, answer: str, annotations: Sequence[Annotation], spanish: bool) -> None:
        self.asked = {value for value, _, _ in numbers_of(question, spanish)}
        self.working = list(numbers_of(text, spanish))
        self.held = Counter(value for value, _, _ in self.working)
        self.held.update(value for value, _, _ in numbers_of(answer, spanish))
        for annotation in annotations:
            self.held.update(value for value, _, _ in numbers_of(annotation.text, annotation.spanish))
        self.spoken: frozenset[Value] = frozenset()
        self.counts: frozenset[int] = frozenset()
        self.known: frozenset[Value] = frozenset()
        self._hundredths = self._percents = False
        self._texts = question, text

    def only_here(self) -> list[OnlyHere]:
        """Return the quantities of the working that stand neither in the question nor anywhere else in the row.

        Nothing if there are very many: a row as long as that is left alone, for the time that it would take.
        """
        single = [found for found in self.working if self.held[found[0]] == 1 and found[0] not in self.asked]
        if not single or len(single) > _MOST_SINGLE or len(self.held) > _MOST_NUMBERS:
            return []
        labels = labels_of(self._texts[1])
        return [
            self._placed(value, at, end)
            for value, at, end in single
            if not any(start <= at < stop for start, stop in labels)
        ]

    def _placed(self, value: Value, at: int, end: int) -> OnlyHere:
        text = self._texts[1]
        start = text.rfind("\n", 0, at) + 1
        line = text[start:].partition("\n")[0]
        return OnlyHere(value, at, end, line, start)

    def complete(self, formulas: Sequence[Formula]) -> None:
        """Add what the words of the row say and the count of terms in its sums."""
        question, text = self._texts
        self.spoken = spoken_numbers(question) | spoken_numbers(text)
        self.known = frozenset(self.asked | self.held.keys() | self.spoken)
        sums = (side.items for formula in formulas for side in formula if "+" in side.items)
        self.counts = frozenset(items.count("+") + 1 for items in sums)
        self._percents = any("%" in part or "percent" in part for part in self._texts)
        self._hundredths = bool(_HUNDREDTHS.search(question) or _HUNDREDTHS.search(text))

    def explained(self, value: Value, line: str) -> bool:
        """Return whether `value` is said in words, is a count, a known measure, or another form of a known number."""
        if value in self.spoken or value in self.counts or value in (0, 1, 60):
            return True
        measured = _MEASURED_IN.get(value)
        if measured and measured.search(line):
            return True
        return self._is_other_form(value, self.known - {value})

    def _is_other_form(self, value: Value, others: Set[Value]) -> bool:
        """Return whether `value` is half, a hundredth, a hundredfold, the rest to 100 % or the inverse of another."""
        forms: list[Value] = [value * 2]
        if self._hundredths:
            forms += [Fraction(value, 100), value * 100]
        if self._percents:
            forms += [100 - value, value - 100, 100 + value, 100 - value * 100]
            forms += [1 - value, value - 1, value * 100 - 100]
        whole = int(value)
        if value != whole:
            forms += [1 / Fraction(value)]
            if any(other > 1 and other - int(other) == value for other in others):
                return True
        return any(form in others for form in forms)
