"""The same few exercises in every form in which a dataset may come."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

Record = dict[str, str]


def records(count: int) -> list[Record]:
    """Return `count` exercises with a question, a solution over two lines and an answer."""
    return [
        {
            "id": f"r{n}",
            "question": f"¿Cuánto es {n} × 3, «en años»?",
            "solution": f'Se dice "por":\n{n} × 3 = {3 * n}',
            "answer": str(3 * n),
        }
        for n in range(1, count + 1)
    ]


def jsonl(folder: Path, rows: Sequence[Record]) -> Path:
    path = folder / "d.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def array(folder: Path, rows: Sequence[Record]) -> Path:
    path = folder / "d.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def nested(folder: Path, rows: Sequence[Record]) -> Path:
    path = folder / "n.json"
    path.write_text(json.dumps({"version": 1, "data": rows}, ensure_ascii=False), encoding="utf-8")
    return path


def _table(path: Path, rows: Sequence[Record], delimiter: str, encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def comma(folder: Path, rows: Sequence[Record]) -> Path:
    return _table(folder / "d.csv", rows, ",", "utf-8")


def semicolon(folder: Path, rows: Sequence[Record]) -> Path:
    return _table(folder / "s.csv", rows, ";", "utf-8-sig")


def tab(folder: Path, rows: Sequence[Record]) -> Path:
    return _table(folder / "d.tsv", rows, "\t", "utf-16")


def parquet(folder: Path, rows: Sequence[Record]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet

    path = folder / "d.parquet"
    pa.parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def saved(folder: Path, rows: Sequence[Record]) -> Path:
    from datasets import Dataset

    path = folder / "saved"
    Dataset.from_list(list(rows)).save_to_disk(path)
    return path


WRITERS: dict[str, Callable[[Path, Sequence[Record]], Path]] = {
    "JSON Lines": jsonl,
    "JSON": array,
    "JSON in an object": nested,
    "CSV": comma,
    "CSV with ';'": semicolon,
    "TSV": tab,
    "Parquet": parquet,
    "Hugging Face dataset": saved,
}
