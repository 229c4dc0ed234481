"""Records of Parquet files and of Hugging Face datasets saved to disk, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.errors import UnreadableDataset
from tutor.reading.records import Record
from tutor.reading.text import LONGEST_LINE, in_one_line

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 256
_READ_AHEAD = 1 << 20
_STATE, _SPLITS = "state.json", "dataset_dict.json"


def parquet_columns(files: Sequence[Path]) -> tuple[str, ...]:
    """Return the columns of Parquet `files`, which must be alike in them."""
    return _same_columns(files, _parquet_schema)


def parquet_records(files: Sequence[Path]) -> Generator[Record]:
    """Yield the rows of Parquet `files`, numbered from 1 through all of them."""
    return _records(files, _parquet_batches)


def arrow_columns(files: Sequence[Path]) -> tuple[str, ...]:
    """Return the columns of the Arrow `files` of a saved dataset."""
    return _same_columns(files, _arrow_schema)


def arrow_records(files: Sequence[Path]) -> Generator[Record]:
    """Yield the rows of the Arrow `files` of a saved dataset, numbered from 1 through all of them."""
    return _records(files, _arrow_batches)


def saved_dataset_files(folder: Path) -> tuple[Path, ...]:
    """Return the Arrow files of a dataset that `save_to_disk` wrote to `folder`: its split `train` where it has splits.

    Raises:
        UnreadableDataset: the folder holds no such dataset, or several splits and none is `train`.
    """
    if (folder / _SPLITS).is_file():
        splits = _described(folder / _SPLITS).get("splits")
        names = [name for name in splits if isinstance(name, str)] if isinstance(splits, list) else []
        name = "train" if "train" in names else names[0] if len(names) == 1 else ""
        if not name or name != Path(name).name:
            found = in_one_line(", ".join(names)[:200]) or "none"
            raise UnreadableDataset(f"{folder}: holds the splits {found}; name one, as {folder}/SPLIT")
        folder = folder / name
    if not (folder / _STATE).is_file():
        raise UnreadableDataset(
            f"{folder}: is not a regular file and holds no dataset saved with save_to_disk (no {_STATE}); "
            "expected a dataset file or such a folder"
        )
    listed = _described(folder / _STATE).get("_data_files")
    entries = listed if isinstance(listed, list) else []
    names = [str(entry.get("filename", "")) for entry in entries if isinstance(entry, dict)]
    files = tuple(folder / name for name in names)
    missing = [name for name, file in zip(names, files, strict=True) if name != Path(name).name or not file.is_file()]
    if missing or not files:
        named = in_one_line(", ".join(missing)[:200]) or "none"
        raise UnreadableDataset(
            f"{folder / _STATE}: names the data files {named}, which are not there; save the dataset again"
        )
    return files


def _described(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            value = json.loads(opened.read(LONGEST_LINE))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableDataset(f"{file}: cannot be read ({str(error).splitlines()[0][:100]})") from None
    return value if isinstance(value, dict) else {}


@contextmanager
def _readable(file: Path, row: int = 0) -> Iterator[None]:
    """Turn what pyarrow says of a broken file into one sentence."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, MemoryError, TypeError, LookupError) as error:
        where = f"after row {row}" if row else "at its beginning"
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise UnreadableDataset(
            f"{file}: is damaged {where} ({in_one_line(why)}); expected a whole file, so copy it anew"
        ) from None


def _same_columns(files: Sequence[Path], schema_of: Callable[[Path], pa.Schema]) -> tuple[str, ...]:
    first: tuple[str, ...] = ()
    for file in files:
        with _readable(file):
            names = tuple(schema_of(file).names)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UnreadableDataset(
                f"{file}: column '{in_one_line(twice[0][:40])}' stands more than once; give each its own name"
            )
        first = first or names
        if names != first:
            raise UnreadableDataset(
                f"{file}: has other columns than {files[0].name}; expected {in_one_line(', '.join(first)[:200])}"
            )
    return first


def _parquet_schema(file: Path) -> pa.Schema:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(file) as opened:
        return opened.schema_arrow


def _parquet_batches(file: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet

    # A buffer instead of whole column chunks keeps memory flat, whatever the size of the row groups.
    with pyarrow.parquet.ParquetFile(file, buffer_size=_READ_AHEAD, pre_buffer=False) as opened:
        yield from opened.iter_batches(batch_size=_BATCH_ROWS, use_threads=False)


def _arrow_schema(file: Path) -> pa.Schema:
    import pyarrow

    with pyarrow.memory_map(str(file)) as mapped, pyarrow.ipc.open_stream(mapped) as opened:
        return opened.schema


def _arrow_batches(file: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow

    with pyarrow.memory_map(str(file)) as mapped, pyarrow.ipc.open_stream(mapped) as opened:
        for batch in opened:
            for start in range(0, batch.num_rows, _BATCH_ROWS):
                yield batch.slice(start, _BATCH_ROWS)


def _records(files: Sequence[Path], batches_of: Callable[[Path], Iterator[pa.RecordBatch]]) -> Generator[Record]:
    number = 0
    for file in files:
        with _readable(file):
            batches = batches_of(file)
        while True:
            with _readable(file, number):
                batch = next(batches, None)
                found = _values(batch) if batch is not None else []
            if batch is None:
                break
            for value, problems in found:
                number += 1
                yield Record(number, value, None, problems)


def _values(batch: pa.RecordBatch) -> list[tuple[object, tuple[str, ...]]]:
    import pyarrow as pa

    try:
        batch.validate(full=True)  # or broken offsets would make pyarrow read beside the data
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
        return [_decoded(value) for value in _as_bytes(batch).to_pylist()]
    return [(value, ()) for value in batch.to_pylist()]


def _as_bytes(batch: pa.RecordBatch) -> pa.RecordBatch:
    import pyarrow as pa

    binary = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
    columns = [column.cast(binary.get(column.type, column.type)) for column in batch.columns]
    bare = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    bare.validate(full=True)
    return bare


def _decoded(value: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
    problems = []
    for name, cell in value.items():
        if isinstance(cell, bytes):
            try:
                value[name] = cell.decode()
            except UnicodeDecodeError as error:
                value[name] = cell.decode("utf-8", "backslashreplace")
                problems.append(f"'{name}' is not UTF-8: byte 0x{cell[error.start]:02X} at position {error.start + 1}")
    return value, tuple(problems)
