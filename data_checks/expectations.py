"""Our own Great Expectations expectations: what is asked of a dataset that no preset asks."""

from __future__ import annotations

from typing import Any

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.render import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer

from tutor.numbers import parse_quantity
from tutor.rows import NO_TOPIC

LARGEST_TOPIC_SHARE = 0.6


def _in_prose(sentence: str) -> Any:
    """Return the renderer that writes an expectation into Data Docs as `sentence`, not as a call with arguments."""

    def render(_expectation: Any, **_options: Any) -> list[RenderedStringTemplateContent]:
        template = {"template": sentence, "params": {}}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]

    prescriptive: Any = renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    return classmethod(prescriptive(render))


class _ExactAnswer(ColumnMapMetricProvider):
    condition_metric_name = "column_values.exact_answer"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_options: Any) -> Any:  # noqa: N805 - Great Expectations passes the class
        return column.map(lambda answer: parse_quantity(answer) is not None)


class ExpectColumnValuesToBeExactAnswers(ColumnMapExpectation):
    """Expect every answer to be one exact number (whole, decimal, fraction or percentage), with or without a unit."""

    map_metric = "column_values.exact_answer"
    success_keys = ("mostly",)
    _prescriptive_renderer = _in_prose("every answer must be one exact number, with or without a unit.")


class _FirstOfItsKind(ColumnMapMetricProvider):
    condition_metric_name = "column_values.first_of_its_kind"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_options: Any) -> Any:  # noqa: N805 - Great Expectations passes the class
        return ~column.duplicated(keep="first")


class ExpectColumnValuesToBeFirstOfTheirKind(ColumnMapExpectation):
    """Expect no value to repeat an earlier one; the first of them is kept."""

    map_metric = "column_values.first_of_its_kind"
    success_keys = ("mostly",)
    _prescriptive_renderer = _in_prose("no value may repeat an earlier one.")


class _NothingFound(ColumnMapMetricProvider):
    condition_metric_name = "column_values.nothing_found"
    # What was looked for is absent from a good row, so absent values are judged, not passed over.
    filter_column_isnull = False

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_options: Any) -> Any:  # noqa: N805 - Great Expectations passes the class
        return column.isna()


class ExpectNoPersonalData(ColumnMapExpectation):
    """Expect no e-mail address, telephone number or identity number in the question or the solution."""

    map_metric = "column_values.nothing_found"
    success_keys = ("mostly",)
    _prescriptive_renderer = _in_prose("no e-mail address, telephone number or identity number may stand in a row.")


class _TopicInProportion(ColumnMapMetricProvider):
    condition_metric_name = "column_values.topic_in_proportion"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_options: Any) -> Any:  # noqa: N805 - Great Expectations passes the class
        share = column.map(column.value_counts(normalize=True))
        return (share <= LARGEST_TOPIC_SHARE) | (column == NO_TOPIC)


class ExpectNoTopicToCrowdOutTheOthers(ColumnMapExpectation):
    """Expect no named topic to take up more than six rows in ten."""

    map_metric = "column_values.topic_in_proportion"
    success_keys = ("mostly",)
    _prescriptive_renderer = _in_prose("no topic may take up more than six rows in ten.")
