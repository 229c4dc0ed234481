"""What a person sees on the page of a Prefect run while a long stage works: how far it is, and when it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prefect.context import FlowRunContext, TaskRunContext

from tutor import progress as terminal
from tutor.progress import ReportProgress, in_a_line

if TYPE_CHECKING:
    from uuid import UUID

SECONDS_BETWEEN_REPORTS = 15.0


@contextmanager
def progress(description: str, unit: str) -> Iterator[ReportProgress]:
    """Yield a function to call with what is done and what there is: shown on the terminal and on the run's page."""
    with terminal.progress(description, unit) as on_terminal:
        if not (TaskRunContext.get() or FlowRunContext.get()):
            yield on_terminal
            return
        on_page = _Page(description, unit)

        def report(done: int, total: int) -> None:
            on_terminal(done, total)
            on_page(done, total)

        yield report


class _Page:
    """A progress artifact, made when a stage turns out to be long, and lines in the run's log."""

    def __init__(self, description: str, unit: str) -> None:
        self._description, self._unit = description, unit
        self._started = self._last = time.monotonic()
        self._artifact: UUID | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        finished = done == total and self._artifact is not None
        if now - self._last < SECONDS_BETWEEN_REPORTS and not finished:
            return
        self._last = now
        left = (now - self._started) / max(done, 1) * (total - done)
        self._tell(100 * done / max(total, 1), in_a_line(self._description, done, total, self._unit, left))

    def _tell(self, percent: float, said: str) -> None:
        # Held by the transport of Prefect's client; a server that is away must not end hours of training.
        from httpx import HTTPError
        from prefect import get_run_logger
        from prefect.artifacts import create_progress_artifact, update_progress_artifact
        from prefect.exceptions import PrefectHTTPStatusError

        get_run_logger().info(said)
        try:
            if self._artifact is None:
                made = create_progress_artifact(progress=percent, description=said)
                self._artifact = made  # type: ignore[assignment]  # awaitable only in async code
            else:
                update_progress_artifact(self._artifact, progress=percent, description=said)
        except (HTTPError, PrefectHTTPStatusError) as error:
            get_run_logger().warning(f"progress is not shown: {type(error).__name__} from the Prefect server")
