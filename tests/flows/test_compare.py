"""`tutor compare` on runs in an MLflow store: what it tells of them, and of what is no run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mlflow.entities import Param
from mlflow.tracking import MlflowClient

from flows.command import main
from tasks.tracking import Tracking
from tutor.settings import Store


@pytest.fixture
def runs(store: Store, database: None) -> list[str]:
    """Log two finished runs of a sweep and one without answers; return their ids."""
    tracking, ids = Tracking(store, "pruebas"), []
    for name, rank, right in (("training-a", 8, 1), ("training-b", 16, 9)):
        run = tracking.open_run(name, sweep="rango")
        tracking.client.log_batch(run.id, params=[Param("lora.rank", str(rank)), Param("training.seed", "7")])
        run.log_dataset("training", "filas.jsonl", "d" * 64, 100)
        for step in (1, 2):
            run.log_metrics(step, {"loss": 3.0 / step, "challenger.accuracy": right / 10})
        marks = [at < right for at in range(10)]
        table = {"question": [f"¿{at}?" for at in range(10)], "topic": ["suma"] * 10, "expected": ["1"] * 10}
        run.log_table("answers/challenger.json", {**table, "correct": marks})
        run.log_text("report/facts.json", json.dumps({"stages": {"training": 60.4, "analysis": right}}))
        run.finish()
        ids.append(run.id)
    return [*ids, tracking.open_run("training-c").id]


def test_two_runs_are_told_apart_by_settings_figures_and_paired_answers(
    runs: list[str], store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    client.create_registered_model("tutor-prueba")
    client.create_model_version("tutor-prueba", "file:///x", run_id=runs[1], tags={"verdict": "accepted"})
    out, plot = tmp_path / "out.json", tmp_path / "plot.png"
    named = ["training-a", "models:/tutor-prueba/1"]
    assert main(["compare", *named, "--json", str(out), "--plot", str(plot)]) == 0
    told = json.loads(out.read_text())
    assert told["changed"] == {"lora.rank": ["8", "16"]}
    assert [run["accuracy"] for run in told["runs"]] == [0.1, 0.9]
    assert [run["seconds"] for run in told["runs"]] == [61, 69]
    assert told["runs"][1]["verdict"] == "accepted"
    (paired,) = told["paired"]
    assert (paired["both_answered"], paired["only_first"], paired["only_other"]) == (10, 0, 8)
    assert paired["p"] == pytest.approx(2 / 2**8)
    assert plot.read_bytes().startswith(b"\x89PNG")
    shown = capsys.readouterr().out
    assert "lora.rank" in shown
    assert "training.seed" not in shown
    assert "la versión 1 es mejor" in shown


def test_what_is_no_run_is_one_line(runs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status, said in (
        (["training-a"], 2, "expected two or more different runs"),
        (["training-a", runs[0]], 2, "expected two or more different runs"),
        (["training-a", "nobody"], 2, "there is no run 'nobody'"),
        (["training-a", "o'nobody"], 2, "there is no run"),
        (["training-a", "0" * 32], 2, "there is no run"),
        (["training-a", "models:/nobody/1"], 2, "there is no run"),
        (["training-a", "models:/nobody"], 2, "expected models:/NAME/VERSION or models:/NAME@ALIAS"),
        (["training-a", "models:/nobody@champion"], 2, "there is no run"),
        (["training-a", "training-c"], 2, "has no graded answers"),
        (["training-a", "training-b", "--plot", "x.docx"], 2, "expected a file that ends in .png"),
        (["training-a", "training-b", "--json", "no/such/folder/x"], 2, "cannot be written"),
    ):
        assert main(["compare", *arguments]) == status, arguments
        complaint = capsys.readouterr().err
        assert said in complaint
        assert complaint.count("\n") == 1


def test_the_runs_of_a_sweep_are_children_of_one_run(runs: list[str], store: Store) -> None:
    client = MlflowClient(store.tracking_uri)
    parents = {client.get_run(run).data.tags.get("mlflow.parentRunId") for run in runs[:2]}
    (parent,) = parents
    assert client.get_run(parent).info.run_name == "rango"
    assert "mlflow.parentRunId" not in client.get_run(runs[2]).data.tags
    (given,) = client.get_run(runs[0]).inputs.dataset_inputs
    assert (given.dataset.name, given.dataset.digest, given.tags[0].value) == ("filas.jsonl", "d" * 36, "training")
