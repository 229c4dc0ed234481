"""The checker of worked solutions: every number form, sign, verdict and rounding rule, and the generator's rows."""

import json
import re
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tutor.exercises import exercises
from tutor.exercises.exercise import Exercise
from tutor.proof import prove
from tutor.settings import DEFAULT_DATASET


@pytest.fixture(scope="module")
def many() -> list[Exercise]:
    return list(islice(exercises(17), 5000))


TRUE = {
    "signs": ["7 + 5 = 12", "9 − 4 = 5", "6 x 3 = 18", "6×3 = 18", "6 · 3 = 18", "6*3=18", "8 ÷ 2 = 4", "8 : 2 = 4"],
    "more signs": ["8/2 = 4", "2^10 = 1024", "2**3 = 8", "5² = 25", "2³ = 8", "√16 = 4", "√(9 + 16) = 5", "√8 = 2√2"],
    "precedence": ["2 + 3 × 4 = 14", "(2 + 3) · 4 = 20", "2(3 + 4) = 14", "-5^2 = -25", "2^3^2 = 512"],
    "left to right": ["20 - 5 - 3 = 12", "24 ÷ 4 ÷ 2 = 3"],
    "negative numbers": ["-5 + 8 = 3", "-5 - (-8) = 3", "(-7) × (-10) = 70", "4 - 7 = -3"],
    "decimals": ["0,5 + 0,25 = 0,75", "0.5 + 0.25 = 0.75", ".5 × 4 = 2", "3,50 × 2 = 7,00"],
    "thousands": ["1.500 + 500 = 2.000", "1,500 + 500 = 2,000", "1 500 + 500 = 2 000", "1.234,56 + 1 = 1.235,56"],
    "more thousands": ["1,234.56 + 1 = 1,235.56", "2 × 1.000.000 = 2.000.000"],
    "fractions": ["3/4 + 1/4 = 4/4 = 1", "2 1/2 + 1/2 = 3", "1½ + ½ = 2", "1/2 ÷ 1/4 = 2", "22/18, que es 11/9"],
    "percentages": ["20 % de 50 = 10", "20% of 50 = 10", "50 % + 30 % = 80 %", "100 - 40 = 60 %", "3/4 = 75 %"],
    "units": ["5 cm × 3 cm = 15 cm²", "3 kg de pan + 2 kg de pan = 5 kg", "15 rows * 10 cars/row = 150 cars"],
    "money": ["$3 x 2 = $6", "3 € × 2 = 6 €", "$2.50 - $2.24 = 26 cents", "£4 + £5 = £9"],
    "words": ["3 por 5 = 15", "3 más 5 = 8", "20 entre 4 = 5", "3 times 5 = 15"],
    "unknowns": ["2x = 20, x = 20 ÷ 2 = 10", "x = 6 ÷ 3 = 2", "a = 49 ÷ 7 = 7"],
    "markup": ["**5 × 3 = 15**", "$2 \\times 3 = 6$", "\\frac{1}{2} + \\frac{1}{2} = 1", "\\(8 \\div 2 = 4\\)"],
    "rounding": ["10/3 = 3.33", "20/3 = 6,67", "20/3 = 6,66", "10/3 ≈ 3", "√2 ≈ 1,41", "0,333 × 2 = 0,67"],
    "approximately": ["1 ÷ 8 ≈ 0,13", "1234 × 2 ≈ 2500"],
    "run-on": ["3 + 4 = 7 + 2 = 9"],
}  # fmt: skip
FALSE = {
    "12 × 4 = 50": "48", "12x4=50": "48", "9 − 4 = 6": "5", "8 : 2 = 5": "4", "5² = 24": "25", "√16 = 5": "4",
    "√2 = 1,5": "1,4142", "2^10 = 1000": "1024", "(2 + 3) · 4 = 21": "20", "-5 - (-8) = 4": "3",
    "0,5 + 0,25 = 0,7": "0,75", "0.5 + 0.25 = 0.8": "0,75", "1.500 + 500 = 2.001": "2000", "10/3 = 3,34": "10/3",
    "10/3 = 3": "10/3", "14,31 + 0,2 = 14,5": "14,51", "3/4 + 1/4 = 5/4 = 1": "1", "2 1/2 + 1/2 = 4": "3",
    "20 % de 50 = 12": "10", "50 % + 30 % = 90 %": "0,8", "5 cm × 3 cm = 16 cm²": "15", "$3 x 2 = $7": "6",
    "x = 6 ÷ 3 = 3": "2", "48 = 6 × 9": "54", "3 más 5 = 9": "8", "**5 × 3 = 16**": "15", "$2 \\times 3 = 7$": "6",
    "1/2 ÷ 1/4 = 1/8": "2", "17 ÷ 5 = 4, resto 2": "3,4", "2x = 10 + 8 = 19": "18", "2 × 3 km = 5000 m": "6",
}  # fmt: skip
LEFT = [
    "sesenta más dos = 3", "la mitad de 10 + 2 = 7", "12 inches = 1 foot", "1 hora = 60 min", "a(3) = 7", "x + 5 = 8",
    "Precio - 5 = 10", "5/0 = 3", "9^9^9^9 = 1", "17 ÷ 5 = 3, resto 2", "Day 3:100+20=120", "dos × 3 = 7",
    "Divide 12 by 4 = 3", "C + 2C = 3C = 24; C = 24 / 3 = 8",
]  # fmt: skip


def result_of(equation: str) -> str:
    return re.split(r"[=≈]|que es", equation)[-1].strip(" $*\\)")


@pytest.mark.parametrize("equation", [equation for equations in TRUE.values() for equation in equations])
def test_a_true_equation_proves_its_result(equation: str) -> None:
    assert prove("Haz la cuenta de antes", equation, result_of(equation)).verdict == "proven"


@pytest.mark.parametrize(("equation", "right"), FALSE.items())
def test_a_false_equation_is_refuted_with_the_right_value(equation: str, right: str) -> None:
    proof = prove("Haz la cuenta de antes", f"Así: {equation}.", result_of(equation))
    assert (proof.verdict, proof.right) == ("refuted", right)
    assert "is wrong" in proof.reason
    assert proof.equation


@pytest.mark.parametrize("solution", LEFT)
def test_what_is_no_certain_equation_is_not_refuted(solution: str) -> None:
    answer = "8" if "C" in solution else "3"
    assert prove("Haz la cuenta de antes", solution, answer).verdict != "refuted"


def test_the_reason_names_the_equation_and_what_is_right() -> None:
    proof = prove("", "Multiplicamos: 12 × 4 = 50. Sumamos: 50 + 1 = 51.", "51")
    assert proof.equation == "12 × 4 = 50"
    assert proof.reason == "12 × 4 = 50 is wrong: 12 × 4 is 48"


def test_an_answer_that_is_nowhere_in_the_working_is_refuted() -> None:
    proof = prove("Doce por cuatro", "Multiplicamos: 12 × 4 = 48.", "51")
    assert proof.verdict == "refuted"
    assert proof.reason == "the answer 51 does not follow: the working ends in 48"


@pytest.mark.parametrize(
    ("question", "solution", "answer"),
    [
        ("Suma 7 y 5", "7 + 5 = 12.", "12"),
        ("¿Cuánto falta de 5 a 12?", "5 + 7 = 12.", "7"),
        ("mcd de 12 y 18", "El mayor que divide a los dos es 6: 18 ÷ 6 = 3 y 12 ÷ 6 = 2.", "6"),
        ("Raíz de 16", "√16 = 4, porque 4 × 4 = 16.", "4"),
        ("Área", "12 × 4 = 48. Cuidado: 12 + 4 = 16 no es el área.", "48 m²"),
        ("Pago", "2 × 1,50 = 3", "3,00 €"),
    ],
)
def test_an_answer_follows_as_the_result_or_as_a_number_that_the_working_finds(
    question: str, solution: str, answer: str
) -> None:
    assert prove(question, solution, answer).verdict == "proven"


def test_an_answer_in_the_middle_of_the_working_is_left_open() -> None:
    assert prove("Cadena desde el tres", "3 + 4 = 7, 7 × 2 = 14.", "7").verdict == "not checkable"
    assert prove("Suma 7 y 5", "7 + 5 = 12.", "5").verdict == "not checkable"


@pytest.mark.parametrize(
    ("question", "answer", "verdict"),
    [
        ("7+5", "12", "proven"),
        ("4*4", "15", "refuted"),
        ("¿Cuánto es 12 x 3?", "36", "proven"),
        ("¿Cuánto es 12 x 3?", "35", "refuted"),
        ("3 x 10 - 2 = ?", "28", "proven"),
        ("El 20% de 280", "56", "proven"),
        ("¿Cuánto es 1/2 ÷ 1/4?", "2", "proven"),
        ("Despeja x: 2x + 1 = 7", "3", "proven"),
        ("Despeja x: 2x + 1 = 7", "4", "refuted"),
        ("¿Cuánto vale 3x + 3y si x=7, y=1?", "24", "not checkable"),
        ("¿Cuántos divisores tiene 3 × 4?", "6", "not checkable"),
        ("Calcula el resto de 17 / 5", "2", "not checkable"),
        ("¿Cuántas patas tienen 3 gatos?", "12", "not checkable"),
        ("Hola", "hola", "not checkable"),
        ("", "", "not checkable"),
    ],
)
def test_a_question_that_is_a_bare_formula_is_checked_without_a_working(
    question: str, answer: str, verdict: str
) -> None:
    assert prove(question, "", answer).verdict == verdict


def test_a_wrong_answer_to_a_bare_question_is_refuted_even_if_the_working_is_about_something_else() -> None:
    assert prove("7 + 5", "6 + 5 = 11", "11").verdict == "refuted"


def test_calculator_annotations_are_held_against_the_prose() -> None:
    row = ("Ana has 48 clips, half of them red.", "She has 48/2 = <<48/2=24>>24 red clips.", "24")
    assert prove(*row).verdict == "proven"
    for wrong in ("48/2 = <<48/2=25>>24", "48/2 = <<46/2=24>>24", "48/2 = <<48/2=24>>23", "46/2 = <<48/2=24>>24"):
        assert prove(row[0], f"She has {wrong} red clips.", row[2]).verdict == "refuted", wrong
    assert prove(row[0], row[1], "29").verdict == "refuted"


def test_prose_that_is_no_formula_is_held_against_its_annotation() -> None:
    solution = "There were 50 people – 15 who got off = <<50-15=35>>35 left."
    assert prove("50 people, 15 get off.", solution, "35").verdict == "proven"
    assert prove("50 people, 15 get off.", solution.replace("– 15", "– 16"), "35").verdict == "refuted"


def test_a_false_equation_without_annotation_in_an_annotated_row_leaves_the_row_open() -> None:
    solution = "He played 7*2 = <<7*2=14>>14 gigs\nSo he played 14*20=140 minutes"
    assert prove("7 gigs a week for 2 weeks, 20 minutes each", solution, "280").verdict == "not checkable"
    assert (
        prove("7 gigs a week for 2 weeks, 20 minutes each", solution.replace("<<7*2=14>>", ""), "280").verdict
        == "refuted"
    )


FLOCK = (
    "Charleston has 4 times as many sheep as Seattle, which has 21. How many have both?",
    "As Seattle has 21 sheep, Charleston has 4 * 21 = <<4*21=84>>84 sheep.\nBoth have 84 + 21 = <<84+21=105>>105.",
    "105",
)


@pytest.mark.parametrize(
    ("working", "verdict"),
    [
        (FLOCK[1], "proven"),
        (FLOCK[1].replace("As Seattle has 21", "As Seattle has 23"), "refuted"),
        (FLOCK[1].replace("As Seattle has 21", "As Seattle has 9"), "refuted"),  # where the calculation takes 21
        (FLOCK[1].replace("105.", "105 sheep in 9 barns."), "proven"),  # may be a count
        (FLOCK[1].replace("As Seattle has 21", "As Seattle has 60"), "proven"),  # everybody knows the 60
        (FLOCK[1].replace("As Seattle has 21", "As Boston has twenty-three, not 23 more than 21"), "proven"),
        (FLOCK[1].replace("As Seattle has 21", "In year 23"), "proven"),
        (FLOCK[1].replace("As Seattle has 21", "At 23:15 it has 21"), "proven"),
        (FLOCK[1].replace("As Seattle has 21", "As Seattle has 79 less than 100"), "proven"),
        (FLOCK[1].replace("<<84+21=105>>", "").replace("Seattle has 21", "Seattle has 23"), "refuted"),
        (FLOCK[1].replace("<<4*21=84>>", "").replace("Seattle has 21", "Seattle has 23"), "proven"),  # not annotated
        (FLOCK[1] + "\nThat is 23 more than Boston.", "refuted"),
    ],
)
def test_a_number_that_nothing_explains_is_found_where_every_calculation_is_annotated(
    working: str, verdict: str
) -> None:
    assert prove(FLOCK[0], working, FLOCK[2]).verdict == verdict


def test_the_reason_names_the_number_that_nothing_explains_and_the_one_in_whose_place_it_stands() -> None:
    proof = prove(FLOCK[0], f"{FLOCK[1]}\nThat is 23 more than Boston.", FLOCK[2])
    assert proof.reason == "23 stands neither in the question nor anywhere else in the working"
    proof = prove(FLOCK[0], FLOCK[1].replace("As Seattle has 21", "As Seattle has 23"), FLOCK[2])
    assert (proof.right, proof.reason) == ("21", "23 stands nowhere else in the row, where 21 belongs")


# --- what the generator writes ---


def test_no_row_of_the_generator_is_refuted_and_nearly_all_are_proven(many: list[Exercise]) -> None:
    verdicts = [prove(one.question, one.solution, one.answer) for one in many]
    assert [(one, v) for one, v in zip(many, verdicts, strict=True) if v.verdict == "refuted"] == []
    # A yes or no stands in no equation.
    answers = [v.verdict for one, v in zip(many, verdicts, strict=True) if one.answer not in {"sí", "no"}]
    assert answers.count("proven") >= 0.96 * len(answers)


def test_no_other_style_of_explanation_is_refuted(many: list[Exercise]) -> None:
    for one in many[:2000]:
        for solution in one.other_solutions:
            assert prove(one.question, solution, one.answer).verdict != "refuted", (one.question, solution)


def test_no_row_of_the_shipped_dataset_is_refuted() -> None:
    rows = [json.loads(line) for line in Path(DEFAULT_DATASET).read_text(encoding="utf-8").splitlines()]
    verdicts = [(prove(row["question"], row["solution"], row["answer"]).verdict, row["answer"]) for row in rows]
    assert [verdict for verdict, _ in verdicts if verdict == "refuted"] == []
    answers = [verdict for verdict, answer in verdicts if answer not in {"sí", "no"}]
    assert answers.count("proven") >= 0.95 * len(rows) - (len(rows) - len(answers))


def test_a_changed_digit_of_a_result_is_refuted(many: list[Exercise]) -> None:
    rng = Random(3)
    tried = missed = 0
    for one in many[:2500]:
        results = list(re.finditer(r"(?<== )[0-9]+(?![0-9,/])(?! [-+×÷])", one.solution))
        if not results:
            continue
        place = rng.choice(results)
        digit = rng.randrange(place.start(), place.end())
        other = rng.choice([d for d in "123456789" if d != one.solution[digit]])
        proof = prove(one.question, one.solution[:digit] + other + one.solution[digit + 1 :], one.answer)
        tried += 1
        missed += proof.verdict != "refuted"
    assert tried > 2000
    assert missed <= 2


def test_a_changed_answer_is_never_proven_where_the_question_is_bare() -> None:
    assert prove("Calcula 86 - 85", "Restamos: 86 - 80 = 6, 6 - 5 = 1.", "2").verdict == "refuted"
    assert prove("Calcula 86 - 85", "Restamos: 86 - 80 = 6, 6 - 5 = 1.", "6").verdict == "refuted"
