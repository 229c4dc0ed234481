"""What the doctor says about this machine, and about cards and builds that are not here."""

from pathlib import Path

import pytest

from tutor import doctor
from tutor.config import ModelConfig, RetrainConfig, load_config
from tutor.doctor import base_model_finding, card_finding, examine, look_around, runs_on, try_arithmetic
from tutor.machine import Card, parse_cards
from tutor.settings import Store

PASCAL = Card("NVIDIA GeForce GTX 1050 Ti", 6.1, 4040, "580.95.05")


def test_cards_are_read_from_what_nvidia_smi_says() -> None:
    listing = "NVIDIA GeForce GTX 1050 Ti, 6.1, 4040, 580.95.05\nNVIDIA-SMI has failed\nGRID, [N/A], 1, 2\n"
    assert parse_cards(listing) == (PASCAL,)


@pytest.mark.parametrize(
    ("card", "outcome"),
    [
        (PASCAL, "pass"),
        (Card("GTX 1650", 7.5, 3903, "580.1"), "pass"),
        (Card("GTX 970", 5.2, 4096, "580.1"), "failure"),
        (Card("GTX 1050", 6.1, 2000, "580.1"), "failure"),
        (None, "failure"),
    ],
)
def test_a_profile_that_promises_a_card_refuses_a_machine_without_it(card: Card | None, outcome: str) -> None:
    found = card_finding(ModelConfig(device="card"), [card] if card else [])
    assert found.outcome == outcome
    assert "\n" not in str(found)
    assert card_finding(ModelConfig(), [card] if card else []).outcome == "pass"


@pytest.mark.parametrize(
    ("capability", "architectures", "runs"),
    [
        (6.1, ["sm_50", "sm_60", "sm_70", "sm_90"], True),
        (6.1, ["sm_75", "sm_80", "sm_90", "compute_90"], False),
        (6.0, ["sm_61"], False),
        (9.0, ["sm_90a"], True),
        (12.0, ["sm_90", "sm_120"], True),
        (8.9, ["sm_86"], True),
    ],
)
def test_kernels_serve_their_major_version_from_their_minor_on(
    capability: float, architectures: list[str], runs: bool
) -> None:
    assert runs_on(capability, architectures) is runs


def test_this_machine_is_fit_for_the_default_profile(tiny_config: RetrainConfig, store: Store) -> None:
    findings = examine("cpu", tiny_config, store)
    assert [finding.name for finding in findings][:6] == [
        "card",
        "torch",
        "bitsandbytes",
        "memory",
        "disk",
        "base model",
    ]
    assert {finding.outcome for finding in findings} == {"pass"}, findings


def test_arithmetic_that_is_wrong_or_does_not_run_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_nf4_error", lambda device: 1 / 0)
    monkeypatch.setattr(doctor, "_attention_error", lambda device: 0.01)
    nf4, attention, *_ = try_arithmetic()
    assert (nf4.outcome, attention.outcome) == ("failure", "failure")
    assert "division by zero" in nf4.said
    assert nf4.remedy
    assert attention.remedy


def test_what_a_run_lacks_is_said_with_its_remedy(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BNB_CUDA_VERSION", "118")
    monkeypatch.setattr(doctor, "_RUN_BYTES", 2**60)
    monkeypatch.setattr(doctor, "_PROCESS_BYTES", 2**60)
    failed = {
        found.name: found.remedy for found in look_around("cpu", tiny_config, store) if found.outcome == "failure"
    }
    assert set(failed) == {"bitsandbytes", "memory", "disk"}
    assert failed["bitsandbytes"] == "unset BNB_CUDA_VERSION"
    assert "training.pack_tokens=128" in failed["memory"]
    assert "TUTOR_HOME" in failed["disk"]


def test_a_hub_that_cannot_be_reached_is_one_warning_that_names_the_folder(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    found = base_model_finding(load_config("gtx-1050-ti").model, store)
    assert found.outcome == "warning"
    assert "model.folder=PATH" in str(found)
    assert base_model_finding(ModelConfig(folder=tmp_path), store).outcome == "failure"
