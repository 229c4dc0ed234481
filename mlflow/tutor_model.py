"""The model as MLflow loads it: the adapter of one registered version, asked through `predict`.

MLflow copies this file into each version and runs it on load; the weights beside it are safetensors.
"""

from __future__ import annotations

from pathlib import Path

import mlflow
from mlflow.pyfunc import PythonModel, PythonModelContext

from tutor.adapter import open_adapter
from tutor.settings import open_store


class TutorModel(PythonModel):  # type: ignore[misc]  # MLflow gives its base class no types
    """Answers a table with a column `question`, one reply a row."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the adapter and its base model; no hub is asked once the base has been quantised."""
        self._tutor = open_adapter(Path(context.artifacts["adapter"]), open_store())

    # Without type hints: MLflow would take them for the signature, in place of the one that is logged.
    def predict(self, context, model_input, params=None):
        """Return the replies to the questions, in their order."""
        questions = [str(question) for question in model_input["question"]]
        return [reply.text for reply in self._tutor.answers(questions, lambda done, total: None)]


mlflow.models.set_model(TutorModel())
