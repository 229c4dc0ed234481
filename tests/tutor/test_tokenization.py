"""From rows to token ids and labels."""

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import load_from_disk

from tutor.base_model import load_tokenizer
from tutor.errors import TrainingRefused, UnfitDataset
from tutor.prompt import prompt
from tutor.rows import Row
from tutor.tokenization import IGNORED, SET_ASIDE, TOKENS, encode, refuse_without_supervision, write_tokens

ROW = Row("r1", "¿Cuánto es 7 × 8?", "Multiplicamos: 7×8=56.", "56", "multiplicación", "primaria 3", 1)
LONG = Row("r2", "¿Cuánto es 1 + 1?", "Sumamos. " * 200, "2", "suma", "primaria 1", 2)


@pytest.fixture(scope="module")
def tokenizer(tiny_phi: Path) -> Any:
    return load_tokenizer(tiny_phi)


def test_only_the_answer_and_its_end_are_learned(tokenizer: Any) -> None:
    encoded = encode(ROW, tokenizer)
    learned = [label for label in encoded["labels"] if label != IGNORED]
    assert tokenizer.decode(learned) == " Multiplicamos: 7×8=56.\nRespuesta: 56" + tokenizer.eos_token
    assert encoded["labels"][-1] == encoded["input_ids"][-1] == tokenizer.eos_token_id
    assert encoded["input_ids"].count(tokenizer.eos_token_id) == 1


def test_the_model_is_asked_with_exactly_the_tokens_it_was_trained_on(tokenizer: Any) -> None:
    encoded = encode(ROW, tokenizer)
    masked = encoded["labels"].count(IGNORED)
    assert encoded["input_ids"][:masked] == tokenizer(prompt(ROW.question), add_special_tokens=False)["input_ids"]


def test_rows_that_are_too_long_are_set_aside_whole(tokenizer: Any, tmp_path: Path) -> None:
    facts = write_tokens([ROW, LONG], tokenizer, 128, tmp_path)
    assert (facts["rows"], facts["rows_set_aside"]) == (1, 1)
    kept = load_from_disk(str(tmp_path / TOKENS))
    assert kept[0]["input_ids"] == encode(ROW, tokenizer)["input_ids"]
    (aside,) = (tmp_path / SET_ASIDE).read_text(encoding="utf-8").splitlines()
    assert json.loads(aside)["line"] == 2
    assert "the limit is 128" in json.loads(aside)["reasons"][0]
    assert json.loads(json.loads(aside)["raw"])["solution"] == LONG.solution


def test_a_dataset_of_which_nothing_fits_is_refused(tokenizer: Any, tmp_path: Path) -> None:
    with pytest.raises(UnfitDataset, match="none of 1 rows fits in 16 tokens"):
        write_tokens([LONG], tokenizer, 16, tmp_path)


def test_rows_without_a_supervised_token_are_refused() -> None:
    with pytest.raises(TrainingRefused, match="1 of 2 rows carry no supervised token"):
        refuse_without_supervision([{"labels": [IGNORED, 5]}, {"labels": [IGNORED, IGNORED]}])
