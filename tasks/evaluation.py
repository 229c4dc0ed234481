"""Stage 5: a model answers held-out rows and each answer is graded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task

from tasks.policy import BACK_OFF_S, CARD_TAG, HOUR_S, worth_retrying
from tasks.run_page import progress
from tasks.validation import HELD_OUT_ROWS
from tutor.adapter import digest_of_adapter
from tutor.config import EvaluationConfig, ModelConfig
from tutor.evaluation import Examination, examine, read_examination, write_examination
from tutor.rows import read_written_rows, spread_over_topics
from tutor.settings import Store
from tutor.stages import Finished, run_stage

ANSWERS = "answers.jsonl"


@task(
    name="evaluation",
    task_run_name="evaluation of {who}",
    description="Has a model answer held-out rows and grades each answer; base, challenger and champion in turn.",
    retries=2,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=6 * HOUR_S,
    tags={CARD_TAG},
)
def evaluate(
    who: str, model: ModelConfig, adapter: Path | None, dataset: Finished, config: EvaluationConfig, store: Store
) -> Finished:
    """Return the folder with the graded answers of the base model, or of the tutor in the folder `adapter`."""
    inputs = {
        "dataset": dataset.digest,
        "evaluation": config.model_dump(mode="json"),
        "adapter": digest_of_adapter(adapter) if adapter else None,
        "model": model.model_dump(mode="json"),
    }
    return run_stage(
        store.stages,
        "evaluation",
        inputs,
        lambda folder: _evaluate(who, model, adapter, dataset.folder, config, folder, store),
    )


def examination_in(stage: Finished) -> Examination:
    """Return the graded answers that a finished evaluation left."""
    return read_examination(stage.folder / ANSWERS)


def _evaluate(
    who: str,
    model: ModelConfig,
    adapter: Path | None,
    dataset: Path,
    config: EvaluationConfig,
    folder: Path,
    store: Store,
) -> Mapping[str, Any]:
    from tutor.adapter import open_adapter, open_base

    rows = spread_over_topics(read_written_rows(dataset / HELD_OUT_ROWS), config.max_rows)
    tutor = open_adapter(adapter, store) if adapter else open_base(model, config, store)
    with progress(f"Evaluación: {who}", "preguntas") as report_progress:
        examination = examine(tutor, rows, report_progress)
    write_examination(folder / ANSWERS, examination)
    return examination.summary()
