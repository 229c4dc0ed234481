"""What is found out about each row before the suite looks at it: one column a finding, beside the row's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from tutor.likeness import likeness
from tutor.privacy import personal_data_in
from tutor.rows import Row

LIKENESS, PERSONAL_DATA = "likeness", "personal_data"


def frame_of_facts(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Return `rows` as a frame with `columns` and, for each row, its likeness and the personal data found in it."""
    frame = pd.DataFrame([asdict(row) for row in rows], columns=list(columns))
    frame[LIKENESS] = [likeness(row.question).hex() for row in rows]
    frame[PERSONAL_DATA] = pd.Series(
        [personal_data_in(f"{row.question}\n{row.solution}") for row in rows], dtype="object"
    )
    return frame
