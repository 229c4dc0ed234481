"""A sweep whose trials are made by the workers of a pool, with a study in PostgreSQL, and what dies in between."""

import os
import signal
from typing import Any

import psutil
import psycopg

from tests.proofs.machine import Machine, until
from tests.proofs.test_worker import versions

_SEARCH = {"trials": 4, "ranks": [2], "scales": [], "plus_ratios": []}


def test_a_sweep_outlives_a_killed_trial_and_its_own_process_and_registers_its_best_once(
    box: Machine, tiny: dict[str, Any]
) -> None:
    config = {
        **tiny["config"],
        "training": {
            **tiny["config"]["training"],
            "epochs": 4,
            "check_share": 0.1,
            "check_rows": 2,
            "check_answers": 0,
        },
        "registry": {"model_name": "tutor-barrido", "experiment": "barrido", "sweep": "barrido"},
    }
    run_id = box.start("sweep/cpu", {"config": config, "search": _SEARCH, "workers": "cpu"})
    first = until(lambda: _trial_that_trains(box), "a trial trains")
    _kill_processes_of(box, first)
    until(lambda: len(_trials(box)) > 1, "another trial is begun")
    _kill_processes_of(box, run_id)
    done = box.wait(run_id, {"Completed", "Failed"})
    assert done["state"]["name"] == "Completed", done["state"]["message"]
    assert done["run_count"] == 2, "an automation started it again"
    assert "tutor-barrido, versión 1: " in done["state"]["message"]
    assert versions(box, "tutor-barrido") == ["1"]
    with psycopg.connect(box.environment["TUTOR_SWEEP_DATABASE"]) as connection:
        states = [state for (state,) in connection.execute("SELECT state FROM trials ORDER BY number")]
    assert states.count("COMPLETE") + states.count("PRUNED") == _SEARCH["trials"]
    assert states.count("FAIL") == 1, "the killed one, whose settings were tried again"
    assert not list((box.home / "sweeps").glob("*.db"))


def _trials(box: Machine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = box.post("/flow_runs/filter", {"flows": {"name": {"any_": ["trial"]}}})
    return found


def _trial_that_trains(box: Machine) -> str:
    """Return the id of a trial's run whose training has left a checkpoint, "" while there is none."""
    running = [run for run in _trials(box) if run["state"]["type"] == "RUNNING"]
    trains = list(box.home.glob("stages/training-*.partial/**/checkpoint-*"))
    return str(running[0]["id"]) if running and trains else ""


def _kill_processes_of(box: Machine, run_id: str) -> None:
    """Kill the process of a flow run as a crash would."""
    killed = 0
    for process in box.process("worker-cpu").children(recursive=True):
        try:
            if process.environ().get("PREFECT__FLOW_RUN_ID") == run_id:
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    assert killed
