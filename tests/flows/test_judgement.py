"""The judgement in the whole flow: what only memorised is refused, and who was examined already is not asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from flows.command import main
from tests.conftest import write_jsonl
from tutor.frozen_test import frozen_rows
from tutor.rows import Row
from tutor.settings import Store


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_tutor_that_went_over_few_rows_many_times_is_refused_and_the_base_is_not_examined_twice(
    store: Store, dataset: Path, tiny_phi: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    records = [json.loads(line) for line in dataset.read_text(encoding="utf-8").splitlines()]
    few = write_jsonl(tmp_path / "sesenta-y-cuatro.jsonl", records[:64])
    settings = {
        "data.path": few,
        "model.folder": tiny_phi,
        "model.source": "tiny-phi",
        "model.revision": "test",
        "model.pad_token": "<|pad|>",
        "training.epochs": 4,
        "training.learning_rate": 0.003,
        "evaluation.max_rows": 24,
        "evaluation.max_new_tokens": 24,
        "registry.model_name": "tutor-memorion",
    }
    out = tmp_path / "out.json"

    def run(*options: str) -> tuple[int, dict[str, object]]:
        assignments = [text for name, value in settings.items() for text in ("--set", f"{name}={value}")]
        status = main(["retrain", *assignments, "--json", str(out), *options])
        return status, json.loads(out.read_text(encoding="utf-8"))

    status, report = run("--require-accepted")
    assert status == 3
    assert report["verdict"] == "refused"
    reasons = report["reasons"]
    assert isinstance(reasons, list)
    assert all(reason.endswith(".") for reason in reasons)
    assert any("español general" in reason for reason in reasons)
    assert set(report["base"]["general"]) == {"perplexity_es", "perplexity_en", "english_sums"}  # type: ignore[index]
    client = MlflowClient(store.tracking_uri)
    page = client.download_artifacts(str(report["run_id"]), "answers/respuestas.html", str(tmp_path))
    assert Path(page).read_text(encoding="utf-8").count("<section") == 24
    assert any("el modelo base sin entrenar" in reason for reason in reasons)
    assert "champion" not in report["aliases"]  # type: ignore[operator]

    # Other rows to learn from, the same ones to be examined by.
    examined = {row.question for row in frozen_rows()} | _held_out(store)
    learned = [one for one in records[:64] if one["question"] not in examined]
    write_jsonl(few, [one for one in records[:64] if one not in learned[:6]])
    settings["training.epochs"] = 1
    status, report = run()
    assert (status, report["verdict"]) == (0, "refused")
    reused = report["stages_reused"]
    assert isinstance(reused, list)
    assert "evaluation_base" in reused
    assert not {"validation", "training", "evaluation_challenger"} & set(reused)
    assert "rechazado" in capfd.readouterr().out


def _held_out(store: Store) -> set[str]:
    (file,) = store.stages.glob("validation-*/held-out.jsonl")
    return {Row(**json.loads(line)).question for line in file.read_text(encoding="utf-8").splitlines()}
