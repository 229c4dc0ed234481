"""What is in the registry, brought to this machine: found by number or alias, and compared with what was registered."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from tutor.adapter import ADAPTER
from tutor.adapter_files import digests, refuse_unsafe
from tutor.errors import RegistryError, ReloadFailed
from tutor.reload_check import RECORDED, RecordedAnswers, read_recorded
from tutor.settings import REPOSITORY, Store

CHALLENGER, CHAMPION, PREVIOUS = "challenger", "champion", "previous"
# The SHA-256 of every file of a version, by its name. It stands in the registry's database, not beside the files.
FILES_TAG = "files_sha256"
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_ADDRESS = re.compile(r"models:/(?P<name>[^/@]+)(?:/(?P<version>[0-9]{1,9})|@(?P<alias>[^/@]+))")
_RELOAD_TIMEOUT_S = 1800


@dataclass(frozen=True)
class Reloaded:
    """How a version passed its test: how many recorded answers it repeated, and on which arithmetic."""

    answers: int
    arithmetic: str


def client_of(store: Store) -> MlflowClient:
    """Return a client of the MLflow store."""
    return MlflowClient(tracking_uri=store.tracking_uri, registry_uri=store.tracking_uri)


def find_version(client: MlflowClient, name: str, version: str) -> ModelVersion | None:
    """Return the version of the model `name`, None where there is no such version (any more)."""
    try:
        return client.get_model_version(name, version)
    except MlflowException as error:
        if error.error_code in _ABSENT:
            return None
        raise


def existing_version(client: MlflowClient, name: str, version: str) -> ModelVersion:
    """Return the version of the model `name`.

    Raises:
        RegistryError: there is no such version (any more).
    """
    found = find_version(client, name, version)
    if found is None:
        raise RegistryError(
            f"there is no version {version} of {name} in the registry; 'tutor report models:/{name}' tells those known"
        )
    return found


def holder(client: MlflowClient, name: str, alias: str) -> str | None:
    """Return the number of the version that bears `alias`, None where none does."""
    try:
        return str(client.get_model_version_by_alias(name, alias).version)
    except MlflowException as error:
        if error.error_code in _ABSENT:
            return None
        raise


def live_aliases(name: str, version: str, store: Store) -> list[str]:
    """Return the aliases that a version bears now, whatever it bore when it was registered; none if it vanished."""
    found = find_version(client_of(store), name, version)
    return sorted(found.aliases) if found else []


def adapter_of(uri: str, store: Store) -> Path:
    """Return the adapter folder of the registered version that `uri` (models:/NAME/VERSION or @ALIAS) names.

    Raises:
        RegistryError: there is no such model, version or alias, or its files are not those that were registered.
    """
    return fetch(version_named(uri, store), store, None) / ADAPTER


def version_named(uri: str, store: Store) -> ModelVersion:
    """Return the registered version that `uri` (models:/NAME/VERSION or models:/NAME@ALIAS) names.

    Raises:
        RegistryError: there is no such model, version or alias.
    """
    name, number, alias = named_in(uri)
    client = client_of(store)
    number = number or holder(client, name, str(alias))
    version = number and find_version(client, name, number)
    if not version:
        raise RegistryError(
            f"{uri}: there is no such model, version or alias in {store.tracking_shown}; expected one that is in the "
            f"registry: 'tutor report models:/{name}' tells the versions, 'tutor retrain' registers one"
        )
    return version


def named_in(uri: str) -> tuple[str, str | None, str | None]:
    """Return the name in `uri` and the number or the alias, whichever it says; the other one is None.

    Raises:
        RegistryError: it says neither.
    """
    named = _ADDRESS.fullmatch(uri)
    if not named:
        raise RegistryError(f"{uri}: expected models:/NAME/VERSION or models:/NAME@ALIAS")
    return named["name"], named["version"], named["alias"]


def fetch(version: ModelVersion, store: Store, into: Path | None) -> Path:
    """Return the folder with the adapter and the recorded answers of `version`, each file as it was registered.

    `into` is where the files are copied; without it those of a local registry stay where they are.

    Raises:
        RegistryError: a file is missing, was added or changed, or could run something.
    """
    import mlflow

    mlflow.set_tracking_uri(store.tracking_uri)
    address = f"models:/{version.name}/{version.version}"
    try:
        registered = json.loads(version.tags[FILES_TAG])
    except (KeyError, ValueError):
        raise RegistryError(
            f"{address}: was not registered by this project, or by an earlier state of it; in MLflow, take its alias "
            "off it, or name another model with --set registry.model_name=NAME"
        ) from None
    try:
        folder = mlflow.artifacts.download_artifacts(
            artifact_uri=f"{address}/artifacts", dst_path=str(into) if into else None
        )
    except (MlflowException, OSError) as error:
        raise RegistryError(f"{address}: its files cannot be had ({str(error).splitlines()[0]})") from None
    found = digests(Path(folder))
    wrong = sorted(name for name in registered.keys() | found.keys() if registered.get(name) != found.get(name))
    if wrong:
        raise RegistryError(
            f"{address}: {wrong[0]} is not what was registered (sha256 {found.get(wrong[0], 'of no file')}, expected "
            f"{registered.get(wrong[0], 'no such file')}); nothing was loaded from it: take another version"
        )
    refuse_unsafe(Path(folder) / ADAPTER)
    return Path(folder)


def reload_version(version: ModelVersion, store: Store) -> Reloaded:
    """Return how `version`, copied from the registry and opened in a fresh process, repeated its recorded answers.

    Raises:
        ReloadFailed: it could not be opened, or answers otherwise than in its examination.
    """
    with tempfile.TemporaryDirectory(prefix="tutor-reload-") as scratch:
        try:
            folder = fetch(version, store, Path(scratch) / "version")
            recorded = read_recorded(folder / RECORDED)
        except RegistryError as error:
            raise ReloadFailed(f"{error}; no alias was moved") from None
        answered = Path(scratch) / "answered.json"
        _answer_in_fresh_process(version, folder, answered)
        return _compared(version, recorded, read_recorded(answered))


def _answer_in_fresh_process(version: ModelVersion, folder: Path, answered: Path) -> None:
    command = [sys.executable, "-m", "tutor.reload_check", folder / ADAPTER, folder / RECORDED, answered]
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_RELOAD_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise ReloadFailed(
            f"version {version.version} of {version.name} did not answer within {_RELOAD_TIMEOUT_S} s in a fresh "
            "process; no alias was moved"
        ) from None
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ReloadFailed(
            f"version {version.version} of {version.name} could not be opened in a fresh process ({said}); "
            "no alias was moved"
        )


def _compared(version: ModelVersion, recorded: RecordedAnswers, now: RecordedAnswers) -> Reloaded:
    for question, before, after in zip(recorded.questions, recorded.replies, now.replies, strict=True):
        if before != after:
            elsewhere = (
                ""
                if recorded.arithmetic == now.arithmetic
                else f" (recorded with {recorded.arithmetic}, this machine computes with {now.arithmetic})"
            )
            raise ReloadFailed(
                f"version {version.version} of {version.name} answers {after!r} to {question!r} in a fresh process, "
                f"but answered {before!r} in its examination{elsewhere}; no alias was moved: retrain the tutor"
            )
    return Reloaded(len(recorded.questions), now.arithmetic)
