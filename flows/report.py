"""`tutor report`: the report on a run, on somebody else's log, on several of them, or on all versions of a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flows.argument_forms import RUN_FORMS
from tutor.analysis.document import Document
from tutor.analysis.language import Language, LanguageCode, language
from tutor.analysis.record import Memory, RunRecord
from tutor.analysis.rendering import write_report
from tutor.errors import UsageError
from tutor.settings import Store

_MODEL = re.compile(r"models:/([^/@]+)(?:/(\d+)|(@.+))?$")
_NO_NAME = re.compile(r"[^\w.-]+")


def report(
    runs: Sequence[str],
    language_code: LanguageCode,
    output: Path | None,
    store: Store,
    *,
    peak_mb: float | None = None,
    card_mb: float | None = None,
) -> tuple[Path, Path]:
    """Return the HTML page and the Markdown file of the report on `runs`, written to `output` or into the store.

    `peak_mb` and `card_mb` tell the memory that a training took at its peak and that of its card, MB, where its log
    does not.

    Raises:
        UsageError: a run is not found, or is not what was expected.
    """
    words = language(language_code)
    name, document = _document(runs, words, store, peak_mb, card_mb)
    folder = output or store.home / "reports" / (_NO_NAME.sub("-", name).strip("-.") or "report")
    try:
        return write_report(document, folder)
    except OSError as error:
        raise UsageError(f"--output: {folder} cannot be written ({error.strerror}); expected a folder") from None


def _document(
    runs: Sequence[str], words: Language, store: Store, peak_mb: float | None, card_mb: float | None
) -> tuple[str, Document]:
    """Return a name for the report's folder, and the report."""
    if len(runs) > 1 and (peak_mb or card_mb):
        raise UsageError(
            f"--peak-mb and --card-mb: got {len(runs)} runs; expected one, whose log does not tell its memory"
        )
    model = _MODEL.match(runs[0])
    if len(runs) == 1 and model and not (model[2] or model[3]):
        from tasks.run_record import changes_of, versions_of
        from tutor.analysis.trend import trend_of

        versions = versions_of(model[1], store)
        return model[1], trend_of(model[1], versions, changes_of(model[1], versions, store), words)
    records = [_record(run, store) for run in runs]
    if len(records) > 1:
        from tutor.analysis.comparison import compare

        return "comparison", compare(records, words)
    from tutor.analysis.run_report import report_on

    record = _with_memory(records[0], peak_mb, card_mb)
    return record.name, report_on(record, words)


def _record(run: str, store: Store) -> RunRecord:
    if model := _MODEL.match(run):
        if not (model[2] or model[3]):
            raise UsageError(f"RUN: {run} names no version; beside other runs expected models:/NAME/VERSION or @ALIAS")
        from tasks.registered import version_named
        from tasks.run_record import record_of_run

        version = version_named(run, store)
        if not version.run_id:
            raise UsageError(f"RUN: {run} was made by no run that is known; expected a version of 'tutor retrain'")
        return record_of_run(version.run_id, store)
    if Path(run).exists():
        from tutor.analysis.trainer_log import read_trainer_log

        return read_trainer_log(Path(run))
    if not re.fullmatch(r"[0-9a-f]{32}", run):
        raise UsageError(f"RUN: got '{run}', and there is no such file; expected {RUN_FORMS}")
    from tasks.run_record import record_of_run

    return record_of_run(run, store)


def _with_memory(run: RunRecord, peak_mb: float | None, card_mb: float | None) -> RunRecord:
    """Return `run` with the memory that a person adds to what its log tells."""
    if peak_mb is None and card_mb is None:
        return run
    known = run.memory or Memory("MB", "card")
    return replace(run, memory=replace(known, peak=peak_mb or known.peak, limit=card_mb or known.limit))
