"""A tutor as a model of its own: the dequantised base with the adapter merged in, for software that knows neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import base_model
from tutor.adapter import Origin, read_origin
from tutor.adapter_files import refuse_unsafe
from tutor.errors import RegistryError
from tutor.prompt import WORDING
from tutor.settings import Store

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from tutor.answering import Tutor

# Three bits more of each weight than bfloat16, in as many bytes. What it cannot hold lies above 65,504: no weight does.
STORED = "float16"
# The last message alone, for the tutor answers single questions; the wording is that of `tutor.prompt`.
CHAT_TEMPLATE = (
    "{%- set question = messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list | last -%}"
    "{{- 'Instruct: ' + (question | trim) + '\\nOutput:' -}}"
)


@dataclass(frozen=True)
class Merged:
    """A tutor as one float16 model on the processor, its tokenizer, and where it comes from."""

    model: Any
    tokenizer: Any
    origin: Origin


def merge(adapter: Path, store: Store) -> Merged:
    """Return the tutor in the folder `adapter`, its base dequantised and the adapter merged in.

    Raises:
        RegistryError: `adapter` holds no adapter of ours, or something that would be run on loading.
    """
    import torch
    from peft import PeftModel

    from tutor.adapter import quantised_base

    origin = read_origin(adapter)
    if origin.wording != WORDING:
        raise RegistryError(
            f"{adapter}: was trained with the prompt {origin.wording!r}; retrain the tutor, then export it"
        )
    refuse_unsafe(adapter)
    base = quantised_base(origin.model, store).folder
    adapted: Any = PeftModel.from_pretrained(base_model.load(base), str(adapter), use_safetensors=True)
    with torch.no_grad():
        model = _plain(adapted.get_base_model().config, dict(_weights(adapted)), getattr(torch, STORED))
    return Merged(model, base_model.load_tokenizer(base), origin)


def write_merged(adapter: Path, folder: Path, store: Store) -> Origin:
    """Write the tutor in the folder `adapter` to `folder` as transformers loads it, and return where it comes from.

    Weights are float16 in safetensors; the tokenizer brings the prompt as its chat template.

    Raises:
        RegistryError: `adapter` holds no adapter of ours, or something that would be run on loading.
    """
    merged = merge(adapter, store)
    merged.tokenizer.chat_template = CHAT_TEMPLATE
    merged.model.generation_config = _generation(merged.tokenizer, merged.origin)
    merged.model.save_pretrained(folder)
    merged.tokenizer.save_pretrained(folder)
    return merged.origin


def open_merged(folder: Path, max_new_tokens: int, batch_rows: int) -> Tutor:
    """Return the model in `folder`, loaded by transformers alone, to be asked with the calculator at its side."""
    import torch
    from transformers import AutoModelForCausalLM

    from tutor.answering import Tutor

    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, trust_remote_code=False, use_safetensors=True
    )
    model = model.to(base_model.device()).eval()
    return Tutor.in_training(model, base_model.load_tokenizer(folder), max_new_tokens, batch_rows)


def _weights(adapted: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield every weight of the tutor by its name in the base model, as plain numbers on the processor."""
    from bitsandbytes.functional import dequantize_4bit
    from peft.tuners.lora.bnb import Linear4bit

    model: Any = adapted.get_base_model()
    merged = set()
    for name, layer in model.named_modules():
        if isinstance(layer, Linear4bit):
            stored: Any = layer.base_layer
            values = dequantize_4bit(stored.weight.data, stored.weight.quant_state).float()
            values += layer.get_delta_weight(layer.active_adapters[0]).float()
            yield f"{name}.weight", values.cpu()
            if stored.bias is not None:
                yield f"{name}.bias", stored.bias.data.cpu()
            merged.add(f"{name}.")
    for name, value in model.state_dict().items():
        if not any(name.startswith(prefix) for prefix in merged):
            yield name, value.cpu()


def _plain(settings: Any, weights: dict[str, Tensor], dtype: torch.dtype) -> Any:
    """Return an unquantised model of the shape that `settings` give, with `weights` in `dtype`."""
    from transformers import AutoConfig, AutoModelForCausalLM

    facts = settings.to_dict()
    facts.pop("quantization_config", None)
    config = AutoConfig.for_model(**facts)
    config.dtype = dtype
    model: Any = AutoModelForCausalLM.from_config(config, dtype=dtype)
    model.load_state_dict({name: value.to(dtype) for name, value in weights.items()}, strict=True)
    return model


def _generation(tokenizer: Any, origin: Origin) -> Any:
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=False,
        max_new_tokens=origin.max_new_tokens,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
