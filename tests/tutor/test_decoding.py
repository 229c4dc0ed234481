"""Rows that leave the batch change nothing of what is written."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, PreTrainedTokenizerBase

from tutor.calculator import Calculator
from tutor.decoding import Limits, write_greedily


def test_it_writes_what_generate_writes_and_rows_end_at_different_times(tiny_phi: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_phi, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi, padding_side="left")
    tokenizer.pad_token = "!"
    prompts = [
        f"Instruct: ¿Cuánto es {at} + {at * 7}?{' por favor' * (at % 4)}\nOutput: {at} + {at} =" for at in range(12)
    ]
    inputs = tokenizer(prompts, return_tensors="pt", padding=True)
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    # A random model ends nowhere: what it often writes is taken for the end.
    free = write_greedily(
        model,
        ids,
        mask,
        Calculator(tokenizer, ids.shape[1], 12),
        Limits(24, -1, tokenizer.pad_token_id),
        lambda _share: None,
    )
    fewest = []
    for end in free[:, 3:].flatten().unique().tolist()[:6]:
        calculator = Calculator(tokenizer, ids.shape[1], 12)
        settings = GenerationConfig(
            max_new_tokens=24, do_sample=False, eos_token_id=end, pad_token_id=tokenizer.pad_token_id
        )
        wanted = model.generate(**inputs, generation_config=settings, logits_processor=[calculator])[:, ids.shape[1] :]
        again = Watching(tokenizer, ids)
        shares: list[float] = []
        found = write_greedily(model, ids, mask, again, Limits(24, end, tokenizer.pad_token_id), shares.append)
        assert shares == sorted(shares)
        assert 1 / 24 <= shares[0] <= shares[-1] <= 1
        assert torch.equal(found[:, : wanted.shape[1]], wanted)
        assert (found[:, wanted.shape[1] :] == tokenizer.pad_token_id).all()
        fewest.append(again.fewest)
    assert min(fewest) < 12


class Watching(Calculator):
    """Sees to it that each row that it is shown is the one that it takes it for."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, prompts: Tensor) -> None:
        super().__init__(tokenizer, prompts.shape[1], len(prompts))
        self._prompts, self.fewest = prompts, len(prompts)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        assert torch.equal(input_ids[:, : self._prompts.shape[1]], self._prompts[self._rows])
        self.fewest = min(self.fewest, len(input_ids))
        return super().__call__(input_ids, scores)


def test_the_calculator_s_corrections_stay_with_their_rows(tiny_phi: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi)
    calculator = Calculator(tokenizer, 0, 3)
    calculator.keep([2, 0])
    calculator.keep([0])
    ids = tokenizer("3 + 4 =", return_tensors="pt")["input_ids"]
    calculator(ids, torch.zeros(1, 640))
    assert calculator.corrections == [0, 0, 1]
