"""Pages that need nothing else and run nothing, whatever stands in the texts."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from tutor.analysis.conclusions import Tally
from tutor.analysis.document import Code, Document, Heading, Listing, Paragraph, Picture, Section, Table, section
from tutor.analysis.language import language
from tutor.analysis.pictures import accuracy_picture, length_picture, loss_picture
from tutor.analysis.record import Curve
from tutor.analysis.rendering import html, markdown, write_report

HOSTILE = "<script>alert('x')</script> | **3*4** `ls` [a](http://x) $x$ \n# t"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10pt" height="20pt"/>'


def _document(text: str) -> Document:
    blocks = (
        Paragraph(text, text, "bad"),
        Heading(text),
        Listing(((text, text),), numbered=True),
        Table((text, "n"), ((text, "1"),), frozenset({1}), text),
        Picture("loss", SVG, text, text),
        Code((text, "```")),
    )
    return Document("es", text, text, (Paragraph(text),), (Section("one", text, blocks),), text)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def _tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(page)
    return parser.seen


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    tags = _tags(html(_document(HOSTILE)))
    assert not {tag for tag, _ in tags} & {"script", "link", "iframe", "object", "form"}
    sources = [attributes["src"] for tag, attributes in tags if tag == "img"]
    assert sources
    assert all(source and source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert all((attributes.get("href") or "#").startswith("#") for _, attributes in tags)
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    policy = [attributes["content"] for _, attributes in tags if attributes.get("http-equiv")]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_numbers_stay_with_their_units_and_read_as_they_were_written() -> None:
    page = html(_document("3087,42 MB en 32 h 33 min, el 77 %, épocas 1–50"))
    for told in ("3087,42 MB", "32 h 33 min", "77 %", "1–50"):
        assert f'<span class="unit">{told}</span>' in page


def test_markdown_shows_signs_as_they_are_and_keeps_tables_whole() -> None:
    text = markdown(_document(HOSTILE))
    assert "<script>" not in text.replace("\\<", "").split("````")[0]
    (row,) = [line for line in text.splitlines() if line.startswith("| \\<script") and line.endswith("| 1 |")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3
    assert "````" in text
    assert "![" in text
    assert "![" not in markdown(_document("a"), pictures=False)


def test_a_report_is_a_page_a_text_and_its_pictures(tmp_path: Path) -> None:
    page, text = write_report(_document("a"), tmp_path / "new" / "folder")
    assert (page.name, text.name) == ("report.html", "report.md")
    assert {file.name for file in page.parent.iterdir()} == {"report.html", "report.md", "loss.svg"}


def test_an_empty_section_is_no_section() -> None:
    assert section("a", "A", ()) == ()


def test_names_that_cannot_be_drawn_are_drawn_all_the_same() -> None:
    names = ("coste en $ y $x^$", "数学", "a\x00b\x07--c", "_" * 3 + "x", "y" * 500)
    topics = {name: (Tally(0, 2), Tally(1, 2)) for name in (*names, *(f"t{at}" for at in range(300)))}
    svg = accuracy_picture(topics, language("es"))
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert float(re.search(rb'height="([\d.]+)pt"', svg)[1]) < 1500  # type: ignore[index]


def test_pictures_are_the_same_bytes_for_the_same_figures_and_valid() -> None:
    words = language("es")
    many = Curve(tuple(float(at) for at in range(10_000)), tuple(1 / (at + 1) for at in range(10_000)))
    drawn = [
        lambda: loss_picture(many, Curve((1.0, 5000.0), (1.0, 2.0)), None, "steps", words),
        lambda: accuracy_picture({"a & b < c": (Tally(0, 3), Tally(3, 3)), "b": (Tally(2, 2), Tally(1, 2))}, words),
        lambda: length_picture((0, 4, 2), 16, 256, words),
    ]
    for draw in drawn:
        svg = draw()
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert svg == draw()
        assert len(svg) < 200_000
