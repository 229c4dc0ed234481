"""`tutor compare RUN RUN …`: what was changed between runs of MLflow, and did it help."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.registered import client_of, find_version, holder, named_in
from tasks.run_record import stage_seconds
from tutor.alphabet import alphabetical
from tutor.analysis.language import language
from tutor.comparison import ComparedRun, apart, changed, sentence
from tutor.errors import RegistryError, UsageError
from tutor.settings import Store
from tutor.verdict_words import VERDICTS

ANSWERS = "answers/challenger.json"
_FIGURES = {
    "challenger.accuracy": "accuracy",
    "challenger.accuracy_unaided": "accuracy_unaided",
    "base.accuracy": "base_accuracy",
    "loss": "loss",
    "useful_tokens_per_second": "useful_tokens_per_second",
    "peak_mib": "peak_mib",
}
_NAMES = {
    "accuracy": "Aciertos",
    "accuracy_unaided": "Aciertos sin ayuda de la calculadora",
    "base_accuracy": "Aciertos del modelo base",
    "loss": "Pérdida al final del entrenamiento",
    "useful_tokens_per_second": "Velocidad",
    "peak_mib": "Memoria máxima",
    "questions": "Preguntas del examen",
    "seconds": "Tiempo de la ejecución",
    "version": "Versión registrada",
    "verdict": "Veredicto",
}
_SETTINGS = {
    "commit": "Versión del código",
    "dataset.evaluation": "Preguntas del examen (huella)",
    "dataset.training": "Datos de entrenamiento (huella)",
}
_SHARES = {"accuracy", "accuracy_unaided", "base_accuracy"}
_UNITS = {"useful_tokens_per_second": "tokens/s", "peak_mib": "MiB"}
_ID = re.compile(r"[0-9a-f]{32}")
_WIDTH = 110


def read_runs(named: Sequence[str], store: Store) -> list[ComparedRun]:
    """Return the runs that `named` names: run ids, run names, models:/NAME/VERSION or models:/NAME@ALIAS.

    Raises:
        UsageError: fewer than two different runs, or one that is named by nothing in the store.
        RegistryError: a run has no graded answers yet.
    """
    mlflow.set_tracking_uri(store.tracking_uri)
    client = client_of(store)
    runs = [_find(name, client) for name in named]
    if len({run.info.run_id for run in runs}) < max(len(named), 2):
        raise UsageError(f"RUN: got {', '.join(named)}; expected two or more different runs")
    read = [_read(run, client) for run in runs]
    if len({run.label for run in read}) < len(read):  # versions of different models
        return [replace(run, version="") for run in read]
    return read


def print_comparison(runs: Sequence[ComparedRun], console: Console) -> None:
    """Print what differs in settings, then in figures and by topic, then who is better by the questions in common."""
    if not console.is_terminal:
        console.width = _WIDTH
    differing = {_SETTINGS.get(name, name): values for name, values in changed(runs).items()}
    console.print(_table("Qué se cambió", runs, differing or {"nada": ["" for _ in runs]}))
    figures = {_NAMES[name]: [_shown(name, run.figures.get(name)) for run in runs] for name in _names(runs)}
    console.print(_table("¿Ha servido?", runs, figures))
    by_topic = [run.accuracy_by_topic() for run in runs]
    topics = sorted({topic for shares in by_topic for topic in shares}, key=alphabetical)
    rows = {
        topic: [f"{100 * shares[topic]:.0f} %" if topic in shares else "–" for shares in by_topic] for topic in topics
    }
    console.print(_table("Respuestas correctas por tema", runs, rows))
    for run in runs[1:]:
        console.print(Text(sentence(runs[0], run)))
    for warning in apart(runs):
        console.print(Text(f"Aviso: {warning}"))


def _find(name: str, client: MlflowClient) -> Run:
    try:
        if name.startswith("models:/"):
            model, number, alias = named_in(name)
            number = number or holder(client, model, str(alias))
            version = find_version(client, model, number) if number else None
            if version is not None and version.run_id:
                return client.get_run(version.run_id)
        elif _ID.fullmatch(name):
            return client.get_run(name)
        else:
            found = _by_name(name, client)
            if len(found) > 1:
                raise UsageError(f"RUN: {len(found)} runs are named '{name}'; name one by its id")
            if found:
                return found[0]
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    raise UsageError(
        f"RUN: there is no run '{name}' in the store; expected a run's id or name, models:/NAME/VERSION or "
        "models:/NAME@ALIAS"
    )


def _by_name(name: str, client: MlflowClient) -> list[Run]:
    if "'" in name or "`" in name:
        return []
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    found: list[Run] = client.search_runs(experiments, f"attributes.run_name = '{name}'", max_results=5)
    return found


def _read(run: Run, client: MlflowClient) -> ComparedRun:
    marks, topics = _marks(run)
    settings = dict(run.data.params) | {"commit": run.data.tags.get("mlflow.source.git.commit", "")[:12]}
    for given in run.inputs.dataset_inputs if run.inputs else ():
        context = next((tag.value for tag in given.tags if tag.key == "mlflow.data.context"), "data")
        settings[f"dataset.{context}"] = f"{given.dataset.name} {given.dataset.digest[:12]}"
    figures: dict[str, float | str] = {
        shown: run.data.metrics[metric] for metric, shown in _FIGURES.items() if metric in run.data.metrics
    }
    figures["questions"] = len(marks)
    # Not from its start to its end: it may have lain interrupted for a day.
    if stages := stage_seconds(client, run.info.run_id):
        figures["seconds"] = round(sum(stages.values()))
    versions = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    if versions:
        latest = max(versions, key=lambda version: int(version.version))
        figures |= {"version": str(latest.version), "verdict": latest.tags.get("verdict", "")}
    losses = [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, "loss")]
    version = str(figures.get("version", ""))
    return ComparedRun(run.info.run_name, run.info.run_id, settings, figures, marks, topics, sorted(losses), version)


def _marks(run: Run) -> tuple[dict[tuple[str, str], bool], dict[tuple[str, str], str]]:
    address = f"runs:/{run.info.run_id}/{ANSWERS}"
    try:
        table: dict[str, Any] = json.loads(Path(mlflow.artifacts.download_artifacts(address)).read_text("utf-8"))
        at = {name: place for place, name in enumerate(table["columns"])}
        rows = {(row[at["question"]], row[at["expected"]]): row for row in table["data"]}
        marks = {key: bool(row[at["correct"]]) for key, row in rows.items()}
        return marks, {key: str(row[at["topic"]]) for key, row in rows.items()}
    except (MlflowException, OSError, ValueError, KeyError) as error:
        raise RegistryError(
            f"run {run.info.run_name} ({run.info.run_id}) has no graded answers ({type(error).__name__}: {ANSWERS}); "
            "expected a run that 'tutor retrain' finished"
        ) from None


def _names(runs: Sequence[ComparedRun]) -> list[str]:
    return list(dict.fromkeys(name for run in runs for name in run.figures))


def _shown(name: str, value: float | str | None) -> str:
    """Return a figure with its unit; "–" where a run has none."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return VERDICTS.get(value, value)
    words = language("es")
    if name in _SHARES:
        return words.percent(value, 1)
    if name == "seconds":
        return words.duration(value)
    unit = _UNITS.get(name, "")
    return words.number(value, 4 if name == "loss" else 0) + (f" {unit}" if unit else "")


def _table(title: str, runs: Sequence[ComparedRun], rows: dict[str, list[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for run in runs:
        table.add_column(Text(run.label), justify="right", overflow="fold")
    for name, values in rows.items():
        table.add_row(Text(name), *(Text(value, overflow="fold") for value in values))
    return table
