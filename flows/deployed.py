"""The flows that deployments start: what `tutor` does at the command line, with forms, run pages and last words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.events import emit_event
from prefect.states import Completed, Failed, State
from prefect.variables import Variable
from pydantic import Field, StringConstraints

from flows import retrain as retraining
from flows import sweep as sweeping
from tasks.card import card
from tasks.registered import client_of
from tasks.run_page import progress
from tasks.tracking import Run
from tasks.validation import digest_of_files, validate_dataset
from tutor.config import DataConfig, RetrainConfig
from tutor.errors import UsageError
from tutor.report import RetrainReport, stage_told
from tutor.rows import digest_of
from tutor.search_space import SearchConfig
from tutor.settings import open_store

_MODEL = r"^(base|models:/[A-Za-z0-9][A-Za-z0-9_.-]{0,100}(/[0-9]{1,9}|@[A-Za-z0-9_-]{1,100}))$"
_DEPLOYMENT = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}$"


@flow(name="retrain", description=retraining.retrain.description, validate_parameters=True)
def retrain(config: RetrainConfig = RetrainConfig()) -> State[Any]:  # noqa: B008 - the form's defaults, and frozen
    """Retrain the tutor; the run's last word is the verdict, or that there was nothing to do.

    Args:
        config: Everything that a retraining run can be told.
    """
    report = retraining.retrain.fn(config)
    _show(report)
    said = f"{report.model_name}, versión {report.version}: {report.verdict_told}. {' '.join(report.reasons)}"
    if report.promotion == "failed":
        return Failed(message=f"La promoción no llegó a su fin: {report.promotion_reason} ({said})")
    if report.nothing_to_do:
        return Completed(
            name="NothingToDo", message=f"Nada que hacer: los datos, los ajustes y el código son los de {said}"
        )
    return Completed(message=said)


@flow(name="sweep", description=sweeping.sweep.description, validate_parameters=True)
def sweep(
    config: RetrainConfig = RetrainConfig(),  # noqa: B008 - the form's defaults, and frozen
    search: SearchConfig = SearchConfig(),  # noqa: B008
    workers: Annotated[str, StringConstraints(pattern=_DEPLOYMENT)] = Field(
        "cpu", description="Deployment of the flows trial and retrain whose workers do the work."
    ),
) -> State[Any]:
    """Sweep over settings; a sweep that was stopped goes on where it was when it is started again.

    Args:
        config: What the sweep starts from.
        search: What it tries.
        workers: Deployment of the flows trial and retrain whose workers do the work.
    """
    report = sweeping.sweep.fn(config, search, workers)
    create_table_artifact(report.as_json()["trials"], key="trials", description=f"Los ensayos de {report.study}")
    return Completed(message=f"{report.study}: el mejor es el ensayo {report.best.number}. {report.said}")


@flow(
    name="check",
    description="Holds a dataset against the checks; nothing is trained.",
    validate_parameters=True,
)
def check(data: DataConfig = DataConfig()) -> State[Any]:  # noqa: B008 - the form's defaults, and frozen
    """Check a dataset as a retraining would.

    Args:
        data: Which dataset, and how many bad rows are too many.
    """
    stage = validate_dataset(data, open_store())
    facts = stage.facts
    rows = f"{facts['rows_in']} filas, {facts['rows_quarantined']} en cuarentena"
    return Completed(message=f"{facts['dataset']} sirve para entrenar: {rows}")


@flow(
    name="evaluate",
    description="Has a model answer questions and grades the answers.",
    validate_parameters=True,
)
def evaluate(
    questions: Path,
    model: Annotated[str, StringConstraints(pattern=_MODEL)] = Field(
        "models:/tutor-matematicas@champion", description="base, models:/NAME@ALIAS or models:/NAME/VERSION."
    ),
) -> State[Any]:
    """Examine a model on questions of yours.

    Args:
        questions: File on the worker with rows of question (or instruction), answer and topic.
        model: base, models:/NAME@ALIAS or models:/NAME/VERSION.
    """
    from flows.subcommands import open_tutor, read_questions
    from tutor.evaluation import examine

    open_store()
    rows = read_questions(questions)
    with card("auto"), progress("Evaluación", "preguntas") as report_progress:
        examination = examine(open_tutor(model), rows, report_progress)
    summary = examination.summary()
    table = [
        {"Tema": topic, "Respuestas correctas": f"{100 * accuracy:.0f} %"}
        for topic, accuracy in summary["accuracy_by_topic"].items()
    ]
    create_table_artifact(table, key="evaluation", description=f"Aciertos de {model} en {questions.name}")
    return Completed(message=f"{model} acierta el {100 * summary['accuracy']:.0f} % de {summary['n']} preguntas")


@flow(name="watch", description="Emits an event when a deployment's dataset has changed since the last look.")
def watch(
    deployment: Annotated[str, StringConstraints(pattern=_DEPLOYMENT)] = Field(
        "cpu", description="Deployment of the flow retrain whose dataset is looked at."
    ),
) -> State[Any]:
    """Look at the dataset that a deployment retrains from.

    Args:
        deployment: Deployment of the flow retrain whose dataset is looked at.
    """
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    from tutor.reading import open_dataset

    with get_client(sync_client=True) as client:
        try:
            parameters = client.read_deployment_by_name(f"retrain/{deployment}").parameters
        except ObjectNotFound:
            raise UsageError(
                f"deployment: got '{deployment}', and this server has no retrain/{deployment}; "
                "expected gtx-1050-ti or cpu (where they are missing, run 'tutor deploy')"
            ) from None
    data = RetrainConfig.model_validate(parameters.get("config", {})).data
    digest = digest_of_files(open_dataset(data.path, data.columns).files)
    # The first look counts as a change: a retraining that has nothing to do says so in seconds.
    key = f"dataset_{digest_of({'deployment': deployment})[:16]}"
    if Variable.get(key) == digest:
        return Completed(name="NothingToDo", message=f"{data.path.name} no ha cambiado: {digest[:12]}")
    emit_event(
        "dataset.changed",
        resource={"prefect.resource.id": f"dataset.{deployment}", "prefect.resource.name": data.path.name},
        payload={"digest": digest, "path": str(data.path)},
    )
    Variable.set(key, digest, overwrite=True)
    get_run_logger().info(f"{data.path} changed, its digest is {digest}")
    return Completed(message=f"{data.path.name} ha cambiado: {digest[:12]}; empieza retrain/{deployment}")


def _show(report: RetrainReport) -> None:
    """Leave the verdict, the accuracies and the way to MLflow on the page of the run."""
    lines = [
        f"**{report.model_name}, versión {report.version}: {report.verdict_told}**",
        *(f"- {reason}" for reason in report.reasons),
        "",
        "| | Respuestas correctas | Preguntas |",
        "|---|---:|---:|",
        *(f"| {who} | {100 * found['accuracy']:.0f} % | {found['n']} |" for who, found in report.examined.items()),
        "",
        "| Etapa | Tiempo | |",
        "|---|---:|---|",
        *(
            f"| {stage_told(stage)} | {seconds:.0f} s | {'no repetida' if stage in report.stages_reused else ''} |"
            for stage, seconds in report.seconds.items()
        ),
    ]
    create_markdown_artifact("\n".join(lines), key="verdict", description="Si el tutor nuevo es mejor")
    if report.tracking_uri.startswith("http"):
        run = Run(client_of(open_store()), report.run_id).page
        for key, place, text in (
            ("mlflow-run", run, "La ejecución en MLflow"),
            ("mlflow-version", f"models/{report.model_name}/versions/{report.version}", "La versión en MLflow"),
            ("mlflow-report", f"{run}/artifacts/report/report.html", "El informe en MLflow"),
            ("mlflow-data-docs", f"{run}/artifacts/data_docs/index.html", "Las comprobaciones de los datos en MLflow"),
        ):
            address = f"{report.tracking_uri.rstrip('/')}/#/{place}"
            create_link_artifact(address, link_text=text, key=key, description=text)
