"""The card as a thing that one run at a time may hold, whoever started it and wherever."""

from __future__ import annotations

import fcntl
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import wraps
from pathlib import Path
from typing import TypeVar

from prefect import get_run_logger
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext

from tutor.config import RetrainConfig
from tutor.errors import UsageError
from tutor.machine import find_cards
from tutor.settings import card_limit, whoami

Result = TypeVar("Result")

# A run that was killed frees the card this long after its last sign of life.
_LEASE_S = 120
_LOCK_NAME, _MAX_NAME_BYTES = "tutor-matematicas-card.lock", 200


@contextmanager
def card(device: str) -> Iterator[None]:
    """Hold the card while a run computes, where `device` (as in ModelConfig) or this machine means that it does.

    Two locks, each against what the other cannot see: the limit named for the card on the Prefect server, which flow
    runs of all machines that name the same one hold; a locked file, one for the machine, which keeps apart what any of
    its users does in any store, with or without a server. The kernel frees it with the process. Whoever holds the card
    must not ask again.

    Raises:
        UsageError: the file cannot be had.
    """
    if device != "card" and not find_cards():
        yield
        return
    context = FlowRunContext.get()
    name = context.flow_run.name if context and context.flow_run else "a command"
    said = get_run_logger().info if context else _unsaid
    limit = card_limit()
    said(f"asks for the card ({limit}); waits while another run holds it")
    on_the_server = (
        concurrency(limit, lease_duration=_LEASE_S, strict=False, raise_on_lease_renewal_failure=False)
        if context
        else nullcontext()
    )
    with on_the_server, _locked(lock_file(), f"{name} of {whoami()}", said):
        said("holds the card")
        yield


def lock_file() -> Path:
    """Return the file whose lock is the card of this machine: the same one for each of its users."""
    folder = Path("/run/lock")
    with suppress(OSError):
        if folder.stat().st_mode & stat.S_IWOTH:
            return folder / _LOCK_NAME
    return Path("/tmp") / _LOCK_NAME


@contextmanager
def _locked(file: Path, holder: str, said: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of `file`, which names its `holder` to whoever has to wait: that is `said`, and told on stderr."""
    descriptor = _opened_for_all(file)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Any user may have written there, so only what a terminal takes for letters.
            name = "".join(filter(str.isprintable, os.pread(descriptor, _MAX_NAME_BYTES, 0).decode(errors="replace")))
            waits = f"waits for the card, which {name or 'another run'} holds on this machine"
            said(waits)
            sys.stderr.write(f"tutor: {waits}\n")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode()[:_MAX_NAME_BYTES], 0)
        yield
    finally:
        os.close(descriptor)


def _opened_for_all(file: Path) -> int:
    """Return the descriptor of `file`, made if need be, which every user may open."""
    try:
        with suppress(FileExistsError):
            # The kernel lets nobody open another user's file in such a folder with O_CREAT alone.
            made = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL)
            os.fchmod(made, 0o666)
            return made
        return os.open(file, os.O_RDWR | os.O_NOFOLLOW)
    except OSError as error:
        raise UsageError(
            f"{file}: cannot be opened ({error.strerror}); expected a file that all users may write; remove it while "
            "nothing computes on the card"
        ) from None


def on_the_card(retrain: Callable[[RetrainConfig], Result]) -> Callable[[RetrainConfig], Result]:
    """Return `retrain` as a flow body that holds the card from its beginning to its end."""

    @wraps(retrain)
    def held(config: RetrainConfig) -> Result:
        with card(config.model.device):
            return retrain(config)

    return held


def _unsaid(text: str) -> None:
    """Say nothing: outside of a flow run nobody reads a log."""
