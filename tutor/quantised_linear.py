"""Linear layers with 4-bit weights: how they compute, with and without an adapter, and where attention is short.

bitsandbytes keeps the NF4 weights and gives their values; the product itself is one plain matrix product, the same in
training, evaluation and service, so that a tuned model answers the examiner as it answers the pupil.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Callable
from functools import partial
from typing import Any

import bitsandbytes
import torch
from bitsandbytes.functional import dequantize_4bit
from peft.tuners.lora.bnb import Linear4bit as AdaptedLinear4bit
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

CAUSAL_ATTENTION, MASKED_ATTENTION = "tutor_causal", "tutor_masked"


def compute_plainly(model: nn.Module, dtype: torch.dtype, *, keep_dequantised: bool) -> None:
    """Make every 4-bit layer of `model` compute with its dequantised weights in `dtype`.

    With `keep_dequantised` the values stay in memory (`dtype` size a weight) and are worked out once. bitsandbytes'
    own CPU forward is not used: on processors with AVX512-BF16 it repacks the stored weights in place.
    """
    layer: Any
    for layer in model.modules():
        if isinstance(layer, AdaptedLinear4bit):
            weights = _Weights(layer.base_layer, dtype, keep_dequantised)
            _compute_with(layer, partial(_adapted_forward, layer, weights))
        elif isinstance(layer, bitsandbytes.nn.Linear4bit):
            weights = _Weights(layer, dtype, keep_dequantised)
            _compute_with(layer, partial(_plain_forward, layer, weights))


def _compute_with(layer: Any, forward: Callable[[Tensor], Tensor]) -> None:
    layer.forward = forward


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


def register_attention() -> None:
    """Make two attentions for short rows known to transformers: CAUSAL_ATTENTION and MASKED_ATTENTION.

    They are two batched products in which the query heads of one key head go together. On a CPU the backward pass of
    torch's fused kernel took a fifth of a training step at 48 tokens, two products took a fiftieth; with a mask, as in
    batched generation, the fused kernel took 2.7 ms a layer and token, two products 0.2 ms. CAUSAL_ATTENTION takes no
    mask: rows are padded on the right, so causal order alone hides the padding.
    """
    AttentionInterface.register(CAUSAL_ATTENTION, _grouped_attention)
    AttentionMaskInterface.register(CAUSAL_ATTENTION, _no_mask)
    AttentionInterface.register(MASKED_ATTENTION, _grouped_attention)
    AttentionMaskInterface.register(MASKED_ATTENTION, eager_mask)


def _no_mask(*_args: Any, **_kwargs: Any) -> None:
    return None


def _grouped_attention(
    _module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    *,
    scaling: float,
    **_options: Any,
) -> tuple[Tensor, None]:
    """Return attention outputs `(batch, tokens, heads, width)` for query `(batch, heads, tokens, width)`.

    Key and value are `(batch, groups, keys, width)`; `mask` is added to the scores, `(batch, 1, tokens, keys)`, and
    stands for causal order where it is None.
    """
    batch, heads, tokens, width = query.shape
    groups, keys = key.shape[1:3]
    if mask is None:
        mask = _causal_mask(tokens, keys, query)
    grouped = query.reshape(batch * groups, heads // groups * tokens, width)
    scores = torch.bmm(grouped, key.reshape(batch * groups, keys, width).transpose(1, 2)) * scaling
    scores = scores.view(batch, groups, heads // groups, tokens, keys) + mask[:, :, None, :, :keys]
    weights = scores.softmax(-1).view(batch * groups, -1, keys)
    output = torch.bmm(weights, value.reshape(batch * groups, keys, width)).view(batch, heads, tokens, width)
    return output.transpose(1, 2).contiguous(), None


def _causal_mask(tokens: int, keys: int, like: Tensor) -> Tensor:
    future = torch.full((tokens, keys), float("-inf"), dtype=like.dtype, device=like.device)
    return future.triu(keys - tokens + 1)[None, None]


def contiguous_for_head(model: Any) -> None:
    """Have the output layer of `model` copy a slice before its product.

    A slice of the last token is no contiguous block, and torch then copies the head's weights once a row: 2.5 s.
    """
    model.get_output_embeddings().register_forward_pre_hook(lambda _head, inputs: (inputs[0].contiguous(),))


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
