"""Tables as text, with commas, semicolons or tabs: a header, then one record a row, which may take several lines."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from tutor.errors import UnreadableDataset
from tutor.reading.records import Record, too_long
from tutor.reading.repairs import Repairs
from tutor.reading.text import LONGEST_LINE, TextForm, in_one_line, lines, open_text

DELIMITERS = {",": "CSV", ";": "CSV with ';'", "\t": "TSV", "|": "CSV with '|'"}
_MOST_LINES = 200
_MOST_RUNAWAYS = 1000
_LONGEST_HEADER = 1000
# What a spreadsheet would run; after + and - a function may be mathematics, but a program never is.
_FORMULA = re.compile(r"\s*(?:[=@].*?[A-Za-z_][\w.]*\s*[(|!]|[+-].*?[A-Za-z]{2,}\||[+-]\s*[A-Z][A-Z.]+\()", re.DOTALL)


class _Line(NamedTuple):
    number: int
    text: str
    problem: str
    data: bytes
    length: int


class _Runaway(Exception):
    """A quoted cell that does not end within reason."""


def table_columns(path: Path, form: TextForm, delimiter: str, repair: Repairs | None) -> tuple[str, ...]:
    """Return the header of a table.

    Raises:
        UnreadableDataset: it has none, or two columns share a name.
    """
    with open_text(path, form) as file:
        source = _Lines(_decoded(file, form, repair))
        try:
            cells = next((cells for cells in csv.reader(source, delimiter=delimiter, strict=True) if any(cells)), [])
        except (_Runaway, csv.Error) as error:
            raise UnreadableDataset(
                f"{path}: the first row is no header ({_in_words(error)}); expected column names, as question,answer"
            ) from None
    names = [cell.strip() for cell in cells]
    for name in names:
        if name and names.count(name) > 1:
            raise UnreadableDataset(
                f"{path}: column '{in_one_line(name[:40])}' stands {names.count(name)} times in the header; "
                "give each its own name"
            )
    if len(names) > _LONGEST_HEADER:
        raise UnreadableDataset(f"{path}: the header has {len(names)} columns; expected names such as question,answer")
    return tuple(names)


def table_records(
    path: Path, form: TextForm, delimiter: str, columns: Sequence[str], repair: Repairs | None
) -> Generator[Record]:
    """Yield one record for each row below the header; empty lines are none."""
    with open_text(path, form) as file:
        source = _Lines(_decoded(file, form, repair))
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        header_passed, runaways = False, 0
        while (coming := source.peek()) is not None:
            if coming.length:
                yield too_long(coming.number, coming.data, coming.length)
                source.drop()
                continue
            try:
                cells = next(reader)
            except (_Runaway, csv.Error, StopIteration) as error:
                runaways += 1
                if runaways > _MOST_RUNAWAYS:
                    raise UnreadableDataset(
                        f"{path}:{coming.number}: more than {_MOST_RUNAWAYS} rows have quotes that do not match; "
                        'expected a cell with quotes inside as "she said ""two"""'
                    ) from None
                first = source.hand_back()
                reader = csv.reader(source, delimiter=delimiter, strict=True)
                yield Record(first.number, None, first.text, (_in_words(error), *filter(None, [first.problem])))
                continue
            taken = source.pass_on()
            if not header_passed:
                header_passed = any(cells)
                continue
            if any(cells):
                yield _record(cells, columns, taken)


def _record(cells: Sequence[str], columns: Sequence[str], taken: Sequence[_Line]) -> Record:
    problems = [line.problem for line in taken if line.problem]
    if len(cells) != len(columns):
        problems.append(f"{len(cells)} cells, expected {len(columns)} as in the header")
    for name, cell in zip(columns, cells, strict=False):
        if cell.lstrip()[:1] in ("=", "+", "-", "@") and _FORMULA.match(cell):
            problems.append(f"'{name}' begins with a spreadsheet formula: {cell.strip()[:40]!r}")
    raw = taken[0].text if len(taken) == 1 else "\n".join(line.text for line in taken)
    return Record(taken[0].number, dict(zip(columns, cells, strict=False)), raw, tuple(problems))


def _in_words(error: Exception) -> str:
    if isinstance(error, csv.Error) and "unexpected end" not in str(error):
        return f"not CSV: {error}"
    return str(error) if isinstance(error, _Runaway) else "a quote is opened and not closed"


def _decoded(file: IO[bytes], form: TextForm, repair: Repairs | None) -> Iterator[_Line]:
    for number, data, length in lines(file):
        if length:
            yield _Line(number, "", "", data, length)
            continue
        try:
            text, problem = data.decode(), ""
        except UnicodeDecodeError:
            text, problem = form.decode(data, repair)
        yield _Line(number, text, problem, b"", 0)


class _Lines:
    """The lines of a file for csv.reader, which remembers those of the present record and can take them back."""

    def __init__(self, source: Iterator[_Line]) -> None:
        self._source = source
        self._back: deque[_Line] = deque()
        self._taken: list[_Line] = []
        self._characters = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._source)
        self._characters += len(line.text)
        if line.length or len(self._taken) >= _MOST_LINES or self._characters > LONGEST_LINE:
            self._back.appendleft(line)
            raise _Runaway(
                f"the line is {line.length:,} bytes long" if line.length else "a quote is opened and not closed"
            )
        self._taken.append(line)
        return line.text + "\n"

    def peek(self) -> _Line | None:
        """Return the line that comes next, None at the end."""
        if not self._back:
            line = next(self._source, None)
            if line is None:
                return None
            self._back.append(line)
        return self._back[0]

    def drop(self) -> None:
        """Pass over the line that comes next."""
        self._back.popleft()

    def pass_on(self) -> list[_Line]:
        """Return the lines of the record that has just been read."""
        taken, self._taken, self._characters = self._taken, [], 0
        return taken

    def hand_back(self) -> _Line:
        """Return the first line of the record that could not be read; the others are read anew."""
        taken = self.pass_on()
        self._back.extendleft(reversed(taken[1:]))
        return taken[0]
