"""A retraining that is hindered: what was made is told and kept, and what cannot work is told before the training.

The tasks run as plain functions; the flow under Prefect is shown in `test_retrain`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from mlflow.tracking import MlflowClient

from flows import retrain as flow
from flows.command import main
from tasks.registered import Reloaded, adapter_of, holder
from tasks.tracking import FAILURE_TAG
from tutor.checkpoints import CHECKPOINTS
from tutor.config import RetrainConfig
from tutor.errors import ReloadFailed
from tutor.evaluation import Examination, GradedAnswer
from tutor.settings import Store

TASKS = (
    "preflight",
    "validate_dataset",
    "prepare_base_model",
    "tokenize_rows",
    "fetch_champion",
    "train",
    "evaluate",
    "register",
    "promote_challenger",
    "analyse",
)


@pytest.fixture
def plain_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have flow and tasks run without Prefect; what random models answer is noise, so it is set here."""
    for name in TASKS:
        monkeypatch.setattr(flow, name, getattr(flow, name).fn)
    monkeypatch.setattr(flow, "retrain", flow.retrain.fn)
    right = {"base": 20, "challenger": 50}
    monkeypatch.setattr("tasks.registration.examination_in", lambda stage: _examined(right[_who(stage.folder)]))


def _who(folder: Path) -> str:
    return "challenger" if (folder / "recorded_answers.json").is_file() else "base"


def _examined(right: int) -> Examination:
    return Examination(tuple(GradedAnswer(f"q{at}", "suma", "1", "1", "1", at < right, 0) for at in range(100)))


def _retrain(
    config: RetrainConfig, status: int, folder: Path, capfd: pytest.CaptureFixture[str], **changed: object
) -> tuple[dict[str, Any], str]:
    """Return the JSON and the complaint of `tutor retrain` with settings `changed`, and see that it ends so."""
    settings = {
        f"{section}.{field}": value
        for section, fields in config.model_dump(mode="json").items()
        for field, value in fields.items()
        if value not in (None, {})
    } | changed
    options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    out = folder / "out.json"
    out.write_text("{}")
    capfd.readouterr()
    assert main(["retrain", *options, "--json", str(out)]) == status
    complaints = [line for line in capfd.readouterr().err.splitlines(keepends=True) if line.startswith("tutor: ")]
    return json.loads(out.read_text(encoding="utf-8")), "".join(complaints)


def _interrupted(*arguments: object) -> None:
    raise KeyboardInterrupt


def _breaks(*arguments: object) -> None:
    raise ZeroDivisionError("in a promotion")


@pytest.mark.usefixtures("plain_tasks", "database")
def test_what_hinders_a_promotion_costs_neither_report_nor_training(
    tiny_config: RetrainConfig,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fails(version: object, store: Store) -> Reloaded:
        raise ReloadFailed("version 1 answers otherwise; no alias was moved")

    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    with monkeypatch.context() as stopped:
        stopped.setattr(flow, "evaluate", _interrupted)
        _retrain(tiny_config, 130, tmp_path, capfd)
    (stopped_run,) = client.search_runs([client.get_experiment_by_name("pruebas").experiment_id])
    assert (stopped_run.info.status, stopped_run.data.tags[FAILURE_TAG]) == ("KILLED", "stopped by a person")

    monkeypatch.setattr("tasks.promotion.reload_version", fails)
    told, said = _retrain(tiny_config, 1, tmp_path, capfd)
    assert said == "tutor: version 1 answers otherwise; no alias was moved\n" == f"tutor: {told['promotion_reason']}\n"
    assert (told["verdict"], told["promotion"], told["version"]) == ("accepted", "failed", "1")
    assert (told["aliases"], holder(client, "tutor-prueba", "champion")) == ([], None)
    assert Path(told["report_file"]).is_file()
    first = client.get_run(told["run_id"])
    assert (first.info.run_id, first.info.status) == (stopped_run.info.run_id, "FINISHED")
    assert FAILURE_TAG not in first.data.tags
    (trained,) = store.stages.glob("training-*")
    assert not (trained / CHECKPOINTS).exists()

    with monkeypatch.context() as broken:
        broken.setattr("tasks.promotion.reload_version", _breaks)
        shutil.rmtree(Path(told["report_file"]).parent)
        told, said = _retrain(tiny_config, 1, tmp_path, capfd)
    assert said.startswith("tutor: ZeroDivisionError: in a promotion; where it happened stands in ")
    assert (told["promotion"], f"tutor: {told['promotion_reason']}\n") == ("failed", said)
    assert "in _breaks" in (store.home / "last-error.log").read_text(encoding="utf-8")
    assert Path(told["report_file"]).is_file(), "written anew"

    # The cause removed, told to another experiment and at another price: a run there, the same training and version.
    monkeypatch.setattr("tasks.promotion.reload_version", lambda version, store: Reloaded(6, "float32 on cpu"))
    elsewhere = {"registry.experiment": "otras", "registry.sweep": "precios", "energy.price_per_kwh": 1.0}
    told, said = _retrain(tiny_config, 0, tmp_path, capfd, **elsewhere)
    assert (said, told["version"], told["promotion"]) == ("", "1", "promoted")
    assert "promotion_reason" not in told
    assert "training" in told["stages_reused"]
    assert holder(client, "tutor-prueba", "champion") == "1"
    run = client.get_run(told["run_id"])
    assert run.info.experiment_id == client.get_experiment_by_name("otras").experiment_id
    assert (run.info.status, run.data.params["registry.experiment"]) == ("FINISHED", "otras")
    assert client.get_run(run.data.tags["mlflow.parentRunId"]).info.run_name == "precios"
    assert run.data.metrics["cost"] == pytest.approx(run.data.metrics["energy_wh"] / 1000, abs=1e-6)
    assert run.data.metrics["energy_wh"] == first.data.metrics["energy_wh"]
    curves = [client.get_metric_history(one.info.run_id, "loss") for one in (first, run)]
    assert [point.value for point in curves[0]] == [point.value for point in curves[1]] != []
    told, said = _retrain(tiny_config, 0, tmp_path, capfd, **elsewhere)
    assert told["run_id"] == run.info.run_id
    assert set(told["stages_reused"]) == set(told["seconds"]), "nothing is left to do"

    # A champion that cannot be asked ends the next run before hours of training, not after.
    next(adapter_of("models:/tutor-prueba/1", store).glob("*.safetensors")).unlink()
    told, said = _retrain(tiny_config, 2, tmp_path, capfd, **{"training.seed": 8})
    assert "models:/tutor-prueba/1: adapter/adapter_model.safetensors is not what was registered" in said
    assert told == {}
    assert list(store.stages.glob("training-*")) == [trained]
