"""The generator: deterministic, true and broad."""

import json
import re
from collections import defaultdict
from fractions import Fraction
from itertools import islice
from pathlib import Path

import pytest

from tutor.exercises import exercises
from tutor.exercises.arithmetic import addition_steps, division_steps, multiplication_steps, subtraction_steps
from tutor.exercises.exercise import Exercise
from tutor.generation import write_dataset
from tutor.grading import grade
from tutor.numbers import parse_quantity, spanish
from tutor.prompt import completion
from tutor.rows import template
from tutor.settings import DEFAULT_DATASET, DEFAULT_ROWS, DEFAULT_SEED

SEPARATORS = re.compile(r"[.;:,](?: |$)| y | porque ")
# Not what may be an unknown: one letter before a sign.
WORDS = re.compile(r"^(?:[^\W\d_]{2,}\W*\s|[^\W\d_]\s(?=[\d(√]|-\d))*")
PLAIN = re.compile(r"[-\d,/^()]+(?: [-+×÷] [-\d,/^()]+)*")


@pytest.fixture(scope="module")
def many() -> list[Exercise]:
    return list(islice(exercises(5), 3000))


def sides_of_equations(solution: str) -> list[list[str]]:
    """Return, for each chain of equalities, its sides that are made of plain numbers (no root, no unknown)."""
    chains = []
    for piece in SEPARATORS.split(solution):
        sides = piece.split(" = ")
        sides[0] = WORDS.sub("", sides[0])
        chains.append([side for side in sides if PLAIN.fullmatch(side)])
    return [sides for sides in chains if len(sides) > 1]


def value_of(expression: str) -> Fraction:
    python = expression.replace("×", "*").replace("÷", "/").replace("^", "**").replace(",", ".")
    return Fraction(eval(re.sub(r"\d+(?:\.\d+)?", r"Fraction('\g<0>')", python), {"Fraction": Fraction}))


def test_every_equation_in_every_solution_is_true(many: list[Exercise]) -> None:
    checked = 0
    for exercise in many:
        for sides in sides_of_equations(exercise.solution):
            assert len({value_of(side) for side in sides}) == 1, (exercise, sides)
            checked += 1
    assert checked > 1.5 * len(many)


def test_the_test_of_equations_finds_a_wrong_one() -> None:
    (sides,) = sides_of_equations("Sumamos: 7 + 5 = 13.")
    assert len({value_of(side) for side in sides}) == 2
    (sides,) = sides_of_equations("Signos distintos: -7 + 4 = 3.")
    assert len({value_of(side) for side in sides}) == 2


def test_every_answer_is_exact_and_is_what_the_grader_finds(many: list[Exercise]) -> None:
    for exercise in many:
        assert exercise.answer in {"sí", "no"} or parse_quantity(exercise.answer) is not None, exercise
        assert grade(completion(exercise.solution, exercise.answer), exercise.answer).correct, exercise


def test_there_are_many_topics_levels_and_phrasings(many: list[Exercise]) -> None:
    templates = defaultdict(set)
    for exercise in many:
        templates[exercise.topic].add(template(exercise.question))
    assert len(templates) >= 20
    assert len({exercise.level for exercise in many}) == 9
    assert min(map(len, templates.values())) >= 20, {topic: len(kinds) for topic, kinds in templates.items()}


def test_no_question_comes_twice(many: list[Exercise]) -> None:
    assert len({exercise.question for exercise in many}) == len(many)


def test_the_shipped_dataset_is_what_the_generator_writes(tmp_path: Path) -> None:
    shipped = DEFAULT_DATASET.read_text(encoding="utf-8")
    assert len(shipped.splitlines()) == DEFAULT_ROWS >= 2000
    write_dataset(tmp_path / "again.jsonl", DEFAULT_ROWS, DEFAULT_SEED)
    assert (tmp_path / "again.jsonl").read_text(encoding="utf-8") == shipped
    assert set(json.loads(shipped.splitlines()[0])) == {"id", "question", "solution", "answer", "topic", "level"}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (addition_steps(34, 58), "34+50=84, 84+8=92"),
        (addition_steps(245, 138), "245+100=345, 345+30=375, 375+8=383"),
        (addition_steps(7, 5), "7+5=12"),
        (addition_steps(7, 0), "7+0=7"),
        (subtraction_steps(52, 27), "52-20=32, 32-7=25"),
        (multiplication_steps(23, 4), "20×4=80, 3×4=12, 80+12=92"),
        (multiplication_steps(4, 23), "4×20=80, 4×3=12, 80+12=92"),
        (multiplication_steps(7, 8), "7×8=56"),
        (division_steps(56, 8), "56÷8=7, porque 8×7=56"),
        (division_steps(84, 6), "60÷6=10, 24÷6=4, 10+4=14"),
    ],
)
def test_steps_read_as_a_teacher_writes_them(steps: str, expected: str) -> None:
    assert steps == expected


@pytest.mark.parametrize(
    ("value", "text"), [(Fraction(7, 2), "3,5"), (Fraction(-1, 4), "-0,25"), (Fraction(1, 3), "1/3"), (12, "12")]
)
def test_numbers_are_written_in_spanish(value: Fraction | int, text: str) -> None:
    assert spanish(value) == text
