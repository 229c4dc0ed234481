"""The frozen test: it is the shipped dataset's, it is whole, and nothing of it is ever learned from."""

import json
from pathlib import Path

import pytest

from data_checks.facts import Facts
from data_checks.suite import row_checks
from tasks.validation import HELD_OUT_ROWS, TRAINING_ROWS, VALIDATION_ROWS, validate_dataset
from tests.conftest import write_jsonl
from tutor.config import DataConfig
from tutor.errors import DamagedFrozenTest
from tutor.findings import findings_of
from tutor.frozen_test import REFRESH, frozen_rows, frozen_templates, shipped_frozen_texts
from tutor.likeness import template_of
from tutor.reading import read_rows
from tutor.rows import read_written_rows
from tutor.settings import DEFAULT_DATASET, FROZEN_ROWS, FROZEN_TEST, Store
from tutor.sides import Split


def test_it_holds_the_held_out_templates_of_the_shipped_dataset() -> None:
    held = tuple(path.read_text(encoding="utf-8") for path in (FROZEN_TEST, FROZEN_ROWS))
    same = held == shipped_frozen_texts()
    assert same, f"data/matematicas.jsonl has changed: freeze its test anew with '{REFRESH}'"
    assert len(frozen_templates()) > 100


def test_its_rows_are_of_its_templates_and_a_changed_one_is_noticed(tmp_path: Path) -> None:
    rows = frozen_rows()
    assert {template_of(row.question) for row in rows} == frozen_templates()
    changed = tmp_path / "frozen-rows.jsonl"
    changed.write_text(FROZEN_ROWS.read_text(encoding="utf-8").replace("7", "8", 1), encoding="utf-8")
    for path in (changed, tmp_path / "none.jsonl"):
        with pytest.raises(DamagedFrozenTest, match="not as they were frozen"):
            frozen_rows(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"templates": [\n  "', '"templates": [\n  "0000000000000000",\n  "'), "the digest"),
        (lambda text: text.replace("0", "1"), "the digest"),
        (lambda text: text[:-40], "is no list"),
        (lambda _: "[]", "is no list"),
        (lambda _: '{"templates": [1], "sha256": ""}', "what is no digest"),
        (lambda _: "[" * 100_000, "is no list"),
    ],
)
def test_a_damaged_file_is_noticed_in_one_sentence(change, said: str, tmp_path: Path) -> None:
    path = tmp_path / "frozen.json"
    path.write_text(change(FROZEN_TEST.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DamagedFrozenTest, match=said) as caught:
        frozen_templates(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(DamagedFrozenTest, match="cannot be read"):
        frozen_templates(tmp_path / "none.json")


@pytest.mark.parametrize("share", [0.000001, 0.3])
def test_no_frozen_template_is_ever_learned_from(share: float, store: Store, tmp_path: Path) -> None:
    frozen = frozen_templates()
    records: list[object] = [json.loads(line) for line in DEFAULT_DATASET.read_text(encoding="utf-8").splitlines()]
    # Other numbers, other dress, another order of rows, another name: the template is what counts.
    again: list[object] = [
        {"question": f"Hola, profe: {row['question'].replace('2', '3')}", "answer": row["answer"]}  # type: ignore[index]
        for row in records[:300]
    ]
    path = write_jsonl(tmp_path / "otro-nombre.jsonl", [*reversed(records), *again])
    config = DataConfig(path=path, held_out_share=share, max_bad_share=0.5)
    stage = validate_dataset.fn(config, store)
    sides = {
        name: {template_of(row.question) for row in read_written_rows(stage.folder / name)}
        for name in (TRAINING_ROWS, VALIDATION_ROWS, HELD_OUT_ROWS)
    }
    assert frozen <= sides[HELD_OUT_ROWS]
    assert not frozen & (sides[TRAINING_ROWS] | sides[VALIDATION_ROWS])
    assert not sides[HELD_OUT_ROWS] & (sides[TRAINING_ROWS] | sides[VALIDATION_ROWS])


def test_the_suite_refuses_a_split_that_would_learn_from_it() -> None:
    rows, _ = read_rows(DEFAULT_DATASET)
    frozen = next(row for row in rows if template_of(row.question) in frozen_templates())
    facts = Facts()
    facts.add([frozen], [findings_of(frozen, 2048)])

    class Careless(Split):
        def side_of(self, template: int):  # type: ignore[no-untyped-def]
            return "training"

    frame = facts.frame(Careless(0.08, 0.04, frozen_templates()))
    (check,) = [check for check in row_checks(DataConfig()) if check.column == "leaked"]
    assert check.breaks(frame).tolist() == [True]
    assert frame["leaked"].tolist() == ["the frozen test's"]
