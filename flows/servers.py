"""`tutor up` and `tutor down`: both servers and the workers of this machine, started, awaited and stopped."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tutor.errors import ServersUnwell, UsageError
from tutor.machine import find_cards
from tutor.server_settings import SERVERS_ONLY, ServerSettings, server_settings, write_private
from tutor.settings import CARD_POOL, Store

CLIENT_FILE = "client.env"
_PROCESSES = "processes.json"
_WAIT_S, _STOP_S = 300, 30
_PYTHON = (sys.executable, "-m")
_CPU_POOL = "cpu"


@dataclass(frozen=True)
class Started:
    """A process that we started; with the moment of its birth, its number means no other."""

    name: str
    pid: int
    born: float

    def process(self) -> psutil.Process | None:
        """Return the process if it is still the one that we started, else None."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.born) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other `up` or `down` works in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def up(store: Store) -> list[str]:
    """Start what does not run yet, wait until it answers, deploy, and return lines that say where everything is.

    Raises:
        UsageError: a setting is wrong, or a port is taken by another program.
        ServersUnwell: a process ended, or did not answer in time; what this call started is stopped again.
    """
    settings = server_settings(store.home)
    with _alone(settings.folder):
        return _up(settings)


def _up(settings: ServerSettings) -> list[str]:
    running = {each.name: each for each in recorded(settings.folder) if each.process()}
    before = set(running)
    # Started from a script in the background, we ignore Ctrl-C, and workers that inherit that never stop.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _start_servers(settings, running)
        os.environ.update(settings.for_clients())
        from flows.deploy import deploy

        deploy()
        for pool in (_CPU_POOL, CARD_POOL) if find_cards() else (_CPU_POOL,):
            _start_worker(settings, pool, running)
    except BaseException:
        _stop([each for name, each in running.items() if name not in before])
        _record(settings.folder, [each for name, each in running.items() if name in before])
        raise
    client = settings.folder / CLIENT_FILE
    write_private(client, "".join(f"export {k}={shlex.quote(v)}\n" for k, v in settings.for_clients().items()))
    return [
        f"Prefect   {settings.prefect_url}",
        f"MLflow    {settings.mlflow_url}",
        f"Workers   {', '.join(name.removeprefix('worker-') for name in running if name.startswith('worker-'))}",
        f"User names and passwords are in {client}; for 'tutor' in this shell:  . {client}",
        f"Logs      {settings.folder}/*.log",
    ]


def down(store: Store) -> list[str]:
    """Stop what `up` started, and nothing else; return the names of what ran."""
    folder = store.home / "servers"
    with _alone(folder):
        running = [each for each in recorded(folder) if each.process()]
        _stop(running)
        _record(folder, [])
    return [each.name for each in running]


def running_processes(store: Store) -> list[str]:
    """Return the names of the processes of `up` that run now."""
    return [each.name for each in recorded(store.home / "servers") if each.process()]


def _start_servers(settings: ServerSettings, running: dict[str, Started]) -> None:
    host = ("--host", settings.host)
    prefect = (*_PYTHON, "prefect", "server", "start", *host, "--port", str(settings.prefect_port))
    artifacts = settings.folder.parent / "mlflow" / "artifacts"
    proxied = ("--artifacts-destination", artifacts.as_uri())
    guarded = ("--workers", "1", "--app-name", "basic-auth", "--allowed-hosts", settings.allowed_hosts)
    mlflow = (*_PYTHON, "mlflow", "server", *host, "--port", str(settings.mlflow_port), *proxied, *guarded)
    _write_auth_file(settings)
    # In its environment rather than among its arguments, where everybody on the machine could read the password.
    mlflow_environment = {**settings.for_mlflow(), "MLFLOW_BACKEND_STORE_URI": settings.mlflow_store}
    for name, port, command, environment in (
        ("prefect-server", settings.prefect_port, prefect, settings.for_prefect()),
        ("mlflow-server", settings.mlflow_port, mlflow, mlflow_environment),
    ):
        if name not in running:
            _refuse_taken(settings.host, port)
            running[name] = _start(name, command, environment, settings.folder)
            _record(settings.folder, list(running.values()))
    _await(running["prefect-server"], f"{settings.prefect_url}/api/health", settings.folder)
    _await(running["mlflow-server"], f"{settings.mlflow_url}/health", settings.folder)


def _start_worker(settings: ServerSettings, pool: str, running: dict[str, Started]) -> None:
    name = f"worker-{pool}"
    if name in running:
        return
    worker = f"{socket.gethostname()}-{pool}"
    command = (
        sys.executable,
        "-m",
        "prefect",
        "worker",
        "start",
        "--pool",
        pool,
        "--type",
        "process",
        "--name",
        worker,
    )
    environment = {
        **settings.for_clients(),
        "PREFECT_HOME": str(settings.folder / "worker"),
        "TUTOR_HOME": str(settings.folder.parent),
        # A run whose process is gone is told by this: three missing beats.
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "DO_NOT_TRACK": "true",
    }
    running[name] = _start(name, command, environment, settings.folder)
    _record(settings.folder, list(running.values()))
    deadline = time.monotonic() + _WAIT_S
    while not _is_online(pool, worker):
        _refuse_ended(running[name], deadline, settings.folder)
        time.sleep(1)


def _is_online(pool: str, worker: str) -> bool:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return any(
            each.name == worker and str(each.status) == "WorkerStatus.ONLINE"
            for each in client.read_workers_for_work_pool(pool)
        )


def _write_auth_file(settings: ServerSettings) -> None:
    text = "\n".join(
        (
            "[mlflow]",
            "default_permission = READ",
            f"database_uri = {settings.mlflow_users.replace('%', '%%')}",
            # Fifty metrics take 15 s where every request has its password hashed anew.
            "auth_cache_ttl_seconds = 60",
            "authorization_function = mlflow.server.auth:authenticate_request_basic_auth",
            "",
        )
    )
    write_private(settings.folder / "mlflow-auth.ini", text)


def _start(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Started:
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={name: value for name, value in os.environ.items() if name not in SERVERS_ONLY} | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Started(name, process.pid, psutil.Process(process.pid).create_time())


def _await(started: Started, address: str, folder: Path) -> None:
    import httpx

    deadline = time.monotonic() + _WAIT_S
    while True:
        with suppress(httpx.HTTPError):
            if httpx.get(address, timeout=5).is_success:
                return
        _refuse_ended(started, deadline, folder)
        time.sleep(0.5)


def _refuse_ended(started: Started, deadline: float, folder: Path) -> None:
    log = folder / f"{started.name}.log"
    if not started.process():
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise ServersUnwell(
            f"{started.name} ended at once: {lines[-1] if lines else 'no word'}; the whole of it: {log}"
        )
    if time.monotonic() > deadline:
        raise ServersUnwell(f"{started.name} did not answer within {_WAIT_S} s; what it said stands in {log}")


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"{host}:{port} cannot be listened on ({error.strerror}); stop what holds it, or name another port in "
                "TUTOR_PREFECT_PORT or TUTOR_MLFLOW_PORT"
            ) from None


def _stop(processes: Sequence[Started]) -> None:
    """End processes with all their children: workers first, so that their runs are ended by them."""
    for started in sorted(processes, key=lambda each: not each.name.startswith("worker-")):
        process = started.process()
        if process is None:
            continue
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, left = psutil.wait_procs(family, timeout=_STOP_S)
        for each in left:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(left, timeout=_STOP_S)


def recorded(folder: Path) -> list[Started]:
    """Return the processes that `up` wrote down in `folder`, whether they still run or not."""
    file = folder / _PROCESSES
    return [Started(**each) for each in json.loads(file.read_text(encoding="utf-8"))] if file.is_file() else []


def _record(folder: Path, processes: Sequence[Started]) -> None:
    write_private(folder / _PROCESSES, json.dumps([asdict(each) for each in processes]))
