"""Checkpoints: whole or passed over, and what stays when the disk is full."""

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tutor.checkpoints import DIGESTS, begin, finish, last_whole, room_for, unfinished
from tutor.errors import StorageFull


def _write(folder: Path, step: int, size: int = 1000) -> Path:
    with room_for(folder, step):
        begin(folder)
        place = unfinished(folder) / f"checkpoint-{step}"
        place.mkdir()
        (place / "optimizer.pt").write_bytes(bytes([step]) * size)
        (place / "trainer_state.json").write_text(f'{{"global_step": {step}}}')
        finish(folder, step)
    return folder / f"checkpoint-{step}"


def test_the_newest_two_checkpoints_stay(tmp_path: Path) -> None:
    assert last_whole(tmp_path) is None
    for step in (2, 4, 10):
        _write(tmp_path, step)
    assert sorted(path.name for path in tmp_path.glob("checkpoint-*")) == ["checkpoint-10", "checkpoint-4"]
    assert last_whole(tmp_path) == tmp_path / "checkpoint-10"
    # Written once more after a training that went on from an earlier one.
    assert last_whole(_write(tmp_path, 10, size=5).parent) == tmp_path / "checkpoint-10"
    assert (tmp_path / "checkpoint-10" / "optimizer.pt").stat().st_size == 5


def _truncate(checkpoint: Path) -> None:
    (checkpoint / "optimizer.pt").write_bytes((checkpoint / "optimizer.pt").read_bytes()[:500])


def _flip_a_bit(checkpoint: Path) -> None:
    content = bytearray((checkpoint / "optimizer.pt").read_bytes())
    content[700] ^= 4
    (checkpoint / "optimizer.pt").write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": _truncate,
    "a bit flipped": _flip_a_bit,
    "a file missing": lambda checkpoint: (checkpoint / "trainer_state.json").unlink(),
    "a file too many": lambda checkpoint: (checkpoint / "scheduler.pt").write_text("x"),
    "no digests": lambda checkpoint: (checkpoint / DIGESTS).unlink(),
    "digests cut off": lambda checkpoint: (checkpoint / DIGESTS).write_text('{"optimizer.pt": "ab'),
    "digests of another kind": lambda checkpoint: (checkpoint / DIGESTS).write_text("[]"),
    "a folder in place of a file": lambda checkpoint: (
        (checkpoint / "optimizer.pt").unlink(),
        (checkpoint / "optimizer.pt").mkdir(),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_removed_and_the_one_before_it_used(
    damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _write(tmp_path, 4)
    DAMAGES[damage](_write(tmp_path, 6))
    assert last_whole(tmp_path) == tmp_path / "checkpoint-4"
    assert not (tmp_path / "checkpoint-6").exists()
    assert "checkpoint-6 is damaged" in caplog.text
    # A last one that is damaged as well: training begins anew.
    DAMAGES[damage](tmp_path / "checkpoint-4")
    assert last_whole(tmp_path) is None


def test_what_an_interrupted_attempt_left_is_no_checkpoint(tmp_path: Path) -> None:
    _write(tmp_path, 4)
    begin(tmp_path)
    shutil.copytree(tmp_path / "checkpoint-4", unfinished(tmp_path) / "checkpoint-6")
    assert last_whole(tmp_path) == tmp_path / "checkpoint-4"
    _write(tmp_path, 8)
    assert not list(unfinished(tmp_path).iterdir())


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Refuse this process files of more than `size` bytes, as a full quota does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


WRITERS: dict[str, Callable[[Path], object]] = {
    "python": lambda folder: (folder / "a").write_bytes(bytes(2_000_000)),
    "torch": lambda folder: torch.save({"a": torch.ones(500_000)}, folder / "a"),
    "safetensors": lambda folder: save_file({"a": torch.ones(500_000)}, folder / "a"),
    "numpy": lambda folder: np.ones(500_000).tofile(folder / "a"),
    "sqlite": lambda folder: _fill_a_database(folder / "a"),
}


def _fill_a_database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA max_page_count = 10")
        database.execute("CREATE TABLE curves (point TEXT)")
        database.execute("INSERT INTO curves VALUES (?)", ["x" * 500_000])


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_is_one_sentence_and_leaves_the_last_good_checkpoint(writer: str, tmp_path: Path) -> None:
    def write(step: int) -> None:
        with room_for(tmp_path, step):
            begin(tmp_path)
            (unfinished(tmp_path) / f"checkpoint-{step}").mkdir()
            with no_file_beyond(1_000_000):
                WRITERS[writer](unfinished(tmp_path) / f"checkpoint-{step}")
            finish(tmp_path, step)

    with pytest.raises(StorageFull, match=r"step 4 could not be written: no space is left .*; there is no earlier one"):
        write(4)
    _write(tmp_path, 4)
    with pytest.raises(StorageFull, match="that of step 4 is kept: free some space and run the same command") as caught:
        write(6)
    assert "\n" not in str(caught.value)
    assert not unfinished(tmp_path).exists()
    assert last_whole(tmp_path) == tmp_path / "checkpoint-4"


def test_any_other_failure_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), room_for(tmp_path, 4):
        raise PermissionError("not yours")
