"""The statistics of pairs: known values, and that errors come as rarely as they are said to."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from tutor.paired import Pairs, difference_interval, p_better, p_different, p_of_falls, p_worse_by, pairs_of


def test_pairs_are_counted_where_the_two_differ() -> None:
    pairs = pairs_of([True, True, False, False, True], [True, False, True, False, False])
    assert pairs == Pairs(only_new=2, only_old=1, n=5)
    assert pairs.difference == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("won", "lost", "p"),
    [(7, 0, 1 / 128), (6, 0, 1 / 64), (0, 0, 1.0), (5, 5, 638 / 1024), (0, 3, 1.0), (8, 1, 10 / 512)],
)
def test_mcnemar_is_exact_and_one_sided(won: int, lost: int, p: float) -> None:
    assert p_better(Pairs(won, lost, 40)) == pytest.approx(p)


@pytest.mark.parametrize(("won", "lost"), [(7, 0), (0, 0), (5, 5), (0, 3), (8, 1), (300, 251), (3, 4)])
def test_both_forms_of_mcnemar_are_those_of_the_binomial_distribution(won: int, lost: int) -> None:
    n, pairs = won + lost, Pairs(won, lost, 1000)

    def tail(least: int) -> float:
        return sum(comb(n, count) for count in range(least, n + 1)) / 2**n

    assert p_better(pairs) == pytest.approx(tail(won))
    assert p_different(pairs) == p_different(pairs.turned) == pytest.approx(min(1.0, 2 * tail(max(won, lost))))


def test_answers_alike_say_the_more_the_more_there_are() -> None:
    assert p_worse_by(0.05, Pairs(0, 0, 5)) == pytest.approx(0.95**5)
    assert p_worse_by(0.05, Pairs(0, 0, 128)) == pytest.approx(0.00141, abs=1e-5)
    assert p_worse_by(0.0, Pairs(0, 0, 128)) == 1.0, "not to be worse at all is no finding of equal answers"


@pytest.mark.parametrize("n", [10, 12, 20, 40, 58, 59, 80])
@pytest.mark.parametrize("won_share", [0.0, 0.1, 0.4])
def test_a_tutor_worse_by_the_margin_passes_as_rarely_on_few_questions(n: int, won_share: float) -> None:
    """The exact share, by the multinomial distribution, of those that answer no fewer and pass the test."""
    lost_share = won_share + 0.05
    passed = 0.0
    for won in range(n + 1):
        for lost in range(min(won, n - won) + 1):
            if p_worse_by(0.05, Pairs(won, lost, n)) < 0.05:
                ways = comb(n, won) * comb(n - won, lost)
                passed += ways * won_share**won * lost_share**lost * (0.95 - 2 * won_share) ** (n - won - lost)
    # Nominal: 5 %. The score test is an approximation, 6.2 % at its worst from ten questions on.
    assert passed < 0.065


def test_without_margin_the_score_test_is_that_of_mcnemar() -> None:
    # z = (15 - 5) / sqrt(15 + 5), whose upper tail is 0.01267.
    assert p_worse_by(0.0, Pairs(15, 5, 128)) == pytest.approx(0.01267, abs=1e-5)


def test_a_worse_result_is_never_judged_better() -> None:
    values = [p_worse_by(0.05, Pairs(won, 12, 128)) for won in range(30)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.9
    assert values[-1] < 0.01


@pytest.mark.parametrize(("won_share", "lost_share"), [(0.0, 0.05), (0.05, 0.10), (0.15, 0.20)])
def test_a_tutor_worse_by_the_margin_passes_as_rarely_as_said(won_share: float, lost_share: float) -> None:
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(128, [won_share, lost_share, 1 - won_share - lost_share], size=2000)
    passed = [p_worse_by(0.05, Pairs(int(won), int(lost), 128)) < 0.05 for won, lost, _ in drawn]
    # The nominal 5 % and three standard errors of 2,000 trials.
    assert sum(passed) / 2000 <= 0.065


def test_the_interval_lies_around_the_difference_and_is_the_same_each_time() -> None:
    low, high = difference_interval(Pairs(30, 10, 128), 0.95)
    # Normal approximation: 0.156 ± 1.96 · sqrt((40/128 − 0.156²) / 128).
    assert low == pytest.approx(0.063, abs=0.012)
    assert high == pytest.approx(0.249, abs=0.012)
    assert difference_interval(Pairs(30, 10, 128), 0.95) == (low, high)
    assert difference_interval(Pairs(0, 0, 5), 0.95) == (0.0, 0.0)


def test_a_lost_topic_shows_and_a_luckless_question_does_not() -> None:
    topics = [topic for topic in "abcdefghijklmnopqrstuvwxyz" for _ in range(5)]
    old = [True] * 130
    lost_one_each = [place % 5 != 0 for place in range(130)]
    assert min(p_of_falls(lost_one_each, old, topics).values()) > 0.2
    lost_topic = [topic != "c" for topic in topics]
    p = p_of_falls(lost_topic, old, topics)
    assert p["c"] == pytest.approx(1 / 32, abs=0.01)
    assert p["a"] > 0.9
    assert p_of_falls(old, old, topics) == dict.fromkeys(sorted(set(topics)), 1.0)


def test_topics_fall_by_chance_as_rarely_as_said() -> None:
    rng = np.random.default_rng(5)
    topics = [f"t{place % 26}" for place in range(128)]
    # Hard topics and easy ones; the two tutors are equally good at each.
    skill = np.repeat([0.2, 0.5, 0.9], 43)[:128]
    alarms = 0
    for _ in range(120):
        new, old = rng.random((2, 128)) < skill
        alarms += min(p_of_falls(list(new), list(old), topics).values()) < 0.05
    assert alarms <= 12
