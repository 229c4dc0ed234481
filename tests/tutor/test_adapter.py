"""Adapters: the base model that they stand on, and how the tutors in them are asked."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tiny_adapter import write_tiny_adapter
from tutor import base_model
from tutor.adapter import (
    asked_alike,
    digest_of_answerer,
    open_adapter,
    open_for_examination,
    quantised_base,
    read_origin,
    write_origin,
)
from tutor.config import RetrainConfig
from tutor.errors import RegistryError
from tutor.prompt import WORDING
from tutor.settings import Store


def test_a_base_is_quantised_once_and_a_second_training_finds_it(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = quantised_base(tiny_config.model, store)

    def again(*_: object) -> None:
        raise AssertionError("the base was made again")

    monkeypatch.setattr(base_model, "quantise", again)
    second = quantised_base(tiny_config.model, store)
    assert second.reused
    assert second.folder == first.folder
    assert base_model.load(second.folder).is_loaded_in_4bit


def test_a_tutor_is_asked_in_the_wording_that_it_was_trained_with(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    folder, question = tmp_path / "adapter", " ¿Cuánto es 7 × 8? "
    write_tiny_adapter(folder, tiny_config, seed=1, store=store)
    assert read_origin(folder).wording == WORDING
    now = digest_of_answerer(folder)
    write_origin(folder, replace(read_origin(folder), wording="Pregunta {llaves}: {question}\nSolución:"))
    tutor = open_adapter(folder, store)
    asked = tutor._tokenizer.decode(tutor._inputs([question])["input_ids"][0])
    assert asked == "Pregunta {llaves}: ¿Cuánto es 7 × 8?\nSolución:"
    assert digest_of_answerer(folder) != now, "its answers are other ones"


@pytest.mark.parametrize("wording", ["no place", "{question} {question}", None, 3])
def test_a_wording_without_one_place_for_the_question_is_damage(adapter_folder: Path, wording: object) -> None:
    file = adapter_folder / "tutor.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"prompt": wording}))
    with pytest.raises(RegistryError, match=r"tutor\.json: is damaged \(the prompt .* has not one place"):
        read_origin(adapter_folder)


def test_whoever_is_examined_answers_under_the_conditions_of_the_examination(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "adapter"
    write_tiny_adapter(folder, tiny_config, seed=1, store=store)
    longer = tiny_config.evaluation.model_copy(update={"max_new_tokens": 40, "batch_rows": 3})
    tutor, own = open_for_examination(folder, tiny_config.model, longer, store), open_adapter(folder, store)
    assert (tutor._generation.max_new_tokens, tutor.batch_rows) == (40, 3)
    assert (own._generation.max_new_tokens, own.batch_rows) == (8, tiny_config.evaluation.batch_rows)
    theirs = tiny_config.model.model_copy(update={"compute_dtype": "float32", "revision": "older"})
    ours = tiny_config.model.model_copy(update={"compute_dtype": "bfloat16", "keep_dequantised": False})
    alike = asked_alike(theirs, ours)
    assert (alike.revision, alike.compute_dtype, alike.keep_dequantised) == ("older", "bfloat16", False)


def test_the_settings_of_an_adapter_count_among_what_shapes_its_answers(adapter_folder: Path) -> None:
    before = digest_of_answerer(adapter_folder)
    file = adapter_folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"lora_alpha": 4}))
    assert digest_of_answerer(adapter_folder) != before
