"""Numbers and sentences of a report in the language of its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LanguageCode = Literal["es", "en"]


@dataclass(frozen=True)
class Language:
    """A language: its texts by name, and how it writes numbers."""

    code: LanguageCode
    texts: Mapping[str, str]
    decimal: str
    thousands: str
    # Spanish leaves four digits together.
    fewest_grouped: int

    def say(self, name: str, /, **values: object) -> str:
        """Return the text `name` with `values` in their places."""
        return self.texts[name].format(**values)

    def number(self, value: float, digits: int = 0) -> str:
        """Return `value` with that many decimals."""
        text = f"{abs(value):.{digits}f}"
        whole, _, fraction = text.partition(".")
        if len(whole) >= self.fewest_grouped:
            whole = f"{int(whole):,}".replace(",", self.thousands)
        sign = "−" if value < 0 and float(text) else ""
        return f"{sign}{whole}{self.decimal}{fraction}" if fraction else f"{sign}{whole}"

    def short(self, value: float) -> str:
        """Return `value` to about four digits that count, however small or large."""
        size = abs(value)
        if size and not 1e-3 <= size < 1e9:
            mantissa, _, exponent = f"{value:.2e}".partition("e")
            return f"{float(mantissa):g}".replace(".", self.decimal) + f" · 10{_raised(int(exponent))}"
        digits = 4 if size < 10 else 2 if size < 100 else 0
        text = self.number(value, digits)
        return text.rstrip("0").removesuffix(self.decimal) if self.decimal in text else text

    def percent(self, share: float, digits: int = 0) -> str:
        """Return `share`, 0 to 1, as a percentage."""
        space = " " if self.code == "es" else ""
        return f"{self.number(100 * share, digits)}{space}%"

    def duration(self, seconds: float) -> str:
        """Return a time as hours and minutes, minutes and seconds, or seconds."""
        if seconds < 1:
            return f"{self.number(seconds, 1)} s"
        whole = round(seconds)
        if whole < 60:
            return f"{whole} s"
        minutes, rest = divmod(whole, 60)
        if minutes < 60:
            return f"{minutes} min {rest} s" if rest else f"{minutes} min"
        hours, minutes = divmod(round(whole / 60), 60)
        return f"{self.number(hours)} h {minutes} min" if minutes else f"{self.number(hours)} h"

    def date(self, moment: str) -> str:
        """Return a day, with its time where one is given, from "2026-11-25 13:26" or ISO 8601 with a zone."""
        day, time = moment[:10], moment[11:16] if moment[10:11] == " " else ""
        if self.code == "es":
            year, month, number = day.split("-")
            day = f"{int(number)}/{int(month)}/{year}"
        return f"{day}, {time}" if time else day

    def count(self, number: float, noun: str) -> str:
        """Return a number with its noun, such as "1 época" or "250 épocas"."""
        form = "one" if number == 1 else "many"
        digits = 0 if float(number).is_integer() else 1
        return f"{self.number(number, digits)} {self.texts[f'{noun}.{form}']}"


def _raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def language(code: LanguageCode) -> Language:
    """Return the language `code`: Spanish or English."""
    if code == "es":
        from tutor.analysis.spanish import TEXTS

        return Language("es", TEXTS, ",", "\u202f", 5)
    from tutor.analysis.english import TEXTS as ENGLISH

    return Language("en", ENGLISH, ".", ",", 4)
