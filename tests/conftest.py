"""What the tests share: a store of their own, a tiny random Phi with a real tokenizer, one Prefect harness."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tiny_model import write_tiny_phi
from tutor.config import RetrainConfig
from tutor.generation import write_dataset
from tutor.settings import Store, open_store, quiet_libraries

quiet_libraries()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return an empty store in a temporary folder, the one that `open_store` finds."""
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "tutor-home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return open_store()


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of 300 exercises."""
    path = tmp_path_factory.mktemp("data") / "ejercicios.jsonl"
    write_dataset(path, 300, seed=11)
    return path


@pytest.fixture(scope="session")
def tiny_phi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an unquantised Phi with random weights (2 layers of width 64) and a tokenizer that fits."""
    folder = tmp_path_factory.mktemp("tiny-phi")
    write_tiny_phi(folder)
    return folder


@pytest.fixture
def tiny_config(tiny_phi: Path, dataset: Path) -> RetrainConfig:
    """Return a configuration with which the whole flow takes seconds."""
    return RetrainConfig.model_validate(
        {
            "data": {"path": dataset, "max_training_rows": 64, "held_out_share": 0.2},
            "model": {"folder": tiny_phi, "source": "tiny-phi", "revision": "test", "pad_token": "<|pad|>"},
            "lora": {"rank": 4, "alpha": 8},
            "training": {"epochs": 1, "pack_tokens": 256, "logging_steps": 2},
            "evaluation": {"max_rows": 12, "max_new_tokens": 8},
            "registry": {"model_name": "tutor-prueba", "experiment": "pruebas"},
        }
    )


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Run flows of this session against one temporary Prefect server."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


def write_jsonl(path: Path, records: list[object]) -> Path:
    """Write `records` to `path`, one JSON value a line, and return it."""
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path
