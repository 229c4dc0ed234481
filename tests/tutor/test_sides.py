"""The side of a row depends on its template alone, and the frozen test is never learned from."""

from collections import Counter

import pytest

from tutor.likeness import digest_of_text
from tutor.sides import Split

TEMPLATES = [digest_of_text(f"template {number}") for number in range(4000)]


def test_shares_are_shares_of_the_templates() -> None:
    split = Split(0.2, 0.1)
    counts = Counter(map(split.side_of, TEMPLATES))
    assert counts["held-out"] == pytest.approx(800, abs=80)
    assert counts["validation"] == pytest.approx(400, abs=60)
    assert set(map(Split(0.5, 0).side_of, TEMPLATES)) == {"training", "held-out"}


def test_a_change_of_one_share_moves_nothing_between_the_other_two_sides() -> None:
    before, after = Split(0.1, 0.05), Split(0.3, 0.05)
    for template in TEMPLATES:
        if (now := after.side_of(template)) != "held-out":
            assert before.side_of(template) == now


@pytest.mark.parametrize(("held_out", "validation"), [(0.000001, 0.0), (0.08, 0.04), (0.5, 0.4)])
def test_a_frozen_template_is_held_out_whatever_the_shares(held_out: float, validation: float) -> None:
    frozen = frozenset(TEMPLATES[::7])
    split = Split(held_out, validation, frozen)
    assert {split.side_of(template) for template in frozen} == {"held-out"}
