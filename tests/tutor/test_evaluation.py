"""An examination: which rows, what is counted, and that nothing is lost on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tutor.errors import DamagedFrozenTest
from tutor.evaluation import (
    Examination,
    GradedAnswer,
    digest_of_questions,
    examination_rows,
    read_examination,
    write_examination,
)
from tutor.flaws import NO_STEPS, OTHER_LANGUAGE
from tutor.forgetting import General, read_general_test
from tutor.frozen_test import frozen_rows
from tutor.rows import Row
from tutor.settings import FORGETTING
from tutor.transcripts import transcripts_page
from tutor.verdict import Verdict

ANSWERS = tuple(
    GradedAnswer(f"q{at}", topic, "1", "un <b>uno</b>", "1", right, corrections, level, flaws)
    for at, (topic, right, corrections, level, flaws) in enumerate(
        (
            ("b", True, 1, "primaria 1", ()),
            ("a", False, 0, "primaria 2", (NO_STEPS, OTHER_LANGUAGE)),
            ("b", False, 2, "primaria 1", (NO_STEPS,)),
            ("a", True, 0, "primaria 2", ()),
        )
    )
)
GENERAL = General({"es": 4.0, "en": 3.0}, (True, False, True, True))


def rows(count: int, name: str, topic: str = "suma") -> list[Row]:
    return [Row(f"{name}-{at}", f"{name} {at}", "", "1", topic, "", at) for at in range(count)]


def test_accuracy_and_flaws_are_counted_overall_by_topic_and_by_level() -> None:
    summary = Examination(ANSWERS, GENERAL).summary()
    flaws = summary.pop("flaws")
    assert {flaw: count for flaw, count in flaws.items() if count} == {NO_STEPS: 2, OTHER_LANGUAGE: 1}
    general = summary.pop("general")
    assert general == {
        "perplexity_es": pytest.approx(54.598, abs=0.001),
        "perplexity_en": pytest.approx(20.086, abs=0.001),
        "english_sums": 0.75,
    }
    assert summary == {
        "n": 4,
        "accuracy": 0.5,
        "accuracy_unaided": 0.25,
        "accuracy_by_topic": {"a": 0.5, "b": 0.5},
        "accuracy_by_level": {"primaria 1": 0.5, "primaria 2": 0.5},
    }
    assert "general" not in Examination(ANSWERS).summary()
    assert "accuracy_on_learned" not in Examination(ANSWERS).summary()
    assert Examination(ANSWERS, learned=ANSWERS).summary()["accuracy_on_learned"] == 0.5


@pytest.mark.parametrize("general", [GENERAL, None])
def test_an_examination_is_read_as_it_was_written(general: General | None, tmp_path: Path) -> None:
    examination = Examination(ANSWERS, general, learned=ANSWERS[:2])
    write_examination(tmp_path / "answers.jsonl", examination)
    assert read_examination(tmp_path / "answers.jsonl") == examination


def test_the_frozen_test_fills_what_the_dataset_s_own_rows_leave() -> None:
    frozen = frozen_rows()
    assert {row.question for row in examination_rows(frozen[:30], frozen, 128)} <= {row.question for row in frozen}
    few = examination_rows(rows(4, "mía"), frozen, 128)
    assert (len(few), sum(row.id.startswith("mía") for row in few)) == (128, 4)
    many = examination_rows(rows(900, "mía"), frozen, 128)
    assert (len(many), sum(row.id.startswith("mía") for row in many)) == (128, 64)
    most = examination_rows(rows(900, "mía"), frozen, 600)
    assert sum(not row.id.startswith("mía") for row in most) == len(frozen)
    assert len(most) == 600
    assert len({row.topic for row in few}) > 20


def test_the_digest_of_questions_tells_what_is_asked_and_not_where_it_stood() -> None:
    one = rows(3, "q")
    moved = [replace(row, id="otro", line=90, solution="así") for row in one]
    assert digest_of_questions(moved) == digest_of_questions(one)
    for change in ({"question": "x"}, {"answer": "2"}, {"topic": "resta"}, {"level": "primaria 1"}):
        assert digest_of_questions([replace(one[0], **change), *one[1:]]) != digest_of_questions(one)


def test_the_texts_for_forgetting_are_as_they_were_shipped_and_a_change_is_noticed(tmp_path: Path) -> None:
    test = read_general_test()
    assert set(test.texts) == {"es", "en"}
    assert min(len(texts) for texts in test.texts.values()) == 5
    assert len(test.sums) == 16
    changed = tmp_path / "forgetting.jsonl"
    changed.write_text(FORGETTING.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    for path in (changed, tmp_path / "none.jsonl"):
        with pytest.raises(DamagedFrozenTest, match="as it was shipped"):
            read_general_test(path)


def test_the_page_shows_every_answer_escaped_and_fetches_nothing() -> None:
    examined = {"base": Examination(ANSWERS, GENERAL), "challenger": Examination(ANSWERS, GENERAL)}
    page = transcripts_page(examined, Verdict("refused", ("No acierta más que <nadie>.",)))
    assert page.count("<section") == 4
    assert page.count("un &lt;b&gt;uno&lt;/b&gt;") == 8
    assert "<b>uno" not in page
    assert "No acierta más que &lt;nadie&gt;." in page
    assert "rechazado" in page
    assert page.count("3 de 4") == 2
    assert "http" not in page
    assert "src=" not in page
