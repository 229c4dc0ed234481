"""The facts held against a suite by Great Expectations, and its Data Docs: a folder of pages that needs no network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.checkpoint import UpdateDataDocsAction
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation import Expectation

DATA_DOCS = "data_docs"
_SITE = "teachers"
_SITE_SETTINGS: Any = {
    "class_name": "SiteBuilder",
    "show_how_to_buttons": False,
    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    # Seen from the folder of Great Expectations' own settings, so that the stage may be renamed.
    "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": f"../{DATA_DOCS}"},
}
_STYLE = Path(__file__).with_name("data_docs.css")
# What the pages would fetch from elsewhere: styles and scripts of content delivery networks, and an image whose
# address reports to its owner when and by which installation a page was opened.
_FETCHED = re.compile(
    r'<link[^>]+href="https?://[^>]*>|<img[^>]+src="https?://[^>]*>|<script[^>]+src="https?://[^>]*>\s*</script>'
)
# What stands over the expectations of a column, in place of the column's name.
_TITLES = {
    "inexact": "Answers", "language": "Language", "leaked": "Leakage of the test", "level": "School levels",
    "near_to": "Questions that are nearly the same", "personal": "Personal data",
    "question_characters": "Length of the questions", "refuted": "Workings", "same_as": "Questions that are the same",
    "same_id_as": "Ids", "solution_characters": "Length of the solutions", "tokens": "Tokens", "topic": "Topics",
    "unreadable": "Records", "unstated": "Solutions and answers",
}  # fmt: skip
_TITLE = re.compile(rf"^( +)({'|'.join(_TITLES)})$", re.MULTILINE)


def outcomes(facts: pd.DataFrame, expectations: Sequence[Expectation], folder: Path) -> list[Mapping[str, Any]]:
    """Return what Great Expectations finds for each of `expectations`; Data Docs come to lie in `folder/data_docs`.

    Each has "success" and "result" with counts and a few examples, told by id and line: never all of them, which for
    a million bad rows would not fit in memory.

    Raises:
        RuntimeError: an expectation could not be evaluated; that is a defect of the check, never of the data.
    """
    context = gx.get_context(mode="file", project_root_dir=str(folder))
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.add_data_docs_site(_SITE, _SITE_SETTINGS)
    suite = context.suites.add_or_update(gx.ExpectationSuite(name="matematicas", expectations=list(expectations)))
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
            result_format={"result_format": "SUMMARY", "unexpected_index_column_names": ["line", "id"]},
        )
    )
    run = checkpoint.run(batch_parameters={"dataframe": facts})
    (validation,) = run.run_results.values()
    _make_readable_offline(folder / DATA_DOCS)
    _write_start_page(folder / DATA_DOCS)
    return _in_order([outcome.to_json_dict() for outcome in validation.results], expectations)


def _in_order(found: Sequence[Mapping[str, Any]], expectations: Sequence[Expectation]) -> list[Mapping[str, Any]]:
    """Return `found` in the order of `expectations`: Great Expectations reports them in an order of its own."""
    by_expectation = {}
    for outcome in found:
        settings = outcome["expectation_config"]
        if outcome["exception_info"].get("raised_exception", True):
            raise RuntimeError(f"{settings['type']} could not be evaluated: {outcome['exception_info']}")
        by_expectation[settings["type"], settings["kwargs"].get("column")] = outcome
    return [by_expectation[one.expectation_type, getattr(one, "column", None)] for one in expectations]


def _make_readable_offline(folder: Path) -> None:
    """Put our style in place of what the pages would fetch from elsewhere, and titles in place of names of columns."""
    style = f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>"
    for page in folder.rglob("*.html"):
        bare = _FETCHED.sub("", page.read_text(encoding="utf-8")).replace(" Data asset: None<br>", "")
        bare = _TITLE.sub(lambda found: found[1] + _TITLES[found[2]], bare)
        page.write_text(bare.replace("</head>", f"{style}</head>", 1), encoding="utf-8")


def _write_start_page(folder: Path) -> None:
    """Write a start page that is a list of links: the one made by Great Expectations draws its list with scripts."""
    pages = [("What was found", "validations"), ("What is expected", "expectations")]
    links = [
        f'<li><a href="{page.relative_to(folder).as_posix()}">{title}</a></li>'
        for title, part in pages
        for page in sorted((folder / part).rglob("*.html"))
    ]
    style = f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>"
    head = f'<meta charset="utf-8"><title>Data Docs</title>{style}'
    body = f"<h1>Data Docs</h1><ul>{''.join(links)}</ul>"
    (folder / "index.html").write_text(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>\n", "utf-8")
