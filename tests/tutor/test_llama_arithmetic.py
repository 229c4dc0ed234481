"""Our normalisation and rotation beside transformers' own, in value and gradient, alone and in a whole model."""

import copy

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama import modeling_llama
from transformers.models.llama.modeling_llama import LlamaRMSNorm, apply_rotary_pos_emb

from tutor.llama_arithmetic import _normalised, _rotated, pass_fewer_times


def test_normalisation_agrees_in_value_and_gradient() -> None:
    generator = torch.Generator().manual_seed(1)
    norm = LlamaRMSNorm(24, eps=0.1)
    norm.weight = torch.nn.Parameter(torch.randn(24, generator=generator), requires_grad=False)
    ours = torch.randn(2, 5, 24, generator=generator).requires_grad_()
    theirs = ours.detach().clone().requires_grad_()
    got, expected = _normalised(norm.weight, 0.1, ours), norm(theirs)
    weights = torch.randn(got.shape, generator=generator)
    for output in (got, expected):
        (output * weights).sum().backward()
    torch.testing.assert_close(got, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_rotation_agrees_in_value_and_gradient() -> None:
    generator = torch.Generator().manual_seed(2)
    query, key = (torch.randn(1, 5, heads, 8, generator=generator).transpose(1, 2) for heads in (4, 2))
    angles = torch.randn(1, 5, 4, generator=generator).repeat(1, 1, 2)
    ours, theirs = ([part.clone().requires_grad_() for part in (query, key)] for _ in range(2))
    turned = [_rotated(*ours, angles.cos(), angles.sin()), apply_rotary_pos_emb(*theirs, angles.cos(), angles.sin())]
    weights = [torch.randn(part.shape, generator=generator) for part in turned[0]]
    for outputs in turned:
        sum((part * weight).sum() for part, weight in zip(outputs, weights, strict=True)).backward()
    for got, expected in zip(
        (*turned[0], *(x.grad for x in ours)), (*turned[1], *(x.grad for x in theirs)), strict=True
    ):
        torch.testing.assert_close(got, expected)


@pytest.fixture
def llama() -> LlamaForCausalLM:
    torch.manual_seed(3)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    return LlamaForCausalLM(LlamaConfig(vocab_size=60, num_key_value_heads=2, **sizes)).requires_grad_(False)


def test_a_model_gives_the_same_logits_and_gradients(llama: LlamaForCausalLM) -> None:
    ours = copy.deepcopy(llama)
    pass_fewer_times(ours)
    embedded = [torch.randn(2, 7, 32, generator=torch.Generator().manual_seed(4)).requires_grad_() for _ in range(2)]
    logits = [model(inputs_embeds=x).logits for model, x in zip((ours, llama), embedded, strict=True)]
    for each in logits:
        each.square().sum().backward()
    torch.testing.assert_close(*logits, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(embedded[0].grad, embedded[1].grad, rtol=1e-4, atol=1e-5)
    names = {node.name() for node in _nodes(logits[0].grad_fn)}
    assert {"_NormalisationBackward", "_RotationBackward"} <= names
    assert modeling_llama.apply_rotary_pos_emb is apply_rotary_pos_emb


def _nodes(node: torch.autograd.graph.Node | None) -> set[torch.autograd.graph.Node]:
    found, waiting = set(), [node]
    while waiting:
        next_one = waiting.pop()
        if next_one is not None and next_one not in found:
            found.add(next_one)
            waiting += [parent for parent, _ in next_one.next_functions]
    return found
