"""Stage 0: the worker is looked at before it is trusted with hours of work."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task

from tasks.policy import CARD_TAG
from tutor.config import RetrainConfig
from tutor.errors import BaseModelUnavailable, UnfitMachine
from tutor.settings import Store
from tutor.stages import run_stage

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@task(
    name="preflight",
    description="Looks at card, builds, memory and disk, and calculates a little; what works is kept until a reboot.",
    timeout_seconds=600,
    tags={CARD_TAG},
)
def preflight(config: RetrainConfig, store: Store) -> None:
    """Return nothing when this worker is fit for the run.

    Raises:
        BaseModelUnavailable: the base model is on the hub, and the hub cannot be reached.
        UnfitMachine: the worker lacks what the profile promises or the run needs, or its arithmetic does not work.
    """
    from tutor.doctor import Finding, base_model_finding, look_around

    if config.model.folder is None and not config.model.source.startswith("pypi:"):
        found = base_model_finding(config.model, store)
        if found.outcome != "pass":
            raise BaseModelUnavailable(
                f"model.source: {found.said}; "
                "connect this machine to the hub, or point to a local copy with --set model.folder=PATH"
            )
    for finding in look_around("", config, store):
        _refuse(finding)

    def make(_folder: Path) -> Mapping[str, Any]:
        from tutor.doctor import try_arithmetic

        found: tuple[Finding, ...] = try_arithmetic()
        for finding in found:
            _refuse(finding)
        return {"findings": [finding.said for finding in found]}

    run_stage(store.stages, "preflight", _machine(), make, code=("tutor/doctor.py",))


def _refuse(finding: Any) -> None:
    if finding.outcome == "failure":
        raise UnfitMachine(f"this worker is not fit: {finding}")


def _machine() -> Mapping[str, Any]:
    """Return what decides on the arithmetic: libraries, cards, and this boot of this machine."""
    from tutor.machine import find_cards

    return {
        "libraries": {name: importlib.metadata.version(name) for name in ("torch", "bitsandbytes")},
        "cards": [str(card) for card in find_cards()],
        "boot": _BOOT.read_text(encoding="utf-8").strip() if _BOOT.is_file() else "",
    }
