"""In which order a Prefect server looks at events: as Prefect does, and without waiting for what a restart took away.

An event that follows another, such as a crash that follows a start within five minutes, is held back until that one
was seen, at most for a quarter of an hour. What was seen stands in memory only: after a restart every run's next event
would be held back, and a run that was lost with the power would begin again a quarter of an hour late.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect.server.events.ordering import memory
from prefect.server.events.schemas.events import ReceivedEvent

_STARTED = datetime.now(UTC)
_FOLLOWS_WITHIN = timedelta(minutes=5)  # Prefect names no predecessor that is older


class CausalOrdering(memory.CausalOrdering):
    """What the setting PREFECT_SERVER_EVENTS_CAUSAL_ORDERING asks a module for."""

    async def wait_for_leader(self, event: ReceivedEvent) -> None:
        """Wait for the event that `event` follows, unless the server that ran before may have seen it."""
        if event.occurred > _STARTED + _FOLLOWS_WITHIN:
            await super().wait_for_leader(event)
