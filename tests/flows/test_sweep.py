"""A sweep on a tiny real model: trials as children of one MLflow run, one that fails, an end and a new beginning."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from mlflow.artifacts import load_text
from mlflow.tracking import MlflowClient
from rich.console import Console

from flows.command import main
from flows.sweep import SweepReport, print_sweep, sweep
from flows.trial import Prepared, trial
from tasks.tracking import FAILURE_TAG
from tutor.check_plan import VALIDATION_LOSS
from tutor.config import RetrainConfig
from tutor.errors import SweepFailed, UsageError
from tutor.search_space import SearchConfig
from tutor.settings import Store
from tutor.stages import Finished
from tutor.study import make_study

SEARCH = SearchConfig(trials=3, ranks=(2,), scales=(), plus_ratios=())


@pytest.fixture
def config(tiny_config: RetrainConfig) -> RetrainConfig:
    """Return a configuration whose trainings are checked three times."""
    training = tiny_config.training.model_copy(update={"check_share": 0.1, "check_rows": 2, "check_answers": 0})
    return tiny_config.model_copy(update={"training": training})


class _Judged(Exception):
    """Raised in the place of the retraining, which other tests show."""


def _stage(store: Store, name: str, facts: Mapping[str, Any]) -> Finished:
    folder = store.stages / name
    folder.mkdir(exist_ok=True)
    return Finished(folder, name, facts, reused=False)


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_sweep_goes_on_where_it_was_stopped_and_has_its_best_trial_judged(
    config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[RetrainConfig] = []

    def train_or_not(tried_config: RetrainConfig, *_: Any) -> Finished:
        tried.append(tried_config)
        if len(tried) == 2:
            raise KeyboardInterrupt
        if len(tried) == 4:
            raise ValueError("kaputt")
        check = {"step": 5, "loss": 2.0 / len(tried), "left_out": False}
        return _stage(store, f"training-{len(tried)}", {"checks": [check], "best_step": 5})

    def judge(chosen: RetrainConfig) -> None:
        tried.append(chosen)
        raise _Judged

    monkeypatch.setattr("flows.retrain.retrain.fn", judge)
    # Shown below with a real training.
    monkeypatch.setattr("flows.sweep.validate_dataset", lambda *_: _stage(store, "validation", {}))
    monkeypatch.setattr("flows.sweep.prepare", lambda *_: Prepared(*[_stage(store, "x", {})] * 3))
    monkeypatch.setattr("flows.trial.train", train_or_not)
    with pytest.raises(KeyboardInterrupt):
        sweep(config, SEARCH)
    with pytest.raises(_Judged):
        sweep(config, SEARCH)

    client = MlflowClient(store.tracking_uri)
    runs = client.search_runs([client.get_experiment_by_name("pruebas").experiment_id])
    (parent,) = [run for run in runs if "tutor.sweep" in run.data.tags]
    assert {run.info.status for run in runs} == {"FINISHED"}
    children = {run.data.tags["tutor.trial"]: run for run in runs if run is not parent}
    assert children.keys() == {"0", "2"}
    assert {run.data.tags["mlflow.parentRunId"] for run in children.values()} == {parent.info.run_id}
    table = json.loads(load_text(f"runs:/{parent.info.run_id}/trials.json"))
    records = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    assert [record["outcome"] for record in records] == ["completed", "lost", "completed", "failed"]
    assert tried[0].lora == config.lora, "first the configuration itself"
    assert tried[1] == tried[2], "what was stopped is made again"
    assert records[3]["reason"] == "ValueError: kaputt"
    assert records[2]["validation_loss"] == pytest.approx(2 / 3)
    assert parent.data.metrics["best_validation_loss"] == 2 / 3
    assert parent.data.tags["tutor.best_trial"] == "2"
    assert tried[-1] == tried[2], "the best is judged"
    assert tried[-1].registry.sweep == parent.info.run_name


@pytest.mark.usefixtures("prefect_server", "database")
def test_trials_are_children_of_one_run_and_one_that_compares_badly_is_cut_short(
    config: RetrainConfig, store: Store
) -> None:
    study, search = make_study("s", config, store), SEARCH.model_copy(update={"trials": 4})
    trial("s", config, search)
    (first,) = study.records()
    assert first.outcome == "completed", first.reason
    for loss in (1e-3, 2e-3):
        attempt, _ = study.ask(config, SEARCH, "me")
        reporter = study.reporter(attempt)
        for step in range(1, 20):
            reporter.report(step, loss)
        study.completed(attempt, loss)
    trial("s", config, search)
    trial("s", config, search)
    (*_, cut) = study.records()
    assert cut.number == 3, "the last one had nothing to do"
    assert cut.outcome == "pruned", cut.reason
    assert "worse than the median" in cut.reason
    (stage,) = store.stages.glob("training-*")
    assert stage.suffix != ".partial", "what was cut short leaves nothing"

    client = MlflowClient(store.tracking_uri)
    runs = client.search_runs([client.get_experiment_by_name("pruebas").experiment_id])
    (parent,) = [run for run in runs if "tutor.sweep" in run.data.tags]
    children = {run.info.status: run for run in runs if "mlflow.parentRunId" in run.data.tags}
    assert {run.data.tags["mlflow.parentRunId"] for run in children.values()} == {parent.info.run_id}
    assert children.keys() == {"FINISHED", "KILLED"}
    assert children["FINISHED"].data.tags["tutor.trial"] == "0"
    assert "worse than the median" in children["KILLED"].data.tags[FAILURE_TAG]
    curve = client.get_metric_history(children["FINISHED"].info.run_id, VALIDATION_LOSS)
    assert first.loss == min(point.value for point in curve)


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_sweep_without_a_finished_trial_says_why(
    config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("kaputt")

    monkeypatch.setattr("flows.sweep.validate_dataset", lambda *_: _stage(store, "validation", {}))
    monkeypatch.setattr("flows.sweep.prepare", lambda *_: Prepared(*[_stage(store, "x", {})] * 3))
    monkeypatch.setattr("flows.trial.train", broken)
    with pytest.raises(SweepFailed, match=r"no trial of sweep-\w+ came to its end: ValueError: kaputt$"):
        sweep(config, SEARCH)


def test_a_sweep_without_validation_rows_is_refused(config: RetrainConfig, store: Store) -> None:
    unwatched = config.model_copy(update={"training": config.training.model_copy(update={"check_share": 0.0})})
    with pytest.raises(UsageError, match=r"training\.check_share and data\.validation_share must be > 0"):
        sweep.fn(unwatched, SEARCH)


def test_a_wrong_search_is_one_line_and_exit_2(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--set", "search.trials=none"]) == 2
    assert capsys.readouterr().err.startswith("tutor: search.trials: got 'none'; ")


def test_the_table_of_trials_is_for_teachers(store: Store) -> None:
    study = make_study("s", RetrainConfig(), store)
    for loss in (1.25, None):
        attempt, _ = study.ask(RetrainConfig(), SEARCH, "me")
        study.completed(attempt, loss) if loss else study.failed(attempt, "kaputt")
    best = study.best()
    assert best is not None
    report = SweepReport("s", study.records(), best, "tutor version 1 accepted", None)
    shown = io.StringIO()
    print_sweep(report, Console(width=140, file=shown))
    assert "1,2500" in shown.getvalue()
    assert "fallido" in shown.getvalue()
    assert "El mejor, ensayo 0, según su reentrenamiento: tutor version 1 accepted" in shown.getvalue()
