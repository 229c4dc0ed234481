"""Our arithmetic on 4-bit layers beside that of the libraries."""

import pytest
import torch
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn import Linear4bit
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.nn import functional

from tutor.quantised_linear import _grouped_attention, compute_plainly


class Two(nn.Module):
    """Two 4-bit layers, one with a bias."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first = Linear4bit(64, 128, bias=True, compute_dtype=torch.float32, quant_type="nf4")
        self.second = Linear4bit(128, 64, bias=False, compute_dtype=torch.float32, quant_type="nf4")
        self.to("cpu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = self.second(torch.relu(self.first(x)))
        return hidden


def adapted() -> nn.Module:
    model = get_peft_model(Two(), LoraConfig(r=4, lora_alpha=12, target_modules=["first", "second"]))
    generator = torch.Generator().manual_seed(2)
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.1
    return model


@pytest.mark.parametrize("keep", [True, False])
def test_adapted_layers_agree_with_dequantised_ones_in_value_and_gradient(keep: bool) -> None:
    model = adapted()
    compute_plainly(model, torch.float32, keep_dequantised=keep)
    x = torch.randn(3, 5, 64, generator=torch.Generator().manual_seed(3), requires_grad=True)
    output = model(x)
    output.square().sum().backward()
    gradients = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    of_x = x.grad.clone()

    x.grad = None
    leaves = {n: p.detach().clone().requires_grad_() for n, p in model.named_parameters() if "lora_" in n}
    hidden = x
    for layer in ("first", "second"):
        stored = getattr(model.base_model.model, layer).base_layer
        weight = dequantize_4bit(stored.weight.data, stored.weight.quant_state)
        down, up = (next(p for n, p in leaves.items() if layer in n and part in n) for part in ("lora_A", "lora_B"))
        hidden = functional.linear(hidden, weight + 3.0 * up @ down, stored.bias)
        hidden = torch.relu(hidden) if layer == "first" else hidden
    hidden.square().sum().backward()
    torch.testing.assert_close(output, hidden, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(of_x, x.grad, rtol=1e-4, atol=1e-4)
    assert set(gradients) == set(leaves)
    for name, leaf in leaves.items():
        torch.testing.assert_close(gradients[name], leaf.grad, rtol=1e-4, atol=1e-4)


def test_evaluating_leaves_the_stored_weights_as_they_are() -> None:
    model = Two()
    before = model.first.weight.data.clone()
    compute_plainly(model.eval(), torch.float32, keep_dequantised=False)
    with torch.no_grad():
        model(torch.randn(2, 64))
    assert torch.equal(model.first.weight.data, before)


@pytest.mark.parametrize("groups", [1, 3])
def test_causal_attention_agrees_with_torch(groups: int) -> None:
    generator = torch.Generator().manual_seed(4)
    query = torch.randn(2, 3, 7, 16, generator=generator)
    key, value = (torch.randn(2, groups, 7, 16, generator=generator) for _ in range(2))
    got, _ = _grouped_attention(nn.Module(), query, key, value, None, scaling=0.25)
    expected = functional.scaled_dot_product_attention(
        query, key, value, is_causal=True, scale=0.25, enable_gqa=groups != 3
    )
    torch.testing.assert_close(got, expected.transpose(1, 2), rtol=1e-5, atol=1e-5)


def test_masked_attention_agrees_with_torch_when_one_token_follows_a_padded_prompt() -> None:
    generator = torch.Generator().manual_seed(5)
    query = torch.randn(2, 4, 1, 16, generator=generator)
    key, value = (torch.randn(2, 2, 9, 16, generator=generator) for _ in range(2))
    mask = torch.zeros(2, 1, 1, 9)
    mask[0, :, :, :3] = float("-inf")
    got, _ = _grouped_attention(nn.Module(), query, key, value, mask, scaling=0.25)
    expected = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.25, enable_gqa=True)
    torch.testing.assert_close(got, expected.transpose(1, 2), rtol=1e-5, atol=1e-5)
