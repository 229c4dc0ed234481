"""A number of an annotated working that somebody mistyped, by what betrays it; each working is right without it."""

from fractions import Fraction

import pytest

from tutor.proof import prove
from tutor.proving.slips import lost_digits, mistyped, one_keystroke, shortened, slightly_off

PENS = "Ana has 12 boxes of 40 pens and gives 9 pens away. How many pens are left?"
FILLED = "She has 12 * 40 = <<12*40=480>>480 pens.\nShe keeps 480 - 9 = 471 pens."
LIBROS = "Una librería recibe 15 cajas de 24 libros y vende 60 libros. ¿Cuántos libros quedan?"
LLENAS = "Recibe 15 × 24 = <<15*24=360>>360 libros.\nQuedan 360 - 60 = 300 libros."
ROWS = {
    "the result that only the answer repeats": (PENS, FILLED, "471", "9 = 471", "9 = 472"),
    "el resultado que solo repite la respuesta": (LIBROS, LLENAS, "300", "60 = 300", "60 = 305"),
    "the operand of a result that is used": (PENS, FILLED, "471", "480 - 9 =", "480 - 7 ="),
    "el operando de un resultado que se usa": (LIBROS, LLENAS, "300", "360 - 60", "360 - 50"),
    "a quantity of the question": (
        PENS, "Of 40 pens in each box she has 12 * 40 = <<12*40=480>>480.\nShe keeps 480 - 9 = 471.", "471",
        "Of 40 pens", "Of 46 pens",
    ),
    "un dato de la pregunta": (
        LIBROS, "Como son 15 cajas, recibe 15 × 24 = <<15*24=360>>360 libros.\nQuedan 360 - 60 = 300 libros.", "300",
        "15 cajas", "16 cajas",
    ),
    "a count of the same things, in a row without all annotations": (
        "A box holds 8 pens. Ana has 5 boxes and finds 2 pens.",
        "With 8 pens a box, she has 5 * 8 = <<5*8=40>>40 pens.\nSo she has 40 + 2 = 42.", "42", "8 pens a", "7 pens a",
    ),
    "a quantity where nothing is calculated": (
        PENS, "A box holds 40 pens.\n" + FILLED, "471", "40 pens.\n", "46 pens.\n",
    ),
    "one of several": (
        "Ana has 2 boxes of 40 pens.", "With 2 boxes she has 2 * 40 = <<2*40=80>>80 pens.", "80", "2 boxes", "1 boxes",
    ),
    "larger than all else": (PENS, FILLED + "\nSo she keeps 471.", "471", "keeps 471.", "keeps 4710."),
    "a result that is an ordinal": (
        "Ana is on floor 4 and goes 7 up.", "She is on the 4 + 7 = <<4+7=11>>11th floor.", "11", "4 + 7 =", "4 + 6 =",
    ),
    "an equation in words": (
        "Ana has 96 pens in boxes of 12.", "She fills 8 boxes, for 96 divided by 12 equals <<96/12=8>>8.", "8",
        "divided by 12", "divided by 13",
    ),
    "una ecuación en palabras": (
        "Ana tiene 96 bolis en cajas de 12.", "Llena 8 cajas: 96 dividido entre 12 es igual a <<96/12=8>>8.", "8",
        "entre 12", "entre 13",
    ),
    "a fraction that is no part": (
        "A tank of 20 litres is 1/4 full.", "As it is 1/4 full, it has 20 ÷ 4 = <<20/4=5>>5 litres.", "5",
        "is 1/4", "is 10/4",
    ),
    "an operand that is rounded away in its annotation": (
        "2700 g of sugar. How many kg?", "That is 2700/1000 = <<2700/1000=2.7>>2.7 kg.", "2.7", "<<2700", "<<2699",
    ),
    "the number that is taken off a larger one that was not rounded": (
        PENS, FILLED + "\n480 - 336 = <<480-336=144>>144 are blue, for 336 are red.", "471", "480 - 336", "480 - 330",
    ),
    "a quantity per unit": (
        "Ana has 60 pens/box in 2 boxes and 3 + 4 cards.", "3 + 4 = <<3+4=7>>7 cards.\n60 pens/box * 2 = 120 pens.",
        "120", "60 pens/box", "63 pens/box",
    ),
    "a quantity one off, where the calculation is not annotated": (
        "It is 210 feet to a gazelle, at 30 feet a second, and 3 + 4 trees.",
        "3 + 4 = <<3+4=7>>7 trees.\nTo run 210 feet it takes 210 / 30 = 7 seconds.", "7",
        "run 210 feet", "run 211 feet",
    ),
    "what is so because of a calculation": (
        PENS, "She has 480 pens because 12 * 40 = <<12*40=480>>480.\n" + FILLED, "471",
        "has 480 pens b", "has 478 pens b",
    ),
    "a calculation announced by another number": (
        PENS, FILLED + "\nDividing the boxes by 4: 12 / 4 = <<12/4=3>>3", "471", "by 4:", "by 7:",
    ),
    "a measure that everybody knows": (
        "A jug holds 3 litres.", "As 1000 ml are 1 litre, it holds 3 * 1000 = <<3*1000=3000>>3000 ml.", "3000",
        "As 1000", "As 999",
    ),
    "a zero that is counted": (PENS, FILLED + "\nShe sells them in 3 days.", "471", "in 3 days", "in 0 days"),
    "a zero in a calculation": (PENS, FILLED + "\n471 - 2 * 9 = 453 stay.", "471", "471 - 2 * 9", "471 - 0 * 9"),
    "a zero before thousands": (PENS, FILLED + "\nThat is less than 1,350,000.", "471", "1,350,000", "0,350,000"),
    "a division by zero": (PENS, FILLED + "\nThat is 1/2 of all.", "471", "1/2", "1/0"),
    "an equation with an unknown": (
        "A sum of x and 40 is three times x.", "x + 40 = 3x\n40 = 2x\n2x = 40\nx = 40 / 2\nx = <<20=20>>20", "20",
        "2x = 40", "2x = 42",
    ),
    "una ecuación con una incógnita": (
        "La suma de x y 40 es el triple de x.", "x + 40 = 3x. Luego 40 = 2x. Así 2x = 40. Entonces x = 20.", "20",
        "2x = 40", "2x = 42",
    ),
    "an unknown by which another is given": (
        "Ana has 4 times as many pens as Li, and they have 80.",
        "We know that s + p = 80 and s = 4p.\nSo p + 4p = 80.\n5p = 80\np = <<16=16>>16", "16", "s = 4p", "s = 42p",
    ),
    "an ordinal": ("3 + 4", "On the 2nd day: 3 + 4 = <<3+4=7>>7.", "7", "2nd", "3nd"),
    "a time of day": ("3 + 4", "At 8:15 pm: 3 + 4 = <<3+4=7>>7.", "7", "8:15", "8:1"),
}  # fmt: skip


@pytest.mark.parametrize(("question", "working", "answer", "right", "wrong"), ROWS.values(), ids=ROWS)
def test_it_is_found(question: str, working: str, answer: str, right: str, wrong: str) -> None:
    assert right in working
    assert prove(question, working, answer).verdict != "refuted"
    assert prove(question, working.replace(right, wrong), answer).verdict == "refuted"


@pytest.mark.parametrize(
    "working",
    [
        FILLED.replace("480 - 9 = 471", "480 - 9 = 4 and 7/2"),  # a mixed number
        FILLED.replace("She has", "Not 40 but 41 pens would be 41 - 1, she has"),
        FILLED + "\nBeware: it is not 490.",
        FILLED.replace("She has", "After 8 days she has"),
        FILLED.replace("12 * 40 = <<", "3/4 and 6/8 of it aside, 12 * 40 = <<"),
    ],
)
def test_what_may_be_meant_is_left(working: str) -> None:
    assert prove(PENS, working, "471").verdict != "refuted"


def test_a_number_is_mistyped_with_one_digit_that_is_wrong_or_too_many_or_is_one_off() -> None:
    assert all(one_keystroke(number, 48) for number in (47, 49, 40 + 9, 68, 418, 480))
    assert not any(one_keystroke(number, 48) for number in (4, 84, 50, 57, 4800))
    assert not one_keystroke(4000, 4080)  # rounded
    assert mistyped("10/4", "1/4")
    assert not mistyped("1/4", "10/4")


def test_digits_get_lost_or_rounded_away() -> None:
    assert all(lost_digits(*pair) for pair in ((8, 80), (7, Fraction(15, 2)), (50, 52), (4000, 4080)))
    assert not any(lost_digits(*pair) for pair in ((80, 8), (0, 1), (10, 11), (5, Fraction(1, 2)), (52, 50), (8, 8)))


def test_a_number_is_shortened_by_cutting_or_by_rounding_to_the_nearest() -> None:
    assert all(shortened(*pair) for pair in ((8, 80), (7, Fraction(15, 2)), (50, 52), (330, 334), (4000, 4080)))
    assert not any(shortened(*pair) for pair in ((330, 336), (52, 50), (80, 8)))


def test_a_number_is_slightly_off_if_it_is_no_count_no_round_number_and_a_few_away() -> None:
    assert all(slightly_off(*pair) for pair in ((48, 49), (56, 48), (120, 121), (213, 210)))
    assert not any(slightly_off(*pair) for pair in ((6, 8), (20, 25), (36, 46), (48, 58), (Fraction(3, 2), 1)))
