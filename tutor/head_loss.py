"""The loss at the output layer, with its gradient worked out at once: the logits live for one product only."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def summed_cross_entropy(head: nn.Linear, hidden: Tensor, targets: Tensor) -> Tensor:
    """Return the summed cross entropy of a frozen output layer, a float32 scalar.

    Shapes: hidden `(tokens, width)`, targets `(tokens,)` int64. The head's own weights get no gradient.
    """
    loss: Any = _SummedCrossEntropy.apply
    summed: Tensor = loss(hidden, head.weight, head.bias, targets)
    return summed


# For a head that is stored in fewer bytes than are computed with: 52 MB of scores and 42 MB of widened weights at a
# time for the 51,200 rows of width 2,560 that Phi-2 has.
_TOKENS_AT_ONCE, _ROWS_AT_ONCE = 256, 4096


class _SummedCrossEntropy(torch.autograd.Function):
    """Autograd's way keeps five blocks of `(tokens, vocabulary)`; here one is made and overwritten."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor | None, targets: Tensor) -> Tensor:
        at_once = max(len(hidden), 1) if weight.dtype == hidden.dtype else _TOKENS_AT_ONCE
        blocks = [
            _loss_and_gradient(part, weight, bias, of_part)
            for part, of_part in zip(hidden.split(at_once), targets.split(at_once), strict=True)
        ]
        ctx.save_for_backward(torch.cat([of_part for _, of_part in blocks]))
        return torch.stack([loss for loss, _ in blocks]).sum()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (of_hidden,) = ctx.saved_tensors
        return of_hidden * gradients[0].to(of_hidden.dtype), None, None, None


def _loss_and_gradient(hidden: Tensor, weight: Tensor, bias: Tensor | None, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return the summed loss, a float32 scalar, and its gradient with respect to `hidden`, of the same shape."""
    scores = _scores(hidden, weight, bias)
    scores -= scores.logsumexp(-1, keepdim=True)
    places = targets[:, None]
    loss = -scores.gather(1, places).sum()
    gradient = scores.exp_().scatter_add_(1, places, torch.full_like(places, -1, dtype=scores.dtype))
    if weight.dtype == hidden.dtype:
        return loss, gradient.to(weight.dtype) @ weight
    of_hidden = torch.zeros_like(hidden)
    for some, rows in zip(gradient.split(_ROWS_AT_ONCE, 1), weight.split(_ROWS_AT_ONCE), strict=True):
        of_hidden.addmm_(some.to(hidden.dtype), rows.to(hidden.dtype))
    return loss, of_hidden


def _scores(hidden: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return the logits `(tokens, vocabulary)` in float32."""
    if weight.dtype == hidden.dtype:
        return functional.linear(hidden, weight, bias).float()
    scores = hidden.new_empty(len(hidden), len(weight), dtype=torch.float32)
    for some, rows in zip(scores.split(_ROWS_AT_ONCE, 1), weight.split(_ROWS_AT_ONCE), strict=True):
        some.copy_(hidden @ rows.to(hidden.dtype).t())
    return scores if bias is None else scores.add_(bias)
