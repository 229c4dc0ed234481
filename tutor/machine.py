"""What this machine is; only what it trains on is told by torch, which is loaded for that."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_QUERY = ("nvidia-smi", "--query-gpu=name,compute_cap,memory.total,driver_version", "--format=csv,noheader,nounits")
_TIMEOUT_S = 20
_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Card:
    """An NVIDIA card: product name, compute capability such as 6.1, memory in MiB, version of the driver."""

    name: str
    capability: float
    memory_mib: int
    driver: str


def find_cards() -> tuple[Card, ...]:
    """Return the NVIDIA cards that the driver answers for; none without a driver."""
    try:
        answer = subprocess.run(_QUERY, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_cards(answer.stdout) if answer.returncode == 0 else ()


def describe_machine() -> dict[str, Any]:
    """Return name, place ("card" or "machine") and memory in MiB of what this machine trains on.

    That is the first card where torch uses one, else processor (with its number of cores) and main memory.
    """
    import psutil
    import torch

    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        return {"name": card.name, "place": "card", "memory_mib": round(card.total_memory / 2**20)}
    text = _CPU_INFO.read_text(encoding="utf-8", errors="replace") if _CPU_INFO.is_file() else ""
    model = next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")), "CPU")
    memory_mib = round(psutil.virtual_memory().total / 2**20)
    return {"name": model, "cores": os.cpu_count(), "place": "machine", "memory_mib": memory_mib}


def parse_cards(listing: str) -> tuple[Card, ...]:
    """Return the cards in nvidia-smi's CSV lines; lines that tell of none are left out."""
    cards = []
    for line in listing.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        try:
            name, capability, memory, driver = cells
            cards.append(Card(name, float(capability), int(memory), driver))
        except ValueError:
            continue
    return tuple(cards)


def processor_has_bfloat16() -> bool:
    """Return whether the processor multiplies bfloat16 matrices itself (AVX-512 BF16 or AMX), as Linux tells it."""
    if not _CPU_INFO.is_file():
        return False
    flags = _CPU_INFO.read_text(encoding="utf-8", errors="replace")
    return "avx512_bf16" in flags or "amx_tile" in flags
