"""Linear layers with 4-bit weights: how they compute, with and without an adapter, and where attention is short.

bitsandbytes keeps the NF4 weights and gives their values; the product itself is one plain matrix product, the same in
training, evaluation and service, so that a tuned model answers the examiner as it answers the pupil.
"""

from __future__ import annotations

import ctypes
import platform
from functools import partial
from typing import Any

import bitsandbytes
import torch
from bitsandbytes.functional import dequantize_4bit
from peft.tuners.lora.bnb import Linear4bit as AdaptedLinear4bit
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface

CAUSAL_ATTENTION = "tutor_causal"


def compute_plainly(model: nn.Module, dtype: torch.dtype, *, keep_dequantised: bool) -> None:
    """Make every 4-bit layer of `model` compute with its dequantised weights in `dtype`.

    With `keep_dequantised` the values stay in memory (`dtype` size a weight) and are worked out once. bitsandbytes'
    own CPU forward is not used: on processors with AVX512-BF16 it repacks the stored weights in place.
    """
    layer: Any
    for layer in model.modules():
        if isinstance(layer, AdaptedLinear4bit):
            weights = _Weights(layer.base_layer, dtype, keep_dequantised)
            layer.forward = partial(_adapted_forward, layer, weights)
        elif isinstance(layer, bitsandbytes.nn.Linear4bit):
            weights = _Weights(layer, dtype, keep_dequantised)
            layer.forward = partial(_plain_forward, layer, weights)


class _Weights:
    """The dequantised weights of one 4-bit layer, `(out, in)`, kept or worked out at each call."""

    def __init__(self, layer: Any, dtype: torch.dtype, keep: bool) -> None:
        self._layer, self._dtype, self._keep = layer, dtype, keep
        self._kept: Tensor | None = None

    def __call__(self) -> Tensor:
        if self._kept is not None:
            return self._kept
        stored = self._layer.weight
        values: Tensor = dequantize_4bit(stored.data, stored.quant_state).to(self._dtype)
        if self._keep:
            self._kept = values
        return values


def _plain_forward(layer: Any, weights: _Weights, x: Tensor) -> Tensor:
    return functional.linear(x, weights(), layer.bias)


def _adapted_forward(layer: Any, weights: _Weights, x: Tensor) -> Tensor:
    name = layer.active_adapters[0]
    down, up = layer.lora_A[name].weight, layer.lora_B[name].weight
    product: Any = _AdaptedProduct.apply
    y: Tensor = product(x, weights, down, up, layer.scaling[name])
    return y if layer.base_layer.bias is None else y + layer.base_layer.bias


class _AdaptedProduct(torch.autograd.Function):
    """`x Wᵀ + scale · (x Aᵀ) Bᵀ` in one node: no cast of `x`, nothing saved twice, `W` asked for again to go back.

    Shapes: x `(..., in)`, W `(out, in)`, A `(rank, in)`, B `(out, rank)`. A and B are kept in float32.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weights: _Weights, down: Tensor, up: Tensor, scale: float) -> Tensor:
        a, b, flat = down.to(x.dtype), up.to(x.dtype), x.reshape(-1, x.shape[-1])
        inner = flat @ a.t()
        y = functional.linear(flat, weights())
        y.addmm_(inner, b.t(), alpha=scale)
        ctx.save_for_backward(flat, a, b, inner)
        ctx.weights, ctx.scale, ctx.shape = weights, scale, x.shape
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        flat, a, b, inner = ctx.saved_tensors
        gradient = gradients[0].reshape(-1, gradients[0].shape[-1])
        through = (gradient @ b) * ctx.scale
        of_down = (through.t() @ flat).float()
        of_up = ((gradient.t() @ inner) * ctx.scale).float()
        of_x = None
        if ctx.needs_input_grad[0]:
            of_x = (gradient @ ctx.weights()).addmm_(through, a).view(ctx.shape)
        return of_x, None, of_down, of_up, None


def register_causal_attention() -> str:
    """Return the name of an attention for short rows without a mask, made known to transformers.

    On a CPU the backward pass of torch's fused kernel took a fifth of a training step at 48 tokens; two batched
    products took a fiftieth. Rows are padded on the right, so causal order alone hides the padding.
    """
    AttentionInterface.register(CAUSAL_ATTENTION, _causal_attention)
    AttentionMaskInterface.register(CAUSAL_ATTENTION, _no_mask)
    return CAUSAL_ATTENTION


def _no_mask(*_args: Any, **_kwargs: Any) -> None:
    return None


def _causal_attention(
    _module: nn.Module, query: Tensor, key: Tensor, value: Tensor, _mask: None, *, scaling: float, **_options: Any
) -> tuple[Tensor, None]:
    """Return attention outputs `(batch, tokens, heads, width)` for query `(batch, heads, tokens, width)`."""
    batch, heads, tokens, width = query.shape
    groups = key.shape[1]
    repeats = heads // groups
    grouped = query.reshape(batch * groups, repeats * tokens, width)
    keys, values = key.reshape(-1, tokens, width), value.reshape(-1, tokens, width)
    future = torch.full((tokens, tokens), float("-inf"), dtype=query.dtype, device=query.device).triu(1)
    scores = torch.baddbmm(future.repeat(repeats, 1)[None], grouped, keys.transpose(1, 2), alpha=scaling)
    output = torch.bmm(scores.softmax(-1), values).view(batch, heads, tokens, width)
    return output.transpose(1, 2).contiguous(), None


def reuse_freed_memory() -> None:
    """Tell glibc's allocator to keep freed blocks: a training step on the CPU then makes few page faults.

    Without it a fifth of the step went to the kernel. Elsewhere than on glibc nothing is done.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    mmap_max, trim_threshold, arena_max = -4, -1, -8
    libc = ctypes.CDLL(None)
    libc.mallopt(mmap_max, 0)
    libc.mallopt(trim_threshold, 2**31 - 1)
    libc.mallopt(arena_max, 1)
