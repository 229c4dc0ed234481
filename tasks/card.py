"""The card as a thing that one run at a time may hold, whoever started it and wherever."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import TypeVar

from prefect import get_run_logger
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext

from tasks.policy import CARD_TAG
from tutor.config import RetrainConfig
from tutor.machine import find_cards
from tutor.settings import Store, open_store

Result = TypeVar("Result")

# A run that was killed frees the card this long after its last sign of life.
_LEASE_S = 120


@contextmanager
def card(device: str, store: Store) -> Iterator[None]:
    """Hold the card while a run computes, where `device` (as in ModelConfig) or this machine means that it does.

    Two locks, each against what the other cannot see: the limit named for the card on the Prefect server keeps runs of
    all machines in a row; a locked file, which the kernel frees with the process, keeps apart what this machine does
    for different servers.
    """
    if device != "card" and not find_cards():
        yield
        return
    context = FlowRunContext.get()
    name = context.flow_run.name if context and context.flow_run else "a run outside of Prefect"
    said = get_run_logger().info if context else _unsaid
    said(f"asks for the card ({CARD_TAG}); waits while another run holds it")
    on_the_server = (
        concurrency(CARD_TAG, lease_duration=_LEASE_S, strict=False, raise_on_lease_renewal_failure=False)
        if context
        else nullcontext()
    )
    with on_the_server, (store.home / "card.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            said(f"waits for the card, which {lock.read() or 'another run'} holds on this machine")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(name)
        lock.flush()
        said("holds the card")
        yield


def on_the_card(retrain: Callable[[RetrainConfig], Result]) -> Callable[[RetrainConfig], Result]:
    """Return `retrain` as a flow body that holds the card from its beginning to its end."""

    @wraps(retrain)
    def held(config: RetrainConfig) -> Result:
        with card(config.model.device, open_store()):
            return retrain(config)

    return held


def _unsaid(text: str) -> None:
    """Say nothing: outside of a flow run nobody reads a log."""
