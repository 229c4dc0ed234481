"""Equations between quantities in different units."""

import pytest

from tutor.proof import prove
from tutor.proving.conversions import converted
from tutor.proving.equations import Fault

RIGHT = [
    "1 km = 1000 m",
    "1 m = 100 cm",
    "3,5 kg = 3500 g",
    "2 h 30 min = 150 min",
    "150 min = 2 h 30 min",
    "0,5 L = 500 mL",
    "3 kg 200 g = 3200 g",
    "3 kg y 200 g = 3200 g",
    "1.500 m = 1,5 km",
    "1,500 m = 1.5 km",
    "12 000 m = 12 km",
    "1 € = 100 céntimos",
    "2 € y 50 céntimos = 250 céntimos",
    "1 m² = 10 000 cm²",
    "1 hora = 60 minutos",
    "1 t = 1000 kg",
    "2 semanas = 14 días",
    "1 año = 12 meses",
    "Así: 1 m = 10 dm.",
    "72 km/h = 20 m/s",
    "1 L = 1 dm³",
]
WRONG = {
    "1 km = 100 m": "1000 m",
    "2 h 30 min = 140 min": "150 min",
    "3,5 kg = 350 g": "3500 g",
    "1 m² = 100 cm²": "10000 cm²",
    "2 € y 50 céntimos = 205 céntimos": "250 céntimos",
    "1 hora = 50 min": "60 min",
    "Son 1,5 m = 15 cm": "150 cm",
}
LEFT = [
    "1 hora = 60 km",
    "1 mes = 30 días",
    "1 € = 1,10 $",
    "1 kg = 2 €",
    "3 × 1 m = 300 cm",
    "La mitad de 1 hora = 30 min",
    "El doble de 1 kg = 2000 g",
    "1 m + 50 cm = 150 cm",
    "1 km = 10 × 100 m",
    "1 min = 0,0167 h",
    "100 km/h = 27,8 m/s",
    "12 pulgadas = 1 pie",
    "1 km ≈ 900 m",
    "5 manzanas = 10 peras",
    "2 m = 5 m",
    "A 60 km/h, en 2 h = 120 km",
]


@pytest.mark.parametrize("equation", RIGHT)
def test_a_right_conversion_holds(equation: str) -> None:
    assert list(converted(equation)) == [True]


@pytest.mark.parametrize(("equation", "right"), WRONG.items())
def test_a_wrong_conversion_is_refuted_with_the_right_quantity(equation: str, right: str) -> None:
    (fault,) = converted(f"Pasamos: {equation}.")
    assert isinstance(fault, Fault)
    assert fault.right == right
    assert prove("Pasa", equation, "7").verdict == "refuted"


@pytest.mark.parametrize("equation", LEFT)
def test_what_is_no_certain_conversion_is_left(equation: str) -> None:
    assert list(converted(equation)) == []


@pytest.mark.parametrize(
    "equation", ["3 kg + 500 g = 3500 g", "2 h + 30 min = 150 min", "1 € + 20 céntimos = 120 céntimos"]
)
def test_operands_in_several_units_are_left(equation: str) -> None:
    assert prove("Suma", equation, equation.rpartition("= ")[2]).verdict != "refuted"


def test_a_conversion_proves_its_result_and_nothing_else() -> None:
    assert prove("¿Cuántos metros son 2 km?", "2 km = 2000 m", "2000 m").verdict == "proven"
    assert prove("¿Cuántas horas son 180 minutos?", "Recuerda: 1 hora = 60 min", "3").verdict == "not checkable"
    assert prove("¿Cuántos metros?", "Multiplicamos: 2 × 3 km = 6000 m", "6000 m").verdict == "proven"
