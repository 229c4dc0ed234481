"""Stage 5: a model answers held-out rows and each answer is graded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from prefect import task

from tasks.policy import BACK_OFF_S, CARD_TAG, HOUR_S, worth_retrying
from tasks.run_page import progress
from tasks.validation import HELD_OUT_ROWS, TRAINING_ROWS
from tutor.adapter import digest_of_answerer
from tutor.base_model import identity
from tutor.config import EvaluationConfig, ModelConfig
from tutor.evaluation import (
    Examination,
    digest_of_questions,
    examination_rows,
    examine,
    read_examination,
    write_examination,
)
from tutor.forgetting import GeneralTest, examine_general, read_general_test
from tutor.frozen_test import frozen_rows
from tutor.reload_check import RECORDED, arithmetic, record, write_recorded
from tutor.rows import Row, digest_of, read_written_rows, spread_over_topics, stream_written_rows
from tutor.settings import Store
from tutor.stages import Finished, run_stage

ANSWERS = "answers.jsonl"
# Of a million rows the first ones tell as much.
_ROWS_TO_CHOOSE_FROM = 10_000


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
    who: str,
    model: ModelConfig,
    adapter: Path | None,
    dataset: Finished,
    config: EvaluationConfig,
    store: Store,
    *,
    just_trained: bool = False,
) -> Finished:
    """Return the folder with the graded answers of the base model, or of the tutor in the folder `adapter`.

    Whoever is asked answers as `model` and `config` say, whatever its own examination was like. Who was `just_trained`
    on `dataset` also answers some of the rows that it learned from.
    For the others the name of the folder tells nothing of the rows that were trained on: while those alone change, base
    and champion need not answer again.

    Raises:
        DamagedFrozenTest: the frozen test or the texts for forgetting are not as they were shipped.
    """
    rows = examination_rows(read_written_rows(dataset.folder / HELD_OUT_ROWS), frozen_rows(), config.max_rows)
    learned = _some_learned(dataset, config.learned_rows) if just_trained else []
    general = read_general_test()
    inputs = {
        "rows": digest_of_questions(rows),
        "learned": digest_of_questions(learned),
        "general": digest_of(asdict(general)),
        "evaluation": config.model_dump(mode="json"),
        "adapter": digest_of_answerer(adapter) if adapter else None,
        "model": model.model_dump(mode="json"),
        # What lies in model.folder may be another model by now, and this another machine.
        "base": identity(model),
        "arithmetic": arithmetic(model),
    }
    return run_stage(
        store.stages,
        "evaluation",
        inputs,
        lambda folder: _evaluate(who, _Asked(model, adapter), _Test(rows, learned, general), config, folder, store),
    )


def examination_in(stage: Finished) -> Examination:
    """Return the graded answers that a finished evaluation left."""
    return read_examination(stage.folder / ANSWERS)


@dataclass(frozen=True)
class _Asked:
    model: ModelConfig
    adapter: Path | None


@dataclass(frozen=True)
class _Test:
    unseen: Sequence[Row]
    learned: Sequence[Row]
    general: GeneralTest


def _some_learned(dataset: Finished, most: int) -> list[Row]:
    first = islice(stream_written_rows(dataset.folder / TRAINING_ROWS), _ROWS_TO_CHOOSE_FROM)
    return spread_over_topics(list(first), most)


def _evaluate(
    who: str, asked: _Asked, test: _Test, config: EvaluationConfig, folder: Path, store: Store
) -> Mapping[str, Any]:
    from tutor.adapter import open_base, open_for_examination

    if asked.adapter:
        tutor = open_for_examination(asked.adapter, asked.model, config, store)
    else:
        tutor = open_base(asked.model, config, store)
    with progress(f"Evaluación: {who}", "preguntas") as report_progress:
        # Apart, so that the others answer in the company in which the base and the champion do.
        learned = examine(tutor, test.learned, report_progress)
        examination = replace(
            examine(tutor, test.unseen, report_progress),
            general=examine_general(tutor, test.general),
            learned=learned.answers,
        )
    write_examination(folder / ANSWERS, examination)
    if asked.adapter:
        write_recorded(folder / RECORDED, record(tutor, examination, asked.model))
    # Fewer than asked for where memory ran out.
    return {**examination.summary(), "batch_rows": tutor.batch_rows}
