"""The memory of a training step, item by item, worked out from the shape of the model and the way it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tutor.config import LoraConfig, TrainingConfig
from tutor.model_shape import ModelShape

MIB = 2**20
# What CUDA and the libraries' kernels take on the card before the first tensor: an estimate, without a GTX 1050 Ti.
CONTEXT_BYTES = 250 * MIB
CARD_BYTES = 4 * 2**30
# The rest is left for what the allocator keeps in pieces too small to use.
USABLE_SHARE = 0.95
_CUBLAS_WORKSPACES = 2 * 8_519_680
_ABSMAX_BLOCK, _SECOND_BLOCK = 64, 256
# tutor/head_loss.py, for a head that is stored in fewer bytes than are computed with.
_LOSS_TOKENS, _LOSS_ROWS, _LOSS_TOKENS_IN_CACHE = 256, 4096, 16
# Bytes a token and layer that peft's and bitsandbytes' own modules keep beside ours, for Phi-2 (simulated).
_STOCK_EXTRA = 11_960


@dataclass(frozen=True)
class Recipe:
    """All that the memory of a step depends on beside the model: sizes in tokens, and bytes a value.

    `embedding` and `head`: bytes a value on the device, 0 for an embedding that is kept elsewhere. `states`: bytes of
    Adam's two states a weight. `kept`: bytes a 4-bit weight of dequantised copies; `kept_head`: bytes a weight of
    copies of the head, laid out for its products. `gelu_blocks`: activations that the function in the feed-forward part
    keeps. `logit_copies`: float32 logits alive at once, 0 for our own loss. `blocks`: the blocks that the tokens lie
    in; attention stays within one.
    """

    tokens: int
    supervised: int
    rank: int
    checkpointed: int
    compute: int = 4
    embedding: int = 0
    head: int = 2
    states: float = 2 * 65 / 64
    kept: int = 0
    kept_head: int = 0
    gelu_blocks: int = 2
    logit_copies: int = 0
    double_quantised: bool = True
    stock_modules: bool = False
    half_autocast: bool = False
    plain_attention: bool = False
    workspaces: int = _CUBLAS_WORKSPACES
    blocks: int = 1


# The recipe of the run that this project began with: peft's prepare_model_for_kbit_training (embedding and head to
# float32, every layer checkpointed), 8-bit Adam, float16 autocast, each row padded to 424 tokens.
REFERENCE_RECIPE = Recipe(
    tokens=424,
    supervised=424,
    rank=8,
    checkpointed=32,
    embedding=4,
    head=4,
    gelu_blocks=5,
    logit_copies=3,
    stock_modules=True,
    half_autocast=True,
)


@dataclass(frozen=True)
class MemoryPlan:
    """Bytes by item: what is there between two steps, and what a step adds at its worst moment."""

    resting: Mapping[str, int]
    passing: Mapping[str, int]

    @property
    def allocated_bytes(self) -> int:
        """Return the bytes that are taken before a step; gradients are given back after it."""
        return sum(self.resting.values())

    @property
    def peak_bytes(self) -> int:
        """Return the bytes that are taken at a step's worst moment."""
        return self.allocated_bytes + sum(self.passing.values())


def plan_memory(shape: ModelShape, recipe: Recipe) -> MemoryPlan:
    """Return the memory of a training step, bytes by item.

    A step is at its worst either at the loss, where logits are alive, or as the way back begins: there the activations
    of every layer that is not checkpointed are alive, or those of the one that is being worked out again.
    """
    lora, packed = shape.lora_parameters(recipe.rank), shape.packed_weights
    blocks = packed // _ABSMAX_BLOCK
    resting = {
        "packed_weights": packed // 2,
        "absmax": blocks + blocks // _SECOND_BLOCK * 4 if recipe.double_quantised else blocks * 4,
        "dequantised_copies": packed * recipe.kept,
        "embedding": shape.vocabulary * shape.width * recipe.embedding,
        "head": shape.head_weights * recipe.head + shape.vocabulary * shape.width * recipe.kept_head,
        "norms_and_biases": shape.norms_and_biases * recipe.compute,
        "lora_parameters": lora * 4,
        "optimiser_states": round(lora * recipe.states),
        "workspaces": recipe.workspaces,
    }
    hidden = recipe.tokens * shape.width * recipe.compute
    passing = {
        "gradients": lora * 4,
        "checkpointed_residuals": recipe.checkpointed * hidden,
        "autocast_copies": lora * 2 if recipe.half_autocast else 0,
    }
    open_layers = shape.layers - recipe.checkpointed
    at_loss = {
        "activations": open_layers * layer_bytes(shape, recipe),
        "logits": _logits(shape, recipe) + hidden,
        "dequantisation_scratch": 0,
    }
    way_back = {
        "activations": max(open_layers, 1) * layer_bytes(shape, recipe)
        + recipe.tokens * shape.inner * recipe.compute
        + hidden,
        "logits": 0,
        "dequantisation_scratch": _scratch(shape, recipe),
    }
    worst = max(at_loss, way_back, key=lambda items: sum(items.values()))
    return MemoryPlan(resting, passing | worst)


def layer_bytes(shape: ModelShape, recipe: Recipe) -> int:
    """Return the bytes that one layer keeps for the way back when it is not checkpointed, its own input included."""
    keys = shape.width // shape.heads * shape.key_heads
    values = (2 + shape.norms) * shape.width + shape.width + 2 * keys
    values += shape.inner * (recipe.gelu_blocks + (2 if shape.gated else 0))
    values += 2 * shape.width if shape.dropout else 0
    total = recipe.tokens * values * recipe.compute
    if recipe.plain_attention:
        total += 2 * shape.heads * recipe.tokens**2 // recipe.blocks * recipe.compute
    return total + (recipe.tokens * _STOCK_EXTRA if recipe.stock_modules else 0)


def layers_to_checkpoint(
    free_bytes: int, *, layers: int, layer_bytes: int, residual_bytes: int, other_bytes: int
) -> int:
    """Return the least number of layers to checkpoint with which a step fits in `free_bytes`; all of them at worst.

    A layer that is checkpointed keeps `residual_bytes`, any other `layer_bytes`; one layer's worth is needed in any
    case, to work it out again. `other_bytes` is what the step takes beside.
    """
    for count in range(layers):
        if count * residual_bytes + (layers - count) * layer_bytes + other_bytes <= free_bytes:
            return count
    return layers


def recipe_of(
    shape: ModelShape, lora: LoraConfig, training: TrainingConfig, *, keep: bool, on_card: bool, compute: int
) -> Recipe:
    """Return the recipe of our own training, with `compute` bytes a value; `keep` stands for dequantised copies."""
    return Recipe(
        tokens=training.pack_tokens * training.micro_batch,
        blocks=training.micro_batch,
        # About three fifths of the tokens of the shipped dataset are learnt; the rest are questions and padding.
        supervised=round(training.pack_tokens * training.micro_batch * 0.6),
        rank=lora.rank,
        checkpointed=shape.layers if training.gradient_checkpointing else 0,
        compute=compute,
        embedding=compute if not on_card else 2 if shape.tied else 0,
        head=2 if on_card else compute,
        states=2 * 65 / 64 if on_card else 8,
        # A processor keeps one copy for the way forward and one for the way back (tutor/frozen_products.py).
        kept=(compute if on_card else 2 * compute) if keep else 0,
        kept_head=2 * compute if keep and not on_card else 0,
        plain_attention=not on_card,
        workspaces=_CUBLAS_WORKSPACES if on_card else 0,
    )


def fitted(shape: ModelShape, recipe: Recipe, free_bytes: int) -> Recipe:
    """Return `recipe` with as few layers checkpointed as fit in `free_bytes`; unchanged where none was to be."""
    if not recipe.checkpointed:
        return recipe
    all_but_one = shape.layers - 1
    plan = plan_memory(shape, replace(recipe, checkpointed=all_but_one))
    one, residual = layer_bytes(shape, recipe), recipe.tokens * shape.width * recipe.compute
    count = layers_to_checkpoint(
        free_bytes,
        layers=shape.layers,
        layer_bytes=one,
        residual_bytes=residual,
        other_bytes=plan.peak_bytes - all_but_one * residual - one,
    )
    return replace(recipe, checkpointed=count)


def _scratch(shape: ModelShape, recipe: Recipe) -> int:
    """Return the bytes in which the largest product's weights are dequantised; none where copies are kept."""
    if recipe.kept:
        return 0
    return max(before * after for before, after in shape.linears) * recipe.compute


def _logits(shape: ModelShape, recipe: Recipe) -> int:
    if recipe.logit_copies:
        cast = shape.head_weights * 2 if recipe.half_autocast else 0
        return recipe.logit_copies * recipe.tokens * shape.vocabulary * 4 + cast
    if recipe.head == recipe.compute:
        return (recipe.supervised * recipe.compute + 2 * _LOSS_TOKENS_IN_CACHE * 4) * shape.vocabulary
    tokens = min(recipe.supervised, _LOSS_TOKENS)
    return 2 * tokens * shape.vocabulary * 4 + _LOSS_ROWS * shape.width * recipe.compute
