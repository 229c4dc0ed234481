"""Questions as people word them: numbers in words, and in the order in which they are told."""

import re
from random import Random

import pytest

from tutor.exercises.arithmetic import addition, multiplication
from tutor.exercises.divisibility import divisibility
from tutor.exercises.one_step_stories import ADD_STORIES
from tutor.exercises.phrasing import as_told, with_numbers_in_words
from tutor.exercises.problems import one_step
from tutor.exercises.stories import tell
from tutor.grading import grade
from tutor.number_words import number_in_words, spoken_value


@pytest.mark.parametrize("number", range(101))
def test_a_number_in_words_is_read_back_as_the_same_number(number: int) -> None:
    words = number_in_words(number)
    if words is None:
        assert number < 2 or number > 99 or number % 10 == 1
        return
    bare = words.translate(str.maketrans("áéíóú", "aeiou")).split()
    assert spoken_value([*bare, "", ""], 0) == (number, len(bare))


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        ("7 veces 8", "Siete veces ocho"),
        ("¿Cuánto es el 25 por ciento de 80?", "¿Cuánto es el veinticinco por ciento de ochenta?"),
        ("Reparte 36 entre 4", "Reparte treinta y seis entre cuatro"),
    ],
)
def test_numbers_are_told_in_words(question: str, spoken: str) -> None:
    assert with_numbers_in_words(question) == spoken


@pytest.mark.parametrize(
    "question",
    [
        "7+8",
        "Calcula 7 × 8",
        "2,5 más 1,5",
        "¿Cuánto es el 20% de 50?",
        "Ana tiene 21 fichas y 3 botones",
        "Suma 120 y 4",
        "50 dm a m",
    ],
)
def test_what_has_signs_or_numbers_without_a_form_of_their_own_stays_in_digits(question: str) -> None:
    assert with_numbers_in_words(question) == question


def test_numbers_are_put_in_the_order_in_which_they_are_told() -> None:
    assert as_told("Añade 8 a 5", 5, 8) == (8, 5)
    assert as_told("Suma 5 y 8", 5, 8) == (5, 8)
    assert as_told("El doble de 8", 2, 8) == (2, 8)


@pytest.mark.parametrize("maker", [addition, multiplication, one_step], ids=lambda maker: maker.__name__)
def test_sums_and_products_are_worked_out_in_the_order_of_the_question(maker) -> None:  # type: ignore[no-untyped-def]
    rng, checked = Random(3), 0
    for _ in range(300):
        exercise = maker(rng)
        worked = re.match(r"(?:Sumamos|Multiplicamos): (\d+)[+×](\d+)=", exercise.solution)
        told = re.findall(r"\d+", exercise.question)
        if worked and len(told) == 2:
            assert list(worked.groups()) == told, exercise
            checked += 1
    assert checked > 100


def test_yes_and_no_are_answered_by_what_divides_what() -> None:
    rng, seen = Random(5), set()
    for _ in range(400):
        exercise = divisibility(rng)
        if exercise.answer not in {"sí", "no"}:
            continue
        numbers = sorted(map(int, re.findall(r"\d+", exercise.question)), reverse=True)
        if len(numbers) == 2:
            holds = numbers[0] % numbers[1] == 0
        else:
            holds = sum(numbers[0] % n == 0 for n in range(1, numbers[0] + 1)) == 2
        assert grade(f"Respuesta: {'sí' if holds else 'no'}", exercise.answer).correct, exercise
        seen.add((len(numbers), holds))
    assert len(seen) == 4


def test_before_the_sound_of_i_it_is_e() -> None:
    rng = Random(8)
    told = [tell(ADD_STORIES, rng, a=7, b=5) for _ in range(3000)]
    assert not [text for text in told if re.search(r"\by [IÍ]", text)]
    assert [text for text in told if re.search(r"\be (Inés|Iker|Itzel)", text)]
