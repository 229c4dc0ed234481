"""The checker on real rows: GSM8K as it is, and with one number of the working changed in 5 % of the rows."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tutor.proof import prove

Row = tuple[str, str, str]
Place = Callable[[str], list[tuple[int, int]]]
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
ANNOTATION = re.compile(r"<<[^<>]*>>")
# An equation of the prose up to its annotation: "48/2 = $<<48/2=24>>".
PROSE = re.compile(r"[0-9][0-9 .,$%()*/x×+–-]*= ?\$?(?=<<)")
SHARE = 0.05


def shared_data() -> Path | None:
    """Return the folder shared/data beside this checkout or one of the folders above it."""
    folders = (parent / "shared" / "data" for parent in Path(__file__).resolve().parents)
    return next((folder for folder in folders if (folder / "gsm8k_train.jsonl").is_file()), None)


DATA = shared_data()
pytestmark = pytest.mark.skipif(DATA is None, reason="shared/data/gsm8k_train.jsonl is in no folder above the tests")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    assert DATA is not None
    found = []
    for name in ("gsm8k_train.jsonl", "gsm8k_test.jsonl"):
        for line in (DATA / name).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            working, _, answer = record["answer"].rpartition("####")
            found.append((record["question"], working.strip(), answer.strip()))
    assert len(found) == 8792
    return found


@pytest.fixture(scope="module")
def refuted(rows: list[Row]) -> set[int]:
    """Return which rows are refuted as they are."""
    return {place for place, row in enumerate(rows) if prove(*row).verdict == "refuted"}


def in_annotations(working: str) -> list[tuple[int, int]]:
    return [found.span() for found in ANNOTATION.finditer(working)]


def after_annotations(working: str) -> list[tuple[int, int]]:
    return [(end, number.end()) for _, end in in_annotations(working) if (number := NUMBER.match(working, end))]


def before_annotations(working: str) -> list[tuple[int, int]]:
    return [found.span() for found in PROSE.finditer(working)]


def beside_annotations(working: str) -> list[tuple[int, int]]:
    return in_annotations(working) + after_annotations(working) + before_annotations(working)


def anywhere(working: str) -> list[tuple[int, int]]:
    return [(0, len(working))]


def changed_number(text: str, rng: Random) -> str:
    """Return another number: one more or less, ten times as much, with another digit, or larger by 2 to 50."""
    kind = rng.choice(("more", "less", "tenfold", "digit", "random"))
    if kind == "digit" or "," in text:
        place = rng.choice([place for place, character in enumerate(text) if character.isdigit()])
        return text[:place] + rng.choice([digit for digit in "123456789" if digit != text[place]]) + text[place + 1 :]
    value = float(text)
    less = value - 1 if value >= 1 else value + 2
    changes = {"more": value + 1, "less": less, "tenfold": value * 10 or 1, "random": value + rng.randint(2, 50)}
    return f"{changes[kind]:.10g}"


def changed_rows(rows: list[Row], place: Place, seed: int, share: float = SHARE) -> Iterator[tuple[int, Row]]:
    """Yield a share of the rows with one number changed in the places that `place` gives, and which rows they are."""
    rng = Random(seed)
    for at in sorted(rng.sample(range(len(rows)), round(share * len(rows)))):
        question, working, answer = rows[at]
        numbers = [number for span in place(working) for number in NUMBER.finditer(working, *span)]
        if numbers:
            number = rng.choice(numbers)
            new = working[: number.start()] + changed_number(number[0], rng) + working[number.end() :]
            yield at, (question, new, answer)


def slightly_changed(rows: list[Row], seed: int) -> Iterator[Row]:
    """Yield the rows with one whole number, or part of a decimal one, changed by 1 to 9."""
    rng = Random(seed)
    for question, working, answer in rows:
        number = rng.choice(list(re.finditer("[0-9]+", working)))
        other = str(max(0, int(number[0]) + rng.choice([-1, 1]) * rng.randint(1, 9)))
        if int(other) != int(number[0]):
            yield question, working[: number.start()] + other + working[number.end() :], answer


def found_and_precision(rows: list[Row], refuted: set[int], place: Place) -> tuple[float, float]:
    """Return the share of changed rows that are refuted, and of refuted rows that are changed, over three seeds."""
    changed = found = wrongly = 0
    for seed in (1, 2, 3):
        sample = dict(changed_rows(rows, place, seed))
        changed += len(sample)
        found += sum(prove(*row).verdict == "refuted" for row in sample.values())
        wrongly += len(refuted - sample.keys())
    return found / changed, found / (found + wrongly)


def test_rows_as_they_are_are_kept(rows: list[Row], refuted: set[int]) -> None:
    assert len(refuted) <= 0.0005 * len(rows)  # the requirement is 0.5 %; these 4 are wrong in the original


def test_nearly_every_row_is_proven(rows: list[Row]) -> None:
    assert sum(prove(*row).verdict == "proven" for row in rows[:2000]) >= 0.985 * 2000


@pytest.mark.parametrize(
    ("place", "share"),
    [
        (in_annotations, 0.995),
        (after_annotations, 0.995),
        (before_annotations, 0.985),
        (beside_annotations, 0.995),
        (anywhere, 0.96),
    ],
)
def test_a_changed_number_is_found_and_hardly_any_other_row(
    rows: list[Row], refuted: set[int], place: Place, share: float
) -> None:
    found, precision = found_and_precision(rows, refuted, place)
    assert found >= share
    assert precision >= 0.99


def test_it_is_found_in_rows_that_the_rules_were_not_made_with_and_changed_in_other_ways(rows: list[Row]) -> None:
    found = [prove(*row).verdict == "refuted" for row in slightly_changed(rows[7473:], 99)]
    assert len(found) > 1000
    assert sum(found) >= 0.955 * len(found)


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("slightly", [True, False])
def test_it_is_found_in_each_half_of_the_rows(rows: list[Row], even: bool, slightly: bool) -> None:
    """The rules were made with the even half alone; the other half may only have refused some of them."""
    half = [row for row in rows if (hashlib.sha256(row[0].encode()).digest()[0] % 2 == 0) == even]
    changed = slightly_changed(half, 5) if slightly else (row for _, row in changed_rows(half, anywhere, 5, share=1))
    found = [prove(*row).verdict == "refuted" for row in changed]
    assert len(found) > 4300
    assert sum(found) >= (0.95 if slightly else 0.955) * len(found)


def test_a_changed_answer_is_found(rows: list[Row]) -> None:
    rng = Random(4)
    verdicts = [
        prove(question, working, changed_number(answer, rng)).verdict for question, working, answer in rows[:1500]
    ]
    assert verdicts.count("refuted") >= 0.85 * len(verdicts)
