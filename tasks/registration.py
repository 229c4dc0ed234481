"""Stage 6: the adapter becomes a version in the model registry, and champion if it is the best there is."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from prefect import task

from tasks.evaluation import examination_in
from tasks.policy import BACK_OFF_S, HOUR_S, worth_retrying
from tasks.run_page import progress
from tasks.tracking import Run, Tracking
from tutor.adapter import ADAPTER, digest_of_adapter, read_origin
from tutor.config import RegistryConfig
from tutor.errors import RegistryError
from tutor.evaluation import Examination
from tutor.settings import REPOSITORY, Store
from tutor.stages import Finished, run_stage
from tutor.verdict import Verdict, decide

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

CHALLENGER, CHAMPION = "challenger", "champion"
_VERDICT = "verdict.json"
_MODEL_CODE = REPOSITORY / "mlflow" / "tutor_model.py"
_REQUIREMENTS = ("torch", "transformers", "peft", "bitsandbytes", "safetensors", "mlflow")


@dataclass(frozen=True)
class Champion:
    """The version that the pupils have: its number and its adapter, brought to this machine."""

    version: str
    adapter: Path


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
    """Return the present champion of `config.model_name`, None when there is none yet."""
    client = Tracking(store, config.experiment).client
    try:
        version = client.get_model_version_by_alias(config.model_name, CHAMPION)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise
    return Champion(str(version.version), adapter_of(f"models:/{config.model_name}/{version.version}", store))


@task(
    name="registration",
    description="Registers the adapter with its evidence; moves 'challenger', and 'champion' if it is the best.",
    retries=3,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=HOUR_S,
    tags={"registry"},
)
def register(
    config: RegistryConfig,
    dataset: Finished,
    training: Finished,
    base: Finished,
    challenger: Finished,
    champion: Finished | None,
    store: Store,
) -> Finished:
    """Return the folder whose manifest names the registered version, its aliases and the verdict.

    `base`, `challenger` and `champion` are finished evaluations on the same rows.
    """
    inputs = {
        "training": training.digest,
        "base": base.digest,
        "challenger": challenger.digest,
        "model_name": config.model_name,
        "registry": store.tracking_uri,
    }
    examined = {"base": base, "challenger": challenger} | ({"champion": champion} if champion else {})

    def make(folder: Path) -> Mapping[str, Any]:
        return _register(config, dataset, training, examined, folder, store)

    done = run_stage(store.stages, "registration", inputs, make, resume=True)
    if done.reused and not _exists(config, str(done.facts["version"]), store):
        # The registry was emptied or replaced since: what it does not know is registered anew.
        shutil.rmtree(done.folder)
        done = run_stage(store.stages, "registration", inputs, make, resume=True)
    return done


def live_aliases(config: RegistryConfig, version: str, store: Store) -> list[str]:
    """Return the aliases that a version bears now, whatever it bore when it was registered."""
    client = Tracking(store, config.experiment).client
    return sorted(client.get_model_version(config.model_name, version).aliases)


def _exists(config: RegistryConfig, version: str, store: Store) -> bool:
    client = Tracking(store, config.experiment).client
    try:
        client.get_model_version(config.model_name, version)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return False
        raise
    return True


def adapter_of(uri: str, store: Store) -> Path:
    """Return the adapter folder of the registered version that `uri` (models:/NAME/VERSION or @ALIAS) names.

    Raises:
        RegistryError: there is no such model, version or alias.
    """
    import mlflow

    mlflow.set_tracking_uri(store.tracking_uri)
    try:
        folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri))
    except (MlflowException, OSError) as error:
        raise RegistryError(f"{uri}: {str(error).splitlines()[0]}; 'tutor evaluate --help' names the forms") from None
    return folder / "artifacts" / ADAPTER


def _register(
    config: RegistryConfig,
    dataset: Finished,
    training: Finished,
    examined: Mapping[str, Finished],
    folder: Path,
    store: Store,
) -> Mapping[str, Any]:
    tracking = Tracking(store, config.experiment)
    run = tracking.open_run(training.folder.name)
    examinations = {who: examination_in(stage) for who, stage in examined.items()}
    verdict = _verdict(examinations, folder / _VERDICT)
    key = folder.name.removesuffix(".partial")
    with progress("Registro", "pasos") as report_progress:
        report_progress(0, 3)
        _log_evidence(run, dataset, training, examinations)
        report_progress(1, 3)
        version = _version(tracking.client, config, run, key) or _log_model(config, training, run, key, store)
        report_progress(2, 3)
        _tag(tracking.client, config, version, dataset, training, verdict)
        for alias in (CHALLENGER, CHAMPION) if verdict.accepted else (CHALLENGER,):
            tracking.client.set_registered_model_alias(config.model_name, alias, version)
        run.finish()
        report_progress(3, 3)
    return {
        "run_id": run.id,
        "model_name": config.model_name,
        "version": version,
        "verdict": verdict.decision,
        "reasons": list(verdict.reasons),
        **{who: examination.summary() for who, examination in examinations.items()},
    }


def _verdict(examinations: Mapping[str, Examination], file: Path) -> Verdict:
    """Return the verdict, reached once: after an interruption the new version may be the champion already."""
    if file.is_file():
        return Verdict(**json.loads(file.read_text(encoding="utf-8")))
    verdict = decide(examinations["base"], examinations["challenger"], examinations.get("champion"))
    file.write_text(json.dumps(asdict(verdict), ensure_ascii=False), encoding="utf-8")
    return verdict


def _log_evidence(run: Run, dataset: Finished, training: Finished, examinations: Mapping[str, Examination]) -> None:
    run.log_files(dataset.folder / "data_docs", "data_docs")
    metrics: dict[str, float] = {}
    for who, examination in examinations.items():
        metrics[f"{who}.accuracy"] = examination.accuracy
        metrics[f"{who}.accuracy_unaided"] = examination.accuracy_unaided
        for topic, accuracy in examination.accuracy_by_topic().items():
            metrics[f"{who}.accuracy.{_metric_name(topic)}"] = accuracy
        answers = [asdict(answer) for answer in examination.answers]
        run.log_table(f"answers/{who}.json", {name: [answer[name] for answer in answers] for name in answers[0]})
    run.log_metrics(int(training.facts["steps"]), metrics)


def _version(client: MlflowClient, config: RegistryConfig, run: Run, key: str) -> str | None:
    """Return the version that an interrupted attempt at this registration left, if it left one."""
    found: list[ModelVersion] = client.search_model_versions(f"name = '{config.model_name}' and run_id = '{run.id}'")
    mine = [version for version in found if version.tags.get("tutor.registration") == key]
    return str(mine[0].version) if mine else None


def _log_model(config: RegistryConfig, training: Finished, run: Run, key: str, store: Store) -> str:
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    adapter = training.folder / ADAPTER
    origin = read_origin(adapter)
    with mlflow.start_run(run_id=run.id):
        info = mlflow.pyfunc.log_model(
            name="tutor",
            python_model=str(_MODEL_CODE),
            artifacts={ADAPTER: str(adapter)},
            signature=ModelSignature(
                inputs=Schema([ColSpec(DataType.string, "question")]), outputs=Schema([ColSpec(DataType.string)])
            ),
            input_example={"question": ["¿Cuánto es 7 × 8?"]},
            pip_requirements=_pinned_requirements(),
            metadata={
                "base_model": origin.model.source,
                "base_revision": origin.model.revision,
                "dataset_digest": origin.dataset_digest,
            },
        )
    client = Tracking(store, config.experiment).client
    try:
        client.create_registered_model(config.model_name, description="Tutor de matemáticas en español.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    created = client.create_model_version(
        config.model_name, info.model_uri, run_id=run.id, tags={"tutor.registration": key}, model_id=info.model_id
    )
    return str(created.version)


def _tag(
    client: MlflowClient,
    config: RegistryConfig,
    version: str,
    dataset: Finished,
    training: Finished,
    verdict: Verdict,
) -> None:
    adapter = training.folder / ADAPTER
    origin = read_origin(adapter)
    tags = {
        "verdict": verdict.decision,
        "reasons": " ".join(verdict.reasons),
        "dataset_digest": dataset.facts["dataset_digest"],
        "base_model": origin.model.source,
        "base_revision": origin.model.revision,
        "adapter_sha256": digest_of_adapter(adapter),
    }
    for name, value in tags.items():
        client.set_model_version_tag(config.model_name, version, name, value)


def _metric_name(topic: str) -> str:
    """Return `topic` as MLflow accepts it in the name of a metric."""
    return re.sub(r"[^\w. -]", "_", topic)[:100]


def _pinned_requirements() -> list[str]:
    from importlib.metadata import version

    return [f"{name}=={version(name).split('+')[0]}" for name in _REQUIREMENTS]
