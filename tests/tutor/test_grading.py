from __future__ import annotations

import time
from fractions import Fraction
from random import Random

import pytest

from tutor.exercises import exercises
from tutor.grading import (
    CORRECT,
    NO_ANSWER,
    NO_NUMBER,
    OTHER_ANSWER,
    OTHER_NUMBER,
    OTHER_UNIT,
    Grade,
    can_be_compared,
    final_answer,
    grade,
)

FINAL_ANSWERS: dict[str, str | int | None] = {
    # after a marker
    "Sumamos 3 y 4. Respuesta: 7": 7, "Respuesta: **7**": 7, "**Respuesta:** 7": 7, "**Respuesta**: 7 cm": 7,
    "RESPUESTA: 7": 7, "Respuesta:\n7": 7, "Respuesta:\n\n- 7 manzanas\n\nEspero que te sirva, ¡un 10!": 7,
    "Respuesta: - 7": -7, "Respuesta: -7": -7, "Respuesta final: 7": 7, "## Respuesta final\n7": 7,
    "Respuesta final es 7": 7, "La respuesta es 7.": 7, "La respuesta es: 7": 7,
    "La respuesta es la siguiente:\n7 peras": 7, "la respuesta final es 7 y no 8": 7,
    "El resultado es 7, de 8 posibles.": 7, "Resultado: 7": 7, "Solución: 7": 7, "La solución es x = 7": 7,
    "Answer: 7": 7, "Final answer: 7": 7, "The answer is 7. 5 stars!": 7, "3 + 4 = 7\n#### 7": 7, "####7": 7,
    "Paso uno\n#### x = 7": 7, r"\boxed{7}": 7, r"Es $\boxed{\frac{3}{4}}$ de 5": "3/4",
    r"\boxed{12 \text{ cm}^2}": 12, r"\boxed{x = 7}": 7, r"Respuesta: \boxed{7} de 9": 7, "Respuesta: siete": 7,
    "Respuesta: Siete manzanas.": 7, "La respuesta es cuarenta y dos.": 42, "Respuesta: tres cuartos": "3/4",
    # the last marker counts, unless nothing follows it
    "Respuesta: 5\nMe equivoqué. Respuesta: 7": 7, "Respuesta: 7. La respuesta es correcta.": 7,
    "Respuesta: 7\nRespuesta:": 7,
    # a formula behind the marker
    "Respuesta: 7 × 8 = 56": 56, "Respuesta: 7 × 8 = 56 manzanas, en 7 cajas": 56, "Respuesta: x = 5": 5,
    "Respuesta: 12 = x": 12, "Respuesta: Si x + 3 = 8, entonces x = 5": 5, "Respuesta: 5, porque 5 + 7 = 12": 5,
    "Respuesta: 5. Comprobación: 5 + 7 = 12": 5, "Respuesta: 5 manzanas. Si sumo 7, son 5 + 7 = 12": 5,
    "Respuesta: porque 3 + 4 = 7": 7, "Respuesta: 12. Porque son 3 filas de 4": 12,
    "Respuesta: 1. Porque 3 − 2 = 1, y 5 − 4 = 1": 1,
    # headings and the start of the working announce no answer
    "Solución:\n3 + 4 = 7.\nDespués 7 × 2 = 14.": 14, "Solución: 3 + 4 = 7.\nQuedan 7 × 2 = 14.": 14,
    "Solución:\n7\n\n(de 20)": 7, "#### Paso 1\n3 + 4 = 7\n7 × 2 = 14": 14, "#### Paso 2: 7 × 2 = 14": 14,
    # no marker
    "3×4=12, 12+5=17.": 17, "3 × 4 = 12 manzanas, en 3 cajas": 12, "x = 5\ny ya está": 5,
    "Le quedan 12 de 20. Son 12": 12, "12": 12, "Quedan 12 manzanas.": 12,
    "x + 7 = 12, x = 5. Comprobación: 5 + 7 = 12": 5, "Comprobamos: 5 + 7 = 12": 12,
    "Respuesta: son siete manzanas": 7, "1. Suma 3\n2. Resta 4\nQuedan 8": 8, "12 = x": 12, "8 es mayor que 5": 5,
    "1.234,5 €": "2469/2", "tarda 2 h 30 min": "5/2", "Respuesta: 2 horas y 30 minutos": "5/2",
    # nothing
    "": None, "   ": None, "No lo sé.": None, "Respuesta:": None, "####": None, r"\boxed{": None, r"\boxed{}": None,
    "3/0": None, "=": None, "Respuesta: 2x": None, "Respuesta: 3π": None, "Respuesta: 5√2": None,
    "Respuesta: √2": None, "Respuesta: 2^10": None, "= 5²": None,
}  # fmt: skip
CORRECT_REPLIES = (
    ("x = 5", "5"), ("6/8", "3/4"), ("0,75", "3/4"), ("2.500 g", "2500"), ("2.5", "2,5"), ("2,50", "2,5"),
    ("Respuesta: 12 cm", "12"), ("Respuesta: 12", "12 cm"), ("Son 12 manzanas.", "12"), ("4000 m", "4 km"),
    ("60 minutos", "1 h"), ("Es el 25 %.", "25"), ("1,234", "1,234"), ("1.234", "1234"), ("1/2", "0,5"), ("½", "0,5"),
    ("-3", "−3"), ("Respuesta: siete", "7"), ("7", "siete"), ("El área es 3×4=12 cm².", "12 cm²"),
    ("150 minutos", "2 h 30 min"), ("Son 2 h 30 min", "150 min"), (r"\boxed{\frac{3}{4}}", "3/4"),
    ("La respuesta es $5", "5 pesos"), ("Sí, porque 6 = 2×3.", "sí"), ("Si.", "sí"), ("SÍ", "Sí"),
    ("No, quedan 3.", "no"), ("6 es par. Respuesta: sí", "sí"), ("Respuesta: **No**", "no"),
    ("No hay duda. La respuesta es sí.", "sí"), ("Respuesta: Martes.", "martes"),
    ("Respuesta: el triángulo. Tiene 3 lados", "El triangulo"), ("x = 2 o x = 3", "x=2 o x=3"),
    ("Lo pensamos.\nMartes", "martes"), ("Respuesta: 10:30", "10:30"), ("Respuesta: 4 resto 2", "4 resto 2"),
    ("3x + 2x = 5x", "5x"),
)  # fmt: skip
WRONG_REPLIES = (
    ("Respuesta: 13", "12", "13", OTHER_NUMBER), ("Son 12 manzanas", "13", "12 manzanas", OTHER_NUMBER),
    ("La respuesta es 12.", "13", "12", OTHER_NUMBER), ("0,25", "25 %", "0,25", OTHER_NUMBER),
    ("Respuesta: 1,234", "1234", "1,234", OTHER_NUMBER), ("2 h 30 min", "2 h", "2 h 30 min", OTHER_NUMBER),
    ("Respuesta: -5", "5", "-5", OTHER_NUMBER), ("Respuesta: 12 cm", "12 cm²", "12 cm", OTHER_UNIT),
    ("4 m", "4 km", "4 m", OTHER_UNIT), ("No lo sé", "12", "", NO_NUMBER), ("", "12", "", NO_NUMBER),
    ("Respuesta: 2x", "2", "", NO_NUMBER), ("No", "sí", "no", OTHER_ANSWER), ("Sí.", "no", "sí", OTHER_ANSWER),
    ("No lo sé", "no", "", NO_ANSWER), ("Si sumamos, sale 6.", "sí", "", NO_ANSWER), ("Quizá no", "no", "", NO_ANSWER),
    ("Respuesta: lunes", "martes", "lunes", OTHER_ANSWER), ("", "martes", "", NO_ANSWER), ("", "", "", NO_ANSWER),
    ("lunes", "", "lunes", OTHER_ANSWER), ("...", "...", "", NO_ANSWER),
)  # fmt: skip
REPEATED = (
    "1", "1,", "1 ", "=", "= 1 ", "Respuesta: ", "Respuesta: 1 ", "Respuesta:\n", "Respuesta:\n\n", "la respuesta es ",
    "la respuesta ", "####\n", "#### 1\n", "#### a\n", "#", "\\boxed{", "\\boxed{1", "\\boxed{}", "{", "\n", " ",
    "Solución: 1 = 2\n", "porque ", "sí ", "no ", ". ", "1. ", "a", "$1",
)  # fmt: skip
PIECES = (
    *"0123456789", *".,-−/ \n=×^{}$%°²½:", "Respuesta:", "la respuesta es ", "\n#### ", "\\boxed{", "Solución:",
    " porque ", " cm", " h", "sí ", "no ", "x", "\ud800", "\x00", "٣", "\u0301", "\\frac{1}{2}",
)  # fmt: skip


@pytest.mark.parametrize(("reply", "value"), FINAL_ANSWERS.items())
def test_the_final_answer_is_what_a_teacher_would_take(reply: str, value: str | int | None) -> None:
    taken = final_answer(reply)
    assert (taken.value if taken else None) == (None if value is None else Fraction(value))


def test_the_final_answer_keeps_its_unit() -> None:
    taken = final_answer("El lado mide 3 m. Respuesta: 9 metros cuadrados.")
    assert taken is not None
    assert taken.unit == "m²"


@pytest.mark.parametrize(("reply", "expected"), CORRECT_REPLIES)
def test_an_equal_answer_is_correct(reply: str, expected: str) -> None:
    result = grade(reply, expected)
    assert result.correct
    assert result.reason == CORRECT
    assert result.found


@pytest.mark.parametrize(("reply", "expected", "found", "reason"), WRONG_REPLIES)
def test_another_answer_is_wrong_with_its_reason(reply: str, expected: str, found: str, reason: str) -> None:
    assert grade(reply, expected) == Grade(correct=False, found=found, reason=reason)


@pytest.mark.parametrize("ending", ["\nRespuesta: {}", " La respuesta es {}.", "\n#### {}", "\n$\\boxed{{{}}}$"])
def test_the_solutions_of_the_exercises_are_graded_correct(ending: str) -> None:
    made = exercises(seed=5)
    wrong = []
    for exercise in (next(made) for _ in range(250)):
        result = grade(exercise.solution + ending.format(exercise.answer), exercise.answer)
        if not result.correct:
            wrong.append((exercise, result))
    assert wrong == []


@pytest.mark.parametrize("piece", REPEATED)
def test_long_replies_take_linear_time(piece: str) -> None:
    reply = piece * (30_000 // len(piece))
    started = time.process_time()
    for expected in ("5", "sí", "martes"):
        grade(reply, expected)
    # A tenth of a second is common on a slow machine; a quadratic pattern takes many seconds.
    assert time.process_time() - started < 3


def test_no_reply_and_no_expected_answer_raises() -> None:
    rng = Random(11)
    for _ in range(3000):
        reply, expected = ("".join(rng.choices(PIECES, k=rng.randint(0, length))) for length in (30, 4))
        assert isinstance(grade(reply, expected), Grade)
        final_answer(reply)


EXACT = ["7", "3/4 m", "sí", "No", "1, 2, 3, 6", "cociente 27, resto 2", "2x + 3", "(2, 5)", "√2"]


@pytest.mark.parametrize("answer", EXACT)
def test_an_exact_answer_can_be_compared(answer: str) -> None:
    assert can_be_compared(answer)


@pytest.mark.parametrize("answer", ["", "muchas", "bastantes fichas", "n", "x", "depende"])
def test_an_answer_in_words_cannot(answer: str) -> None:
    assert not can_be_compared(answer)


def test_yes_after_four_hashes_is_an_answer_and_another_heading_is_none() -> None:
    assert grade("Sobra 0.\n#### sí", "sí").correct
    assert not grade("Sobra 1.\n#### no", "sí").correct
    assert grade("#### Pasos\nSobra 0.\nRespuesta: sí", "sí").correct
