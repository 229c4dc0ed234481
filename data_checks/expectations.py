"""Our own Great Expectations expectations: what is asked of a dataset that no preset asks."""

from __future__ import annotations

from typing import Any

from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)

from tutor.numbers import parse_quantity
from tutor.rows import NO_TOPIC

LARGEST_TOPIC_SHARE = 0.6


class _ExactAnswer(ColumnMapMetricProvider):
    condition_metric_name = "column_values.exact_answer"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_options: Any) -> Any:  # noqa: N805 - Great Expectations passes the class
        return column.map(lambda answer: parse_quantity(answer) is not None)


class ExpectColumnValuesToBeExactAnswers(ColumnMapExpectation):
    """Expect every answer to be one exact number (whole, decimal, fraction or percentage), with or without a unit."""

    map_metric = "column_values.exact_answer"
    success_keys = ("mostly",)


class _FirstOfItsKind(ColumnMapMetricProvider):
    condition_metric_name = "column_values.first_of_its_kind"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **_options: Any) -> Any:  # noqa: N805 - Great Expectations passes the class
        return ~column.str.lower().str.split().str.join(" ").duplicated(keep="first")


class ExpectColumnValuesToBeFirstOfTheirKind(ColumnMapExpectation):
    """Expect no value to repeat an earlier one, however it is spaced or capitalised; the first of them is kept."""

    map_metric = "column_values.first_of_its_kind"
    success_keys = ("mostly",)


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
