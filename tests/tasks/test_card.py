"""The card is held by one run at a time, whoever started it, and freed by whatever ends."""

import logging
import multiprocessing
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows.command import main
from tasks.card import card, lock_file
from tasks.policy import CARD_TAG
from tutor.errors import UsageError
from tutor.settings import Store, card_limit


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that is the card of a machine which has one, apart from this machine's own."""
    file = tmp_path / "card.lock"
    monkeypatch.setattr("tasks.card.lock_file", lambda: file)
    monkeypatch.setattr("tasks.card.find_cards", lambda: ("a card",))
    return file


def _hold(home: Path, told: Any) -> None:
    os.environ["TUTOR_HOME"] = str(home)
    with card("auto"):
        told.send("held")
        signal.pause()


@contextmanager
def _holding(home: Path) -> Iterator[tuple[Any, Any]]:
    """Yield a process that asks for the card from the store at `home`, and the pipe that tells when it has it."""
    end, told = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_hold, args=(home, told))
    process.start()
    try:
        yield process, end
    finally:
        process.kill()
        process.join()


def test_a_second_run_waits_until_the_first_is_gone_even_by_kill_whatever_their_stores(
    tmp_path: Path, lock: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with _holding(tmp_path / "worker") as (first, first_end):
        assert first_end.poll(30)
        with _holding(tmp_path / "user") as (_, second_end):
            assert not second_end.poll(1), "two at once"
            assert "waits for the card, which a command of" in capfd.readouterr().err
            os.kill(first.pid, signal.SIGKILL)
            assert second_end.poll(30)


def test_every_user_of_the_machine_may_open_the_lock_however_private_its_maker(lock: Path) -> None:
    before = os.umask(0o077)
    try:
        with card("card"):
            assert stat.S_IMODE(lock.stat().st_mode) == 0o666
    finally:
        os.umask(before)
    assert lock_file().parent.stat().st_mode & stat.S_IWOTH


def test_a_link_in_the_place_of_the_lock_is_not_followed(lock: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    lock.symlink_to(precious)
    with pytest.raises(UsageError, match="cannot be opened"), card("card"):
        pass
    assert precious.read_text() == "kept"


def test_a_run_on_the_processor_holds_nothing(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.card.find_cards", lambda: ())
    with card("auto"), card("auto"):
        assert not lock.exists()


class _Held(Exception):
    """Raised in the place of the calculation, where the card is held."""


def _computes(lock: Path) -> Any:
    def compute(*_: Any) -> Any:
        assert lock.exists()
        raise _Held

    return compute


def test_the_commands_evaluate_and_bench_hold_the_card(
    lock: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flows.subcommands.open_tutor", _computes(lock))
    monkeypatch.setattr("benchmarks.training_speed.bench", _computes(lock))
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"question": "¿Cuánto es 7 × 8?", "answer": "56", "topic": "multiplicación"}\n')
    for arguments in (["evaluate", "base", "--questions", str(questions)], ["bench"]):
        assert main(arguments) == 1
        assert "_Held" in capsys.readouterr().err
        lock.unlink()


def test_each_of_several_cards_may_have_a_limit_of_its_own(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTOR_CARD_LIMIT", raising=False)
    assert card_limit() == CARD_TAG
    monkeypatch.setenv("TUTOR_CARD_LIMIT", "card-3")
    assert card_limit() == "card-3"
    asked: list[str] = []
    monkeypatch.setattr("tasks.card.concurrency", lambda name, **_: asked.append(name) or nullcontext())
    monkeypatch.setattr("tasks.card.FlowRunContext.get", lambda: SimpleNamespace(flow_run=None))
    monkeypatch.setattr("tasks.card.get_run_logger", lambda: logging.getLogger(__name__))
    with card("auto"):
        assert asked == ["card-3"]
    monkeypatch.setenv("TUTOR_CARD_LIMIT", "../x")
    with pytest.raises(UsageError, match="TUTOR_CARD_LIMIT"):
        card_limit()
