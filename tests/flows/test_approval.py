"""A person is asked on a real Prefect server: the run suspends, is answered by form or command, and goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from mlflow.tracking import MlflowClient
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Pause, PrefectHTTPStatusError
from prefect.flow_engine import run_flow
from prefect.flow_runs import resume_flow_run
from prefect.input.actions import read_flow_run_input

from flows.approval import FLOW_NAME, approval, artifact_key, ask_a_person
from flows.champion import promote as promotion
from flows.champion import rollback
from flows.command import main
from tasks.ledger import make_ledger, open_ledger
from tasks.promotion import promote
from tasks.registered import Reloaded, holder
from tutor.errors import PromotionConflict
from tutor.settings import Store

NAME = "tutor-prueba"


@pytest.fixture
def client(store: Store, database: None, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """Register three accepted versions without a model; 2 and 3 were compared with 1, which is champion."""
    monkeypatch.setattr("tasks.promotion.reload_version", lambda version, store: Reloaded(6, "float32 on cpu"))
    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    make_ledger(client, NAME, store)
    for compared_with in ("", "1", "1"):
        tags = {"verdict": "accepted", "reasons": "Acierta más.", "compared_with": compared_with}
        client.create_model_version(NAME, f"{store.artifacts_uri}/x", tags=tags, description="**Veredicto: aceptado**")
    promote(NAME, "1", "primera", how="command", store=store)
    return client


@pytest.fixture
def asked(prefect_server: None, client: MlflowClient) -> Callable[[str], FlowRun]:
    """Return a function that asks about a version and works on the run, as a worker does, until it suspends."""
    approval.to_deployment(FLOW_NAME).apply()

    def ask(version: str) -> FlowRun:
        run_id = client.get_registered_model(NAME).tags["tutor.ledger"]
        compared_with = client.get_model_version(NAME, version).tags["compared_with"]
        name = ask_a_person(NAME, version, run_id, compared_with)
        assert name == ask_a_person(NAME, version, run_id, compared_with)
        with get_client(sync_client=True) as prefect:
            (run,) = [run for run in prefect.read_flow_runs() if run.name == name and run.state_name == "Scheduled"]
        _work_on(run)
        return run

    return ask


def _work_on(run: FlowRun) -> Any:
    with get_client(sync_client=True) as prefect:
        current = prefect.read_flow_run(run.id)
    try:
        return run_flow(approval, flow_run=current, parameters=run.parameters, return_type="state")
    except Pause:  # here the process of a worker ends
        return None


def _state(run: FlowRun) -> str | None:
    with get_client(sync_client=True) as prefect:
        return prefect.read_flow_run(run.id).state_name


def _above_the_form(run: FlowRun) -> str:
    with get_client(sync_client=True) as prefect:
        state = prefect.read_flow_run(run.id).state
    assert state
    assert state.state_details.run_input_keyset
    return str(read_flow_run_input(state.state_details.run_input_keyset["description"], flow_run_id=run.id))


def test_a_yes_by_the_form_promotes_and_the_evidence_lies_beside_it(
    asked: Callable[[str], FlowRun], client: MlflowClient
) -> None:
    from prefect.artifacts import Artifact

    run = asked("2")
    assert _state(run) == "Suspended", "no process runs, and no slot is taken"
    assert "Veredicto: aceptado" in str(Artifact.get(artifact_key(NAME, "2")).data)
    assert "Veredicto: aceptado" in _above_the_form(run)
    assert holder(client, NAME, "champion") == "1"
    for form in (
        None,
        {},
        {"decision": "perhaps", "reason": "x", "name": "y"},
        {"decision": "approve", "reason": "x"},
        {"decision": "approve", "reason": " \n ", "name": "Ana"},
        {"decision": "approve", "reason": "x", "name": "  "},
    ):
        with pytest.raises((PrefectHTTPStatusError, RuntimeError)):
            resume_flow_run(run.id, run_input=form)
        assert _state(run) == "Suspended", form
    resume_flow_run(run.id, run_input={"decision": "approve", "reason": "explica mejor", "name": " Ana "})
    assert _work_on(run).is_completed()
    assert (holder(client, NAME, "champion"), holder(client, NAME, "previous")) == ("2", "1")
    last = open_ledger(client, NAME).entries()[-1]
    assert (last.action, last.how, last.who, last.reason) == ("promote", "approval", "Ana", "explica mejor")


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (promotion, {"reason": "  "}),
        (promotion, {"name": " \n"}),
        (promotion, {"name": "x" * 81}),
        (promotion, {"model_name": "../x"}),
        (promotion, {"version": "0"}),
        (rollback, {"reason": " "}),
        (rollback, {"name": "\t"}),
        (rollback, {"model_name": ""}),
        (approval, {"model_name": "a/b"}),
        (approval, {"version": "uno"}),
        (approval, {"compared_with": "-1"}),
    ],
)
def test_the_server_refuses_what_is_no_name_no_number_and_no_word(
    form: Flow[Any, Any], wrong: dict[str, str], prefect_server: None
) -> None:
    right = {"model_name": NAME, "version": "2", "compared_with": "1", "reason": "mejor", "name": "Ana"}
    fields = {name: value for name, value in right.items() if name in form.parameters.properties}
    deployment = form.to_deployment("forms").apply()
    with get_client(sync_client=True) as prefect:
        assert prefect.create_flow_run_from_deployment(deployment, parameters=fields)
        with pytest.raises(PrefectHTTPStatusError, match=r"409|422"):
            prefect.create_flow_run_from_deployment(deployment, parameters=fields | wrong)


def test_a_no_by_the_command_leaves_the_champion(
    asked: Callable[[str], FlowRun], client: MlflowClient, capsys: pytest.CaptureFixture[str]
) -> None:
    run = asked("3")
    assert main(["refuse", "3", "--reason", "demasiado seco", "--model", NAME]) == 0
    assert f"'{NAME} version 3' was answered" in capsys.readouterr().out
    assert _work_on(run).is_completed()
    assert holder(client, NAME, "champion") == "1"
    last = open_ledger(client, NAME).entries()[-1]
    assert (last.action, last.version, last.reason) == ("refuse", "3", "demasiado seco")


def test_a_yes_that_comes_after_another_champion_is_told(
    asked: Callable[[str], FlowRun], client: MlflowClient, store: Store
) -> None:
    run = asked("2")
    promote(NAME, "3", "entretanto", how="command", store=store)
    assert main(["approve", "2", "--reason", "explica mejor", "--model", NAME]) == 0
    failed = _work_on(run)
    assert failed.is_failed()
    with pytest.raises(PromotionConflict, match="was compared with version 1, but the champion is now version 3"):
        failed.result()
    assert holder(client, NAME, "champion") == "3"
    again = asked("2")
    assert again.id != run.id, "after a run that failed a person can be asked once more"
    client.set_model_version_tag(NAME, "2", "compared_with", "3")
    anew = asked("2")
    assert "El tutor actual cuando se examinó: la versión 3." in _above_the_form(anew)
    resume_flow_run(again.id, run_input={"decision": "approve", "reason": "explica mejor", "name": "Ana"})
    with pytest.raises(PromotionConflict, match="beside version 1, but it was compared with version 3 since"):
        _work_on(again).result()
    assert holder(client, NAME, "champion") == "3"
    assert main(["refuse", "2", "--reason", "ya no", "--model", NAME]) == 0
    assert _work_on(anew).is_completed()


@pytest.mark.usefixtures("prefect_server")
def test_without_a_deployment_or_a_waiting_run_the_command_does_it_at_once(
    client: MlflowClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["approve", "2", "--reason", "explica mejor", "--model", NAME]) == 0
    assert "el tutor de los alumnos es la versión 2; antes, versión 1" in capsys.readouterr().out
    late = approval(NAME, "2", "1", return_state=True)
    assert "ya está decidido" in str(late.message), "a run that begins after the answer does not ask"
    assert holder(client, NAME, "champion") == "2"
    assert main(["refuse", "3", "--reason", "no", "--model", NAME]) == 0
    assert "la versión 3 no pasa a los alumnos; su tutor sigue siendo: versión 2" in capsys.readouterr().out
    assert main(["approve", "3", "--reason", "sí", "--model", NAME]) == 1
    assert "the champion is now version 2" in capsys.readouterr().err


def test_the_evidence_on_two_models_lies_apart() -> None:
    keys = [artifact_key(name, "2") for name in ("tutor", "Tutor", "tutor.a", "tutor-a", "tutor_a", "...")]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch("[a-z0-9-]+", key) for key in keys), "what Prefect takes for a key"
