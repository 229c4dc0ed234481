"""Products with frozen weights beside torch's own, forward and back."""

import pytest
import torch
from torch import Tensor, nn

from tutor.frozen_products import FrozenProducts
from tutor.head_loss import FrozenHead


def _matrices(dtype: torch.dtype, rows: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(6)
    sizes = ((48, 32), (rows, 32), (rows, 48))
    weights, x, gradient = (torch.randn(*size, generator=generator).to(dtype) for size in sizes)
    return weights, x, gradient


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("rows", [1, 48, 300])
def test_products_agree_with_plain_ones(rows: int, dtype: torch.dtype, keep: bool) -> None:
    weights, x, gradient = _matrices(dtype, rows)
    products = FrozenProducts(weights.clone, keep=keep)
    for _ in range(2):
        torch.testing.assert_close(products.outputs(x), x @ weights.t(), rtol=1e-5, atol=1e-4)
        torch.testing.assert_close(products.gradients(gradient), gradient @ weights, rtol=1e-5, atol=1e-4)


def test_weights_are_worked_out_once_for_each_direction() -> None:
    weights, x, gradient = _matrices(torch.float32, 4)
    asked = []

    def values() -> Tensor:
        asked.append(1)
        return weights

    products = FrozenProducts(values, keep=True)
    for _ in range(3):
        products.outputs(x)
    assert len(asked) == 1
    for _ in range(3):
        products.gradients(gradient)
    assert len(asked) <= 2


@pytest.mark.parametrize("bias", [True, False])
def test_a_frozen_head_gives_the_logits_of_the_layer_that_it_stands_for(bias: bool) -> None:
    torch.manual_seed(1)
    head = nn.Linear(16, 50, bias=bias).requires_grad_(False)
    hidden = torch.randn(2, 7, 16)[:, -1:]
    torch.testing.assert_close(FrozenHead(head, keep=True)(hidden), head(hidden))
