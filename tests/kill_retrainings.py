"""Kills what a retraining needs at random moments and counts how often it still ends with one registered version.

Run it with: python -m tests.kill_retrainings --kills 20
It prints JSON: kills, recovered, and what became of each. Victims in turn, or those of --victims: the flow's process;
the worker; both with the servers and the database, as when the power fails; the Prefect server; the MLflow server; the
database. What a reboot would start again is started again at once, with `tutor up`; the run itself is left to what is
deployed. Each retraining is another one (another seed), and its moment is drawn from its whole course.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.proofs.machine import Machine, machine
from tests.proofs.postgres import postgres, restart
from tests.tiny_model import write_tiny_phi
from tutor.generation import write_dataset

_SERVERS = ("prefect-server", "mlflow-server")
_PATIENCE_S = 1200


def main() -> int:
    """Kill and count; exit status 1 when a retraining did not recover."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="how many retrainings, each with one kill")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments")
    parser.add_argument("--victims", choices=_VICTIMS, nargs="+", default=list(_VICTIMS), help="these in turn")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tutor-kills-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        write_dataset(folder / "data.jsonl", 300, seed=11)
        (folder / "model").mkdir()
        write_tiny_phi(folder / "model")
        with (
            postgres(folder / "postgres", ("prefect", "mlflow")) as databases,
            machine(folder / "home", databases) as box,
        ):
            outcomes = _trials(box, folder, chosen)
    recovered = sum(outcome["recovered"] for outcome in outcomes)
    print(json.dumps({"kills": len(outcomes), "recovered": recovered, "outcomes": outcomes}, indent=1))  # noqa: T201
    return 0 if recovered == len(outcomes) else 1


def _trials(box: Machine, folder: Path, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    draw = random.Random(chosen.seed)
    _undisturbed(box, folder, 0)  # which also quantises the base, as the others need not
    lasted = _undisturbed(box, folder, 1)
    outcomes = []
    for number, victim in enumerate(islice(cycle(chosen.victims), chosen.kills), start=2):
        moment = draw.uniform(0, lasted)
        outcomes.append(_trial(box, folder, number, victim, moment))
        print(json.dumps(outcomes[-1]), file=sys.stderr, flush=True)  # noqa: T201
    return outcomes


def _undisturbed(box: Machine, folder: Path, number: int) -> float:
    """Return how long a retraining lasts that nobody disturbs, in seconds."""
    started = time.monotonic()
    run = _ended(box, box.start("retrain/cpu", _parameters(folder, number)))
    assert run["state"]["name"] == "Completed", run["state"]["message"]
    return time.monotonic() - started


def _trial(box: Machine, folder: Path, number: int, victim: str, moment: float) -> dict[str, Any]:
    run_id = box.start("retrain/cpu", _parameters(folder, number))
    time.sleep(moment)
    died = time.monotonic()
    _VICTIMS[victim](box, folder)
    box.tutor("up")
    run = _ended(box, run_id)
    versions = _versions(box, f"tutor-{number}")
    held = box.get("/v2/concurrency_limits/gtx-1050-ti")["active_slots"]
    return {
        "victim": victim,
        "second": round(moment, 1),
        "state": run["state"]["name"],
        "runs": run["run_count"],
        "versions": versions,
        "card_held": held,
        "seconds_to_the_end": round(time.monotonic() - died, 1),
        "recovered": run["state"]["name"] == "Completed" and versions == 1 and held == 0,
    }


def _parameters(folder: Path, number: int) -> dict[str, Any]:
    return {
        "config": {
            "data": {"path": str(folder / "data.jsonl"), "max_training_rows": 64, "held_out_share": 0.2},
            "model": {
                "folder": str(folder / "model"),
                "source": "tiny-phi",
                "revision": "test",
                "pad_token": "<|pad|>",
            },
            "lora": {"rank": 4, "alpha": 8},
            "training": {"epochs": 8, "pack_tokens": 256, "logging_steps": 2, "seed": number},
            "evaluation": {"max_rows": 12, "max_new_tokens": 8},
            "registry": {"model_name": f"tutor-{number}", "experiment": "pruebas"},
        }
    }


def _ended(box: Machine, run_id: str) -> dict[str, Any]:
    """Return a run when it has ended for good, or as it is when patience ends."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        run = box.run(run_id)
        # A crashed run is not at its end yet: it is started again, once.
        over = run["state"]["name"] in {"Completed", "Failed", "NothingToDo"} or run["run_count"] > 2
        if over or time.monotonic() > deadline:
            return run
        time.sleep(1)


def _versions(box: Machine, model: str) -> int:
    address = f"{box.mlflow}/api/2.0/mlflow/model-versions/search"
    answer = httpx.get(address, params={"filter": f"name='{model}'"}, auth=box.mlflow_user, timeout=60)
    assert answer.is_success, answer.text
    return len(answer.json().get("model_versions", []))


def _kill(*processes: psutil.Process) -> None:
    family = [member for each in processes for member in (each, *each.children(recursive=True))]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=30)


def _kill_flow(box: Machine, _: Path) -> None:
    _kill(*box.process("worker-cpu").children())


def _kill_worker(box: Machine, _: Path) -> None:
    worker = box.process("worker-cpu")
    worker.send_signal(signal.SIGKILL)
    psutil.wait_procs([worker], timeout=30)


def _fail_the_power(box: Machine, folder: Path) -> None:
    _kill(*(box.process(name) for name in ("worker-cpu", *_SERVERS)))
    restart(folder / "postgres")


_VICTIMS: dict[str, Callable[[Machine, Path], None]] = {
    "flow": _kill_flow,
    "worker": _kill_worker,
    "power": _fail_the_power,
    "prefect-server": lambda box, _: _kill(box.process("prefect-server")),
    "mlflow-server": lambda box, _: _kill(box.process("mlflow-server")),
    "database": lambda _, folder: restart(folder / "postgres"),
}


if __name__ == "__main__":
    sys.exit(main())
