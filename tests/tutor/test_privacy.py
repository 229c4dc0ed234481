"""Personal data is found; numbers of exercises are left alone."""

import json

import pytest

from tutor.privacy import personal_data_in
from tutor.settings import DEFAULT_DATASET


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Escribe a ana.perez@colegio.example si dudas", "an e-mail address"),
        ("Llama al +34 612 345 678", "a telephone number"),
        ("mi teléfono es 612345678", "a telephone number"),
        ("Tel.: 55 1234 5678", "a telephone number"),
        ("DNI 12345678Z", "an identity number"),
        ("NIE X1234567L", "an identity number"),
        ("RUT 12.345.678-5", "an identity number"),
        ("CURP GOMC600111HDFRRL09", "an identity number"),
    ],
)
def test_personal_data_is_found(text: str, kind: str) -> None:
    assert personal_data_in(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuánto es 12345678 - 5?",
        "12345678A no es un DNI: su letra no cuadra",
        "Suma +34 y 61",
        "20 + 34 612",
        "12.345.678-9 es una resta",
        "Un móvil cuesta 250 euros y una funda 15. ¿Cuánto es?",
        "x@y",
    ],
)
def test_mathematics_is_no_personal_data(text: str) -> None:
    assert personal_data_in(text) is None


def test_the_shipped_dataset_holds_none() -> None:
    for line in DEFAULT_DATASET.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert personal_data_in(f"{row['question']} {row['solution']}") is None, row
