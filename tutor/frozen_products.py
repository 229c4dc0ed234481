"""Products with frozen weights, forward and back; on a processor the weights lie in oneDNN's own blocks.

torch hands oneDNN weights in rows, which it lays out anew at every call: a tenth of a training step of 256 tokens, a
third of a token generated for 48 questions. Here that is done once. A layout serves one direction, so that training
keeps two and answering one. In bfloat16 the values are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

# oneDNN lays weights out for a number of rows; those laid out for this one were as fast for 1 to 2,000.
_ROWS = 256


class FrozenProducts:
    """`x Wᵀ` and `g W` for one matrix `W` `(out, in)` that never changes.

    `values` works `W` out. With `keep` it is asked once for each direction, else at every product.
    """

    def __init__(self, values: Callable[[], Tensor], *, keep: bool) -> None:
        self._values, self._keep = values, keep
        self._forward: Tensor | None = None
        self._back: Tensor | None = None

    def outputs(self, x: Tensor) -> Tensor:
        """Return `x Wᵀ`, `(rows, out)`, for `x` `(rows, in)`."""
        if not self._keep:
            return functional.linear(x, self._values())
        if self._forward is None:
            self._forward = self._kept(transposed=False)
        return _product(x, self._forward)

    def gradients(self, gradient: Tensor) -> Tensor:
        """Return `gradient W`, `(rows, in)`, for `gradient` `(rows, out)`."""
        if not self._keep:
            return gradient @ self._values()
        if self._back is None:
            self._back = self._kept(transposed=True)
        return _product(gradient, self._back)

    def _kept(self, *, transposed: bool) -> Tensor:
        """Return `W`, or its transpose, as it is kept: in blocks, else one dense copy for both directions."""
        values = self._values()
        if _laid_out_by_onednn(values):
            blocks: Tensor = torch.ops.mkldnn._reorder_linear_weight(_turned(values, transposed).contiguous(), _ROWS)
            return blocks
        self._forward = values
        self._back = values.t()
        return _turned(values, transposed)


def _turned(values: Tensor, transposed: bool) -> Tensor:
    return values.t() if transposed else values


def _product(x: Tensor, weight: Tensor) -> Tensor:
    if not weight.is_mkldnn:
        return functional.linear(x, weight)
    product: Any = torch.ops.mkldnn._linear_pointwise
    y: Tensor = product(x, weight, None, "none", [], "")
    return y


def _laid_out_by_onednn(values: Tensor) -> bool:
    if values.device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    if values.dtype == torch.bfloat16:
        supported: bool = torch.ops.mkldnn._is_mkldnn_bf16_supported()
        return supported
    return values.dtype == torch.float32
