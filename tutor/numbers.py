"""Exact numbers with units, read from Spanish mathematical prose (and from the English and LaTeX that models mix in).

All reading takes time linear in the length of the text, and no text raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

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


@dataclass(frozen=True)
class _Unit:
    dimensions: frozenset[str]
    scale: Fraction  # how many of the dimension's first unit one of these is


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
    one, other = _UNITS.get(a.unit or ""), _UNITS.get(b.unit or "")
    if one is None or other is None:
        return a.value == b.value
    return bool(one.dimensions & other.dimensions) and a.value * one.scale == b.value * other.scale


def plain_text(text: str) -> str:
    """Return `text` with its LaTeX, Markdown, spaces, minus signs and vulgar fractions (½) in one plain spelling.

    Boxes (`\\boxed{}`) stay, and so do line breaks.
    """
    text = _ACCENT.sub(lambda match: _COMPOSED[match[0]], text.translate(_CHARACTERS))
    if "\\" in text or "$" in text:
        for pattern, replacement in _LATEX:
            text = pattern.sub(replacement, text)
    # Two spaces: one might join the numbers on both sides into a number of thousands.
    text = text.replace("**", "  ").replace("__", "  ").replace("`", " ")
    text = _BEFORE_VULGAR.sub(" ", text)
    return text.translate(_VULGAR)


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
    unit, part = _UNITS.get(large.quantity.unit or ""), _UNITS.get(small.quantity.unit or "")
    if unit is None or part is None or not unit.dimensions & part.dimensions or part.scale >= unit.scale:
        return False
    if large.quantity.value.denominator != 1 or not 0 <= small.quantity.value * part.scale < unit.scale:
        return False
    return bool(_BETWEEN_PARTS.fullmatch(plain, large.end, small.start))


def _joined(plain: str, whole: Located, part: Located) -> Located:
    scale = _UNITS[part.quantity.unit or ""].scale / _UNITS[whole.quantity.unit or ""].scale
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
        value, end = value * _MULTIPLES[_fold(times[1])], times.end()
    unit, end = _unit(plain, end)
    if currency and unit not in _UNITS:
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
    known = _spelled(match["base"], match["power"] or match["shape"])
    word = known or _noun(match["base"], apart=plain[at] == " ")
    if word is None:
        return None, at
    if match["each"]:
        each = _spelled(match["each"], None)
        if each or match["per"] == "/":
            return f"{word}/{each or match['each'].lower()}", match.end()
    if known:
        return known, max(match.end("base"), match.end("power"), match.end("shape"))
    return word, match.end("base")


def _spelled(word: str, power: str | None) -> str | None:
    exponent = "" if not power else "²" if power[-1] in "2²" or power.startswith("cuad") else "³"
    return _SPELLINGS.get(word + exponent) or _SPELLINGS.get(_fold(word) + exponent)


def _noun(word: str, apart: bool) -> str | None:
    return word.lower() if apart and len(word) > 1 and _fold(word) not in _NO_NOUNS else None


def _ends_well(unit: str | None, tail: str) -> bool:
    """Return whether `tail` only describes the unit before it: "(5 libros) de matemáticas"."""
    if not tail:
        return True
    if unit is None or not _TAIL.fullmatch(tail):
        return False
    words = _fold(tail).split()
    return not (_spelled(words[0], None) or any(word in _NO_TAIL for word in words))


# --- numbers in words ---


def _spoken(plain: str) -> Quantity | None:
    """Return the quantity of a text that starts with a Spanish number in words below a million: "cuarenta y dos cm"."""
    words = plain.split()
    names = [_fold(word) for word in words[:12]] + ["", ""]
    first = 1 if names[0] == "menos" else 0
    value, at = _spoken_value(names, first)
    if at == first:
        return None
    rest = "".join(f" {word}" for word in words[at:])
    unit, end = _unit(rest, 0)
    return Quantity(-value if first else value, unit) if _ends_well(unit, rest[end:]) else None


def _spoken_value(names: Sequence[str], at: int) -> tuple[Fraction, int]:
    """Return the value of the number words from `at` on and where they end; `names` ends in two empty ones."""
    if names[at] in ("medio", "media"):
        return Fraction(1, 2), at + 1
    count, end = _below_thousand(names, at)
    if names[end] == "mil":
        rest, last = _below_thousand(names, end + 1)
        count, end = (count or 1) * 1000 + rest, last
    if end == at:
        return Fraction(0), at
    if names[end].removesuffix("s") in _PARTS:
        return Fraction(count, _PARTS[names[end].removesuffix("s")]), end + 1
    if names[end] == "y" and names[end + 1] in ("medio", "media"):
        return count + Fraction(1, 2), end + 2
    return Fraction(count), end


def _below_thousand(names: Sequence[str], at: int) -> tuple[int, int]:
    value = 0
    if names[at] in _HUNDREDS:
        value, at = _HUNDREDS[names[at]], at + 1
    if names[at] in _TENS:
        value, at = value + _TENS[names[at]], at + 1
        if names[at] == "y" and 0 < _SMALL.get(names[at + 1], 0) < 10:
            return value + _SMALL[names[at + 1]], at + 2
    elif names[at] in _SMALL:
        return value + _SMALL[names[at]], at + 1
    return value, at


# --- patterns and tables ---


def _fold(text: str) -> str:
    return text.lower().translate(_UNACCENTED)


def _units() -> dict[str, _Unit]:
    """Return every unit that can be converted, by its symbol."""
    units: dict[str, _Unit] = {}

    def add(symbol: str, dimensions: str, scale: Fraction | int) -> None:
        units[symbol] = _Unit(frozenset(dimensions.split()), Fraction(scale))

    for prefix, _, scale in _PREFIXES:
        add(f"{prefix}m", "longitud", scale)
        add(f"{prefix}m²", "superficie", scale**2)
        add(f"{prefix}m³", "volumen", scale**3)
        add(f"{prefix}g", "masa", scale)
        add(f"{prefix}L", "volumen", scale / 1000)
    for symbol, dimensions, count in _OTHER_UNITS:
        add(symbol, dimensions, count)
    for length in [symbol for symbol, unit in units.items() if "longitud" in unit.dimensions]:
        for time in ("s", "min", "h"):
            add(f"{length}/{time}", "velocidad", units[length].scale / units[time].scale)
    return units


def _spellings() -> dict[str, str]:
    """Return the symbol of every unit by each of its spellings, without accents; exact symbols come first."""
    spellings: dict[str, str] = {}
    for prefix, name, _ in _PREFIXES:
        for unit, stem in (("m", "metro"), ("m²", "metro"), ("m³", "metro"), ("g", "gramo"), ("L", "litro")):
            exponent = unit[1:]
            for spelling in (f"{prefix}{unit}", f"{name}{stem}{exponent}", f"{name}{stem}s{exponent}"):
                spellings[spelling] = spellings[spelling.lower()] = f"{prefix}{unit}"
    for symbol, names in _OTHER_SPELLINGS.items():
        for spelling in names.split():
            spellings[spelling] = symbol
    return spellings


_PREFIXES = (
    ("k", "kilo", Fraction(1000)),
    ("h", "hecto", Fraction(100)),
    ("da", "deca", Fraction(10)),
    ("", "", Fraction(1)),
    ("d", "deci", Fraction(1, 10)),
    ("c", "centi", Fraction(1, 100)),
    ("m", "mili", Fraction(1, 1000)),
)
# Money has as many dimensions as coins that the word can mean: 100 centavos make a peso or a dollar, never a euro.
_OTHER_UNITS: tuple[tuple[str, str, Fraction | int], ...] = (
    ("t", "masa", 1_000_000), ("ha", "superficie", 10_000),
    ("s", "tiempo", 1), ("min", "tiempo", 60), ("h", "tiempo", 3600), ("días", "tiempo", 86_400),
    ("semanas", "tiempo", 604_800), ("meses", "calendario", 1), ("años", "calendario", 12),
    ("siglos", "calendario", 1200),
    ("€", "euro", 1), ("céntimos", "euro sol", Fraction(1, 100)), ("soles", "sol", 1), ("$", "peso dólar", 1),
    ("pesos", "peso", 1), ("dólares", "dólar", 1), ("centavos", "peso dólar", Fraction(1, 100)), ("£", "libra", 1),
    ("%", "porcentaje", 1), ("°", "ángulo temperatura", 1), ("°C", "temperatura", 1), ("°F", "fahrenheit", 1),
)  # fmt: skip
_OTHER_SPELLINGS = {
    "kg": "kilo kilos", "t": "t tonelada toneladas", "ha": "ha hectarea hectareas", "cm³": "cc",
    "u²": "u² unidad² unidades²", "u³": "u³ unidad³ unidades³",
    "s": "s seg segs segundo segundos", "min": "min mins minuto minutos", "h": "h hr hrs hora horas",
    "días": "dia dias", "semanas": "semana semanas", "meses": "mes meses", "años": "año años", "siglos": "siglo siglos",
    "€": "€ euro euros eur", "céntimos": "cts cent centimo centimos", "soles": "sol soles", "$": "$",
    "pesos": "peso pesos", "dólares": "dolar dolares usd", "centavos": "centavo centavos", "£": "£",
    "°": "grado grados",
}  # fmt: skip
_MULTIPLES = {"mil": 10**3, "millon": 10**6, "millones": 10**6, "mil millones": 10**9}

_SMALL = {
    name: value
    for value, names in enumerate(
        "cero,uno un una,dos,tres,cuatro,cinco,seis,siete,ocho,nueve,diez,once,doce,trece,catorce,quince,dieciseis,"
        "diecisiete,dieciocho,diecinueve,veinte,veintiuno veintiun veintiuna,veintidos,veintitres,veinticuatro,"
        "veinticinco,veintiseis,veintisiete,veintiocho,veintinueve".split(",")
    )
    for name in names.split()
}
_TENS = {
    name: 10 * (place + 3)
    for place, name in enumerate("treinta cuarenta cincuenta sesenta setenta ochenta noventa".split())
}
_HUNDREDS = {"cien": 100, "ciento": 100} | {
    f"{stem}ient{end}s": 100 * place
    for place, stem in enumerate("dosc tresc cuatroc quin seisc setec ochoc novec".split(), start=2)
    for end in "oa"
}
_PARTS = {
    "medio": 2, "tercio": 3, "cuarto": 4, "quinto": 5, "sexto": 6, "septimo": 7, "octavo": 8, "noveno": 9, "decimo": 10,
    "decima": 10, "centesima": 100, "milesima": 1000,
}  # fmt: skip

# Words that follow a number without being what it counts: another number, or the rest of a sentence.
_NUMBER_WORDS = frozenset(_SMALL | _TENS | _HUNDREDS | {"mil": 1000})
_NO_NOUNS = _NUMBER_WORDS | frozenset(
    "a al and asi aunque cada coma como con cuando da dan de del e el en entonces entre equals es esta este hay igual "
    "is la las lo los luego mas menos ni no o of para pero plus por porque pues punto que queda quedan se si sin sobre "
    "son te tiene times u un una unas unos x y".split()
)
# What the description of a unit does not hold: another number, or another statement.
_NO_TAIL = _NUMBER_WORDS | frozenset("y o e u ni pero no es son menos mas por coma punto".split())

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\t\r\v\f", " "),
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad", None),
        **dict.fromkeys("\u2019\u02bc\u00b4", "'"),
        "\u2044": "/", "\u2215": "/", "\u2236": ":", "\uff1d": "=", "\u00ba": "°", "\u2028": "\n", "\u2029": "\n",
    }
)  # fmt: skip
_UNACCENTED = str.maketrans("áéíóúüàèìòùâêîôû", "aeiouuaeiouaeiou")
# Accents that were typed apart; unicodedata.normalize takes quadratic time on long rows of them.
_COMPOSED = {
    **dict(zip((f"{vowel}\u0301" for vowel in "aeiouAEIOU"), "áéíóúÁÉÍÓÚ", strict=True)),
    "u\u0308": "ü", "U\u0308": "Ü", "n\u0303": "ñ", "N\u0303": "Ñ",
}  # fmt: skip
_ACCENT = re.compile("[aeiouAEIOU]\u0301|[uU]\u0308|[nN]\u0303")
_VULGAR = str.maketrans(
    {
        "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
        "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅑": "1/9", "⅒": "1/10",
    }
)  # fmt: skip
_BEFORE_VULGAR = re.compile("(?<=[0-9])(?=[¼-¾⅐-⅞])")

_LATEX = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\$\$", "  "),
        # A pair of dollars holds a formula if both touch it; "$5 y $6" are prices.
        (r"(?<!\\)\$(?=\S)([^$\n]*)(?<=[^\s\\])\$(?![0-9])", r"\1"),
        (r"\\(?:text|textbf|mathrm|mathbf) ?\{([^{}]*)\}", r"\1"),
        (r"\\([%$])", r"\1"),
        (r"\{([.,])\}", r"\1"),
        (r"\\[,;: ]", " "),
        (r"\\[()\[\]]", "  "),
        (r"\^ ?\{? ?\\circ ?\}?", "°"),
        (r"\^\{([0-9A-Za-z]{1,3})\}", r"^\1"),
        (r"(?<=[0-9])(?=\\[dt]?frac)", " "),
        (r"\\[dt]?frac ?\{ ?(-?[0-9]{1,100}) ?\} ?\{ ?([0-9]{1,100}) ?\}", r"\1/\2"),
        (r"\\[dt]?frac ?([0-9]) ?([0-9])", r"\1/\2"),
        (r"\\(?:times|cdot|div)(?![A-Za-z])", "×"),
        (r"\\(?!boxed)[A-Za-z]+", "  "),
    )
)

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

_UNITS = _units()
_SPELLINGS = _spellings()
