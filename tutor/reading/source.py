"""A dataset in any form that people have, as a stream of rows and of records that are no rows."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from tutor.errors import UnreadableDataset, UsageError
from tutor.reading.columnar import (
    arrow_columns,
    arrow_records,
    parquet_columns,
    parquet_records,
    saved_dataset_files,
)
from tutor.reading.hub import PREFIX, hub_files
from tutor.reading.json_document import json_document
from tutor.reading.recognition import HEAD_BYTES, PARQUET, refuse_binary, text_form, text_kind
from tutor.reading.records import Record, json_lines
from tutor.reading.repairs import Repairs
from tutor.reading.shapes import Shape, columns_shown, original_text, shape_of
from tutor.reading.tables import DELIMITERS, table_columns, table_records
from tutor.reading.text import TextForm
from tutor.rows import BadRow, Row

_SAMPLE = 20
_SAMPLE_AT_MOST = 1000


@dataclass(frozen=True)
class Format:
    """How a dataset is kept: the kind of its files, what its columns mean and, for text, how it is written."""

    kind: str
    shape: str
    text: TextForm | None = None

    def __str__(self) -> str:
        """Return it in one line, such as `JSON Lines, GSM8K (question, answer with ####), UTF-8`."""
        return ", ".join(str(part) for part in (self.kind, self.shape, self.text) if part)


@dataclass(frozen=True)
class _Content:
    """Records in one kind of file; `columns` are empty where only the records tell them."""

    kind: str
    records: Callable[[], Generator[Record]]
    columns: tuple[str, ...] = ()
    text: TextForm | None = None


@dataclass(frozen=True)
class Source:
    """A dataset that can be read: any number of times, from its beginning, with a bounded part of it in memory.

    Every record comes as a row or as a bad row; `files` are the local files that it is read from.
    """

    name: str
    files: tuple[Path, ...]
    format: Format
    _records: Callable[[], Generator[Record]]
    _shape: Shape
    repairs: Repairs | None  # None: nothing is repaired

    def __iter__(self) -> Iterator[Row | BadRow]:
        """Yield each record of the dataset, in order.

        Raises:
            UnreadableDataset: the file breaks in a way after which no further record can be told apart.
        """
        for row, _ in self.with_originals():
            yield row

    def with_originals(self) -> Iterator[tuple[Row | BadRow, str]]:
        """Yield each record of the dataset with its text as it stood; of a file without text, the record as JSON.

        Raises:
            UnreadableDataset: the file breaks in a way after which no further record can be told apart.
        """
        row, repair = self._shape.row, self.repairs
        if repair:
            repair.start()
        line = beside = 0
        try:
            with closing(self._records()) as records:
                for record in records:
                    beside = beside + 1 if record.line == line else 1
                    line = record.line
                    found = row(record, repair)
                    if beside > 1 and found.id == f"line-{line}":  # several records stand in one line of a document
                        found = replace(found, id=f"line-{line}-{beside}")
                    yield found, original_text(record)
        except OSError as error:
            raise UnreadableDataset(
                f"{self.name}: cannot be read to its end ({error.strerror or error}); check the disk and try again"
            ) from None

    def rows_expected(self, rows_seen: int, bytes_seen: int) -> int:
        """Return how many rows there may be, more than were seen, judged by the bytes that those took in the file."""
        size = sum(file.stat().st_size for file in self.files)
        return max(rows_seen + 1, round(rows_seen * size / max(bytes_seen, 1)))


def open_dataset(source: str | Path, mapping: Mapping[str, str] | None = None, repair: bool = False) -> Source:
    """Return the dataset at `source`, recognised by its content: what it is stands in `format`.

    `source` is a file, a folder that `save_to_disk` wrote, or `hub:OWNER/NAME@REVISION`. `mapping` says which column
    holds a field, as `{"question": "pregunta"}`. With `repair`, text in another encoding and mis-decoded text come
    as they should be, instead of as bad rows.

    Raises:
        UnreadableDataset: it is not there, is no dataset, holds no row or has no known columns.
        UsageError: `mapping` names a field or a column that does not exist.
    """
    name = str(source)
    repairs = Repairs() if repair else None
    files = hub_files(name) if name.startswith(PREFIX) else _local_files(Path(name))
    try:
        content = _content(name, files, repairs)
        shape = _shape(name, content, mapping)
    except OSError as error:
        raise UnreadableDataset(f"{name}: cannot be read ({error.strerror or error}); check its permissions") from None
    return Source(name, files, Format(content.kind, shape.name, content.text), content.records, shape, repairs)


def read_rows(path: Path) -> tuple[list[Row], list[BadRow]]:
    """Return the rows of a dataset and the records that are no rows, each with its reasons.

    Raises:
        UnreadableDataset: it cannot be read at all, or holds nothing.
    """
    rows: list[Row] = []
    bad: list[BadRow] = []
    for row in open_dataset(path):
        if isinstance(row, Row):
            rows.append(row)
        else:
            bad.append(row)
    return rows, bad


def _local_files(path: Path) -> tuple[Path, ...]:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableDataset(f"{path}: there is no such file; expected a dataset file or folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableDataset(f"{str(path)[:200]!r}: cannot be read ({reason}); expected a dataset file") from None
    if stat.S_ISDIR(mode):
        if not os.access(path, os.R_OK | os.X_OK):
            raise UnreadableDataset(f"{path}: cannot be read (Permission denied); check its permissions")
        return saved_dataset_files(path)
    if not stat.S_ISREG(mode):  # a pipe would be waited for, a device may never end
        raise UnreadableDataset(
            f"{path}: is not a regular file but a pipe, socket or device; save what it gives to a file and give that"
        )
    return (path,)


def _content(name: str, files: Sequence[Path], repair: Repairs | None) -> _Content:
    if Path(name).is_dir():
        return _Content("Hugging Face dataset", partial(arrow_records, files), arrow_columns(files))
    path = files[0]
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(PARQUET):
        return _Content("Parquet", partial(parquet_records, files), parquet_columns(files))
    refuse_binary(head, name)
    form = text_form(_whole_lines(head), name, repair is not None)
    kind, delimiter = text_kind(head, form, path.suffix.lower())
    if kind == "table":
        columns = table_columns(path, form, delimiter, repair)
        records = partial(table_records, path, form, delimiter, columns, repair)
        return _Content(DELIMITERS[delimiter], records, columns, form)
    reader = json_lines if kind == "JSON Lines" else json_document
    return _Content(kind, partial(reader, path, form, repair), (), form)


def _whole_lines(head: bytes) -> bytes:
    """Return `head` without a character that the end of the sample cuts in two."""
    return head if len(head) < HEAD_BYTES else head[: head.rfind(b"\n") + 1] or head[:-4]


def _shape(name: str, content: _Content, mapping: Mapping[str, str] | None) -> Shape:
    values, seen = _sample(content)
    columns = content.columns or tuple(dict.fromkeys(key for value in values for key in value))
    if not seen and not columns:
        raise UnreadableDataset(f"{name}: the file is empty; expected a dataset of one record or more")
    if not values and not content.columns:
        # Nothing but broken records: all of them will be told, in the terms of our own columns.
        columns = ("question", "answer")
        mapping = None
    try:
        shape = shape_of(columns, values, mapping)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None
    if shape is None:
        read_as = ", ".join(str(part) for part in (content.kind, content.text) if part)
        raise UnreadableDataset(
            f"{name}: read as {read_as}: no question with an answer among the columns {columns_shown(columns)}; "
            "expected question and answer, instruction and output, prompt and completion, or messages, or a mapping as "
            "question=COLUMN"
        )
    if not seen:
        raise UnreadableDataset(f"{name}: has columns but no row; expected one record or more")
    return shape


def _sample(content: _Content) -> tuple[list[dict[str, object]], bool]:
    """Return the first records that are objects, and whether there is any record."""
    values: list[dict[str, object]] = []
    seen = False
    with closing(content.records()) as records:
        for record in islice(records, _SAMPLE_AT_MOST):
            seen = True
            if isinstance(record.value, dict):
                values.append(record.value)
            if len(values) >= _SAMPLE:
                break
    return values, seen
