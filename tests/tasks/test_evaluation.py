"""Which answers are kept for the next run: those of the same model to the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasks.evaluation import evaluate
from tasks.validation import HELD_OUT_ROWS, TRAINING_ROWS
from tutor.config import EvaluationConfig, ModelConfig
from tutor.rows import Row, write_rows
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


def test_only_who_was_just_trained_answers_rows_of_the_training_and_anew_where_they_change(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, list[str]]] = []

    def note(who: str, _: object, test: Any, *__: object) -> dict[str, object]:
        asked.append((who, [row.question for row in test.learned]))
        return {}

    monkeypatch.setattr("tasks.evaluation._evaluate", note)
    (tmp_path / HELD_OUT_ROWS).write_text("")
    dataset, config = Finished(tmp_path, "d", {}, reused=False), EvaluationConfig(learned_rows=10)
    rows = [Row(f"r{at}", f"¿{at} + 1?", "", str(at + 1), "suma", "primaria 1", at) for at in range(30)]

    def examined(who: str, *, just_trained: bool) -> Finished:
        return evaluate.fn(who, ModelConfig(), None, dataset, config, store, just_trained=just_trained)

    write_rows(tmp_path / TRAINING_ROWS, rows[:15])
    assert not examined("base", just_trained=False).reused
    assert not examined("nuevo", just_trained=True).reused
    write_rows(tmp_path / TRAINING_ROWS, rows[15:])
    assert examined("base", just_trained=False).reused
    assert not examined("nuevo", just_trained=True).reused
    (_, base), (_, before), (_, after) = asked
    assert base == []
    assert len(set(before)) == len(set(after)) == 10
    assert set(before) <= {row.question for row in rows[:15]}
    assert set(after) <= {row.question for row in rows[15:]}
