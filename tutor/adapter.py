"""An adapter as it is handed over: its weights, the tokenizer, the prompt, and which base model it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import base_model
from tutor.adapter_files import ORIGIN, WEIGHTS, refuse_unsafe
from tutor.config import EvaluationConfig, ModelConfig
from tutor.errors import RegistryError
from tutor.progress import progress
from tutor.prompt import completion, prompt
from tutor.settings import Store
from tutor.stages import Finished, digest_of_file, run_stage

if TYPE_CHECKING:
    from tutor.answering import Tutor

ADAPTER = "adapter"


@dataclass(frozen=True)
class Origin:
    """Where an adapter comes from (base model, data) and how it is asked (longest answer, questions at once)."""

    model: ModelConfig
    dataset_digest: str
    max_new_tokens: int
    batch_rows: int


def write_origin(folder: Path, origin: Origin) -> None:
    """Write `origin` and the wording of the prompt to `folder/tutor.json`."""
    facts = {
        "model": origin.model.model_dump(mode="json"),
        "dataset_digest": origin.dataset_digest,
        "max_new_tokens": origin.max_new_tokens,
        "batch_rows": origin.batch_rows,
        "prompt": prompt("{question}"),
        "completion": completion("{solution}", "{answer}"),
    }
    (folder / ORIGIN).write_text(json.dumps(facts, ensure_ascii=False, indent=2), encoding="utf-8")


def read_origin(folder: Path) -> Origin:
    """Return what `folder/tutor.json` says.

    Raises:
        RegistryError: the folder holds no adapter of ours, or one that was trained with another prompt.
    """
    if not ((folder / ORIGIN).is_file() and (folder / WEIGHTS).is_file()):
        raise RegistryError(f"{folder}: expected an adapter folder with {WEIGHTS} and {ORIGIN}")
    try:
        facts: Mapping[str, Any] = json.loads((folder / ORIGIN).read_text(encoding="utf-8"))
        model = ModelConfig.model_validate(facts["model"])
        origin = Origin(model, facts["dataset_digest"], facts["max_new_tokens"], facts["batch_rows"])
    except (ValueError, KeyError) as error:
        raise RegistryError(
            f"{folder / ORIGIN}: is damaged ({str(error).splitlines()[0]}); retrain the tutor"
        ) from None
    if facts.get("prompt") != prompt("{question}"):
        raise RegistryError(f"{folder}: was trained with the prompt {facts.get('prompt')!r}; retrain the tutor")
    return origin


def digest_of_adapter(folder: Path) -> str:
    """Return the SHA-256 of the adapter's weights, 64 hexadecimal digits."""
    return digest_of_file(folder / WEIGHTS)


def quantised_base(model: ModelConfig, store: Store) -> Finished:
    """Return the folder of the quantised base model, made on the first call and kept in the store."""

    def make(folder: Path) -> Mapping[str, Any]:
        with progress("Modelo base", "pasos") as report_progress:
            return base_model.quantise(model, folder, report_progress)

    # Kept through changes of anything else: on a machine without a hub it could not be made again.
    code = ("tutor/base_model.py",)
    return run_stage(store.base_models, "base", base_model.identity(model), make, code=code)


def open_adapter(folder: Path, store: Store) -> Tutor:
    """Return the tutor in an adapter folder, on its own base model, ready to be asked.

    Raises:
        RegistryError: the folder holds no adapter of ours, or something that would be run on loading.
    """
    from tutor.answering import Tutor

    origin = read_origin(folder)
    refuse_unsafe(folder)
    base = quantised_base(origin.model, store)
    return Tutor(base.folder, folder, origin.model, origin.max_new_tokens, origin.batch_rows)


def open_base(model: ModelConfig, evaluation: EvaluationConfig, store: Store) -> Tutor:
    """Return the untouched base model, ready to be asked."""
    from tutor.answering import Tutor

    base = quantised_base(model, store)
    return Tutor(base.folder, None, model, evaluation.max_new_tokens, evaluation.batch_rows)
