"""Rows written beside the dataset that they came from: a repaired copy and what was left out of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tutor.errors import UsageError
from tutor.rows import BadRow, Row, line_of, raw_text


def repaired_path(original: Path) -> Path:
    """Return where the repaired copy of `original` goes: `name.repaired.jsonl` beside it."""
    return original.with_name(f"{original.stem}.repaired.jsonl")


def quarantine_path(original: Path) -> Path:
    """Return where the rows go that the repaired copy leaves out: `name.quarantine.jsonl` beside `original`."""
    return original.with_name(f"{original.stem}.quarantine.jsonl")


def refuse_existing_copies(original: Path) -> None:
    """Raise UsageError when a copy of `original` is there already: nothing is ever overwritten."""
    for path in (repaired_path(original), quarantine_path(original)):
        if path.exists() or path.is_symlink():
            raise _is_there(path)


def write_repaired(original: Path, rows: Iterable[Row | BadRow]) -> Path:
    """Return the new file beside `original` that holds the good ones of `rows`, as JSON Lines in our own columns.

    Raises:
        UsageError: the file is there already, or cannot be written; nothing is ever overwritten.
    """
    return _written(repaired_path(original), (raw_text(row) for row in rows if isinstance(row, Row)))


def write_quarantine(original: Path, rows: Iterable[BadRow]) -> Path:
    """Return the new file beside `original` that holds bad rows: line, id, every reason and the text as it stood.

    Raises:
        UsageError: as `write_repaired`.
    """
    return _written(quarantine_path(original), (line_of(row) for row in rows))


def _written(path: Path, lines: Iterable[str]) -> Path:
    try:
        file = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise _is_there(path) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); expected a folder to write in") from None
    try:
        with file:
            for line in lines:
                file.write(line + "\n")
    except BaseException:
        path.unlink(missing_ok=True)  # half a copy would pass for a whole one
        raise
    return path


def _is_there(path: Path) -> UsageError:
    return UsageError(f"{path}: is there already and is not overwritten; move it away and try again")
