"""A training watched on validation rows: the best adapter is kept, and what has stalled ends."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import load_from_disk
from safetensors.torch import load_file

from tutor.adapter import ADAPTER, WEIGHTS, quantised_base
from tutor.base_model import load_tokenizer
from tutor.config import RetrainConfig
from tutor.held_out_watch import Validation, validation_blocks
from tutor.reading import read_rows
from tutor.settings import Store
from tutor.tokenization import TOKENS, write_tokens
from tutor.training import train_adapter
from tutor.training_words import training_sentence, training_tags


class Interrupted(Exception):
    """Stands for a worker that dies."""


@pytest.fixture
def config(tiny_config: RetrainConfig) -> RetrainConfig:
    """Return a training of four short epochs with checks whenever they pay, and a rate at which it soon overshoots."""
    changes = {"epochs": 4, "learning_rate": 2e-2, "check_share": 0.1, "check_rows": 4, "check_answers": 4}
    training = tiny_config.training.model_copy(update=changes)
    evaluation = tiny_config.evaluation.model_copy(update={"max_new_tokens": 8})
    return tiny_config.model_copy(update={"training": training, "evaluation": evaluation})


def _train(config: RetrainConfig, store: Store, folder: Path, *, die_at: int = -1, **changes: Any) -> dict[str, Any]:
    def report(done: int, total: int) -> None:
        if done == die_at:
            raise Interrupted

    base = quantised_base(config.model, store).folder
    rows, _ = read_rows(config.data.path)
    tokens = folder.parent / "tokens"
    if not tokens.is_dir():
        tokens.mkdir()
        write_tokens(rows[:60], load_tokenizer(base), 256, tokens)
    logged.clear()
    return dict(
        train_adapter(
            base,
            load_from_disk(str(tokens / TOKENS)),
            folder,
            model=config.model,
            lora=config.lora,
            training=config.training.model_copy(update=changes),
            log_metrics=lambda step, metrics: logged.setdefault(step, {}).update(metrics),
            report_progress=report,
            validation=Validation(rows[60:], 8, 4),
        )
    )


logged: dict[int, dict[str, float]] = {}


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / WEIGHTS)


def test_the_best_adapter_is_kept_and_an_interrupted_run_ends_with_the_same_one(
    config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    facts = _train(config, store, whole)
    losses = {check["step"]: check["loss"] for check in facts["checks"]}
    assert len(losses) >= 4
    assert all(check["asked"] in (0, 4) for check in facts["checks"])
    assert sum(check["asked"] > 0 for check in facts["checks"]) >= 2
    assert facts["best_step"] == min(losses, key=losses.__getitem__)
    assert {step for step in logged if "validation_loss" in logged[step]} == set(losses)
    assert any("validation_accuracy" in metrics for metrics in logged.values())
    for name, value in _weights(whole / ADAPTER).items():
        assert torch.equal(value, _weights(whole / "best")[name])

    killed = tmp_path / "killed"
    with pytest.raises(Interrupted):
        _train(config, store, killed, die_at=max(losses) - 2)
    made = json.loads((killed / "checks.json").read_text())
    again = _train(config, store, killed)
    assert again["resumed_from"] is not None
    # What was checked before is not checked again.
    assert again["checks"][: len(made)] == made
    assert {check["step"]: check["loss"] for check in again["checks"]} == losses
    assert (again["best_step"], again["steps"]) == (facts["best_step"], facts["steps"])
    for name, value in _weights(killed / ADAPTER).items():
        assert torch.equal(value, _weights(whole / ADAPTER)[name])


def test_checks_do_not_change_what_is_learned(config: RetrainConfig, store: Store, tmp_path: Path) -> None:
    _train(config, store, tmp_path / "watched", patience=100)
    _train(config, store, tmp_path / "unwatched", check_share=0)
    assert "validation_loss" not in {name for metrics in logged.values() for name in metrics}
    ends = [tmp_path / way / "checkpoints" for way in ("watched", "unwatched")]
    last = max(int(place.name.rpartition("-")[2]) for place in ends[0].iterdir())
    watched, unwatched = (_weights(end / f"checkpoint-{last}") for end in ends)
    assert all(torch.equal(watched[name], unwatched[name]) for name in watched)


def test_a_training_that_stalls_is_stopped_and_says_so(config: RetrainConfig, store: Store, tmp_path: Path) -> None:
    # At so low a rate no check finds anything better.
    facts = _train(config, store, tmp_path / "stalled", learning_rate=1e-8, patience=1)
    assert facts["stopped_early"]
    assert facts["steps"] == facts["checks"][1]["step"] < facts["steps_planned"]
    said = training_sentence(facts)
    assert f"terminó en el paso {facts['steps']} de {facts['steps_planned']}" in said
    assert f"se conserva el adaptador del paso {facts['best_step']}" in said
    assert training_tags(facts)["tutor.stopped_early"] == "true"


def test_the_loss_of_a_check_is_that_of_the_rows_alone(config: RetrainConfig, store: Store, tmp_path: Path) -> None:
    facts = _train(config, store, tmp_path / "run")
    check = facts["checks"][-1]
    base = quantised_base(config.model, store).folder
    rows, _ = read_rows(config.data.path)
    assert 0.5 < check["loss"] < 10
    assert validation_blocks([], load_tokenizer(base), 256, 7) is None
    assert validation_blocks(rows[:3], load_tokenizer(base), 16, 7) is None


def test_checks_that_take_too_long_are_left_out(
    config: RetrainConfig, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.held_out_watch._NOT_WORTH_SPARING_S", 0.0)
    monkeypatch.setattr("tutor.held_out_watch._MOST_OF_TIME", 0.0)
    facts = _train(config, store, tmp_path / "slow", check_answers=0)
    first, *others = facts["checks"]
    assert not first["left_out"]
    assert others
    assert all(check["left_out"] for check in others)
    assert facts["best_step"] == first["step"]
