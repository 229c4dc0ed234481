"""A JSON document, read record by record: an array of objects, or an object with one such array in it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO

from tutor.errors import UnreadableDataset
from tutor.reading.encodings import likely_encoding
from tutor.reading.records import Record, StrictJson, problem_of
from tutor.reading.repairs import Repairs
from tutor.reading.text import LONGEST_LINE, TextForm, bytes_shown, open_text

_CHUNK = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPED = re.compile("[\udc80-\udcff]")  # how a byte that is not UTF-8 is carried through the reading
_SHOWN = 200
_FEW = 3
# An error this near to the end of what has been read may only mean that there is more to read.
_NEAR_END = 12


def json_document(path: Path, form: TextForm, repair: Repairs | None) -> Generator[Record]:
    """Yield the records of the array in `path`.

    Raises:
        UnreadableDataset: there is no array of objects, or there are two.
    """
    with open_text(path, form) as file:
        reader = _Reader(_Window(file), form, repair, str(path))
        if reader.sign() == "[":
            yield from reader.array()
        else:
            yield from reader.object_with_array()
        yield from reader.rest()


class _Window:
    """The part of a text that is being read: what lies behind is forgotten, what lies ahead is read when needed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """Read on and return whether there was anything."""
        if self.ended:
            return False
        # As much again as is held, so that a long record is not searched from its beginning too often.
        chunk = self._file.read(max(_CHUNK, len(self.text) - self.at))
        self.ended = not chunk
        self.text = self.text[self.at :] + self._decoder.decode(chunk, not chunk)
        self.at = 0
        return not self.ended

    def skip_to(self, end: int) -> str:
        """Return the text up to `end` and leave it behind."""
        passed = self.text[self.at : end]
        self.line += passed.count("\n")
        self.at = end
        return passed

    def sign(self) -> str:
        """Return the next sign that is no space, "" at the end."""
        while True:
            space = _SPACE.match(self.text, self.at)
            self.skip_to(space.end() if space else self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""


class _Reader:
    def __init__(self, window: _Window, form: TextForm, repair: Repairs | None, name: str) -> None:
        self._window = window
        self._json = StrictJson()
        self._form = form
        self._repair = repair
        self._name = name
        self._first_key = ""

    def sign(self) -> str:
        return self._window.sign()

    def array(self) -> Generator[Record]:
        window = self._window
        window.skip_to(window.at + 1)
        while (sign := window.sign()) != "]":
            if sign == "":
                yield Record(window.line, None, "", ("the file ends before its array does: it has been cut off",))
                return
            if sign == ",":
                window.skip_to(window.at + 1)
                continue
            line = window.line
            end = self._whole(window)
            if not isinstance(end, str):
                yield self._record(line, *end)
                continue
            record, goes_on = self._broken(line, end)
            yield record
            if not goes_on:
                return
        window.skip_to(window.at + 1)

    def rest(self) -> Iterator[Record]:
        """Yield one bad record when something follows the end of the document."""
        if self._window.sign():
            shown = self._window.text[self._window.at :][:_SHOWN].encode("utf-8", "surrogateescape")
            reason = "something follows the end of the JSON document; expected one array, or JSON Lines"
            yield Record(self._window.line, None, bytes_shown(shown), (reason,))

    def object_with_array(self) -> Generator[Record]:
        window, found = self._window, ""
        window.skip_to(window.at + 1)
        while (sign := window.sign()) not in ("}", ""):
            if sign == ",":
                window.skip_to(window.at + 1)
                continue
            name = self._small_value("a key")
            if window.sign() != ":":
                raise self._unreadable(f"expected ':' after key {str(name)[:40]!r}")
            window.skip_to(window.at + 1)
            if window.sign() == "[" and self._holds_objects():
                if found:
                    raise self._unreadable(f"has two arrays of records, {found!r} and {str(name)[:40]!r}; keep one")
                found = str(name)[:40]
                yield from self.array()
            else:
                self._small_value(f"the value of {str(name)[:40]!r}")
        window.skip_to(window.at + 1)
        if not found:
            raise self._unreadable("the object holds no array of objects; expected records, such as [{…}, {…}]")

    def _holds_objects(self) -> bool:
        window = self._window
        while True:
            opening = re.compile(r"\[[ \t\r\n]*(.)", re.DOTALL).match(window.text, window.at)
            if opening:
                return opening[1] == "{"
            if len(window.text) - window.at > LONGEST_LINE or not window.more():
                return False

    def _small_value(self, what: str) -> object:
        end = self._whole(self._window)
        if isinstance(end, str):
            raise self._unreadable(f"{what} cannot be read ({end})")
        self._window.skip_to(end[1])
        return end[0]

    def _unreadable(self, why: str) -> UnreadableDataset:
        return UnreadableDataset(f"{self._name}:{self._window.line}: {why}")

    def _whole(self, window: _Window) -> tuple[object, int, tuple[str, ...]] | str:
        """Return the value that begins here, its end and its problems, or why there is none."""
        while True:
            try:
                value, end, problems = self._json.decode_at(window.text, window.at)
            except RecursionError as error:
                return problem_of(error)
            except ValueError as error:
                held = len(window.text) - window.at
                position = getattr(error, "pos", 0)
                unfinished = position >= len(window.text) - _NEAR_END or "Unterminated" in str(error)
                if not unfinished or held > LONGEST_LINE or not window.more():
                    return problem_of(error).split(" at character")[0]
            else:
                # A number at the very end may have more digits.
                if end < len(window.text) or not window.more():
                    return value, end, problems

    def _record(self, line: int, value: object, end: int, problems: tuple[str, ...]) -> Record:
        raw = self._window.skip_to(end)
        if not raw.isascii() and _ESCAPED.search(raw):
            data = raw.encode("utf-8", "surrogateescape")
            raw, problem = self._form.decode(data, self._repair)
            if problem:
                return Record(line, None, raw, (problem.replace("of the line", "of the record"), *problems))
            value, problems = self._json.decode(raw)
        if len(raw) > LONGEST_LINE:
            reason = f"the record is {len(raw):,} characters long, more than 1 MiB; it begins with {raw[:_SHOWN]!r}"
            return Record(line, None, raw[:_SHOWN] + "…", (reason,))
        if not self._first_key and isinstance(value, dict) and value:
            self._first_key = str(next(iter(value)))
        return Record(line, value, raw, problems)

    def _broken(self, line: int, reason: str) -> tuple[Record, bool]:
        """Return the record that cannot be read and whether another one seems to begin after it, where reading goes on.

        Raises:
            UnreadableDataset: many records seem to follow, and none can be told from the next.
        """
        window = self._window
        key = re.escape(self._first_key) if self._first_key else r'[^"\\]*'
        boundary = re.compile(rf'\}}\s*,\s*(?=\{{\s*"{key}"\s*:)')
        beginning = re.compile(rf'"{key}"\s*:')
        kept, length, beginnings = "", 0, 0
        while not (following := boundary.search(window.text, window.at)):
            # The boundary may lie across the end of what has been read.
            passed = window.skip_to(max(window.at, len(window.text) - 200))
            kept, length = (kept + passed)[:LONGEST_LINE], length + len(passed)
            beginnings += len(beginning.findall(passed)) if self._first_key else 0
            if not window.more():
                break
        passed = window.skip_to(following.end() if following else len(window.text))
        kept, length = kept + passed, length + len(passed)
        if not following and beginnings > _FEW:
            raise UnreadableDataset(
                f"{self._name}:{line}: {reason}, and from here on no record can be told from the next; "
                "mend the document, or write it as JSON Lines"
            )
        if not following:
            reason = f"{reason}; no further record begins after it"
        if length > LONGEST_LINE:
            kept = kept[:_SHOWN] + "…"
            reason = f"{reason}; it is {length:,} characters long"
        data = kept.rstrip(" \t\r\n,").encode("utf-8", "surrogateescape" if _ESCAPED.search(kept) else "surrogatepass")
        shown = bytes_shown(data)
        if not data.isascii() and _ESCAPED.search(kept):
            reason = f"{reason}; some of its bytes are not UTF-8, probably {likely_encoding(data)[0]}"
        return Record(line, None, shown, (reason,)), following is not None
