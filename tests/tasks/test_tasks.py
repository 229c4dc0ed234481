"""What every task promises to Prefect."""

import pytest
from prefect.states import Failed

from tasks.analysis import analyse
from tasks.base_model import prepare_base_model
from tasks.evaluation import evaluate
from tasks.policy import CARD_TAG, worth_retrying
from tasks.promotion import promote_challenger
from tasks.registration import fetch_champion, register
from tasks.tokenization import tokenize_rows
from tasks.training import train
from tasks.validation import validate_dataset
from tutor.errors import OutOfMemory, StorageFull, TrainingRefused, UnfitDataset, WorkerLost

ALL = (
    validate_dataset,
    prepare_base_model,
    tokenize_rows,
    train,
    evaluate,
    fetch_champion,
    register,
    promote_challenger,
    analyse,
)


@pytest.mark.parametrize("task", ALL, ids=lambda task: task.name)
def test_every_task_is_named_described_bounded_and_retried_where_that_can_help(task) -> None:
    assert task.name
    assert task.description
    assert task.tags
    assert task.retries > 0
    assert task.retry_delay_seconds
    assert task.retry_condition_fn is worth_retrying
    assert task.timeout_seconds


def test_stages_that_need_the_card_are_pinned_to_it() -> None:
    assert {task.name for task in ALL if CARD_TAG in task.tags} == {"base model", "training", "evaluation", "promotion"}


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (UnfitDataset("too many bad rows"), False),
        (TrainingRefused("the loss is nan"), False),
        (StorageFull("no space is left"), False),
        (OutOfMemory("nothing is left to save"), False),
        (WorkerLost("a training process ended"), True),
        (ConnectionError("the tracking server is away"), True),
        (RuntimeError("CUDA error: unspecified launch failure"), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_person_must_mend_first_is_not_tried_again(error: Exception, again: bool) -> None:
    assert worth_retrying(train, None, Failed(data=error)) is again
