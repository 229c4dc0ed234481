"""What is brought from the registry: only what was registered, and nothing of it is run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from mlflow.entities.model_registry import ModelVersion
from mlflow.tracking import MlflowClient

from tasks.registered import FILES_TAG, adapter_of, fetch, reload_version
from tests.conftest import poison
from tutor.adapter_files import digests
from tutor.errors import RegistryError, ReloadFailed
from tutor.reload_check import RECORDED, RecordedAnswers, write_recorded
from tutor.settings import Store

NAME = "tutor-prueba"


@pytest.fixture
def version(store: Store, database: None, adapter_folder: Path, tmp_path: Path) -> tuple[ModelVersion, Path]:
    """Return a registered version with an adapter, and the folder of the registry in which its files lie."""
    files = tmp_path / "registered" / "artifacts"
    shutil.copytree(adapter_folder, files / "adapter")
    write_recorded(files / RECORDED, RecordedAnswers(("¿2+2?",), ("4",), "float32 on cpu"))
    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    client.create_registered_model(NAME)
    tags = {FILES_TAG: json.dumps(digests(files))}
    return client.create_model_version(NAME, files.parent.as_uri(), tags=tags), files


def test_a_version_is_brought_as_it_was_registered_and_its_code_is_not_run(
    version: tuple[ModelVersion, Path], store: Store, tmp_path: Path
) -> None:
    registered, files = version
    marker = tmp_path / "ran"
    # What mlflow.pyfunc.load_model would run: the loader that MLmodel names, and the model's code file.
    (files.parent / "MLmodel").write_text("flavors:\n  python_function:\n    loader_module: evil\n    code: code\n")
    for name in ("tutor_model.py", "evil.py"):
        (files.parent / name).write_text(f"open({str(marker)!r}, 'w')")
    (files.parent / "python_model.pkl").write_bytes(poison(marker))
    assert (fetch(registered, store, tmp_path / "into") / "adapter" / "tutor.json").is_file()
    assert (adapter_of(f"models:/{NAME}/1", store) / "tutor.json").is_file()
    assert not marker.exists()


def test_a_file_that_was_changed_added_or_removed_since_is_refused(
    version: tuple[ModelVersion, Path], store: Store, tmp_path: Path
) -> None:
    registered, files = version
    marker = tmp_path / "ran"
    weights, added = files / "adapter" / "adapter_model.safetensors", files / "adapter" / "adapter_model.bin"
    kept = weights.read_bytes()
    address = f"models:/{NAME}/1"

    weights.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(RegistryError, match=r"adapter/adapter_model\.safetensors is not what was registered"):
        adapter_of(address, store)
    weights.write_bytes(poison(marker))
    with pytest.raises(RegistryError, match="is not what was registered"):
        adapter_of(address, store)
    weights.unlink()
    added.write_bytes(poison(marker))
    with pytest.raises(RegistryError, match="is not what was registered"):
        adapter_of(address, store)
    weights.write_bytes(kept)
    with pytest.raises(ReloadFailed, match=r"adapter_model\.bin is not what was registered.*no alias was moved"):
        reload_version(registered, store)
    added.unlink()
    adapter_of(address, store)
    assert not marker.exists()


def test_what_was_poisoned_before_it_was_registered_is_refused_too(
    version: tuple[ModelVersion, Path], store: Store, tmp_path: Path
) -> None:
    _registered, files = version
    (files / "adapter" / "adapter_model.bin").write_bytes(poison(tmp_path / "ran"))
    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    client.set_model_version_tag(NAME, "1", FILES_TAG, json.dumps(digests(files)))
    with pytest.raises(RegistryError, match=r"holds 'adapter_model\.bin'"):
        adapter_of(f"models:/{NAME}/1", store)
    assert not (tmp_path / "ran").exists()


def test_files_that_are_gone_and_versions_of_others_are_told(version: tuple[ModelVersion, Path], store: Store) -> None:
    _registered, files = version
    shutil.rmtree(files)
    with pytest.raises(RegistryError, match="its files cannot be had"):
        adapter_of(f"models:/{NAME}/1", store)
    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    client.create_model_version(NAME, files.parent.as_uri())
    with pytest.raises(RegistryError, match="was not registered by this project"):
        adapter_of(f"models:/{NAME}/2", store)
    for address in (f"models:/{NAME}/9", f"models:/{NAME}@nobody", "models:/nobody/1", "models:/x", "models:/x/latest"):
        with pytest.raises(RegistryError, match=address):
            adapter_of(address, store)
