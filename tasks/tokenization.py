"""Stage 3: training rows become token ids and labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task

from tasks.policy import BACK_OFF_S, HOUR_S, worth_retrying
from tasks.run_page import progress
from tasks.validation import TRAINING_ROWS
from tutor.progress import watched
from tutor.rows import stream_written_rows
from tutor.settings import Store
from tutor.stages import Finished, run_stage


@task(
    name="tokenization",
    description="Turns training rows into token ids and labels; rows that are too long are counted and set aside.",
    retries=2,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=HOUR_S,
    tags={"data"},
)
def tokenize_rows(dataset: Finished, base: Finished, pack_tokens: int, store: Store) -> Finished:
    """Return the folder with the tokenised training rows of `dataset`, made with the tokenizer of `base`.

    Raises:
        UnfitDataset: no row fits in `pack_tokens`.
        UsageError: the tokenizer lacks what training needs.
    """
    inputs = {"dataset": dataset.digest, "base": base.digest, "pack_tokens": pack_tokens}
    return run_stage(
        store.stages, "tokenization", inputs, lambda folder: _tokenize(dataset, base.folder, pack_tokens, folder)
    )


def _tokenize(dataset: Finished, base: Path, pack_tokens: int, folder: Path) -> Mapping[str, Any]:
    from tutor.base_model import load_tokenizer
    from tutor.tokenization import write_tokens

    with progress("Tokenización", "filas") as report_progress:
        rows = stream_written_rows(dataset.folder / TRAINING_ROWS)
        counted = watched(rows, dataset.facts["rows_training"], report_progress)
        return write_tokens(counted, load_tokenizer(base), pack_tokens, folder)
