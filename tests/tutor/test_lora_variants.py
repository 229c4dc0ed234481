"""rsLoRA and LoRA+ do what their papers say, through our arithmetic and our training."""

import math
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from bitsandbytes.nn import Linear4bit
from datasets import load_from_disk
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import TrainingArguments

from tutor.adapter import ADAPTER, WEIGHTS, quantised_base
from tutor.base_model import load_tokenizer
from tutor.config import RetrainConfig
from tutor.lora_plus import lora_plus_optimizer
from tutor.quantised_linear import compute_plainly
from tutor.reading import read_rows
from tutor.settings import Store
from tutor.tokenization import TOKENS, write_tokens
from tutor.training import train_adapter


class One(nn.Module):
    """One 4-bit layer."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first = Linear4bit(64, 32, bias=False, compute_dtype=torch.float32, quant_type="nf4")
        self.to("cpu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = self.first(x)
        return output


@pytest.mark.parametrize(("stabilised", "scale"), [(False, 12 / 9), (True, 12 / math.sqrt(9))])
def test_the_scale_is_alpha_over_the_rank_or_over_its_square_root(stabilised: bool, scale: float) -> None:
    model = get_peft_model(One(), LoraConfig(r=9, lora_alpha=12, target_modules=["first"], use_rslora=stabilised))
    compute_plainly(model, torch.float32, keep_dequantised=True)
    x = torch.randn(5, 64, generator=torch.Generator().manual_seed(2))
    base = model(x)
    factors = {name: parameter for name, parameter in model.named_parameters() if "lora_" in name}
    down, up = (next(value for name, value in factors.items() if part in name) for part in ("lora_A", "lora_B"))
    up.data = torch.randn(up.shape, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(model(x) - base, scale * (x @ down.t() @ up.t()), rtol=1e-4, atol=1e-4)


def test_every_b_learns_with_its_own_rate_and_every_factor_is_in_one_group(tmp_path: Path) -> None:
    model = get_peft_model(One(), LoraConfig(r=4, lora_alpha=8, target_modules=["first"]))
    arguments = TrainingArguments(output_dir=str(tmp_path), learning_rate=1e-3, report_to="none", use_cpu=True)
    assert lora_plus_optimizer(model, arguments, 1.0) is None
    optimizer = lora_plus_optimizer(model, arguments, 16.0)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    rates = {names[id(p)]: group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert set(rates) == {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert {("lora_B" in name, rate) for name, rate in rates.items()} == {(False, 1e-3), (True, 16e-3)}


def _trained(config: RetrainConfig, store: Store, folder: Path, **lora: float) -> Mapping[str, Tensor]:
    """Return the weights that are saved after one epoch of a few steps."""
    base = quantised_base(config.model, store).folder
    rows, _ = read_rows(config.data.path)
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    write_tokens(rows[:4], load_tokenizer(base), 256, tokens)
    facts = train_adapter(
        base,
        load_from_disk(str(tokens / TOKENS)),
        folder,
        model=config.model,
        lora=config.lora.model_copy(update=lora),
        training=config.training.model_copy(update={"learning_rate": 1e-4, "warmup_share": 0.0}),
        log_metrics=lambda _step, _metrics: None,
        report_progress=lambda _done, _total: None,
    )
    assert facts["steps"] >= 1
    weights: Mapping[str, Tensor] = load_file(folder / ADAPTER / WEIGHTS)
    return weights


def _largest(weights: Mapping[str, Tensor], factor: str) -> float:
    return max(float(value.abs().max()) for name, value in weights.items() if factor in name)


def test_a_training_with_lora_plus_moves_b_further_by_the_ratio(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    # B begins at zero, and Adam's first steps are as large as the rate says.
    usual, faster = (
        _largest(_trained(tiny_config, store, tmp_path / name, plus_ratio=ratio, rank_stabilised=True), "lora_B")
        for name, ratio in (("usual", 1.0), ("plus", 8.0))
    )
    assert faster / usual == pytest.approx(8, rel=0.2)
    settings = (tmp_path / "plus" / ADAPTER / "adapter_config.json").read_text()
    assert '"use_rslora": true' in settings
