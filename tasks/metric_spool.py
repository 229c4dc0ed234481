"""Curves on their way to the tracking server, kept in a file until they have arrived: training waits for nobody.

MLflow's store knows a point by its name, value, step and time, and takes one that comes twice for the same. So what may
or may not have arrived before a process was killed is sent again, and arrives exactly once.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT

from tutor.storage import replace_text

SPOOL = "metrics.jsonl"
_DELIVERED = "metrics-delivered.json"
# MLflow takes 1,000 metrics in one request.
_METRICS_AT_ONCE = 900
_SECONDS_BETWEEN_ATTEMPTS = 5.0
_REQUEST_TIMEOUT_S = 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Point:
    """Metrics of one step with the time at which they were measured, milliseconds since 1970; or tags of the run."""

    step: int
    timestamp_ms: int
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


Send = Callable[[Sequence[Point]], None]


class Spool:
    """The points of one training in the folder of its stage, and how far they have been delivered to a run.

    A metric has one value a step: what a training that was taken up again measures once more is left out.
    """

    def __init__(self, folder: Path, run_id: str) -> None:
        self._file, self._delivered_file, self._run_id = folder / SPOOL, folder / _DELIVERED, run_id
        self._lock, self._delivering = Lock(), Lock()
        self._file.touch()
        self._cut_off_half_a_line()
        self._known = {(point.step, name) for point, _ in self._points(0) for name in point.metrics}
        self._delivered = self._delivered_bytes()

    def add(self, step: int, metrics: Mapping[str, float]) -> None:
        """Keep `metrics` of `step`, measured now."""
        with self._lock:
            new = {name: float(value) for name, value in metrics.items() if (step, name) not in self._known}
            if new:
                self._append({"step": step, "timestamp_ms": int(time.time() * 1000), "metrics": new})
                self._known |= {(step, name) for name in new}

    def add_tag(self, name: str, value: str) -> None:
        """Keep a tag of the run."""
        with self._lock:
            self._append({"step": 0, "timestamp_ms": int(time.time() * 1000), "tags": {name: value}})

    def deliver(self, send: Send) -> None:
        """Give what is not delivered yet to `send`, in order; raise what it raises, and keep what it did not take."""
        with self._delivering:
            together: list[Point] = []
            end = self._delivered
            for point, after in self._points(self._delivered):
                if together and sum(len(one.metrics) for one in together) + len(point.metrics) > _METRICS_AT_ONCE:
                    self._send(together, end, send)
                    together = []
                together.append(point)
                end = after
            if together:
                self._send(together, end, send)

    def _send(self, points: Sequence[Point], end: int, send: Send) -> None:
        send(points)
        self._delivered = end
        replace_text(self._delivered_file, json.dumps({"run": self._run_id, "bytes": end}))

    def _append(self, record: Mapping[str, object]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def _points(self, start: int) -> Iterator[tuple[Point, int]]:
        """Yield the whole lines after the first `start` bytes, each with the place where it ends."""
        with self._file.open("rb") as file:
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                start += len(line)
                yield Point(**json.loads(line)), start

    def _cut_off_half_a_line(self) -> None:
        """Remove what a process that was killed while it wrote left of its last line."""
        content = self._file.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with self._file.open("r+b") as file:
                file.truncate(whole)

    def _delivered_bytes(self) -> int:
        """Return how much this run has; another run, in another registry perhaps, has nothing yet."""
        if not self._delivered_file.is_file():
            return 0
        said = json.loads(self._delivered_file.read_text(encoding="utf-8"))
        return int(said["bytes"]) if said["run"] == self._run_id else 0


@contextmanager
def delivering(spool: Spool, send: Send) -> Iterator[None]:
    """Deliver what is added to `spool` within it, in a thread of its own; a server that is away is asked again.

    At the end one more attempt is made. What is left then stays in the spool, for whoever opens it next.
    """
    ended = Event()
    courier = Thread(target=_deliver_now_and_then, args=(spool, send, ended), daemon=True)
    with soon_given_up():
        courier.start()
        try:
            yield
        finally:
            ended.set()
            courier.join()
            _attempt(spool, send)


def _deliver_now_and_then(spool: Spool, send: Send, ended: Event) -> None:
    away = False
    while not ended.wait(_SECONDS_BETWEEN_ATTEMPTS):
        arrived = _attempt(spool, send, quiet=away)
        if away and arrived:
            _log.warning("the tracking server answers again; every metric has arrived")
        away = not arrived


def _attempt(spool: Spool, send: Send, *, quiet: bool = False) -> bool:
    try:
        spool.deliver(send)
    except Exception as error:  # whatever the client makes of a server that is away: training goes on
        if not quiet:
            reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
            _log.warning("the tracking server takes no metrics (%s); they are kept and sent later", reason)
        return False
    return True


@contextmanager
def soon_given_up() -> Iterator[None]:
    """Have MLflow's client give up on a server at once, not after four minutes: the spool tries again anyway."""
    variables = {MLFLOW_HTTP_REQUEST_MAX_RETRIES: 0, MLFLOW_HTTP_REQUEST_TIMEOUT: _REQUEST_TIMEOUT_S}
    before = {variable: variable.get_raw() for variable in variables}
    for variable, value in variables.items():
        variable.set(value)
    try:
        yield
    finally:
        for variable, value in before.items():
            if value is None:
                variable.unset()
            else:
                variable.set(value)
