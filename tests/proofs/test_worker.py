"""Retrainings through a real worker of a real pool: registered once, whatever dies in between."""

import os
import re
import signal
from pathlib import Path
from typing import Any

import httpx
import psutil
from psutil import NoSuchProcess

from tests.conftest import write_jsonl
from tests.proofs.machine import Machine, until


def versions(box: Machine, model: str) -> list[str]:
    answer = httpx.get(
        f"{box.mlflow}/api/2.0/mlflow/model-versions/search",
        params={"filter": f"name='{model}'"},
        auth=box.mlflow_user,
        timeout=60,
    )
    assert answer.is_success, answer.text
    return [each["version"] for each in answer.json().get("model_versions", [])]


def _artifacts(box: Machine, run_id: str) -> dict[str, str]:
    found = box.post("/artifacts/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
    return {each["key"]: str(each["data"]) for each in found if each["key"]}


def test_a_retraining_ends_with_a_registered_version_and_the_next_with_nothing_to_do(
    box: Machine, tiny: dict[str, Any]
) -> None:
    first, second = box.start("retrain/cpu", tiny), box.start("retrain/cpu", tiny)
    until(lambda: box.run(first)["state"]["type"] == "RUNNING", "the first run is started")
    assert box.run(second)["state"]["type"] == "SCHEDULED", "the second waits, where everybody sees it"
    done = box.wait(first, {"Completed", "Failed", "Crashed"})
    assert done["state"]["name"] == "Completed", done["state"]["message"]
    assert done["state"]["message"].startswith("tutor-prueba, versión 1: ")
    assert versions(box, "tutor-prueba") == ["1"]
    artifacts = _artifacts(box, first)
    assert {"verdict", "validation", "data-docs", "mlflow-run", "mlflow-version"} <= artifacts.keys()
    assert f"{box.mlflow}/#/models/tutor-prueba/versions/1" in artifacts["mlflow-version"]
    for key, file in (("mlflow-report", "report/report.html"), ("mlflow-data-docs", "data_docs/index.html")):
        assert f"{box.mlflow}/#/experiments/" in artifacts[key]
        assert f"/artifacts/{file}" in artifacts[key]

    again = box.wait(second, {"NothingToDo", "Completed", "Failed", "Crashed"})
    assert again["state"]["name"] == "NothingToDo"
    assert again["state"]["message"].startswith(
        "Nada que hacer: los datos, los ajustes y el código son los de tutor-prueba"
    )
    assert versions(box, "tutor-prueba") == ["1"]


def test_a_dataset_is_checked_and_a_registered_model_examined(
    box: Machine, tiny: dict[str, Any], tmp_path: Path
) -> None:
    checked = box.start("check/cpu", {"data": tiny["config"]["data"]})
    questions = write_jsonl(tmp_path / "preguntas.jsonl", [{"question": "¿2+2?", "answer": "4", "topic": "suma"}])
    asked = {"questions": str(questions), "model": "models:/tutor-prueba/1"}
    examined = box.start("evaluate/cpu", asked)
    done = box.wait(checked, {"Completed", "Failed", "Crashed"})
    assert done["state"]["message"] == "ejercicios.jsonl sirve para entrenar: 300 filas, 0 en cuarentena"
    done = box.wait(examined, {"Completed", "Failed", "Crashed"})
    assert re.fullmatch(r"models:/tutor-prueba/1 acierta el (0|100) % de 1 preguntas", done["state"]["message"])
    assert "suma" in _artifacts(box, examined)["evaluation"]

    failed = box.start("evaluate/cpu", asked | {"model": "models:/tutor-prueba/99"})
    done = box.wait(failed, {"Completed", "Failed", "Crashed"})
    assert done["state"]["name"] == "Failed"
    assert "tutor-prueba" in done["state"]["message"], "what failed is told on the run's page"


def test_a_run_whose_process_is_killed_in_training_goes_on_once_and_registers_once(
    box: Machine, tiny: dict[str, Any]
) -> None:
    config = tiny["config"]
    long = {
        **config,
        "training": {**config["training"], "epochs": 8, "seed": 99},
        "registry": {**config["registry"], "model_name": "tutor-caido"},
    }
    run_id = box.start("retrain/cpu", {"config": long})
    until(lambda: _trains(box), "a checkpoint of the training")
    _kill(box.process("worker-cpu").children(recursive=True))
    done = box.wait(run_id, {"Completed", "Failed"})
    assert done["state"]["name"] == "Completed", done["state"]["message"]
    states = box.states(run_id)
    assert states.count("Crashed") == 1
    assert states[-2:] == ["Running", "Completed"]
    assert versions(box, "tutor-caido") == ["1"]
    assert done["run_count"] == 2


def _trains(box: Machine) -> bool:
    return bool(list(box.home.glob("stages/training-*.partial/**/checkpoint-*")))


def _kill(processes: list[psutil.Process]) -> None:
    assert processes
    for process in processes:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except (NoSuchProcess, ProcessLookupError):
            continue


def test_changed_data_starts_a_retraining(box: Machine) -> None:
    looked = box.wait(box.start("watch/cpu", {}), {"Completed", "Failed", "NothingToDo"})
    assert looked["state"]["name"] == "Completed", looked["state"]["message"]
    deployment = box.deployment("retrain/cpu")["id"]

    def triggered() -> list[dict[str, Any]]:
        found = box.post("/flow_runs/filter", {"flow_runs": {"deployment_id": {"any_": [deployment]}}})
        return [run for run in found if (run["created_by"] or {}).get("type") == "AUTOMATION"]

    (run,) = until(triggered, "a run that the automation started")
    box.post(f"/flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}, "force": True})
    box.wait(run["id"], {"Cancelled", "Cancelling"})
    again = box.wait(box.start("watch/cpu", {}), {"Completed", "Failed", "NothingToDo"})
    assert again["state"]["name"] == "NothingToDo"
    assert len(triggered()) == 1
    nobody = box.wait(box.start("watch/cpu", {"deployment": "nobody"}), {"Completed", "Failed", "NothingToDo"})
    assert "this server has no retrain/nobody; expected gtx-1050-ti or cpu" in nobody["state"]["message"]


def test_a_run_waits_for_the_card_while_another_holds_it_and_frees_it_when_it_fails(
    box: Machine, tiny: dict[str, Any]
) -> None:
    limits = "/v2/concurrency_limits"
    wanted = {"names": ["gtx-1050-ti"], "slots": 1, "mode": "concurrency", "lease_duration": 900}
    lease = box.post(f"{limits}/increment-with-lease", wanted)["lease_id"]
    config = {**tiny["config"], "model": {**tiny["config"]["model"], "device": "card"}}
    run_id = box.start("retrain/cpu", {"config": config})
    said = {"logs": {"flow_run_id": {"any_": [run_id]}}}
    until(
        lambda: any(line["message"].startswith("asks for the card") for line in box.post("/logs/filter", said)),
        "the run says that it waits",
    )
    assert box.run(run_id)["state"]["name"] == "Running"
    assert not box.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [run_id]}}}), "no stage has begun"
    box.post(f"{limits}/decrement-with-lease", {"lease_id": lease})
    done = box.wait(run_id, {"Completed", "Failed", "Crashed"})
    # There is no card on a machine that runs the tests; with one, the retraining would end.
    assert done["state"]["name"] in {"Failed", "Completed"}
    if done["state"]["name"] == "Failed":
        assert "this worker is not fit" in done["state"]["message"]
    assert box.get(f"{limits}/gtx-1050-ti")["active_slots"] == 0
