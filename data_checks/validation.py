"""A dataset held against the suite in one pass: which rows break it, and whether the whole is fit to learn from."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_checks.data_docs import outcomes
from data_checks.facts import Facts
from data_checks.reasons import Reasons
from data_checks.suite import RowCheck, dataset_checks, row_checks
from tutor.config import DataConfig
from tutor.errors import UnreadableDataset
from tutor.findings import Piece, examine_piece
from tutor.processes import in_order
from tutor.progress import ReportProgress
from tutor.reading import Source
from tutor.rows import BadRow, Row, line_of
from tutor.sides import SIDES, Side, Split

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

ROWS, ORIGINALS, QUARANTINE = "rows.jsonl", "originals.jsonl", "quarantine.jsonl"
_PROCESSES = 2
_PIECE_ROWS, _PIECE_CHARACTERS = 500, 4_000_000
# Starting processes takes as long as examining some thousand rows.
_PIECES_ALONE = 8


@dataclass(frozen=True)
class Verdict:
    """What became of each row of a dataset, and what is wrong with the dataset as a whole.

    Rows lie in `folder`; the working of `rows_proven` was recomputed and leads to the answer. `broken` makes a dataset
    unfit, `warnings` do not.
    """

    folder: Path
    format: str
    rows_in: int
    rows_proven: int
    broken: tuple[str, ...]
    warnings: tuple[str, ...]
    reasons: Reasons
    seconds: Mapping[str, float]
    _kept: NDArray[np.bool_] = field(repr=False)
    _sides: NDArray[np.int8] = field(repr=False)

    @property
    def rows_kept(self) -> int:
        """Return the number of rows that meet every check."""
        return int(self._kept.sum())

    @property
    def rows_quarantined(self) -> int:
        """Return the number of rows that were set aside."""
        return self.rows_in - self.rows_kept

    def kept(self) -> Iterator[Row]:
        """Yield the rows that meet every check, in order."""
        for line, _ in self.kept_lines():
            yield Row(**json.loads(line))

    def kept_lines(self) -> Iterator[tuple[str, Side]]:
        """Yield each kept row as a line of JSON, as `tutor.rows.write_rows` writes it, and its side."""
        with (self.folder / ROWS).open(encoding="utf-8") as file:
            for line, kept, side in zip(file, self._kept.tolist(), self._sides.tolist(), strict=True):
                if kept:
                    yield line, SIDES[side]

    def quarantined(self) -> Iterator[BadRow]:
        """Yield the rows that were set aside, in order."""
        with (self.folder / QUARANTINE).open(encoding="utf-8") as file:
            for line in file:
                held = json.loads(line)
                yield BadRow(held["line"], held["id"], tuple(held["reasons"]), held["raw"])

    def refusal(self, max_bad_share: float) -> str | None:
        """Return why the dataset is not fit to learn from, in one sentence, or None when it is."""
        if self.broken:
            return f"the dataset is not fit: {'; '.join(self.broken)}"
        if self.rows_quarantined > max_bad_share * self.rows_in:
            first = next(self.quarantined())
            return (
                f"{self.rows_quarantined} of {self.rows_in} rows are bad, more than the {max_bad_share:.0%} that "
                f"data.max_bad_share allows; the first is line {first.line}: {first.reasons[0]}"
            )
        return None


def check_dataset(
    source: Source, folder: Path, config: DataConfig, frozen: frozenset[int], report: ReportProgress
) -> Verdict:
    """Return the verdict on a dataset; its rows, the quarantine and Data Docs (`data_docs/index.html`) lie in `folder`.

    Memory holds some hundred bytes a row, whatever the length of the texts.

    Raises:
        UnreadableDataset: the dataset breaks in a way after which no further record can be told apart, or holds none.
        WorkerLost: a process that examined rows died.
        RuntimeError: an expectation could not be evaluated; that is a defect of the check, never of the data.
    """
    started = time.monotonic()
    facts = _examined(source, folder, config, report)
    examined = time.monotonic()
    frame = facts.frame(Split(config.held_out_share, config.validation_share, frozen))
    whole, single = dataset_checks(config), row_checks(config)
    found = outcomes(frame, [check.expectation for check in whole] + [check.expectation for check in single], folder)
    broken: list[str] = []
    warnings: list[str] = []
    for check, outcome in zip(whole, found, strict=False):
        if not outcome["success"]:
            (broken if check.refuses(outcome["result"]) else warnings).append(check.told(outcome["result"]))
    warnings += _unchecked(frame, config)
    faults = {check: check.breaks(frame).to_numpy() for check in single}
    _agree(faults, found[len(whole) :])
    judged = time.monotonic()
    reasons = _write_quarantine(frame, faults, folder)
    kept = ~sum(faults.values(), start=frame["line"].to_numpy() < 0)
    seconds = {"examination": examined - started, "suite": judged - examined, "quarantine": time.monotonic() - judged}
    return Verdict(
        folder=folder,
        format=str(source.format),
        rows_in=len(frame),
        rows_proven=int(frame["proven"].sum()),
        broken=tuple(broken),
        warnings=tuple(warnings),
        reasons=reasons,
        seconds={name: round(value, 2) for name, value in seconds.items()},
        _kept=kept,
        _sides=frame["side"].cat.codes.to_numpy(),
    )


def _examined(source: Source, folder: Path, config: DataConfig, report: ReportProgress) -> Facts:
    """Return the facts about every record, and leave rows and original texts in `folder`, one a line."""
    facts, read = Facts(), 0
    with (folder / ROWS).open("w", encoding="utf-8") as rows, (folder / ORIGINALS).open("w", encoding="utf-8") as texts:
        work = partial(_pieces, source, config)
        for piece, examined in in_order(examine_piece, work(), _PROCESSES, _PIECES_ALONE):
            facts.add([row for row, _ in piece.records], examined.findings)
            rows.write(examined.rows)
            texts.write(examined.originals)
            read += examined.bytes
            report(len(facts), source.rows_expected(len(facts), read))
    if not len(facts):
        raise UnreadableDataset(f"{source.name}: holds no record; expected one or more")
    report(len(facts), len(facts))
    return facts


def _pieces(source: Source, config: DataConfig) -> Iterator[Piece]:
    records: list[tuple[Row | BadRow, str]] = []
    characters = 0
    for record in source.with_originals():
        records.append(record)
        characters += len(record[1])
        if len(records) >= _PIECE_ROWS or characters >= _PIECE_CHARACTERS:
            yield Piece(records, config.max_row_tokens, config.max_row_seconds)
            records, characters = [], 0
    if records:
        yield Piece(records, config.max_row_tokens, config.max_row_seconds)


def _unchecked(frame: pd.DataFrame, config: DataConfig) -> list[str]:
    """Return a warning of the rows whose working was given up: they are kept, right or wrong."""
    lines = frame["line"][frame["overdue"] != ""]
    if lines.empty:
        return []
    limit = f"{config.max_row_seconds:g} s (data.max_row_seconds)"
    rows = "1 row" if len(lines) == 1 else f"{len(lines)} rows"
    return [f"the working of {rows} was not recomputed within {limit}; the first is line {lines.iat[0]}"]


def _agree(faults: Mapping[RowCheck, NDArray[np.bool_]], found: Sequence[Mapping[str, Any]]) -> None:
    """Raise RuntimeError when the rows to set aside are not those that Great Expectations counted."""
    for (check, broken), outcome in zip(faults.items(), found, strict=True):
        counted, ours = int(outcome["result"]["unexpected_count"]), int(broken.sum())
        if counted != ours:
            raise RuntimeError(f"{check.column}: Great Expectations found {counted} bad rows and we {ours}")


def _write_quarantine(frame: pd.DataFrame, faults: Mapping[RowCheck, NDArray[np.bool_]], folder: Path) -> Reasons:
    """Write every row with a fault, its original text and all its reasons; return what was wrong how often."""
    reasons = Reasons()
    bad = sum(faults.values(), start=frame["line"].to_numpy() < 0)
    with (
        (folder / ROWS).open(encoding="utf-8") as rows,
        (folder / ORIGINALS).open(encoding="utf-8") as originals,
        (folder / QUARANTINE).open("w", encoding="utf-8") as quarantine,
    ):
        for place, (row, original, is_bad) in enumerate(zip(rows, originals, bad.tolist(), strict=True)):
            if not is_bad:
                continue
            held = json.loads(row)
            broken = [check for check, fault in faults.items() if fault[place]]
            told = held.get("reasons") or [check.told(frame, place) for check in broken]
            reasons.add(held["line"], told, [] if "reasons" in held else [check.kind for check in broken])
            bad_row = BadRow(held["line"], held["id"], tuple(told), json.loads(original))
            quarantine.write(line_of(bad_row) + "\n")
    (folder / ORIGINALS).unlink()
    return reasons
