"""The plan of a run: what it counts, where its speed comes from, and what an earlier run adds to it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.config import RetrainConfig, load_config
from tutor.errors import BaseModelUnavailable, UnreadableDataset, UsageError
from tutor.memory_plan import MIB, Recipe
from tutor.model_shape import PHI_2
from tutor.run_plan import facts_to_keep, flop_a_token, plan_run
from tutor.settings import Store
from tutor.stages import run_stage


def test_arithmetic_of_a_token_is_what_was_derived_for_phi_2() -> None:
    recomputed = Recipe(424, 424, rank=8, checkpointed=32)
    assert flop_a_token(PHI_2, recomputed) == pytest.approx(16.27e9, rel=0.005)
    assert flop_a_token(PHI_2, Recipe(424, 424, rank=8, checkpointed=0)) == pytest.approx(11.08e9, rel=0.005)


def test_phi_2_on_the_card_fits_with_room_left(store: Store) -> None:
    record = plan_run("gtx-1050-ti", load_config("gtx-1050-ti"), store).as_json()
    assert record["device"] == "card"
    assert record["least_peak_mib"] <= 2000
    assert record["least_peak_mib"] < record["peak_mib"]
    assert record["share_of_card"] <= 0.96
    assert (record["parameters"], record["packed_parameters"]) == (2_779_683_840, 1_521_392_640)
    items = {name: item["bytes"] for name, item in record["items"].items()}
    assert sum(items.values()) - items["framework_context"] == pytest.approx(record["peak_mib"] * MIB, rel=1e-4)
    assert set(record["seconds"]) == {
        "validation",
        "base_model",
        "tokenization",
        "training",
        "evaluation",
        "registration",
    }
    assert all(seconds > 0 for seconds in record["seconds"].values())


def test_a_model_in_a_folder_is_planned_from_its_settings_and_an_earlier_run_is_shown_beside(
    tiny_config: RetrainConfig, store: Store
) -> None:
    before = plan_run("cpu", tiny_config, store)
    assert before.shape.layers == 2
    assert before.speed["from"] == "gemm"
    assert before.measured is None
    earlier = {"peak_mib": 900, "useful_tokens_per_second": 321.0, "loss": 1.0, **facts_to_keep(tiny_config)}
    run_stage(store.stages, "training", {}, lambda _: earlier)
    after = plan_run("cpu", tiny_config, store)
    assert after.speed == {"tokens_per_second": 321.0, "from": "last run"}
    assert after.measured is not None
    assert after.measured["peak_mib"] == 900
    longer = tiny_config.model_copy(update={"training": tiny_config.training.model_copy(update={"pack_tokens": 512})})
    assert plan_run("cpu", longer, store).measured is None
    assert plan_run("cpu", longer, store).memory.peak_bytes > after.memory.peak_bytes


@pytest.mark.parametrize(
    ("assignment", "error", "said"),
    [
        ("model.source=somebody/else", UsageError, "model.folder=PATH"),
        ("model.folder=nowhere", BaseModelUnavailable, "config.json"),
        ("data.path=nowhere.jsonl", UnreadableDataset, "nowhere.jsonl"),
    ],
)
def test_what_cannot_be_planned_is_said_in_one_sentence(
    assignment: str, error: type[UsageError], said: str, store: Store
) -> None:
    with pytest.raises(error, match=said):
        plan_run("gtx-1050-ti", load_config("gtx-1050-ti", [assignment]), store)


@pytest.mark.parametrize("settings", ["[]", "{}", "not json", '{"model_type": "gpt2"}', '{"model_type": "phi"}'])
def test_a_damaged_or_unknown_model_is_said_in_one_sentence(settings: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(settings)
    with pytest.raises(UsageError, match="model"):
        plan_run("cpu", load_config("cpu", [f"model.folder={tmp_path}"]), store)


def test_planning_for_the_card_loads_no_torch_and_writes_json(tmp_path: Path, store: Store) -> None:
    out = tmp_path / "plan.json"
    code = (
        "import sys; from flows.command import main\n"
        f"status = main(['plan', '--profile', 'gtx-1050-ti', '--json', {str(out)!r}])\n"
        "sys.exit(status or 'torch' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "Pesos en 4 bits" in answer.stdout
    assert json.loads(out.read_text())["profile"] == "gtx-1050-ti"
