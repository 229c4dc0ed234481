"""Our own Great Expectations expectations: what is asked of a dataset that no preset asks, in words for Data Docs."""

from __future__ import annotations

from typing import Any

from great_expectations import expectations as gxe
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.render import (
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.renderer import renderer
from pandas.api.types import is_numeric_dtype


def _in_prose(sentence: str) -> Any:
    """Return the renderer that writes an expectation into Data Docs as `sentence`, not as a call with arguments.

    `$name` in the sentence stands for an argument of the expectation.
    """

    def render(_expectation: Any, configuration: Any = None, **_options: Any) -> list[RenderedStringTemplateContent]:
        settings = dict(configuration.kwargs) if configuration else {}
        # Bounds are kept as floats: 2000.0 characters read badly.
        params = {name: f"{value:g}" if isinstance(value, float) else value for name, value in settings.items()}
        template = {"template": sentence, "params": params}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]

    prescriptive: Any = renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    return classmethod(prescriptive(render))


def _table_of_examples() -> Any:
    """Return the renderer that writes into Data Docs which rows break an expectation: some of them, by line and id."""

    def render(_expectation: Any, result: Any = None, **_options: Any) -> list[RenderedTableContent] | None:
        found = result.result.get("partial_unexpected_index_list") if result and result.result else None
        if not found:
            return None
        column = next(name for name in found[0] if name not in ("line", "id"))
        rows = [[str(row["line"]), str(row["id"]), str(row[column])] for row in found]
        return [RenderedTableContent(content_block_type="table", header_row=["Line", "Id", "Found"], table=rows)]

    examples: Any = renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    return classmethod(examples(render))


_EXAMPLES = _table_of_examples()


class _NothingFound(ColumnMapMetricProvider):
    condition_metric_name = "column_values.nothing_found"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_options: Any) -> Any:  # noqa: N805 - Great Expectations passes the class
        return column == (0 if is_numeric_dtype(column) else "")


class ExpectEveryRecordToBeARow(ColumnMapExpectation):
    """Expect every record to be an exercise: question and answer as text that is not empty, the rest text if there."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose(
        "Every record must hold a question and an answer; both, solution, topic, level and id must be text in UTF-8."
    )


class ExpectColumnValuesToBeExactAnswers(ColumnMapExpectation):
    """Expect every answer to be exact: a number with or without a unit, a list of them, an expression, yes or no."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose(
        "Every answer must be exact: a number with or without a unit, a list of them, an expression, yes or no."
    )


class ExpectSolutionsToReachTheAnswer(ColumnMapExpectation):
    """Expect the answer to stand in the solution, where there is one, as a number of the same value."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose("A solution must reach the answer: its number must stand there.")


class ExpectEquationsToBeRight(ColumnMapExpectation):
    """Expect every equation that can be recomputed exactly to be right, and the answer to follow from the last one."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose("Every equation of a solution, recomputed exactly, must be right.")


class ExpectQuestionsToBeFirstOfTheirKind(ColumnMapExpectation):
    """Expect no question to repeat an earlier one but for dress; the first of them is kept."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose("No question may repeat an earlier one (the value is the earlier one's line).")


class ExpectQuestionsToDifferFromTheOthers(ColumnMapExpectation):
    """Expect no longer question to have the words of an earlier one in another order or form, with equal numbers."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose(
        "No question may say with the same numbers and nearly the same words what an earlier one says "
        "(the value is the earlier one's line)."
    )


class ExpectIdsToBeUnique(ColumnMapExpectation):
    """Expect no id to come twice; the first row that bears it is kept."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose("No id may come twice (the value is the earlier one's line).")


class ExpectNoPersonalData(ColumnMapExpectation):
    """Expect no e-mail address, telephone number or identity number in the question or the solution."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose("No e-mail address, telephone number or identity number may stand in a row.")


class ExpectTemplatesToStayOnOneSide(ColumnMapExpectation):
    """Expect no row to learn from, or to choose settings by, whose template is examined or of the frozen test."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose(
        "No row for training or validation may differ from a held-out one, or one of the frozen test, only in numbers."
    )


class ExpectLengthsToBeBetween(gxe.ExpectColumnValuesToBeBetween):
    """Expect a text to be of usual length, in characters."""

    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose("The length must lie between $min_value and $max_value characters.")


class ExpectRowsToFitInTheTokenBudget(gxe.ExpectColumnValuesToBeBetween):
    """Expect a row not to take more tokens than the budget, by a count that tokenizers never stay below."""

    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose(
        "A row must not take more than $max_value tokens, counted as no byte-level tokenizer stays below it."
    )


class ExpectQuestionsToBeInSpanish(gxe.ExpectColumnValuesToBeInSet):
    """Expect a share of the questions whose language can be told to be in Spanish."""

    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose("A share of at least $mostly of the questions should be in Spanish.")


class _InProportion(ColumnMapMetricProvider):
    condition_metric_name = "column_values.in_proportion"
    condition_value_keys = ("largest_share",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, largest_share: float, **_options: Any) -> Any:  # noqa: N805 - as above
        shares = column.value_counts(normalize=True)
        return ~column.isin(shares[shares > largest_share].index)


class ExpectNoneToCrowdOutTheOthers(ColumnMapExpectation):
    """Expect no topic, or no level, to take up more than a share of the rows that name one."""

    largest_share: float
    map_metric = "column_values.in_proportion"
    success_keys = ("mostly", "largest_share")
    _diagnostic_unexpected_table_renderer = _EXAMPLES
    _prescriptive_renderer = _in_prose(
        "None may take up more than a share of $largest_share of the rows that name one."
    )
