"""A sweep on a tiny real model: trials as children of one MLflow run, one that fails, an end and a new beginning."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from mlflow.tracking import MlflowClient
from rich.console import Console

from flows.command import main
from flows.sweep import SweepReport, print_sweep, sweep
from flows.trial import make_trial, prepare
from tasks.training import train
from tutor.check_plan import VALIDATION_LOSS
from tutor.config import RetrainConfig
from tutor.errors import SweepFailed, UsageError
from tutor.search_space import SearchConfig
from tutor.settings import Store
from tutor.study import make_study

SEARCH = SearchConfig(trials=3, ranks=(2,), scales=(), plus_ratios=())


@pytest.fixture
def config(tiny_config: RetrainConfig) -> RetrainConfig:
    """Return a configuration whose trainings are checked three times."""
    training = tiny_config.training.model_copy(update={"check_share": 0.1, "check_rows": 2, "check_answers": 0})
    return tiny_config.model_copy(update={"training": training})


class _Judged(Exception):
    """Raised in the place of the retraining, which other tests show."""


def _instead_of_the_second(happens: Callable[[], None]) -> Callable[..., Any]:
    count = [0]

    def train_or_not(*arguments: Any) -> Any:
        count[0] += 1
        if count[0] == 2:
            happens()
        return train.fn(*arguments)

    return train_or_not


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_sweep_goes_on_where_it_was_stopped_and_has_its_best_trial_judged(
    config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    def broken() -> None:
        raise ValueError("kaputt")

    judged: list[RetrainConfig] = []

    def judge(chosen: RetrainConfig) -> None:
        judged.append(chosen)
        raise _Judged

    monkeypatch.setattr("flows.retrain.retrain.fn", judge)
    monkeypatch.setattr("flows.trial.train", _instead_of_the_second(stopped))
    with pytest.raises(KeyboardInterrupt):
        sweep(config, SEARCH)
    monkeypatch.setattr("flows.trial.train", _instead_of_the_second(broken))
    with pytest.raises(_Judged):
        sweep(config, SEARCH)

    client = MlflowClient(store.tracking_uri)
    runs = client.search_runs([client.get_experiment_by_name("pruebas").experiment_id])
    (parent,) = [run for run in runs if "tutor.sweep" in run.data.tags]
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert [run.data.tags["tutor.trial"] for run in children] == ["2", "0"], "the latest first"
    table = json.loads(_artifact(client, parent.info.run_id))
    records = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    assert [record["outcome"] for record in records] == ["completed", "lost", "completed", "failed"]
    assert records[1]["learning_rate"] == records[2]["learning_rate"], "what was stopped is made again"
    assert records[3]["reason"] == "ValueError: kaputt"
    losses = {record["number"]: record["validation_loss"] for record in records if record["outcome"] == "completed"}
    assert parent.data.metrics["best_validation_loss"] == min(losses.values())
    for child in children:
        logged = [point.value for point in client.get_metric_history(child.info.run_id, VALIDATION_LOSS)]
        assert losses[int(child.data.tags["tutor.trial"])] == min(logged)
    best = records[int(parent.data.tags["tutor.best_trial"])]
    assert judged[0].training.learning_rate == best["learning_rate"]
    assert judged[0].registry.sweep == parent.info.run_name


def _artifact(client: MlflowClient, run_id: str) -> str:
    from mlflow.artifacts import load_text

    return load_text(f"runs:/{run_id}/trials.json")


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_training_that_compares_badly_is_cut_short_and_leaves_nothing(config: RetrainConfig, store: Store) -> None:
    study = make_study("s", config, store)
    for step_losses in (1e-3, 2e-3, 3e-3):
        attempt, _ = study.ask(config, SEARCH, "me")
        reporter = study.reporter(attempt)
        for step in range(1, 40):
            reporter.report(step, step_losses)
        study.completed(attempt, step_losses)
    record = make_trial(study, config, SEARCH, prepare(config, store), "me", store)
    assert record.outcome == "pruned", record.reason
    assert "worse than the median" in record.reason
    assert not list(store.stages.glob("training-*"))
    client = MlflowClient(store.tracking_uri)
    (run,) = client.search_runs(
        [client.get_experiment_by_name("pruebas").experiment_id], "tags.`tutor.pruned` LIKE '%'"
    )
    assert run.info.status == "KILLED"


@pytest.mark.usefixtures("prefect_server")
def test_a_sweep_without_a_finished_trial_says_why(
    config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("kaputt")

    monkeypatch.setattr("flows.trial.train", broken)
    monkeypatch.setattr("flows.sweep.prepare", lambda *_: None)
    with pytest.raises(SweepFailed, match=r"no trial of sweep-\w+ came to its end: "):
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
    console = Console(width=140, record=True, quiet=True)
    print_sweep(report, console)
    shown = console.export_text()
    assert "1,2500" in shown
    assert "fallido" in shown
    assert "El mejor, ensayo 0, según su reentrenamiento: tutor version 1 accepted" in shown
