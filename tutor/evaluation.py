"""A model examined: it answers rows that it never saw, and each answer is graded by its number."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.grading import grade
from tutor.rows import Row

if TYPE_CHECKING:
    from tutor.answering import Reply, Tutor
    from tutor.progress import ReportProgress


@dataclass(frozen=True)
class GradedAnswer:
    """What a model answered to one row, whether it is right, and how often the calculator corrected an equation."""

    question: str
    topic: str
    expected: str
    reply: str
    found: str
    correct: bool
    corrections: int


@dataclass(frozen=True)
class Examination:
    """The graded answers of one model, in the order of the rows."""

    answers: tuple[GradedAnswer, ...]

    @property
    def n(self) -> int:
        """Return the number of rows answered."""
        return len(self.answers)

    @property
    def right(self) -> int:
        """Return the number of right answers."""
        return sum(answer.correct for answer in self.answers)

    @property
    def accuracy(self) -> float:
        """Return the share of right answers, 0 to 1."""
        return self.right / self.n

    @property
    def accuracy_unaided(self) -> float:
        """Return the share of right answers in which the calculator had nothing to correct, 0 to 1."""
        return sum(answer.correct and not answer.corrections for answer in self.answers) / self.n

    def accuracy_by_topic(self) -> dict[str, float]:
        """Return the share of right answers in each topic, topics in alphabetical order."""
        by_topic: dict[str, list[bool]] = defaultdict(list)
        for answer in self.answers:
            by_topic[answer.topic].append(answer.correct)
        return {topic: sum(marks) / len(marks) for topic, marks in sorted(by_topic.items())}

    def summary(self) -> dict[str, Any]:
        """Return the figures as they stand in reports and manifests."""
        return {
            "n": self.n,
            "accuracy": self.accuracy,
            "accuracy_unaided": self.accuracy_unaided,
            "accuracy_by_topic": self.accuracy_by_topic(),
        }


def examine(tutor: Tutor, rows: Sequence[Row], report_progress: ReportProgress) -> Examination:
    """Return the graded answers of `tutor` to `rows`."""
    replies = tutor.answers([row.question for row in rows], report_progress)
    return Examination(tuple(_graded(row, reply) for row, reply in zip(rows, replies, strict=True)))


def write_examination(path: Path, examination: Examination) -> None:
    """Write the graded answers to `path`, one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in examination.answers)


def read_examination(path: Path) -> Examination:
    """Return the graded answers that `write_examination` wrote to `path`."""
    return Examination(tuple(_read(path)))


def _read(path: Path) -> Iterable[GradedAnswer]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield GradedAnswer(**json.loads(line))


def _graded(row: Row, reply: Reply) -> GradedAnswer:
    mark = grade(reply.text, row.answer)
    return GradedAnswer(row.question, row.topic, row.answer, reply.text, mark.found, mark.correct, reply.corrections)
