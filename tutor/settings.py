"""Where a run keeps what it makes, and what libraries are told about it: the one place that reads the environment."""

from __future__ import annotations

import getpass
import logging
import os
import platform
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import UsageError
from tutor.reachable import refuse_unreachable, without_password

REPOSITORY = Path(__file__).resolve().parent.parent
PROFILES = REPOSITORY / "deployments" / "profiles"
DEFAULT_DATASET = REPOSITORY / "data" / "matematicas.jsonl"
DEFAULT_ROWS, DEFAULT_SEED = 2250, 2026  # of which the generator makes it
DEFAULT_MODEL_NAME = "tutor-matematicas"
DEFAULT_PROFILE = "cpu"
# Pool, concurrency limit and profile of the card have one name.
CARD_POOL = "gtx-1050-ti"
MODEL_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}$"
FROZEN_TEST = REPOSITORY / "data" / "frozen-test.json"
FROZEN_ROWS = REPOSITORY / "data" / "frozen-rows.jsonl"
FORGETTING = REPOSITORY / "data" / "forgetting.jsonl"

# Where MLflow keeps its runs without a server: files and databases.
_NO_SERVER = ("", "file", "sqlite", "postgresql", "mysql", "mssql")
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
    """The folder under which everything lies that a run makes, and the MLflow store that its runs go to.

    `artifacts_uri` is None where a tracking server decides on the place of artifacts.
    """

    home: Path
    tracking_uri: str
    artifacts_uri: str | None

    @property
    def tracking_shown(self) -> str:
        """Return the address of the MLflow store as people and files are told it."""
        return without_password(self.tracking_uri)

    @property
    def stages(self) -> Path:
        """Return the folder of finished and unfinished stages."""
        return self.home / "stages"

    @property
    def base_models(self) -> Path:
        """Return the folder of converted and quantised base models."""
        return self.home / "base-models"


def forced_bitsandbytes() -> str:
    """Return the CUDA version that BNB_CUDA_VERSION forces on bitsandbytes; empty where nothing is forced."""
    return os.environ.get("BNB_CUDA_VERSION", "")


def card_limit() -> str:
    """Return the name of the concurrency limit that this machine's card has on the Prefect server.

    `TUTOR_CARD_LIMIT` gives each of several cards its own (default: one for all of them, the declared one).

    Raises:
        UsageError: it is not a name.
    """
    name = os.environ.get("TUTOR_CARD_LIMIT") or CARD_POOL
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}", name):
        raise UsageError(f"TUTOR_CARD_LIMIT: got '{name[:40]}', expected letters, digits, '.', '_' and '-'")
    return name


def whoami() -> str:
    """Return who runs this process, as USER@MACHINE; the user's number where it has no name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{platform.node()}"


def quiet_libraries() -> None:
    """Tell libraries, before they are imported, to report to nobody and to leave the terminal to us."""
    for name, value in _QUIET_LIBRARIES.items():
        os.environ.setdefault(name, value)
    # What peft and transformers have to tell each other is nothing for a pupil's terminal.
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)


def store_home() -> Path:
    """Return the folder of the store of this process: `TUTOR_HOME`, or `.tutor` in the repository."""
    return Path(os.environ.get("TUTOR_HOME") or REPOSITORY / ".tutor").expanduser().resolve()


def open_store() -> Store:
    """Return the store of this process, made if need be, and tell the libraries to use it.

    `MLFLOW_TRACKING_URI` and `PREFECT_API_URL` win where they are set. Call it before Prefect, MLflow or transformers
    are imported.
    """
    home = store_home()
    embedded = f"sqlite:///{home / 'mlflow' / 'mlflow.db'}"
    tracking_uri = os.environ.get("MLFLOW_TRACKING_URI") or embedded
    # MLflow exports its address to the environment once it is told: ours is still ours then.
    artifacts_uri = (home / "mlflow" / "artifacts").as_uri() if tracking_uri == embedded else None
    store = Store(home, tracking_uri, artifacts_uri)
    try:
        for folder in (store.stages, store.base_models, home / "mlflow", home / "prefect"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"TUTOR_HOME: {home} cannot be used ({error.strerror}); expected a folder to write in"
        ) from None
    quiet_libraries()
    # Prefect's own server starts inside the run; on a busy machine the default of 20 s is too short.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    # Two of its services write down what happens to tasks: that locks its SQLite file, it answers 503 to the next task,
    # and its client waits 2 s. Nobody asks that server; the one of 'tutor up' runs both (ServerSettings.for_prefect).
    os.environ.setdefault("PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED", "false")
    os.environ.setdefault("PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED", "false")
    # Of a run that sends none for three times as long the server's automations say that its process is gone.
    os.environ.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "30")
    # It offers to fetch a kernel from a hub, which we neither want nor need.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    # It tells that it makes a list of fonts, which it does once.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # Prefect passes on what libraries tell their developers.
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    os.environ.setdefault("PREFECT_HOME", str(store.home / "prefect"))
    return store


def open_store_and_servers(*, prefect: bool = False) -> Store:
    """Return the store as `open_store` does, after the servers that the environment names have answered.

    MLflow's is asked always, Prefect's where `prefect` says so.

    Raises:
        UsageError: one does not answer, or its address is none.
    """
    store = open_store()
    refuse_unreachable("MLFLOW_TRACKING_URI", store.tracking_uri, _NO_SERVER)
    if prefect and (address := os.environ.get("PREFECT_API_URL")):
        refuse_unreachable("PREFECT_API_URL", address)
    return store
