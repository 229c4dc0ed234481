"""The command line: what it says when it cannot do what it was told."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.command import main
from tutor.adapter import quantised_base
from tutor.config import load_config
from tutor.errors import BaseModelUnavailable
from tutor.settings import Store


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["retrain", "--profile", "gpu"], "expected one of cpu, gtx-1050-ti"),
        (["retrain", "--set", "training.speed=1"], "has no field 'speed'"),
        (["retrain", "--fast"], "unrecognized arguments: --fast"),
        (["retrain", "--json", "no/such/folder/out.json"], "cannot be written"),
        (["retrain", "--set", "data.path=nowhere.jsonl"], "nowhere.jsonl"),
        (["plan", "--profile", "gpu"], "expected one of cpu, gtx-1050-ti"),
        (["plan", "--set", "model.source=a/b"], "the shape of a/b is not known"),
        (["doctor", "--json", "no/such/folder/out.json"], "cannot be written"),
        (["fly"], "invalid choice: 'fly'"),
        ([], "required: COMMAND"),
        (["check", "nowhere.jsonl"], "nowhere.jsonl: there is no such file"),
        (["check", "tests"], "is not a regular file"),
        (["check", "data/matematicas.jsonl", "--map", "question"], "expected FIELD=COLUMN"),
        (["check", "data/matematicas.jsonl", "--map", "pregunta=question"], "there is no field 'pregunta'"),
        (["check", "data/matematicas.jsonl", "--map", "question=pregunta"], "no such column; the columns are id,"),
        (["check", "hub:nobody", "--fix"], "download it first"),
        (["evaluate", "base"], "required: --questions"),
        (["evaluate", "base", "--questions", "nowhere.jsonl"], "nowhere.jsonl: there is no such file"),
        (["ask", "no-such-model", "¿2+2?"], "expected 'base', models:/NAME@ALIAS"),
        (["ask", "models:/nobody@champion", "¿2+2?"], "models:/nobody@champion"),
        (["ask", "models:/x", "¿2+2?"], "models:/x"),
        (["ask", "models:/x/3", "¿2+2?"], "'tutor report models:/x' tells the versions"),
        (["ask", f"models:/x/{'9' * 20}", "¿2+2?"], "expected models:/NAME/VERSION or models:/NAME@ALIAS"),
        (["promote", "tres", "--reason", "x"], "'tutor report models:/NAME' tells them"),
        (["ask", "tests", "¿2+2?"], "expected an adapter folder"),
        (["ask", "base", " "], "QUESTION is empty"),
        (["generate", "--rows", "0"], "argument --rows: got '0', expected a whole number from 1 to 10000000"),
        (["generate", "--rows", "x"], "argument --rows: got 'x', expected a whole number from 1"),
        (["generate", "--rows", "9" * 5000], "argument --rows: got '9999"),
        (["generate", "--rows", "9"], "other rows than the shipped ones need a file of their own; add --output FILE"),
        (["generate", "--seed", "1.5"], "argument --seed: got '1.5', expected a whole number from 0"),
        (["serve", "--port", "70000"], "argument --port: got '70000', expected a whole number from 0 to 65535"),
        (["serve", "--port", "http"], "argument --port: got 'http', expected a whole number from 0 to 65535"),
        (["bench", "--epochs", "²"], "argument --epochs: got '²', expected a whole number from 1"),
        (["report", "x.log", "--peak-mb", "mucho"], "argument --peak-mb: got 'mucho', expected a number above 0"),
    ],
)
def test_a_wrong_command_is_one_line_and_exit_2(
    arguments: list[str], said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.startswith("tutor: ")
    assert complaint.count("\n") == 1


def test_generate_tells_how_far_it_is(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "--rows", "30", "--output", str(tmp_path / "d.jsonl")]) == 0
    assert len((tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()) == 30
    assert "Generación: 30 de 30 filas\n" in capsys.readouterr().err


def test_help_answers_at_once() -> None:
    times = []
    for _ in range(3):
        started = time.monotonic()
        answer = subprocess.run(
            [sys.executable, "-m", "flows.command", "--help"], capture_output=True, text=True, check=False
        )
        times.append(time.monotonic() - started)
        assert answer.returncode == 0
        for command in ("generate", "check", "doctor", "plan", "retrain", "evaluate", "report", "ask"):
            assert command in answer.stdout
    assert min(times) < 1


def test_generate_writes_the_same_rows_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert main(["generate", "--rows", "50", "--seed", "3", "--output", str(tmp_path / name)]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len((tmp_path / "a").read_text(encoding="utf-8").splitlines()) == 50


def test_phi_2_without_hub_and_without_folder_names_both_remedies(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(BaseModelUnavailable) as caught:
        quantised_base(load_config("gtx-1050-ti").model, store)
    said = str(caught.value)
    assert "connect this machine to the hub" in said
    assert "--set model.folder=PATH" in said
    assert "\n" not in said


def test_a_failure_that_nobody_foresaw_is_one_line_and_its_traceback_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tutor.generation.write_dataset", lambda *_: 1 / 0)
    assert main(["generate"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("tutor: ZeroDivisionError: division by zero")
    assert said.count("\n") == 1
    assert "Traceback" in (store.home / "last-error.log").read_text(encoding="utf-8")


def test_a_traceback_that_cannot_be_kept_is_told_in_the_same_line(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tutor.generation.write_dataset", lambda *_: 1 / 0)
    (store.home / "last-error.log").mkdir()  # it cannot be written there, as on a full disk
    assert main(["generate"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("tutor: ZeroDivisionError: division by zero; where it happened could not be written to ")
    assert said.count("\n") == 1


def test_the_doctor_tells_a_machine_without_the_promised_card(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_phi: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tutor.doctor.find_cards", lambda: ())
    out = tmp_path / "out.json"
    assert main(["doctor", "--set", f"model.folder={tiny_phi}", "--json", str(out)]) == 0
    assert json.loads(out.read_text())["fit"] is True
    capsys.readouterr()
    arguments = ["--profile", "gtx-1050-ti", "--set", f"model.folder={tiny_phi}", "--json", str(out)]
    assert main(["doctor", *arguments]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("failure")]
    assert len(failed) == 1
    assert "expected an NVIDIA card" in failed[0]
    assert json.loads(out.read_text())["fit"] is False
