"""Real exercises, in English: good ones are kept as they are, and those with one wrong number are found."""

import json
import random
import re
from pathlib import Path

import pytest

from data_checks.validation import Verdict, check_dataset
from tests.conftest import write_jsonl
from tutor.config import DataConfig
from tutor.reading import open_dataset
from tutor.settings import REPOSITORY

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# An annotated calculation with the result that stands after it.
_CALCULATION = re.compile(r"<<[^<>]*>>[\d.]*")
_CHANGED_SHARE = 0.05


def _files() -> list[Path]:
    for folder in REPOSITORY.parents:
        if found := sorted((folder / "shared" / "data").glob("gsm8k_*.jsonl")):
            return found
    return []


needs_gsm8k = pytest.mark.skipif(
    not _files(), reason="needs GSM8K: no shared/data/gsm8k_*.jsonl in any folder above the repository"
)


def _check(path: Path, folder: Path) -> Verdict:
    return check_dataset(open_dataset(path), folder, DataConfig(), frozenset(), lambda *_: None)


@needs_gsm8k
def test_good_rows_are_kept(tmp_path: Path) -> None:
    for file in _files():
        (folder := tmp_path / file.stem).mkdir()
        verdict = _check(file, folder)
        assert verdict.rows_in > 1000
        assert verdict.rows_kept >= 0.995 * verdict.rows_in, verdict.reasons.as_json()
        assert verdict.refusal(0.01) is None


@needs_gsm8k
@pytest.mark.parametrize(
    ("calculations_only", "share_found"),
    [
        (True, 0.95),
        # Of numbers in prose, and of equations without annotation, many have nothing that contradicts them.
        (False, 0.84),
    ],
)
def test_rows_with_one_changed_number_are_found_and_hardly_any_other(
    calculations_only: bool, share_found: float, tmp_path: Path
) -> None:
    chance = random.Random(20)
    records = [json.loads(line) for file in _files() for line in file.read_text(encoding="utf-8").splitlines()]
    before = [record["answer"] for record in records]
    for place in chance.sample(range(len(records)), round(_CHANGED_SHARE * len(records))):
        records[place]["answer"] = _with_one_number_changed(records[place]["answer"], chance, calculations_only)
    changed = {place for place, record in enumerate(records) if record["answer"] != before[place]}
    verdict = _check(write_jsonl(tmp_path / "changed.jsonl", list(records)), tmp_path)
    found = {row.line - 1 for row in verdict.quarantined()}
    assert len(found & changed) >= share_found * len(changed)
    assert len(found & changed) >= 0.99 * len(found)


def _with_one_number_changed(answer: str, chance: random.Random, calculations_only: bool) -> str:
    """Return `answer` with one number of its working, not of its last line, made larger."""
    working, mark, final = answer.rpartition("\n####")
    numbers = [
        number
        for number in _NUMBER.finditer(working)
        if not calculations_only or any(a.start() < number.start() < a.end() for a in _CALCULATION.finditer(working))
    ]
    if not numbers:
        return answer
    place = chance.choice(numbers)
    whole, _, decimals = place[0].partition(".")
    other = str(int(whole) + chance.randint(1, 9)) + ("." + decimals if decimals else "")
    return working[: place.start()] + other + working[place.end() :] + mark + final
