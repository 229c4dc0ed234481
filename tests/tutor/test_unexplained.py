"""Numbers of a working that nothing explains: found where they are wrong, left where authors write them so."""

import pytest

from tutor.proof import Proof, prove
from tutor.proving.letters import formulas_with_unknowns, values_of_letters
from tutor.proving.spoken_numbers import spoken_numbers

SHOP = "Ana buys 4 pens at $6 each and pays with $50. How much is left?"
SHOP_WORKING = "{pens} pens cost $6 x 4 = $<<6*4=24>>24.\nOf the {paid} dollars 50 - 24 = $<<50-24=26>>26 are left."
BAND = "20% of the pupils of a school, 168 of them, are in the band. How many pupils are there?"
TREES = "Li has twice as many pears as apples, and 45 fruits in all. How many apples has he?"
LETTERS = "Let x be his apples.\nx + 2x = {sum}\n{three}x = 45\nDividing by <<1+2=3>>3 we get x = 15"


def refuted(question: str, working: str, answer: str) -> str:
    """Return the equation or number that is refuted, "" if nothing is."""
    proof: Proof = prove(question, working, answer)
    return proof.equation if proof.verdict == "refuted" else ""


def test_a_quantity_that_the_prose_copies_wrongly_is_found() -> None:
    assert refuted(SHOP, SHOP_WORKING.format(pens=4, paid=50), "26") == ""
    assert refuted(SHOP, SHOP_WORKING.format(pens=4, paid=58), "26") == "58"


def test_a_small_number_is_found_where_it_takes_the_place_of_an_operand_of_the_question() -> None:
    assert refuted(SHOP, SHOP_WORKING.format(pens=9, paid=50), "26") == "9"
    # As a count it may come from anywhere.
    assert refuted(SHOP, SHOP_WORKING.format(pens="4", paid=50) + "\nAll 3 friends are glad.", "26") == ""


@pytest.mark.parametrize(
    "pens",
    ["four", "4", "2 red and 2 blue"],
)
def test_numbers_in_words_and_parts_are_known(pens: str) -> None:
    assert refuted(SHOP, SHOP_WORKING.format(pens=pens, paid=50), "26") == ""


@pytest.mark.parametrize(
    "line",
    [
        "There are 24 hours in a day.",
        "The hours are 14, 15, 16 and 17.",
        "On day 17 he is done.",
        "That is half of it, 13.",
        "Each costs 50%, that is .50 of it.",
        "At 3:45 p.m. he leaves.",
    ],
)
def test_measures_lists_and_other_forms_are_no_slips(line: str) -> None:
    assert refuted(SHOP, SHOP_WORKING.format(pens=4, paid=50) + "\n" + line, "26") == ""


def test_a_calculation_without_annotation_needs_a_number_that_would_make_it_true() -> None:
    working = "Of 100 they are 10 + 10 = <<10+10=20>>20.\nSo all are 168 / {share} * 100 = {all} pupils."
    assert refuted(BAND, working.format(share=20, all=840), "840") == ""
    assert refuted(BAND, working.format(share=27, all=840), "840") == "168 / 27 * 100 = 840"
    assert refuted(BAND, working.format(share=20, all=845), "840") == "168 / 20 * 100 = 845"


@pytest.mark.parametrize(("total", "three", "found"), [(45, 3, ""), (48, 3, "x + 2x = 48"), (45, 7, "7x = 45")])
def test_an_equation_with_letters_holds_for_what_they_stand_for(total: int, three: int, found: str) -> None:
    assert refuted(TREES, LETTERS.format(sum=total, three=three), "15") == found


def test_a_number_beside_a_letter_is_known_or_wrong() -> None:
    working = "Let x be the apples.\nLi has {more} + x apples.\n45 - 15 = <<45-15=30>>30"
    question = TREES + " His sister has 12 more apples."
    assert refuted(question, working.format(more=12), "30") == ""
    assert refuted(question, working.format(more=19), "30") == "19"


@pytest.mark.parametrize("wrong", ["2,4"])
def test_a_number_that_nobody_writes_is_found(wrong: str) -> None:
    assert refuted(SHOP, SHOP_WORKING.format(pens=4, paid=50).replace(">>24", ">>" + wrong), "26") != ""
    assert refuted("It is 0900.", "At 0900 2 + 3 = <<2+3=5>>5", "5") == ""
    assert refuted("It costs $100,000.", "It is $100,00 and 2 + 3 = <<2+3=5>>5", "5") == ""  # a slip of the pen


def test_several_numbers_without_explanation_single_none_out() -> None:
    working = SHOP_WORKING.format(pens=4, paid=58) + "\nHe had 77 before, as 26 + 51 = <<26+51=77>>77."
    assert refuted(SHOP, working, "77") == "58"
    assert refuted(SHOP, working.replace("He had 77 before", "He had 97 before, not 89"), "77") == ""


def test_a_letter_that_is_declared_is_no_unit() -> None:
    formulas = formulas_with_unknowns("Let p be the pens. 5p + p = 24, so p = 4", spanish=False)
    assert values_of_letters(formulas) == {"p": 4}
    assert not any(side.touching for formula in formulas for side in formula)
    assert any(
        side.touching
        for formula in formulas_with_unknowns("He drinks 5 l + 2l = 7 l", spanish=False)
        for side in formula
    )


def test_letters_that_stand_for_others_have_values() -> None:
    formulas = formulas_with_unknowns("a = 3b and b = 2n. n = 5", spanish=False)
    assert values_of_letters(formulas) == {"n": 5, "b": 10, "a": 30}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("two hundred and twenty-five", {225, 2, 25, 5}),
        ("three dozen", {36, 12, 3}),
        ("treinta y dos", {32, 2}),
        ("twice", {2}),
        ("nothing", set()),
    ],
)
def test_numbers_in_words(text: str, values: set[int]) -> None:
    assert values <= spoken_numbers(text)


def test_two_thirds_are_two_thirds() -> None:
    assert {str(value) for value in spoken_numbers("two-thirds")} == {"2", "3", "1/3", "2/3"}
