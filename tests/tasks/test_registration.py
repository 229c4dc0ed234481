"""When a finished registration still counts: it is in the registry, and was compared with the champion of now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mlflow.tracking import MlflowClient

from tasks.ledger import make_ledger
from tasks.promotion import promote, promote_challenger, rollback
from tasks.registered import Reloaded, holder
from tasks.registration import register
from tutor.config import RegistryConfig, RetrainConfig
from tutor.errors import PromotionConflict
from tutor.settings import Store
from tutor.stages import Finished

NAME = "tutor-prueba"


@pytest.fixture
def client(store: Store, database: None, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """Return a client of a registry in which versions are registered without a model and open as they should."""
    client = MlflowClient(store.tracking_uri, store.tracking_uri)

    def registers(*arguments: Any) -> Mapping[str, Any]:
        compared_with, key, _folder, _store = arguments[-4:]
        known = client.search_model_versions(f"name = '{NAME}'")
        found = [version for version in known if version.tags.get("tutor.registration") == key]
        tags = {"tutor.registration": key, "verdict": "accepted"}
        version = found[0] if found else client.create_model_version(NAME, f"{store.artifacts_uri}/x", tags=tags)
        said = {"run_id": "r", "model_name": NAME, "verdict": "accepted", "reasons": ["Acierta más."]}
        return said | {"version": str(version.version), "key": key, "compared_with": compared_with}

    monkeypatch.setattr("tasks.registration._register", registers)
    monkeypatch.setattr("tasks.promotion.reload_version", lambda version, store: Reloaded(6, "float32 on cpu"))
    make_ledger(client, NAME, store)
    return client


def _registered(training: str, compared_with: str | None, store: Store, tmp_path: Path) -> Finished:
    stage = Finished(tmp_path, training, {}, reused=False)
    examined = {"base": stage, "challenger": stage}
    config = RetrainConfig(registry=RegistryConfig(model_name=NAME))
    return register.fn(config, stage, stage, examined, compared_with, store)


def test_a_version_that_waits_is_compared_anew_once_the_champion_is_another(
    client: MlflowClient, store: Store, tmp_path: Path
) -> None:
    asks = RegistryConfig(model_name=NAME, promotion="ask")
    waiting = _registered("a", None, store, tmp_path)
    assert promote_challenger.fn(asks, waiting, store).facts["outcome"] == "waiting"
    other = _registered("b", None, store, tmp_path)
    promote(NAME, other.facts["version"], "primera", how="command", store=store)
    with pytest.raises(PromotionConflict, match="only the comparison is made anew"):
        promote(NAME, "1", "sí", how="approval", store=store, expected=waiting.facts["compared_with"])

    anew = _registered("a", "2", store, tmp_path)
    assert (anew.reused, anew.facts["version"], anew.facts["compared_with"]) == (False, "1", "2")
    assert not promote_challenger.fn(asks, anew, store).reused, "a person is asked about the new comparison"
    promote(NAME, "1", "sí", how="approval", store=store, expected=anew.facts["compared_with"])
    assert holder(client, NAME, "champion") == "1"
    assert _registered("a", "1", store, tmp_path).reused, "beside itself there is nothing to compare"


def test_what_was_decided_stays_decided(client: MlflowClient, store: Store, tmp_path: Path) -> None:
    for training, compared_with in (("a", None), ("b", "1")):
        version = _registered(training, compared_with, store, tmp_path).facts["version"]
        promote(NAME, version, "mejor", how="automatic", store=store, expected=compared_with)
    rollback(NAME, "dice disparates", store=store)
    assert _registered("b", "1", store, tmp_path).reused
    assert holder(client, NAME, "champion") == "1"


def test_a_number_that_now_belongs_to_another_version_is_not_taken_for_ones_own(
    client: MlflowClient, store: Store, tmp_path: Path
) -> None:
    first = _registered("a", None, store, tmp_path)
    client.set_model_version_tag(NAME, "1", "tutor.registration", "registration-of-another")
    again = _registered("a", None, store, tmp_path)
    assert (first.facts["version"], again.facts["version"]) == ("1", "2")
