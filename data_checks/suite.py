"""The suite of expectations that a dataset must meet, and what each broken one means to its author."""

from __future__ import annotations

from dataclasses import dataclass

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from data_checks.expectations import (
    LARGEST_TOPIC_SHARE,
    ExpectColumnValuesToBeExactAnswers,
    ExpectColumnValuesToBeFirstOfTheirKind,
    ExpectNoPersonalData,
    ExpectNoTopicToCrowdOutTheOthers,
)
from data_checks.facts import LIKENESS, PERSONAL_DATA

TEXT_COLUMNS = ("id", "question", "solution", "answer", "topic", "level")
SHORTEST_QUESTION, LONGEST_QUESTION, LONGEST_SOLUTION = 2, 600, 2000
FEWEST_ROWS = 20


@dataclass(frozen=True)
class Check:
    """One expectation, and what is wrong with a row (or with the whole dataset) that breaks it.

    `{found}` in the reason stands for the value that broke it.
    """

    expectation: Expectation
    reason: str
    about_rows: bool = True


def checks() -> list[Check]:
    """Return the checks of a dataset, those of the whole dataset first."""
    types = [gxe.ExpectColumnValuesToBeOfType(column=name, type_="str") for name in TEXT_COLUMNS]
    return [
        *(Check(expectation, f"'{expectation.column}' is not text", about_rows=False) for expectation in types),
        Check(
            gxe.ExpectTableRowCountToBeBetween(min_value=FEWEST_ROWS),
            f"it has fewer than {FEWEST_ROWS} rows",
            about_rows=False,
        ),
        Check(
            ExpectNoTopicToCrowdOutTheOthers(column="topic"),
            f"one topic takes up more than {LARGEST_TOPIC_SHARE:.0%} of the rows",
            about_rows=False,
        ),
        Check(
            gxe.ExpectColumnValueLengthsToBeBetween(
                column="question", min_value=SHORTEST_QUESTION, max_value=LONGEST_QUESTION
            ),
            f"the question is not {SHORTEST_QUESTION} to {LONGEST_QUESTION} characters long",
        ),
        Check(
            gxe.ExpectColumnValueLengthsToBeBetween(column="solution", max_value=LONGEST_SOLUTION),
            f"the solution is longer than {LONGEST_SOLUTION} characters",
        ),
        Check(ExpectColumnValuesToBeExactAnswers(column="answer"), "the answer is not one exact number"),
        Check(ExpectColumnValuesToBeFirstOfTheirKind(column=LIKENESS), "an earlier row has the same question"),
        Check(ExpectColumnValuesToBeFirstOfTheirKind(column="id"), "an earlier row has the same id"),
        Check(ExpectNoPersonalData(column=PERSONAL_DATA), "it holds personal data: {found}"),
    ]
