"""Metrics arrive once, in order and with their own time, whatever happens to the server or the trainer."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tasks import metric_spool
from tasks.metric_spool import SPOOL, Point, Spool, delivering
from tasks.tracking import Tracking
from tests.conftest import held_port
from tutor.settings import Store


class ServerAway(Exception):
    """Stands for what a client makes of a server that does not answer."""


def _into(arrived: list[Point]) -> Callable[[Sequence[Point]], None]:
    return arrived.extend


def _refuse(points: Sequence[Point]) -> None:
    raise ServerAway("connection refused")


def test_what_could_not_be_sent_is_kept_and_sent_once_in_order(tmp_path: Path) -> None:
    arrived: list[Point] = []
    spool = Spool(tmp_path, "run")
    spool.add(1, {"loss": 3.0, "grad_norm": 0.5})
    spool.deliver(_into(arrived))
    spool.add(2, {"loss": 2.5})
    with pytest.raises(ServerAway):
        spool.deliver(_refuse)
    spool.add_tag("rung", "one block")
    spool.add(3, {"loss": 2.0})

    # The trainer was killed, in the middle of a line; its successor does steps 3 and 4.
    with (tmp_path / SPOOL).open("a") as file:
        file.write('{"step": 4, "timest')
    spool = Spool(tmp_path, "run")
    spool.add(3, {"loss": 2.0, "peak_mib": 9.0})
    spool.add(4, {"loss": float("inf")})
    spool.deliver(_into(arrived))
    spool.deliver(_into(arrived))
    assert [(point.step, dict(point.metrics)) for point in arrived if point.metrics] == [
        (1, {"loss": 3.0, "grad_norm": 0.5}),
        (2, {"loss": 2.5}),
        (3, {"loss": 2.0}),
        (3, {"peak_mib": 9.0}),
        (4, {"loss": float("inf")}),
    ]
    assert [dict(point.tags) for point in arrived if point.tags] == [{"rung": "one block"}]
    assert [point.timestamp_ms for point in arrived] == sorted(point.timestamp_ms for point in arrived)

    # Another registry has had nothing yet.
    elsewhere: list[Point] = []
    Spool(tmp_path, "another run").deliver(_into(elsewhere))
    assert elsewhere == arrived


def test_many_points_go_in_requests_of_a_size_that_the_server_takes(tmp_path: Path) -> None:
    spool, requests = Spool(tmp_path, "run"), list[Sequence[Point]]()
    for step in range(250):
        spool.add(step, {f"m{at}": 1.0 for at in range(7)})
    spool.deliver(requests.append)
    assert max(7 * len(points) for points in requests) <= 1000
    assert [point.step for points in requests for point in points] == list(range(250))


def test_a_request_refused_half_way_through_is_where_the_next_one_begins(tmp_path: Path) -> None:
    spool, arrived = Spool(tmp_path, "run"), list[Point]()
    for step in range(300):
        spool.add(step, {f"m{at}": 1.0 for at in range(7)})

    def once(points: Sequence[Point]) -> None:
        if arrived:
            raise ServerAway
        arrived.extend(points)

    with pytest.raises(ServerAway):
        spool.deliver(once)
    Spool(tmp_path, "run").deliver(_into(arrived))
    assert [point.step for point in arrived] == list(range(300))


def test_a_server_that_never_answers_stops_no_training(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(tmp_path, "run")
    with delivering(spool, _refuse):
        spool.add(1, {"loss": 3.0})
    assert "takes no metrics (connection refused); they are kept" in caplog.text
    arrived: list[Point] = []
    Spool(tmp_path, "run").deliver(_into(arrived))
    assert len(arrived) == 1


@contextmanager
def _server(port: int, home: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    place = ["--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--artifacts-destination", str(home / "artifacts")]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (home / "server.log").open("a") as log:
        server = subprocess.Popen(
            [*command, *place], env=environment, stdout=log, stderr=log, cwd=home, start_new_session=True
        )
    try:
        while not _answers(port):
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.2)
                raise AssertionError((home / "server.log").read_text())
        yield
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def port() -> Iterator[int]:
    with held_port() as port:
        yield port


def test_a_server_that_goes_and_comes_back_has_every_metric_once(
    store: Store, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metric_spool, "_SECONDS_BETWEEN_ATTEMPTS", 0.05)
    remote = Store(store.home, f"http://127.0.0.1:{port}", None)
    with _server(port, tmp_path):
        run = Tracking(remote, "pruebas").open_run("training-1")
        spool = Spool(tmp_path, run.id)
        refused = []

        def send(points: Sequence[Point]) -> None:
            try:
                run.log_points(points)
            except Exception as error:
                refused.append(error)
                raise

        sending = delivering(spool, send)
        sending.__enter__()
        for step in (1, 2, 3):
            spool.add(step, {"loss": 4.0 - step, "peak_mib": 100.0})
        spool.deliver(send)
    for step in (4, 5, 6):
        spool.add(step, {"loss": 4.0 - step, "peak_mib": 100.0})
    # What was on its way when the server went is asked for again.
    (tmp_path / "metrics-delivered.json").unlink()
    spool = Spool(tmp_path, run.id)
    with pytest.raises(Exception, match=r"Connection|Max retries"):
        spool.deliver(send)
    with _server(port, tmp_path):
        sending.__exit__(None, None, None)
        spool.deliver(send)
        client = Tracking(remote, "pruebas").client
        written = (tmp_path / SPOOL).read_text().splitlines()
        for name in ("loss", "peak_mib"):
            history = client.get_metric_history(run.id, name)
            assert [point.step for point in history] == [1, 2, 3, 4, 5, 6]
            assert [point.timestamp for point in history] == [json.loads(line)["timestamp_ms"] for line in written]
    assert refused
