"""The preflight of a worker: what it refuses, and that what worked is not worked out again."""

from pathlib import Path

import pytest

from tasks.preflight import preflight
from tutor.config import RetrainConfig, load_config
from tutor.errors import BaseModelUnavailable, UnfitMachine
from tutor.settings import Store


def test_a_fit_worker_calculates_once(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    preflight.fn(tiny_config, store)
    monkeypatch.setattr("tutor.doctor.try_arithmetic", lambda: pytest.fail("calculated again"))
    preflight.fn(tiny_config, store)


def test_a_worker_without_the_promised_card_refuses_in_one_sentence(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.doctor.find_cards", lambda: ())
    model = tiny_config.model.model_copy(update={"device": "card"})
    with pytest.raises(UnfitMachine, match="expected an NVIDIA card") as caught:
        preflight.fn(tiny_config.model_copy(update={"model": model}), store)
    assert "\n" not in str(caught.value)
    assert not list(store.stages.glob("preflight-*"))


def test_phi_2_without_hub_and_without_folder_names_both_remedies_before_it_asks_for_a_card(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(BaseModelUnavailable) as caught:
        preflight.fn(load_config("gtx-1050-ti"), store)
    assert "connect this machine to the hub" in str(caught.value)
    assert "--set model.folder=PATH" in str(caught.value)
    assert caught.value.exit_status == 2


def test_arithmetic_that_fails_stops_the_run_and_is_tried_again_the_next_time(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("tutor.doctor._attention_error", lambda device: 1.0)
        with pytest.raises(UnfitMachine, match="attention"):
            preflight.fn(tiny_config, store)
    preflight.fn(tiny_config, store)
