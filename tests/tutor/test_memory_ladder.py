"""Less memory, rung by rung: the same steps, the same rows, the same adapter but for rounding."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset, load_from_disk
from safetensors.torch import load_file
from transformers.trainer import TRAINER_STATE_NAME

from tutor.adapter import ADAPTER, WEIGHTS, open_base, quantised_base
from tutor.base_model import load_tokenizer
from tutor.config import RetrainConfig, TrainingConfig
from tutor.errors import OutOfMemory
from tutor.memory_ladder import MemoryRanOut, Rung, pieces_of, ran_out_of_memory, rung_in, with_less_memory
from tutor.packing import PackedRows
from tutor.reading import read_rows
from tutor.settings import Store
from tutor.tokenization import IGNORED, TOKENS, write_tokens
from tutor.training import CHECKPOINTS, _SupervisedTrainer, train_adapter

TRAINING = TrainingConfig.model_validate({"micro_batch": 4, "gradient_accumulation": 4, "pack_tokens": 256})


def test_the_ladder_goes_from_checkpointing_over_fewer_blocks_to_shorter_pieces(tmp_path: Path) -> None:
    told, met = list[str](), list[Rung]()

    def attempt() -> str:
        met.append(rung_in(tmp_path, TRAINING))
        raise MemoryRanOut(len(met), met[-1], layers=5, longest_row=100)

    with pytest.raises(OutOfMemory, match="nothing is left to save; expected room for one row") as caught:
        with_less_memory(tmp_path, attempt, told.append)
    assert "\n" not in str(caught.value)
    wanted = [(0, 4, 256), (3, 4, 256), (5, 4, 256), (5, 2, 256), (5, 1, 256), (5, 1, 128), (5, 1, 100)]
    assert met == [Rung(*rung) for rung in wanted]
    assert told[0] == "after step 1: 3 layers checkpointed, 4 blocks of 256 tokens at once"
    assert told[-1].count("after step") == 6
    # Who comes after an interruption begins where it was.
    assert rung_in(tmp_path, TRAINING) == Rung(5, 1, 100)


def test_what_says_that_memory_is_short_and_what_does_not() -> None:
    assert ran_out_of_memory(torch.OutOfMemoryError())
    assert ran_out_of_memory(MemoryError())
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**56, dtype=torch.uint8)
    assert ran_out_of_memory(caught.value)
    assert not ran_out_of_memory(RuntimeError("shapes do not match"))
    assert not ran_out_of_memory(ValueError("out of memory"))


def test_pieces_hold_every_supervised_token_once_and_end_where_a_row_ends() -> None:
    lengths = [70, 90, 60, 30, 120, 20, 10]
    tokens = Dataset.from_list([{"input_ids": [at + 1] * n, "prompt_tokens": 5} for at, n in enumerate(lengths)])
    packed = PackedRows(tokens, 256, 0, seed=3)
    inputs = {
        name: torch.stack([packed[at][name] for at in range(len(packed))])
        for name in ("input_ids", "labels", "position_ids")
    }
    assert [piece["input_ids"].shape for piece in pieces_of(inputs, Rung(0, 2, 256))] == [(2, 256)]
    assert [piece["input_ids"].shape for piece in pieces_of(inputs, Rung(0, 1, 256))] == [(1, 256)] * 2
    pieces = pieces_of(inputs, Rung(0, 1, 100))
    rows = [piece["labels"][piece["labels"] != IGNORED].tolist() for piece in pieces]
    assert sorted(token for piece in rows for token in piece) == sorted(
        at + 1 for at, n in enumerate(lengths) for _ in range(n - 5)
    )
    for piece in pieces:
        assert piece["position_ids"][0, 0] == 0
        assert piece["input_ids"].shape[1] <= 100 or piece["input_ids"].unique().numel() == 1
    # A block with nothing to learn is still one piece: every process has a step to take part in.
    nothing = {name: values[:1] for name, values in inputs.items()} | {"labels": torch.full((1, 256), IGNORED)}
    assert len(pieces_of(nothing, Rung(0, 1, 100))) == 1


def _train(config: RetrainConfig, base: Path, tokens: Dataset, folder: Path, told: list[str]) -> Mapping[str, Any]:
    training = config.training.model_copy(
        update={"micro_batch": 2, "gradient_accumulation": 2, "learning_rate": 1e-2, "epochs": 2}
    )
    folder.mkdir()
    return with_less_memory(
        folder,
        lambda: train_adapter(
            base,
            tokens,
            folder,
            model=config.model,
            lora=config.lora,
            training=training,
            log_metrics=lambda step, metrics: None,
            report_progress=lambda done, total: None,
        ),
        told.append,
    )


def test_a_training_that_runs_out_of_memory_goes_on_and_ends_as_it_would_have(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config.model_copy(update={"model": tiny_config.model.model_copy(update={"compute_dtype": "float32"})})
    base = quantised_base(config.model, store).folder
    rows, _ = read_rows(config.data.path)
    write_tokens(rows[:40], load_tokenizer(base), 256, tmp_path)
    tokens = load_from_disk(str(tmp_path / TOKENS))
    whole = _train(config, base, tokens, tmp_path / "whole", [])

    computed = _SupervisedTrainer.compute_loss

    def with_little_memory(self: Any, model: Any, inputs: dict[str, Any], *args: Any, **options: Any) -> Any:
        layers = self.model.get_base_model().get_decoder().layers
        recomputed = sum(layer.gradient_checkpointing for layer in layers)
        if self.state.global_step >= 5 and (inputs["input_ids"].numel() > 130 or recomputed < 2):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return computed(self, model, inputs, *args, **options)

    monkeypatch.setattr(_SupervisedTrainer, "compute_loss", with_little_memory)
    told: list[str] = []
    facts = _train(config, base, tokens, tmp_path / "short", told)
    assert [tuple(rung.values()) for rung in json.loads((tmp_path / "short" / "memory-ladder.json").read_text())] == [
        (5, 1, 2, 256),
        (5, 2, 2, 256),
        (5, 2, 1, 256),
        (5, 2, 1, 128),
    ]
    assert len(told) == 4
    last = max((tmp_path / "whole" / CHECKPOINTS).glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    steps_between = json.loads((last / TRAINER_STATE_NAME).read_text())["save_steps"]
    assert facts["resumed_from"] == f"checkpoint-{5 // steps_between * steps_between}"
    assert (facts["steps"], facts["useful_tokens"]) == (whole["steps"], whole["useful_tokens"])
    assert facts["loss"] == pytest.approx(whole["loss"], rel=1e-4)
    before, after = (load_file(tmp_path / name / ADAPTER / WEIGHTS) for name in ("whole", "short"))
    for name, values in before.items():
        torch.testing.assert_close(after[name], values, rtol=2e-3, atol=2e-4)


def test_an_examination_that_runs_out_of_memory_halves_its_batch_and_asks_nothing_twice(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = tiny_config.evaluation.model_copy(update={"batch_rows": 8, "max_new_tokens": 8})
    questions = [f"¿Cuánto es {at} + {at}?" for at in range(12)]
    tutor = open_base(tiny_config.model, evaluation, store)
    asked: list[int] = []
    monkeypatch.setattr(tutor, "_answer", _limited(tutor._answer, asked, 2))
    reported: list[tuple[int, int]] = []
    replies = tutor.answers(questions, lambda done, total: reported.append((done, total)))
    assert asked == [8, 4, *[2] * 6]
    # Between two batches also what is half done: of two questions, one.
    assert reported == sorted(reported)
    assert set(reported) == {(done, 12) for done in range(13)}
    assert tutor.batch_rows == 2
    assert len(replies) == 12
    monkeypatch.setattr(tutor, "_answer", _limited(tutor._answer, asked, 0))
    with pytest.raises(OutOfMemory, match="one question at a time"):
        tutor.answers(questions, lambda done, total: None)


def _limited(answer: Callable[..., Any], asked: list[int], most: int) -> Callable[..., Any]:
    def limited(questions: list[str], *rest: Any) -> Any:
        asked.append(len(questions))
        if len(questions) > most:
            raise torch.OutOfMemoryError
        return answer(questions, *rest)

    return limited
