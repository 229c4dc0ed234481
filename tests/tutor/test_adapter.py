"""The base model that adapters stand on."""

import pytest

from tutor import base_model
from tutor.adapter import quantised_base
from tutor.config import RetrainConfig
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
