"""What the tests share: a store of their own, a tiny random Phi with a real tokenizer, one Prefect harness."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tiny_model import write_tiny_phi
from tutor.config import ModelConfig, RetrainConfig
from tutor.generation import write_dataset
from tutor.settings import Store, open_store, quiet_libraries

quiet_libraries()
# Products of tiny models are quicker without a second thread to wait for; torch, and processes that tests start, obey.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Prefect looks there when it is imported. Each process that runs tests has its own, and leaves nothing in the user's.
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="tutor-prefect-")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["PREFECT_HOME"], ignore_errors=True)


@contextmanager
def held_port() -> Iterator[int]:
    """Hold a free port of loopback: the system gives it to nobody else, and a server that asks for it still gets it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return an empty store in a temporary folder, the one that `open_store` finds."""
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "tutor-home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return open_store()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an empty MLflow database: making one takes more than a second."""
    from mlflow.tracking import MlflowClient

    file = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def database(store: Store, empty_database: Path) -> None:
    """Give the store an MLflow database without making it."""
    shutil.copy(empty_database, store.home / "mlflow" / "mlflow.db")


@pytest.fixture
def adapter_folder(tmp_path: Path) -> Path:
    """Return an adapter folder as training leaves it, with weights that fit no model."""
    import numpy as np
    from peft import LoraConfig
    from safetensors.numpy import save_file

    from tutor.adapter import Origin, write_origin

    folder = tmp_path / "adapter"
    settings = LoraConfig(
        r=4,
        lora_alpha=8,
        target_modules=["q_proj", "v_proj"],
        task_type="CAUSAL_LM",
        base_model_name_or_path="tiny-phi",
    )
    settings.save_pretrained(folder)
    save_file({"lora_A": np.zeros((4, 8), dtype=np.float32)}, folder / "adapter_model.safetensors")
    write_origin(folder, Origin(ModelConfig(source="tiny-phi", revision="test"), "d" * 64, 8, 4))
    return folder


def poison(marker: Path) -> bytes:
    """Return a pickle that writes the file `marker` when it is loaded."""

    class Poison:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (marker,)

    return pickle.dumps(Poison())


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
            "lora": {"rank": 4, "alpha": 8, "plus_ratio": 1},
            "training": {"epochs": 1, "pack_tokens": 256, "logging_steps": 2},
            "evaluation": {"max_rows": 12, "max_new_tokens": 8},
            "registry": {"model_name": "tutor-prueba", "experiment": "pruebas"},
        }
    )


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Run flows of this session against one temporary Prefect server."""
    from prefect.testing.utilities import prefect_test_harness

    with pytest.MonkeyPatch.context() as patch, held_port() as port:
        patch.setattr("prefect.testing.utilities._find_available_port", lambda: port)
        # As open_store says it, which is called later.
        patch.setenv("PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED", "false")
        patch.setenv("PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED", "false")
        with prefect_test_harness(server_startup_timeout=600):
            yield


def write_jsonl(path: Path, records: list[object]) -> Path:
    """Write `records` to `path`, one JSON value a line, and return it."""
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path
