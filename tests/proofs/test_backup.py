"""A backup of running servers, brought back into empty databases and an empty folder."""

import stat
from pathlib import Path
from typing import Any

import psycopg

from tests.proofs.machine import Machine, run_tutor


def test_what_was_saved_from_postgresql_is_there_again(box: Machine, databases: dict[str, str], tmp_path: Path) -> None:
    saved = tmp_path / "tutor.tar"
    assert "files" in box.tutor("backup", str(saved))
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert run_tutor(("backup", str(saved)), box.environment).returncode == 2, "never over a file that is there"

    home = tmp_path / "again"
    elsewhere = {
        **box.environment,
        "TUTOR_HOME": str(home),
        "TUTOR_PREFECT_DATABASE": databases["prefect_again"],
        "TUTOR_MLFLOW_DATABASE": databases["mlflow_again"],
    }
    refused = run_tutor(("restore", str(saved)), box.environment)
    assert refused.returncode == 2
    assert "make down" in refused.stderr
    box.tutor("restore", str(saved), environment=elsewhere)
    for name, table in (("prefect", "deployment"), ("mlflow", "users"), ("mlflow", "experiments")):
        assert _count(databases[f"{name}_again"], table) == _count(databases[name], table) > 0, table
    assert (home / "servers" / "secrets.env").read_bytes() == (box.home / "servers" / "secrets.env").read_bytes()
    assert run_tutor(("restore", str(saved)), elsewhere).returncode == 2, "never over what is there"


def _count(address: str, table: str) -> int:
    with psycopg.connect(address) as connection:
        found: Any = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0])
