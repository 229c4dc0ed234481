"""The MLflow run of a training: what is logged once more takes the place of what was there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prefect.exceptions import TerminationSignal

from tasks import tracking as tracking_module
from tasks.tracking import FAILURE_TAG, Tracking, experiment_id, run_ended_with_its_reason
from tutor.config import RegistryConfig
from tutor.errors import OutOfMemory, RegistryError, StorageFull, TrainingRefused
from tutor.settings import Store


@pytest.mark.usefixtures("database")
def test_a_table_that_is_logged_again_holds_the_rows_of_now(store: Store, tmp_path: Path) -> None:
    tracking = Tracking(store, "pruebas")
    run = tracking.open_run("training-a")

    def logged() -> list[list[object]]:
        file = tracking.client.download_artifacts(run.id, "answers/base.json", str(tmp_path))
        said = json.loads(Path(file).read_text(encoding="utf-8"))
        assert said["columns"] == ["question", "correct"]
        return list(said["data"])

    run.log_table("answers/base.json", {"question": ["¿1+1?", "¿2+2?"], "correct": [True, False]})
    assert logged() == [["¿1+1?", True], ["¿2+2?", False]]
    run.log_table("answers/base.json", {"question": ["¿3+3?"], "correct": [True]})
    assert logged() == [["¿3+3?", True]]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (TrainingRefused("step 3: the loss is nan"), "FAILED", "step 3: the loss is nan"),
        (OutOfMemory("nothing is left to save"), "FAILED", "nothing is left to save"),
        (StorageFull("no space is left"), "FAILED", "no space is left"),
        (RuntimeError("CUDA error: unspecified\nlaunch failure"), "FAILED", "RuntimeError: CUDA error: unspecified"),
        (KeyboardInterrupt(), "KILLED", "stopped by a person"),
        (TerminationSignal(signal=15), "KILLED", "stopped by a person"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_run_that_does_not_end_says_why_and_is_taken_up_again(
    store: Store, error: BaseException, status: str, reason: str
) -> None:
    tracking = Tracking(store, "pruebas")
    run = tracking.open_run("training-a")
    with pytest.raises(type(error)), run.ended_with_its_reason():
        raise error
    ended = tracking.client.get_run(run.id)
    assert (ended.info.status, ended.data.tags[FAILURE_TAG]) == (status, reason)
    assert tracking.open_run("training-a").id == run.id
    again = tracking.client.get_run(run.id)
    assert again.info.status == "RUNNING"
    assert FAILURE_TAG not in again.data.tags


@pytest.mark.usefixtures("database")
def test_what_fails_behind_the_training_ends_its_run_and_leaves_a_finished_one(store: Store) -> None:
    tracking, config = Tracking(store, "pruebas"), RegistryConfig(experiment="pruebas")
    run, finished = tracking.open_run("training-a"), tracking.open_run("training-b")
    finished.finish()
    for training in ("training-a", "training-b", "training-of-nobody"):
        with pytest.raises(ZeroDivisionError), run_ended_with_its_reason(config, training, store):
            raise ZeroDivisionError("in an examination")
    ended = tracking.client.get_run(run.id)
    assert (ended.info.status, ended.data.tags[FAILURE_TAG]) == ("FAILED", "ZeroDivisionError: in an examination")
    assert tracking.client.get_run(finished.id).info.status == "FINISHED"


@pytest.mark.usefixtures("database")
def test_of_two_equal_retrainings_the_one_that_is_stopped_does_not_end_the_others_run(store: Store) -> None:
    tracking, config = Tracking(store, "pruebas"), RegistryConfig(experiment="pruebas")
    run = tracking.open_run("training-a")
    tracking_module._opened.clear()  # as in another process
    with pytest.raises(KeyboardInterrupt), run_ended_with_its_reason(config, "training-a", store):
        raise KeyboardInterrupt
    assert tracking.client.get_run(run.id).info.status == "RUNNING"
    with pytest.raises(KeyboardInterrupt), run.ended_with_its_reason():
        raise KeyboardInterrupt  # the other one had opened it, too
    run.finish()
    ended = tracking.client.get_run(run.id)
    assert (ended.info.status, FAILURE_TAG in ended.data.tags) == ("FINISHED", False)


@pytest.mark.usefixtures("database")
def test_a_store_that_is_away_does_not_hide_what_ended_the_run(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    run = Tracking(store, "pruebas").open_run("training-a")
    (store.home / "mlflow" / "mlflow.db").write_bytes(b"no database")
    with pytest.raises(StorageFull), run.ended_with_its_reason():
        raise StorageFull("no space is left")
    assert f"run {run.id} is not marked as FAILED" in caplog.text
    with pytest.raises(StorageFull), run_ended_with_its_reason(RegistryConfig(experiment="x"), "training-a", store):
        raise StorageFull("no space is left")


@pytest.mark.usefixtures("database")
def test_an_experiment_that_was_deleted_is_told_with_what_brings_it_back(store: Store) -> None:
    tracking = Tracking(store, "pruebas")
    tracking.client.delete_experiment(experiment_id(tracking.client, "pruebas", store))
    with pytest.raises(RegistryError, match=r"the experiment pruebas .*: mlflow experiments restore --experiment-id 1"):
        Tracking(store, "pruebas")


@pytest.mark.usefixtures("database")
def test_an_experiment_that_another_process_makes_at_the_same_moment_is_that_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Tracking(store, "otras").client
    look, seen = client.get_experiment_by_name, []

    def made_behind_the_look(name: str) -> object:
        found = look(name)
        if not seen:
            seen.append(client.create_experiment(name))
        return found

    monkeypatch.setattr(client, "get_experiment_by_name", made_behind_the_look)
    assert [experiment_id(client, "pruebas", store)] == seen


@pytest.mark.usefixtures("database")
def test_a_training_has_a_run_in_each_experiment_and_sweep(store: Store) -> None:
    here, elsewhere = Tracking(store, "pruebas"), Tracking(store, "otras")
    first = here.open_run("training-a", "rango")
    alone = here.open_run("training-a")
    second = here.open_run("training-a", "semillas")
    runs = {alone.id, first.id, second.id, elsewhere.open_run("training-a").id}
    assert len(runs) == 4
    assert here.open_run("training-a").id == alone.id
    assert here.open_run("training-a", "rango").id == first.id
    parents = [here.client.get_run(run.id).data.tags.get("mlflow.parentRunId") for run in (alone, first, second)]
    assert parents[0] is None
    assert len({*parents}) == 3


@pytest.mark.usefixtures("database")
def test_each_verdict_on_a_training_has_its_run(store: Store) -> None:
    tracking = Tracking(store, "pruebas")
    trained = tracking.open_run("training-a")
    assert tracking.open_run("training-a", judged="strict").id == trained.id
    lenient = tracking.open_run("training-a", judged="lenient").id
    assert lenient != trained.id
    assert tracking.open_run("training-a", judged="strict").id == trained.id
    assert tracking.open_run("training-a", judged="lenient").id == lenient
    assert tracking.open_run("training-a").id == trained.id
