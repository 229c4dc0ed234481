"""`tutor backup` and `tutor restore`: databases, artifacts and secrets of this machine's servers, in one file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.servers import running_processes
from tutor.errors import UsageError
from tutor.server_settings import SECRETS_FILE, databases
from tutor.settings import Store
from tutor.storage import told_when_full

_DATABASES = ("servers/prefect.db", "servers/mlflow-users.db", "mlflow/mlflow.db")
_FOLDERS = ("mlflow/artifacts",)
_FILES = (f"servers/{SECRETS_FILE}",)
_TIMEOUT_S = 3600


def backup(store: Store, file: Path) -> list[str]:
    """Write everything that cannot be made again to the archive `file`, mode 600, and return what is in it.

    The servers may run: each database is copied as it stands at one moment, by its own means. Artifacts are copied
    after the databases, so that all that a database names is there.

    Raises:
        UsageError: `file` is there already, there is nothing to save, or a database does not hand itself out.
        StorageFull: the disk of `file` is; nothing is left of the attempt.
    """
    if file.exists():
        raise UsageError(f"{file}: is there already and is not overwritten; name another file")
    with tempfile.TemporaryDirectory(prefix="tutor-backup-") as scratch:
        root = Path(scratch)
        for name in _DATABASES:
            if (store.home / name).is_file():
                _copy_sqlite(store.home / name, root / name)
        for name, address in databases().items():
            if address:
                _postgres("pg_dump", address, "--format=custom", "--no-owner", f"--file={root / f'{name}.dump'}")
        for name in _FILES:
            if (store.home / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(store.home / name, root / name)
        partial = file.with_name(f".{file.name}.partial")
        try:
            with told_when_full(file.parent, "backup", "remove old backups from there, or name a file on another disk"):
                names = _write_archive(partial, sorted(root.iterdir()), store)
            if not names:
                raise UsageError(
                    f"TUTOR_HOME: {store.home} holds nothing to save; expected the folder of servers or retrainings, "
                    "or databases in TUTOR_PREFECT_DATABASE and TUTOR_MLFLOW_DATABASE"
                )
            partial.replace(file)
        finally:
            # Half a backup every night would fill the disk that the whole ones lie on.
            partial.unlink(missing_ok=True)
    return names


def restore(store: Store, file: Path) -> list[str]:
    """Bring back what `backup` wrote to `file`, into a store and databases that hold nothing yet; return what it was.

    Raises:
        UsageError: servers run, something is there already, or `file` is no archive of ours.
        StorageFull: the disk of the store is; nothing was brought back.
    """
    if not hasattr(tarfile, "data_filter"):
        raise UsageError("restore: this Python unpacks archives without a guard; expected 3.11.4 or newer")
    if running := running_processes(store):
        raise UsageError(f"{', '.join(running)} run; a restore needs them stopped: make down")
    store.home.mkdir(parents=True, exist_ok=True)
    # On the disk where everything belongs: half of it might have been moved there when that turns out to be full.
    with tempfile.TemporaryDirectory(prefix=".tutor-restore-", dir=store.home) as scratch:
        root = Path(scratch)
        try:
            advice = "free some space there, or name another folder in TUTOR_HOME"
            with told_when_full(store.home, "restore", advice), tarfile.open(file) as archive:
                # Nothing outside of the folder, no links out of it, no devices.
                archive.extractall(root, filter="data")
                names = [member.name for member in archive.getmembers() if member.isfile()]
        except (tarfile.TarError, OSError) as error:
            # Of a file that is no archive tarfile says so once for each kind, a line each.
            why = str(error).partition("\n")[0].rstrip(":")
            raise UsageError(
                f"{file}: cannot be read as a backup ({why}); expected what 'tutor backup' wrote"
            ) from None
        if not names:
            raise UsageError(f"{file}: holds no file; expected what 'tutor backup' wrote")
        dumps = {name: address for name, address in databases().items() if (root / f"{name}.dump").is_file()}
        for name, address in dumps.items():
            if not address:
                raise UsageError(
                    f"{file}: holds PostgreSQL's {name}; expected TUTOR_{name.upper()}_DATABASE to take it"
                )
        kept = [name for name in (*_DATABASES, *_FILES, *_FOLDERS) if (root / name).exists()]
        for name in kept:
            if (store.home / name).exists():
                raise UsageError(f"{store.home / name}: is there already; restore into an empty TUTOR_HOME")
        for name, address in dumps.items():
            # Into tables that are there already it stops at the first, with everything as it was.
            options = ("--no-owner", "--exit-on-error", "--single-transaction")
            _postgres("pg_restore", address, *options, str(root / f"{name}.dump"))
        for name in kept:
            (store.home / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.move(root / name, store.home / name)
    return names


def _write_archive(file: Path, saved: Sequence[Path], store: Store) -> list[str]:
    """Write `saved` and the artifacts of `store` to the archive `file`, mode 600; return the names of its files."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
        for path in saved:
            archive.add(path, path.name)
        for name in _FOLDERS:
            if (store.home / name).is_dir():
                archive.add(store.home / name, name)
        return [member.name for member in archive.getmembers() if member.isfile()]


def _copy_sqlite(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)


def _postgres(program: str, address: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the database at `address`; its password goes by environment, unseen by ps."""
    parts = urlsplit(address)
    environment = {
        **os.environ,
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGCONNECT_TIMEOUT": "20",
    }
    if not (found := shutil.which(program)):
        raise UsageError(f"{program}: not found; install PostgreSQL's client programs (Debian: postgresql-client)")
    command = [found, f"--dbname={parts.path.strip('/')}", *arguments]
    answer = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    if answer.returncode:
        said = answer.stderr.strip().splitlines() or ["no word"]
        raise UsageError(f"{program} on {parts.hostname}: {said[-1]}")
