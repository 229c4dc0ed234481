"""The approval flow: a version waits for a person, with its evidence beside a form, in no process and on no card.

`tutor retrain --set registry.promotion=ask` starts a run of its deployment; any worker may take it. The run writes the
evidence as an artifact and suspends: its process ends and its slot in the work pool is free. Answered in the Prefect UI
(Resume) or by `tutor approve VERSION --reason …`, it is scheduled again and begins from its top, now with the answer.
Only then is the version opened once more, so the deployment belongs in the pool of the card.
"""

from __future__ import annotations

import re
from itertools import chain, count
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.states import Completed, State
from pydantic import Field, StringConstraints

from tasks.ledger import How
from tasks.promotion import (
    MAX_REASON_CHARACTERS,
    awaits_a_person,
    checked_reason,
    named,
    promote,
    refuse,
)
from tasks.registered import client_of, existing_version
from tutor.errors import PromotionConflict
from tutor.rows import digest_of
from tutor.settings import MODEL_NAME_PATTERN, Store, open_store, whoami

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

FLOW_NAME = "approval"
_WAITS_S = 30 * 24 * 3600
# The pattern is for the Prefect server: it checks the form by its JSON schema, before any space is stripped.
_Said = StringConstraints(strip_whitespace=True, min_length=1, pattern=r"\S")
Reason = Annotated[str, _Said, StringConstraints(max_length=MAX_REASON_CHARACTERS)]
Person = Annotated[str, _Said, StringConstraints(max_length=80)]
Version = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")]
ModelName = Annotated[str, StringConstraints(pattern=MODEL_NAME_PATTERN)]


class Answer(RunInput):
    """What a person answers. No field has a default: with one, an empty answer would be taken for a yes or a no."""

    decision: Literal["approve", "refuse"] = Field(
        title="Decisión",
        description="approve: esta versión pasa a ser el tutor de los alumnos; refuse: siguen con el que tienen.",
    )
    reason: Reason = Field(title="Motivo", description="Por qué; queda en el historial.")
    name: Person = Field(title="Quién decide", description="Nombre de quien decide; queda en el historial.")


@flow(
    name=FLOW_NAME,
    flow_run_name="{model_name} version {version}",
    description="Shows what speaks for and against a version, waits for a person's answer, and does what it says.",
    validate_parameters=True,
    persist_result=True,  # a suspended run is taken up from what it kept
)
def approval(
    model_name: ModelName,
    version: Version,
    compared_with: Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{0,8})?$")] = "",
) -> State[Any]:
    """Ask a person; the run's last word is what the history says of the answer.

    Args:
        model_name: Name of the model in the MLflow registry.
        version: Number of the version that is to become champion.
        compared_with: Number of the champion that it was compared with; nothing where there was none.
    """
    store = open_store()
    # Also when it is taken up again with the answer: what was answered is the evidence of then.
    evidence = _show_evidence(model_name, version, compared_with, store)
    if not awaits_a_person(model_name, version, store):
        return Completed(message=f"{model_name}, versión {version}: ya está decidido; nada cambia (tutor history)")
    # Above the form, too: whoever answers need not look for it.
    form = Answer.with_initial_data(description=evidence)
    answer: Answer = suspend_flow_run(wait_for_input=form, timeout=_WAITS_S)
    return Completed(message=_act(model_name, version, answer, compared_with or None, store, how="approval"))


def ask_a_person(model_name: str, version: str, run_id: str, compared_with: str | None = None) -> str | None:
    """Return the name of the flow run that asks a person about `version`; None where the flow is not deployed.

    A version is asked about once beside each champion that it was compared with, however often a run is repeated,
    unless the asking itself failed or nobody answered in time; `run_id` tells it from one of a registry that was
    emptied.
    """
    from prefect.deployments import run_deployment

    deployment = _deployment()
    if deployment is None:
        return None
    asked: Any = run_deployment(
        deployment,
        parameters={"model_name": model_name, "version": version, "compared_with": compared_with or ""},
        timeout=0,
        as_subflow=False,
        idempotency_key=_key_of_asking(f"{model_name}-{version}-{run_id}-{compared_with or 'none'}"),
    )
    return str(asked.name)


def _key_of_asking(question: str) -> str:
    """Return the key under which `question` is asked: a new one where each run that asked it failed or timed out."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterIdempotencyKey
    from prefect.client.schemas.objects import StateType

    failed = (StateType.FAILED, StateType.CRASHED)
    keys = chain([question], (f"{question}-again-{attempt}" for attempt in count(1)))
    with get_client(sync_client=True) as client:

        def ended(key: str) -> bool:
            of_key = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=[key]))
            return any(run.state_type in failed for run in client.read_flow_runs(flow_run_filter=of_key))

        return next(key for key in keys if not ended(key))


def _deployment() -> UUID | None:
    """Return the deployment of the approval flow: the one named like that of this run, else the first by name.

    Like is for like: a version that was trained on the card is opened again where the card is.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName
    from prefect.runtime import deployment as of_this_run

    with get_client(sync_client=True) as client:
        found = client.read_deployments(flow_filter=FlowFilter(name=FlowFilterName(any_=[FLOW_NAME])))
    by_name = {deployment.name: deployment.id for deployment in found}
    return by_name.get(str(of_this_run.name)) or next((by_name[name] for name in sorted(by_name)), None)


def answer(model_name: str, version: str, decision: Literal["approve", "refuse"], reason: str, store: Store) -> str:
    """Return what became of a person's answer: handed to the flow run that waits for it, or done at once without one.

    Raises:
        TutorError: as `tasks.promotion.promote` and `refuse`.
    """
    registered = existing_version(client_of(store), model_name, version)
    reason = checked_reason(reason)
    given = Answer(decision=decision, reason=reason, name=whoami())
    compared_with = registered.tags.get("compared_with", "")
    waiting = _waiting(model_name, version, compared_with)
    if waiting is None:
        return _act(model_name, version, given, compared_with or None, store, how="command")
    from prefect.flow_runs import resume_flow_run

    resume_flow_run(waiting.id, run_input=given.model_dump(mode="json"))
    return f"{model_name}: the flow run '{waiting.name}' was answered; its worker goes on with it"


def _act(model_name: str, version: str, answer: Answer, compared_with: str | None, store: Store, *, how: How) -> str:
    from flows.history import told

    reason, who = answer.reason, answer.name
    if answer.decision == "refuse":
        return told(refuse(model_name, version, reason, store=store, how=how, who=who), model_name)
    done = promote(model_name, version, reason, how=how, store=store, expected=compared_with, who=who)
    return told(done, model_name)


def _show_evidence(model_name: str, version: str, compared_with: str, store: Store) -> str:
    """Return the version's description, which is written as an artifact, too.

    Raises:
        RegistryError: there is no such version.
        PromotionConflict: it was compared with another champion than `compared_with` since.
    """
    registered = existing_version(client_of(store), model_name, version)
    now = registered.tags.get("compared_with", "")
    if now != compared_with:
        raise PromotionConflict(
            f"this form is about version {version} of {model_name} beside {named(compared_with)}, but it was compared "
            f"with {named(now)} since; nothing was changed: answer the form about that, or 'tutor approve {version}'"
        )
    beside = f"la versión {compared_with}" if compared_with else "ninguno"
    evidence = (
        f"# {model_name}, versión {version}\n\nEl tutor actual cuando se examinó: {beside}.\n\n"
        f"{registered.description or 'Sin descripción.'}\n"
    )
    create_markdown_artifact(
        key=artifact_key(model_name, version),
        markdown=evidence,
        description=f"Lo que habla a favor y en contra de la versión {version} de {model_name}",
    )
    return evidence


def artifact_key(model_name: str, version: str) -> str:
    """Return the key of the evidence on a version: Prefect takes fewer letters than MLflow, so a digest is needed."""
    readable = re.sub("[^a-z0-9]+", "-", model_name.lower()).strip("-")
    return f"approval-{readable}-{digest_of({'model': model_name})[:8]}-{version}"


def _waiting(model_name: str, version: str, compared_with: str) -> FlowRun | None:
    """Return the suspended run that asks about a version beside the champion that it was compared with last.

    None where there is none or no Prefect server is named.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterState
    from prefect.client.schemas.filters import FlowRunFilterStateType as StateTypes
    from prefect.client.schemas.objects import StateType
    from prefect.settings import PREFECT_API_URL

    if not PREFECT_API_URL.value():
        return None
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[FLOW_NAME])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=StateTypes(any_=[StateType.PAUSED]))),
        )
    asked = {"model_name": model_name, "version": version, "compared_with": compared_with}
    return next((run for run in runs if run.parameters == asked), None)
