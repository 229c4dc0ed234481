"""Where a run keeps what it makes, and what libraries are told about it: the one place that reads the environment."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PROFILES = REPOSITORY / "deployments" / "profiles"
DEFAULT_DATASET = REPOSITORY / "data" / "matematicas.jsonl"

# No library reports to anybody, and none writes progress bars over ours.
_QUIET_LIBRARIES = {
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TQDM_DISABLE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # A failure is told in one sentence; the traceback is in the run's log, which Prefect keeps.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}


@dataclass(frozen=True)
class Store:
    """The folder under which everything lies that a run makes."""

    home: Path

    @property
    def stages(self) -> Path:
        """Return the folder of finished and unfinished stages."""
        return self.home / "stages"

    @property
    def base_models(self) -> Path:
        """Return the folder of converted and quantised base models."""
        return self.home / "base-models"

    @property
    def tracking_uri(self) -> str:
        """Return where MLflow keeps runs and the registry: `MLFLOW_TRACKING_URI`, else SQLite in the store."""
        return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{self.home / 'mlflow' / 'mlflow.db'}"

    @property
    def artifacts_uri(self) -> str | None:
        """Return where artifacts go when this machine keeps them, None when a tracking server decides."""
        if os.environ.get("MLFLOW_TRACKING_URI"):
            return None
        return (self.home / "mlflow" / "artifacts").as_uri()

    @property
    def tracking_is_local(self) -> bool:
        """Return whether the MLflow store is the embedded one."""
        return not os.environ.get("MLFLOW_TRACKING_URI")


def open_store() -> Store:
    """Return the store of this process, made if need be, and tell the libraries to use it.

    `TUTOR_HOME` names it (default: `.tutor` in the repository). `MLFLOW_TRACKING_URI` and `PREFECT_API_URL` win
    where they are set. Call it before Prefect, MLflow or transformers are imported.
    """
    store = Store(Path(os.environ.get("TUTOR_HOME") or REPOSITORY / ".tutor").expanduser().resolve())
    for folder in (store.stages, store.base_models, store.home / "mlflow", store.home / "prefect"):
        folder.mkdir(parents=True, exist_ok=True)
    for name, value in _QUIET_LIBRARIES.items():
        os.environ.setdefault(name, value)
    # Prefect's own server starts inside the run; on a busy machine the default of 20 s is too short.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    # It offers to fetch a kernel from a hub, which we neither want nor need.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    # Prefect passes on what libraries tell their developers.
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    os.environ.setdefault("PREFECT_HOME", str(store.home / "prefect"))
    return store
