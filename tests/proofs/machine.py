"""A whole machine as `make up` makes it: both servers on PostgreSQL and a worker, in a folder that is thrown away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil

from tests.proofs.postgres import free_port
from tutor.settings import REPOSITORY

PATIENCE_S = 900
# Of our own: the server forgets a client's token when that client asks for another.
_CLIENT = str(uuid4())


@dataclass(frozen=True)
class Machine:
    """A store with running servers, and the environment in which programs use them."""

    home: Path
    environment: dict[str, str]

    @property
    def api(self) -> str:
        return self.environment["PREFECT_API_URL"]

    @property
    def mlflow(self) -> str:
        return self.environment["MLFLOW_TRACKING_URI"]

    @property
    def user(self) -> tuple[str, str]:
        name, _, password = self.environment["PREFECT_API_AUTH_STRING"].partition(":")
        return name, password

    @property
    def mlflow_user(self) -> tuple[str, str]:
        return self.environment["MLFLOW_TRACKING_USERNAME"], self.environment["MLFLOW_TRACKING_PASSWORD"]

    def tutor(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        """Return what `tutor` prints; it must end with status 0."""
        answer = run_tutor(arguments, environment or self.environment)
        assert answer.returncode == 0, answer.stderr + answer.stdout
        return answer.stdout

    def get(self, path: str, **options: Any) -> Any:
        return self._ask("GET", path, **options)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._ask("POST", path, json=body or {})

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PATCH", path, json=body)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        """Return what the Prefect server answers to a signed-in client with a token against forged requests."""
        headers = {"Prefect-Csrf-Token": _token(self.api, self.user), "Prefect-Csrf-Client": _CLIENT}
        answer = httpx.request(method, f"{self.api}{path}", auth=self.user, headers=headers, timeout=60, **options)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def deployment(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/deployments/name/{name}")
        return found

    def start(self, deployment: str, parameters: dict[str, Any]) -> str:
        """Start a run of a deployment and return its id."""
        known = self.deployment(deployment)["id"]
        return str(self.post(f"/deployments/{known}/create_flow_run", {"parameters": parameters})["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/flow_runs/{run_id}")
        return found

    def wait(self, run_id: str, names: set[str]) -> dict[str, Any]:
        """Return the run once its state bears one of `names`."""
        return until(lambda: (run := self.run(run_id))["state"]["name"] in names and run, f"{run_id} in {names}")

    def states(self, run_id: str) -> list[str]:
        """Return the names of the states that a run went through."""
        found = self.get("/flow_run_states/", params={"flow_run_id": run_id})
        return [state["name"] for state in sorted(found, key=lambda state: str(state["timestamp"]))]

    def process(self, name: str) -> psutil.Process:
        """Return a process that `up` started."""
        from flows.servers import recorded

        (found,) = [each for each in recorded(self.home / "servers") if each.name == name]
        process = found.process()
        assert process, f"{name} does not run"
        return process


@cache
def _token(api: str, user: tuple[str, str]) -> str:
    answer = httpx.get(f"{api}/csrf-token", params={"client": _CLIENT}, auth=user, timeout=60)
    assert answer.is_success, answer.text
    return str(answer.json()["token"])


def run_tutor(arguments: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.command", *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def until(condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """Return what `condition` gives once that is true; fail when it is not within `patience_s`."""
    deadline = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {patience_s} s: {what}"
        time.sleep(0.5)
    return found


@contextmanager
def machine(home: Path, databases: dict[str, str]) -> Iterator[Machine]:
    """Yield a machine whose servers keep `databases`; all of it is stopped at the end."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MLFLOW_", "TUTOR_"))},
        "PYTHONPATH": str(REPOSITORY),
        "TUTOR_HOME": str(home),
        "TUTOR_PREFECT_PORT": str(free_port()),
        "TUTOR_MLFLOW_PORT": str(free_port()),
        "TUTOR_PREFECT_DATABASE": databases.get("prefect", ""),
        "TUTOR_MLFLOW_DATABASE": databases.get("mlflow", ""),
        "TUTOR_SWEEP_DATABASE": databases.get("sweep", ""),
    }
    started = run_tutor(("up",), environment)
    assert started.returncode == 0, started.stderr + started.stdout
    try:
        lines = (home / "servers" / "client.env").read_text().splitlines()
        told = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        yield Machine(home, environment | {name: value.strip("'") for name, value in told.items()})
    finally:
        stopped = run_tutor(("down",), environment)
    assert stopped.returncode == 0, stopped.stderr
    names = stopped.stdout.strip().removeprefix("stopped: ").split(", ")
    assert {"prefect-server", "mlflow-server", "worker-cpu"} <= set(names)
