"""Rows written beside the dataset that they came from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tutor.errors import UsageError
from tutor.rows import BadRow, Row, raw_text


def repaired_path(original: Path) -> Path:
    """Return where the repaired copy of `original` goes: `name.repaired.jsonl` beside it."""
    return original.with_name(f"{original.stem}.repaired.jsonl")


def write_repaired(original: Path, rows: Iterable[Row | BadRow]) -> Path:
    """Return the new file beside `original` that holds the good ones of `rows`, as JSON Lines in our own columns.

    Raises:
        UsageError: the file is there already, or cannot be written; nothing is ever overwritten.
    """
    path = repaired_path(original)
    try:
        file = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        raise UsageError(f"{path}: is there already and is not overwritten; move it away and try again") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); expected a folder to write in") from None
    try:
        with file:
            for row in rows:
                if isinstance(row, Row):
                    file.write(raw_text(row) + "\n")
    except BaseException:
        path.unlink(missing_ok=True)  # half a copy would pass for a whole one
        raise
    return path
