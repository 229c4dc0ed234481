"""The flows that change the champion from the Prefect UI: `tutor promote` and `tutor rollback` with a form."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.states import Completed, State

from flows.approval import ModelName, Person, Reason, Version
from flows.history import told
from tasks import promotion
from tutor.settings import DEFAULT_MODEL_NAME, open_store


@flow(
    name="promote",
    description="Opens an accepted version in a fresh process and makes it champion.",
    validate_parameters=True,
)
def promote(
    version: Version,
    reason: Reason,
    name: Person,
    model_name: ModelName = DEFAULT_MODEL_NAME,
) -> State[Any]:
    """Promote a version; the run's last word is what the history says of it.

    Args:
        version: Number of the version that becomes champion.
        reason: Why; it is kept in the history.
        name: Who decides; it is kept in the history.
        model_name: Name of the model in the MLflow registry.
    """
    entry = promotion.promote(model_name, version, reason, how="form", store=open_store(), who=name)
    return Completed(message=told(entry, model_name))


@flow(
    name="rollback",
    description="Makes the champion before the present one champion again, after opening it in a fresh process.",
    validate_parameters=True,
)
def rollback(
    reason: Reason,
    name: Person,
    model_name: ModelName = DEFAULT_MODEL_NAME,
) -> State[Any]:
    """Go back to the champion before; the run's last word is what the history says of it.

    Args:
        reason: Why; it is kept in the history.
        name: Who decides; it is kept in the history.
        model_name: Name of the model in the MLflow registry.
    """
    entry = promotion.rollback(model_name, reason, how="form", store=open_store(), who=name)
    return Completed(message=told(entry, model_name))
