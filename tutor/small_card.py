"""What a card of 4 GB is spared in training: the embedding, half of the head, and activations as far as memory asks."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.activations import GELUTanh, NewGELUActivation

from tutor.config import LoraConfig, TrainingConfig
from tutor.head_loss import widened_logits
from tutor.memory_plan import USABLE_SHARE, fitted, recipe_of
from tutor.model_shape import KINDS, shape_in


def spare_the_card(model: Any) -> None:
    """Leave on the card only what a training step needs there; `model` is a frozen causal model, already loaded.

    The embedding goes to the processor's memory, unless the head is tied to it. It and the head are kept in float16
    where they are float32: Phi-2's are published in float16, so that nothing is lost. GPT-2's way of writing GELU is
    replaced by torch's own, the same formula, which keeps one block of activations for the way back instead of four.
    """
    head, values = model.get_output_embeddings(), model.get_input_embeddings().weight.detach()
    card, dtype, tied = head.weight.device, values.dtype, model.get_input_embeddings().weight is head.weight
    head.weight = nn.Parameter(_halved(head.weight.detach()), requires_grad=False)
    # Training works out its loss without it; questions that are answered in between need the scores themselves.
    head.forward = partial(_scores, head)
    table = head.weight.detach() if tied else _halved(values).cpu()
    model.set_input_embeddings(StoredEmbedding(table, card, dtype))
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, NewGELUActivation):
                setattr(module, name, GELUTanh())


def checkpoint_as_needed(model: Any, lora: LoraConfig, training: TrainingConfig, *, keep: bool) -> int:
    """Have as few layers of `model` recompute their activations as this card's memory asks for; return how many.

    On a processor, and for kinds of models whose memory is not known, it is every layer.
    """
    settings, dtype = model.config.to_dict(), model.get_decoder().dtype
    count = settings["num_hidden_layers"]
    if torch.cuda.is_available() and settings["model_type"] in KINDS:
        shape = shape_in(settings)
        recipe = recipe_of(shape, lora, training, keep=keep, on_card=True, compute=dtype.itemsize)
        free, total = torch.cuda.mem_get_info()
        ours = min(free + torch.cuda.memory_reserved(), round(total * torch.cuda.get_per_process_memory_fraction()))
        count = fitted(shape, recipe, round(ours * USABLE_SHARE)).checkpointed
    checkpoint_layers(model, count)
    return int(count)


def checkpoint_layers(model: Any, count: int) -> None:
    """Have the first `count` layers of `model` recompute their activations on the way back, and no other."""
    if count:
        model.activation_checkpointing_enable({"use_reentrant": False})
    for place, layer in enumerate(model.get_decoder().layers):
        layer.gradient_checkpointing = place < count


class StoredEmbedding(nn.Module):
    """A frozen embedding whose table stays where and as it is; what is looked up goes to the card, in `dtype`."""

    def __init__(self, table: Tensor, device: torch.device, dtype: torch.dtype) -> None:
        super().__init__()
        # No parameter: whoever moves or converts the model does not move or convert the table.
        self.weight = table
        self._device, self._dtype = device, dtype

    def forward(self, ids: Tensor) -> Tensor:
        """Return the embeddings `(batch, tokens, width)` of `ids` `(batch, tokens)`."""
        return functional.embedding(ids.to(self.weight.device), self.weight).to(self._device, self._dtype)


def _scores(head: nn.Linear, hidden: Tensor) -> Tensor:
    """Return the logits `(batch, tokens, vocabulary)` of hidden states `(batch, tokens, width)`."""
    flat = widened_logits(hidden.flatten(0, -2), head.weight, head.bias)
    return flat.view(*hidden.shape[:-1], -1)


def _halved(values: Tensor) -> Tensor:
    return values.half() if values.dtype == torch.float32 else values
