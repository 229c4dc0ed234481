"""What `tutor down` ends, and what it leaves alone."""

import json
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from flows.command import main
from flows.servers import down, running_processes
from tutor.settings import Store

_SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(_SLEEPER)
    yield process
    process.kill()
    process.wait()


def _record(store: Store, pid: int, born: float) -> None:
    folder = store.home / "servers"
    folder.mkdir()
    record = [{"name": "prefect-server", "pid": pid, "born": born}]
    (folder / "processes.json").write_text(json.dumps(record))


def test_down_ends_what_was_started(store: Store, sleeper: subprocess.Popen[bytes]) -> None:
    _record(store, sleeper.pid, psutil.Process(sleeper.pid).create_time())
    assert running_processes(store) == ["prefect-server"]
    assert down(store) == ["prefect-server"]
    assert not psutil.pid_exists(sleeper.pid)
    assert down(store) == []


def test_down_leaves_another_process_that_got_the_same_number(store: Store, sleeper: subprocess.Popen[bytes]) -> None:
    _record(store, sleeper.pid, psutil.Process(sleeper.pid).create_time() - 3600)
    assert down(store) == []
    assert sleeper.poll() is None


def test_deploy_without_a_server_says_what_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert main(["deploy"]) == 2
    assert "make up" in capsys.readouterr().err
