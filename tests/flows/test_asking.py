"""When a retraining asks a person, and that its version waits all the same where no form could be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from flows import retrain as flow
from tasks.ledger import make_ledger
from tasks.promotion import refuse
from tutor.config import RegistryConfig, RetrainConfig
from tutor.settings import Store
from tutor.stages import Finished

NAME = "tutor-prueba"


@pytest.mark.usefixtures("database")
def test_a_person_is_asked_until_the_answer_and_no_form_is_no_failed_promotion(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    make_ledger(client, NAME, store)
    client.create_model_version(NAME, f"{store.artifacts_uri}/x", tags={"verdict": "accepted"})
    facts = {"version": "1", "run_id": "r", "compared_with": None}
    version = Finished(tmp_path, "registration", facts, reused=True)
    waiting = Finished(tmp_path, "promotion", {"outcome": "waiting"}, reused=True)
    monkeypatch.setattr(flow, "promote_challenger", lambda *arguments: waiting)
    config = RetrainConfig(registry=RegistryConfig(model_name=NAME, promotion="ask"))
    asked: list[tuple[object, ...]] = []

    def ask(*arguments: object) -> None:
        asked.append(arguments)
        raise ConnectionError("the server is away")

    monkeypatch.setattr(flow, "ask_a_person", ask)
    assert flow._promoted(config, version, store) == (waiting, None)
    assert asked == [(NAME, "1", "r", None)]
    assert "no form could be made for it: ConnectionError: the server is away" in caplog.text
    refuse(NAME, "1", "demasiado seca", store=store, how="command")
    assert flow._promoted(config, version, store) == (waiting, None)
    assert len(asked) == 1
