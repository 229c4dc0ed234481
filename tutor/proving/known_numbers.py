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
from tutor.proving.slips import LARGEST_COUNT
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.written_numbers import Value, exact, read_number

_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_SPANISH = re.compile(
    r"(?<![0-9])(?:[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+(?![0-9])(?:,[0-9]+)?|[0-9]+(?:[.,][0-9]+)*)"
)
_DIGITS = re.compile("[0-9]+")
_COUNTED = re.compile(r" ?(%)|[ -]?([^\W\d_]+)")
_MONEY = re.compile(r"[$€£] ?$")
_LONGEST = 12  # characters
_MOST_SINGLE, _MOST_NUMBERS = 40, 400  # of a row
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


def counted(text: str, at: int, end: int) -> str:
    """Return what the number at `at:end` counts: "$", "%" or the word after it, in the singular."""
    if _MONEY.search(text, max(0, at - 2), at):
        return "$"
    found = _COUNTED.match(text, end)
    return (found[1] or found[2].lower().removesuffix("s")) if found else ""


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
MEASURES = _MEASURED_IN.keys()


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
        asked = Counter(value for value, _, _ in numbers_of(question, spanish))
        self.asked = asked.keys()
        self.working = list(numbers_of(text, spanish))
        self.stated = {value for value, _, _ in numbers_of(answer, spanish)}
        self._places = [(value, at) for value, at, _ in self.working]
        for annotation in annotations:
            values = (value for value, _, _ in numbers_of(annotation.text, annotation.spanish))
            self._places += [(value, annotation.at) for value in values]
        self.held = Counter(value for value, _ in self._places) + Counter(self.stated)
        self.counts = self.held + asked
        self.spoken: frozenset[Value] = frozenset()
        self.terms: frozenset[int] = frozenset()
        self.known: frozenset[Value] = frozenset()
        self.many = len(self.held) > _MOST_NUMBERS
        self.outside: list[tuple[Value, int]] = []
        self.largest: Value = 0
        self._hundredths = self._percents = False
        self._things: Counter[tuple[Value, str]] = Counter()
        self._labels: list[tuple[int, int]] | None = None
        self.question, self.text, self.answer = question, text, answer
        self.annotations, self.spanish = annotations, spanish

    def only_here(self) -> list[OnlyHere]:
        """Return the quantities of the working that stand neither in the question nor anywhere else in the row.

        Nothing if there are very many: a row as long as that is left alone, for the time that it would take.
        """
        single = [found for found in self.working if self.held[found[0]] == 1 and found[0] not in self.asked]
        if not single or len(single) > _MOST_SINGLE or self.many:
            return []
        return [self._placed(value, at, end) for value, at, end in single if not self.labelled(at)]

    def labelled(self, at: int) -> bool:
        """Return whether the number at `at` of the working names or dates something, or is a mistake that it shows."""
        if self._labels is None:
            self._labels = labels_of(self.text)
        return any(start <= at < stop for start, stop in self._labels)

    def _placed(self, value: Value, at: int, end: int) -> OnlyHere:
        start, stop = self.line(at)
        return OnlyHere(value, at, end, self.text[start:stop], start)

    def line(self, at: int) -> tuple[int, int]:
        """Return where the line of the working begins and ends in which `at` lies."""
        end = self.text.find("\n", at)
        return self.text.rfind("\n", 0, at) + 1, end if end >= 0 else len(self.text)

    def before(self, at: int) -> Set[Value]:
        """Return the numbers that the question gives and that stand before `at` in the working."""
        return self.asked | {value for value, place in self._places if place < at}

    def after(self, at: int) -> Set[Value]:
        """Return the numbers that stand from `at` on in the working."""
        return {value for value, place in self._places if place >= at}

    def complete(self, formulas: Sequence[Formula]) -> None:
        """Add what the words of the row say, the terms of its sums and which numbers stand outside of equations."""
        texts = self.question, self.text
        inside = {place for each in formulas if len(each) > 1 for place in range(each[0].start, each[-1].end)}
        self.outside = [(value, at) for value, at, _ in self.working if at not in inside]
        self.spoken = spoken_numbers(self.question) | spoken_numbers(self.text)
        self.known = frozenset(self.asked | self.held.keys() | self.spoken)
        sums = (side.items for formula in formulas for side in formula if "+" in side.items)
        self.terms = frozenset(items.count("+") + 1 for items in sums)
        twice = (value for value, times in self.held.items() if times > 1)
        self.largest = max(self.asked | self.spoken | {*twice}, default=0)
        self._percents = any("%" in part or "percent" in part for part in texts)
        self._hundredths = any(_HUNDREDTHS.search(part) for part in texts)

    def times_counted(self, value: Value, things: str) -> int:
        """Return how often `value` stands in the row with those things behind it."""
        if not self._things:
            for text in (self.question, self.text):
                numbers = numbers_of(text, self.spanish)
                self._things.update((value, counted(text, at, end)) for value, at, end in numbers)
        return self._things[value, things] if things else 0

    def in_one_step(self, value: Value) -> bool:
        """Return whether `value` comes from two numbers of the row by one operation."""
        others = self.known - {value, 0}
        return any(
            value - one in others or one - value in others or one * value in others or value / Fraction(one) in others
            for one in others
        )

    def explained(self, value: Value, line: str) -> bool:
        """Return whether `value` is said in words, is a count, a known measure, or another form of a known number."""
        if value in self.spoken or value in self.terms or value in (0, 1, 60):
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
