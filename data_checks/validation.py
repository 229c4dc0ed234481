"""A dataset held against the suite: which rows break it, and whether the whole is fit to learn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.checkpoint import UpdateDataDocsAction
from great_expectations.data_context.types.base import ProgressBarsConfig

from data_checks.facts import frame_of_facts
from data_checks.suite import TEXT_COLUMNS, Check, checks
from tutor.reading import read_rows
from tutor.rows import BadRow, Row, raw_text

DATA_DOCS = "data_docs"
_SITE = "teachers"
_SITE_SETTINGS: Any = {
    "class_name": "SiteBuilder",
    "show_how_to_buttons": False,
    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    # Seen from the folder of Great Expectations' own settings, so that the stage may be renamed.
    "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": f"../{DATA_DOCS}"},
}
_PLACE = "place"


@dataclass(frozen=True)
class Verdict:
    """The rows that meet every check, those that do not, and what is wrong with the dataset as a whole."""

    kept: tuple[Row, ...]
    bad: tuple[BadRow, ...]
    broken: tuple[str, ...]

    @property
    def rows_in(self) -> int:
        """Return the number of rows that the dataset holds, good and bad."""
        return len(self.kept) + len(self.bad)

    def refusal(self, max_bad_share: float) -> str | None:
        """Return why the dataset is not fit to learn from, in one sentence, or None when it is."""
        if self.broken:
            return f"the dataset is not fit: {'; '.join(self.broken)}"
        if len(self.bad) > max_bad_share * self.rows_in:
            first = self.bad[0]
            return (
                f"{len(self.bad)} of {self.rows_in} rows are bad, more than the {max_bad_share:.0%} that "
                f"data.max_bad_share allows; the first is line {first.line}: {first.reasons[0]}"
            )
        return None


def summary(verdict: Verdict, *, fit: bool) -> dict[str, Any]:
    """Return the verdict as it is written for programs."""
    return {
        "rows_in": verdict.rows_in,
        "rows_kept": len(verdict.kept),
        "fit": fit,
        "broken": list(verdict.broken),
        "quarantined": [{"line": row.line, "id": row.id, "reasons": list(row.reasons)} for row in verdict.bad],
    }


def check_file(path: Path, folder: Path) -> Verdict:
    """Return the verdict on the dataset at `path`, lines that are no rows included; Data Docs go to `folder`.

    Raises:
        UnreadableDataset: the file cannot be read at all.
    """
    rows, unreadable = read_rows(path)
    verdict = validate(rows, folder)
    bad = sorted((*unreadable, *verdict.bad), key=lambda row: row.line)
    return replace(verdict, bad=tuple(bad))


def validate(rows: Sequence[Row], folder: Path) -> Verdict:
    """Return which of `rows` meet the suite, and leave Data Docs in `folder/data_docs` (open `index.html`).

    Raises:
        RuntimeError: an expectation could not be evaluated; that is a defect of the check, never of the data.
    """
    parts = checks()
    outcomes = _run(rows, parts, folder)
    reasons: dict[int, list[str]] = defaultdict(list)
    broken = []
    for part, outcome in zip(parts, outcomes, strict=True):
        if outcome["success"]:
            continue
        if not part.about_rows:
            broken.append(part.reason)
            continue
        column = _column(part)
        for unexpected in outcome["result"]["unexpected_index_list"]:
            reasons[int(unexpected[_PLACE])].append(part.reason.format(found=unexpected[column]))
    bad = [BadRow(rows[at].line, rows[at].id, tuple(why), raw_text(rows[at])) for at, why in sorted(reasons.items())]
    kept = [row for place, row in enumerate(rows) if place not in reasons]
    return Verdict(tuple(kept), tuple(bad), tuple(broken))


def _run(rows: Sequence[Row], parts: Sequence[Check], folder: Path) -> list[Mapping[str, Any]]:
    frame = frame_of_facts(rows, [*TEXT_COLUMNS, "line"])
    frame[_PLACE] = range(len(frame))
    context = gx.get_context(mode="file", project_root_dir=str(folder))
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.add_data_docs_site(_SITE, _SITE_SETTINGS)
    suite = context.suites.add_or_update(
        gx.ExpectationSuite(name="matematicas", expectations=[part.expectation for part in parts])
    )
    batch = (
        context.data_sources.add_or_update_pandas("dataset")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
    )
    definition = context.validation_definitions.add_or_update(
        gx.ValidationDefinition(name="matematicas", data=batch, suite=suite)
    )
    checkpoint = context.checkpoints.add_or_update(
        gx.Checkpoint(
            name="matematicas",
            validation_definitions=[definition],
            actions=[UpdateDataDocsAction(name="docs", site_names=[_SITE])],
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [_PLACE]},
        )
    )
    run = checkpoint.run(batch_parameters={"dataframe": frame})
    (validation,) = run.run_results.values()
    return _in_order([outcome.to_json_dict() for outcome in validation.results], parts)


def _in_order(outcomes: Sequence[Mapping[str, Any]], parts: Sequence[Check]) -> list[Mapping[str, Any]]:
    """Return `outcomes` in the order of `parts`: Great Expectations reports them in an order of its own."""
    found = {}
    for outcome in outcomes:
        settings = outcome["expectation_config"]
        if outcome["exception_info"].get("raised_exception", True):
            raise RuntimeError(f"{settings['type']} could not be evaluated: {outcome['exception_info']}")
        found[settings["type"], settings["kwargs"].get("column")] = outcome
    return [found[part.expectation.expectation_type, _column(part)] for part in parts]


def _column(part: Check) -> str | None:
    """Return the column that a check looks at, None where it looks at the whole table."""
    return getattr(part.expectation, "column", None)
