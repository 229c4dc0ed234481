"""The energy of a training and its cost: read from the card where it says its power, else a stated estimate."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tutor.config import EnergyConfig
from tutor.storage import replace_text

_FILE = "energy.json"
_SECONDS_BETWEEN_READINGS = 5.0

ReadWatts = Callable[[], float]


class Meter:
    """Adds up the energy of a training over all its attempts, those that were killed included."""

    def __init__(self, folder: Path, energy: EnergyConfig, read_watts: ReadWatts | None) -> None:
        """Go on from what `folder` holds; without `read_watts` the power is taken as `energy.watts`."""
        self._file, self._energy, self._read_watts = folder / _FILE, energy, read_watts
        said = json.loads(self._file.read_text(encoding="utf-8")) if self._file.is_file() else {}
        self._watt_seconds, self._seconds = said.get("watt_seconds", 0.0), said.get("seconds", 0.0)

    def add(self, seconds: float) -> None:
        """Add `seconds` at the power of now, and keep the sum."""
        watts = self._energy.watts if self._read_watts is None else self._read_watts()
        self._watt_seconds += watts * seconds
        self._seconds += seconds
        # On a full disk the sum stays in memory; that the disk is full is told where it matters.
        with suppress(OSError):
            replace_text(self._file, json.dumps({"watt_seconds": self._watt_seconds, "seconds": self._seconds}))

    def facts(self) -> Mapping[str, Any]:
        """Return the energy that was read, None where no card told it, and the seconds over which it was used."""
        read = None if self._read_watts is None else round(self._watt_seconds / 3600, 4)
        return {"energy_read_wh": read, "energy_seconds": round(self._seconds, 2)}


def energy_figures(metered: Mapping[str, Any], energy: EnergyConfig) -> Mapping[str, Any]:
    """Return energy_wh, cost (in the currency of the price) and energy_from, where the figure comes from.

    `metered` is what a Meter told, long ago perhaps: power and price are those that `energy` says now.
    """
    read, seconds = metered["energy_read_wh"], metered["energy_seconds"]
    watt_hours = read if read is not None else energy.watts * seconds / 3600
    estimate = f"estimate: {energy.watts:g} W for {seconds:.0f} s"
    return {
        "energy_wh": round(watt_hours, 4),
        "energy_from": estimate if read is None else "NVML: the cards alone",
        "cost": round(watt_hours / 1000 * energy.price_per_kwh, 6),
    }


@contextmanager
def metered(folder: Path, energy: EnergyConfig, cards: int) -> Iterator[Meter]:
    """Yield a meter of the energy that is used within it, by the first `cards` cards where they tell their power."""
    with _power_of_cards(cards) as read_watts:
        meter, ended = Meter(folder, energy, read_watts), Event()

        def read_on() -> None:
            last = time.monotonic()
            over = False
            while not over:
                over = ended.wait(_SECONDS_BETWEEN_READINGS)
                now = time.monotonic()
                meter.add(now - last)
                last = now

        reading = Thread(target=read_on, daemon=True)
        reading.start()
        try:
            yield meter
        finally:
            ended.set()
            reading.join()


@contextmanager
def _power_of_cards(cards: int) -> Iterator[ReadWatts | None]:
    """Yield a function that reads the power of the first `cards` cards, in watts; None where they do not tell it."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        yield None
        return
    try:
        yield _readable(pynvml, cards)
    finally:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def _readable(nvml: Any, cards: int) -> ReadWatts | None:
    def read_watts() -> float:
        return float(sum(nvml.nvmlDeviceGetPowerUsage(handle) for handle in handles)) / 1000

    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(cards)]
        read_watts()
    # Some cards, the GTX 1050 Ti among them, have no sensor for it.
    except nvml.NVMLError:
        return None
    return read_watts
