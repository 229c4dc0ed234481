"""Stage 4: an adapter is trained on the tokenised rows; its curves go to MLflow as they arise."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from prefect import get_run_logger, task
from prefect.context import TaskRunContext

from tasks.metric_spool import Spool, delivering
from tasks.policy import BACK_OFF_S, CARD_TAG, HOUR_S, worth_retrying
from tasks.run_page import progress
from tasks.system_metrics import watched_machine
from tasks.tracking import Tracking
from tasks.validation import VALIDATION_ROWS
from tutor import run_plan
from tutor.check_plan import BEST
from tutor.checkpoints import CHECKPOINTS
from tutor.config import RetrainConfig
from tutor.errors import TrainingPruned
from tutor.rows import read_written_rows
from tutor.settings import Store
from tutor.stages import Finished, run_stage
from tutor.study import Attempt, open_study
from tutor.training_words import training_sentence, training_tags

_LADDER = "tutor.memory_ladder"


@task(
    name="training",
    description="Trains a LoRA adapter on the 4-bit base model; takes up an interrupted run at its last checkpoint.",
    retries=3,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=48 * HOUR_S,
    tags={CARD_TAG},
)
def train(
    config: RetrainConfig,
    dataset: Finished,
    base: Finished,
    tokens: Finished,
    store: Store,
    attempt: Attempt | None = None,
) -> Finished:
    """Return the folder with the adapter, its tokenizer and where it comes from.

    As the `attempt` of a sweep it tells the study how it goes, and is cut short where others did better.

    Raises:
        TrainingPruned: others did better.
        TrainingRefused: there is nothing to learn from, or the training goes astray.
        OutOfMemory: memory does not suffice, however small the pieces in which it is worked.
    """
    inputs = {
        "tokens": tokens.digest,
        "base": base.digest,
        "lora": config.lora.model_dump(mode="json"),
        "training": config.training.model_dump(mode="json"),
        "keep_dequantised": config.model.keep_dequantised,
        "asked": {"max_new_tokens": config.evaluation.max_new_tokens, "batch_rows": config.evaluation.batch_rows},
    }
    with ExitStack() as ending:

        def make(folder: Path) -> Mapping[str, Any]:
            try:
                return _train(config, dataset, base.folder, tokens.folder, folder, store, ending, attempt)
            except TrainingPruned:
                # Nobody goes on with it, and a sweep would leave many of them.
                shutil.rmtree(folder)
                raise

        return run_stage(store.stages, "training", inputs, make, resume=True, scratch=(CHECKPOINTS, BEST))


def _train(
    config: RetrainConfig,
    dataset: Finished,
    base: Path,
    tokens: Path,
    folder: Path,
    store: Store,
    ending: ExitStack,
    trial: Attempt | None,
) -> Mapping[str, Any]:
    from datasets import load_from_disk

    from tutor.adapter import ADAPTER, Origin, write_origin
    from tutor.base_model import load_tokenizer
    from tutor.data_parallel import train_together
    from tutor.energy import metered
    from tutor.held_out_watch import Validation
    from tutor.memory_ladder import with_less_memory
    from tutor.tokenization import TOKENS
    from tutor.training import train_adapter

    tracking = Tracking(store, config.registry.experiment)
    run = tracking.open_run(folder.name.removesuffix(".partial"), config.registry.sweep)
    # Also where the stage cannot be finished once the training is.
    ending.enter_context(run.ended_with_its_reason())
    run.log_inputs(config, dataset.facts)
    asked, spool = config.evaluation, Spool(folder, run.id)
    # Never the held-out rows: what is chosen by them could no longer be judged by them.
    rows = read_written_rows(dataset.folder / VALIDATION_ROWS)
    reporter = open_study(trial.study, store).reporter(trial) if trial else None
    with (
        progress("Entrenamiento", "pasos") as report_progress,
        delivering(spool, run.log_points),
        watched_machine(spool.add),
    ):
        options: dict[str, Any] = {
            "model": config.model,
            "lora": config.lora,
            "training": config.training,
            "log_metrics": _both(spool.add, reporter.metrics) if reporter else spool.add,
            "report_progress": _both(report_progress, reporter.progress) if reporter else report_progress,
            "validation": Validation(rows, asked.max_new_tokens, asked.batch_rows),
        }
        attempt: Callable[[], Mapping[str, Any]]
        if config.training.processes > 1:
            attempt = partial(train_together, base, tokens / TOKENS, folder, **options)
        else:
            attempt = partial(train_adapter, base, load_from_disk(str(tokens / TOKENS)), folder, **options)
        with metered(folder, config.energy, config.training.processes) as meter:
            measured = with_less_memory(folder, attempt, partial(spool.add_tag, _LADDER))
        for name, value in training_tags(measured).items():
            spool.add_tag(name, value)
    adapter = folder / ADAPTER
    load_tokenizer(base).save_pretrained(adapter)
    origin = Origin(config.model, dataset.facts["dataset_digest"], asked.max_new_tokens, asked.batch_rows)
    write_origin(adapter, origin)
    said = training_sentence(measured)
    if TaskRunContext.get() is not None:
        get_run_logger().info(said)
    return {**measured, **meter.facts(), "said": said, **run_plan.facts_to_keep(config)}


def _both(first: Callable[..., None], second: Callable[..., None]) -> Callable[..., None]:
    """Return a function that calls one after the other."""

    def call(*arguments: Any) -> None:
        first(*arguments)
        second(*arguments)

    return call
