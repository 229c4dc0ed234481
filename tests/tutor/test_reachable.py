"""Servers that the environment names: a dead one is told at once, and whatever answers is good enough."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from flows.command import main
from tutor import reachable
from tutor.errors import UsageError
from tutor.reachable import refuse_unreachable, without_password
from tutor.settings import Store, open_store_and_servers

NO_SERVER = ("", "file", "sqlite", "postgresql")
ASKING_MLFLOW = (
    ["history"],
    ["promote", "1", "--reason", "x"],
    ["rollback", "--reason", "x"],
    ["approve", "1", "--reason", "x"],
    ["refuse", "1", "--reason", "x"],
    ["compare", "a", "b"],
    ["report", "models:/x"],
    ["ask", "models:/x/1", "¿2+2?"],
    ["serve"],
    ["export", "models:/x/1", "nowhere"],
    ["retrain"],
    ["sweep"],
)


@pytest.fixture
def dead_port() -> Iterator[int]:
    """Return a port of loopback that nobody listens on: it is held, so nobody else gets it meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def forbidding() -> Iterator[str]:
    """Return the address of a server that lets nobody in."""

    class Forbidding(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(401)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Forbidding) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def _complaint(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    started = time.monotonic()
    assert main(arguments) == 2
    assert time.monotonic() - started < 5
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    return complaint


@pytest.mark.parametrize("arguments", ASKING_MLFLOW, ids=lambda words: words[0])
def test_a_dead_or_impossible_mlflow_is_told_at_once(
    arguments: list[str],
    dead_port: int,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ana:secreta@127.0.0.1:{dead_port}")
    said = _complaint(arguments, capsys)
    assert f"MLFLOW_TRACKING_URI: http://127.0.0.1:{dead_port} does not answer (Connection refused)" in said
    assert "secreta" not in said
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "garbage://")
    assert "got 'garbage://', expected an address such as http:…, https:…, file:…, sqlite:" in _complaint(
        arguments, capsys
    )


@pytest.mark.parametrize("arguments", [["retrain"], ["sweep"], ["approve", "1", "--reason", "x"]])
def test_a_dead_or_impossible_prefect_is_told_at_once(
    arguments: list[str],
    dead_port: int,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{dead_port}/api")
    assert f"PREFECT_API_URL: http://127.0.0.1:{dead_port}/api does not answer" in _complaint(arguments, capsys)
    monkeypatch.setenv("PREFECT_API_URL", "127.0.0.1:4200/api")
    assert "PREFECT_API_URL: got '127.0.0.1:4200/api', expected" in _complaint(arguments, capsys)


def test_what_needs_no_server_asks_none(
    dead_port: int, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("MLFLOW_TRACKING_URI", "PREFECT_API_URL"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{dead_port}")
    assert main(["down"]) == 0
    assert main(["check", "nowhere.jsonl"]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_any_answer_is_a_sign_of_life(forbidding: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ana:secreta@{forbidding}/")
    monkeypatch.setenv("PREFECT_API_URL", f"http://{forbidding}/api")
    assert open_store_and_servers(prefect=True).tracking_uri.endswith(f"@{forbidding}/")
    # No TLS is spoken there, but somebody is there.
    refuse_unreachable("X", f"https://{forbidding}")


@pytest.mark.parametrize(
    "address", ["sqlite:////a/b.db", "/a/b:c", "folder", "file:///a", "postgresql+psycopg://u@h/x"]
)
def test_files_and_databases_are_not_asked(address: str) -> None:
    refuse_unreachable("X", address, NO_SERVER)


@pytest.mark.parametrize("address", ["http://", "http://[::1", "http://127.0.0.1:port", "http:// x", "HTTP:x"])
def test_what_is_no_address_is_one_sentence(address: str) -> None:
    with pytest.raises(UsageError, match=r"^X: .* does not answer \(.+\)") as caught:
        refuse_unreachable("X", address)
    assert "\n" not in str(caught.value)


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachable, "_WAIT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match=r"does not answer \(nothing within 0.2 s\)"):
            refuse_unreachable("X", address)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql+psycopg://ana:s3creto@db.local:5432/mlflow", "postgresql+psycopg://db.local:5432/mlflow"),
        ("https://ana:s3creto@mlflow.local/path", "https://mlflow.local/path"),
        ("ana:s3creto@mlflow.local", "mlflow.local"),
        ("sqlite:////home/ana@casa/mlflow.db", "sqlite:////home/ana@casa/mlflow.db"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
    ],
)
def test_nobody_is_shown_the_password_of_a_store(address: str, shown: str) -> None:
    assert without_password(address) == shown
    assert Store(Path("/home"), address, None).tracking_shown == shown
