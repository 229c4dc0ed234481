"""What may lie in an adapter folder: numbers, words and settings; never code, and never a pickle, which is code.

A folder is looked at before anything in it is loaded. The weights are safetensors; the settings of the adapter may name
no module to import, no pattern to search with and no other file; the tokenizer is the base model's own, kept on this
machine, so what lies here under its name is not even read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutor.errors import RegistryError
from tutor.stages import digest_of_file

WEIGHTS, ORIGIN, SETTINGS = "adapter_model.safetensors", "tutor.json", "adapter_config.json"
_TOKENIZER = {
    "added_tokens.json",
    "chat_template.jinja",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
}
_ALLOWED = {WEIGHTS, ORIGIN, SETTINGS, "README.md"} | _TOKENIZER
_FREE_TEXT = {"base_model_name_or_path", "revision", "peft_version"}
_FREE_LISTS = {"target_modules", "exclude_modules"}
_MAX_SETTINGS_BYTES = 1 << 20


def refuse_unsafe(folder: Path) -> None:
    """Return nothing when `folder` holds an adapter that can be loaded without running anything that came with it.

    Raises:
        RegistryError: a file is missing, is a link, has no business there, or names something to be run.
    """
    names = set()
    for entry in sorted(folder.iterdir()):
        if entry.name not in _ALLOWED or entry.is_symlink() or not entry.is_file():
            raise RegistryError(
                f"{folder}: holds '{entry.name}', which no adapter of ours does; nothing was loaded from it: "
                "take another version, or retrain the tutor"
            )
        names.add(entry.name)
    missing = sorted({WEIGHTS, ORIGIN, SETTINGS} - names)
    if missing:
        raise RegistryError(f"{folder}: expected an adapter folder, but it lacks {', '.join(missing)}")
    _refuse_settings(folder / SETTINGS)
    _refuse_weights(folder / WEIGHTS)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file under `folder`, by its path in it."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): digest_of_file(file) for file in files}


def _refuse_settings(file: Path) -> None:
    from peft import LoraConfig

    settings = _read(file)
    known = json.loads(json.dumps(LoraConfig(task_type="CAUSAL_LM").to_dict(), default=sorted))
    for name, value in settings.items():
        if not (name in known and _harmless(name, value, known[name])):
            raise RegistryError(
                f"{file}: '{name}' is {str(value)[:80]!r}, which no adapter of ours says; nothing was loaded from it: "
                "take another version, or retrain the tutor"
            )
    if settings.get("peft_type") != "LORA":
        raise RegistryError(f"{file}: 'peft_type' is {settings.get('peft_type')!r}, expected 'LORA'")


def _harmless(name: str, value: object, default: object) -> bool:
    """Return whether a setting can only change numbers: whatever names modules or files must be as peft has it."""
    numbers = (bool, int, float)
    if value == default or (isinstance(value, numbers) and isinstance(default, numbers)):
        return True
    if name in _FREE_TEXT:
        return isinstance(value, str)
    return name in _FREE_LISTS and isinstance(value, list) and all(isinstance(part, str) for part in value)


def _refuse_weights(file: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as weights:
            empty = not weights.keys()
    except (SafetensorError, OSError) as error:
        raise RegistryError(
            f"{file}: is no safetensors file ({str(error).splitlines()[0]}); nothing was loaded from it: "
            "take another version, or retrain the tutor"
        ) from None
    if empty:
        raise RegistryError(f"{file}: holds no weights; take another version, or retrain the tutor")


def _read(file: Path) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > _MAX_SETTINGS_BYTES:
            raise ValueError("longer than a mebibyte")
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{file}: is damaged ({str(error).splitlines()[0]}); retrain the tutor") from None
    if not isinstance(settings, dict):
        raise RegistryError(f"{file}: is damaged (no JSON object); retrain the tutor")
    return settings
