"""Real exercises, in English: good ones are kept as they are, and those with one wrong number are found."""

import json
from pathlib import Path
from random import Random

import pytest

from data_checks.validation import Verdict, check_dataset
from tests.conftest import write_jsonl
from tests.tutor.test_proof_gsm8k import DATA, NUMBER, Place, anywhere, beside_annotations, changed_number
from tutor.config import DataConfig
from tutor.reading import open_dataset

FILES = sorted(DATA.glob("gsm8k_*.jsonl")) if DATA else []
pytestmark = pytest.mark.skipif(DATA is None, reason="shared/data/gsm8k_train.jsonl is in no folder above the tests")


def _check(path: Path, folder: Path) -> Verdict:
    return check_dataset(open_dataset(path), folder, DataConfig(), frozenset(), lambda *_: None)


def test_good_rows_are_kept_as_they_are(tmp_path: Path) -> None:
    for file in FILES:
        (tmp_path / file.stem).mkdir()
        verdict = _check(file, tmp_path / file.stem)
        assert verdict.rows_in > 1000
        assert verdict.rows_kept >= 0.999 * verdict.rows_in, verdict.reasons.as_json()
        assert verdict.refusal(0.001) is None


@pytest.mark.parametrize("place", [beside_annotations, anywhere])
def test_rows_with_one_changed_number_are_found_and_hardly_any_other(tmp_path: Path, place: Place) -> None:
    chance = Random(20)
    records = [json.loads(line) for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
    changed = set(chance.sample(range(len(records)), round(0.05 * len(records))))
    for at in set(changed):
        working, mark, final = records[at]["answer"].rpartition("\n####")
        numbers = [number for span in place(working) for number in NUMBER.finditer(working, *span)]
        if not numbers:  # a few rows calculate nothing in a form that could be recomputed
            changed.remove(at)
            continue
        number = chance.choice(numbers)
        other = changed_number(number[0], chance)
        records[at]["answer"] = working[: number.start()] + other + working[number.end() :] + mark + final
    verdict = _check(write_jsonl(tmp_path / "changed.jsonl", list(records)), tmp_path)
    found = {row.line - 1 for row in verdict.quarantined()}
    assert len(changed) > 400
    assert len(found & changed) >= 0.95 * len(changed)
    assert len(found & changed) >= 0.99 * len(found)
