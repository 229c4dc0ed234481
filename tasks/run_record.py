"""The figures of a run as MLflow keeps them, gathered for its report."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from tasks.ledger import open_ledger
from tasks.registered import client_of
from tutor.analysis.record import Answer, Axis, BaseModel, Curve, Data, Memory, RunRecord, curve_of
from tutor.analysis.trend import ChampionChange, VersionFigures
from tutor.check_plan import VALIDATION_LOSS
from tutor.errors import RegistryError
from tutor.rows import NO_LEVEL
from tutor.settings import Store

REPORT, FACTS = "report", "facts.json"
_WHO = ("base", "challenger", "champion")
# Below this many epochs a run is told in steps.
_FEWEST_EPOCHS = 3


def record_of_run(run_id: str, store: Store) -> RunRecord:
    """Return the record of the run `run_id`.

    What MLflow holds of every run are its settings, curves and answers; what only the flow knew (machine, stages,
    rows) is in the file that the report's task left with the run, and missing where it left none.

    Raises:
        RegistryError: there is no such run, or it has no loss.
    """
    client = _client(store)
    try:
        run: Run = client.get_run(run_id)
    except MlflowException as error:
        raise RegistryError(
            f"RUN: {str(error).splitlines()[0]}; expected the id of a run in {store.tracking_shown}"
        ) from None
    with tempfile.TemporaryDirectory(prefix="tutor-report-") as scratch:
        files = _files(client, run_id, Path(scratch))
        return _record(client, run, files)


def versions_of(name: str, store: Store) -> tuple[VersionFigures, ...]:
    """Return the figures of every version of the model `name`, the oldest first.

    Raises:
        RegistryError: there is no model of that name, or it has no versions.
    """
    client = _client(store)
    try:
        champion = client.get_registered_model(name).aliases.get("champion")
        found = list(_versions(client, name))
    except MlflowException as error:
        raise RegistryError(
            f"models:/{name}: {str(error).splitlines()[0].rstrip('.')}; expected one that is in the registry: "
            "'tutor retrain' registers one"
        ) from None
    if not found:
        raise RegistryError(f"models:/{name}: has no versions yet; 'tutor retrain' registers one")
    found.sort(key=lambda version: int(version.version))
    with tempfile.TemporaryDirectory(prefix="tutor-report-") as scratch:
        return tuple(_figures(client, version, champion, Path(scratch)) for version in found)


def changes_of(name: str, versions: Sequence[VersionFigures], store: Store) -> tuple[ChampionChange, ...]:
    """Return the changes of champion, the oldest first: those in the model's ledger.

    A model without a ledger had each accepted version as its champion from its registration on.

    Raises:
        LedgerDamaged: an entry of the ledger is missing or was changed.
    """
    ledger = open_ledger(_client(store), name)
    if ledger is None:
        return tuple(ChampionChange(one.version, one.when) for one in versions if one.verdict == "accepted")
    return tuple(
        ChampionChange(entry.after, entry.when, entry.reason)
        for entry in ledger.entries()
        if entry.after and entry.after != entry.before
    )


def _client(store: Store) -> MlflowClient:
    import mlflow

    # Also for what MLflow resolves by itself when it fetches artifacts.
    mlflow.set_tracking_uri(store.tracking_uri)
    return client_of(store)


def _versions(client: MlflowClient, name: str) -> Iterator[ModelVersion]:
    token = None
    while True:
        page = client.search_model_versions(f"name = '{name}'", max_results=200, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _figures(client: MlflowClient, version: ModelVersion, champion: object, scratch: Path) -> VersionFigures:
    try:
        metrics = client.get_run(version.run_id).data.metrics if version.run_id else {}
        facts = _facts(client, version.run_id, scratch / str(version.version)) if version.run_id else {}
    except MlflowException:  # the run was deleted; the version stays a version
        metrics, facts = {}, {}
    return VersionFigures(
        version=str(version.version),
        when=datetime.fromtimestamp(version.creation_timestamp / 1000, UTC).isoformat(timespec="milliseconds"),
        base=metrics.get("base.accuracy"),
        tuned=metrics.get("challenger.accuracy"),
        verdict=version.tags.get("verdict", ""),
        champion=str(version.version) == str(champion),
        rows=facts.get("data", {}).get("training"),
        seconds=facts.get("stages", {}).get("training"),
        digest=version.tags.get("dataset_digest", ""),
    )


def stage_seconds(client: MlflowClient, run_id: str) -> dict[str, float]:
    """Return how long each stage of a run took, in seconds; empty where its report left no facts."""
    with tempfile.TemporaryDirectory(prefix="tutor-report-") as scratch:
        return dict(_facts(client, run_id, Path(scratch)).get("stages", {}))


def _facts(client: MlflowClient, run_id: str, folder: Path) -> dict[str, Any]:
    if f"{REPORT}/{FACTS}" not in {file.path for file in client.list_artifacts(run_id, REPORT)}:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    file = Path(client.download_artifacts(run_id, f"{REPORT}/{FACTS}", str(folder)))
    facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return facts


def _files(client: MlflowClient, run_id: str, folder: Path) -> dict[str, Any]:
    """Return what the run's artifacts hold that a report tells: the answers of each model, the flow's facts."""
    held: dict[str, Any] = {"facts": _facts(client, run_id, folder)}
    known = {file.path for file in client.list_artifacts(run_id, "answers")}
    for who in _WHO:
        if f"answers/{who}.json" in known:
            file = Path(client.download_artifacts(run_id, f"answers/{who}.json", str(folder)))
            held[who] = json.loads(file.read_text(encoding="utf-8"))
    return held


def _record(client: MlflowClient, run: Run, files: Mapping[str, Any]) -> RunRecord:
    facts, metrics, params = files["facts"], run.data.metrics, run.data.params
    histories = _Histories(client, run)
    loss = histories.curve("loss")
    if loss is None:
        raise RegistryError(f"RUN: {run.info.run_id} has no metric 'loss'; expected a run of 'tutor retrain'")
    judged = _judged(client, run.info.run_id, facts)
    return RunRecord(
        name=run.info.run_name,
        axis=histories.axis,
        loss=loss,
        held_out_loss=histories.curve(VALIDATION_LOSS),
        gradient_norm=histories.curve("grad_norm"),
        learning_rate=histories.curve("learning_rate"),
        speed=histories.curve("useful_tokens_per_second"),
        model=_model(params, facts),
        machine=facts.get("machine", {}).get("name", ""),
        cores=facts.get("machine", {}).get("cores"),
        started=datetime.fromtimestamp(run.info.start_time / 1000).astimezone().strftime("%Y-%m-%d %H:%M"),
        seconds=facts.get("stages", {}).get("training"),
        stage_seconds=facts.get("stages", {}),
        epochs_run=histories.epochs_at(facts.get("steps")),
        epochs_planned=float(params["training.epochs"]) if "training.epochs" in params else None,
        steps=facts.get("steps") or histories.last_step,
        tokens_a_second=facts.get("tokens_a_second"),
        memory=_memory(metrics, facts),
        energy_wh=metrics.get("energy_wh"),
        energy_estimated=run.data.tags.get("tutor.energy_from", "").startswith("estimate"),
        cost=metrics.get("cost"),
        price_per_kwh=_price(run.data.tags.get("tutor.price_per_kwh") or params.get("energy.price_per_kwh")),
        kept_at=histories.position(run.data.tags.get("tutor.best_step", "")),
        stopped_early=run.data.tags.get("tutor.stopped_early") == "true",
        answers={who: _answers(files[who]) for who in _WHO if who in files},
        accuracy_unaided={
            who: metrics[f"{who}.accuracy_unaided"] for who in _WHO if f"{who}.accuracy_unaided" in metrics
        },
        verdict=judged["verdict"],
        reasons=tuple(judged["reasons"]),
        reasons_in_english=tuple(judged["reasons_in_english"]),
        rules_broken=tuple(facts.get("rules_broken", ())),
        model_name=judged["model_name"],
        version=str(judged["number"]),
        data=_data(facts["data"]) if "data" in facts else None,
        settings=dict(sorted(params.items())),
        origin=f"MLflow, {run.info.run_id}",
        commands=(*facts.get("commands", ()), f"tutor report {run.info.run_id}"),
    )


class _Histories:
    """The curves of a run, in epochs where it had several, else in steps."""

    def __init__(self, client: MlflowClient, run: Run) -> None:
        self._client, self._run = client, run
        epochs = self._points("epoch")
        self._epochs = Curve(*zip(*epochs, strict=True)) if epochs else None
        self.last_step = int(epochs[-1][0]) if epochs else None
        self.axis: Axis = "epochs" if self._epochs and self._epochs.last >= _FEWEST_EPOCHS else "steps"

    def curve(self, metric: str) -> Curve | None:
        if metric not in self._run.data.metrics:
            return None
        return curve_of((self._place(step), value) for step, value in self._points(metric))

    def position(self, step: str) -> float | None:
        """Return the place of a step that a tag tells, None where none does."""
        return self._place(float(step)) if step.isdecimal() else None

    def _place(self, step: float) -> float:
        # Epochs grow evenly with the steps.
        return (
            step
            if self.axis == "steps" or self._epochs is None
            else step * self._epochs.last / self._epochs.positions[-1]
        )

    def epochs_at(self, steps: int | None) -> float | None:
        """Return the epochs that `steps` are; at the last logged point where they are not known."""
        if self._epochs is None:
            return None
        an_epoch = self._epochs.positions[-1] / self._epochs.last
        return round((steps or self._epochs.positions[-1]) / an_epoch, 2)

    def _points(self, metric: str) -> list[tuple[float, float]]:
        history = self._client.get_metric_history(self._run.info.run_id, metric)
        return [(float(point.step), point.value) for point in sorted(history, key=lambda p: (p.step, p.timestamp))]


def _price(written: str | None) -> float | None:
    return float(written) if written else None


def _model(params: Mapping[str, str], facts: Mapping[str, Any]) -> BaseModel | None:
    if "model.source" not in params:
        return None
    sizes = facts.get("model", {})
    revision = params.get("model.revision", "")
    return BaseModel(params["model.source"], revision, sizes.get("parameters"), sizes.get("packed"))


def _data(told: Mapping[str, Any]) -> Data:
    """Return what a version of this code, perhaps another one, told of the rows."""
    known = {field.name for field in fields(Data)}
    return Data(**{name: value for name, value in told.items() if name in known})


def _memory(metrics: Mapping[str, float], facts: Mapping[str, Any]) -> Memory | None:
    if "peak_mib" not in metrics:
        return None
    machine = facts.get("machine", {})
    return Memory("MiB", machine.get("place", "machine"), peak=metrics["peak_mib"], limit=machine.get("memory_mib"))


def _judged(client: MlflowClient, run_id: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return verdict, its reasons, and name and number of the version, from its tags and the flow's facts."""
    known: dict[str, Any] = {"verdict": "", "reasons": (), "reasons_in_english": (), "model_name": "", "number": ""}
    for version in client.search_model_versions(f"run_id = '{run_id}'")[:1]:
        if "verdict" in version.tags:
            known |= {"verdict": version.tags["verdict"], "model_name": version.name, "number": version.version}
            known["reasons"] = version.tags.get("reasons", "").splitlines()
    return known | {name: facts[name] for name in known if name in facts}


def _answers(table: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Return the answers in a table as MLflow logs it, by the names of its columns."""
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    return tuple(
        Answer(
            question=str(row["question"]),
            topic=str(row["topic"]),
            expected=str(row["expected"]),
            reply=str(row["reply"]),
            correct=bool(row["correct"]),
            level="" if row.get("level", NO_LEVEL) == NO_LEVEL else str(row["level"]),
        )
        for row in rows
    )
