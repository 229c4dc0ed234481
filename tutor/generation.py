"""A dataset of exercises, written from a seed: the same rows for the same seed, to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tutor.exercises import exercises
from tutor.exercises.exercise import Exercise
from tutor.progress import ReportProgress, watched


def write_dataset(path: Path, rows: int, seed: int, report_progress: ReportProgress | None = None) -> None:
    """Write `rows` different exercises to `path` as JSON Lines with id, question, solution, answer, topic and level."""
    chosen: Iterator[Exercise] = islice(exercises(seed), rows)
    if report_progress is not None:
        chosen = watched(chosen, rows, report_progress)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, exercise in enumerate(chosen, start=1):
            record = {
                "id": f"mat-{number:05d}",
                "question": exercise.question,
                "solution": exercise.solution,
                "answer": exercise.answer,
                "topic": exercise.topic,
                "level": exercise.level,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
