"""The bytes of a text file as lines of UTF-8, whatever it was written in; nothing longer than a line is ever held."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tutor.reading.encodings import likely_encoding
from tutor.reading.repairs import Repairs

LONGEST_LINE = 1 << 20
_SHOWN = 200
_CHUNK = 1 << 16
_CODECS = {"UTF-16 LE": "utf-16-le", "UTF-16 BE": "utf-16-be"}
_MARKS = {"UTF-8": codecs.BOM_UTF8, "UTF-16 LE": codecs.BOM_UTF16_LE, "UTF-16 BE": codecs.BOM_UTF16_BE}


@dataclass(frozen=True)
class TextForm:
    """How a text file is written: its encoding, whether a byte order mark opens it, and what ends its lines.

    `encoding` is "UTF-8", "UTF-16 LE", "UTF-16 BE" or, for a file to be repaired, the one that it seems to have.
    """

    encoding: str = "UTF-8"
    bom: bool = False
    newline: str = "LF"

    def __str__(self) -> str:
        """Return it as people say it: `UTF-8 with BOM, CRLF`; a plain line feed needs no mention."""
        return self.encoding + " with BOM" * self.bom + (f", {self.newline}" if self.newline != "LF" else "")

    def decode(self, data: bytes, repair: Repairs | None) -> tuple[str, str]:
        """Return `data` as text and what is wrong with its bytes ("": nothing); with `repair` nothing is wrong."""
        try:
            return data.decode(), ""
        except UnicodeDecodeError as error:
            start = error.start
        if self.encoding.startswith("UTF-16"):
            return bytes_shown(data), f"half of a character (a lone surrogate) at position {start + 1} of the line"
        encoding, codec = likely_encoding(data)
        if repair:
            repair.line()
            return data.decode(codec, "replace"), ""
        near = data[max(0, start - 12) : start + 12]
        reason = (
            f"byte 0x{data[start]:02X} at position {start + 1} of the line is not UTF-8, probably {encoding}: "
            f"'{bytes_shown(near)}' for '{near.decode(codec, 'replace')}'"
        )
        return bytes_shown(data), reason


def bytes_shown(data: bytes) -> str:
    """Return `data` as text that can be written anywhere: what is not UTF-8 as `\\xf1`."""
    return data.decode("utf-8", "backslashreplace")


def in_one_line(text: str) -> str:
    """Return `text` so that it fits into a sentence: without line breaks and control characters."""
    bare = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(bare.encode("utf-8", "backslashreplace").decode().split())


def open_text(path: Path, form: TextForm) -> IO[bytes]:
    """Return the text of `path` as a file of UTF-8 bytes with lines that end in `\\n` or `\\r\\n`, without its mark."""
    file = path.open("rb")
    if form.bom:
        file.seek(len(_MARKS.get(form.encoding, codecs.BOM_UTF8)))
    codec = _CODECS.get(form.encoding)
    if codec is None and form.newline != "CR":
        return file
    return io.BufferedReader(_Utf8(file, codec, form.newline == "CR"), _CHUNK)


def lines(file: IO[bytes]) -> Iterator[tuple[int, bytes, int]]:
    """Yield each line: its number from 1, its bytes without the line end, and 0.

    Of a line longer than `LONGEST_LINE` only the first 200 bytes are kept, and its length comes third.
    """
    number = 0
    while data := file.readline(LONGEST_LINE + 2):
        number += 1
        if data[-1] == 10 or len(data) <= LONGEST_LINE:
            yield number, data.rstrip(b"\r\n"), 0
            continue
        first, length = data[:_SHOWN], len(data)
        while data and data[-1] != 10:
            data = file.readline(_CHUNK)
            length += len(data)
        yield number, first, length - (data[-1:] == b"\n")


class _Utf8(io.RawIOBase):
    """A file in UTF-16, or with the line ends of old Macs, as bytes of UTF-8 with `\\n`."""

    def __init__(self, file: IO[bytes], codec: str | None, returns: bool) -> None:
        super().__init__()
        self._file = file
        # A half character becomes bytes that are not UTF-8, so that its line goes to quarantine and no other does.
        self._decoder = codecs.getincrementaldecoder(codec)("surrogatepass") if codec else None
        self._returns = returns
        self._ready = b""
        self._done = False

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._ready and not self._done:
            chunk = self._file.read(_CHUNK)
            self._done = not chunk
            self._ready = self._converted(chunk)
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def _converted(self, chunk: bytes) -> bytes:
        if self._decoder:
            try:
                chunk = self._decoder.decode(chunk, not chunk).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError:  # half a character at the end of the file
                chunk = b"\xff"
        return chunk.replace(b"\r", b"\n") if self._returns else chunk
