"""What is wrong with rows, told in Spanish: every reason that reading gives is known."""

from pathlib import Path

import pytest

from tutor.analysis.language import language
from tutor.analysis.quarantine import reason_told
from tutor.reading import read_rows

ES, EN = language("es"), language("en")
GOOD = '{"question": "¿Cuánto es 1 + 1?", "answer": "2"}'
BAD = (
    '{"question": "a", "answer": ""}',
    '{"question": "a", "answer": ["1"]}',
    '{"question": "a", "answer": "1", "answer": "2"}',
    '{"question": "a", "answer": NaN}',
    '{"question": "a\\u0000b", "answer": "1"}',
    '{"question": "a\\ud800b", "answer": "1"}',
    '{"question": "Â¿CuÃ¡nto es?", "answer": "1"}',
    "[1]",
    "{",
)


def test_every_reason_of_a_record_that_is_no_row_has_its_spanish(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text("\n".join([GOOD] * 9 + list(BAD) + ["{}" + " " * 2_000_000 + "x"]) + "\n", encoding="utf-8")
    reasons = [reason for row in read_rows(path)[1] for reason in row.reasons]
    table = tmp_path / "d.csv"
    table.write_text('question,answer\na,1\nb,2\nc\n"=HYPERLINK(1)",3\nd,"4\n', encoding="utf-8")
    reasons += [reason for row in read_rows(table)[1] for reason in row.reasons]
    broken = tmp_path / "b.jsonl"
    broken.write_bytes((GOOD + "\n").encode() * 9 + '{"question": "¿año?", "answer": "1"}\n'.encode("cp1252"))
    reasons += [reason for row in read_rows(broken)[1] for reason in row.reasons]
    assert len(reasons) >= len(BAD) + 5
    for reason in reasons:
        told = reason_told(reason, ES)
        assert not told.startswith("«" + reason[:5]), reason
        assert "{" not in told
        assert reason_told(reason, EN) == reason


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        ("'respuesta' is missing or empty", "falta el campo «respuesta», o está vacío"),
        ("'answer' has no answer after '####', as the other rows have", "«answer» no tiene respuesta detrás de «####»"),
        ("'x' is … characters long, more than … MiB", "el texto de «x» ocupa más de 1 MiB"),
        ("the moon is full", "«the moon is full»"),
    ],
)
def test_a_reason_names_its_column_and_an_unknown_one_is_quoted(recorded: str, told: str) -> None:
    assert reason_told(recorded, ES) == told
