"""The MLflow run that belongs to one training: found again by its name after an interruption."""

from __future__ import annotations

import json
import logging
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, LifecycleStage, Metric, Param, RunStatus, RunTag
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID
from prefect.exceptions import ExternalSignal

from tasks.metric_spool import Point, soon_given_up
from tasks.registered import client_of
from tutor.config import RegistryConfig, RetrainConfig
from tutor.errors import RegistryError, TrainingPruned, sentence_on
from tutor.settings import REPOSITORY, Store

# Of a run that did not come to its end: why.
FAILURE_TAG = "tutor.failure"
_KEY, _SWEEP, _JUDGED = "tutor.training", "tutor.sweep", "tutor.judged"
_MAX_FAILURE_CHARACTERS = 1000
_log = logging.getLogger(__name__)
# Runs that this process wrote to: another's, of an equal retraining, is not ours to end.
_opened: set[str] = set()


def experiment_id(client: MlflowClient, name: str, store: Store) -> str:
    """Return the id of the MLflow experiment `name`, made if it does not exist.

    Raises:
        RegistryError: it was deleted; MLflow keeps its name, and takes no run for it.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, store.artifacts_uri))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return experiment_id(client, name, store)  # another process made it at the same moment
    if found.lifecycle_stage != LifecycleStage.ACTIVE:
        raise RegistryError(
            f"the experiment {name} in {store.tracking_shown} was deleted; bring it back there: "
            f"mlflow experiments restore --experiment-id {found.experiment_id}"
        )
    return str(found.experiment_id)


class Tracking:
    """An MLflow experiment, made if it does not exist."""

    def __init__(self, store: Store, experiment: str) -> None:
        # Also for what MLflow resolves by itself, such as models:/ addresses.
        mlflow.set_tracking_uri(store.tracking_uri)
        self.client = client_of(store)
        self._experiment_id = experiment_id(self.client, experiment, store)

    def open_run(self, training: str, sweep: str | None = None, judged: str | None = None) -> Run:
        """Return the run of this training, taken up again if it exists already; `training` names the stage folder.

        With the name of a `sweep`, it is a child of the run of that name, which is made if need be. A training that
        belongs to several sweeps has a run in each, and one that is `judged` anew (the key of its registration) a run
        for each verdict, so that none takes the answers and the report of another.
        """
        parent = self.sweep(sweep).id if sweep else None
        if found := self._found(training, parent, judged):
            self.client.update_run(found.info.run_id, RunStatus.to_string(RunStatus.RUNNING))
            run = Run(self.client, found.info.run_id)
            run.forget_failure()
            run.log_tags({_JUDGED: judged} if judged else {})
            _opened.add(run.id)
            return run
        tags = {_KEY: training, "mlflow.source.name": "tutor retrain", "mlflow.source.git.commit": commit()}
        tags |= {MLFLOW_PARENT_RUN_ID: parent} if parent else {}
        tags |= {_JUDGED: judged} if judged else {}
        run_id = self.client.create_run(self._experiment_id, tags=tags, run_name=training).info.run_id
        _opened.add(run_id)
        return Run(self.client, run_id)

    def unfinished_run(self, training: str, sweep: str | None) -> Run | None:
        """Return the run of this training if this process opened it and MLflow takes it for running, else None."""
        parent = self.sweep(sweep).id if sweep else None
        found = self._found(training, parent)
        if found is None or found.info.run_id not in _opened:
            return None
        running = found.info.status == RunStatus.to_string(RunStatus.RUNNING)
        return Run(self.client, found.info.run_id) if running else None

    def _found(self, training: str, parent: str | None, judged: str | None = None) -> Any:
        within = f" and tags.`{MLFLOW_PARENT_RUN_ID}` = '{parent}'" if parent else ""
        runs = self.client.search_runs(
            [self._experiment_id], f"tags.`{_KEY}` = '{training}'{within}", order_by=["attributes.start_time ASC"]
        )
        # Without a sweep, none that belongs to one; MLflow's filters cannot ask for a tag that is not there.
        of_sweep = [run for run in runs if parent or MLFLOW_PARENT_RUN_ID not in run.data.tags]
        if judged is None:
            return next(iter(of_sweep), None)
        by_verdict = {run.data.tags.get(_JUDGED): run for run in reversed(of_sweep)}
        return by_verdict.get(judged) or by_verdict.get(None)

    def sweep(self, name: str) -> Run:
        """Return the run that is parent to the runs of a sweep, made if need be."""
        found = self.client.search_runs([self._experiment_id], f"tags.`{_SWEEP}` = '{name}'", max_results=1)
        if found:
            return Run(self.client, found[0].info.run_id)
        tags = {_SWEEP: name, "mlflow.source.name": "tutor retrain"}
        run_id = self.client.create_run(self._experiment_id, tags=tags, run_name=name).info.run_id
        self.client.set_terminated(run_id)
        return Run(self.client, run_id)

    def run(self, run_id: str) -> Run:
        """Return the run of that id, as it is."""
        return Run(self.client, run_id)


class Run:
    """One MLflow run, written to without making it the active one."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client, self.id = client, run_id

    @property
    def page(self) -> str:
        """Return where the run's page lies at a tracking server, behind its address and `/#/`."""
        return f"experiments/{self._client.get_run(self.id).info.experiment_id}/runs/{self.id}"

    def forget_failure(self) -> None:
        """Take off what was said of an end that was none."""
        if FAILURE_TAG in self._client.get_run(self.id).data.tags:
            self._client.delete_tag(self.id, FAILURE_TAG)

    def log_inputs(self, config: RetrainConfig, dataset: Mapping[str, Any]) -> None:
        """Log every setting as a parameter and the dataset, with its digest, as an input."""
        settings = config.model_dump(mode="json")
        params = [
            Param(f"{section}.{field}", str(value))
            for section, fields in settings.items()
            for field, value in fields.items()
        ]
        # Taken up again after an interruption, a run keeps the settings that it was started with.
        known = self._client.get_run(self.id).data.params
        self._client.log_batch(self.id, params=[param for param in params if param.key not in known])
        self.log_dataset("training", dataset["dataset"], dataset["dataset_digest"], dataset["rows_in"])

    def log_dataset(self, context: str, name: str, digest: str, rows: int) -> None:
        """Log a dataset that the run read, and what for ('training' or 'evaluation')."""
        entity = Dataset(
            name=name,
            digest=digest[:36],
            source_type="local",
            source=json.dumps({"uri": name}),
            profile=json.dumps({"num_rows": rows}),
        )
        self._client.log_inputs(self.id, [DatasetInput(entity, [InputTag("mlflow.data.context", context)])])

    def log_metrics(self, step: int, metrics: Mapping[str, float], model_id: str | None = None) -> None:
        """Log `metrics` at `step`; those of a logged model also to its page."""
        now = int(time.time() * 1000)
        points = [Metric(name, value, now, step, model_id=model_id) for name, value in metrics.items()]
        self._client.log_batch(self.id, metrics=points)

    def log_points(self, points: Sequence[Point]) -> None:
        """Log points of a spool, each with its own step and time."""
        metrics = [
            Metric(name, value, point.timestamp_ms, point.step)
            for point in points
            for name, value in point.metrics.items()
        ]
        tags = [RunTag(name, value) for point in points for name, value in point.tags.items()]
        self._client.log_batch(self.id, metrics=metrics, tags=tags)

    def log_tags(self, tags: Mapping[str, str]) -> None:
        """Set `tags` of the run."""
        for name, value in tags.items():
            self._client.set_tag(self.id, name, value)

    def log_table(self, file: str, columns: Mapping[str, list[Any]]) -> None:
        """Log a table of equally long columns under the name `file`, in the place of one that was there."""
        folder = file.rpartition("/")[0]
        if file not in {artifact.path for artifact in self._client.list_artifacts(self.id, folder)}:
            self._client.log_table(self.id, dict(columns), file)
            return
        # MLflow would put the rows behind those that are there.
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        self.log_text(file, json.dumps({"columns": list(columns), "data": rows}, ensure_ascii=False))

    def log_files(self, folder: Path, artifact: str) -> None:
        """Log every file of `folder` under the artifact folder `artifact`."""
        self._client.log_artifacts(self.id, str(folder), artifact)

    @contextmanager
    def ended_with_its_reason(self) -> Iterator[None]:
        """Mark the run as failed, or as killed where somebody stopped it, with the reason, when the block does not end.

        A process that dies leaves it running; whoever takes the training up again takes up the run too.
        """
        try:
            yield
        except BaseException as error:
            self.end(error)
            raise

    def end(self, error: BaseException) -> None:
        """Mark the run as not finished because of `error`; where the store does not answer, the log says so."""
        stopped = isinstance(error, KeyboardInterrupt | ExternalSignal)
        cut_short = stopped or isinstance(error, TrainingPruned)
        status = RunStatus.to_string(RunStatus.KILLED if cut_short else RunStatus.FAILED)
        said = "stopped by a person" if stopped else sentence_on(error)[:_MAX_FAILURE_CHARACTERS]
        try:
            with soon_given_up():
                self._client.set_tag(self.id, FAILURE_TAG, said)
                self._client.set_terminated(self.id, status)
        except Exception as away:  # it must not hide what ended the run
            _log.warning("run %s is not marked as %s (%s)", self.id, status, sentence_on(away))

    def log_text(self, file: str, text: str) -> None:
        """Log `text` under the name `file`."""
        self._client.log_text(self.id, text, file)

    def finish(self) -> None:
        """Mark the run as finished, whatever another process that worked on it said of its own end."""
        self.forget_failure()
        self._client.set_terminated(self.id, RunStatus.to_string(RunStatus.FINISHED))


def commit() -> str:
    """Return the commit of the code that runs, or 'unknown' outside a git checkout."""
    answer = subprocess.run(
        ["git", "-C", str(REPOSITORY), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


@contextmanager
def run_ended_with_its_reason(config: RegistryConfig, training: str, store: Store) -> Iterator[None]:
    """Mark the run of `training`, the name of a stage's folder, as not finished when the block fails before it is."""
    try:
        yield
    except BaseException as error:
        with suppress(Exception), soon_given_up():  # a store that is away must not hide what ended the run
            if run := Tracking(store, config.experiment).unfinished_run(training, config.sweep):
                run.end(error)
        raise
