"""The gate."""

import pytest

from tutor.evaluation import Examination, GradedAnswer
from tutor.verdict import decide


def examined(right: int, n: int = 10) -> Examination:
    return Examination(tuple(GradedAnswer(f"q{i}", "suma", "1", "1", "1", i < right, corrections=0) for i in range(n)))


@pytest.mark.parametrize(
    ("base", "challenger", "champion", "decision"),
    [
        (1, 5, None, "accepted"),
        (5, 5, None, "refused"),
        (6, 5, None, "refused"),
        (1, 6, 5, "accepted"),
        (1, 5, 5, "refused"),
        (1, 5, 6, "refused"),
        (7, 6, 5, "refused"),
    ],
)
def test_only_a_tutor_better_than_base_and_champion_is_accepted(
    base: int, challenger: int, champion: int | None, decision: str
) -> None:
    verdict = decide(examined(base), examined(challenger), None if champion is None else examined(champion))
    assert verdict.decision == decision
    assert len(verdict.reasons) == (1 if champion is None else 2)
    assert f"acierta {challenger} de 10" in verdict.reasons[0]


def test_accuracy_is_counted_overall_and_by_topic() -> None:
    answers = [
        GradedAnswer("q", topic, "1", "1", "1", right, corrections)
        for topic, right, corrections in (("b", True, 1), ("a", False, 0), ("b", False, 2), ("a", True, 0))
    ]
    examination = Examination(tuple(answers))
    assert examination.summary() == {
        "n": 4,
        "accuracy": 0.5,
        "accuracy_unaided": 0.25,
        "accuracy_by_topic": {"a": 0.5, "b": 0.5},
    }
