"""Events after a restart of the Prefect server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import yaml
from prefect.server.events.ordering import EventArrivedEarly, get_triggers_causal_ordering
from prefect.server.events.schemas.events import ReceivedEvent, Resource
from prefect.settings import PREFECT_SERVER_EVENTS_CAUSAL_ORDERING, temporary_settings

from flows import event_order
from tutor.server_settings import server_settings
from tutor.settings import REPOSITORY, Store

_SETTING = "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING"


@pytest.fixture(autouse=True)
def _as_the_server_that_is_started(store: Store) -> Iterator[None]:
    module = server_settings(store.home).for_prefect()[_SETTING]
    with temporary_settings({PREFECT_SERVER_EVENTS_CAUSAL_ORDERING: module}):
        yield


def _crash_after_an_event_that_was_never_seen() -> ReceivedEvent:
    resource = Resource({"prefect.resource.id": f"prefect.flow-run.{uuid4()}"})
    return ReceivedEvent(
        id=uuid4(), occurred=datetime.now(UTC), event="prefect.flow-run.Crashed", resource=resource, follows=uuid4()
    )


async def _looked_at(event: ReceivedEvent) -> bool:
    async def again(event: ReceivedEvent, depth: int = 0) -> None:
        raise AssertionError(event)

    try:
        async with get_triggers_causal_ordering().preceding_event_confirmed(again, event):
            return True
    except EventArrivedEarly:
        return False


def test_an_event_that_follows_one_from_before_the_restart_is_not_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_order, "_STARTED", datetime.now(UTC) - timedelta(minutes=4))
    assert asyncio.run(_looked_at(_crash_after_an_event_that_was_never_seen()))


def test_later_on_events_wait_for_those_that_they_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_order, "_STARTED", datetime.now(UTC) - timedelta(minutes=6))
    assert not asyncio.run(_looked_at(_crash_after_an_event_that_was_never_seen()))


def test_the_server_in_a_container_looks_at_events_in_the_same_order() -> None:
    services = yaml.safe_load((REPOSITORY / "deployments" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["prefect"]["environment"][_SETTING] == event_order.__name__
