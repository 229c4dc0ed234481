"""Units that can be converted: their symbols, what they measure, their scales and how they are spelled."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tutor.plain_text import folded


@dataclass(frozen=True)
class Unit:
    """What a unit measures, and its scale; money may be of several kinds of coins."""

    dimensions: frozenset[str]
    scale: Fraction  # how many of the dimension's first unit one of these is


def symbol_of(word: str, power: str | None) -> str | None:
    """Return the symbol of the unit that is spelled `word`, squared or cubed by `power` ("²", "cuadrado"), or None."""
    exponent = "" if not power else "²" if power[-1] in "2²" or power.startswith("cuad") else "³"
    return _SPELLINGS.get(word + exponent) or _SPELLINGS.get(folded(word) + exponent)


def _units() -> dict[str, Unit]:
    """Return every unit that can be converted, by its symbol."""
    units: dict[str, Unit] = {}

    def add(symbol: str, dimensions: str, scale: Fraction | int) -> None:
        units[symbol] = Unit(frozenset(dimensions.split()), Fraction(scale))

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

UNITS = _units()
_SPELLINGS = _spellings()
