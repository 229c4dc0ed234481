"""Stage 1: the dataset is held against the suite, bad rows go to quarantine, the rest is split by template."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect import task

from tasks.policy import BACK_OFF_S, HOUR_S, worth_retrying
from tasks.run_page import progress
from tutor.analysis.language import language
from tutor.analysis.quarantine import reason_told
from tutor.config import DataConfig
from tutor.errors import UnfitDataset
from tutor.frozen_test import frozen_templates
from tutor.reading import Source, open_dataset
from tutor.rows import digest_of
from tutor.settings import Store
from tutor.sides import SIDES, Side
from tutor.stages import Finished, digest_of_file, run_stage

if TYPE_CHECKING:
    from data_checks.validation import Verdict

TRAINING_ROWS, VALIDATION_ROWS, HELD_OUT_ROWS = (f"{side}.jsonl" for side in SIDES)
QUARANTINE = "quarantine.jsonl"


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
    """Return the folder with the rows for training, validation and examination, the quarantine and the Data Docs.

    Raises:
        UnreadableDataset: the dataset is not there, or cannot be read.
        UnfitDataset: too many rows are bad, or the dataset as a whole breaks a check.
        DamagedFrozenTest: the list of frozen templates is not as it was written.
    """
    source = open_dataset(config.path, config.columns)
    frozen = frozen_templates()
    digest = digest_of_files(source.files)
    inputs = config.model_dump(mode="json", exclude={"path"}) | {
        "dataset": digest,
        "frozen": digest_of({"templates": sorted(frozen)}),
    }

    def make(folder: Path) -> Mapping[str, Any]:
        return _validate(config, source, digest, frozen, folder, store)

    stage = run_stage(store.stages, "validation", inputs, make)
    _show_in_prefect(stage)
    return stage


def digest_of_files(files: Sequence[Path]) -> str:
    """Return the SHA-256 of the bytes of a dataset, 64 hexadecimal digits; of several files, that of their digests."""
    digests = [digest_of_file(file) for file in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _validate(
    config: DataConfig, source: Source, digest: str, frozen: frozenset[int], folder: Path, store: Store
) -> Mapping[str, Any]:
    from data_checks.validation import ROWS, check_dataset  # loads Great Expectations, which takes seconds

    name = config.path.name
    with progress("Validación", "filas") as report_progress:
        verdict = check_dataset(source, folder, config, frozen, report_progress)
    if refusal := verdict.refusal(config.max_bad_share):
        # The stage does not finish, so its folder goes: what is wrong with the rows must outlive it.
        kept = store.home / QUARANTINE
        (folder / QUARANTINE).replace(kept)
        raise UnfitDataset(f"{name}: {refusal}; every bad row stands in {kept}")
    counts = _split(verdict, folder, config.max_training_rows)
    (folder / ROWS).unlink()
    if not counts["training"]:
        raise UnfitDataset(
            f"{name}: no row is left to learn from, all are held out; add rows in other words, or lower "
            "data.held_out_share"
        )
    return {
        "dataset": name,
        "dataset_digest": digest,
        "format": verdict.format,
        "rows_in": verdict.rows_in,
        "rows_proven": verdict.rows_proven,
        "rows_quarantined": verdict.rows_quarantined,
        **{f"rows_{side.replace('-', '_')}": count for side, count in counts.items()},
        "reasons": verdict.reasons.as_json(),
        "warnings": list(verdict.warnings),
    }


def _split(verdict: Verdict, folder: Path, max_training_rows: int | None) -> dict[Side, int]:
    """Write each kept row to the file of its side; return how many stand in each."""
    counts = dict.fromkeys(SIDES, 0)
    with ExitStack() as stack:
        files = {side: stack.enter_context((folder / f"{side}.jsonl").open("w", encoding="utf-8")) for side in SIDES}
        for line, side in verdict.kept_lines():
            if side != "training" or max_training_rows is None or counts[side] < max_training_rows:
                files[side].write(line)
                counts[side] += 1
    return counts


def _show_in_prefect(stage: Finished) -> None:
    """Leave counts, reasons and the way to the Data Docs in the task run; outside of one there is nowhere to."""
    from prefect.artifacts import create_link_artifact, create_markdown_artifact
    from prefect.context import TaskRunContext

    if TaskRunContext.get() is None:
        return
    facts = stage.facts
    words = language("es")
    reasons = [f"| {reason_told(reason, words)} | {count} |" for reason, count in facts["reasons"].items()]
    lines = [
        f"**{facts['dataset']}**: {facts['rows_in']} filas, {facts['rows_quarantined']} en cuarentena; en "
        f"{facts['rows_proven']} la solución demuestra la respuesta.",
        *(f"- Aviso: {reason_told(warning, words)}" for warning in facts["warnings"]),
        *(["", "| Motivo de la cuarentena | Filas |", "|---|---:|", *reasons] if reasons else []),
    ]
    create_markdown_artifact(key="validation", markdown="\n".join(lines), description="Qué se hizo con las filas")
    index = stage.folder / "data_docs" / "index.html"
    create_link_artifact(
        key="data-docs", link=index.as_uri(), link_text="Data Docs", description="Todas las comprobaciones"
    )
