"""Our arithmetic on 4-bit layers beside that of the libraries."""

import pytest
import torch
from bitsandbytes.functional import dequantize_4bit
from bitsandbytes.nn import Linear4bit
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.nn import functional

from tutor.quantised_linear import compute_plainly


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
    return with_random_factors(
        get_peft_model(Two(), LoraConfig(r=4, lora_alpha=12, target_modules=["first", "second"]))
    )


def with_random_factors(model: nn.Module) -> nn.Module:
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


class Siblings(nn.Module):
    """Three 4-bit layers that read one input, named as transformers names those of attention, and one after them."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        for name, width in (("q_proj", 64), ("k_proj", 32), ("v_proj", 32)):
            self.add_module(name, Linear4bit(64, width, bias=name != "v_proj", compute_dtype=torch.float32))
        self.o_proj = Linear4bit(64, 64, bias=False, compute_dtype=torch.float32)
        self.to("cpu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        query, key, value = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        output: torch.Tensor = self.o_proj(query * torch.cat([key, value.relu()], dim=-1))
        return output


@pytest.mark.parametrize("with_adapter", [True, False])
def test_layers_with_one_input_give_together_what_they_give_alone(with_adapter: bool) -> None:
    def model() -> nn.Module:
        if not with_adapter:
            return Siblings()
        settings = LoraConfig(r=4, lora_alpha=12, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"])
        return with_random_factors(get_peft_model(Siblings(), settings))

    together, alone = model(), model()
    compute_plainly(together, torch.float32, keep_dequantised=True)
    generator = torch.Generator().manual_seed(3)
    for _ in range(2):
        x = torch.randn(3, 5, 64, generator=generator)
        inputs = [x.clone().requires_grad_() for _ in range(2)]
        outputs = [each(given) for each, given in zip((together, alone), inputs, strict=True)]
        for output in outputs:
            output.square().sum().backward()
        torch.testing.assert_close(outputs[0], outputs[1], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(inputs[0].grad, inputs[1].grad, rtol=1e-4, atol=1e-4)
    for (name, ours), theirs in zip(together.named_parameters(), alone.parameters(), strict=True):
        if "lora_" in name:
            torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-3)
