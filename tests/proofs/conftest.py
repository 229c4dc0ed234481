"""Proofs with all parts real: they take minutes, so `make prove` runs them and `make test` does not."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proofs.machine import Machine, machine
from tests.proofs.postgres import postgres

DATABASES = ("prefect", "mlflow", "sweep", "prefect_again", "mlflow_again")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "proofs" in item.path.parts:
            item.add_marker(pytest.mark.proof)


@pytest.fixture(scope="session")
def databases() -> Iterator[dict[str, str]]:
    """Return the addresses of empty databases on a PostgreSQL server of this session."""
    # Outside of pytest's own folder, which only root may enter when root runs the tests.
    with tempfile.TemporaryDirectory(prefix="tutor-postgres-") as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder) / "server", DATABASES) as addresses:
            yield addresses


@pytest.fixture(scope="session")
def box(databases: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Return a running machine: both servers on PostgreSQL, and a worker of the pool cpu."""
    with machine(tmp_path_factory.mktemp("box") / "home", databases) as running:
        yield running


@pytest.fixture(scope="session")
def tiny(tiny_phi: Path, dataset: Path) -> dict[str, Any]:
    """Return parameters of a retraining that takes seconds."""
    return {
        "config": {
            "data": {"path": str(dataset), "max_training_rows": 64, "held_out_share": 0.2},
            "model": {"folder": str(tiny_phi), "source": "tiny-phi", "revision": "test", "pad_token": "<|pad|>"},
            "lora": {"rank": 4, "alpha": 8},
            "training": {"epochs": 1, "pack_tokens": 256, "logging_steps": 2},
            "evaluation": {"max_rows": 12, "max_new_tokens": 8},
            "registry": {"model_name": "tutor-prueba", "experiment": "pruebas"},
        }
    }
