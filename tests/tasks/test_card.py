"""The card is held by one run at a time, and freed by whatever ends."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection

import pytest

from tasks.card import card
from tutor.settings import Store


def _hold(store: Store, told: Connection) -> None:
    with card("card", store):
        told.send("held")
        signal.pause()


def test_a_second_run_waits_until_the_first_is_gone_even_by_kill(store: Store) -> None:
    context = multiprocessing.get_context("fork")
    first_end, first_told = context.Pipe()
    second_end, second_told = context.Pipe()
    first = context.Process(target=_hold, args=(store, first_told))
    first.start()
    assert first_end.poll(30)
    second = context.Process(target=_hold, args=(store, second_told))
    second.start()
    try:
        assert not second_end.poll(1), "two at once"
        assert first.pid
        os.kill(first.pid, signal.SIGKILL)
        assert second_end.poll(30)
    finally:
        for each in (first, second):
            each.kill()
            each.join()


def test_a_run_on_the_processor_holds_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.card.find_cards", lambda: ())
    with card("auto", store), card("auto", store):
        assert not (store.home / "card.lock").exists()
