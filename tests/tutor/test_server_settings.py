"""Addresses and secrets of the servers."""

import os
import stat
from pathlib import Path

import pytest
import yaml

from tutor.errors import UsageError
from tutor.server_settings import server_settings
from tutor.settings import REPOSITORY, Store


@pytest.fixture(autouse=True)
def _without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TUTOR_HOST", "TUTOR_PREFECT_PORT", "TUTOR_MLFLOW_PORT", "TUTOR_PREFECT_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("PREFECT_SERVER_API_AUTH_STRING", "MLFLOW_AUTH_ADMIN_PASSWORD", "TUTOR_MLFLOW_DATABASE"):
        monkeypatch.delenv(name, raising=False)


def test_secrets_are_made_once_at_random_and_for_their_owner(tmp_path: Path) -> None:
    first, again = server_settings(tmp_path / "a"), server_settings(tmp_path / "a")
    other = server_settings(tmp_path / "b")
    assert first == again
    assert not set(first.secrets.values()) & set(other.secrets.values())
    assert min(len(value) for value in first.secrets.values()) >= 32
    file = tmp_path / "a" / "servers" / "secrets.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        server_settings(tmp_path / "a")


def test_secrets_of_the_environment_win_and_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "ana:de fuera")
    assert server_settings(tmp_path).for_clients()["PREFECT_API_AUTH_STRING"] == "ana:de fuera"
    assert "de fuera" not in (tmp_path / "servers" / "secrets.env").read_text()
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "sin dos puntos")
    with pytest.raises(UsageError, match="USER:PASSWORD"):
        server_settings(tmp_path)


def test_databases_are_sqlite_files_or_postgresql_with_each_servers_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = server_settings(tmp_path)
    assert own.for_prefect()["PREFECT_SERVER_DATABASE_CONNECTION_URL"].endswith("/servers/prefect.db")
    assert own.mlflow_users != own.mlflow_store == f"sqlite:///{tmp_path / 'mlflow' / 'mlflow.db'}"
    monkeypatch.setenv("TUTOR_PREFECT_DATABASE", "postgresql://u:p@h:5432/prefect")
    monkeypatch.setenv("TUTOR_MLFLOW_DATABASE", "postgresql://u:p@h:5432/mlflow")
    given = server_settings(tmp_path)
    database = given.for_prefect()["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    assert database == "postgresql+asyncpg://u:p@h:5432/prefect"
    assert given.mlflow_store == given.mlflow_users == "postgresql+psycopg://u:p@h:5432/mlflow"


def test_the_pages_of_prefect_ask_where_browsers_find_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTOR_PREFECT_UI_URL", raising=False)
    monkeypatch.setenv("TUTOR_HOST", "0.0.0.0")
    asked = "PREFECT_SERVER_UI_API_URL"
    assert server_settings(tmp_path).for_prefect()[asked] == "http://0.0.0.0:4200/api"
    monkeypatch.setenv("TUTOR_PREFECT_UI_URL", "https://tutor.example/")
    assert server_settings(tmp_path).for_prefect()[asked] == "https://tutor.example/api"
    compose = yaml.safe_load((REPOSITORY / "deployments" / "compose.yaml").read_text())
    declared = compose["services"]["prefect"]["environment"][asked]
    assert declared == "${TUTOR_PREFECT_UI_URL:-http://127.0.0.1:4200}/api"


def test_what_the_server_within_a_run_does_not_write_down_the_one_of_up_does(store: Store) -> None:
    told = server_settings(store.home).for_prefect()
    for service in ("TASK_RUN_RECORDER", "EVENT_PERSISTER"):
        name = f"PREFECT_SERVER_SERVICES_{service}_ENABLED"
        assert (os.environ[name], told[name]) == ("false", "true")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TUTOR_PREFECT_PORT", "0"),
        ("TUTOR_PREFECT_PORT", "http"),
        ("TUTOR_MLFLOW_PORT", "70000"),
        ("TUTOR_PREFECT_UI_URL", "tutor.example"),
        ("TUTOR_PREFECT_UI_URL", "javascript:alert(1)"),
        ("TUTOR_PREFECT_DATABASE", "mysql://u:geheim@h/d"),
        ("TUTOR_MLFLOW_DATABASE", "postgresql://u:geheim@h"),
    ],
)
def test_a_wrong_setting_is_one_sentence_without_the_password(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name) as raised:
        server_settings(tmp_path)
    assert "geheim" not in str(raised.value)
