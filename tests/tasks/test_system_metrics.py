"""The machine's metrics beside a run, and what happens when they cannot be logged."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from tasks.system_metrics import watched_machine


def test_a_sample_is_handed_over_at_once() -> None:
    samples: list[tuple[int, Mapping[str, float]]] = []
    arrived = threading.Event()

    def log(step: int, metrics: Mapping[str, float]) -> None:
        samples.append((step, metrics))
        arrived.set()

    with watched_machine(log):
        assert arrived.wait(timeout=60)
    (step, metrics) = samples[0]
    assert step == 0
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes"} <= metrics.keys()
    assert metrics["system/system_memory_usage_megabytes"] > 0


def test_a_failure_of_logging_does_not_stop_the_work(caplog: pytest.LogCaptureFixture) -> None:
    failed = threading.Event()

    def fail(step: int, metrics: Mapping[str, float]) -> None:
        failed.set()
        raise OSError("no server")

    with watched_machine(fail):
        assert failed.wait(timeout=60)
    assert "no longer logged" in caplog.text
