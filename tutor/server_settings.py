"""How the servers of this machine are set up: addresses, databases and secrets, from the environment or a file."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tutor.errors import UsageError

SECRETS_FILE = "secrets.env"
LOOPBACK = "127.0.0.1"
_USER = "tutor"
# Names that the servers and their clients know already, so that a secret has one name everywhere.
_PREFECT_AUTH = "PREFECT_SERVER_API_AUTH_STRING"
_MLFLOW_PASSWORD = "MLFLOW_AUTH_ADMIN_PASSWORD"
_MLFLOW_KEY = "MLFLOW_FLASK_SERVER_SECRET_KEY"
_SECRETS = (_PREFECT_AUTH, _MLFLOW_PASSWORD, _MLFLOW_KEY)
# What no worker needs to know, nor the code of a model that a worker loads.
SERVERS_ONLY = frozenset({*_SECRETS, "TUTOR_PREFECT_DATABASE", "TUTOR_MLFLOW_DATABASE"})


@dataclass(frozen=True)
class ServerSettings:
    """Where the servers listen, which databases they keep, and what opens them.

    `prefect_database` and `mlflow_database` are postgresql:// addresses, or empty for SQLite under `folder`.
    `ui_url` is where browsers find the Prefect server, empty where that is its own address.
    """

    folder: Path
    host: str
    prefect_port: int
    mlflow_port: int
    prefect_database: str
    mlflow_database: str
    allowed_hosts: str
    ui_url: str
    secrets: Mapping[str, str]

    @property
    def prefect_url(self) -> str:
        """Return the address of the Prefect UI."""
        return f"http://{self.host}:{self.prefect_port}"

    @property
    def mlflow_url(self) -> str:
        """Return the address of the MLflow UI."""
        return f"http://{self.host}:{self.mlflow_port}"

    def for_clients(self) -> dict[str, str]:
        """Return the environment with which a program uses both servers."""
        return {
            "PREFECT_API_URL": f"{self.prefect_url}/api",
            "PREFECT_API_AUTH_STRING": self.secrets[_PREFECT_AUTH],
            "MLFLOW_TRACKING_URI": self.mlflow_url,
            "MLFLOW_TRACKING_USERNAME": _USER,
            "MLFLOW_TRACKING_PASSWORD": self.secrets[_MLFLOW_PASSWORD],
        }

    def for_prefect(self) -> dict[str, str]:
        """Return the environment of the Prefect server."""
        database = (
            _with_driver(self.prefect_database, "asyncpg")
            if self.prefect_database
            else f"sqlite+aiosqlite:///{self.folder / 'prefect.db'}"
        )
        return {
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
            # Five seconds otherwise, which a machine that trains at the same time does not always keep.
            "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
            "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
            _PREFECT_AUTH: self.secrets[_PREFECT_AUTH],
            "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "true",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "true",
            # Its pages ask port 4200 otherwise, wherever they come from.
            "PREFECT_SERVER_UI_API_URL": f"{self.ui_url or self.prefect_url}/api",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            # Its newer pages call a measuring service at every load, though analytics are off.
            "PREFECT_SERVER_UI_V2_ENABLED": "false",
            # Leases in memory would be forgotten by a restart, and the card never freed.
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            # What automations had seen stands in memory, too: see there.
            "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "flows.event_order",
        }

    def for_mlflow(self) -> dict[str, str]:
        """Return the environment of the MLflow server."""
        return {
            "MLFLOW_AUTH_CONFIG_PATH": str(self.folder / "mlflow-auth.ini"),
            "MLFLOW_AUTH_ADMIN_USERNAME": _USER,
            _MLFLOW_PASSWORD: self.secrets[_MLFLOW_PASSWORD],
            _MLFLOW_KEY: self.secrets[_MLFLOW_KEY],
            "MLFLOW_DISABLE_TELEMETRY": "true",
            # Fifteen processes and 3 GB otherwise, for jobs that nothing here starts.
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }

    @property
    def mlflow_store(self) -> str:
        """Return the address of MLflow's own database, as SQLAlchemy takes it."""
        if self.mlflow_database:
            return _with_driver(self.mlflow_database, "psycopg")
        return f"sqlite:///{self.folder.parent / 'mlflow' / 'mlflow.db'}"

    @property
    def mlflow_users(self) -> str:
        """Return the address of the database of MLflow's users: the same PostgreSQL, or a file beside ours."""
        return self.mlflow_store if self.mlflow_database else f"sqlite:///{self.folder / 'mlflow-users.db'}"


def server_settings(home: Path) -> ServerSettings:
    """Return the settings of the servers of the store at `home`; secrets that nobody gave are made and kept there.

    Raises:
        UsageError: a variable holds what it should not, or others may read the file of secrets.
    """
    folder = home / "servers"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    addresses = databases()
    return ServerSettings(
        folder=folder,
        host=os.environ.get("TUTOR_HOST") or LOOPBACK,
        prefect_port=_port("TUTOR_PREFECT_PORT", 4200),
        mlflow_port=_port("TUTOR_MLFLOW_PORT", 5000),
        prefect_database=addresses["prefect"],
        mlflow_database=addresses["mlflow"],
        allowed_hosts=os.environ.get("TUTOR_ALLOWED_HOSTS") or "localhost:*,127.0.0.1:*",
        ui_url=_page_address("TUTOR_PREFECT_UI_URL"),
        secrets=_read_or_make_secrets(folder / SECRETS_FILE),
    )


def databases() -> dict[str, str]:
    """Return the PostgreSQL address of each server's database, empty where it keeps SQLite files.

    Raises:
        UsageError: an address is not one of PostgreSQL.
    """
    return {name: _database(f"TUTOR_{name.upper()}_DATABASE") for name in ("prefect", "mlflow")}


def study_database() -> str:
    """Return the address of the database of sweeps, as SQLAlchemy takes it; empty where a file of the store is meant.

    A database of its own, for workers know its address: that of the servers' databases is none of their business.

    Raises:
        UsageError: the address is not one of PostgreSQL.
    """
    return _with_driver(_database("TUTOR_SWEEP_DATABASE"), "psycopg")


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise UsageError(f"{name}: got '{text}', expected a port from 1 to 65535")
    return int(text)


def _page_address(name: str) -> str:
    address = os.environ.get(name, "").rstrip("/")
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
        raise UsageError(f"{name}: got '{address[:80]}', expected an address for browsers, such as https://HOST")
    return address


def _database(name: str) -> str:
    address = os.environ.get(name, "")
    parts = urlsplit(address)
    if address and (parts.scheme != "postgresql" or not parts.path.strip("/")):
        # The address holds a password, so it is not shown.
        raise UsageError(f"{name}: expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or nothing for SQLite")
    return address


def _with_driver(address: str, driver: str) -> str:
    return address.replace("postgresql://", f"postgresql+{driver}://", 1)


def _read_or_make_secrets(file: Path) -> dict[str, str]:
    kept: dict[str, str] = {}
    if file.exists():
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise UsageError(f"{file}: others may read it; expected mode 600, so: chmod 600 {file}")
        pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
        kept = {name: value for name, _, value in pairs}
    made = {
        _PREFECT_AUTH: f"{_USER}:{secrets.token_urlsafe(24)}",
        _MLFLOW_PASSWORD: secrets.token_urlsafe(24),
        _MLFLOW_KEY: secrets.token_urlsafe(32),
    }
    if not kept.keys() >= set(_SECRETS):
        kept = made | kept
        write_private(file, "".join(f"{name}={value}\n" for name, value in kept.items()))
    found = {name: os.environ.get(name) or kept[name] for name in _SECRETS}
    if ":" not in found[_PREFECT_AUTH]:
        raise UsageError(f"{_PREFECT_AUTH}: expected USER:PASSWORD")
    return found


def write_private(file: Path, text: str) -> None:
    """Write `text` to `file`, which nobody else can read at any moment."""
    temporary = file.with_name(f".{file.name}.partial")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    temporary.replace(file)
