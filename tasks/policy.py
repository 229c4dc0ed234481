"""What all tasks share: which failures are worth another try, and the tag that keeps them on the card."""

from __future__ import annotations

from typing import Any

from prefect.states import State
from prefect.tasks import exponential_backoff

from tutor.errors import TutorError, WorkerLost
from tutor.settings import CARD_POOL

# A task with this tag runs where the worker pool of the same name does.
CARD_TAG = CARD_POOL
BACK_OFF_S = exponential_backoff(backoff_factor=5)
MINUTE_S, HOUR_S = 60, 3600


def worth_retrying(task: Any, task_run: Any, state: State[Any]) -> bool:  # noqa: ARG001 - Prefect's signature
    """Return whether a failed task may succeed when tried again: not when data, settings or the model are at fault.

    What a person must mend first is not tried again: an unfit dataset, a refused training, a full disk, memory that
    does not suffice on the last rung. A server that is away, a lost process and what nobody foresaw are.
    """
    return not isinstance(state.data, TutorError) or isinstance(state.data, WorkerLost)
