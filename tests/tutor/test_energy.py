"""Energy and cost: an estimate says that it is one, and what killed attempts used counts."""

from pathlib import Path

import pytest

from tutor.config import EnergyConfig
from tutor.energy import Meter, metered

ENERGY = EnergyConfig(watts=90, price_per_kwh=0.25)


def test_an_estimate_is_power_by_time_over_all_attempts_and_says_so(tmp_path: Path) -> None:
    Meter(tmp_path, ENERGY, None).add(3600)
    again = Meter(tmp_path, ENERGY, None)
    again.add(1800)
    assert again.facts() == {"energy_wh": 135, "energy_from": "estimate: 90 W for 5400 s", "cost": 0.03375}


def test_a_card_that_tells_its_power_is_read_each_time(tmp_path: Path) -> None:
    readings = [70.0, 30.0]
    meter = Meter(tmp_path, ENERGY, lambda: readings.pop(0))
    meter.add(36)
    meter.add(72)
    facts = meter.facts()
    assert facts["energy_wh"] == pytest.approx((70 * 36 + 30 * 72) / 3600, abs=1e-4)
    assert facts["energy_from"] == "NVML: the cards alone"


def test_the_time_within_is_counted_also_when_it_ends_in_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), metered(tmp_path, ENERGY, cards=1) as meter:
        raise ZeroDivisionError
    assert meter.facts()["energy_wh"] >= 0
    assert (tmp_path / "energy.json").is_file()
