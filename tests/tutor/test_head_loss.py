"""Our loss beside torch's, in value and gradient."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from tutor.head_loss import FrozenHead, summed_cross_entropy


@pytest.mark.parametrize("bias", [True, False])
def test_value_and_gradient_agree_with_torch(bias: bool) -> None:
    torch.manual_seed(1)
    head = nn.Linear(16, 50, bias=bias).requires_grad_(False)
    ours = (torch.randn(9, 16) * 5).requires_grad_()
    theirs = ours.detach().clone().requires_grad_()
    targets = torch.randint(0, 50, (9,))
    loss = summed_cross_entropy(head, ours, targets)
    expected = functional.cross_entropy(head(theirs), targets, reduction="sum")
    (loss / 3).backward()
    (expected / 3).backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("bias", [True, False])
def test_a_head_kept_in_half_the_bytes_loses_nothing_but_its_own_rounding(
    bias: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.head_loss._TOKENS_AT_ONCE", 4)
    monkeypatch.setattr("tutor.head_loss._ROWS_AT_ONCE", 16)
    torch.manual_seed(1)
    head = nn.Linear(16, 50, bias=bias).requires_grad_(False)
    head.weight = nn.Parameter(head.weight.half(), requires_grad=False)
    ours = (torch.randn(9, 16) * 5).requires_grad_()
    theirs = ours.detach().clone().requires_grad_()
    targets = torch.randint(0, 50, (9,))
    loss = summed_cross_entropy(head, ours, targets)
    scores = functional.linear(theirs, head.weight.float(), head.bias)
    expected = functional.cross_entropy(scores, targets, reduction="sum")
    (loss / 3).backward()
    (expected / 3).backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("keep", [True, False])
def test_a_frozen_head_leads_to_the_same_loss_and_gradient(keep: bool) -> None:
    torch.manual_seed(1)
    head = nn.Linear(16, 50).requires_grad_(False)
    ours = (torch.randn(40, 16) * 5).requires_grad_()
    theirs = ours.detach().clone().requires_grad_()
    targets = torch.randint(0, 50, (40,))
    loss = summed_cross_entropy(FrozenHead(head, keep=keep), ours, targets)
    expected = functional.cross_entropy(head(theirs), targets, reduction="sum")
    (loss / 3).backward()
    (expected / 3).backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_score_far_above_the_wanted_one_costs_their_distance() -> None:
    head = nn.Linear(2, 3, bias=False).requires_grad_(False)
    head.weight = nn.Parameter(torch.tensor([[300.0, 0], [0, 0], [-300, 0]]), requires_grad=False)
    hidden = torch.tensor([[1.0, 0]], requires_grad=True)
    loss = summed_cross_entropy(head, hidden, torch.tensor([2]))
    loss.backward()
    assert float(loss.detach()) == 600
    assert hidden.grad.tolist() == [[600, 0]]
