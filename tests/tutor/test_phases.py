"""The stages of a training: those of the user's own run, of noisy and sparse logs, of runs without some of them."""

from random import Random

import numpy as np
import pytest

from tutor.phases import find_course

# The user's run, from its report: epochs and losses.
EPOCHS, LOSSES = [1, 50, 100, 250], [2.6141, 0.1035, 0.0644, 0.057]


def _between(every: float, noise: float = 0.0, *, straight: bool = False) -> tuple[list[float], list[float]]:
    """Return a log of the user's run with a point every so many epochs, between what is known of it."""
    epochs = np.arange(1, 250.01, every)
    known = LOSSES if straight else np.log(LOSSES)
    between = np.interp(epochs, EPOCHS, known)
    losses = between if straight else np.exp(between)
    chance = Random(3)
    return list(epochs), [loss * np.exp(chance.gauss(0, noise)) for loss in losses]


@pytest.mark.parametrize(
    ("log", "near"),
    [
        ((EPOCHS, LOSSES), 0),
        (_between(0.25), 1),
        (_between(1, noise=0.03), 3),
        (_between(2.5, noise=0.03), 5),
        (_between(6.25), 6.25),
        (_between(1, straight=True), 5),
        (_between(6.25, straight=True), 6.25),
    ],
    ids=["four points", "every step", "noisy", "every ten steps", "sparse", "straight", "straight and sparse"],
)
def test_the_stages_of_the_users_run_are_found(log: tuple[list[float], list[float]], near: float) -> None:
    course = find_course(*log)
    assert [phase.name for phase in course.phases] == ["learning", "refinement", "stabilisation"]
    learning, refinement, stabilisation = course.phases
    assert abs(learning.end - 50) <= near
    assert abs(refinement.end - 100) <= near
    assert stabilisation.end == log[0][-1]
    assert (refinement.begin, stabilisation.begin) == (learning.end, refinement.end)
    assert abs(learning.improvement - 0.96) < 0.015
    assert abs(learning.share_of_improvement - 0.98) < 0.015
    assert abs(stabilisation.share_of_time - 0.6) <= near / 250 + 1e-9
    assert sum(phase.share_of_improvement for phase in course.phases) == pytest.approx(1)
    assert sum(phase.share_of_time for phase in course.phases) == pytest.approx(1)
    assert sum(phase.improvement for phase in course.phases) == pytest.approx(course.improvement)


def test_the_figures_of_the_users_run_are_exact() -> None:
    course = find_course(EPOCHS, LOSSES)
    assert round(100 * course.improvement, 2) == 97.82
    assert [round(100 * phase.improvement, 1) for phase in course.phases] == [96.0, 1.5, 0.3]
    assert [phase.share_of_time for phase in course.phases] == pytest.approx([0.2, 0.2, 0.6])
    assert (course.first_loss, course.last_loss) == (2.6141, 0.057)


def test_time_is_taken_from_the_clock_where_it_is_given() -> None:
    course = find_course(EPOCHS, LOSSES, seconds=[10, 100, 150, 1000])
    assert [phase.share_of_time for phase in course.phases] == pytest.approx([0.1, 0.05, 0.85])


def test_the_order_of_points_repeated_steps_and_losses_that_are_no_numbers_change_nothing() -> None:
    positions = [250, 60, 100, 1, 50, 60]
    losses = [0.057, 9.0, 0.0644, 2.6141, 0.1035, float("nan")]
    assert find_course(positions, losses) == find_course(EPOCHS, LOSSES)


def _noisy(losses: np.ndarray, seed: int) -> list[float]:
    chance = Random(seed)
    return [float(loss) * np.exp(chance.gauss(0, 0.1)) for loss in losses]


STEPS = np.arange(1, 61)


def test_even_learning_is_one_stage_and_so_is_none_at_all() -> None:
    names = {"falls": [], "stays": [], "rises": []}
    for seed in range(20):
        for course, losses in (
            ("falls", 2 * np.exp(-STEPS / 20)),
            ("stays", np.full(60, 0.7)),
            ("rises", np.exp(STEPS / 30)),
        ):
            names[course].append([phase.name for phase in find_course(list(STEPS), _noisy(losses, seed)).phases])
    # Noise is taken for a bend in one case of twenty or so.
    assert names["falls"].count(["learning"]) >= 18
    assert names["stays"].count(["stabilisation"]) >= 18
    assert names["rises"].count(["stabilisation"]) >= 18


def test_a_run_that_was_still_improving_has_no_stabilisation() -> None:
    bent = np.exp(np.interp(STEPS, [1, 10, 60], np.log([3.0, 0.7, 0.2])))
    assert [phase.name for phase in find_course(list(STEPS), _noisy(bent, 1)).phases] == ["learning", "refinement"]
    flat = np.exp(np.interp(STEPS, [1, 10, 60], np.log([3.0, 0.7, 0.69])))
    assert [phase.name for phase in find_course(list(STEPS), _noisy(flat, 1)).phases] == ["learning", "stabilisation"]


def test_a_loss_of_nothing_and_one_that_explodes_are_still_a_course() -> None:
    assert find_course([1, 2, 3, 4], [1.0, 0.0, 0.0, 0.0]).phase("learning").end == 2
    risen = find_course([1, 2, 3, 4], [1.0, 0.5, 4.0, 64.0])
    assert risen.improvement == -63
    assert find_course([1, 2], [0.0, 0.0]).improvement == 0


@pytest.mark.parametrize("losses", [[], [1.0], [1.0, float("nan")], [float("inf"), float("nan")]])
def test_fewer_than_two_losses_are_no_course(losses: list[float]) -> None:
    with pytest.raises(ValueError, match="expected two or more"):
        find_course(list(range(len(losses))), losses)


def test_ten_thousand_points_are_read_in_no_time() -> None:
    epochs, losses = _between(0.025)
    course = find_course(epochs, losses)
    assert len(epochs) > 9000
    assert abs(course.phases[0].end - 50) < 3
    assert abs(course.phases[1].end - 100) < 3
