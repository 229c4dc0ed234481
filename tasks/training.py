"""Stage 4: an adapter is trained on the tokenised rows; its curves go to MLflow as they arise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task

from tasks.policy import BACK_OFF_S, CARD_TAG, HOUR_S, worth_retrying
from tasks.run_page import progress
from tasks.tracking import Tracking
from tutor import run_plan
from tutor.config import RetrainConfig
from tutor.settings import Store
from tutor.stages import Finished, run_stage


@task(
    name="training",
    description="Trains a LoRA adapter on the 4-bit base model; takes up an interrupted run at its last checkpoint.",
    retries=3,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=48 * HOUR_S,
    tags={CARD_TAG},
)
def train(config: RetrainConfig, dataset: Finished, base: Finished, tokens: Finished, store: Store) -> Finished:
    """Return the folder with the adapter, its tokenizer and where it comes from.

    Raises:
        TrainingRefused: there is nothing to learn from, or the loss is no longer a number.
    """
    inputs = {
        "tokens": tokens.digest,
        "base": base.digest,
        "lora": config.lora.model_dump(mode="json"),
        "training": config.training.model_dump(mode="json"),
        "keep_dequantised": config.model.keep_dequantised,
        "asked": {"max_new_tokens": config.evaluation.max_new_tokens, "batch_rows": config.evaluation.batch_rows},
    }
    return run_stage(
        store.stages,
        "training",
        inputs,
        lambda folder: _train(config, dataset, base.folder, tokens.folder, folder, store),
        resume=True,
    )


def _train(
    config: RetrainConfig, dataset: Finished, base: Path, tokens: Path, folder: Path, store: Store
) -> Mapping[str, Any]:
    from datasets import load_from_disk

    from tutor.adapter import ADAPTER, Origin, write_origin
    from tutor.base_model import load_tokenizer
    from tutor.tokenization import TOKENS
    from tutor.training import train_adapter

    tracking = Tracking(store, config.registry.experiment)
    run = tracking.open_run(folder.name.removesuffix(".partial"))
    run.log_inputs(config, dataset.facts)
    with progress("Entrenamiento", "pasos") as report_progress:
        measured = train_adapter(
            base,
            load_from_disk(str(tokens / TOKENS)),
            folder,
            model=config.model,
            lora=config.lora,
            training=config.training,
            log_metrics=run.log_metrics,
            report_progress=report_progress,
        )
    adapter = folder / ADAPTER
    load_tokenizer(base).save_pretrained(adapter)
    asked = config.evaluation
    origin = Origin(config.model, dataset.facts["dataset_digest"], asked.max_new_tokens, asked.batch_rows)
    write_origin(adapter, origin)
    return {**measured, **run_plan.facts_to_keep(config)}
