"""When checks are made, which is the best, when training stops."""

import math

import pytest

from tutor.check_plan import Check, best_of, is_over, plan_checks


def _check(step: int, loss: float, right: int = 0, asked: int = 0) -> Check:
    return Check(step, loss, right, asked, seconds=1.0, elapsed_s=float(step))


def _cost(plan, blocks: int, answer_tokens: int) -> float:
    return len(plan.loss_steps) * blocks * 0.45 + len(plan.answer_steps) * answer_tokens * 0.08


def test_the_default_epoch_is_checked_three_times_by_its_loss() -> None:
    plan = plan_checks(629, 629, 8, 96, share=0.02, patience=3)
    assert plan.loss_steps == (210, 419, 629)
    assert plan.answer_steps == frozenset()


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("steps", [100, 629, 6290, 25_000])
def test_checks_take_no_more_than_their_share_and_the_last_is_at_the_end(steps: int, share: float) -> None:
    plan = plan_checks(steps, steps, 8, 96, share=share, patience=3)
    assert _cost(plan, 8, 96) <= share * steps
    assert plan.answer_steps <= set(plan.loss_steps)
    assert len(set(plan.loss_steps)) == len(plan.loss_steps) <= 100
    if plan.loss_steps:
        assert plan.loss_steps[-1] == steps
    if plan.answer_steps:
        assert len(plan.answer_steps) >= 2
        assert steps in plan.answer_steps


def test_ten_epochs_have_their_answers_graded_too() -> None:
    plan = plan_checks(6290, 6290, 8, 96, share=0.02, patience=3)
    assert len(plan.answer_steps) == 8
    assert len(plan.loss_steps) == 17


def test_blocks_that_go_into_one_step_are_counted_and_no_step_is_checked_twice() -> None:
    assert plan_checks(40, 640, 8, 0, share=0.1, patience=3).loss_steps == tuple(
        round(40 * at / 17) for at in range(1, 18)
    )
    assert len(plan_checks(5, 5000, 1, 0, share=0.1, patience=3).loss_steps) == 5


@pytest.mark.parametrize(("blocks", "share"), [(8, 0.0), (8, 0.01), (0, 0.1)])
def test_what_does_not_pay_is_not_done(blocks: int, share: float) -> None:
    assert plan_checks(629, 629, blocks, 96, share=share, patience=3).loss_steps == ()


def test_the_lower_loss_is_better_and_so_are_more_right_answers_by_more_than_chance() -> None:
    assert best_of([]) is None
    assert best_of([_check(1, 0.5), _check(2, 0.4), _check(3, 0.45)]).step == 2
    # One answer in sixteen is chance; eight are none.
    assert best_of([_check(1, 0.5, 8, 16), _check(2, 0.4, 7, 16)]).step == 2
    assert best_of([_check(1, 0.4, 4, 16), _check(2, 0.5, 12, 16)]).step == 2
    assert best_of([_check(1, 0.4, 12, 16), _check(2, 0.3, 4, 16)]).step == 1
    # A check without answers is compared by its loss.
    assert best_of([_check(1, 0.4, 12, 16), _check(2, 0.3)]).step == 2


def test_a_check_without_a_loss_is_never_the_best() -> None:
    left_out = Check(2, math.nan, 0, 0, 0.0, 2.0, left_out=True)
    assert best_of([left_out]) is None
    assert best_of([_check(1, 0.5), left_out, _check(3, math.nan)]).step == 1
    assert left_out.metrics() == {}


def test_training_is_over_when_neither_loss_nor_answers_improve() -> None:
    falling = [_check(step, 1 / step) for step in range(1, 9)]
    assert not is_over(falling, patience=2)
    stalled = [_check(1, 0.5), _check(2, 0.499), _check(3, 0.51)]
    assert is_over(stalled, patience=2)
    assert not is_over(stalled, patience=3)
    # Little by little is an improvement too.
    assert not is_over([_check(step, 0.5 * 0.997**step) for step in range(1, 9)], patience=2)
    # More right answers than ever are an improvement though the loss rises.
    graded = [_check(1, 0.5, 4, 16), _check(2, 0.6, 5, 16), _check(3, 0.7, 6, 16)]
    assert not is_over(graded, patience=1)
    assert is_over([*graded, _check(4, 0.8, 6, 16)], patience=1)
    # What was left out says nothing.
    assert not is_over([_check(1, 0.5), Check(2, math.nan, 0, 0, 0.0, 2.0, left_out=True)], patience=1)
