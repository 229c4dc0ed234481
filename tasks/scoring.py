"""MLflow's own scoring server in front of a tutor in service, and the signature under which tutors are registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.errors import TutorError
from tutor.serving.desk import Desk

if TYPE_CHECKING:
    from fastapi import FastAPI
    from mlflow.models import ModelSignature

_PATHS = {"/ping", "/health", "/version", "/invocations"}
_MOST_ROWS = 32


def signature() -> ModelSignature:
    """Return what a registered tutor takes (a table with a column `question`) and gives (one reply a row)."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "question")]), outputs=Schema([ColSpec(DataType.string)])
    )


def scoring_app(desk: Desk) -> FastAPI:
    """Return MLflow's scoring server (`/invocations`, `/ping`, `/health`, `/version`) that answers from `desk`.

    `mlflow models serve` would run the code file that lies in the version. Here MLflow reads and writes the requests,
    and the model behind it is the one that `desk` opened from verified files.
    """
    from mlflow.models import Model
    from mlflow.pyfunc import PyFuncModel
    from mlflow.pyfunc.scoring_server import init

    flavor = {"python_function": {"loader_module": __name__}}
    app: FastAPI = init(PyFuncModel(model_meta=Model(signature=signature(), flavors=flavor), model_impl=_AtDesk(desk)))
    # Its page of documentation would fetch scripts from elsewhere.
    app.router.routes[:] = [route for route in app.routes if getattr(route, "path", None) in _PATHS]
    return app


class _AtDesk:
    """The questions of a table, each waiting for its turn like everybody's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def predict(self, model_input: Any, **_: Any) -> list[str]:
        """Return the replies to the column `question`, in its order."""
        from mlflow.exceptions import MlflowException

        questions = [str(question) for question in model_input["question"]]
        if len(questions) > _MOST_ROWS:
            raise MlflowException.invalid_parameter_value(
                f"got {len(questions)} questions, expected at most {_MOST_ROWS} at once; 'tutor evaluate' answers many"
            )
        try:
            return [self._desk.answer(question).reply.text for question in questions]
        except TutorError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from None
