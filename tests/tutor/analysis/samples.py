"""The user's reference run as a Trainer log, put together again from the figures that are known of it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

# From its report: losses at these epochs; the highest gradient norm near epoch 25, learning rate near epoch 31.
_EPOCHS, _LOSSES = (1, 50, 100, 250), (2.6141, 0.1035, 0.0644, 0.057)
CLOSING = {
    "train_runtime": 117180.0,
    "train_samples_per_second": 0.137,
    "train_steps_per_second": 0.009,
    "total_flos": 1.00852232e17,
    "train_loss": 0.2402,
    "epoch": 250.0,
}
MEMORY = """\
GPU: NVIDIA GeForce GTX 1050 Ti
Memoria GPU asignada: 2326.09 MB
Memoria reservada: 3228.00 MB
Memoria máxima asignada: 3087.42 MB
"""


def history() -> list[dict[str, Any]]:
    """Return one entry an epoch, as Trainer keeps them."""
    return [
        {
            "epoch": float(epoch),
            "step": 4 * epoch,
            "loss": round(_loss(epoch), 4),
            "grad_norm": round(0.45 + 2.538 * math.exp(-(((epoch - 25) / 9) ** 2)), 4),
            "learning_rate": _rate(epoch),
        }
        for epoch in range(1, 251)
    ]


def write_state(folder: Path) -> Path:
    """Write the run as `trainer_state.json` into `folder` and return the file."""
    state = {"log_history": [*history(), CLOSING | {"step": 1000}], "num_train_epochs": 250, "global_step": 1000}
    file = folder / "trainer_state.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    return file


def write_log(folder: Path, *, memory: bool = True) -> Path:
    """Write the run as its printed log into `folder`, progress bars and all, and return the file."""
    lines = ["Cargando modelo microsoft/phi-2\n"]
    for entry in history():
        shown = {name: value for name, value in entry.items() if name != "step"}
        bar = f" {entry['epoch'] / 2.5:3.0f}%|███  | {entry['step']}/1000 [2:01:33<30:00:00, 117.2s/it]"
        lines.append(f"{bar}\r{shown}\n")
    lines.append(f"{CLOSING}\n***** train metrics *****\n  epoch = 250.0\n  total_flos = 100852232GF\n")
    file = folder / "entrenamiento.log"
    file.write_text("".join(lines) + (MEMORY if memory else ""), encoding="utf-8")
    return file


def _loss(epoch: float) -> float:
    for start, end, before, after in zip(_EPOCHS, _EPOCHS[1:], _LOSSES, _LOSSES[1:], strict=False):
        if epoch <= end:
            way = (epoch - start) / (end - start)
            return before ** (1 - way) * after**way
    return _LOSSES[-1]


def _rate(epoch: int) -> float:
    if epoch <= 31:
        return 1e-4 * epoch / 31
    return 0.5e-4 * (1 + math.cos(math.pi * (epoch - 31) / 219))
