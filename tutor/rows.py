"""Rows of a dataset: kept as JSON Lines, told apart by their template, spread over their topics."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NO_TOPIC = "sin tema"
NO_LEVEL = "sin nivel"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Row:
    """One exercise of a dataset; `line` is its place in the source file, counted from 1."""

    id: str
    question: str
    solution: str
    answer: str
    topic: str
    level: str
    line: int


@dataclass(frozen=True)
class BadRow:
    """A row that was set aside: its text as it stood in the file, its line and every reason."""

    line: int
    id: str
    reasons: tuple[str, ...]
    raw: str


def write_rows(path: Path, rows: Iterable[Row | BadRow]) -> None:
    """Write `rows` to `path` as JSON Lines in UTF-8, one object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(line_of(row) + "\n")


def line_of(row: Row | BadRow) -> str:
    """Return `row` as one line of JSON, with everything that is known of it."""
    return json.dumps(asdict(row), ensure_ascii=False)


def read_written_rows(path: Path) -> list[Row]:
    """Return the rows that `write_rows` wrote to `path`."""
    return list(stream_written_rows(path))


def stream_written_rows(path: Path) -> Iterator[Row]:
    """Yield the rows that `write_rows` wrote to `path`, one at a time."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield Row(**json.loads(line))


def raw_text(row: Row) -> str:
    """Return `row` as one line of JSON, without its place in the file."""
    return json.dumps({name: value for name, value in asdict(row).items() if name != "line"}, ensure_ascii=False)


def template(question: str) -> str:
    """Return `question` with its numbers masked, in lower case, without accents, signs of question or extra space."""
    text = _NUMBER.sub("#", question.lower())
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return _SPACES.sub(" ", bare.replace("¿", "").replace("?", "").replace("¡", "").replace("!", "")).strip(" .")


def spread_over_topics(rows: Sequence[Row], most: int) -> list[Row]:
    """Return at most `most` rows, taken from each topic in turn, in an order that depends on the rows alone."""
    by_topic: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: _fraction(row.question)):
        by_topic[row.topic].append(row)
    queues = [by_topic[topic] for topic in sorted(by_topic)]
    chosen: list[Row] = []
    for place in range(max(map(len, queues), default=0)):
        chosen.extend(queue[place] for queue in queues if place < len(queue))
    return chosen[:most]


def digest_of(values: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that change whenever a value does; values are JSON or have a `str` form."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fraction(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
