"""Stage 8: the run explains itself: a report in Spanish, for the MLflow run and the Prefect run."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task

from tasks.policy import BACK_OFF_S, HOUR_S, worth_retrying
from tasks.run_record import FACTS, REPORT, record_of_run
from tasks.tracking import Tracking, commit
from tasks.validation import TRAINING_ROWS
from tutor.analysis.language import language
from tutor.analysis.rendering import HTML, MARKDOWN, TEMPLATE, markdown, write_report
from tutor.config import ModelConfig, RetrainConfig
from tutor.errors import UsageError
from tutor.machine import describe_machine
from tutor.model_shape import shape_of
from tutor.rows import NO_TOPIC, stream_written_rows
from tutor.settings import Store
from tutor.stages import Finished, digest_of_file, run_stage

_CODE = ("tutor/analysis", "tutor/alphabet.py", "tutor/phases.py", "tasks/analysis.py", "tasks/run_record.py")


@task(
    name="analysis",
    description="Writes the report on the run: what happened, what the pupils get, what to do next.",
    retries=2,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=HOUR_S,
    tags={"registry"},
)
def analyse(config: RetrainConfig, stages: Mapping[str, Finished], store: Store) -> Finished:
    """Return the folder with the report on the finished `stages`, in Spanish; it is with the MLflow run too."""
    registered = stages["registration"].facts
    inputs = {
        "stages": {name: stage.digest for name, stage in stages.items()},
        "run": registered["run_id"],
        "number": registered["version"],
        "page": digest_of_file(TEMPLATE),
    }
    stage = run_stage(
        store.stages, "analysis", inputs, lambda folder: _write(config, stages, folder, store), code=_CODE
    )
    _show_in_prefect(stage)
    return stage


def _write(config: RetrainConfig, stages: Mapping[str, Finished], folder: Path, store: Store) -> Mapping[str, Any]:
    run = Tracking(store, config.registry.experiment).run(stages["registration"].facts["run_id"])
    facts = folder / FACTS
    facts.write_text(json.dumps(_facts(config, stages), ensure_ascii=False, indent=2), encoding="utf-8")
    run.log_files(folder, REPORT)
    words = language("es")
    from tutor.analysis.run_report import report_on

    document = report_on(record_of_run(run.id, store), words)
    write_report(document, folder)
    run.log_files(folder, REPORT)
    (folder / "summary.md").write_text(markdown(document, pictures=False), encoding="utf-8")
    return {"run_id": run.id, "report": HTML, "markdown": MARKDOWN}


def _facts(config: RetrainConfig, stages: Mapping[str, Finished]) -> dict[str, Any]:
    """Return what the report tells and MLflow does not hold."""
    registered, trained = stages["registration"].facts, stages["training"].facts
    return {
        "machine": describe_machine(),
        "model": _sizes(config.model, stages["base_model"].folder),
        "stages": {name: stage.seconds for name, stage in stages.items()},
        "steps": trained["steps"],
        "tokens_a_second": trained["useful_tokens_per_second"],
        "data": _data(stages["validation"], stages["tokenization"].facts, config.training.pack_tokens),
        "verdict": registered["verdict"],
        "reasons": registered["reasons"],
        "reasons_in_english": registered["reasons_in_english"],
        "rules_broken": registered["rules_broken"],
        "model_name": registered["model_name"],
        "number": registered["version"],
        "commands": _commands(config),
    }


def _sizes(model: ModelConfig, folder: Path) -> dict[str, int]:
    # A kind of model whose shape is not known is told without its size.
    with contextlib.suppress(UsageError):
        shape = shape_of(model.model_copy(update={"folder": folder}))
        return {"parameters": shape.parameters, "packed": shape.packed_parameters}
    return {}


def _data(dataset: Finished, tokens: Mapping[str, Any], most_tokens: int) -> dict[str, Any]:
    facts = dataset.facts
    topics = Counter(row.topic for row in stream_written_rows(dataset.folder / TRAINING_ROWS))
    named = len(topics) > 1 or NO_TOPIC not in topics
    return {
        "name": facts["dataset"],
        "digest": facts["dataset_digest"],
        "rows_in": facts["rows_in"],
        "quarantined": facts["rows_quarantined"],
        "training": facts["rows_training"],
        "validation": facts["rows_validation"],
        "held_out": facts["rows_held_out"],
        "set_aside": tokens["rows_set_aside"],
        "tokens": tokens["tokens"],
        "reasons": facts["reasons"],
        "warnings": facts["warnings"],
        "topics": dict(topics) if named else {},
        "rows_by_length": tokens["rows_by_length"],
        "most_tokens": most_tokens,
    }


def _commands(config: RetrainConfig) -> list[str]:
    """Return what makes the run again: the version of the code, and every setting that is not the default."""
    defaults = RetrainConfig().model_dump(mode="json")
    changed = [
        f"{section}.{field}={_typed(value)}"
        for section, fields in config.model_dump(mode="json").items()
        for field, value in fields.items()
        if value != defaults[section][field]
    ]
    options = [word for assignment in changed for word in ("--set", assignment)]
    code = commit()
    checkout = [] if code == "unknown" else [f"git checkout {code}"]
    return [*checkout, shlex.join(["tutor", "retrain", *options])]


def _typed(value: object) -> str:
    """Return a value as it is typed behind --set."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={column}" for name, column in value.items())
    return "" if value is None else str(value)


def _show_in_prefect(stage: Finished) -> None:
    """Leave the report's text and the way to its page in the task run; outside of one there is nowhere to."""
    from prefect.artifacts import create_link_artifact, create_markdown_artifact
    from prefect.context import TaskRunContext

    if TaskRunContext.get() is None:
        return
    text = (stage.folder / "summary.md").read_text(encoding="utf-8")
    create_markdown_artifact(key=REPORT, markdown=text, description="El informe, sin sus imágenes")
    page = (stage.folder / HTML).as_uri()
    create_link_artifact(key="report-page", link=page, link_text="Informe", description="El informe con sus imágenes")
