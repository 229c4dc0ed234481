"""What is on disk for good, and what is said when a disk is full."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor.errors import StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# What libraries that write from Rust, C or C++ say in place of the number for it, and numpy for fewer bytes than asked.
_SAID_FULL = (
    "os error 28",
    "os error 27",
    "basic_ios::clear: iostream error",
    "PytorchStreamWriter failed writing",
    "database or disk is full",
)
_SAID_SHORT = re.compile(r"\d+ requested and \d+ written")


@contextmanager
def told_when_full(folder: Path, what: str, advice: str) -> Iterator[None]:
    """Turn the failure of a write for lack of space, whatever a library makes of it, into one sentence.

    Raises:
        StorageFull: the disk or the quota that `folder` lies on is full.
    """
    try:
        yield
    except StorageFull:
        raise
    except Exception as error:
        if not _is_full(error):
            raise
        free = shutil.disk_usage(folder).free
        raise StorageFull(
            f"{what}: no space is left for {folder} ({free / 2**20:.1f} MiB free on that disk); {advice}"
        ) from error


def write_through(folder: Path) -> None:
    """Have the system write every file below `folder`, and the folders' own entries, to the disk."""
    for path in (folder, *folder.rglob("*")):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_text(file: Path, text: str) -> None:
    """Write `text` to `file` so that a reader finds the old text or the new one, never a part."""
    temporary = file.with_name(f"{file.name}.partial")
    with temporary.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    temporary.replace(file)


@contextmanager
def held_alone(lock: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the file `lock`, in this thread of this process and no other on this machine; it is gone afterwards.

    The kernel frees what a process held that was killed.

    Raises:
        BlockingIOError: somebody else holds it, and `wait` is False.
    """
    with _locked(lock, wait=wait):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


@contextmanager
def _locked(lock: Path, *, wait: bool) -> Iterator[None]:
    while True:
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it may have removed it meanwhile: then others wait for a new file of that name.
            if os.fstat(file.fileno()).st_nlink:
                yield
                return


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if any(said in str(error) for said in _SAID_FULL) or _SAID_SHORT.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False
