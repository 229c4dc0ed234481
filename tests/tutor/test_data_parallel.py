"""Two processes train as one does: the same losses, the same adapter but for rounding, one checkpoint at a time."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from datasets import load_from_disk
from safetensors.torch import load_file

from tutor.adapter import ADAPTER, WEIGHTS, quantised_base
from tutor.base_model import load_tokenizer
from tutor.config import RetrainConfig
from tutor.data_parallel import _outcome, train_together
from tutor.errors import TrainingRefused, WorkerLost
from tutor.memory_ladder import MemoryRanOut, Rung
from tutor.packing import EMPTY, PackedRows, ShuffledPacks
from tutor.progress import ReportProgress
from tutor.reading import read_rows
from tutor.settings import Store
from tutor.tokenization import TOKENS, write_tokens
from tutor.training import train_adapter


def test_every_process_has_as_many_packs_and_all_packs_come_once_in_an_order_of_the_epoch() -> None:
    alone, both = ShuffledPacks(7, seed=3, together=1), ShuffledPacks(7, seed=3, together=4)
    assert list(both) == [*alone, EMPTY]
    assert (len(alone), len(both)) == (7, 8)
    assert sorted(alone) == list(range(7))
    before = list(alone)
    alone.set_epoch(1)
    assert sorted(alone) == list(range(7))
    assert list(alone) != before


def _trained(
    train: Callable[..., Any],
    tokens: Any,
    folder: Path,
    config: RetrainConfig,
    store: Store,
    report_progress: ReportProgress = lambda done, total: None,
) -> tuple[dict[str, Any], dict[int, float]]:
    losses: dict[int, float] = {}
    folder.mkdir(exist_ok=True)
    facts = train(
        quantised_base(config.model, store).folder,
        tokens,
        folder,
        model=config.model,
        lora=config.lora,
        training=config.training,
        log_metrics=lambda step, metrics: losses.update({step: metrics["loss"]}),
        report_progress=report_progress,
    )
    return facts, losses


def _with(config: RetrainConfig, **changes: Any) -> RetrainConfig:
    training = config.training.model_copy(update={"gradient_accumulation": 2, "logging_steps": 1, **changes})
    model = config.model.model_copy(update={"compute_dtype": "float32"})
    return config.model_copy(update={"model": model, "training": training})


def test_two_processes_one_of_which_was_lost_meanwhile_learn_what_one_learns(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    one, two = _with(tiny_config), _with(tiny_config, processes=2)
    base = quantised_base(one.model, store).folder
    rows, _ = read_rows(one.data.path)
    write_tokens(rows[:60], load_tokenizer(base), 256, tmp_path)
    tokens = load_from_disk(str(tmp_path / TOKENS))
    # One block is left over in the last step of the epoch: the second process has an empty one.
    odd = next(n for n in range(40, 60) if len(PackedRows(tokens.select(range(n)), 256, 0, seed=7)) % 2)
    tokens.select(range(odd)).save_to_disk(tmp_path / "odd")
    tokens = load_from_disk(str(tmp_path / "odd"))
    known = set(psutil.Process().children(recursive=True))
    met: list[psutil.Process] = []

    def kill_one(done: int, total: int) -> None:
        if done == 3:
            met.extend(each for each in psutil.Process().children(recursive=True) if each not in known)
            os.kill(met[-1].pid, signal.SIGKILL)

    with pytest.raises(WorkerLost, match=r"processes\.log says more; run the same command again"):
        _trained(train_together, tmp_path / "odd", tmp_path / "both", two, store, kill_one)
    assert len(met) >= 3
    assert not psutil.wait_procs(met, timeout=60)[1]

    both, of_both = _trained(train_together, tmp_path / "odd", tmp_path / "both", two, store)
    alone, losses = _trained(train_adapter, tokens, tmp_path / "alone", one, store)
    done = int(str(both["resumed_from"]).removeprefix("checkpoint-"))
    assert list(of_both) == list(range(done + 1, alone["steps"] + 1))
    assert [*of_both.values()] == pytest.approx([losses[step] for step in of_both], rel=1e-4)
    for name in ("steps", "useful_tokens", "trainable_parameters"):
        assert both[name] == alone[name], name
    assert both["loss"] == pytest.approx(alone["loss"], rel=1e-4)
    before, after = (load_file(tmp_path / name / ADAPTER / WEIGHTS) for name in ("alone", "both"))
    assert set(before) == set(after)
    for name, values in before.items():
        torch.testing.assert_close(after[name], values, rtol=2e-3, atol=2e-4)


def test_how_processes_ended_is_raised_as_one_process_would() -> None:
    log = Path("processes.log")
    assert _outcome({"facts": {"steps": 3}}, 0, log) == {"steps": 3}
    with pytest.raises(TrainingRefused, match="the loss is nan"):
        _outcome({"refused": {"kind": "TrainingRefused", "text": "the loss is nan"}}, 1, log)
    rung = {"checkpointed": 1, "blocks": 2, "tokens": 256}
    with pytest.raises(MemoryRanOut) as caught:
        _outcome({"memory": {"step": 4, "rung": rung, "layers": 2, "longest_row": 90}}, 1, log)
    assert caught.value.next_rung() == Rung(2, 2, 256)
    # Facts of a process after whose end another one failed are not trusted.
    with pytest.raises(WorkerLost):
        _outcome({"facts": {"steps": 3}}, 1, log)
