"""Whatever a file holds: quarantine with every reason, or one sentence."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from tests.tutor.reading.samples import WRITERS, records
from tutor.errors import UnreadableDataset
from tutor.reading import open_dataset, read_rows
from tutor.rows import BadRow

GOOD = '{"question": "b", "answer": "2"}\n'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"question": "a", "answer": "1", "answer": "2"}', "key 'answer' stands more than once"),
        ('{"question": "a", "answer": "1", "extra": {"x": 1, "x": 2}}', "key 'x' stands more than once"),
        ('{"question": "a", "answer": NaN}', "NaN is no JSON number"),
        ('{"question": "a", "answer": "1", "score": -Infinity}', "-Infinity is no JSON number"),
        ('{"question": "a", "answer": 1e999}', "'answer' is float that cannot be written out"),
        ('{"question": "a", "answer": ' + "9" * 5000 + "}", "not JSON that can be read: Exceeds the limit"),
        ('{"question": null, "answer": "1"}', "'question' is missing or empty"),
        ('{"question": {"text": "a"}, "answer": "1"}', "'question' is a dict; expected text"),
        ('{"question": "a", "answer": true}', "'answer' is a bool; expected text"),
        ('{"question": "a", "answer": "1", "topic": ["x"]}', "'topic' is a list"),
        ('{"question": "a\\u0000b", "answer": "1"}', "'question' holds the control character U+0000"),
        ('{"question": "\\frac{1}{2}", "answer": "1"}', "U+000C"),
        ('{"question": "a\0b", "answer": "1"}', "not JSON: Invalid control character at"),
        ('{"question": "a", "answer": "1"} {"question"', "not JSON: Extra data"),
        ('"just text"', "expected a JSON object, got str"),
        ('{"question": "a", "answer": "' + "9" * 3_000_000 + '"}', "the line is 3,000,031 bytes long"),
        ('{"question":' * 50_000, "recursion"),
    ],
)
def test_a_bad_line_goes_to_quarantine_alone(line: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(GOOD * 9 + line + "\n" + GOOD, encoding="utf-8")
    rows, (bad,) = read_rows(path)
    assert len(rows) == 10
    assert bad.line == 10
    assert reason in bad.reasons[0]
    assert bad.raw == line or (len(line) > 10**6 and bad.raw.startswith(line[:200]) and len(bad.raw) < 300)


def test_every_reason_is_told(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(GOOD + '{"id": "x7", "question": [], "answer": "", "topic": {}}')
    (bad,) = read_rows(path)[1]
    assert bad.id == "x7"
    assert sorted(bad.reasons) == [
        "'answer' is missing or empty",
        "'question' is a list; expected text",
        "'topic' is a dict; expected text",
    ]


@pytest.mark.parametrize("kind", ["JSON Lines", "JSON", "CSV", "Parquet", "Hugging Face dataset"])
def test_a_truncated_file_is_noticed(kind: str, tmp_path: Path) -> None:
    path = WRITERS[kind](tmp_path, records(40))
    file = path if path.is_file() else next(path.glob("*.arrow"))
    file.write_bytes(file.read_bytes()[: -file.stat().st_size // 3])
    try:
        rows = list(open_dataset(path))
    except UnreadableDataset as error:
        assert "damaged" in str(error)  # noqa: PT017 - a refusal is one of two right answers
    else:
        assert isinstance(rows[-1], BadRow)
        assert len(rows) > 20


@pytest.mark.parametrize(
    ("text", "lines", "reason"),
    [
        ("question,answer\na,1\nb,2,3\nc\nd,4\n", [3, 4], "cells, expected 2 as in the header"),
        ('question,answer\na,1\n"=HYPERLINK(""http://x"",""y"")",2\nd,4\n', [3], "spreadsheet formula: '=HYPERLINK("),
        ("question,answer\na,1\n=cmd|' /C calc'!A0,2\nd,4\n", [3], "spreadsheet formula"),
        ("question,answer\na,1\n@SUM(1+1),2\nd,4\n", [3], "spreadsheet formula"),
        ("question,answer\na,1\n-2+3+cmd|' /C calc'!A0,2\nd,4\n", [3], "spreadsheet formula"),
        ('question,answer\na,1\n"b,2\nc,3\nd,4\n', [3], "a quote is opened and not closed"),
        ('question,answer\na,1\n"b"x,2\nd,4\n', [3], "not CSV: ',' expected after '\"'"),
        ("question,answer\na,1\n,2\nd,4\n", [3], "'question' is missing or empty"),
        ("question,answer\na,1\nb\0,2\nd,4\n", [3], "control character U+0000"),
        ("question,answer\na,1\n" + "b" * 2_000_000 + ",2\nd,4\n", [3], "the line is 2,000,002 bytes long"),
        ("question,answer\na,1\n" + "b" * 200_000 + ",2\nd,4\n", [3], "not CSV: field larger than field limit"),
    ],
)
def test_a_bad_row_of_a_table_costs_no_other(text: str, lines: list[int], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(text)
    rows, bad = read_rows(path)
    assert [row.line for row in bad] == lines
    assert reason in bad[0].reasons[0]
    assert rows[-1].question == ("d" if "d,4" in text else "a")
    assert len(rows) + len(bad) == len([line for line in text.split("\n") if line]) - 1


def test_mathematics_is_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    cells = ["-3", "+5", "=4", "-x(2)", "-sen(30)", "@", "- 2 + |x|", "= 3/4", "-2·(3+1)", "+(2)", "-f(x)"]
    path.write_text("question,answer\n" + "".join(f"a,{cell}\n" for cell in cells))
    assert read_rows(path)[1] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty; expected a dataset of one record"),
        (b" \n\r\n\t\n" * 9, "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\0" * 5000, "binary data"),
        (bytes(range(256)) * 40, "binary data"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "binary data"),
        (b"\x1f\x8b\x08\x00", "compressed with gzip: unpack it"),
        (b"PK\x03\x04xl/workbook.xml", "an Excel workbook"),
        (b"PAR1", "damaged"),
        (b"PAR1" + b"x" * 100 + b"PAR1", "damaged"),
        ("pregunta,answer\n1,2\n".encode("utf-16-le"), "looks like UTF-16 without its mark"),
        ("a".encode("utf-32"), "UTF-32"),
        (b"hola\n", "read as CSV, UTF-8: no question with an answer among the columns hola; expected"),
        ("h".encode("utf-16"), "read as CSV, UTF-16 LE with BOM: .* among the columns h; expected"),
        (b"2+2,4\n3+3,6\n", r"among the columns 2\+2, 4; expected"),
        (b"question,answer\n", "has columns but no row"),
        (b"question,answer,answer\na,1,2\n", "column 'answer' stands 2 times"),
        (b'{"question": "a", "label": "x"}\n', "among the columns question, label; expected"),
    ],
)
def test_what_is_no_dataset_is_refused_in_one_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnreadableDataset, match=said) as caught:
        read_rows(path)
    assert str(caught.value).count("\n") == 0
    assert "d.jsonl" in str(caught.value)


def test_parquet_with_cells_that_are_no_text(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    broken = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xf1"))
    path = tmp_path / "d.parquet"
    pa.parquet.write_table(pa.table({"question": broken, "answer": pa.array([1, 2])}), path)
    rows, (bad,) = read_rows(path)
    assert [row.answer for row in rows] == ["1"]
    assert bad.reasons == ("'question' is not UTF-8: byte 0xF1 at position 1",)
    pa.parquet.write_table(pa.table({"question": ["a"], "answer": [{"x": 1}]}), path)
    assert read_rows(path)[1][0].reasons == ("'answer' is a dict; expected text",)
    twice = pa.Table.from_arrays([pa.array(["a"])] * 2, names=["answer", "answer"])
    pa.parquet.write_table(twice, path)
    with pytest.raises(UnreadableDataset, match="column 'answer' stands more than once"):
        open_dataset(path)


def test_pipes_devices_and_odd_paths_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path, said in {
        pipe: "is not a regular file but a pipe",
        Path("/dev/zero"): "is not a regular file but a pipe, socket or device",
        tmp_path: "holds no dataset saved with save_to_disk",
        tmp_path / "none": "there is no such file",
        loop: "cannot be read",
        tmp_path / ("x" * 5000): "cannot be read",
        Path("a\0b"): "cannot be read",
    }.items():
        with pytest.raises(UnreadableDataset, match=said):
            open_dataset(path)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = WRITERS["CSV"](tmp_path, records(2))

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableDataset, match=r"d\.csv: cannot be read \(Permission denied\); check"):
        open_dataset(path)


def test_a_line_of_fifty_megabytes_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    with path.open("wb") as file:
        file.write(GOOD.encode() + b'{"question": "')
        for _ in range(50):
            file.write(b"a" * 1_000_000)
        file.write(b'", "answer": "1"}\n' + GOOD.encode())
    array = tmp_path / "d.json"
    array.write_bytes(b"[" + path.read_bytes().strip().replace(b"}\n", b"},\n") + b"]")
    for file_of in (path, array):
        tracemalloc.start()
        rows, bad = read_rows(file_of)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (len(rows), [row.line for row in bad]) == (2, [2])
        assert "50,000,0" in bad[0].reasons[0]
        assert peak < 20 * 2**20, file_of


def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path) -> None:
    peaks = []
    for count in (2_000, 20_000):
        path = tmp_path / f"{count}.json"
        path.write_text(json.dumps(records(count)))
        tracemalloc.start()
        assert sum(1 for _ in open_dataset(path)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
