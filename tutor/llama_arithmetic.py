"""Llama's normalisation and rotation of positions with fewer passes over the activations, forward and back.

The values are those of transformers' own functions: what differs is that autograd sees one node where it saw ten, and
that a rotation is turned back by turning the other way.
"""

from __future__ import annotations

from functools import partial
from types import FunctionType, MethodType
from typing import Any

import torch
from torch import Tensor
from transformers.models.llama.modeling_llama import LlamaAttention, LlamaRMSNorm


def pass_fewer_times(model: Any) -> None:
    """Have the layers of a frozen Llama `model` compute through this file; other kinds of models stay as they are."""
    norm: Any
    attention: Any
    for norm in [module for module in model.modules() if isinstance(module, LlamaRMSNorm)]:
        norm.forward = partial(_normalised, norm.weight, norm.variance_epsilon)
    for attention in [module for module in model.modules() if isinstance(module, LlamaAttention)]:
        attention.forward = MethodType(_ATTENTION_FORWARD, attention)


def _normalised(weight: Tensor, epsilon: float, hidden: Tensor) -> Tensor:
    """Return `hidden` `(…, width)` over its root mean square, times `weight` `(width,)`."""
    node: Any = _Normalisation.apply
    normalised: Tensor = node(hidden, weight.detach(), epsilon)
    return normalised


class _Normalisation(torch.autograd.Function):
    """In float32 up to the product with the weights, as transformers does it."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, epsilon: float) -> Tensor:
        exact = hidden.float()
        length = torch.linalg.vector_norm(exact, dim=-1, keepdim=True)
        inverse = length.square_().div_(hidden.shape[-1]).add_(epsilon).rsqrt_()
        normal: Tensor = (exact * inverse).to(hidden.dtype)
        ctx.save_for_backward(normal, inverse, weight)
        return normal * weight

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        saved, inverse, weight = ctx.saved_tensors
        of_normal, normal = (gradients[0] * weight).float(), saved.float()
        along = (of_normal * normal).mean(-1, keepdim=True)
        return torch.addcmul(of_normal, normal, along, value=-1).mul_(inverse).to(saved.dtype), None, None


def _rotated(query: Tensor, key: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Return query and key `(batch, heads, tokens, width)` turned by their positions.

    Shapes: cos and sin `(batch, tokens, width)`.
    """
    node: Any = _Rotation.apply
    turned: tuple[Tensor, Tensor] = node(query, key, cos.unsqueeze(1), sin.unsqueeze(1))
    return turned


class _Rotation(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(cos, sin)
        return _turned(query, cos, sin, 1), _turned(key, cos, sin, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        cos, sin = ctx.saved_tensors
        of_query, of_key = (_turned(gradient, cos, sin, -1) for gradient in gradients)
        return of_query, of_key, None, None


def _turned(x: Tensor, cos: Tensor, sin: Tensor, way: int) -> Tensor:
    """Return `x` with the two halves of its width turned as pairs, forward (`way` 1) or back (-1)."""
    half = x.shape[-1] // 2
    turned = x * cos
    turned[..., :half].addcmul_(x[..., half:], sin[..., :half], value=-way)
    turned[..., half:].addcmul_(x[..., :half], sin[..., half:], value=way)
    return turned


# transformers' own forward with our rotation in place of the function of that name in its module: the module, which
# others use too, stays as it is.
_FORWARD: Any = LlamaAttention.forward
_ATTENTION_FORWARD = FunctionType(
    _FORWARD.__code__,
    {**_FORWARD.__globals__, "apply_rotary_pos_emb": _rotated},
    argdefs=_FORWARD.__defaults__,
    closure=_FORWARD.__closure__,
)
