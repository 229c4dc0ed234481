"""Stage 6: the adapter becomes a version in the model registry, with everything that speaks for and against it."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow.entities.model_registry import ModelVersion
from prefect import task

from tasks.evaluation import examination_in
from tasks.evidence import MODEL_ID_TAG, describe, log_energy, log_evidence, version_tags
from tasks.ledger import make_ledger, open_ledger
from tasks.metric_spool import Spool
from tasks.policy import BACK_OFF_S, HOUR_S, worth_retrying
from tasks.promotion import DECISION_TAG, present_champion, settle
from tasks.registered import CHAMPION, FILES_TAG, adapter_of, find_version, holder
from tasks.run_page import progress
from tasks.scoring import signature
from tasks.tracking import Run, Tracking
from tutor.adapter import ADAPTER, read_origin
from tutor.adapter_files import digests
from tutor.config import ModelConfig, RegistryConfig, RetrainConfig, VerdictConfig
from tutor.reload_check import RECORDED
from tutor.rows import digest_of
from tutor.settings import REPOSITORY, Store
from tutor.stages import Finished, digest_of_file, run_stage
from tutor.transcripts import transcripts_page
from tutor.verdict import Verdict, decide

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from tutor.evaluation import Examination
    from tutor.verdict_words import LanguageCode

_log = logging.getLogger(__name__)
_REGISTRATION = "tutor.registration"
_MODEL_CODE = REPOSITORY / "mlflow" / "tutor_model.py"
_REQUIREMENTS = ("torch", "transformers", "peft", "bitsandbytes", "safetensors", "mlflow")


@dataclass(frozen=True)
class Champion:
    """The version that the pupils have: its number, its adapter, brought to this machine, and its base model."""

    version: str
    adapter: Path
    model: ModelConfig


@task(
    name="present champion",
    description="Looks up the version with the alias 'champion' and fetches its adapter.",
    retries=3,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=HOUR_S,
    tags={"registry"},
)
def fetch_champion(config: RegistryConfig, store: Store) -> Champion | None:
    """Return the present champion of `config.model_name`, None when there is none yet.

    Where the alias is missing, it is the champion of the history, and the log says so.

    Raises:
        RegistryError: its files cannot be had, or are not those of an adapter of ours.
    """
    client = Tracking(store, config.experiment).client
    ledger = open_ledger(client, config.model_name)
    entries = settle(client, ledger, store) if ledger else ()
    version = present_champion(client, config.model_name, entries)
    if version is None:
        return None
    if holder(client, config.model_name, CHAMPION) is None:
        _log.warning(
            "no version of %s bears the alias 'champion', but its history ends with version %s: compared with that one",
            config.model_name,
            version,
        )
    adapter = adapter_of(f"models:/{config.model_name}/{version}", store)
    return Champion(version, adapter, read_origin(adapter).model)


@task(
    name="registration",
    description="Registers the adapter as a version, with its verdict and the evidence; no alias moves yet.",
    retries=3,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=HOUR_S,
    tags={"registry"},
)
def register(
    config: RetrainConfig,
    dataset: Finished,
    training: Finished,
    examined: Mapping[str, Finished],
    compared_with: str | None,
    store: Store,
) -> Finished:
    """Return the folder whose manifest names the registered version and the verdict by `config.verdict`.

    `examined` holds finished evaluations on the same rows: base, challenger and, where there is one, the champion,
    whose version is `compared_with`. A training that was registered before, and is told now to another experiment or
    sweep or at another price, keeps its version and gets its run there.
    """
    registry = config.registry
    registered = {
        "training": training.digest,
        "base": examined["base"].digest,
        "challenger": examined["challenger"].digest,
        "rules": config.verdict.model_dump(mode="json"),
        "model_name": registry.model_name,
        "model_code": digest_of_file(_MODEL_CODE),
        "registry": store.tracking_uri,
    }
    key = f"registration-{digest_of(registered)}"
    told = {"experiment": registry.experiment, "sweep": registry.sweep, "energy": config.energy.model_dump(mode="json")}

    def make(folder: Path) -> Mapping[str, Any]:
        return _register(config, dataset, training, examined, compared_with, key, folder, store)

    done = run_stage(store.stages, "registration", {"key": key, **told}, make, resume=True)
    client = Tracking(store, registry.experiment).client
    if done.reused and not _still_counts(done, client, registry.model_name, compared_with):
        shutil.rmtree(done.folder)
        done = run_stage(store.stages, "registration", {"key": key, **told}, make, resume=True)
    return done


def _still_counts(done: Finished, client: MlflowClient, model_name: str, compared_with: str | None) -> bool:
    """Return whether a finished registration is still in the registry, and its comparison not overtaken.

    The registry may have been emptied or replaced since, and its numbers given to others. As long as nobody has decided
    on a version, it is to be compared with the champion of now.
    """
    number = str(done.facts["version"])
    version = find_version(client, model_name, number)
    if version is None or version.tags.get(_REGISTRATION) != done.facts["key"]:
        return False
    return DECISION_TAG in version.tags or compared_with in (number, done.facts["compared_with"])


def _register(
    config: RetrainConfig,
    dataset: Finished,
    training: Finished,
    examined: Mapping[str, Finished],
    compared_with: str | None,
    key: str,
    folder: Path,
    store: Store,
) -> Mapping[str, Any]:
    registry = config.registry
    tracking = Tracking(store, registry.experiment)
    run = tracking.open_run(training.folder.name, registry.sweep, key)
    with run.ended_with_its_reason(), progress("Registro", "pasos") as report_progress:
        report_progress(0, 3)
        examinations = {who: examination_in(stage) for who, stage in examined.items()}
        verdict = _judged(examinations, config.verdict, "es")
        # Nothing new where the adapter was trained for this run, but for what the tracking server missed meanwhile.
        run.log_inputs(config, dataset.facts)
        Spool(training.folder, run.id).deliver(run.log_points)
        log_energy(run, training, config.energy)
        make_ledger(tracking.client, registry.model_name, store)
        files = _files(training, examined["challenger"], folder)
        found = _version(tracking.client, registry.model_name, key)
        version = found or _log_model(registry, training, files, run, key, store)
        report_progress(1, 3)
        log_evidence(run, dataset, training, examinations, version.tags[MODEL_ID_TAG])
        run.log_text("answers/respuestas.html", transcripts_page(examinations, verdict))
        report_progress(2, 3)
        facts = version_tags(dataset, training, examinations, verdict, compared_with)
        # What a decision rested on stays as it was.
        if DECISION_TAG not in version.tags:
            described = facts | {FILES_TAG: json.dumps(digests(files))}
            describe(tracking.client, version, described, examinations, verdict)
        run.log_tags({name: facts[name] for name in ("verdict", "dataset_digest", "compared_with")})
        shutil.rmtree(files)
        run.finish()
        report_progress(3, 3)
    return {
        "run_id": run.id,
        "key": key,
        "model_name": registry.model_name,
        "version": str(version.version),
        "verdict": verdict.decision,
        "reasons": list(verdict.reasons),
        "reasons_in_english": list(_judged(examinations, config.verdict, "en").reasons),
        "rules_broken": list(verdict.broken),
        "compared_with": compared_with,
        **{who: examination.summary() for who, examination in examinations.items()},
    }


def _judged(examinations: Mapping[str, Examination], rules: VerdictConfig, told_in: LanguageCode) -> Verdict:
    champion = examinations.get("champion")
    return decide(examinations["base"], examinations["challenger"], champion, rules, told_in)


def _files(training: Finished, challenger: Finished, folder: Path) -> Path:
    """Return a folder with what a version holds: the adapter and the answers recorded at its examination."""
    files = folder / "files"
    shutil.rmtree(files, ignore_errors=True)
    shutil.copytree(training.folder / ADAPTER, files / ADAPTER)
    shutil.copy(challenger.folder / RECORDED, files / RECORDED)
    return files


def _version(client: MlflowClient, model_name: str, key: str) -> ModelVersion | None:
    """Return the version that was registered by this key: by an interrupted attempt, or for another run."""
    registered = f"name = '{model_name}' and tags.`{_REGISTRATION}` = '{key}'"
    found: list[ModelVersion] = client.search_model_versions(registered)
    return found[0] if found else None


def _log_model(
    config: RegistryConfig, training: Finished, files: Path, run: Run, key: str, store: Store
) -> ModelVersion:
    import mlflow

    origin = read_origin(training.folder / ADAPTER)
    with mlflow.start_run(run_id=run.id):
        info = mlflow.pyfunc.log_model(
            name="tutor",
            python_model=str(_MODEL_CODE),
            artifacts={ADAPTER: str(files / ADAPTER), RECORDED: str(files / RECORDED)},
            signature=signature(),
            input_example={"question": ["¿Cuánto es 7 × 8?"]},
            pip_requirements=_pinned_requirements(),
            metadata={
                "base_model": origin.model.source,
                "base_revision": origin.model.revision,
                "dataset_digest": origin.dataset_digest,
            },
        )
    client = Tracking(store, config.experiment).client
    version: ModelVersion = client.create_model_version(
        config.model_name,
        info.model_uri,
        run_id=run.id,
        tags={_REGISTRATION: key, MODEL_ID_TAG: info.model_id},
        model_id=info.model_id,
    )
    return version


def _pinned_requirements() -> list[str]:
    from importlib.metadata import version

    return [f"{name}=={version(name).split('+')[0]}" for name in _REQUIREMENTS]
