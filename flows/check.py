"""`tutor check`: what a person and a program are told about a dataset, and the repaired copy beside it."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tutor.errors import UsageError
from tutor.frozen_test import frozen_templates
from tutor.progress import progress
from tutor.reading import open_dataset, write_repaired
from tutor.reading.copies import refuse_existing_copies, write_quarantine
from tutor.reading.hub import PREFIX

if TYPE_CHECKING:
    from data_checks.validation import Verdict
    from tutor.config import DataConfig

_WIDTH = 110


def check(file: str, mapping: Mapping[str, str], config: DataConfig, *, fix: bool, json_file: Path | None) -> int:
    """Return 0 for a dataset that is fit to learn from by `config` and 1 for one that is not, and say why.

    Its path and columns do not count: those are `file` and `mapping`.

    Raises:
        UsageError: the dataset cannot be read (UnreadableDataset), or its copies cannot be written.
    """
    started = time.monotonic()
    frozen = frozen_templates()
    if fix and file.startswith(PREFIX):
        raise UsageError(f"--fix: {file} lies on the hub, so nothing can be written beside it; download it first")
    if fix:
        refuse_existing_copies(Path(file))
    source = open_dataset(file, mapping, repair=fix)
    # Loads Great Expectations, which takes seconds: what cannot be read at all is told before.
    from data_checks.validation import check_dataset

    with tempfile.TemporaryDirectory(prefix="tutor-check-") as scratch:
        with progress("Validación", "filas") as report_progress:
            verdict = check_dataset(source, Path(scratch), config, frozen, report_progress)
        refusal = verdict.refusal(config.max_bad_share)
        # Written before a word is said: whoever reads no further (| head) gets them all the same.
        written = _write_copies(Path(file), verdict) if fix else ""
        if json_file is not None:
            _write_json(json_file, verdict, fit=refusal is None, seconds=time.monotonic() - started)
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = _WIDTH
        _tell(verdict, refusal, console)
        if fix:
            # A path that is broken over two lines cannot be copied.
            console.print(Text(f"{source.repairs}\n{written}"), soft_wrap=True)
    return 1 if refusal else 0


def _tell(verdict: Verdict, refusal: str | None, console: Console) -> None:
    console.print(Text(f"Format: {verdict.format}"))
    if verdict.rows_quarantined:
        console.print(_table(verdict))
    for warning in verdict.warnings:
        console.print(Text(f"Warning: {warning}"))
    console.print(Text(f"Recomputed: the working of {verdict.rows_proven} rows proves their answer"))
    outcome = "unfit" if refusal else "fit"
    console.print(Text(f"{verdict.rows_in} rows, {verdict.rows_kept} good, {verdict.rows_quarantined} bad: {outcome}"))
    if refusal:
        console.print(Text(refusal))


def _table(verdict: Verdict) -> Table:
    table = Table(title="Rows set aside", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Reason", ratio=3)
    table.add_column("Rows", justify="right")
    table.add_column("Share", justify="right")
    table.add_column("For example", ratio=4)
    for reason, kind in verdict.reasons.most_frequent_first():
        examples = [f"line {line}" + _detail(told, reason) for line, told in kind.examples]
        share = f"{100 * kind.count / verdict.rows_in:.1f} %"
        table.add_row(Text(reason), str(kind.count), share, Text("\n".join(examples)))
    return table


def _detail(told: str, kind: str) -> str:
    """Return what a reason says beyond its kind."""
    rest = told.removeprefix(kind).removeprefix(":").strip()
    return f": {rest}" if rest else ""


def _write_copies(original: Path, verdict: Verdict) -> str:
    """Write the repaired copy and what it leaves out, and return what was written where."""
    said = f"Repaired copy with {verdict.rows_kept} rows: {write_repaired(original, verdict.kept())}"
    if not verdict.rows_quarantined:
        return said
    quarantine = write_quarantine(original, verdict.quarantined())
    return f"{said}\nThe {verdict.rows_quarantined} rows that are not in it, with every reason: {quarantine}"


def _write_json(file: Path, verdict: Verdict, *, fit: bool, seconds: float) -> None:
    """Write the verdict row by row: the list of a million bad rows is never held."""
    head = {
        "rows_in": verdict.rows_in,
        "rows_kept": verdict.rows_kept,
        "rows_proven": verdict.rows_proven,
        "fit": fit,
        "format": verdict.format,
        "seconds": round(seconds, 2),
        "seconds_by_part": verdict.seconds,
        "broken": list(verdict.broken),
        "warnings": list(verdict.warnings),
        "reasons": verdict.reasons.as_json(),
    }
    opening = json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}")
    with file.open("w", encoding="utf-8") as out:
        out.write(f'{opening},\n  "quarantined": [')
        for number, row in enumerate(verdict.quarantined()):
            entry = {"line": row.line, "id": row.id, "reasons": list(row.reasons)}
            out.write(("," if number else "") + "\n    " + json.dumps(entry, ensure_ascii=False))
        out.write("\n  ]\n}\n" if verdict.rows_quarantined else "]\n}\n")
