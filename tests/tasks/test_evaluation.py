"""Which answers are kept for the next run: those of the same model to the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.evaluation import evaluate
from tasks.validation import HELD_OUT_ROWS
from tutor.config import EvaluationConfig, ModelConfig
from tutor.settings import Store
from tutor.stages import Finished


def test_the_base_answers_anew_once_its_folder_holds_another_model(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("tasks.evaluation._evaluate", lambda who, *_: {"asked": asked.append(who)})
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (tmp_path / HELD_OUT_ROWS).write_text("")
    dataset, model = Finished(tmp_path, "d", {}, reused=False), ModelConfig(source="base", folder=folder)

    def examined() -> Finished:
        return evaluate.fn("modelo base", model, None, dataset, EvaluationConfig(), store)

    assert not examined().reused
    assert examined().reused
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert not examined().reused
    assert asked == ["modelo base"] * 2
