"""What kind of file a dataset is in, told by its first bytes; its name only decides where they leave a choice."""

from __future__ import annotations

import codecs
import json
import re
from typing import Literal

from tutor.errors import UnreadableDataset
from tutor.reading.encodings import foreign_encoding
from tutor.reading.tables import DELIMITERS
from tutor.reading.text import TextForm

HEAD_BYTES = 1 << 18
PARQUET = b"PAR1"
_MAGIC = {
    b"\x1f\x8b": "compressed with gzip: unpack it with gunzip",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook: unpack it, or save the sheet as CSV in UTF-8",
    b"\xfd7zXZ": "compressed with xz: unpack it with unxz",
    b"BZh": "compressed with bzip2: unpack it with bunzip2",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it with unzstd",
    b"%PDF": "a PDF document: export its table as CSV",
    b"SQLite format 3": "an SQLite database: export its table as CSV",
    b"ARROW1": "an Arrow file: save it as Parquet",
    b"\xff\xff\xff\xff": "an Arrow stream: give the folder that save_to_disk wrote",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV in UTF-8",
    codecs.BOM_UTF32_LE: "text in UTF-32: save it as UTF-8",
    codecs.BOM_UTF32_BE: "text in UTF-32: save it as UTF-8",
}
_EXPECTED = "expected JSON Lines, JSON, CSV, TSV, Parquet or a folder written by save_to_disk"
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_TURNS = ('"messages"', '"conversations"')
_ARRAY_INSIDE = re.compile(r'\{\s*(?:"[^"\\]*"\s*:\s*(?:"[^"\\]*"|[\w.+-]+)\s*,\s*)*("[^"\\]*")\s*:\s*\[\s*\{')
_SAMPLE_LINES = 20

TextKind = Literal["JSON Lines", "JSON", "table"]


def refuse_binary(head: bytes, name: str) -> None:
    """Raise UnreadableDataset when a file that begins with `head` is neither Parquet nor text."""
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise UnreadableDataset(f"{name}: is {what}; {_EXPECTED}")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    zeros = head.count(0)
    if zeros > len(head) / 4 and max(head[::2].count(0), head[1::2].count(0)) > 0.9 * zeros and zeros < len(head) * 0.6:
        raise UnreadableDataset(f"{name}: looks like UTF-16 without its mark; save it as UTF-8, or with the mark")
    if len(_CONTROL.findall(head)) > len(head) / 20:
        raise UnreadableDataset(f"{name}: is no text (binary data, beginning with {head[:8].hex(' ')}); {_EXPECTED}")


def text_form(head: bytes, name: str, repair: bool) -> TextForm:
    """Return how a text file is written that begins with `head`.

    Raises:
        UnreadableDataset: it is mostly not UTF-8, and nobody asked to repair it.
    """
    encoding, bom = "UTF-8", head.startswith(codecs.BOM_UTF8)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, bom = ("UTF-16 LE" if head.startswith(codecs.BOM_UTF16_LE) else "UTF-16 BE"), True
    elif foreign := foreign_encoding(head):
        encoding, line = foreign
        if not repair:
            codec = {"Latin-1": "ISO-8859-1", "Windows-1252": "CP1252", "Mac Roman": "MACINTOSH"}.get(encoding, "CP850")
            raise UnreadableDataset(
                f"{name}:{line}: is not UTF-8 from here on, probably {encoding}; convert it with "
                f"'iconv -f {codec} -t UTF-8', or have a repaired copy written with 'tutor check {name} --fix'"
            )
    plain = _text(head, encoding)
    newline = "CRLF" if "\r\n" in plain else "CR" if "\r" in plain and "\n" not in plain else "LF"
    return TextForm(encoding, bom, newline)


def text_kind(head: bytes, form: TextForm, ending: str) -> tuple[TextKind, str]:
    """Return the kind of a text file that begins with `head` and, for a table, what stands between its cells."""
    plain = _text(head, form.encoding).lstrip("\ufeff")
    shown = [line.strip() for line in re.split(r"\r\n|\n|\r", plain) if line.strip()][:_SAMPLE_LINES]
    if not shown:
        return "JSON Lines", ""
    first = shown[0]
    if first[0] == "[":
        return ("JSON Lines" if _is_json(first) and shown[1:] and shown[1][0] in "[{" else "JSON"), ""
    if first[0] == "{":
        return ("JSON" if _opens_document(first) else "JSON Lines"), ""
    objects = sum(line[0] == "{" and line[-1] == "}" for line in shown)
    if 2 * objects >= len(shown):
        return "JSON Lines", ""
    return "table", _delimiter(first, ending)


def _text(head: bytes, encoding: str) -> str:
    codec = {"UTF-16 LE": "utf-16-le", "UTF-16 BE": "utf-16-be"}.get(encoding, "utf-8")
    return head.decode(codec, "replace")


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _opens_document(first: str) -> bool:
    """Return whether a first line that begins with `{` opens an object with an array in it, and is no record."""
    if first[-1] in "{[,:":
        return True
    inside = _ARRAY_INSIDE.match(first)
    return inside is not None and inside[1] not in _TURNS


def _delimiter(header: str, ending: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    wanted = "\t" if ending == ".tsv" else ","
    return max(DELIMITERS, key=lambda sign: (bare.count(sign), sign == wanted))
