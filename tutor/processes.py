"""Work on pieces of a stream in several processes: the results come in order, and only a few pieces wait in memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import TypeVar

from tutor.errors import WorkerLost

Piece = TypeVar("Piece")
Result = TypeVar("Result")
_WAITING_PER_PROCESS = 3


def in_order(
    work: Callable[[Piece], Result], pieces: Iterable[Piece], processes: int, alone: int
) -> Iterator[tuple[Piece, Result]]:
    """Yield each piece with `work(piece)`, in order.

    The first `alone` pieces are worked on here: where there are no more, no process is started. `work` is a function
    of a module, for processes import it afresh.

    Raises:
        WorkerLost: a process died, killed from outside or by the system for lack of memory.
    """
    coming = iter(pieces)
    for piece in islice(coming, alone):
        yield piece, work(piece)
    for first in coming:
        yield from _in_processes(work, chain((first,), coming), processes)


def _in_processes(
    work: Callable[[Piece], Result], pieces: Iterable[Piece], processes: int
) -> Iterator[tuple[Piece, Result]]:
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=_leave_with_parent)
    waiting: deque[tuple[Piece, Future[Result]]] = deque()
    try:
        for piece in pieces:
            waiting.append((piece, _submit(pool, work, piece)))
            if len(waiting) >= _WAITING_PER_PROCESS * processes:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    except BrokenProcessPool:
        raise WorkerLost(
            "a process that was checking rows was ended from outside, perhaps because memory ran out; "
            "close other programs and try again"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, work: Callable[[Piece], Result], piece: Piece) -> Future[Result]:
    """Hand over a piece; a process that starts now inherits that Ctrl-C is not for it but for its parent."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(work, piece)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_with_parent() -> None:
    """End this process when its parent ends, even if that was killed and could not say so."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
