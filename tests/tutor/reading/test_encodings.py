"""Text in other encodings, and text that was read in the wrong one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tutor.reading.samples import WRITERS, records
from tests.tutor.test_proof_gsm8k import DATA
from tutor.errors import UnreadableDataset, UsageError
from tutor.reading import open_dataset, read_rows, write_repaired
from tutor.reading.misdecoded import put_right
from tutor.rows import BadRow, Row
from tutor.settings import DEFAULT_DATASET

SENTENCES = (
    "¿Cuánto es 3 × 4?",
    "Ana tiene 5 años y compra 2 más.",
    "¡Muy bien! 7 ÷ 2 = 3,5",
    "La raíz: √16 = 4 cm²",
    "Estamos a 20 °C y cuesta 5 €…",
    "El último número, según él, está aún en «índice».",
    "¿Qué día? El 1.º de año: sí",
    "ÁNGULO y ÑANDÚ",
)
MATHEMATICS = (
    "√∑x/n",
    "√±4",
    "± √4",
    "x ≥ 2√≥",
    "¬p ∧ q",
    "¬√2",
    "a ≠ √∞",
    "√(9) ≥ 2",
    "√∫f dx",
    "√∫sen(x) dx",
    "d = √∆x² + ∆y²",
    "2 √∑x",
    "5√π ≈ 8,86",
    "«√9» ≥ «√4»",
    "SÃO PAULO",
    "à côté, âge, PÂTÉ",
    "┌┬┐ ├──┤",
    "½ + ¼ = ¾",
    "50 € × 2 ÷ 5 = 20 €",
    "Janet’s “ducks” — 3°",
)
CODECS = ("mac_roman", "cp1252", "latin-1", "cp850")


def spoilt(text: str, codec: str) -> str:
    """Return `text` as a program shows it that takes its UTF-8 for `codec`."""
    return "".join(bytes([byte]).decode(codec, "replace").replace("\ufffd", chr(byte)) for byte in text.encode())


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_mis_decoded_spanish_is_found_and_put_right(codec: str, sentence: str) -> None:
    assert put_right([spoilt(sentence, codec), "4"]) == [sentence, "4"]


def test_text_that_was_spoilt_twice_is_put_right() -> None:
    for sentence in SENTENCES:
        assert put_right([spoilt(spoilt(sentence, "cp1252"), "cp1252")]) == [sentence]


def test_mathematics_beside_a_text_that_was_spoilt_stays_as_it_is() -> None:
    assert put_right([spoilt(SENTENCES[0], "cp1252"), "√±4 ≥ √∞", "PÂTÉ √±4"]) == [SENTENCES[0], "√±4 ≥ √∞", "PÂTÉ √±4"]


@pytest.mark.parametrize("text", [*SENTENCES, *MATHEMATICS])
def test_correct_text_is_not_accused(text: str) -> None:
    assert put_right([text]) is None


@pytest.mark.parametrize("path", [DEFAULT_DATASET, *(sorted(DATA.glob("gsm8k_*.jsonl")) if DATA else ())])
def test_no_row_of_real_datasets_is_accused(path: Path) -> None:
    assert [row for row in open_dataset(path) if isinstance(row, BadRow)] == []


def test_a_mis_decoded_row_is_named_by_line_and_repaired_on_request(tmp_path: Path) -> None:
    good, bad = '{"question": "¿Cuánto es?", "answer": "12"}\n', spoilt("¿Cuánto es 3 × 4, Íñigo?", "mac_roman")
    path = tmp_path / "d.jsonl"
    path.write_text(good + json.dumps({"question": bad, "answer": "12"}) + "\n" + good, encoding="utf-8")
    _, (row,) = read_rows(path)
    assert row.line == 2
    assert row.reasons == ("looks mis-decoded: '¬øCu√°nto es 3 √ó 4, √ç√…' probably '¿Cuánto es 3 × 4, Íñigo?'",)
    repaired = list(open_dataset(path, repair=True))
    assert [row.question for row in repaired if isinstance(row, Row)][1] == "¿Cuánto es 3 × 4, Íñigo?"
    copy = write_repaired(path, repaired)
    assert copy == tmp_path / "d.repaired.jsonl"
    rows, bad_rows = read_rows(copy)
    assert (rows, bad_rows) == (repaired, [])
    with pytest.raises(UsageError, match="is there already and is not overwritten"):
        write_repaired(path, repaired)


def test_half_a_repaired_copy_is_not_left(tmp_path: Path) -> None:
    def rows() -> object:
        yield Row("1", "a", "", "1", "t", "l", 1)
        raise UnreadableDataset("broken")

    with pytest.raises(UnreadableDataset):
        write_repaired(tmp_path / "d.csv", rows())  # type: ignore[arg-type]  # a generator, broken on purpose
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["JSON Lines", "JSON", "CSV"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be-bom", "crlf", "cr"])
def test_utf_8_and_utf_16_with_their_marks_and_line_ends(kind: str, encoding: str, tmp_path: Path) -> None:
    if kind == "JSON" and encoding == "cr":
        pytest.skip("a document has no lines to end")
    rows = [row | {"solution": ""} for row in records(5)]
    path = WRITERS[kind](tmp_path, rows)
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    written: dict[str, Callable[[], bytes]] = {
        "utf-8-sig": lambda: text.encode("utf-8-sig"),
        "utf-16": lambda: text.encode("utf-16"),
        "utf-16-be-bom": lambda: b"\xfe\xff" + text.encode("utf-16-be"),
        "crlf": lambda: text.replace("\n", "\r\n").encode(),
        "cr": lambda: text.replace("\n", "\r").encode(),
    }
    path.write_bytes(written[encoding]())
    source = open_dataset(path)
    assert [row.question for row in source if isinstance(row, Row)] == [row["question"] for row in rows]
    said = {"utf-8-sig": "UTF-8 with BOM", "utf-16": "UTF-16 LE with BOM", "utf-16-be-bom": "UTF-16 BE with BOM"}
    assert str(source.format).endswith(said.get(encoding, f"UTF-8, {encoding.upper()}"))


@pytest.mark.parametrize("kind", ["JSON Lines", "JSON", "CSV"])
@pytest.mark.parametrize(
    ("codec", "name"), [("latin-1", "Latin-1"), ("mac_roman", "Mac Roman"), ("cp1252", "Windows-1252")]
)
def test_a_file_in_another_encoding_is_refused_with_its_name_and_read_on_request(
    kind: str, codec: str, name: str, tmp_path: Path
) -> None:
    rows = [
        {"question": f"¿Cuántos años más en el número {n}{'…' * (codec != 'latin-1')}?", "answer": str(n)}
        for n in range(30)
    ]
    path = WRITERS[kind](tmp_path, rows)
    path.write_bytes(path.read_bytes().decode().encode(codec))
    with pytest.raises(
        UnreadableDataset, match=rf":\d+: is not UTF-8 from here on, probably {name}; convert it with 'iconv"
    ):
        read_rows(path)
    source = open_dataset(path, repair=True)
    assert [row.question for row in source if isinstance(row, Row)] == [row["question"] for row in rows]
    assert name in str(source.format)


@pytest.mark.parametrize("kind", ["JSON Lines", "JSON", "CSV"])
def test_a_few_broken_lines_go_to_quarantine_with_the_likely_encoding(kind: str, tmp_path: Path) -> None:
    rows = [{"question": f"¿Cuántos años, {n}?", "answer": str(n)} for n in range(30)]
    path = WRITERS[kind](tmp_path, rows)
    data = path.read_bytes()
    path.write_bytes(data.replace("¿Cuántos años, 7?".encode(), "¿Cuántos años, 7?".encode("latin-1")))
    rows_read, (bad,) = read_rows(path)
    assert len(rows_read) == 29
    assert "byte 0xBF at position" in bad.reasons[0]
    assert "probably Latin-1" in bad.reasons[0]
    assert "\\xbfCu\\xe1ntos" in bad.raw
    assert bad.line == {"JSON Lines": 8, "JSON": 30, "CSV": 9}[kind]
    repaired = [row.question for row in open_dataset(path, repair=True) if isinstance(row, Row)]
    assert repaired == [row["question"] for row in rows]
