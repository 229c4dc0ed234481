"""A report written down: as one HTML page that needs nothing else, and as Markdown beside its pictures."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from tutor.analysis.document import Block, Code, Document, Heading, Listing, Paragraph, Picture, Table

TEMPLATE = Path(__file__).with_name("page.html.j2")
HTML, MARKDOWN = "report.html", "report.md"

_UNIT = re.compile(
    r"\d+–\d+"
    r"|\d+[-/]\d+[-/]\d+(?:, \d+:\d+)?"
    r"|\d[\d.,\u202f]* (?:%|MB|MiB|GB|GiB|h|min|s|Wh|kWh|€|tokens/s)(?![\w/])(?: \d+ (?:min|s)(?!\w))?"
)
_MARKED = re.compile(r"([\\`*_\[\]<>|#~$])")
_BREAKS = re.compile(r"[\r\n\t]+")
_SIZE = re.compile(rb'width="([\d.]+)pt" height="([\d.]+)pt"|height="([\d.]+)pt"[^>]*width="([\d.]+)pt"')
_TONES = {"good": "✅", "warning": "⚠️", "bad": "⛔", "note": "ℹ️"}


def write_report(document: Document, folder: Path) -> tuple[Path, Path]:
    """Write `document` to `folder/report.html` and `folder/report.md`, with its pictures, and return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page, text = folder / HTML, folder / MARKDOWN
    page.write_text(html(document), encoding="utf-8")
    text.write_text(markdown(document), encoding="utf-8")
    for picture in document.pictures:
        (folder / f"{picture.name}.svg").write_bytes(picture.svg)
    return page, text


def html(document: Document) -> str:
    """Return `document` as a page with its pictures in it, which loads nothing and runs nothing."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    environment.filters |= {"units": _with_units, "inline": _inline, "tall": _is_tall}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(document=document)


def markdown(document: Document, *, pictures: bool = True) -> str:
    """Return `document` as Markdown; pictures are named by their files, or left out."""
    parts = [f"# {_plain(document.title)}", _plain(document.subtitle)]
    parts += [_block(block, pictures) for block in document.lead]
    for section in document.sections:
        parts.append(f"## {_plain(section.title)}")
        parts += [_block(block, pictures) for block in section.blocks]
    parts += ["---", _plain(document.footer)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _with_units(text: str) -> object:
    """Return `text`, escaped, with numbers and their units kept on one line."""
    from markupsafe import Markup, escape

    return Markup(_UNIT.sub(lambda found: f'<span class="unit">{found[0]}</span>', str(escape(text))))


def _inline(picture: Picture) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.svg).decode()}"


def _is_tall(picture: Picture) -> bool:
    found = _SIZE.search(picture.svg)
    if found is None:
        return False
    width, height = (float(value) for value in ((found[1], found[2]) if found[1] else (found[4], found[3])))
    return height > 0.8 * width


def _block(block: Block, pictures: bool) -> str:
    match block:
        case Paragraph(text, strong, tone):
            body = " ".join(part for part in (f"**{_plain(strong)}**" if strong else "", _plain(text)) if part)
            return f"> {_TONES[tone]} {body}" if tone in _TONES else body
        case Heading(text):
            return f"### {_plain(text)}"
        case Listing(items, numbered):
            return "\n".join(
                f"{f'{place}.' if numbered else '-'} "
                + " ".join(part for part in (f"**{_plain(strong)}**" if strong else "", _plain(rest)) if part)
                for place, (strong, rest) in enumerate(items, start=1)
            )
        case Table():
            return _table(block)
        case Picture(name, _, alt, caption):
            return f"![{_plain(alt)}]({name}.svg)\n\n*{_plain(caption)}*" if pictures else ""
        case Code(lines):
            fence = "`" * max(3, max((len(run) for line in lines for run in re.findall("`+", line)), default=0) + 1)
            return "\n".join((fence, *lines, fence))


def _table(table: Table) -> str:
    marks = ["---:" if place in table.numeric else "---" for place in range(len(table.header))]
    rows = [table.header, marks, *table.rows]
    lines = ["| " + " | ".join(cell if row is marks else _plain(cell) for cell in row) + " |" for row in rows]
    return "\n".join(([f"**{_plain(table.caption)}**", ""] if table.caption else []) + lines)


def _plain(text: str) -> str:
    """Return `text` on one line, so that Markdown shows its signs as they are."""
    return _MARKED.sub(r"\\\1", _BREAKS.sub(" ", text))
