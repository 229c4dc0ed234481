"""An adapter of a tiny model that was not trained but drawn, so that two seeds are two tutors."""

from __future__ import annotations

from pathlib import Path

from tutor.adapter import Origin, quantised_base, write_origin
from tutor.config import RetrainConfig
from tutor.settings import Store


def write_tiny_adapter(folder: Path, config: RetrainConfig, seed: int, store: Store) -> None:
    """Write an adapter of random weights, large enough to change every answer, to `folder`."""
    import torch
    from peft import LoraConfig, get_peft_model

    from tutor import base_model

    base = quantised_base(config.model, store)
    settings = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(base_model.load(base.folder), settings)
    numbers = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            weight.data = torch.randn(weight.shape, generator=numbers) * 0.3
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    evaluation = config.evaluation
    write_origin(folder, Origin(config.model, "d" * 64, evaluation.max_new_tokens, evaluation.batch_rows))
