"""What `tutor down` ends, and what it and `tutor deploy` leave alone."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate

from flows.command import main
from flows.deploy import _apply_limits, _apply_pools, declaration
from flows.servers import down, running_processes
from tutor.settings import CARD_POOL, REPOSITORY, Store

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


@pytest.mark.usefixtures("prefect_server")
def test_deploying_again_leaves_limits_that_were_raised() -> None:
    declared = declaration()

    async def limits(client: PrefectClient) -> list[int | None]:
        await _apply_pools(client, declared.work_pools)
        await _apply_limits(client, declared.concurrency_limits)
        pool = await client.read_work_pool(CARD_POOL)
        queue = await client.read_work_queue_by_name("retraining", work_pool_name="cpu")
        card = await client.read_global_concurrency_limit_by_name(CARD_POOL)
        return [pool.concurrency_limit, queue.concurrency_limit, card.limit]

    async def raise_them() -> None:
        async with get_client() as client:
            # A worker that came first makes its pool itself, without a limit.
            await client.create_work_pool(WorkPoolCreate(name=CARD_POOL, type="process"))
            assert await limits(client) == [1, 1, 1]
            await client.update_work_pool(CARD_POOL, WorkPoolUpdate(concurrency_limit=10))
            queue = await client.read_work_queue_by_name("retraining", work_pool_name="cpu")
            await client.update_work_queue(queue.id, concurrency_limit=3)
            await client.upsert_global_concurrency_limit_by_name(CARD_POOL, 9)
            assert await limits(client) == [10, 3, 9]

    asyncio.run(raise_them())


def test_up_that_is_ended_stops_what_it_started(store: Store) -> None:
    waits = (
        "import sys, flows.servers as servers\n"
        "def start(name, *_):\n"
        f"    child = servers.subprocess.Popen({_SLEEPER!r})\n"
        "    return servers.Started(name, child.pid, servers.psutil.Process(child.pid).create_time())\n"
        "def wait(started, *_):\n"
        "    print(started.pid, flush=True)\n"
        "    servers.time.sleep(60)\n"
        "servers._start, servers._await, servers._refuse_taken = start, wait, lambda *_: None\n"
        "from flows.command import main\n"
        "sys.exit(main(['up']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", waits], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as up:
        assert up.stdout
        started = int(up.stdout.readline())
        assert len(running_processes(store)) == 2
        up.terminate()
        _, said = up.communicate(timeout=60)
    assert (up.returncode, said.count("\n")) == (130, 1)
    assert not psutil.pid_exists(started)
    assert running_processes(store) == []


def test_deploy_without_a_server_says_what_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert main(["deploy"]) == 2
    assert "make up" in capsys.readouterr().err
