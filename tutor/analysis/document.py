"""A report as a value: sections of paragraphs, lists, tables and pictures, in one language, in no markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "good", "warning", "bad", "note"]


@dataclass(frozen=True)
class Paragraph:
    """Text with words that stand out before it; the tone says how it is set off."""

    text: str
    strong: str = ""
    tone: Tone = "plain"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Listing:
    """Items, each with words that stand out and the rest."""

    items: tuple[tuple[str, str], ...]
    numbered: bool = False
    kind: Literal["listing"] = "listing"


@dataclass(frozen=True)
class Table:
    """Rows of cells under a header; the columns in `numeric`, counted from 0, are set to the right.

    `prose` gives columns that hold long texts the same width; `total` says that the last row sums up the others.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    caption: str = ""
    prose: bool = False
    total: bool = False
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Picture:
    """An SVG picture, the name of its file, what is to be seen in it (read aloud where it cannot be), a caption."""

    name: str
    svg: bytes
    alt: str
    caption: str
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Code:
    """Lines to be typed."""

    lines: tuple[str, ...]
    kind: Literal["code"] = "code"


Block = Paragraph | Heading | Listing | Table | Picture | Code


@dataclass(frozen=True)
class Section:
    """A titled part of a report; `key` names it in addresses."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report: what is to be known first, then its sections."""

    language: str
    title: str
    subtitle: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    footer: str

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Return the pictures of all sections, in order."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, Picture))


def section(key: str, title: str, blocks: Iterable[Block]) -> tuple[Section, ...]:
    """Return the section with `blocks`, none where there are none: no report has an empty section."""
    kept = tuple(blocks)
    return (Section(key, title, kept),) if kept else ()


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Iterable[int] = (),
    caption: str = "",
    *,
    prose: bool = False,
    total: bool = False,
) -> tuple[Table, ...]:
    """Return the table of `rows`, none where there are none."""
    kept = tuple(tuple(row) for row in rows)
    return (Table(tuple(header), kept, frozenset(numeric), caption, prose, total),) if kept else ()
