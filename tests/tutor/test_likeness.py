"""Dress and courtesies make no other question; a sign or a number does."""

import pytest

from tutor.likeness import likeness


@pytest.mark.parametrize(
    "same",
    [
        "¿Cuánto es 7 × 8?",
        "cuanto es 7x8",
        "Hola, profe: ¿cuánto es 7 · 8? ¡Gracias!",
        "CUÁNTO  ES 7*8",
        "¿Cuánto es 7×8? Gracias",
    ],
)
def test_dress_and_courtesies_make_no_other_question(same: str) -> None:
    assert likeness(same) == likeness("¿Cuánto es 7 * 8?")


@pytest.mark.parametrize(
    "other", ["¿Cuánto es 8 × 7?", "¿Cuánto es 7 + 8?", "¿Cuánto es 7 × 8,5?", "¿Cuánto da 7 × 8?"]
)
def test_another_number_sign_or_word_does(other: str) -> None:
    assert likeness(other) != likeness("¿Cuánto es 7 × 8?")
