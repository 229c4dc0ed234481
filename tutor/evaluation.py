"""A model examined: it answers rows that it never saw, and each answer is graded by its number."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.alphabet import alphabetical
from tutor.flaws import FLAWS, flaws_of
from tutor.forgetting import General
from tutor.grading import grade
from tutor.rows import NO_LEVEL, Row, digest_of, spread_over_topics

if TYPE_CHECKING:
    from tutor.answering import Reply, Tutor
    from tutor.progress import ReportProgress


@dataclass(frozen=True)
class GradedAnswer:
    """What a model answered to one row, whether it is right, and how often the calculator corrected an equation.

    `flaws` (of `tutor.flaws.FLAWS`) is what there is to remark beside it.
    """

    question: str
    topic: str
    expected: str
    reply: str
    found: str
    correct: bool
    corrections: int
    level: str = NO_LEVEL
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examination:
    """The graded answers of one model, in the order of the rows, and what it knows beside (None: not examined).

    `learned` holds its answers to some rows that it was trained on; there are none for a base model.
    """

    answers: tuple[GradedAnswer, ...]
    general: General | None = None
    learned: tuple[GradedAnswer, ...] = ()

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
        return self._accuracy_by(lambda answer: answer.topic)

    def accuracy_by_level(self) -> dict[str, float]:
        """Return the share of right answers in each school level, levels in alphabetical order."""
        return self._accuracy_by(lambda answer: answer.level)

    def flaws(self) -> dict[str, int]:
        """Return the number of answers with each of the flaws that a teacher would remark, in the order of `FLAWS`."""
        return {flaw: sum(flaw in answer.flaws for answer in self.answers) for flaw in FLAWS}

    def summary(self) -> dict[str, Any]:
        """Return the figures as they stand in reports and manifests; of what was not examined there are none."""
        figures = {
            "n": self.n,
            "accuracy": self.accuracy,
            "accuracy_unaided": self.accuracy_unaided,
            "accuracy_by_topic": self.accuracy_by_topic(),
            "accuracy_by_level": self.accuracy_by_level(),
            "flaws": self.flaws(),
        }
        figures |= {"general": self.general.summary()} if self.general else {}
        return figures | ({"accuracy_on_learned": Examination(self.learned).accuracy} if self.learned else {})

    def _accuracy_by(self, key: Callable[[GradedAnswer], str]) -> dict[str, float]:
        marks: dict[str, list[bool]] = defaultdict(list)
        for answer in self.answers:
            marks[key(answer)].append(answer.correct)
        return {
            name: sum(found) / len(found)
            for name, found in sorted(marks.items(), key=lambda item: alphabetical(item[0]))
        }


def examination_rows(held_out: Sequence[Row], frozen: Sequence[Row], most: int) -> list[Row]:
    """Return at most `most` rows to examine by, each suite spread over its topics.

    They are the rows of the frozen test and, up to a half, the dataset's own held-out rows that are not among them: the
    ones make tutors of different datasets comparable, the others tell what this dataset taught.
    """
    questions = {row.question for row in frozen}
    own = [row for row in held_out if row.question not in questions]
    own = spread_over_topics(own, max(most // 2, most - len(frozen)))
    return own + spread_over_topics(frozen, most - len(own))


def digest_of_questions(rows: Sequence[Row]) -> str:
    """Return 16 hexadecimal digits of what `rows` ask, expect and are counted under; not of their place in a file."""
    return digest_of({"rows": [(row.question, row.answer, row.topic, row.level) for row in rows]})


def examine(tutor: Tutor, rows: Sequence[Row], report_progress: ReportProgress) -> Examination:
    """Return the graded answers of `tutor` to `rows`."""
    replies = tutor.answers([row.question for row in rows], report_progress)
    return Examination(tuple(_graded(row, reply) for row, reply in zip(rows, replies, strict=True)))


def write_examination(path: Path, examination: Examination) -> None:
    """Write the graded answers to `path`, one JSON object a line; what is known beside goes to another file there."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(answer), ensure_ascii=False) + "\n" for answer in examination.answers)
    general = asdict(examination.general) if examination.general else None
    beside = {"general": general, "learned": [asdict(answer) for answer in examination.learned]}
    path.with_name(_BESIDE).write_text(json.dumps(beside) + "\n", encoding="utf-8")


def read_examination(path: Path) -> Examination:
    """Return what `write_examination` wrote to `path` and beside it."""
    beside = json.loads(path.with_name(_BESIDE).read_text(encoding="utf-8"))
    known = beside["general"]
    general = General(known["nats"], tuple(known["sums_right"])) if known else None
    return Examination(tuple(_read(path)), general, tuple(map(_answer, beside["learned"])))


def _read(path: Path) -> Iterable[GradedAnswer]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield _answer(json.loads(line))


def _answer(fields: dict[str, Any]) -> GradedAnswer:
    return GradedAnswer(**fields | {"flaws": tuple(fields["flaws"])})


def _graded(row: Row, reply: Reply) -> GradedAnswer:
    mark = grade(reply.text, row.answer, row.question)
    flaws = flaws_of(row.question, reply.text, correct=mark.correct, ended=reply.ended)
    return GradedAnswer(
        row.question,
        row.topic,
        row.answer,
        reply.text,
        mark.found,
        mark.correct,
        reply.corrections,
        row.level,
        flaws,
    )


_BESIDE = "beside.json"
