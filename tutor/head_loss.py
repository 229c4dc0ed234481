"""The output layer: its product, and the loss with its gradient worked out at once, so that logits live shortly."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from tutor.frozen_products import FrozenProducts


class FrozenHead(nn.Module):
    """A frozen output layer, on a processor with its weights in the order in which they are multiplied fastest.

    The last token alone is no contiguous block: torch's own layer then copies the weights once a row, which took 2.5 s.
    """

    def __init__(self, head: nn.Linear, *, keep: bool) -> None:
        super().__init__()
        self.weight, self.bias = head.weight, head.bias
        self.products = FrozenProducts(head.weight.detach, keep=keep)

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the logits `(…, vocabulary)` of `hidden` `(…, width)`."""
        flat: Tensor = self.products.outputs(hidden.reshape(-1, hidden.shape[-1]))
        logits = flat.view(*hidden.shape[:-1], -1)
        return logits if self.bias is None else logits + self.bias


def summed_cross_entropy(head: Any, hidden: Tensor, targets: Tensor) -> Tensor:
    """Return the summed cross entropy of a frozen output layer (Linear or FrozenHead), a float32 scalar.

    Shapes: hidden `(tokens, width)`, targets `(tokens,)` int64. The head's own weights get no gradient.
    """
    if not len(targets):
        # A block without a supervised token: one of several processes may have it, and takes part with no gradient.
        return hidden.sum().float()
    loss: Any = _SummedCrossEntropy.apply
    products = head.products if isinstance(head, FrozenHead) else FrozenProducts(head.weight.detach, keep=False)
    summed: Tensor = loss(hidden, products, head.weight, head.bias, targets)
    return summed


# For a head that is stored in fewer bytes than are computed with: 52 MB of scores and 42 MB of widened weights at a
# time for the 51,200 rows of width 2,560 that Phi-2 has.
_TOKENS_AT_ONCE, _ROWS_AT_ONCE = 256, 4096
# Three passes over the scores of so few tokens find them in the processor's cache: a fifth of the time.
_TOKENS_IN_CACHE = 16


class _SummedCrossEntropy(torch.autograd.Function):
    """Autograd's way keeps five blocks of `(tokens, vocabulary)`; here one is made and overwritten."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, products: FrozenProducts, weight: Tensor, bias: Tensor | None, targets: Tensor
    ) -> Tensor:
        if weight.dtype == hidden.dtype:
            loss, of_hidden = _at_once(hidden, products, bias, targets)
        else:
            blocks = [
                _widened(part, weight, bias, of_part)
                for part, of_part in zip(hidden.split(_TOKENS_AT_ONCE), targets.split(_TOKENS_AT_ONCE), strict=True)
            ]
            loss, of_hidden = torch.stack([each for each, _ in blocks]).sum(), torch.cat([each for _, each in blocks])
        ctx.save_for_backward(of_hidden)
        return loss

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (of_hidden,) = ctx.saved_tensors
        return of_hidden * gradients[0].to(of_hidden.dtype), None, None, None, None


def _at_once(hidden: Tensor, products: FrozenProducts, bias: Tensor | None, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return the summed loss, a float32 scalar, and its gradient with respect to `hidden`, of the same shape."""
    scores = products.outputs(hidden)
    if bias is not None:
        scores += bias
    loss = _into_gradient(scores, targets)
    return loss, products.gradients(scores)


def _widened(hidden: Tensor, weight: Tensor, bias: Tensor | None, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return what `_at_once` returns, with a few rows of the weights widened to the type of `hidden` at a time."""
    scores = widened_logits(hidden, weight, bias)
    loss = _into_gradient(scores, targets)
    of_hidden = torch.zeros_like(hidden)
    for some, rows in zip(scores.split(_ROWS_AT_ONCE, 1), weight.split(_ROWS_AT_ONCE), strict=True):
        of_hidden.addmm_(some.to(hidden.dtype), rows.to(hidden.dtype))
    return loss, of_hidden


def widened_logits(hidden: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return the logits `(tokens, vocabulary)` in float32 of a head with weights of a smaller type than `hidden`."""
    scores = hidden.new_empty(len(hidden), len(weight), dtype=torch.float32)
    for some, rows in zip(scores.split(_ROWS_AT_ONCE, 1), weight.split(_ROWS_AT_ONCE), strict=True):
        some.copy_(hidden @ rows.to(hidden.dtype).t())
    return scores if bias is None else scores.add_(bias)


def _into_gradient(scores: Tensor, targets: Tensor) -> Tensor:
    """Return the summed loss of logits `(tokens, vocabulary)`, a float32 scalar, and overwrite them by its gradient.

    The sum of exponentials is read off the largest probability, exp(largest score) over that sum.
    """
    losses = []
    for part, of_part in zip(scores.split(_TOKENS_IN_CACHE), targets.split(_TOKENS_IN_CACHE), strict=True):
        places, exact = of_part[:, None], part.float()
        wanted, largest = exact.gather(1, places), exact.amax(-1, keepdim=True)
        probabilities = exact.softmax(-1)
        losses.append((largest - probabilities.amax(-1, keepdim=True).log() - wanted).sum())
        probabilities.scatter_add_(1, places, torch.full_like(places, -1, dtype=probabilities.dtype))
        part.copy_(probabilities)
    return torch.stack(losses).sum()
