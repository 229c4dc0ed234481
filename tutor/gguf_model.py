"""A tutor in one GGUF file for llama.cpp and what is built on it, and read back from there to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from gguf import (
    GGML_QUANT_SIZES,
    GGML_QUANT_VERSION,
    MODEL_ARCH,
    MODEL_ARCH_NAMES,
    GGMLQuantizationType,
    GGUFReader,
    GGUFWriter,
    Keys,
    LlamaFileType,
    dequantize,
    get_tensor_name_map,
    quantize,
)
from numpy.typing import NDArray
from torch import Tensor

from tutor import base_model
from tutor.adapter import Origin
from tutor.errors import UsageError
from tutor.gguf_tokenizer import add_tokenizer, read_tokenizer
from tutor.merged_model import CHAT_TEMPLATE, merge
from tutor.settings import Store

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from tutor.answering import Tutor

# Two bytes a weight, as in the merged folder; and little more than one, in blocks of 32 with a scale of their own.
WEIGHTS = {"f16": GGMLQuantizationType.F16, "q8_0": GGMLQuantizationType.Q8_0}
_FILE_TYPES = {"f16": LlamaFileType.MOSTLY_F16, "q8_0": LlamaFileType.MOSTLY_Q8_0}


@dataclass(frozen=True)
class _Architecture:
    """A kind of model: GGUF's name of it, its settings by their keys, its activation, and how heads are rotated.

    llama.cpp takes the activation for granted. Where `pairs` is set, rotation turns neighbouring rows of a head's
    queries and keys; in transformers it turns a row of the first half with one of the second. Source:
    `LlamaModel.permute` in llama.cpp's conversion scripts.
    """

    arch: MODEL_ARCH
    settings: Mapping[str, str]
    activation: str
    pairs: bool

    @property
    def name(self) -> str:
        return MODEL_ARCH_NAMES[self.arch]


_COMMON = {
    Keys.LLM.CONTEXT_LENGTH: "max_position_embeddings",
    Keys.LLM.EMBEDDING_LENGTH: "hidden_size",
    Keys.LLM.FEED_FORWARD_LENGTH: "intermediate_size",
    Keys.LLM.BLOCK_COUNT: "num_hidden_layers",
    Keys.LLM.VOCAB_SIZE: "vocab_size",
    Keys.Attention.HEAD_COUNT: "num_attention_heads",
    Keys.Attention.HEAD_COUNT_KV: "num_key_value_heads",
}
_LLAMA = _Architecture(
    MODEL_ARCH.LLAMA, _COMMON | {Keys.Attention.LAYERNORM_RMS_EPS: "rms_norm_eps"}, "silu", pairs=True
)
_PHI = _Architecture(
    MODEL_ARCH.PHI2, _COMMON | {Keys.Attention.LAYERNORM_EPS: "layer_norm_eps"}, "gelu_new", pairs=False
)
_ARCHITECTURES = {"llama": _LLAMA, "phi": _PHI}


def gguf_file(folder: Path, weights: str) -> Path:
    """Return the file in `folder` that holds the model with `weights`, 'f16' or 'q8_0'."""
    return folder / f"tutor-{weights}.gguf"


def write_gguf(adapter: Path, folder: Path, store: Store, weights: str) -> Origin:
    """Write the tutor in the folder `adapter` as a GGUF file to `folder`, and return where it comes from.

    Matrices are stored as `weights` says, 'f16' or 'q8_0'; biases and the weights of normalisations as 32-bit numbers.

    Raises:
        RegistryError: `adapter` holds no adapter of ours, or something that would be run on loading.
        UsageError: the base model is of a kind that is not written as GGUF.
    """
    merged = merge(adapter, store)
    config = merged.model.config
    kind = _architecture(config)
    folder.mkdir()
    writer = GGUFWriter(gguf_file(folder, weights), kind.name)
    writer.add_name(f"{merged.origin.model.source} tutor")
    writer.add_languages(["es"])
    writer.add_file_type(_FILE_TYPES[weights])
    writer.add_quantization_version(GGML_QUANT_VERSION)
    _add_settings(writer, kind, config)
    add_tokenizer(writer, merged.tokenizer, config.vocab_size, CHAT_TEMPLATE)
    try:
        _write_tensors(writer, dict(_tensors(kind, merged.model)), WEIGHTS[weights])
    finally:
        writer.close()
    return merged.origin


def open_gguf(folder: Path, weights: str, max_new_tokens: int, batch_rows: int) -> Tutor:
    """Return the model in the GGUF file that `write_gguf` wrote to `folder`, to be asked with the calculator beside it.

    Nothing but the file is read. A Llama is read by transformers, which has its own way of doing so; it has none for
    Phi.
    """
    from tutor.answering import Tutor

    file = gguf_file(folder, weights)
    reader = GGUFReader(file)
    named = reader.fields[Keys.General.ARCHITECTURE].contents()
    model: Any = _read_llama(file) if named == _LLAMA.name else _read_phi(reader)
    model = model.to(base_model.device()).eval()
    return Tutor.in_training(model, read_tokenizer(reader), max_new_tokens, batch_rows)


def _architecture(config: PretrainedConfig) -> _Architecture:
    kind = _ARCHITECTURES.get(config.model_type)
    if kind is None:
        raise UsageError(
            f"--format: the base model is a {config.model_type}; as GGUF only {' and '.join(_ARCHITECTURES)} can be "
            "written: export it as safetensors"
        )
    got = (config.hidden_act, config.rope_parameters["rope_type"])
    if got != (kind.activation, "default"):
        raise UsageError(
            f"--format: the base model is a {config.model_type} with activation and rotation {got}; as GGUF only "
            f"{(kind.activation, 'default')} can be written: export it as safetensors"
        )
    return kind


def _rotation(config: Any) -> tuple[int, float]:
    """Return how many numbers of a head are rotated by position, and the base of the frequencies."""
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    rotated = int(head * config.rope_parameters.get("partial_rotary_factor", 1.0))
    return rotated, float(config.rope_parameters["rope_theta"])


def _add_settings(writer: GGUFWriter, kind: _Architecture, config: Any) -> None:
    for key, name in kind.settings.items():
        value = getattr(config, name)
        add = writer.add_float32 if isinstance(value, float) else writer.add_uint32
        add(key.format(arch=kind.name), value)
    rotated, base = _rotation(config)
    writer.add_rope_dimension_count(rotated)
    writer.add_rope_freq_base(base)


def _tensors(kind: _Architecture, model: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield every weight by its name in GGUF.

    An output layer that is the embedding once more is left out of a Llama; llama.cpp wants it of a Phi even so.
    """
    config = model.config
    names = get_tensor_name_map(kind.arch, config.num_hidden_layers)
    heads = {".q_proj.": config.num_attention_heads, ".k_proj.": config.num_key_value_heads}
    for name, values in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings and kind is _LLAMA:
            continue
        known = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if known is None:
            raise UsageError(
                f"--format: the base model has weights '{name}', for which GGUF has no name in a {kind.name}; export "
                "it as safetensors"
            )
        paired = next((count for part, count in heads.items() if kind.pairs and part in name), None)
        yield known, _paired(values, paired) if paired else values


def _paired(values: Tensor, heads: int) -> Tensor:
    """Return `values` `(heads × head, …)` with the rows that rotation turns together next to each other."""
    halves = values.reshape(heads, 2, -1, *values.shape[1:])
    return halves.transpose(1, 2).reshape(values.shape)


def _write_tensors(writer: GGUFWriter, tensors: Mapping[str, Tensor], matrices: GGMLQuantizationType) -> None:
    """Write header, settings and then tensor by tensor, so that one at a time is in memory twice."""
    types = {name: _type(values, matrices) for name, values in tensors.items()}
    for name, values in tensors.items():
        weights, stored_bytes = GGML_QUANT_SIZES[types[name]]
        size = values.numel() // weights * stored_bytes
        writer.add_tensor_info(name, values.shape, np.dtype(np.float32), size, raw_dtype=types[name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, values in tensors.items():
        writer.write_tensor_data(quantize(values.float().numpy(), types[name]))


def _type(values: Tensor, matrices: GGMLQuantizationType) -> GGMLQuantizationType:
    """Return how `values` are stored; a row that is not made of whole blocks is left in 16 bits, as llama.cpp does."""
    if values.dim() == 1:
        return GGMLQuantizationType.F32
    return matrices if values.shape[-1] % GGML_QUANT_SIZES[matrices][0] == 0 else GGMLQuantizationType.F16


def _read_llama(file: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32, local_files_only=True, trust_remote_code=False
    )


def _read_phi(reader: GGUFReader) -> Any:
    """Return the Phi whose settings and weights stand in the file, in float32."""
    from transformers import AutoModelForCausalLM, PhiConfig

    def kept(key: str) -> Any:
        return reader.fields[key.format(arch=_PHI.name)].contents()

    settings = {name: kept(key) for key, name in _PHI.settings.items()}
    head = settings["hidden_size"] // settings["num_attention_heads"]
    rotation = {
        "rope_type": "default",
        "rope_theta": kept(Keys.Rope.FREQ_BASE),
        "partial_rotary_factor": kept(Keys.Rope.DIMENSION_COUNT) / head,
    }
    config = PhiConfig(**settings, rope_parameters=rotation)
    model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    names = get_tensor_name_map(_PHI.arch, settings["num_hidden_layers"])
    stored = {tensor.name: tensor for tensor in reader.tensors}
    weights = {}
    for name in model.state_dict():
        tensor = stored[str(names.get_name(name, try_suffixes=(".weight", ".bias")))]
        weights[name] = torch.from_numpy(_plain(tensor.data, tensor.tensor_type))
    model.load_state_dict(weights, strict=True)
    return model


def _plain(data: NDArray[Any], kind: GGMLQuantizationType) -> NDArray[np.float32]:
    values: NDArray[np.float32] = np.array(dequantize(data, kind), dtype=np.float32)
    return values
