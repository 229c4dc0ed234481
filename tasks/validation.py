"""Stage 1: the dataset is held against the suite, bad rows go to quarantine, the rest is split by template."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task

from tasks.policy import BACK_OFF_S, HOUR_S, worth_retrying
from tutor.config import DataConfig
from tutor.errors import UnfitDataset, UnreadableDataset
from tutor.progress import progress
from tutor.rows import split_by_template, write_rows
from tutor.settings import Store
from tutor.stages import Finished, digest_of_file, run_stage

TRAINING_ROWS, HELD_OUT_ROWS, QUARANTINE = "training.jsonl", "held-out.jsonl", "quarantine.jsonl"
_FEWEST_HELD_OUT_ROWS = 5


@task(
    name="validation",
    description="Checks the dataset with Great Expectations, sets bad rows aside and splits the rest by template.",
    retries=2,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=HOUR_S,
    tags={"data"},
)
def validate_dataset(config: DataConfig, store: Store) -> Finished:
    """Return the folder with the training rows, the held-out rows, the quarantine and the Data Docs.

    Raises:
        UnfitDataset: too many rows are bad, or the dataset as a whole breaks a check.
    """
    if not config.path.is_file():
        raise UnreadableDataset(f"data.path: there is no file {config.path}; expected a dataset in JSON Lines")
    if not os.access(config.path, os.R_OK):
        raise UnreadableDataset(f"data.path: {config.path} cannot be read; check its permissions")
    inputs = config.model_dump(mode="json", exclude={"path"}) | {"dataset": digest_of_file(config.path)}
    return run_stage(store.stages, "validation", inputs, lambda folder: _validate(config, folder, store))


def _validate(config: DataConfig, folder: Path, store: Store) -> Mapping[str, Any]:
    with progress("Validación", "pasos") as report_progress:
        report_progress(0, 2)
        from data_checks.validation import check_file  # loads Great Expectations, which takes seconds

        report_progress(1, 2)
        verdict = check_file(config.path, folder)
        report_progress(2, 2)
    write_rows(folder / QUARANTINE, verdict.bad)
    if refusal := verdict.refusal(config.max_bad_share):
        # The stage does not finish, so its folder goes: what is wrong with the rows must outlive it.
        kept = store.home / QUARANTINE
        write_rows(kept, verdict.bad)
        raise UnfitDataset(f"{config.path.name}: {refusal}; every bad row stands in {kept}")
    training, held_out = split_by_template(verdict.kept, config.held_out_share)
    if len(held_out) < _FEWEST_HELD_OUT_ROWS:
        raise UnfitDataset(
            f"{config.path.name}: only {len(held_out)} rows are held out, expected {_FEWEST_HELD_OUT_ROWS} or more to "
            "judge by: add rows in other words, or raise data.held_out_share"
        )
    if not training:
        raise UnfitDataset(
            f"{config.path.name}: all rows share one template and are held out; add rows in other words to learn from"
        )
    training = training[: config.max_training_rows]
    write_rows(folder / TRAINING_ROWS, training)
    write_rows(folder / HELD_OUT_ROWS, held_out)
    return {
        "dataset": config.path.name,
        "dataset_digest": digest_of_file(config.path),
        "rows_in": verdict.rows_in,
        "rows_quarantined": len(verdict.bad),
        "rows_training": len(training),
        "rows_held_out": len(held_out),
    }
