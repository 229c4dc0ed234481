"""The flows that change the champion from the Prefect UI: `tutor promote` and `tutor rollback` with a form."""

from __future__ import annotations

from typing import Annotated, Any

from prefect import flow
from prefect.states import Completed, State
from pydantic import Field, StringConstraints

from flows.history import told
from tasks import promotion
from tutor.settings import DEFAULT_MODEL_NAME, open_store

Version = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")]
Said = Annotated[str, StringConstraints(min_length=1, max_length=promotion.MAX_REASON_CHARACTERS)]
Person = Annotated[str, StringConstraints(min_length=1, max_length=80)]


@flow(
    name="promote",
    description="Opens an accepted version in a fresh process and makes it champion.",
    validate_parameters=True,
)
def promote(
    version: Version,
    reason: Said,
    name: Person,
    model_name: str = Field(DEFAULT_MODEL_NAME, description="Name of the model in the MLflow registry."),
) -> State[Any]:
    """Promote a version; the run's last word is what the history says of it.

    Args:
        version: Number of the version that becomes champion.
        reason: Why; it is kept in the history.
        name: Who decides; it is kept in the history.
        model_name: Name of the model in the MLflow registry.
    """
    entry = promotion.promote(model_name, version, reason, how="command", store=open_store(), who=name)
    return Completed(message=told(entry, model_name))


@flow(
    name="rollback",
    description="Makes the champion before the present one champion again, after opening it in a fresh process.",
    validate_parameters=True,
)
def rollback(
    reason: Said,
    name: Person,
    model_name: str = Field(DEFAULT_MODEL_NAME, description="Name of the model in the MLflow registry."),
) -> State[Any]:
    """Go back to the champion before; the run's last word is what the history says of it.

    Args:
        reason: Why; it is kept in the history.
        name: Who decides; it is kept in the history.
        model_name: Name of the model in the MLflow registry.
    """
    entry = promotion.rollback(model_name, reason, store=open_store(), who=name)
    return Completed(message=told(entry, model_name))
