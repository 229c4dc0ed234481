"""Exact numbers with units, read from Spanish mathematical prose (and from the English and LaTeX that models mix in).

All reading takes time linear in the length of the text, and no text raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tutor.number_words import NUMBER_WORDS, spoken_value
from tutor.plain_text import folded, plain_text
from tutor.units import UNITS, symbol_of

_MOST_DIGITS = 100
_MOST_CHARACTERS = 1000  # of a text that is one quantity
_L = "A-Za-zÀ-ÖØ-öø-ÿ"  # Latin letters; º, ª, ² and ³ are none


@dataclass(frozen=True)
class Quantity:
    """An exact value and its unit: a symbol ("cm", "m²", "€", "%"), any other noun in lower case, or None."""

    value: Fraction
    unit: str | None


@dataclass(frozen=True)
class Located:
    """A quantity and the characters `start:end` of the plain text in which it stands, sign and unit included."""

    quantity: Quantity
    start: int
    end: int


def parse_quantity(text: str | None) -> Quantity | None:
    """Return the quantity that the whole of `text` is ("1.234,5 kg", "x = -3/4", "siete"), or None if it is none."""
    if not text or len(text := text.strip()) > _MOST_CHARACTERS:
        return None
    plain = plain_text(text).strip().removesuffix(".").rstrip()
    plain = _VARIABLE.sub("", plain)
    plain = _SIGN_APART.sub("-", _PLUS.sub("", plain))
    plain = _SLASH.sub("/", plain)
    if "\n" in plain:
        return None
    if not _DIGIT.search(plain):
        return _spoken(plain)
    located = join_compounds(plain, locate_quantities(plain))
    if len(located) != 1 or located[0].start != 0:
        return None
    return located[0].quantity if _ends_well(located[0].quantity.unit, plain[located[0].end :]) else None


def find_quantities(text: str | None) -> list[Quantity]:
    """Return every number of `text`, in order, each with the unit that directly follows it; list markers are none."""
    return [located.quantity for located in locate_quantities(plain_text(text or ""))]


def same_quantity(a: Quantity, b: Quantity) -> bool:
    """Return whether `a` and `b` are equal, exactly; known units are converted and differ if they measure other things.

    A missing unit and an unknown noun agree with any unit: "12" is "12 cm" and "12 manzanas"; 25 % is 25, not 1/4.
    """
    one, other = UNITS.get(a.unit or ""), UNITS.get(b.unit or "")
    if one is None or other is None:
        return a.value == b.value
    return bool(one.dimensions & other.dimensions) and a.value * one.scale == b.value * other.scale


def locate_quantities(plain: str) -> list[Located]:
    """Return every number of `plain`, a text from `plain_text`, in order, each with the unit directly after it."""
    markers = _list_markers(plain)
    located: list[Located] = []
    floor = 0  # where the number before, its unit included, ends
    while match := _NUMBER.search(plain, floor):
        floor = match.end()
        if match.start() in markers:
            continue
        begin = located[-1].end if located else 0
        for value, start, end in _values(match):
            located.append(_with_surroundings(plain, value, start, end, begin))
            begin = floor = max(floor, located[-1].end)
    return located


def join_compounds(plain: str, located: Sequence[Located]) -> list[Located]:
    """Return `located` with "2 h 30 min" and "3 € y 50 céntimos" joined into one quantity in the first unit."""
    joined: list[Located] = []
    for before, item in zip([None, *located], located, strict=False):
        if before and _is_part(plain, before, item):
            joined[-1] = _joined(plain, joined[-1], item)
        else:
            joined.append(item)
    return joined


def _is_part(plain: str, large: Located, small: Located) -> bool:
    """Return whether `small` goes on with `large`: whole hours before minutes, and fewer of these than make an hour."""
    unit, part = UNITS.get(large.quantity.unit or ""), UNITS.get(small.quantity.unit or "")
    if unit is None or part is None or not unit.dimensions & part.dimensions or part.scale >= unit.scale:
        return False
    if large.quantity.value.denominator != 1 or not 0 <= small.quantity.value * part.scale < unit.scale:
        return False
    return bool(_BETWEEN_PARTS.fullmatch(plain, large.end, small.start))


def _joined(plain: str, whole: Located, part: Located) -> Located:
    scale = UNITS[part.quantity.unit or ""].scale / UNITS[whole.quantity.unit or ""].scale
    added = part.quantity.value * scale * (-1 if plain[whole.start] == "-" else 1)
    return Located(Quantity(whole.quantity.value + added, whole.quantity.unit), whole.start, part.end)


def spanish(value: Fraction | int) -> str:
    """Return `value` as Spanish pupils write it: a decimal comma where it ends, else a fraction in lowest terms."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    digits = _decimal_places(value.denominator)
    if digits is None:
        return f"{value.numerator}/{value.denominator}"
    scaled = abs(value.numerator) * 10**digits // value.denominator
    whole, part = divmod(scaled, 10**digits)
    return f"{'-' if value < 0 else ''}{whole},{part:0{digits}d}"


def _decimal_places(denominator: int) -> int | None:
    for digits in range(1, 7):
        if 10**digits % denominator == 0:
            return digits
    return None


# --- numbers in digits ---


def _values(match: re.Match[str]) -> Iterator[tuple[Fraction, int, int]]:
    """Yield the value and the place of every number that a match of `_NUMBER` holds: mostly one."""
    if match["below"]:
        yield from _fraction(match)
    elif match["grouped"]:
        value = _read_run(match["grouped"].replace(" ", ""), grouped=True)
        if value is not None:
            yield value, match.start(), match.end()
    elif (value := _read_run(match["run"])) is not None:
        yield value, match.start(), match.end()
    elif len(match["run"]) <= _MOST_DIGITS or match["run"].count(",") > 1:
        yield from _listed(match["run"], match.start())


def _fraction(match: re.Match[str]) -> Iterator[tuple[Fraction, int, int]]:
    whole, above, below = (_whole_number(match[name]) for name in ("whole", "above", "below"))
    part = Fraction(above, below) if above is not None and below else None
    if whole is not None and part is not None and part < 1:
        yield whole + part, match.start(), match.end()
        return
    if whole is not None:
        yield Fraction(whole), match.start(), match.end("whole")
    if part is not None:
        yield part, match.start("above"), match.end()


def _listed(run: str, start: int) -> Iterator[tuple[Fraction, int, int]]:
    """Yield the numbers of an enumeration that was typed without spaces: "3,4,5"."""
    for piece in run.split(","):
        if (value := _read_run(piece)) is not None:
            yield value, start, start + len(piece)
        start += len(piece) + 1


def _read_run(run: str, grouped: bool = False) -> Fraction | None:
    """Return the value of digits with dots, commas or apostrophes; `grouped` if its thousands were told by spaces.

    Dots before groups of three mark thousands, as in Spain; a single comma is always the decimal one.
    """
    if not 0 < len(run) <= 2 * _MOST_DIGITS:
        return None
    run = run.replace("'", ",")
    last = max(run.rfind("."), run.rfind(","))
    if last < 0:
        value = _whole_number(run)
        return None if value is None else Fraction(value)
    mark, groups = run[last], run.split(run[last])
    other = "," if mark == "." else "."
    if other in run:
        whole = run[:last].split(other)
        return _decimal("".join(whole), run[last + 1 :]) if mark not in run[:last] and _by_thousands(whole) else None
    if not grouped and _by_thousands(groups) and (mark == "." or len(groups) > 2):
        return _decimal("".join(groups), "")
    return _decimal(*groups) if len(groups) == 2 else None


def _by_thousands(groups: Sequence[str]) -> bool:
    return 0 < len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(group) == 3 for group in groups[1:])


def _decimal(whole: str, decimals: str) -> Fraction | None:
    value = _whole_number(whole + decimals)
    return None if value is None else Fraction(value, 10 ** len(decimals))


def _whole_number(digits: str | None) -> int | None:
    return int(digits) if digits and digits.isdigit() and len(digits) <= _MOST_DIGITS else None


def _list_markers(plain: str) -> frozenset[int]:
    """Return where the numbers of list items ("1. ", "2) ") start; an item counts from 1 or follows the one before."""
    starts, before = [], 0
    for match in _LIST_MARKER.finditer(plain):
        number = int(match[1])
        if number in (1, before + 1):
            starts.append(match.start(1))
            before = number
    return frozenset(starts)


# --- signs, currencies and units around a number ---


def _with_surroundings(plain: str, value: Fraction, start: int, end: int, floor: int) -> Located:
    begin = _sign(plain, start, floor)
    negative = begin < start
    currency_at = _currency(plain, begin, floor)
    currency = plain[currency_at] if currency_at < begin else None
    if not negative:
        begin = _sign(plain, currency_at, floor)
        negative = begin < currency_at
    else:
        begin = currency_at
    if times := _TIMES.match(plain, end):
        value, end = value * _MULTIPLES[folded(times[1])], times.end()
    unit, end = _unit(plain, end)
    if currency and unit not in UNITS:
        unit = currency
    return Located(Quantity(-value if negative else value, unit), begin, end)


def _sign(plain: str, at: int, floor: int) -> int:
    """Return where the minus sign of the number at `at` stands; `at` itself if it has none or is being subtracted."""
    if at <= floor or plain[at - 1] not in "- ":
        return at
    sign = at - 1 if plain[at - 1] == "-" else at - 2
    if sign < floor or plain[sign] != "-":
        return at
    before = sign - 1
    while before >= 0 and plain[before] == " ":
        before -= 1
    if sign == at - 2:  # set apart by a space it is a list bullet or a dash, save in a formula
        return sign if before >= 0 and plain[before] in "=:(" else at
    touches = before == sign - 1
    if before < 0 or not (plain[before].isdigit() or plain[before] in ")%" or (touches and plain[before].isalnum())):
        return at if 0 < floor == before + 1 else sign
    return at


def _currency(plain: str, at: int, floor: int) -> int:
    for place in (at - 1, at - 2):
        if place >= floor and plain[place] in "€$£" and plain[place + 1 : at] in ("", " "):
            return place
    return at


def _unit(plain: str, at: int) -> tuple[str | None, int]:
    """Return the unit that follows `at`, or None, and where it ends."""
    match = _UNIT.match(plain, at)
    if not match:
        return None, at
    if match["percent"]:
        return "%", match.end()
    if match["degree"]:
        return match["degree"].replace(" ", ""), match.end()
    known = symbol_of(match["base"], match["power"] or match["shape"])
    word = known or _noun(match["base"], apart=plain[at] == " ")
    if word is None:
        return None, at
    if match["each"]:
        each = symbol_of(match["each"], None)
        if each or match["per"] == "/":
            return f"{word}/{each or match['each'].lower()}", match.end()
    if known:
        return known, max(match.end("base"), match.end("power"), match.end("shape"))
    return word, match.end("base")


def _noun(word: str, apart: bool) -> str | None:
    return word.lower() if apart and len(word) > 1 and folded(word) not in _NO_NOUNS else None


def _ends_well(unit: str | None, tail: str) -> bool:
    """Return whether `tail` only describes the unit before it: "(5 libros) de matemáticas"."""
    if not tail:
        return True
    if unit is None or not _TAIL.fullmatch(tail):
        return False
    words = folded(tail).split()
    return not (symbol_of(words[0], None) or any(word in _NO_TAIL for word in words))


# --- numbers in words ---


def _spoken(plain: str) -> Quantity | None:
    """Return the quantity of a text that starts with a Spanish number in words below a million: "cuarenta y dos cm"."""
    words = plain.split()
    names = [folded(word) for word in words[:12]] + ["", ""]
    first = 1 if names[0] == "menos" else 0
    value, at = spoken_value(names, first)
    if at == first:
        return None
    rest = "".join(f" {word}" for word in words[at:])
    unit, end = _unit(rest, 0)
    return Quantity(-value if first else value, unit) if _ends_well(unit, rest[end:]) else None


# --- patterns and tables ---


_MULTIPLES = {"mil": 10**3, "millon": 10**6, "millones": 10**6, "mil millones": 10**9}

# Words that follow a number without being what it counts: another number, or the rest of a sentence.
_NO_NOUNS = NUMBER_WORDS | frozenset(
    "a al and asi aunque cada coma como con cuando da dan de del e el en entonces entre equals es esta este hay igual "
    "is la las lo los luego mas menos ni no o of para pero plus por porque pues punto que queda quedan se si sin sobre "
    "son te tiene times u un una unas unos x y".split()
)
# What the description of a unit does not hold: another number, or another statement.
_NO_TAIL = NUMBER_WORDS | frozenset("y o e u ni pero no es son menos mas por coma punto".split())

_NUMBER = re.compile(
    r"""
    (?: (?<!\w) | (?<=[0-9][xX]) | (?<=[0-9]\ [xX]) )      # not the 2 of x2 or H2O, but the 8 of 7x8
    (?:
        (?: (?P<whole>[0-9]+)\ (?=[1-9]) )? (?P<above>[0-9]+)/(?P<below>[0-9]+)
      | (?P<grouped> [1-9][0-9]{0,2} (?:\ [0-9]{3})+ (?![0-9]) (?:[.,][0-9]+)? )
      | (?P<run> (?: (?<![^\s=(\-$€]) \. )? [0-9]+ (?:[.,'][0-9]+)* )
    )
    """,
    re.VERBOSE,
)
_UNIT = re.compile(
    rf"""
    \ {{0,3}}
    (?:
        (?P<percent> % | por\ ?ciento(?![{_L}]) )
      | (?P<degree> °(?:\ ?[CF](?![{_L}]))? )
      | (?P<base> [€$£](?![0-9]) | [{_L}]+ )
        (?P<power> \^?[23](?![0-9{_L}]) | [²³] )?
        (?: \ (?P<shape> cuadrad[oa]s? | c[uú]bic[oa]s? )(?![{_L}]) )?
        (?: (?P<per> / | \ por\ ) (?P<each>[{_L}]+) )?
    )
    """,
    re.VERBOSE,
)
_DIGIT = re.compile("[0-9¼-¾⅐-⅞]")
_VARIABLE = re.compile(r"^[^\W\d]\w{0,19} ?= ?")
_PLUS = re.compile(r"^\+ ?")
_SIGN_APART = re.compile(r"^(?:- |menos (?=[0-9]))", re.IGNORECASE)
_SLASH = re.compile(r"(?<=[0-9]) ?/ ?(?=[0-9])")
_TAIL = re.compile(rf"(?: [{_L}]+){{1,3}}")
_TIMES = re.compile(rf" {{1,3}}(mil millones|mil|mill[oó]n|millones)(?: de)?(?![{_L}0-9])")
_BETWEEN_PARTS = re.compile(r" {0,2}(?:(?:y|con) )?")
_LIST_MARKER = re.compile(r"^[ #>]{0,12}([0-9]{1,2})[.)] +(?=\S)", re.MULTILINE)
