"""Folders that stages hand over: named by the digest of what went in, the manifest written last."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tutor.rows import digest_of
from tutor.settings import REPOSITORY
from tutor.storage import held_alone, replace_text, told_when_full, write_through

MANIFEST = "manifest.json"
# What stages are made by; what only shows results, or makes datasets, does not count unless it is named itself.
ROOMS = ("tutor", "data_checks", "tasks")
# Another version of these may make something else of the same inputs.
LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")
_ONLY_SHOWN = {
    *("exercises", "generation.py", "report.py", "plan_report.py", "progress.py", "errors.py"),
    *("analysis", "analysis.py", "run_record.py"),
    *("serving", "merged_model.py", "gguf_model.py", "gguf_tokenizer.py", "export_card.py", "champion_watch.py"),
    *("comparison.py", "doctor.py"),
    *("run_page.py", "card.py", "server_settings.py"),
    *("search_space.py", "study.py"),
}
# What an interrupted attempt left for the next one is given up after this time.
_ABANDONED_S = 14 * 24 * 3600
_ADVICE = "free some space and run the same command again: what is finished is not made again"


@dataclass(frozen=True)
class Finished:
    """A finished stage: its folder, the digest of its inputs and what its manifest says."""

    folder: Path
    digest: str
    facts: Mapping[str, Any]
    reused: bool

    @property
    def seconds(self) -> float:
        """Return the seconds that making it took."""
        return float(self.facts["seconds"])


def run_stage(
    root: Path,
    name: str,
    inputs: Mapping[str, Any],
    make: Callable[[Path], Mapping[str, Any]],
    *,
    resume: bool = False,
    scratch: Sequence[str] = (),
    code: Sequence[str] = ROOMS,
) -> Finished:
    """Return the stage `name` made from `inputs`: the finished folder if there is one, else what `make` makes.

    `make` fills the folder it is given and returns the facts for the manifest. The folder bears a temporary name
    until the manifest is in it. With `resume`, what an interrupted attempt left is kept for the next one; what lies in
    the folders `scratch` serves nothing else, and goes once the manifest is written. `code` names the folders and files
    of the repository whose change makes the stage out of date; left out, they are all, with the libraries.

    Raises:
        StorageFull: no space is left for the stage; a manifest is not written then.
    """
    digest = digest_of({"stage": name, "code": source_digest(tuple(code)), **inputs})
    folder = root / f"{name}-{digest}"
    root.mkdir(parents=True, exist_ok=True)
    full = f"the stage '{name}' could not be finished"
    with told_when_full(root, full, _ADVICE), held_alone(_lock_of(folder)):
        if (folder / MANIFEST).is_file():
            _remove(folder, scratch)
            return Finished(folder, digest, read_manifest(folder), reused=True)
        _remove_abandoned(root, name, 0 if not resume else _ABANDONED_S)
        partial = root / f"{name}-{digest}.partial"
        if partial.exists() and not resume:
            shutil.rmtree(partial)
        partial.mkdir(exist_ok=True)
        started = time.monotonic()
        facts = dict(make(partial))
        facts |= {"stage": name, "digest": digest, "seconds": round(time.monotonic() - started, 2)}
        # Before the manifest, which says that all the rest is there.
        write_through(partial)
        _write_manifest(partial, facts)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        _remove(folder, scratch)
        return Finished(folder, digest, facts, reused=False)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what the manifest of a finished stage says."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def source_digest(code: tuple[str, ...]) -> str:
    """Return a digest of the Python files in `code`: when they change, so may what a stage makes.

    That of all rooms is one of the libraries too; who names its own code says in its inputs what else counts.
    """
    places = [REPOSITORY / place for place in code]
    found = [(place, file) for place in places for file in (place.rglob("*.py") if place.is_dir() else (place,))]
    kept = sorted(file for place, file in found if not _ONLY_SHOWN & set(file.relative_to(place).parts))
    libraries = {name: importlib.metadata.version(name) for name in (LIBRARIES if code == ROOMS else ())}
    return digest_of({str(file.relative_to(REPOSITORY)): digest_of_file(file) for file in kept} | libraries)


def _write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    text = json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    replace_text(folder / MANIFEST, text)


def _lock_of(folder: Path) -> Path:
    """Return the file that whoever makes the stage in `folder`, finished or partial, holds meanwhile."""
    return folder.with_name(f".{folder.name.removesuffix('.partial')}.lock")


def _remove(folder: Path, scratch: Sequence[str]) -> None:
    for name in scratch:
        shutil.rmtree(folder / name, ignore_errors=True)


def _remove_abandoned(root: Path, name: str, after_s: float) -> None:
    """Remove what attempts at the stage `name`, from whatever inputs, left and did not touch for `after_s` seconds."""
    for lock in root.glob(f".{name}-*.lock"):
        # Whoever leaves a lock that nobody holds removes it.
        with suppress(BlockingIOError), held_alone(lock, wait=False):
            pass
    for partial in root.glob(f"{name}-*.partial"):
        with suppress(BlockingIOError), held_alone(_lock_of(partial), wait=False):
            touched = max(file.lstat().st_mtime for file in (partial, *partial.rglob("*")))
            if time.time() - touched >= after_s:
                shutil.rmtree(partial)
