"""Backup and restore of SQLite databases, artifacts and secrets."""

import errno
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from flows.backup import backup, restore
from tutor.errors import StorageFull, UsageError
from tutor.server_settings import server_settings
from tutor.settings import Store


@pytest.fixture(autouse=True)
def _on_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTOR_PREFECT_DATABASE", raising=False)
    monkeypatch.delenv("TUTOR_MLFLOW_DATABASE", raising=False)


def _fill(store: Store) -> None:
    server_settings(store.home)
    with closing(sqlite3.connect(store.home / "mlflow" / "mlflow.db")) as database:
        database.execute("CREATE TABLE runs (name TEXT)")
        database.execute("INSERT INTO runs VALUES ('saved')")
        database.commit()
    artifact = store.home / "mlflow" / "artifacts" / "1" / "adapter.safetensors"
    artifact.parent.mkdir(parents=True)
    artifact.write_bytes(b"weights")


def _names(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT name FROM runs")]


def test_what_was_saved_while_it_was_written_to_is_brought_back(store: Store, tmp_path: Path) -> None:
    _fill(store)
    saved = tmp_path / "tutor.tar"
    with closing(sqlite3.connect(store.home / "mlflow" / "mlflow.db")) as writer:
        writer.execute("INSERT INTO runs VALUES ('not yet committed')")
        assert "mlflow/mlflow.db" in backup(store, saved)
    assert saved.stat().st_mode & 0o077 == 0

    empty = replace(store, home=tmp_path / "empty")
    assert set(restore(empty, saved)) == {
        "mlflow/artifacts/1/adapter.safetensors",
        "mlflow/mlflow.db",
        "servers/secrets.env",
    }
    assert _names(empty.home / "mlflow" / "mlflow.db") == ["saved"]
    assert (empty.home / "mlflow" / "artifacts" / "1" / "adapter.safetensors").read_bytes() == b"weights"
    assert server_settings(empty.home).secrets == server_settings(store.home).secrets


def test_nothing_that_is_there_is_overwritten(store: Store, tmp_path: Path) -> None:
    _fill(store)
    saved = tmp_path / "tutor.tar"
    backup(store, saved)
    before = saved.read_bytes()
    with pytest.raises(UsageError, match="not overwritten"):
        backup(store, saved)
    with pytest.raises(UsageError, match="is there already"):
        restore(store, saved)
    assert saved.read_bytes() == before


def test_nothing_is_neither_saved_nor_brought_back(store: Store, tmp_path: Path) -> None:
    (store.home / "mlflow" / "artifacts").mkdir()
    with pytest.raises(UsageError, match=r"TUTOR_HOME: .* holds nothing to save"):
        backup(store, tmp_path / "tutor.tar")
    assert not list(tmp_path.glob("*tutor.tar*"))
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass
    with pytest.raises(UsageError, match="holds no file"):
        restore(store, tmp_path / "empty.tar")


def test_a_full_disk_is_told_and_nothing_is_left_of_the_attempt(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(store)
    saved, empty = tmp_path / "backups" / "tutor.tar", replace(store, home=tmp_path / "empty")
    saved.parent.mkdir()
    full = OSError(errno.ENOSPC, "No space left on device")

    def fills(*_: object, **__: object) -> None:
        raise full

    with monkeypatch.context() as on_full_disk:
        on_full_disk.setattr(tarfile.TarFile, "add", fills)
        with pytest.raises(StorageFull, match=f"no space is left for {saved.parent} .*; remove old backups"):
            backup(store, saved)
        assert list(saved.parent.iterdir()) == []
    backup(store, saved)
    with monkeypatch.context() as on_full_disk:
        on_full_disk.setattr(tarfile.TarFile, "extractall", fills)
        with pytest.raises(StorageFull, match=f"no space is left for {empty.home}"):
            restore(empty, saved)
        assert list(empty.home.iterdir()) == []
    assert restore(empty, saved)


def test_an_archive_that_reaches_outside_is_refused(store: Store, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as archive:
        archive.add(__file__, "../../outside.py")
    with pytest.raises(UsageError, match="cannot be read"):
        restore(store, evil)
    evil.write_bytes(b"no archive")
    with pytest.raises(UsageError, match="cannot be read") as caught:
        restore(store, evil)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("outside.py"))
