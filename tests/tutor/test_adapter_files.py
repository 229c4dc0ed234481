"""Poisoned adapter folders: nothing that came with one is run, and the refusal is one sentence."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from flows.command import main
from tests.conftest import poison
from tutor.adapter import open_adapter
from tutor.adapter_files import refuse_unsafe
from tutor.base_model import quantise
from tutor.config import ModelConfig
from tutor.errors import RegistryError
from tutor.settings import Store


def _settings(folder: Path, **changes: object) -> None:
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_an_adapter_of_ours_is_accepted(adapter_folder: Path) -> None:
    refuse_unsafe(adapter_folder)


def test_a_pickle_is_refused_under_every_name(
    adapter_folder: Path, tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    marker, weights = tmp_path / "ran", adapter_folder / "adapter_model.safetensors"
    kept = weights.read_bytes()
    for name in ("adapter_model.bin", "pytorch_model.bin", "adapter_model.pt", "tokenizer.pkl"):
        (adapter_folder / name).write_bytes(poison(marker))
        with pytest.raises(RegistryError, match=f"holds '{name}'"):
            open_adapter(adapter_folder, store)
        weights.unlink()
        with pytest.raises(RegistryError, match=r"expected an adapter folder|holds"):
            open_adapter(adapter_folder, store)
        weights.write_bytes(kept)
        (adapter_folder / name).unlink()
    weights.write_bytes(poison(marker))
    with pytest.raises(RegistryError, match="is no safetensors file"):
        open_adapter(adapter_folder, store)
    assert main(["ask", str(adapter_folder), "¿2+2?"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not marker.exists()
    pickle.loads(poison(marker))
    assert marker.exists(), "the poison works where it is loaded"


@pytest.mark.parametrize(
    "name", ["modeling_evil.py", "sitecustomize.py", "tokenization_evil.py", "adapter_model.safetensors.index.json"]
)
def test_a_file_that_has_no_business_there_is_refused(name: str, adapter_folder: Path) -> None:
    (adapter_folder / name).write_text("raise SystemExit('ran')")
    with pytest.raises(RegistryError, match="nothing was loaded from it"):
        refuse_unsafe(adapter_folder)


def test_links_and_folders_are_refused(adapter_folder: Path, tmp_path: Path) -> None:
    (adapter_folder / "README.md").symlink_to(tmp_path / "secret")
    with pytest.raises(RegistryError, match=r"holds 'README\.md'"):
        refuse_unsafe(adapter_folder)
    (adapter_folder / "README.md").unlink()
    (adapter_folder / "merges.txt").mkdir()
    with pytest.raises(RegistryError, match=r"holds 'merges\.txt'"):
        refuse_unsafe(adapter_folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"auto_mapping": {"base_model_class": "Evil", "parent_library": "evil"}},
        {"auto_map": {"AutoModelForCausalLM": "evil--modeling.Evil"}},
        {"trust_remote_code": True},
        {"megatron_config": {"a": 1}, "megatron_core": "evil"},
        {"megatron_core": "evil"},
        {"peft_type": "PROMPT_TUNING"},
        {"peft_type": None},
        {"task_type": "SEQ_CLS"},
        {"base_model_name_or_path": ["evil"]},
        {"target_modules": "(a+)+$"},
        {"modules_to_save": ["embed_tokens"]},
        {"corda_config": 1},
        {"r": "eight"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_settings_that_name_something_to_run_are_refused(changes: dict[str, object], adapter_folder: Path) -> None:
    _settings(adapter_folder, **changes)
    with pytest.raises(RegistryError, match=r"adapter_config\.json"):
        refuse_unsafe(adapter_folder)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "x" * 2_000_000, "\udcff"])
def test_settings_that_are_no_settings_are_refused(text: str, adapter_folder: Path) -> None:
    (adapter_folder / "adapter_config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RegistryError, match="is damaged"):
        refuse_unsafe(adapter_folder)


def test_another_base_named_in_the_settings_is_not_loaded(adapter_folder: Path) -> None:
    _settings(adapter_folder, base_model_name_or_path="/etc/evil")
    refuse_unsafe(adapter_folder)  # a note for people: the base is the one in tutor.json, from this machine's store


def test_a_base_model_that_brings_code_or_pickles_is_refused(tiny_phi: Path, tmp_path: Path) -> None:
    import shutil

    base, marker = tmp_path / "base", tmp_path / "ran"
    shutil.copytree(tiny_phi, base)
    settings = json.loads((base / "config.json").read_text())
    settings |= {"model_type": "evil", "auto_map": {"AutoModelForCausalLM": "modeling_evil.Evil"}}
    settings["auto_map"]["AutoConfig"] = "modeling_evil.EvilConfig"
    (base / "modeling_evil.py").write_text(f"open({str(marker)!r}, 'w')")
    (base / "config.json").write_text(json.dumps(settings))
    config = ModelConfig(folder=base, source="tiny-phi", revision="test", pad_token="<|pad|>")
    with pytest.raises(ValueError, match="trust_remote_code"):
        quantise(config, tmp_path / "out", lambda done, total: None)

    shutil.copy(tiny_phi / "config.json", base)
    (base / "model.safetensors").unlink()
    (base / "pytorch_model.bin").write_bytes(poison(marker))
    with pytest.raises(OSError, match="safetensors"):
        quantise(config, tmp_path / "out", lambda done, total: None)
    assert not marker.exists()
