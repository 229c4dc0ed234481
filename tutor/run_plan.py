"""What a retraining run will take, before anything is downloaded: memory by item, time by stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.config import LoraConfig, ModelConfig, RetrainConfig, TrainingConfig
from tutor.errors import UnreadableDataset
from tutor.machine import find_cards, processor_has_bfloat16
from tutor.memory_plan import (
    CARD_BYTES,
    CONTEXT_BYTES,
    MIB,
    USABLE_SHARE,
    MemoryPlan,
    Recipe,
    fitted,
    plan_memory,
    recipe_of,
)
from tutor.model_shape import ModelShape, download_bytes, shape_of
from tutor.rows import digest_of
from tutor.settings import Store
from tutor.stages import MANIFEST, read_manifest

# A GTX 1050 Ti: its float32 limit, the share of it that the reference run reached, and its memory's bandwidth.
_CARD_FLOPS, _CARD_SHARE, _CARD_BANDWIDTH = 2.1e12, 0.45, 112e9
# On the processor: the share of the measured product's speed that training reached (some 325 tokens/s, SmolLM2-135M).
_PROCESSOR_SHARE = 0.44
# Of the shipped dataset, with SmolLM2's tokenizer: 148,962 tokens in the 2,171 training rows of 2,350.
_TOKENS_A_BYTE, _BYTES_A_ROW = 0.32, 213
# Where no earlier run tells: seconds a row, seconds, bytes a second, answers' tokens. Measured on two cores, but the
# download, which is a guess.
_VALIDATION_S, _TOKENIZATION_S, _REGISTRATION_S, _STARTING_S = 1.1e-3, 2.2e-4, 10.0, 5.0
_DOWNLOAD_BYTES_S, _QUANTISED_WEIGHTS_S, _ANSWER_TOKENS = 10e6, 2e7, 60
_ANSWERED_WEIGHTS_S = 5.8e8  # weights times answers a second: 128 answers of SmolLM2-135M in 30 s


@dataclass(frozen=True)
class RunPlan:
    """The memory and time of a run.

    `least_peak_bytes` is the peak with every layer checkpointed, where any may be. `measured` holds peak_mib, seconds
    and useful_tokens_per_second of an earlier run with settings that take the same memory.
    """

    profile: str
    on_card: bool
    shape: ModelShape
    recipe: Recipe
    memory: MemoryPlan
    least_peak_bytes: int
    flop_a_token: float
    speed: Mapping[str, Any]
    seconds: Mapping[str, float]
    measured: Mapping[str, float] | None

    def as_json(self) -> dict[str, Any]:
        """Return the plan as it is written for programs."""
        items = {**self.memory.resting, **self.memory.passing}
        if self.on_card:
            items["framework_context"] = CONTEXT_BYTES
        peak = self.memory.peak_bytes
        return {
            "profile": self.profile,
            "device": "card" if self.on_card else "cpu",
            "parameters": self.shape.parameters,
            "packed_parameters": self.shape.packed_parameters,
            "items": {name: {"bytes": size, "mib": round(size / MIB, 2)} for name, size in items.items()},
            "allocated_mib": round(self.memory.allocated_bytes / MIB, 2),
            "peak_mib": round(peak / MIB, 2),
            "least_peak_mib": round(self.least_peak_bytes / MIB, 2),
            "share_of_card": round((peak + CONTEXT_BYTES) / CARD_BYTES, 3) if self.on_card else None,
            "checkpointed_layers": self.recipe.checkpointed,
            "flop_a_token": self.flop_a_token,
            "speed": dict(self.speed),
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
            "measured": dict(self.measured) if self.measured else None,
        }


def plan_run(profile: str, config: RetrainConfig, store: Store, *, measure: bool = True) -> RunPlan:
    """Return the plan of a run with `config` on the card that it asks for, or on this machine.

    Where no earlier run tells how fast the processor is, it is measured; without `measure` it is taken as 100 GFLOP/s.

    Raises:
        UsageError: the shape of the model is not known.
        UnreadableDataset: there is no dataset.
    """
    shape = shape_of(config.model)
    on_card = config.model.device == "card" or bool(find_cards())
    recipe = recipe_of(
        shape,
        config.lora,
        config.training,
        keep=config.model.keep_dequantised,
        on_card=on_card,
        compute=_compute_bytes(config.model, on_card),
    )
    least = plan_memory(shape, recipe).peak_bytes
    if on_card:
        recipe = fitted(shape, recipe, round((CARD_BYTES - CONTEXT_BYTES) * USABLE_SHARE))
    flop = flop_a_token(shape, recipe)
    speed = _speed(config, store, flop, recipe.compute if measure else 0, on_card)
    seconds = _seconds(config, store, shape, speed["tokens_per_second"], on_card)
    memory = plan_memory(shape, recipe)
    measured = _measured(config, store)
    return RunPlan(profile, on_card, shape, recipe, memory, least, flop, speed, seconds, measured)


def flop_a_token(shape: ModelShape, recipe: Recipe) -> float:
    """Return the floating-point operations that training on one token takes.

    A frozen weight takes 4 (forward, and back to the input), and 2 more in a layer that is worked out again; a weight
    of the adapter 6 or 8; attention works on all pairs of tokens of a pack.
    """
    again = recipe.checkpointed / shape.layers
    attention = 4 * recipe.tokens / recipe.blocks * shape.width * shape.layers * (3 + again)
    head = 4 * shape.vocabulary * shape.width * recipe.supervised / recipe.tokens
    lora = (6 + 2 * again) * shape.lora_parameters(recipe.rank)
    return (4 + 2 * again) * shape.packed_weights + lora + head + attention


def memory_settings(model: ModelConfig, lora: LoraConfig, training: TrainingConfig) -> str:
    """Return a digest of what the memory of a training run depends on: runs with the same one can be compared."""
    return digest_of(
        {
            "model": model.model_dump(mode="json", exclude={"pad_token"}),
            "rank": lora.rank,
            "pack_tokens": training.pack_tokens,
            "micro_batch": training.micro_batch,
            "gradient_checkpointing": training.gradient_checkpointing,
        }
    )


def is_kept(model: ModelConfig, store: Store) -> bool:
    """Return whether the base model of that source and revision is quantised and kept in the store already."""
    return model.folder is None and bool(
        _last(store.base_models, "base", {"source": model.source, "revision": model.revision})
    )


def facts_to_keep(config: RetrainConfig) -> dict[str, Any]:
    """Return what the manifest of a training run tells the plans of later ones."""
    model = config.model
    return {"base_model": model.source, "memory_settings": memory_settings(model, config.lora, config.training)}


def _compute_bytes(model: ModelConfig, on_card: bool) -> int:
    if model.compute_dtype != "auto":
        return 4 if model.compute_dtype == "float32" else 2
    if on_card:
        return 2 if all(card.capability >= 8.0 for card in find_cards()) else 4
    return 2 if processor_has_bfloat16() else 4


def _speed(config: RetrainConfig, store: Store, flop: float, compute: int, on_card: bool) -> dict[str, Any]:
    """Return tokens_per_second and where the figure comes from."""
    if on_card:
        return {"tokens_per_second": round(_CARD_FLOPS * _CARD_SHARE / flop, 1), "from": "gtx-1050-ti"}
    last = _last(store.stages, "training")
    if last.get("base_model") == config.model.source:
        return {"tokens_per_second": last["useful_tokens_per_second"], "from": "last run"}
    gemm = measured_gemm_flops(compute) if compute else 1e11
    tokens = gemm * _PROCESSOR_SHARE / flop
    return {"tokens_per_second": round(tokens, 1), "from": "gemm", "gemm_gflops": round(gemm / 1e9, 1)}


def measured_gemm_flops(compute: int) -> float:
    """Return the operations a second of a matrix product on this processor, the best of three; takes half a second."""
    import time

    import torch

    size = 1536
    left, right = (torch.ones(size, size, dtype=torch.bfloat16 if compute == 2 else torch.float32) for _ in range(2))
    left @ right
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - started)
    return 2 * size**3 / best


def _seconds(
    config: RetrainConfig, store: Store, shape: ModelShape, tokens_per_second: float, on_card: bool
) -> dict[str, float]:
    size = _bytes_of(config.data.path)
    rows = size / _BYTES_A_ROW
    learnt = min(rows * (1 - config.data.held_out_share), config.data.max_training_rows or rows)
    tokens = learnt * _BYTES_A_ROW * _TOKENS_A_BYTE * config.training.epochs
    download = download_bytes(config.model) / _DOWNLOAD_BYTES_S
    kept = is_kept(config.model, store)
    return {
        "validation": rows * _VALIDATION_S,
        "base_model": 0.0 if kept else download + _STARTING_S + shape.parameters / _QUANTISED_WEIGHTS_S,
        "tokenization": learnt * _TOKENIZATION_S,
        "training": tokens / tokens_per_second,
        "evaluation": 2 * _evaluation_s(config, shape, min(rows, config.evaluation.max_rows), on_card),
        "registration": _REGISTRATION_S,
    }


def _evaluation_s(config: RetrainConfig, shape: ModelShape, answers: float, on_card: bool) -> float:
    """Return the seconds in which one model answers: on the card all weights are dequantised for every token."""
    if not on_card:
        return answers * shape.packed_weights / _ANSWERED_WEIGHTS_S
    token_s = shape.packed_weights * 4.5 / _CARD_BANDWIDTH
    return answers / config.evaluation.batch_rows * _ANSWER_TOKENS * token_s


def _bytes_of(dataset: Path) -> int:
    if not dataset.exists():
        raise UnreadableDataset(
            f"{dataset}: there is no such file; expected a dataset, named with --set data.path=FILE"
        )
    if dataset.is_dir():
        return sum(file.stat().st_size for file in dataset.rglob("*") if file.is_file())
    return dataset.stat().st_size


def _measured(config: RetrainConfig, store: Store) -> dict[str, float] | None:
    wanted = {"memory_settings": memory_settings(config.model, config.lora, config.training)}
    last = _last(store.stages, "training", wanted)
    if not last:
        return None
    return {name: last[name] for name in ("peak_mib", "seconds", "useful_tokens_per_second")}


def _last(root: Path, stage: str, wanted: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what the newest manifest of `stage` says, of those that hold `wanted`; nothing without one."""
    files = sorted(root.glob(f"{stage}-*/{MANIFEST}"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files:
        facts = read_manifest(file.parent)
        if all(facts.get(name) == value for name, value in (wanted or {}).items()):
            return facts
    return {}
