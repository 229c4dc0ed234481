"""What the machine does while it trains: processor, memory, disk, network and card, as MLflow's own names have it.

MLflow's monitor would log by itself: it stops for good at the first answer that does not come, and keeps the run
waiting at its end. Here its samplers hand their values to whatever logs the rest of the run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_SECONDS_BETWEEN_SAMPLES = 10.0
_log = logging.getLogger(__name__)


@contextmanager
def watched_machine(log_metrics: Callable[[int, Mapping[str, float]], None]) -> Iterator[None]:
    """Hand a sample of the machine's metrics, `system/…`, to `log_metrics` every ten seconds, the first at once.

    What is logged must not stop the work that is watched: a failure ends the sampling and is told in the log.
    """
    samplers, over = _samplers(), threading.Event()

    def watch() -> None:
        number = 0
        try:
            while True:
                log_metrics(number, _sample(samplers))
                number += 1
                if over.wait(_SECONDS_BETWEEN_SAMPLES):
                    return
        except Exception:
            _log.warning("the machine's metrics are no longer logged", exc_info=True)

    watcher = threading.Thread(target=watch, name="system metrics", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join(timeout=_SECONDS_BETWEEN_SAMPLES)


def _samplers() -> list[Any]:
    from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
    from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
    from mlflow.system_metrics.metrics.gpu_monitor import GPUMonitor
    from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor

    samplers: list[Any] = [CPUMonitor(), DiskMonitor(), NetworkMonitor()]
    try:
        samplers.append(GPUMonitor())
    except (ImportError, RuntimeError) as error:  # no card, or no driver for it
        _log.debug("no card to watch: %s", error)
    return samplers


def _sample(samplers: list[Any]) -> dict[str, float]:
    values: dict[str, float] = {}
    for sampler in samplers:
        sampler.collect_metrics()
        values |= {f"system/{name}": float(value) for name, value in sampler.aggregate_metrics().items()}
        sampler.clear_metrics()
    return values
