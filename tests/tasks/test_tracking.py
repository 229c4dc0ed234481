"""The MLflow run of a training: what is logged once more takes the place of what was there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.tracking import Tracking
from tutor.settings import Store


@pytest.mark.usefixtures("database")
def test_a_table_that_is_logged_again_holds_the_rows_of_now(store: Store, tmp_path: Path) -> None:
    tracking = Tracking(store, "pruebas")
    run = tracking.open_run("training-a")

    def logged() -> list[list[object]]:
        file = tracking.client.download_artifacts(run.id, "answers/base.json", str(tmp_path))
        said = json.loads(Path(file).read_text(encoding="utf-8"))
        assert said["columns"] == ["question", "correct"]
        return list(said["data"])

    run.log_table("answers/base.json", {"question": ["¿1+1?", "¿2+2?"], "correct": [True, False]})
    assert logged() == [["¿1+1?", True], ["¿2+2?", False]]
    run.log_table("answers/base.json", {"question": ["¿3+3?"], "correct": [True]})
    assert logged() == [["¿3+3?", True]]
