"""Answers of more than one number, graded as a teacher would."""

from __future__ import annotations

import time

import pytest

from tutor.expressions import read_expression, same_expression
from tutor.grading import grade

RIGHT = (
    # sets and lists
    ("Los divisores de 6 son 1, 2, 3 y 6.", "1, 2, 3 y 6"), ("Respuesta: 6, 3, 2, 1", "1, 2, 3 y 6"),
    ("Respuesta: {1, 2, 3, 6}", "1, 2, 3 y 6"), ("Respuesta: 1,2,3,6", "1, 2, 3, 6"), ("2 y 3", "3 y 2"),
    (r"$\{1, 2, 3, 6\}$", "{1; 2; 3; 6}"), ("Respuesta: 1/2 y 0,25", "1/4, 0,5"), ("Son 2, 3 and 5", "2, 3, 5"),
    ("Respuesta: 2, 3 y 5. Comprobación: 2 × 3 × 5 = 30", "2, 3, 5"),
    # points
    ("El punto es (2, 3).", "(2, 3)"), ("Respuesta: (2,3)", "(2, 3)"), ("Respuesta: (2; 3)", "(2, 3)"),
    ("Respuesta: (-1, 1/2)", "(-1; 0,5)"),
    # named values
    ("Respuesta: x = 3, y = 2", "x = 3, y = 2"), ("Respuesta: y=2; x=3", "x = 3, y = 2"),
    ("Sumamos: 2x = 6. Luego x = 3 e y = 2.", "x=3, y=2"), ("x = 2, 2 + y = 5\ny = 3", "x = 2, y = 3"),
    ("Respuesta: x = 3 o x = -2", "x = -2 o x = 3"),
    # quotient and remainder
    ("Respuesta: cociente 4 y resto 2", "cociente 4 y resto 2"), ("Respuesta: 4, resto 2", "cociente 4 y resto 2"),
    ("El cociente es 4 y el resto es 2.", "cociente 4 y resto 2"), ("Respuesta: 4 y residuo 2", "4 resto 2"),
    ("22 ÷ 5 = 4 con resto 2", "cociente 4, resto 2"),
    # times and units stay one quantity
    ("Respuesta: 3 h 20 min", "3 h 20 min"), ("Respuesta: 200 minutos", "3 h 20 min"),
    # prime factors
    ("La factorización es 2 · 2 · 3 · 5.", "2 × 2 × 3 × 5"), ("Respuesta: 2² · 3 · 5", "2 × 2 × 3 × 5"),
    ("60 = 5 × 3 × 2 × 2", "2^2 × 3 × 5"), ("Respuesta: 2 x 2 x 2", "2^3"),
    # expressions
    ("Respuesta: 3 + 2x", "2x + 3"), ("Respuesta: (x+1)(x-1)", "x^2 - 1"), ("Respuesta: x² − 1", "(x + 1)(x − 1)"),
    ("2(x + 3) = 2x + 6", "6 + 2x"), ("Respuesta: y = 2x + 1", "2x + 1"), (r"Respuesta: $2\sqrt{3}$", "√12"),
    ("Respuesta: 6π", "2·3·π"), ("Respuesta: x/2", "0,5x"), ("Respuesta: 4ab", "4ba"), ("Respuesta: 1/x", "x^-1"),
)  # fmt: skip
WRONG = (
    ("Respuesta: 1, 2 y 3", "1, 2, 3 y 6"), ("Respuesta: 1, 2, 3, 6 y 12", "1, 2, 3 y 6"),
    ("Respuesta: 1, 1, 2, 3", "1, 2, 3, 3"), ("Respuesta: (3, 2)", "(2, 3)"), ("Respuesta: (2, 3, 4)", "(2, 3)"),
    ("Respuesta: x = 2, y = 3", "x = 3, y = 2"), ("Respuesta: x = 3", "x = 3, y = 2"),
    ("x = 3, y = 2. Respuesta: x = 3, y = 1", "x = 3, y = 2"),
    ("Respuesta: cociente 2 y resto 4", "cociente 4 y resto 2"), ("Respuesta: 4", "cociente 4 y resto 2"),
    ("Respuesta: 4, resto 3", "4 resto 2"), ("Respuesta: 3 h 2 min", "3 h 20 min"),
    ("Respuesta: 60", "2^2 × 3 × 5"), ("Respuesta: 4 × 15", "2^2 × 3 × 5"), ("Respuesta: 2 × 3 × 5", "2^2 × 3 × 5"),
    ("Respuesta: 2^22 × 3 × 5", "2^2 × 3 × 5"), ("Respuesta: 2 × 2 × 3 × 5,5", "2^2 × 3 × 5"),
    ("Respuesta: 2x - 3", "2x + 3"), ("Respuesta: x", "x^2"), ("Respuesta: 5", "5x"), ("No lo sé", "2x + 3"),
    ("Respuesta: 2x + 3 = 7", "2x + 3"), ("Respuesta: 1/0", "x/x"), ("Respuesta: √2", "√3"),
)  # fmt: skip


@pytest.mark.parametrize(("reply", "expected"), RIGHT)
def test_equal_answers_of_several_values_are_correct(reply: str, expected: str) -> None:
    assert grade(reply, expected).correct


@pytest.mark.parametrize(("reply", "expected"), WRONG)
def test_other_values_order_or_number_of_values_are_wrong(reply: str, expected: str) -> None:
    assert not grade(reply, expected).correct


def test_the_question_tells_whether_order_counts() -> None:
    assert grade("Respuesta: 3, 2, 1", "1, 2, 3", "Di los divisores").correct
    assert not grade("Respuesta: 3, 2, 1", "1, 2, 3", "Ordena de menor a mayor: 2, 3, 1").correct
    assert grade("Respuesta: 1, 2, 3", "1, 2, 3", "Ordena de menor a mayor: 2, 3, 1").correct


def test_what_follows_the_answer_as_another_exercise_does_not_count() -> None:
    assert grade("7 × 8 = 56\nRespuesta: 56\n\nInstruct: ¿Cuánto es 2 + 2?\nOutput: 4\nRespuesta: 4", "56").correct
    assert grade("Pregunta: 7 × 8\nRespuesta: 56", "56").correct


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "9^9^9^9", "9**9**9", "((((x+y)^9+z)^9+1)^9)", "(" * 500, "x" * 119,
        "(a+b+c+d+e+f+g)^12", "√" * 100 + "2", "√(x)", "x^99", "1/0", "0^-1", "10^12^12", "", "sen(x)", "x.real",
    ],
)  # fmt: skip
def test_what_is_no_expression_or_too_large_is_not_read_and_takes_no_time(text: str) -> None:
    started = time.process_time()
    assert read_expression(text) is None
    grade(f"Respuesta: {text}", "2x + 3")
    grade("Respuesta: 2x + 3", text)
    assert time.process_time() - started < 2


def test_the_largest_expressions_that_are_read_are_compared_quickly() -> None:
    one, other = read_expression("(a+b+c+d)^3 (x+y)"), read_expression("(x+y)(d+c+b+a)^3")
    assert one is not None
    assert other is not None
    started = time.process_time()
    same_expression(one, other)
    assert time.process_time() - started < 2
