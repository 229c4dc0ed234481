"""A record as it stands in a dataset, before anybody asks what its columns mean; strict JSON; the JSON Lines reader."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import NamedTuple

from tutor.reading.repairs import Repairs
from tutor.reading.text import TextForm, bytes_shown, lines, open_text


class Record(NamedTuple):
    """One record: its line (or row) from 1, what it holds, its text as it stood (None: it had none), what is wrong.

    `value` is only meaningful when `problems` is empty.
    """

    line: int
    value: object
    raw: str | None
    problems: tuple[str, ...] = ()


class StrictJson:
    """Reads JSON as the standard has it: keys that come twice, NaN and Infinity are told, not passed over."""

    def __init__(self) -> None:
        self._problems: list[str] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=self._constant)

    def decode(self, text: str) -> tuple[object, tuple[str, ...]]:
        """Return the value of `text` and what is wrong with it; never raises."""
        self._problems.clear()
        try:
            value = self._decoder.decode(text)
        except (ValueError, RecursionError) as error:
            return None, (problem_of(error),)
        return value, tuple(self._problems)

    def decode_at(self, text: str, start: int) -> tuple[object, int, tuple[str, ...]]:
        """Return the value that begins at `text[start]`, where it ends and what is wrong with it.

        Raises:
            ValueError, RecursionError: no whole value begins there.
        """
        self._problems.clear()
        value, end = self._decoder.raw_decode(text, start)
        return value, end, tuple(self._problems)

    def _object(self, pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
        value = dict(pairs)
        if len(value) != len(pairs):
            names = [name for name, _ in pairs]
            twice = sorted({name for name in names if names.count(name) > 1}) if len(names) < 1000 else ["…"]
            self._problems.append(f"key {', '.join(map(repr, twice))} stands more than once in one object")
        return value

    def _constant(self, name: str) -> None:
        self._problems.append(f"{name} is no JSON number")


def problem_of(error: Exception) -> str:
    """Return in one sentence why a text is not JSON."""
    if isinstance(error, RecursionError):
        return "not JSON that can be read: nested too deeply (recursion limit)"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    return f"not JSON that can be read: {str(error).splitlines()[0].split(';')[0]}"


def json_lines(path: Path, form: TextForm, repair: Repairs | None) -> Generator[Record]:
    """Yield one record for each line of `path` that is not blank."""
    decode = StrictJson().decode
    with open_text(path, form) as file:
        for number, data, length in lines(file):
            if length:
                yield too_long(number, data, length)
                continue
            try:
                text = data.decode()
            except UnicodeDecodeError:
                text, problem = form.decode(data, repair)
                if problem:
                    yield Record(number, None, text, (problem,))
                    continue
            if not text.strip():
                continue
            value, problems = decode(text)
            yield Record(number, value, text, problems)


def too_long(number: int, data: bytes, length: int) -> Record:
    """Return the record of a line of `length` bytes, of which only the first ones, `data`, were kept."""
    reason = f"the line is {length:,} bytes long, more than 1 MiB; it begins with {bytes_shown(data)!r}"
    return Record(number, None, bytes_shown(data) + "…", (reason,))
