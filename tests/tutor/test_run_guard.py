"""Which trainings are stopped, and which are not."""

import math
from collections.abc import Sequence
from random import Random

import pytest

from tutor.errors import TrainingRefused
from tutor.run_guard import RunGuard

# SmolLM2 at a learning rate of 0.5, and the tiny random Phi, whose loss hides what becomes of it.
EXPLODED = [(2.79, 1.69), (2.61, 1.57), (15.24, 336.39), (19.38, 6.75), (22.4, 3.0), (31.0, 2.0), (28.0, 1.1)]
WILD = [0.36, 0.41, 0.64, 2.54, 1.78, 2.14, 1.41, 7.21, 0.86, 1.15, 32.45, 3.54, 5.16, 12.89, 22.3]


def _stopped(steps: Sequence[tuple[float, float]], already: int = 0) -> str:
    guard = RunGuard(0.5, max_grad_norm=1.0)
    guard.look_back(
        {"step": step, "loss": loss, "grad_norm": norm} for step, (loss, norm) in enumerate(steps[:already], 1)
    )
    to_come = [{"step": step, "loss": loss, "grad_norm": norm} for step, (loss, norm) in enumerate(steps, 1)]
    with pytest.raises(TrainingRefused) as caught:
        guard.look_back(to_come[already:])
    assert "\n" not in str(caught.value)
    assert "lower training.learning_rate, which is 0.5" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("already", [0, 3])
def test_a_loss_that_explodes_stops_the_run_also_after_an_interruption(already: int) -> None:
    assert _stopped(EXPLODED, already).startswith("step 5: the loss explodes, from 2.79 to 15.24")


def test_gradients_out_of_all_proportion_stop_the_run_though_the_loss_looks_well() -> None:
    said = _stopped([(6.4 - step / 100, norm) for step, norm in enumerate(WILD)])
    assert said.startswith("step 15: the gradient norm is 22.3, 12.9 in the median of 5 steps, after 0.64")


def test_one_monstrous_gradient_stops_the_run() -> None:
    assert _stopped([(1.0, 0.5)] * 20 + [(1.0, 51.0)]).startswith("step 21: the gradient norm is 51")


@pytest.mark.parametrize(("loss", "norm"), [(math.nan, 1.0), (math.inf, 1.0), (1.0, math.nan), (1.0, math.inf)])
def test_what_is_no_number_stops_the_run_at_once(loss: float, norm: float) -> None:
    assert _stopped([(loss, norm)]).startswith(f"step 1: the loss is {loss} and the gradient norm {norm}")


def test_a_sound_training_goes_on_with_its_noise_its_odd_blocks_and_its_end_in_memory() -> None:
    chance = Random(5)
    guard = RunGuard(2e-3, max_grad_norm=1.0)
    for step in range(1, 3001):
        loss = (2.9 * math.exp(-step / 40) + 0.5 * math.exp(-step / 600)) * math.exp(chance.gauss(0, 0.35))
        norm = (0.02 + math.exp(-step / 500)) * math.exp(chance.gauss(0, 0.5))
        if step % 100 == 0:
            loss, norm = loss + 2.0, norm * 15
        guard.look(step, loss, norm)


def test_a_warm_up_in_which_gradients_grow_is_sound() -> None:
    # The user's run: they peaked at 2.988 in its warm-up.
    guard = RunGuard(1e-4, max_grad_norm=1.0)
    for step in range(1, 101):
        guard.look(step, 2.6 - step / 100, 0.1 + 2.9 * step / 100)
