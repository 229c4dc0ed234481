"""Training on a tiny real model: it learns, it resumes to the bit, it refuses what cannot teach."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset, load_from_disk
from safetensors.torch import load_file

from tutor.adapter import ADAPTER, quantised_base
from tutor.adapter_files import WEIGHTS
from tutor.base_model import load_tokenizer
from tutor.checkpoints import CHECKPOINTS
from tutor.config import RetrainConfig
from tutor.errors import TrainingRefused
from tutor.head_loss import summed_cross_entropy
from tutor.packing import pack_rows
from tutor.reading import read_rows
from tutor.settings import REPOSITORY, Store
from tutor.tokenization import TOKENS, write_tokens
from tutor.training import train_adapter


class Interrupted(Exception):
    """Stands for a worker that dies."""


def _tokens(config: RetrainConfig, base: Path, folder: Path) -> Dataset:
    rows, _ = read_rows(config.data.path)
    write_tokens(rows[:40], load_tokenizer(base), 256, folder)
    return load_from_disk(str(folder / TOKENS))


def _train(config: RetrainConfig, base: Path, tokens: Dataset, folder: Path, stop_at: int = -1) -> Mapping[str, Any]:
    def report(done: int, total: int) -> None:
        if done == stop_at:
            raise Interrupted

    logged.clear()
    return train_adapter(
        base,
        tokens,
        folder,
        model=config.model,
        lora=config.lora,
        training=config.training.model_copy(update={"epochs": 2, "learning_rate": 1e-2}),
        log_metrics=lambda step, metrics: logged.setdefault(step, {}).update(metrics),
        report_progress=report,
    )


logged: dict[int, dict[str, float]] = {}


def test_an_interrupted_training_ends_bit_equal_to_an_undisturbed_one(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    base = quantised_base(tiny_config.model, store).folder
    tokens = _tokens(tiny_config, base, tmp_path)
    facts = _train(tiny_config, base, tokens, tmp_path / "whole")
    whole = load_file(tmp_path / "whole" / ADAPTER / WEIGHTS)
    packs = pack_rows(
        [len(ids) for ids in tokens["input_ids"]], tiny_config.training.pack_tokens, tiny_config.training.seed
    )
    last = 2 * len(packs)
    assert facts["steps"] == last
    assert facts["resumed_from"] is None
    assert facts["useful_tokens"] == 2 * sum(map(len, tokens["input_ids"]))
    assert logged[last]["loss"] < logged[1]["loss"]
    wanted = {"loss", "grad_norm", "learning_rate", "epoch", "useful_tokens_per_second", "peak_mib", "phase"}
    assert set(logged[last]) >= wanted
    # Means of two steps, but the first.
    assert sorted(step for step in logged if "loss" in logged[step]) == [1, *range(2, last + 1, 2)]

    for stop_at in (5, 13):
        folder = tmp_path / f"stopped-{stop_at}"
        with pytest.raises(Interrupted):
            _train(tiny_config, base, tokens, folder, stop_at)
        # A damaged one: as only a disk can make it.
        (folder / CHECKPOINTS / "checkpoint-17").mkdir()
        resumed = _train(tiny_config, base, tokens, folder)
        assert resumed["resumed_from"] is not None
        again = load_file(folder / ADAPTER / WEIGHTS)
        assert set(again) == set(whole)
        assert all(torch.equal(again[name], whole[name]) for name in whole)


def test_the_adapter_reaches_every_linear_layer_but_the_head(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    base = quantised_base(tiny_config.model, store).folder
    _train(tiny_config, base, _tokens(tiny_config, base, tmp_path), tmp_path)
    names = load_file(tmp_path / ADAPTER / WEIGHTS)
    for layer in ("q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"):
        assert any(f"layers.1.{'mlp' if layer.startswith('fc') else 'self_attn'}.{layer}.lora_B" in n for n in names)
    assert not any("lm_head" in name for name in names)


def test_a_row_without_supervision_is_refused(tiny_config: RetrainConfig, store: Store, tmp_path: Path) -> None:
    base = quantised_base(tiny_config.model, store).folder
    unsupervised = Dataset.from_list(
        [{"input_ids": [5, 6, 7], "prompt_tokens": 3}, {"input_ids": [5, 6, 0], "prompt_tokens": 2}]
    )
    with pytest.raises(TrainingRefused, match="1 of 2 rows carry no supervised token"):
        _train(tiny_config, base, unsupervised, tmp_path)


def test_a_loss_that_is_no_number_stops_the_run(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = quantised_base(tiny_config.model, store).folder
    tokens = _tokens(tiny_config, base, tmp_path)
    monkeypatch.setattr("tutor.training.summed_cross_entropy", lambda *args: summed_cross_entropy(*args) * float("nan"))
    with pytest.raises(TrainingRefused, match="the loss is nan"):
        _train(tiny_config, base, tokens, tmp_path)
    assert not (tmp_path / ADAPTER).exists()


def test_a_training_killed_at_any_moment_ends_with_the_same_bytes() -> None:
    moments = ["step:11", "file:2", "file:95", "bytes:9:40000"]
    answer = subprocess.run(
        [sys.executable, "-m", "tests.kill_training", "--moments", *moments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr + answer.stdout
    result = json.loads(answer.stdout)
    assert (result["kills"], result["recovered"]) == (len(moments), len(moments))
