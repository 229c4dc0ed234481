"""The suite on good and bad datasets."""

from pathlib import Path

import pytest

from data_checks.validation import check_file, summary
from tests.conftest import write_jsonl
from tutor.settings import DEFAULT_DATASET, Store


def good(number: int, **changes: object) -> dict[str, object]:
    topic = ("suma", "resta", "decimales")[number % 3]
    return {
        "id": f"r{number}",
        "question": f"¿Cuánto es {number} + 1?",
        "answer": str(number + 1),
        "topic": topic,
    } | changes


def test_the_shipped_dataset_is_fit_to_the_last_row(store: Store, tmp_path: Path) -> None:
    verdict = check_file(DEFAULT_DATASET, tmp_path)
    assert verdict.refusal(0.0) is None
    assert verdict.bad == ()
    assert (tmp_path / "data_docs" / "index.html").is_file()
    (page,) = (tmp_path / "data_docs" / "validations").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "every answer must be one exact number" in text
    assert "batch_id" not in text, "an expectation stands there as a call, not in prose"


def test_each_bad_row_is_set_aside_with_its_line_and_every_reason(store: Store, tmp_path: Path) -> None:
    records: list[object] = [good(n) for n in range(30)]
    records[4] = good(4, answer="no sé")
    records[9] = good(9, question="?")
    records[14] = good(14, question="Hola, ¿cuanto  es 3+1?")
    records[19] = good(19, id="r3", answer="muchas")
    records[24] = good(24, solution="x" * 3000)
    records[26] = good(26, solution="Pregunta a ana@colegio.example")
    records[27] = [1, 2]
    verdict = check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path)
    reasons = {row.line: row.reasons for row in verdict.bad}
    assert reasons == {
        5: ("the answer is not one exact number",),
        10: ("the question is not 2 to 600 characters long",),
        15: ("an earlier row has the same question",),
        20: ("the answer is not one exact number", "an earlier row has the same id"),
        25: ("the solution is longer than 2000 characters",),
        27: ("it holds personal data: an e-mail address",),
        28: ("expected a JSON object, got list",),
    }
    assert verdict.rows_in == len(verdict.kept) + len(verdict.bad) == 30
    assert verdict.refusal(0.5) is None
    assert "7 of 30 rows are bad" in (verdict.refusal(0.1) or "")
    assert summary(verdict, fit=False)["quarantined"][0] == {"line": 5, "id": "r4", "reasons": list(reasons[5])}


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([good(n) for n in range(10)], "fewer than 20 rows"),
        ([good(n, topic="suma") for n in range(30)], "one topic takes up more than 60% of the rows"),
    ],
)
def test_a_dataset_that_is_bad_as_a_whole_is_refused(
    records: list[object], said: str, store: Store, tmp_path: Path
) -> None:
    verdict = check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path)
    assert said in (verdict.refusal(0.5) or "")


def test_rows_without_topics_do_not_count_as_one_topic(store: Store, tmp_path: Path) -> None:
    records: list[object] = [{"instruction": f"{n} + 1", "answer": n + 1} for n in range(30)]
    assert check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path).refusal(0.0) is None
