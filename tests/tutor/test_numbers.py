from __future__ import annotations

import time
from fractions import Fraction
from random import Random

import pytest

from tutor.exercises import exercises
from tutor.numbers import (
    Quantity,
    find_quantities,
    join_compounds,
    locate_quantities,
    parse_quantity,
    same_quantity,
    spanish,
)
from tutor.plain_text import plain_text

NUMBERS = {
    "12": 12, "0": 0, "-3": -3, "−3": -3, "– 3": -3, "+4": 4, "menos 3": -3, "12.": 12, " 12 ": 12, "3,5": "7/2",
    "3.5": "7/2", "0,75": "3/4", "-0,5": "-1/2", ".5": "1/2", "-.5": "-1/2", "3'5": "7/2", "2,50": "5/2",
    "1.234": 1234, "1,234": "617/500", "0.125": "1/8", "1234.567": "1234567/1000", "1.234.567": 1234567,
    "1,234,567": 1234567, "1.234,5": "2469/2", "1,234.5": "2469/2", "1.234.567,8": "12345678/10", "12 000": 12000,
    "12\u00a0000": 12000, "12\u2009000": 12000, "12\u202f000": 12000, "1 234 567": 1234567, "12 000,5": "24001/2",
    "3/4": "3/4", "-3/4": "-3/4", "3 / 4": "3/4", "6/8": "3/4", "3⁄4": "3/4", "8/4": 2, "1 1/2": "3/2",
    "-1 1/2": "-3/2", "½": "1/2", "¾": "3/4", "1½": "3/2", "1 ½": "3/2", "⅓": "1/3", "x = 5": 5, "x=5": 5,
    "x = -2": -2, "x_1 = 3/4": "3/4", "total = 12": 12, "5 mil": 5000, "2 millones": 2_000_000,
    "3 mil millones": 3 * 10**9, r"\frac{3}{4}": "3/4", r"-\dfrac{3}{4}": "-3/4", r"\frac12": "1/2",
    r"1\frac{1}{2}": "3/2", r"$12\,000$": 12000, r"\(3{,}5\)": "7/2", "$$x = 5$$": 5, "**12**": 12, "`12`": 12,
    "9" * 100: 10**100 - 1,
}  # fmt: skip
WORDS = {
    "cero": 0, "uno": 1, "siete": 7, "Siete.": 7, "dieciséis": 16, "veintiuno": 21, "treinta": 30,
    "cuarenta y dos": 42, "noventa y nueve": 99, "cien": 100, "ciento uno": 101, "quinientos doce": 512,
    "setecientas": 700, "novecientos noventa y nueve": 999, "mil": 1000, "mil doscientos": 1200,
    "doce mil trescientos cuarenta y cinco": 12345, "menos siete": -7, "x = siete": 7, "medio": "1/2",
    "un tercio": "1/3", "tres cuartos": "3/4", "dos y medio": "5/2", "tres décimas": "3/10",
}  # fmt: skip
MEASURES = {
    "25 %": (25, "%"), "25%": (25, "%"), "25 por ciento": (25, "%"), r"25\%": (25, "%"),
    "veinte por ciento": (20, "%"), "3 €": (3, "€"), "3€": (3, "€"), "€3": (3, "€"), "-€3": (-3, "€"),
    "€-3": (-3, "€"), "3 euros": (3, "€"), "$5": (5, "$"), "-$5": (-5, "$"), "5 $": (5, "$"), r"\$5": (5, "$"),
    "5 pesos": (5, "pesos"), "5 soles": (5, "soles"), "50 céntimos": (50, "céntimos"), "50 cts": (50, "céntimos"),
    "$5 pesos": (5, "pesos"), "1 km": (1, "km"), "1 kilómetro": (1, "km"), "2 kilometros": (2, "km"),
    "2 KM": (2, "km"), "3 m": (3, "m"), "3m": (3, "m"), "3 metros": (3, "m"), "4 cm": (4, "cm"),
    "4 centímetros": (4, "cm"), "4 mm": (4, "mm"), "4 dm": (4, "dm"), "4 hm": (4, "hm"), "4 dam": (4, "dam"),
    "2 kg": (2, "kg"), "2 Kg.": (2, "kg"), "2 kilos": (2, "kg"), "2 kilogramos": (2, "kg"), "5 g": (5, "g"),
    "5 gramos": (5, "g"), "5 mg": (5, "mg"), "5 t": (5, "t"), "5 toneladas": (5, "t"), "2 L": (2, "L"),
    "2 l": (2, "L"), "2 litros": (2, "L"), "2 mL": (2, "mL"), "2 ml": (2, "mL"), "2 mililitros": (2, "mL"),
    "2 cL": (2, "cL"), "2 dL": (2, "dL"), "3 h": (3, "h"), "1 hora": (1, "h"), "5 min": (5, "min"),
    "5 minutos": (5, "min"), "5 s": (5, "s"), "5 segundos": (5, "s"), "5 días": (5, "días"), "1 día": (1, "días"),
    "2 semanas": (2, "semanas"), "8 años": (8, "años"), "3 meses": (3, "meses"), "9 m²": (9, "m²"), "9 m2": (9, "m²"),
    "9 m^2": (9, "m²"), "9 metros cuadrados": (9, "m²"), "1 metro cuadrado": (1, "m²"),
    r"9 \text{ cm}^{2}": (9, "cm²"), "9 centímetros cuadrados": (9, "cm²"), "9 m³": (9, "m³"),
    "9 metros cúbicos": (9, "m³"), "9 u²": (9, "u²"), "90°": (90, "°"), "90º": (90, "°"), "90 grados": (90, "°"),
    r"90^\circ": (90, "°"), "20 °C": (20, "°C"), "60 km/h": (60, "km/h"), "60 kilómetros por hora": (60, "km/h"),
    "3 €/kg": (3, "€/kg"), "3 euros por kilo": (3, "€/kg"), "12 manzanas": (12, "manzanas"),
    "12 Manzanas": (12, "manzanas"), "5 libros": (5, "libros"), "12 lápices": (12, "lápices"),
    "12 la\u0301pices": (12, "lápices"), "5 libros de matemáticas": (5, "libros"), "5 litros de agua": (5, "L"),
    "siete manzanas": (7, "manzanas"), "un kilómetro": (1, "km"), "x = 5 cm": (5, "cm"), "2 mil euros": (2000, "€"),
    "2 millones de euros": (2_000_000, "€"), "2 h 30 min": ("5/2", "h"), "3 € y 50 céntimos": ("7/2", "€"),
    "1 h 20 min 30 s": ("161/120", "h"), "media hora": ("1/2", "h"), "3/4 kg": ("3/4", "kg"), "3,5 kg": ("7/2", "kg"),
}  # fmt: skip
NO_QUANTITIES = (
    None, "", "   ", ".", "-", "cm", "€", "x", "x =", "= 5", "no", "no lo sé", "y", "mil cien y", "3/0", "0/0",
    "3 y 5", "3, 4", "3,4,5", "1.2.3", "1.23.456,7", "1,2.3,4", "12 12", "5 5 cm", "5 cm cm", "5 cm g", "5 kg 3",
    "12 no", "12 es todo", "3 + 4", "3+4", "7 × 8", "2x", "3y", "2√5", "3π", "2^3", "5²", "√16", "10:30", "1e5", "H2O",
    "siete ocho", "tres coma cinco", "más de siete", "12 manzanas y peras", "1. 5", "1)", "12\n000", "1" * 101,
    "0," + "1" * 100, "1." * 200, "٣", "²", "12 " + "a" * 2000, "x" * 5000,
)  # fmt: skip
PROSE: dict[str, list[str | int]] = {
    "": [], "Sin números.": [], "es 12.": [12], "El resultado es 12, no 13.": [12, 13], "3, 4 y 5": [3, 4, 5],
    "3,4,5": [3, 4, 5], "2,5 y 3": ["5/2", 3], "son 1.234.": [1234], "son 12 000.": [12000],
    "hay 3 400 en total": [3400], "12 345 6": [12345, 6], "7×8=56": [7, 8, 56], "7x8=56": [7, 8, 56],
    "7 x 8 = 56": [7, 8, 56], r"$7 \times 8 = 56$": [7, 8, 56], r"7\times800": [7, 800], "52-20=32": [52, 20, 32],
    "52 - 20 = 32": [52, 20, 32], "52 -20": [52, 20], "= -3": [-3], "= - 3": [-3], "es -3": [-3], "es −3.": [-3],
    "x=-2": [-2], "(-2)·(-3)=6": [-2, -3, 6], "(5)-2": [5, 2], "5 cm -2 cm": [5, 2], "x-3=0": [3, 0], "5\n-3": [5, -3],
    "- 3 manzanas\n- 4 peras": [3, 4], "10–20": [10, 20], "3/4 + 1/2": ["3/4", "1/2"], "1 1/2 litros": ["3/2"],
    "5 3/2": [5, "3/2"], "3/0 = ?": [], "½ de 8": ["1/2", 8], "1. Suma 3\n2. Resta 4": [3, 4], "1) 5 + 3": [5, 3],
    "## 1. Sumar 3": [3], "**1. Sumar 3**": [3], "12. Porque son 3": [12, 3], "x2 + H2O": [], "5 m^2 y 300": [5, 300],
    "5 cm2 y 3": [5, 3], "2 + .5": [2, "1/2"], "...5": [5], "2^3 = 8": [2, 3, 8], "1.2.3": [], "1" * 101: [],
    "1" * 101 + " y 2": [2], "25 % de 80": [25, 80], "$5 y $6": [5, 6], "cuesta 5 mil pesos": [5000],
    "2 h 30 min": [2, 30],
}  # fmt: skip
SAME = (
    ("4 km", "4000 m"), ("60 min", "1 h"), ("100 céntimos", "1 €"), ("1 kg", "1000 gramos"), ("1 L", "1 dm³"),
    ("1 m³", "1000 L"), ("1 m²", "10000 cm²"), ("1 ha", "10.000 m²"), ("36 km/h", "10 m/s"), ("1 año", "12 meses"),
    ("2 semanas", "14 días"), ("1 t", "1000 kg"), ("12", "12 cm"), ("12 cm", "12"), ("12 manzanas", "12 kg"),
    ("12 manzanas", "12 peras"), ("25 %", "25"), ("25", "25 por ciento"), ("3/4", "0,75"), ("3/4", "6/8"),
    ("1/2 h", "30 min"), ("$5", "5 pesos"), ("$5", "5 dólares"), ("100 céntimos", "1 sol"), ("100 centavos", "1 peso"),
    ("20 grados", "20 °C"), ("1,5 h", "1 h 30 min"), ("0 km", "0 m"), ("-0", "0"),
)  # fmt: skip
DIFFERENT = (
    ("12", "13"), ("4 km", "4 m"), ("4 cm", "4 cm²"), ("4 km", "4 kg"), ("4 h", "4 m"), ("25 %", "0,25"),
    ("25 %", "1/4"), ("25 %", "25 cm"), ("5 €", "$5"), ("5 soles", "5 €"), ("5 pesos", "5 dólares"), ("1 sol", "1 €"),
    ("4000", "4 km"), ("0,333", "1/3"), ("-3", "3"),
)  # fmt: skip
REPEATED = (
    "1", "1,", "1.", ",", "1,1.", " ", "1 ", "1 234 ", "123 ", "a", "-", "- ", "1-", "$", "$1", "$ 1", "1/", "1/2 ",
    "{", "\\frac{", "\\text{1", "^", "½", "1½", "x2", "1x", "=", "\n", "1. a\n", "e\u0301", "\u0301\u0323", "1 cm ",
    "2 h 3 min ", "1 por ", "1 mil ", "**", "uno ",
)  # fmt: skip
PIECES = (
    *"0123456789", *".,-−/ \n\t%€$°²½=×^{}()\\'", " cm", " h", " mil", "x", "ñ", "\ud800", "\x00", "٣", "𝟙", "\u0301",
    "siete ", "uno y ",
)  # fmt: skip


@pytest.mark.parametrize(("text", "value"), [*NUMBERS.items(), *WORDS.items()])
def test_a_number_is_read_exactly(text: str, value: str | int) -> None:
    assert parse_quantity(text) == Quantity(Fraction(value), None)


@pytest.mark.parametrize(("text", "value", "unit"), [(text, *measure) for text, measure in MEASURES.items()])
def test_a_measure_is_read_with_its_canonical_unit(text: str, value: str | int, unit: str) -> None:
    assert parse_quantity(text) == Quantity(Fraction(value), unit)


@pytest.mark.parametrize("text", NO_QUANTITIES)
def test_what_is_not_one_number_is_no_quantity(text: str | None) -> None:
    assert parse_quantity(text) is None


@pytest.mark.parametrize(("text", "values"), PROSE.items())
def test_the_numbers_of_prose_are_found_in_order(text: str, values: list[str | int]) -> None:
    assert [quantity.value for quantity in find_quantities(text)] == [Fraction(value) for value in values]


def test_numbers_of_prose_bear_the_unit_that_follows_directly() -> None:
    found = find_quantities("Anda 3 km, 200 metros y 5 más; compra 2 manzanas por 4 € y 3 de oferta (un 25 % menos).")
    assert [quantity.unit for quantity in found] == ["km", "m", None, "manzanas", "€", None, "%"]


def test_found_numbers_know_their_place() -> None:
    plain = plain_text("Mide **-3,5 cm** y vale $5.")
    assert [plain[item.start : item.end] for item in locate_quantities(plain)] == ["-3,5 cm", "$5"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2 h 30 min", ["5/2"]),
        ("-2 h 30 min", ["-5/2"]),
        ("3 kg y 200 g", ["16/5"]),
        ("2 h 90 min", [2, 90]),
        ("30 min 2 h", [30, 2]),
        ("3 km 20 kg", [3, 20]),
        ("2 h, 30 min", [2, 30]),
        ("2,5 h 30 min", ["5/2", 30]),
    ],
)
def test_the_parts_of_one_measure_are_joined(text: str, values: list[str | int]) -> None:
    joined = join_compounds(text, locate_quantities(text))
    assert [item.quantity.value for item in joined] == [Fraction(value) for value in values]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_equal_quantities_are_the_same_both_ways(a: str, b: str) -> None:
    one, other = _quantity(a), _quantity(b)
    assert same_quantity(one, other)
    assert same_quantity(other, one)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_unequal_quantities_differ_both_ways(a: str, b: str) -> None:
    one, other = _quantity(a), _quantity(b)
    assert not same_quantity(one, other)
    assert not same_quantity(other, one)


def test_what_the_exercises_write_is_read_back() -> None:
    rng = Random(1)
    for _ in range(500):
        value = Fraction(rng.randint(-5000, 5000), rng.choice((1, 2, 3, 4, 7, 8, 10, 12, 100)))
        assert parse_quantity(spanish(value)) == Quantity(value, None)


def test_the_answers_of_the_exercises_are_quantities() -> None:
    made = exercises(seed=3)
    answers = {exercise.answer for exercise in (next(made) for _ in range(500))}
    assert [answer for answer in sorted(answers - {"sí", "no"}) if parse_quantity(answer) is None] == []


@pytest.mark.parametrize("piece", REPEATED)
def test_long_texts_take_linear_time(piece: str) -> None:
    text = piece * (30_000 // len(piece))
    started = time.process_time()
    find_quantities(text)
    parse_quantity(text)
    # A tenth of a second is common on a slow machine; a quadratic pattern takes many seconds.
    assert time.process_time() - started < 2


@pytest.mark.parametrize("text", ["1" * 100_000, "1,2.3" * 20_000, "1, " * 33_000])
def test_a_hundred_kilobytes_of_digits_are_read_in_a_moment(text: str) -> None:
    started = time.process_time()
    find_quantities(text)
    assert time.process_time() - started < 2


def test_no_text_raises() -> None:
    rng = Random(7)
    for _ in range(3000):
        text = "".join(rng.choices(PIECES, k=rng.randint(0, 25)))
        find_quantities(text)
        parse_quantity(text)


def _quantity(text: str) -> Quantity:
    quantity = parse_quantity(text)
    assert quantity is not None, text
    return quantity
