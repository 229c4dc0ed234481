"""Energy and cost: an estimate says that it is one, and what killed attempts used counts."""

from pathlib import Path

import pytest

from tutor.config import EnergyConfig
from tutor.energy import Meter, energy_figures, metered

ENERGY = EnergyConfig(watts=90, price_per_kwh=0.25)


def test_an_estimate_is_power_by_time_over_all_attempts_and_says_so(tmp_path: Path) -> None:
    Meter(tmp_path, ENERGY, None).add(3600)
    again = Meter(tmp_path, ENERGY, None)
    again.add(1800)
    metered = again.facts()
    assert metered == {"energy_read_wh": None, "energy_seconds": 5400}
    figures = energy_figures(metered, ENERGY)
    assert figures == {"energy_wh": 135, "energy_from": "estimate: 90 W for 5400 s", "cost": 0.03375}


def test_power_and_price_are_those_of_now_and_what_a_card_told_stays() -> None:
    dearer = EnergyConfig(watts=180, price_per_kwh=0.5)
    estimated = energy_figures({"energy_read_wh": None, "energy_seconds": 5400}, dearer)
    assert estimated == {"energy_wh": 270, "energy_from": "estimate: 180 W for 5400 s", "cost": 0.135}
    read = energy_figures({"energy_read_wh": 100.0, "energy_seconds": 5400}, dearer)
    assert read == {"energy_wh": 100, "energy_from": "NVML: the cards alone", "cost": 0.05}


def test_a_card_that_tells_its_power_is_read_each_time(tmp_path: Path) -> None:
    readings = [70.0, 30.0]
    meter = Meter(tmp_path, ENERGY, lambda: readings.pop(0))
    meter.add(36)
    meter.add(72)
    facts = energy_figures(meter.facts(), ENERGY)
    assert facts["energy_wh"] == pytest.approx((70 * 36 + 30 * 72) / 3600, abs=1e-4)
    assert facts["energy_from"] == "NVML: the cards alone"


def test_the_time_within_is_counted_also_when_it_ends_in_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), metered(tmp_path, ENERGY, cards=1) as meter:
        raise ZeroDivisionError
    assert meter.facts()["energy_seconds"] >= 0
    assert (tmp_path / "energy.json").is_file()
