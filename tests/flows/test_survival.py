"""The flow survives a lost process: Prefect tries the training again, which goes on, and one model is registered."""

import os
import signal
from collections.abc import Mapping
from typing import Any

import psutil
import pytest
from mlflow.tracking import MlflowClient

from flows.retrain import retrain
from tasks.training import train
from tutor.checkpoints import CHECKPOINTS
from tutor.config import RetrainConfig
from tutor.data_parallel import train_together
from tutor.settings import Store
from tutor.stages import read_manifest


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_training_in_two_processes_that_loses_one_is_tried_again_goes_on_and_registers_one_model(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = tiny_config.training.model_copy(update={"processes": 2, "gradient_accumulation": 2})
    config = tiny_config.model_copy(update={"training": training})
    killed: list[int] = []

    def losing_one(*arguments: Any, report_progress: Any, **options: Any) -> Mapping[str, Any]:
        def report(done: int, total: int) -> None:
            report_progress(done, total)
            if done == 6 and not killed:
                killed.append(_a_training_process())
                os.kill(killed[0], signal.SIGKILL)

        return train_together(*arguments, report_progress=report, **options)

    monkeypatch.setattr("tutor.data_parallel.train_together", losing_one)
    monkeypatch.setattr("flows.retrain.train", train.with_options(retry_delay_seconds=0))
    report = retrain(config)
    assert killed

    (stage,) = store.stages.glob("training-*")
    facts = read_manifest(stage)
    assert facts["resumed_from"] is not None
    assert facts["energy_read_wh"] is None
    client = MlflowClient(store.tracking_uri)
    assert len(client.search_model_versions("name = 'tutor-prueba'")) == 1
    assert len(client.search_runs([client.get_experiment_by_name("pruebas").experiment_id])) == 1
    steps = [point.step for point in client.get_metric_history(report.run_id, "loss")]
    assert steps == [1, *range(2, facts["steps"] + 1, 2)]
    (energy,) = client.get_metric_history(report.run_id, "energy_wh")
    assert (energy.value, energy.step) == (round(65 * facts["energy_seconds"] / 3600, 4), facts["steps"])
    assert not (stage / CHECKPOINTS).exists(), "they serve nobody once the training is finished"


def _a_training_process() -> int:
    for child in psutil.Process().children(recursive=True):
        command = child.cmdline()
        if "tutor.data_parallel" in command and "torch.distributed.run" not in command:
            return int(child.pid)
    raise AssertionError("no training process")
