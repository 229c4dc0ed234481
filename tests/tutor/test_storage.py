"""A lock that leaves no file behind, and still lets in one at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tutor.storage import held_alone

THREADS, TIMES = 8, 40


def test_one_at_a_time_is_let_in_although_each_removes_the_file(tmp_path: Path) -> None:
    lock, inside, most, together = tmp_path / "a.lock", [0], [0], Barrier(THREADS)

    def enter(_: int) -> None:
        together.wait()
        for _time in range(TIMES):
            with held_alone(lock):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                (tmp_path / "work").write_text("x")  # lets the others run
                inside[0] -= 1

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(enter, range(THREADS)))
    assert most == [1]
    assert not lock.exists()


def test_who_does_not_wait_is_told_and_takes_nothing_away(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    with held_alone(lock):
        with pytest.raises(BlockingIOError), held_alone(lock, wait=False):
            raise AssertionError("two hold it")
        assert lock.exists()
    assert not lock.exists()
