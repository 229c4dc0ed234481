"""An adapter as it is handed over: its weights, the tokenizer, the prompt, and which base model it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import base_model
from tutor.adapter_files import ORIGIN, SETTINGS, WEIGHTS, refuse_unsafe
from tutor.config import EvaluationConfig, ModelConfig
from tutor.errors import RegistryError
from tutor.progress import progress
from tutor.prompt import WORDING, completion, is_wording
from tutor.rows import digest_of
from tutor.settings import Store
from tutor.stages import Finished, digest_of_file, run_stage

if TYPE_CHECKING:
    from tutor.answering import Tutor

ADAPTER = "adapter"


@dataclass(frozen=True)
class Origin:
    """Where an adapter comes from (base model, data) and how it is asked: longest answer, rows at once, wording."""

    model: ModelConfig
    dataset_digest: str
    max_new_tokens: int
    batch_rows: int
    wording: str = WORDING


def write_origin(folder: Path, origin: Origin) -> None:
    """Write `origin` and the wording of the prompt to `folder/tutor.json`."""
    facts = {
        "model": origin.model.model_dump(mode="json"),
        "dataset_digest": origin.dataset_digest,
        "max_new_tokens": origin.max_new_tokens,
        "batch_rows": origin.batch_rows,
        "prompt": origin.wording,
        "completion": completion("{solution}", "{answer}"),
    }
    (folder / ORIGIN).write_text(json.dumps(facts, ensure_ascii=False, indent=2), encoding="utf-8")


def read_origin(folder: Path) -> Origin:
    """Return what `folder/tutor.json` says.

    Raises:
        RegistryError: the folder holds no adapter of ours, or one that is damaged.
    """
    if not ((folder / ORIGIN).is_file() and (folder / WEIGHTS).is_file()):
        raise RegistryError(f"{folder}: expected an adapter folder with {WEIGHTS} and {ORIGIN}")
    try:
        facts: Mapping[str, Any] = json.loads((folder / ORIGIN).read_text(encoding="utf-8"))
        model = ModelConfig.model_validate(facts["model"])
        origin = Origin(model, facts["dataset_digest"], facts["max_new_tokens"], facts["batch_rows"], facts["prompt"])
        if not is_wording(origin.wording):
            raise ValueError(f"the prompt {origin.wording!r} has not one place for a question")
    except (ValueError, KeyError, TypeError) as error:
        raise RegistryError(
            f"{folder / ORIGIN}: is damaged ({str(error).splitlines()[0]}); retrain the tutor"
        ) from None
    return origin


def digest_of_adapter(folder: Path) -> str:
    """Return the SHA-256 of the adapter's weights, 64 hexadecimal digits."""
    return digest_of_file(folder / WEIGHTS)


def digest_of_answerer(folder: Path) -> str:
    """Return 16 hexadecimal digits of all that shapes answers in an adapter folder: weights, their scale, wording."""
    facts = {name: digest_of_file(folder / name) for name in (WEIGHTS, SETTINGS)}
    return digest_of(facts | {"wording": read_origin(folder).wording})


def asked_alike(model: ModelConfig, other: ModelConfig) -> ModelConfig:
    """Return the base `model`, computed with as `other` is: two tutors are compared on the same arithmetic."""
    return model.model_copy(
        update={name: getattr(other, name) for name in ("compute_dtype", "device", "keep_dequantised")}
    )


def quantised_base(model: ModelConfig, store: Store) -> Finished:
    """Return the folder of the quantised base model, made on the first call and kept in the store."""

    def make(folder: Path) -> Mapping[str, Any]:
        with progress("Modelo base", "pasos") as report_progress:
            return base_model.quantise(model, folder, report_progress)

    # Kept through changes of anything else: on a machine without a hub it could not be made again.
    code = ("tutor/base_model.py",)
    return run_stage(store.base_models, "base", base_model.identity(model), make, code=code)


def open_adapter(folder: Path, store: Store) -> Tutor:
    """Return the tutor in an adapter folder, on its own base model, ready to be asked as it was examined.

    Raises:
        RegistryError: the folder holds no adapter of ours, or something that would be run on loading.
    """
    return _opened(read_origin(folder), folder, store)


def open_for_examination(folder: Path, model: ModelConfig, evaluation: EvaluationConfig, store: Store) -> Tutor:
    """Return the tutor in an adapter folder, to be asked under the conditions of now, whatever its own were.

    Raises:
        RegistryError: the folder holds no adapter of ours, or something that would be run on loading.
    """
    own = read_origin(folder)
    asked = replace(own, model=model, max_new_tokens=evaluation.max_new_tokens, batch_rows=evaluation.batch_rows)
    return _opened(asked, folder, store)


def open_base(model: ModelConfig, evaluation: EvaluationConfig, store: Store) -> Tutor:
    """Return the untouched base model, ready to be asked."""
    from tutor.answering import Tutor

    base = quantised_base(model, store)
    return Tutor(base.folder, None, model, evaluation.max_new_tokens, evaluation.batch_rows)


def _opened(origin: Origin, folder: Path, store: Store) -> Tutor:
    from tutor.answering import Tutor

    refuse_unsafe(folder)
    base = quantised_base(origin.model, store)
    return Tutor(base.folder, folder, origin.model, origin.max_new_tokens, origin.batch_rows, origin.wording)
