"""Linear layers with 4-bit weights: how they compute, with and without an adapter.

bitsandbytes keeps the NF4 weights and gives their values; the product itself is one plain matrix product, the same in
training, evaluation and service, so that a tuned model answers the examiner as it answers the pupil.
"""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Sequence
from functools import partial
from typing import Any

import bitsandbytes
import torch
from bitsandbytes.functional import dequantize_4bit
from peft.tuners.lora.bnb import Linear4bit as AdaptedLinear4bit
from torch import Tensor, nn

from tutor.frozen_products import FrozenProducts

_FOUR_BIT = (AdaptedLinear4bit, bitsandbytes.nn.Linear4bit)


# Layers that read the same input, in the order in which transformers' attention and gated feed-forward call them.
_SIBLINGS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


def compute_plainly(model: nn.Module, dtype: torch.dtype, *, keep_dequantised: bool) -> None:
    """Make every 4-bit layer of `model` compute with its dequantised weights in `dtype`.

    Layers that read the same input are worked out in one product. With `keep_dequantised` the values stay in memory
    (`dtype` size a weight) and are worked out once. bitsandbytes' own CPU forward is not used: on processors with
    AVX512-BF16 it repacks the stored weights in place.
    """
    for parent in list(model.modules()):
        layers = {name: child for name, child in parent.named_children() if isinstance(child, _FOUR_BIT)}
        for names in _SIBLINGS:
            if all(name in layers for name in names):
                _compute_together([layers.pop(name) for name in names], dtype, keep_dequantised)
        for layer in layers.values():
            if not isinstance(parent, AdaptedLinear4bit):
                _compute_together([layer], dtype, keep_dequantised)


def _compute_together(layers: Sequence[Any], dtype: torch.dtype, keep: bool) -> None:
    product = _Product(layers, dtype, keep)
    for place, layer in enumerate(layers):
        layer.forward = partial(product.output, place)


class _Product:
    """The outputs of 4-bit layers that read one input, worked out when the first of them is called."""

    def __init__(self, layers: Sequence[Any], dtype: torch.dtype, keep: bool) -> None:
        self._layers = layers
        self._adapted = isinstance(layers[0], AdaptedLinear4bit)
        stored = [layer.base_layer if self._adapted else layer for layer in layers]
        self._sizes = [layer.out_features for layer in stored]
        self._weights = FrozenProducts(partial(_dequantised, stored, dtype), keep=keep)
        self._biases = [layer.bias for layer in stored]
        self._outputs: list[Tensor] = []
        self._finished: _Joined | None = None

    def output(self, place: int, x: Tensor) -> Tensor:
        """Return what the layer at `place` makes of `x` `(…, in)`; the first place is asked first."""
        if place == 0:
            self._outputs = self._all_outputs(x)
        # Handed over, not kept: what is kept would hold the activations of the step in memory.
        y, self._outputs[place] = self._outputs[place], torch.empty(0)
        bias = self._biases[place]
        return y if bias is None else y + bias

    def _all_outputs(self, x: Tensor) -> list[Tensor]:
        products: Any = _AdaptedProducts.apply
        if not self._adapted:
            return list(products(x, self._weights, self._sizes, 1.0, None))
        name = self._layers[0].active_adapters[0]
        downs = [layer.lora_A[name].weight for layer in self._layers]
        ups = [layer.lora_B[name].weight for layer in self._layers]
        scale = self._layers[0].scaling[name]
        if not downs[0].requires_grad:
            # Nobody trains them: joined once, not at every token.
            self._finished = self._finished or _joined(downs, ups, x.dtype)
            return list(products(x, self._weights, self._sizes, scale, self._finished))
        return list(products(x, self._weights, self._sizes, scale, _joined(downs, ups, x.dtype), *downs, *ups))


def _dequantised(layers: Sequence[Any], dtype: torch.dtype) -> Tensor:
    """Return the weights of 4-bit layers in `dtype`, one below the other, `(sum of outs, in)`."""
    stored = [layer.weight for layer in layers]
    if len(stored) == 1:
        return dequantize_4bit(stored[0].data, stored[0].quant_state).to(dtype)
    # Each into its place, one after the other: the scratch is all of them and one more, not twice all.
    sizes = [layer.out_features for layer in layers]
    values = torch.empty(sum(sizes), layers[0].in_features, dtype=dtype, device=stored[0].device)
    for place, part in zip(values.split(sizes), stored, strict=True):
        place.copy_(dequantize_4bit(part.data, part.quant_state))
    return values


_Joined = tuple[Tensor, Tensor]


@torch.no_grad()
def _joined(downs: Sequence[Tensor], ups: Sequence[Tensor], dtype: torch.dtype) -> _Joined:
    """Return the A one below the other, `(layers * rank, in)`, and the B on the diagonal, in `dtype`."""
    return torch.cat([down.to(dtype) for down in downs]), torch.block_diag(*(up.to(dtype) for up in ups))


class _AdaptedProducts(torch.autograd.Function):
    """`x Wᵀ + scale · (x Aᵀ) Bᵀ` of several layers in one node: nothing saved twice, `W` asked for again to go back.

    Shapes: x `(…, in)`, W `(sum of outs, in)`, each A `(rank, in)`, each B `(out, rank)`; the B stand on the diagonal
    of one matrix. A and B stay in float32, and are given where they learn; what is computed with is `joined`, without
    which it is the product with `W` alone.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weights: FrozenProducts,
        sizes: Sequence[int],
        scale: float,
        joined: _Joined | None,
        *factors: Tensor,
    ) -> tuple[Tensor, ...]:
        flat = x.reshape(-1, x.shape[-1])
        outputs = weights.outputs(flat)
        saved: tuple[Tensor, ...] = ()
        if joined:
            down, up = joined
            # The scale goes to what is smallest.
            inner = (flat @ down.t()).mul_(scale)
            outputs.addmm_(inner, up.t())
            saved = (flat, down, up, inner)
        ctx.save_for_backward(*saved)
        ctx.weights, ctx.sizes, ctx.scale, ctx.shape = weights, sizes, scale, x.shape
        ctx.learns = bool(factors)
        return tuple(output.view(*x.shape[:-1], -1) for output in outputs.split(sizes, dim=-1))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        of_outputs = [gradient.reshape(-1, gradient.shape[-1]) for gradient in gradients]
        of_x = None
        if ctx.needs_input_grad[0]:
            of_x = ctx.weights.gradients(of_outputs[0] if len(gradients) == 1 else torch.cat(of_outputs, dim=-1))
        of_factors: list[Tensor] = []
        if saved := ctx.saved_tensors:
            flat, down, up, inner = saved
            rank = len(down) // len(gradients)
            ups = [rows[:, at * rank : (at + 1) * rank] for at, rows in enumerate(up.split(ctx.sizes))]
            through = torch.cat([of_output @ each for of_output, each in zip(of_outputs, ups, strict=True)], dim=-1)
            through.mul_(ctx.scale)
            if ctx.learns:
                of_factors += (through.t() @ flat).float().split(rank)
                inners = inner.split(rank, dim=-1)
                of_factors += [_of_up(part, of_output) for part, of_output in zip(inners, of_outputs, strict=True)]
            if of_x is not None:
                of_x.addmm_(through, down)
        return None if of_x is None else of_x.view(ctx.shape), None, None, None, None, *of_factors


def _of_up(inner: Tensor, of_output: Tensor) -> Tensor:
    """Return the gradient of a B, `(out, rank)` in float32: worked out the other way round, in half of the time."""
    turned = inner.t() @ of_output
    # In rows, as B lies: autograd would otherwise copy it once more.
    return torch.empty(turned.shape[::-1], dtype=torch.float32, device=turned.device).copy_(turned.t())


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
