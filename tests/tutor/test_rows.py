"""Reading, telling apart and splitting rows."""

from pathlib import Path

import pytest

from tests.conftest import write_jsonl
from tutor.errors import UnreadableDataset
from tutor.reading import read_rows
from tutor.rows import spread_over_topics, template


def test_rows_are_read_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text(
        '\ufeff{"instruction": " ¿2+2? ", "answer": 4}\r\n\n{"question": "a", "answer": "1", "topic": "suma"}\n'
    )
    rows, bad = read_rows(file)
    assert [(row.line, row.question, row.answer) for row in rows] == [(1, "¿2+2?", "4"), (3, "a", "1")]
    assert bad == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"question": "a"', "Expecting"),
        ("[1, 2]", "expected a JSON object"),
        ('{"question": "a", "answer": ""}', "'answer' is missing or empty"),
        ('{"answer": "4"}', "'question' is missing or empty"),
        ('{"question": ["a"], "answer": "4"}', "'question' is a list"),
        ('{"question": "\\ud800", "answer": "4"}', "lone surrogate"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_line_that_is_no_row_is_kept_with_its_reason(tmp_path: Path, line: str, reason: str) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text('{"question": "b", "answer": "2"}\n' + line + "\n")
    rows, bad = read_rows(file)
    assert len(rows) == 1
    assert [(row.line, row.raw) for row in bad] == [(2, line)]
    assert reason in bad[0].reasons[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00bad"])
def test_a_file_without_rows_or_text_is_unreadable(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "d.jsonl"
    file.write_bytes(content)
    with pytest.raises(UnreadableDataset, match=r"d\.jsonl"):
        read_rows(file)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(UnreadableDataset):
            read_rows(path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("¿Cuánto es 3 + 4?", "cuanto es 12 + 5"),
        ("Calcula 3,5 × 2", "calcula  1.000 × 7."),
    ],
)
def test_a_template_leaves_out_numbers_accents_and_signs(one: str, other: str) -> None:
    assert template(one) == template(other)


def test_topics_are_represented_alike(dataset: Path) -> None:
    rows, _ = read_rows(dataset)
    chosen = spread_over_topics(rows, 30)
    counts = [sum(row.topic == topic for row in chosen) for topic in {row.topic for row in rows}]
    assert len(chosen) == 30
    assert max(counts) - min(counts) <= 1
    assert spread_over_topics(rows[::-1], 30) == chosen


def test_a_json_number_with_three_decimals_is_not_read_as_thousands(tmp_path: Path) -> None:
    rows, _ = read_rows(write_jsonl(tmp_path / "d.jsonl", [{"question": "a", "answer": 3.125}]))
    assert rows[0].answer == "3,125"
