"""A dataset of exercises, written from a seed: the same rows for the same seed, to the byte."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

from tutor.exercises import exercises


def write_dataset(path: Path, rows: int, seed: int) -> None:
    """Write `rows` different exercises to `path` as JSON Lines with id, question, solution, answer, topic and level."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, exercise in enumerate(islice(exercises(seed), rows), start=1):
            record = {
                "id": f"mat-{number:05d}",
                "question": exercise.question,
                "solution": exercise.solution,
                "answer": exercise.answer,
                "topic": exercise.topic,
                "level": exercise.level,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
