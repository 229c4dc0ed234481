"""LoRA+: the factors B of an adapter learn faster than the factors A."""

from __future__ import annotations

from typing import Any

from peft.optimizers import create_loraplus_optimizer
from torch.optim import Optimizer
from transformers import Trainer, TrainingArguments


def lora_plus_optimizer(adapted: Any, arguments: TrainingArguments, ratio: float) -> Optimizer | None:
    """Return the optimizer of `arguments` with `ratio` times the learning rate for every B; None for a ratio of 1.

    Source: Hayou, Ghosh and Yu, LoRA+: Efficient Low Rank Adaptation of Large Models (2024), section 4.
    """
    if ratio == 1:
        return None
    kind, options = Trainer.get_optimizer_cls_and_kwargs(arguments, adapted)
    optimizer: Optimizer = create_loraplus_optimizer(adapted, kind, loraplus_lr_ratio=ratio, **options)
    # Of four groups those of embeddings and of biases are empty: no optimizer has anything to do for them.
    optimizer.param_groups = [group for group in optimizer.param_groups if group["params"]]
    return optimizer
