"""`tutor serve` and `tutor export` on registered versions of the tiny Phi, from the command to Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from mlflow.tracking import MlflowClient

from flows.command import main
from tasks.champion_watch import ChampionWatch, edition_of
from tasks.registered import FILES_TAG, find_version, version_named
from tests.tiny_adapter import write_tiny_adapter
from tutor.adapter import open_adapter, open_base
from tutor.adapter_files import digests
from tutor.config import RetrainConfig
from tutor.prompt import prompt
from tutor.reload_check import RECORDED, RecordedAnswers, write_recorded
from tutor.serving.desk import Desk
from tutor.settings import REPOSITORY, Store
from tutor.stages import digest_of_file

NAME = "tutor-prueba"
QUESTIONS = ("¿Cuánto es 7 × 8?", "Calcula 345 + 278.")


@pytest.fixture
def exact_config(tiny_config: RetrainConfig) -> RetrainConfig:
    """Return a configuration in whose arithmetic two near answers of a random model are not tipped by rounding."""
    model = tiny_config.model.model_copy(update={"compute_dtype": "float32"})
    return tiny_config.model_copy(update={"model": model})


@pytest.fixture
def versions(store: Store, database: None, exact_config: RetrainConfig, tmp_path: Path) -> MlflowClient:
    """Register two versions of a tiny tutor that answer differently; the first one is champion."""
    client = MlflowClient(store.tracking_uri, store.tracking_uri)
    client.create_registered_model(NAME)
    for number in (1, 2):
        files = tmp_path / f"v{number}" / "artifacts"
        write_tiny_adapter(files / "adapter", exact_config, seed=number, store=store)
        replies = open_adapter(files / "adapter", store).answers(QUESTIONS)
        write_recorded(files / RECORDED, RecordedAnswers(QUESTIONS, tuple(reply.text for reply in replies), "here"))
        client.create_model_version(NAME, files.parent.as_uri(), tags={FILES_TAG: json.dumps(digests(files))})
    client.set_registered_model_alias(NAME, "champion", "1")
    return client


def _recorded(tmp_path: Path, number: int) -> str:
    return str(json.loads((tmp_path / f"v{number}" / "artifacts" / RECORDED).read_text())["replies"][0])


def test_a_new_champion_is_taken_up_and_what_cannot_be_had_is_not(
    versions: MlflowClient, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = version_named(f"models:/{NAME}@champion", store)
    desk = Desk(edition_of(first, store))
    watch = ChampionWatch(NAME, "champion", "1", store, desk.replace)
    assert watch.look()
    assert desk.answer(QUESTIONS[0]).reply.text == _recorded(tmp_path, 1)
    versions.set_registered_model_alias(NAME, "champion", "2")
    assert watch.look()
    second = desk.answer(QUESTIONS[0])
    assert (second.edition, second.reply.text) == (f"{NAME}, versión 2", _recorded(tmp_path, 2))
    assert _recorded(tmp_path, 1) != _recorded(tmp_path, 2)

    weights = tmp_path / "v1" / "artifacts" / "adapter" / "adapter_model.safetensors"
    kept = weights.read_bytes()
    weights.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    versions.set_registered_model_alias(NAME, "champion", "1")
    assert not watch.look()
    assert "is not what was registered" in caplog.text
    assert desk.answer(QUESTIONS[0]).edition.endswith("2")
    weights.write_bytes(kept)
    assert watch.look()
    assert desk.answer(QUESTIONS[0]).edition.endswith("1")
    versions.delete_registered_model_alias(NAME, "champion")
    assert watch.look()
    assert desk.answer(QUESTIONS[0]).edition.endswith("1")
    desk.close()


def test_serve_answers_on_loopback_until_ctrl_c(versions: MlflowClient, store: Store, tmp_path: Path) -> None:
    # A shell that runs the tests in its background has Ctrl-C ignored, and what it starts inherits that.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    run = "import sys; from flows.command import main; sys.exit(main())"
    command = [sys.executable, "-c", f"{heard}; {run}", "serve", f"models:/{NAME}@champion", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        assert serving.stderr
        said = serving.stdout.readline()
        assert f"answers from {NAME}, versión 1; Ctrl-C ends it" in said, serving.stderr.read()
        with httpx.Client(base_url=said.split()[0], timeout=60, trust_env=False) as client:
            assert client.base_url.host == "127.0.0.1"
            user = {"role": "user", "content": QUESTIONS[0]}
            answered = client.post("/v1/chat/completions", json={"model": NAME, "messages": [user]}).json()
            assert answered["choices"][0]["message"]["content"] == _recorded(tmp_path, 1)
            assert answered["system_fingerprint"] == f"{NAME}, versión 1"
        serving.send_signal(signal.SIGINT)
        out, complaints = serving.communicate(timeout=60)
        assert (serving.returncode, out, complaints) == (0, "ended\n", "")


@pytest.mark.usefixtures("database")
def test_what_cannot_be_served_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, said in (
            ([f"models:/{NAME}@champion", "--port", port], f"127.0.0.1:{port} cannot be had"),
            ([f"models:/{NAME}@nobody", "--port", "0"], "no such model, version or alias"),
            (["no-such-model", "--port", "0"], "expected 'base', models:/NAME@ALIAS"),
            (["--port", "70000"], "expected a whole number from 0 to 65535"),
        ):
            assert main(["serve", *arguments]) == 2
            complaint = capsys.readouterr().err
            assert said in complaint
            assert complaint.count("\n") == 1


def test_an_exported_tutor_answers_in_transformers_alone(
    versions: MlflowClient,
    store: Store,
    exact_config: RetrainConfig,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path / "merged"
    assert main(["export", f"models:/{NAME}/2", str(folder)]) == 0
    assert "2 of 2 recorded final answers are the same" in capsys.readouterr().out
    tokenizer = AutoTokenizer.from_pretrained(folder)
    chat = [{"role": "user", "content": "¿2+2?"}, {"role": "user", "content": f" {QUESTIONS[0]}\n"}]
    assert tokenizer.apply_chat_template(chat, tokenize=False) == prompt(QUESTIONS[0])
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    assert not getattr(model.config, "quantization_config", None)
    ids = tokenizer(prompt(QUESTIONS[0]), return_tensors="pt", add_special_tokens=False)
    tutor = open_adapter(tmp_path / "v2" / "artifacts" / "adapter", store)
    tutor = open_adapter(tmp_path / "v2" / "artifacts" / "adapter", store)
    base = open_base(exact_config.model, exact_config.evaluation, store)
    with torch.no_grad():
        merged, ours, theirs = (one(**ids).logits.float() for one in (model, tutor._model, base._model))
    # Weights in float16, against all that the adapter changes.
    assert (merged - ours).abs().max() < 0.01 * (ours - theirs).abs().max()
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "The calculator is not part of it" in card
    assert not [file for file in folder.iterdir() if file.suffix in (".bin", ".py", ".pt")]

    assert main(["export", f"models:/{NAME}/2", str(folder)]) == 2
    assert "expected a folder that is new or empty" in capsys.readouterr().err


def test_an_export_as_gguf_is_one_file_and_what_ollama_needs(
    versions: MlflowClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "gguf"
    versions.set_registered_model_alias(NAME, "probado", "2")
    assert main(["export", f"models:/{NAME}@probado", str(folder), "--format", "gguf"]) == 0
    assert "2 of 2 recorded final answers are the same" in capsys.readouterr().out
    assert {file.name for file in folder.iterdir()} == {"tutor-f16.gguf", "Modelfile", "README.md", "tutor.json"}
    orders = (folder / "Modelfile").read_text(encoding="utf-8")
    assert orders.startswith("FROM ./tutor-f16.gguf\n")
    assert prompt("{{ .Content }}") in orders
    assert "PARAMETER repeat_penalty 1\n" in orders
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "The calculator is not part of it" in card
    assert "llama-server -m tutor-f16.gguf" in card

    adapter = tmp_path / "v2" / "artifacts" / "adapter"
    assert main(["export", str(adapter), str(tmp_path / "unrecorded"), "--format", "gguf"]) == 0
    assert "of 6 recorded final answers are the same" in capsys.readouterr().out
    weights = digest_of_file(adapter / "adapter_model.safetensors")
    for written, name in ((folder, f"models:/{NAME}/2"), (tmp_path / "unrecorded", f"adapter {weights[:12]}")):
        facts = json.loads((written / "tutor.json").read_text(encoding="utf-8"))
        assert (facts["model"], facts["adapter_sha256"]) == (name, weights)
        card = (written / "README.md").read_text(encoding="utf-8")
        assert f"\n# {name}\n" in card
        assert weights in card
        assert str(tmp_path) not in card


def test_an_export_that_answers_otherwise_is_not_kept(
    versions: MlflowClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = tmp_path / "v1" / "artifacts"
    shutil.copy(tmp_path / "v2" / "artifacts" / RECORDED, files / RECORDED)
    versions.set_model_version_tag(NAME, "1", FILES_TAG, json.dumps(digests(files)))
    assert find_version(versions, NAME, "1")
    before = set(tmp_path.iterdir())
    for form in ("safetensors", "gguf-q8_0"):
        assert main(["export", f"models:/{NAME}/1", str(tmp_path / "merged"), "--format", form]) == 1
        assert re.search("the merged model gives [12] of 2 other final answers", capsys.readouterr().err)
        assert set(tmp_path.iterdir()) == before
    assert main(["export", "base", str(tmp_path / "merged")]) == 2
    assert "or an adapter folder" in capsys.readouterr().err
