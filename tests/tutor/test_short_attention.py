"""Attention for short rows beside torch's own."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModelForCausalLM

from tutor.short_attention import SHORT_ATTENTION, RowBorders, _grouped_attention, register_attention


@pytest.mark.parametrize("groups", [1, 3])
def test_attention_agrees_with_torch_on_a_causal_mask(groups: int) -> None:
    generator = torch.Generator().manual_seed(4)
    query = torch.randn(2, 3, 7, 16, generator=generator)
    key, value = (torch.randn(2, groups, 7, 16, generator=generator) for _ in range(2))
    future = torch.full((7, 7), float("-inf")).triu(1).expand(2, 1, 7, 7)
    got, _ = _grouped_attention(nn.Module(), query, key, value, future, scaling=0.25)
    expected = functional.scaled_dot_product_attention(
        query, key, value, is_causal=True, scale=0.25, enable_gqa=groups != 3
    )
    torch.testing.assert_close(got, expected.transpose(1, 2), rtol=1e-5, atol=1e-5)


def test_attention_agrees_with_torch_when_one_token_follows_a_padded_prompt() -> None:
    generator = torch.Generator().manual_seed(5)
    query = torch.randn(2, 4, 1, 16, generator=generator)
    key, value = (torch.randn(2, 2, 9, 16, generator=generator) for _ in range(2))
    mask = torch.zeros(2, 1, 1, 9)
    mask[0, :, :, :3] = float("-inf")
    got, _ = _grouped_attention(nn.Module(), query, key, value, mask, scaling=0.25)
    expected = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.25, enable_gqa=True)
    torch.testing.assert_close(got, expected.transpose(1, 2), rtol=1e-5, atol=1e-5)


def test_borders_are_where_positions_begin_again() -> None:
    positions = torch.tensor([[0, 1, 2, 0, 0, 1]])
    assert RowBorders.of(positions).places == (0, 3, 4, 6)


@pytest.mark.parametrize("groups", [1, 3])
def test_rows_of_a_pack_attend_to_themselves_alone_in_value_and_gradient(groups: int) -> None:
    generator = torch.Generator().manual_seed(6)
    query = torch.randn(1, 3, 12, 16, generator=generator)
    key, value = (torch.randn(1, groups, 12, 16, generator=generator) for _ in range(2))
    ours, theirs = ([part.clone().requires_grad_() for part in (query, key, value)] for _ in range(2))
    borders = RowBorders((0, 5, 6, 12))
    got, _ = _grouped_attention(nn.Module(), *ours, torch.empty(0), scaling=0.25, row_borders=borders)
    rows = [
        functional.scaled_dot_product_attention(
            *(part[:, :, start:end] for part in theirs), is_causal=True, scale=0.25, enable_gqa=groups != 3
        )
        for start, end in ((0, 5), (5, 6), (6, 12))
    ]
    expected = torch.cat(rows, dim=2).transpose(1, 2)
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5)
    weights = torch.randn(got.shape, generator=generator)
    for output in (got, expected):
        (output * weights).sum().backward()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-5, atol=1e-5)


def test_a_whole_model_gives_packed_rows_the_same_values_by_borders_as_by_mask(tiny_phi: Path) -> None:
    register_attention()
    model = AutoModelForCausalLM.from_pretrained(tiny_phi).eval()
    model.set_attn_implementation(SHORT_ATTENTION)
    ids = torch.randint(0, 600, (1, 20), generator=torch.Generator().manual_seed(7))
    positions = torch.cat([torch.arange(9), torch.arange(11)])[None]
    apart = [model.model(input_ids=ids[:, part], use_cache=False)[0] for part in (slice(9), slice(9, 20))]
    for options in ({"row_borders": RowBorders.of(positions)}, {}):
        packed = model.model(input_ids=ids, position_ids=positions, use_cache=False, **options)[0]
        torch.testing.assert_close(packed, torch.cat(apart, dim=1), rtol=1e-4, atol=1e-5)
    wrong = model.model(
        input_ids=ids, position_ids=positions, use_cache=False, row_borders=RowBorders((0, 20))
    ).last_hidden_state
    assert (wrong - packed).abs().max() > 1e-3
