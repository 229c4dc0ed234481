"""Results of equations as they arise: which are worked out, which are left to the model, and that they get there."""

import re

import pytest
import torch

from tutor.adapter import quantised_base
from tutor.base_model import load_tokenizer
from tutor.calculator import Calculator, digits_to_come, result_of
from tutor.config import RetrainConfig
from tutor.prompt import completion
from tutor.reading import read_rows
from tutor.settings import DEFAULT_DATASET, Store


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("34 + 50", "84"),
        ("2 + 3 + 2 + 3", "10"),
        ("3 × 3 × 3", "27"),
        ("1 - 9", "-8"),
        ("(-3) × (-5)", "15"),
        ("-7 + 2", "-5"),
        ("9,2 - 2", "7,2"),
        ("7 ÷ 2", "3,5"),
        ("√49", "7"),
        ("√50", None),
        ("7 ÷ 3", None),
        ("7 ÷ 0", None),
    ],
)
def test_an_operation_has_its_exact_result_or_none(operation: str, result: str | None) -> None:
    assert result_of(operation) == result


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("Sumamos: 34 + 50 =", " 84"),
        ("Sumamos: 34 + 50 = 8", "4"),
        ("Sumamos: 34 + 50 = 84", ""),
        ("34 + 50 = 84,", ""),
        ("34 + 50 = 84, 84 + 8 =", " 92"),
        ("2x = 13 + 7 =", " 20"),
        ("2 horas son 2 × 60 = 120 minutos: 120 + 20 =", " 140"),
        ("y con signo menos 1 - 9 =", " -8"),
        ("Para 1: 80 ÷ 8 =", " 10"),
        ("√49 =", " 7"),
        ("Buscamos un número: √144 = 1", "2"),
        ("47 = 6 ×", " 7 + 5"),
        (" 47 = 6 ×", " 7 + 5"),  # as an answer begins after the prompt
        ("147 = 12 × 1", "2 + 3"),
        ("47 = 6 × 7", " + 5"),
        ("47 = 6 × 7 +", " 5"),
        ("47 = 6 × 7 + 5", ""),
        ("5 = 8 ×", " 0 + 5"),
        ("Tiene que sobrar 0. 47 = 6 ×", " 7 + 5"),
        (" 51 = 2 × 25 + 1, 51 = 3 ×", " 17 + 0"),
        ("48 = 36 × 1 + 12, 36 = 12 × 3 +", " 0"),
    ],
)
def test_the_rest_of_a_result_is_known_where_an_equation_is_being_written(text: str, digits: str) -> None:
    assert digits_to_come(text) == digits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sumamos: 34 + 50",
        "4 × 2 + 13 =",  # what comes first is for the tutor to say
        "13 + 4 × 2 =",
        "12 = 0 ×",
        "3^2 = 3 ×",
        "3 + 4 = 7 ×",
        "x = 47 ×",
        "el doble de 8 = 2 ×",
        "El área de lado 5 = 5 ×",
        "2 · 6 = 12 ×",
        "5 − 3 = 2 ×",
        "Sumamos: 3 + 4 = 7. 60 = 2 ×",
        "47 = 6 × 5 +",
        "47 = 6 ×\n",
        "34 + 50 = 84\n",
        "3/4 + 1 =",
        "1/4 + 2 =",
        "12 : 3 + 4 =",
        "2x + 3 =",
        "(12 + 3) × 2 =",
        "x =",
        "√49 + 2 =",
        "3 + √49 =",
        "34 + 50 = 91",  # written already: what stands there is not taken back
        "34 + 50 = 84 y",
        "7 ÷ 3 =",
    ],
)
def test_all_else_is_left_to_the_model(text: str) -> None:
    assert digits_to_come(text) is None


def test_divisions_with_a_rest_of_the_shipped_rows_are_the_calculators() -> None:
    found = 0
    for row in read_rows(DEFAULT_DATASET)[0]:
        text = completion(row.solution, row.answer)
        for division in re.finditer(r"\d+ = \d+ ×( \d+ \+ \d+)[,:.]", text):
            assert digits_to_come(text[: division.start(1)]) == division[1], text
            found += 1
    assert found > 150


def test_the_right_digits_come_out_whatever_the_model_would_write(tiny_config: RetrainConfig, store: Store) -> None:
    tokenizer = load_tokenizer(quantised_base(tiny_config.model, store).folder)
    asked = tokenizer.encode("Instruct: 34 + 58\nOutput:")
    nine, stop = tokenizer.encode("9")[0], tokenizer.encode(".")[0]
    for start, written, corrections in ((" 34 + 58 =", " 92.", 1), (" 34 menos 58", "9999", 0)):
        ids = torch.tensor([asked + tokenizer.encode(start)])
        length = ids.shape[1]
        calculator = Calculator(tokenizer, len(asked), rows=1)
        for _ in range(6):
            scores = torch.zeros(1, 640)
            scores[0, nine], scores[0, stop] = 2.0, 1.0  # a model that would write nines for ever
            ids = torch.cat([ids, calculator(ids, scores).argmax(-1, keepdim=True)], dim=1)
        assert tokenizer.decode(ids[0, length:]).startswith(written)
        assert calculator.corrections == [corrections]
