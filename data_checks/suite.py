"""The suite of expectations that a dataset must meet, and what each broken one means to its author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation
from pandas.api.types import is_numeric_dtype

from data_checks import expectations as own
from tutor.config import DataConfig

SHORTEST_QUESTION, LONGEST_QUESTION, LONGEST_SOLUTION = 2, 2000, 6000
FEWEST_ROWS = 20
# Beyond these shares a dataset is worth a second look; DataConfig says beyond which it is refused.
USUAL_TOPIC_SHARE, USUAL_LEVEL_SHARE, USUAL_SPANISH_SHARE = 0.5, 0.8, 0.9


@dataclass(frozen=True)
class RowCheck:
    """An expectation about single rows, and what is wrong with a row that breaks it.

    `{found}` in the reason stands for the value that broke it; what stands before a colon names the kind of fault.
    """

    expectation: Expectation
    reason: str

    @property
    def kind(self) -> str:
        """Return the reason without what differs from row to row."""
        return self.reason.partition(": ")[0]

    @property
    def column(self) -> str:
        """Return the column of facts that the expectation looks at."""
        column: str = self.expectation.column  # type: ignore[attr-defined]  # all of ours have one
        return column

    def told(self, facts: pd.DataFrame, place: int) -> str:
        """Return the reason with what was found in the row at `place`."""
        # Looking a value up takes ten times as long as all the rest, and most reasons need none.
        return self.reason.format(found=facts[self.column].iat[place]) if "{found}" in self.reason else self.reason

    def breaks(self, facts: pd.DataFrame) -> pd.Series:
        """Return for each row of `facts` whether it breaks the expectation; (rows,) bool."""
        column = facts[self.column]
        lowest, highest = (getattr(self.expectation, name, None) for name in ("min_value", "max_value"))
        if lowest is None and highest is None:
            return column != (0 if is_numeric_dtype(column) else "")
        outside = (column < lowest) if lowest is not None else (column != column)  # noqa: PLR0124 - false for all
        if highest is not None:
            outside |= column > highest
        return outside.fillna(False).astype(bool)


@dataclass(frozen=True)
class DatasetCheck:
    """An expectation about the dataset as a whole; broken, it is refused where the share of rows is above a limit."""

    expectation: Expectation
    reason: str
    refused_above: float = 0

    @property
    def column(self) -> str | None:
        """Return the column of facts that the expectation looks at, None where it looks at the table."""
        return getattr(self.expectation, "column", None)

    def refuses(self, result: Mapping[str, Any]) -> bool:
        """Return whether the dataset is refused for what Great Expectations found, and not only warned of."""
        return bool(result.get("unexpected_percent_nonmissing", 100) > 100 * self.refused_above)

    def told(self, result: Mapping[str, Any]) -> str:
        """Return the reason with the share of rows that Great Expectations found."""
        return self.reason.format(share=f"{result.get('unexpected_percent_nonmissing', 100):.0f} %")


def dataset_checks(config: DataConfig) -> list[DatasetCheck]:
    """Return the checks of the dataset as a whole."""
    spanish = max(USUAL_SPANISH_SHARE, config.min_spanish_share)
    topic, level = min(USUAL_TOPIC_SHARE, config.max_topic_share), min(USUAL_LEVEL_SHARE, config.max_level_share)
    return [
        DatasetCheck(
            gxe.ExpectTableRowCountToBeBetween(min_value=FEWEST_ROWS), f"it has fewer than {FEWEST_ROWS} rows"
        ),
        DatasetCheck(
            own.ExpectQuestionsToBeInSpanish(column="language", value_set=["es"], mostly=spanish),
            "{share} of the questions whose language can be told are not in Spanish (data.min_spanish_share)",
            refused_above=1 - config.min_spanish_share,
        ),
        DatasetCheck(
            own.ExpectNoneToCrowdOutTheOthers(column="topic", largest_share=topic),
            f"one topic takes up {{share}} of the rows, more than {topic:.0%} (data.max_topic_share)",
            refused_above=config.max_topic_share,
        ),
        DatasetCheck(
            own.ExpectNoneToCrowdOutTheOthers(column="level", largest_share=level),
            f"one school level takes up {{share}} of the rows, more than {level:.0%} (data.max_level_share)",
            refused_above=config.max_level_share,
        ),
    ]


def row_checks(config: DataConfig) -> list[RowCheck]:
    """Return the checks of single rows."""
    return [
        RowCheck(own.ExpectEveryRecordToBeARow(column="unreadable"), "it is no row: {found}"),
        RowCheck(
            own.ExpectLengthsToBeBetween(
                column="question_characters", min_value=SHORTEST_QUESTION, max_value=LONGEST_QUESTION
            ),
            f"the question is not {SHORTEST_QUESTION} to {LONGEST_QUESTION} characters long",
        ),
        RowCheck(
            own.ExpectLengthsToBeBetween(column="solution_characters", min_value=0, max_value=LONGEST_SOLUTION),
            f"the solution is longer than {LONGEST_SOLUTION} characters",
        ),
        RowCheck(
            own.ExpectRowsToFitInTheTokenBudget(column="tokens", min_value=0, max_value=config.max_row_tokens),
            f"it takes more than {config.max_row_tokens} tokens (data.max_row_tokens): {{found}} or more",
        ),
        RowCheck(
            own.ExpectColumnValuesToBeExactAnswers(column="inexact"),
            "the answer is no exact number, list, expression, yes or no",
        ),
        RowCheck(own.ExpectEquationsToBeRight(column="refuted"), "the working is wrong: {found}"),
        RowCheck(own.ExpectSolutionsToReachTheAnswer(column="unstated"), "the solution does not reach the answer"),
        RowCheck(
            own.ExpectQuestionsToBeFirstOfTheirKind(column="same_as"),
            "an earlier row has the same question: line {found}",
        ),
        RowCheck(
            own.ExpectQuestionsToDifferFromTheOthers(column="near_to"),
            "an earlier row asks nearly the same: line {found}",
        ),
        RowCheck(own.ExpectIdsToBeUnique(column="same_id_as"), "an earlier row has the same id: line {found}"),
        RowCheck(own.ExpectNoPersonalData(column="personal"), "it holds personal data: {found}"),
        RowCheck(
            own.ExpectTemplatesToStayOnOneSide(column="leaked"), "it would leak the test: its template is {found}"
        ),
    ]
