"""Dress and courtesies make no other question; a sign or a number does."""

import pytest

from tutor.likeness import likeness, template_of, wording_of


@pytest.mark.parametrize(
    "same",
    [
        "¿Cuánto es 7 × 8?",
        "cuanto es 7x8",
        "Hola, profe: ¿cuánto es 7 · 8? ¡Gracias!",
        "CUÁNTO  ES 7*8",
        "¿Cuánto es 7×8? Gracias",
        "Por favor, ¿cuánto es 7×8?",
    ],
)
def test_dress_and_courtesies_make_no_other_question(same: str) -> None:
    assert likeness(same) == likeness("¿Cuánto es 7 * 8?")


@pytest.mark.parametrize(
    "other", ["¿Cuánto es 8 × 7?", "¿Cuánto es 7 + 8?", "¿Cuánto es 7 × 8,5?", "¿Cuánto da 7 × 8?"]
)
def test_another_number_sign_or_word_does(other: str) -> None:
    assert likeness(other) != likeness("¿Cuánto es 7 × 8?")


LONG = "Ana compra 3 cuadernos azules en la tienda de su barrio y paga 12 euros en total. ¿Cuánto cuesta cada uno?"


@pytest.mark.parametrize(
    "near",
    [
        "En la tienda del barrio, Ana compra 3 cuadernos azules y paga en total 12 euros. ¿Cuánto cuesta cada uno?",
        "Ana compró 3 cuadernos azules en una tienda del barrio; paga 12 euros en total. ¿Cuánto cuesta cada uno?",
    ],
)
def test_words_in_another_order_or_form_are_near(near: str) -> None:
    one, other = wording_of(LONG, "4"), wording_of(near, "4")
    assert one.same != other.same
    assert one.template == other.template
    assert one.near == other.near != 0


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (LONG.replace("12", "15"), "4"),
        (LONG.replace("3", "12", 1).replace("paga 12", "paga 3"), "4"),
        (LONG.replace("Ana", "Luis"), "4"),
        (LONG, "36"),
    ],
)
def test_other_numbers_names_or_answers_are_not(question: str, answer: str) -> None:
    assert wording_of(question, answer).near != wording_of(LONG, "4").near


def test_short_questions_are_not_near_for_each_wording_of_them_is_learned() -> None:
    assert wording_of("Suma 9 y 1", "10").near == wording_of("La suma de 9 y 1", "10").near == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("¿Cuánto es 3 + 4?", "hola: cuanto es 12 + 5"), ("Calcula 3,5 × 2", "Por favor, calcula 1.000 · 7.")],
)
def test_questions_of_one_template_differ_in_numbers_and_dress(one: str, other: str) -> None:
    assert template_of(one) == template_of(other)
    assert template_of(one) != template_of(one.replace("Calcula", "Halla").replace("+", "-"))
