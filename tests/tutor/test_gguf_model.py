"""Tutors in GGUF files: read back, by transformers where it can, they calculate as the merged model does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType, GGUFReader, dequantize
from transformers import AutoConfig

from tests.tiny_adapter import write_tiny_adapter
from tests.tiny_model import write_tiny_llama, write_tiny_phi
from tutor.config import RetrainConfig
from tutor.errors import UsageError
from tutor.gguf_model import _architecture, gguf_file, open_gguf, write_gguf
from tutor.merged_model import CHAT_TEMPLATE, merge
from tutor.prompt import prompt
from tutor.settings import Store

QUESTION = prompt("¿Cuánto es 345 × 278?")


@pytest.fixture(params=[write_tiny_phi, write_tiny_llama])
def adapter(request: pytest.FixtureRequest, tiny_config: RetrainConfig, store: Store, tmp_path: Path) -> Path:
    """Return the folder of a tiny tutor, on a Phi and on a Llama."""
    write: Callable[[Path], None] = request.param
    write(tmp_path / "base")
    model = tiny_config.model.model_copy(update={"folder": tmp_path / "base", "compute_dtype": "float32"})
    write_tiny_adapter(tmp_path / "adapter", tiny_config.model_copy(update={"model": model}), seed=1, store=store)
    return tmp_path / "adapter"


def test_a_tutor_read_back_calculates_as_the_merged_one(adapter: Path, store: Store, tmp_path: Path) -> None:
    merged = merge(adapter, store)
    origin = write_gguf(adapter, tmp_path / "f16", store, "f16")
    assert origin == merged.origin
    tutor: Any = open_gguf(tmp_path / "f16", "f16", 8, 2)
    ids = merged.tokenizer(QUESTION, return_tensors="pt", add_special_tokens=False)
    with torch.no_grad():
        before, after = (model(**ids).logits for model in (merged.model.float(), tutor._model))
    assert torch.allclose(before, after, atol=1e-5)
    assert before.std() > 1e-2
    assert (tutor._generation.eos_token_id, tutor._generation.pad_token_id) == (
        merged.tokenizer.eos_token_id,
        merged.tokenizer.pad_token_id,
    )
    reader = GGUFReader(gguf_file(tmp_path / "f16", "f16"))
    assert reader.fields["tokenizer.chat_template"].contents() == CHAT_TEMPLATE
    tied = merged.model.config.tie_word_embeddings
    assert ("output.weight" in {tensor.name for tensor in reader.tensors}) is not tied


@pytest.mark.parametrize("adapter", [write_tiny_llama], indirect=True)
def test_eight_bits_a_weight_are_off_by_half_a_step_at_most(adapter: Path, store: Store, tmp_path: Path) -> None:
    plain, rough = (tmp_path / weights for weights in ("f16", "q8_0"))
    for folder in (plain, rough):
        write_gguf(adapter, folder, store, folder.name)
    tensors = {
        folder.name: {tensor.name: tensor for tensor in GGUFReader(gguf_file(folder, folder.name)).tensors}
        for folder in (plain, rough)
    }
    assert tensors["f16"].keys() == tensors["q8_0"].keys()
    for name, tensor in tensors["q8_0"].items():
        exact = tensors["f16"][name]
        is_matrix = len(tensor.shape) == 2
        assert tensor.tensor_type == (GGMLQuantizationType.Q8_0 if is_matrix else GGMLQuantizationType.F32)
        assert exact.tensor_type == (GGMLQuantizationType.F16 if is_matrix else GGMLQuantizationType.F32)
        wanted = dequantize(exact.data, exact.tensor_type).reshape(-1, 32)
        error = np.abs(dequantize(tensor.data, tensor.tensor_type).reshape(-1, 32) - wanted).max(axis=1)
        step = np.abs(wanted).max(axis=1) / 127
        # The step itself is kept in 16 bits.
        assert (error <= step * (0.5 + 127 / 1024)).all()
        assert bool(error.any()) is is_matrix
    sizes = [gguf_file(folder, folder.name).stat().st_size for folder in (plain, rough)]
    assert sizes[1] < sizes[0]
    tutor: Any = open_gguf(rough, "q8_0", 8, 2)
    assert len(tutor.answers(["¿Cuánto es 7 × 8?"])) == 1


def test_a_model_that_llama_cpp_would_take_for_another_is_refused() -> None:
    long = {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}
    for config, said in (
        (AutoConfig.for_model("gpt2"), "the base model is a gpt2"),
        (AutoConfig.for_model("llama", hidden_act="gelu"), r"\('gelu', 'default'\)"),
        (AutoConfig.for_model("llama", rope_parameters=long), r"\('silu', 'linear'\)"),
    ):
        with pytest.raises(UsageError, match=said):
            _architecture(config)
