"""A lock that leaves no file behind and lets in one at a time; a full disk, known by what libraries say of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tutor.errors import StorageFull
from tutor.storage import held_alone, told_when_full

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


@pytest.mark.parametrize("said", ["9 requested and 3 written", "No space left on device (os error 28)"])
def test_a_full_disk_is_known_by_the_words_of_a_library(said: str, tmp_path: Path) -> None:
    with pytest.raises(StorageFull), told_when_full(tmp_path, "x", "y"):
        raise RuntimeError(said)


def test_another_request_is_no_full_disk(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="4 GPUs"), told_when_full(tmp_path, "x", "y"):
        raise RuntimeError("4 GPUs requested and only 1 is available")
