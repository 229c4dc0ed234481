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


class _SummedCrossEntropy(torch.autograd.Function):
    """Autograd's way keeps five blocks of `(tokens, vocabulary)`; here one is made and overwritten."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor | None, targets: Tensor) -> Tensor:
        scores = functional.linear(hidden, weight, bias).float()
        scores -= scores.logsumexp(-1, keepdim=True)
        places = targets[:, None]
        loss = -scores.gather(1, places).sum()
        gradient = scores.exp_().scatter_add_(1, places, torch.full_like(places, -1, dtype=scores.dtype))
        ctx.save_for_backward(gradient.to(weight.dtype) @ weight)
        return loss

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (of_hidden,) = ctx.saved_tensors
        return of_hidden * gradients[0].to(of_hidden.dtype), None, None, None
