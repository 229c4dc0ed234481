"""The suite on good and bad datasets."""

import json
import re
from pathlib import Path

import pytest

from data_checks.validation import QUARANTINE, ROWS, Verdict, check_dataset
from tests.conftest import write_jsonl
from tutor.config import DataConfig
from tutor.errors import UnreadableDataset
from tutor.frozen_test import frozen_templates
from tutor.reading import open_dataset
from tutor.settings import DEFAULT_DATASET

CONFIG = DataConfig()


def check_file(path: Path, folder: Path, config: DataConfig = CONFIG) -> Verdict:
    return check_dataset(open_dataset(path, config.columns), folder, config, frozen_templates(), lambda *_: None)


def good(number: int, **changes: object) -> dict[str, object]:
    topic = ("suma", "resta", "decimales")[number % 3]
    return {
        "id": f"r{number}",
        "question": f"¿Cuánto es {number} + 1?",
        "answer": str(number + 1),
        "topic": topic,
    } | changes


def test_the_shipped_dataset_is_fit_to_the_last_row_and_its_data_docs_need_no_network(tmp_path: Path) -> None:
    verdict = check_file(DEFAULT_DATASET, tmp_path)
    assert verdict.refusal(0.0) is None
    assert verdict.rows_kept == verdict.rows_in > 2000
    assert (verdict.warnings, verdict.reasons.as_json()) == ((), {})
    assert next(verdict.kept()).id == "mat-00001"
    assert (tmp_path / "data_docs" / "index.html").is_file()
    (page,) = (tmp_path / "data_docs" / "validations").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "Every answer must be exact: a number" in text
    assert "The length must lie between 2 and 2000 characters" in text
    assert "Length of the questions" in text
    assert "question_characters" not in re.sub("<[^>]*>", "", text)
    assert "batch_id" not in text, "an expectation stands there as a call, not in prose"
    for file in (tmp_path / "data_docs").rglob("*.html"):
        assert not re.findall(r"<(?!a )[^>]*https?://", file.read_text(encoding="utf-8")), file


def test_each_bad_row_is_set_aside_with_its_line_and_every_reason(tmp_path: Path) -> None:
    story = "En el mercado de San Juan, Ana compra 3 sandías grandes y paga 12 soles. ¿Cuánto cuesta cada una?"
    records: list[object] = [good(n) for n in range(200, 230)]
    records[2] = good(2, question=story, answer="4")
    records[4] = good(4, answer="no sé")
    records[9] = good(9, question="?")
    records[14] = good(14, question="Hola, ¿cuanto  es 203+1?", answer="204")
    records[19] = good(19, id="r203", answer="muchas")
    records[23] = good(23, solution="A 23 le sumamos uno y son 25")
    records[24] = good(24, solution="la suma es 25 " + "x" * 6000)
    records[25] = good(25, solution="25 + 1 = 27")
    records[26] = good(26, solution="Pregunta a ana@colegio.example cuánto es 27")
    records[27] = [1, 2]
    records[28] = good(28, question=f"¿Cuánto cuesta cada una? {story[:-25]}", answer="4")
    path = write_jsonl(tmp_path / "d.jsonl", records)
    verdict = check_file(path, tmp_path)
    bad = list(verdict.quarantined())
    reasons = {row.line: row.reasons for row in bad}
    assert reasons == {
        5: ("the answer is no exact number, list, expression, yes or no",),
        10: ("the question is not 2 to 2000 characters long",),
        15: ("an earlier row has the same question: line 4",),
        20: ("the answer is no exact number, list, expression, yes or no", "an earlier row has the same id: line 4"),
        24: ("the solution does not reach the answer",),
        25: ("the solution is longer than 6000 characters",),
        26: ("the working is wrong: 25 + 1 = 27 is wrong: 25 + 1 is 26", "the solution does not reach the answer"),
        27: ("it holds personal data: an e-mail address",),
        28: ("expected a JSON object, got list",),
        29: ("an earlier row asks nearly the same: line 3",),
    }
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [row.raw for row in bad] == [lines[row.line - 1] for row in bad]
    assert [row.line for row in verdict.kept()] == [n for n in range(1, 31) if n not in reasons]
    assert verdict.rows_in == verdict.rows_kept + verdict.rows_quarantined == 30
    assert verdict.refusal(0.5) is None
    assert "10 of 30 rows are bad" in (verdict.refusal(0.1) or "")
    assert verdict.reasons.as_json()["the answer is no exact number, list, expression, yes or no"] == 2


@pytest.mark.parametrize(
    ("records", "config", "said"),
    [
        ([good(n) for n in range(10)], {}, "fewer than 20 rows"),
        ([good(n, topic="suma") for n in range(30)], {}, "one topic takes up 100 % of the rows, more than 50%"),
        ([good(n) for n in range(30)], {"max_topic_share": 0.3}, "one topic takes up 100 %"),
        ([good(n, level="primaria 1") for n in range(30)], {"max_level_share": 0.9}, "one school level takes up 100 %"),
        (
            [good(n, question=f"How many is the sum of {n} and 1?") for n in range(30)],
            {"min_spanish_share": 0.5},
            "100 % of the questions whose language can be told are not in Spanish",
        ),
    ],
)
def test_a_dataset_that_is_bad_as_a_whole_is_refused(
    records: list[object], config: dict[str, float], said: str, tmp_path: Path
) -> None:
    verdict = check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path, DataConfig.model_validate(config))
    assert said in (verdict.refusal(0.5) or "")


def test_what_is_unusual_but_allowed_is_a_warning(tmp_path: Path) -> None:
    records: list[object] = [
        {"question": f"How many is the sum of {n} and 1?", "answer": n + 1, "level": "primaria 1"} for n in range(30)
    ]
    verdict = check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path)
    assert verdict.refusal(0.0) is None
    assert [warning.split(" (data.")[1] for warning in verdict.warnings] == ["min_spanish_share)", "max_level_share)"]


def test_rows_without_topics_do_not_count_as_one_topic(tmp_path: Path) -> None:
    records: list[object] = [{"instruction": f"{n} + 1", "answer": n + 1} for n in range(30)]
    verdict = check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path)
    assert (verdict.refusal(0.0), verdict.warnings) == (None, ())


def test_a_row_that_no_tokenizer_brings_into_the_budget_is_set_aside(tmp_path: Path) -> None:
    records: list[object] = [good(n) for n in range(200, 230)]
    records[5] = good(5, solution="6 " * 70)
    records[6] = good(6, question=f"¿Cuánto es 6 + 1? {'palabra' * 20}", answer="7")
    verdict = check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path, DataConfig(max_row_tokens=64))
    (bad,) = verdict.quarantined()
    assert bad.line == 6
    assert bad.reasons[0].startswith("it takes more than 64 tokens (data.max_row_tokens): ")


def test_rows_that_take_too_long_are_kept_with_a_warning(tmp_path: Path) -> None:
    records: list[object] = [good(n) for n in range(200, 5000)]  # some of them are examined in other processes
    records[7] = good(7, question="¿Cuánto es 7 + 1 en total?", solution="7 + 1 = 9", answer="9")
    records[4750] = good(5, question="¿Cuánto es 5 + 1 en total?", solution="5 + 1 = 7", answer="7")
    path = write_jsonl(tmp_path / "d.jsonl", records)
    hurried = check_file(path, tmp_path, DataConfig(max_row_seconds=0))
    said = "the working of 2 rows was not recomputed within 0 s (data.max_row_seconds); the first is line 8"
    assert (hurried.rows_kept, said in hurried.warnings) == (4800, True)
    (tmp_path / "again").mkdir()
    unhurried = check_file(path, tmp_path / "again")
    assert [row.line for row in unhurried.quarantined()] == [8, 4751]


def test_broken_records_are_counted_by_kind(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "d.jsonl", [good(n) for n in range(30)])
    with path.open("a", encoding="utf-8") as file:
        file.writelines('{"question": "¿' + "a" * n + "\n" for n in range(5))
    verdict = check_file(path, tmp_path)
    ((kind, entry),) = verdict.reasons.most_frequent_first()
    assert kind == "not JSON"
    assert (entry.count, [line for line, _ in entry.examples]) == (5, [31, 32])


def test_a_table_keeps_the_text_of_its_rows_in_quarantine(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    rows = [f'"¿Cuánto es\n{n} + 1?",{n + 1}' for n in range(25)]
    path.write_text("pregunta,respuesta\n" + "\n".join([*rows, rows[3]]) + "\n", encoding="utf-8")
    config = DataConfig.model_validate({"columns": "question=pregunta, answer=respuesta"})
    verdict = check_file(path, tmp_path, config)
    (bad,) = verdict.quarantined()
    assert (bad.line, bad.raw) == (52, rows[3])
    assert bad.reasons == ("an earlier row has the same question: line 8",)


def test_many_rows_go_through_processes_in_order_and_come_out_the_same(dataset: Path, tmp_path: Path) -> None:
    lines = dataset.read_text(encoding="utf-8").splitlines()
    records: list[object] = [
        json.loads(line) | {"id": f"{turn}-{n}"} for turn in range(17) for n, line in enumerate(lines)
    ]
    verdict = check_file(write_jsonl(tmp_path / "d.jsonl", records), tmp_path)
    assert verdict.rows_in == 5100
    assert [row.line for row in verdict.kept()] == list(range(1, 301))
    assert [row.line for row in verdict.quarantined()] == list(range(301, 5101))
    assert not (tmp_path / "originals.jsonl").exists()
    assert (tmp_path / ROWS).is_file()
    assert (tmp_path / QUARANTINE).is_file()


def test_a_file_that_breaks_while_it_is_read_is_unreadable(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "d.jsonl", [good(n) for n in range(30)])
    source = open_dataset(path)
    path.write_text("\n")
    with pytest.raises(UnreadableDataset, match="holds no record"):
        check_dataset(source, tmp_path, CONFIG, frozenset(), lambda *_: None)
