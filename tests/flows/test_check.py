"""`tutor check`: what is told about good, bad and unreadable datasets, and the copies beside them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.command import main
from tests.conftest import write_jsonl
from tutor.settings import REPOSITORY, Store

GOOD = [{"question": f"¿Cuánto es {n} + 1?", "answer": str(n + 1)} for n in range(60)]


def _check(path: Path, *options: str, memory_mib: int = 3000) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, without more address space than `memory_mib`."""
    limit = memory_mib << 20
    code = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, ({limit}, {limit}));"
        "from flows.command import main; sys.exit(main(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, "check", str(path), *options],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_fit_and_unfit_are_told_in_words_in_json_and_by_the_status(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    path = write_jsonl(tmp_path / "d.jsonl", list(GOOD))
    assert main(["check", str(path), "--json", str(out)]) == 0
    result = json.loads(out.read_text())
    assert (result["rows_in"], result["rows_kept"], result["fit"], result["quarantined"]) == (60, 60, True, [])
    assert result["format"] == "JSON Lines, own (question, answer), UTF-8"
    assert 0 < result["seconds"] < 600
    assert "60 rows, 60 good, 0 bad: fit" in capsys.readouterr().out

    bad = [row | {"answer": "casi " + row["answer"]} for row in GOOD * 20]
    assert main(["check", str(write_jsonl(path, list(bad))), "--json", str(out)]) == 1
    result = json.loads(out.read_text())
    assert result["fit"] is False
    assert [row["line"] for row in result["quarantined"]] == list(range(1, 1201))
    assert result["quarantined"][0] == {
        "line": 1,
        "id": "line-1",
        "reasons": ["the answer is no exact number, list, expression, yes or no"],
    }
    assert result["reasons"] == {
        "the answer is no exact number, list, expression, yes or no": 1200,
        "an earlier row has the same question": 1140,
    }
    told = capsys.readouterr().out
    assert len(told.splitlines()) < 20, "a thousand bad rows are told by their reasons"
    assert "1200   100.0 %" in told
    assert "line 61: line 1" in told
    assert "1200 rows, 0 good, 1200 bad: unfit" in told


def test_columns_are_mapped(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_jsonl(tmp_path / "d.jsonl", [{"pregunta": r["question"], "respuesta": r["answer"]} for r in GOOD])
    assert main(["check", str(path), "--map", "question=pregunta", "--map", "answer=respuesta"]) == 0
    assert "question from pregunta, answer from respuesta" in capsys.readouterr().out


def test_settings_count_as_in_a_retraining(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"pregunta": row["question"], "answer": row["answer"]} for row in GOOD]
    rows[:6] = [row | {"answer": "casi"} for row in rows[:6]]
    path = write_jsonl(tmp_path / "d.jsonl", list(rows))
    columns = ("--set", "data.columns=question=pregunta")
    assert main(["check", str(path), *columns]) == 1
    assert main(["check", str(path), *columns, "--set", "data.max_bad_share=0.2"]) == 0
    assert "60 rows, 54 good, 6 bad: fit" in capsys.readouterr().out
    for wrong, said in (
        ("training.epochs=2", "expected data.FIELD=VALUE"),
        ("data.path=x", "which FILE says"),
        ("data.speed=1", "has no field 'speed'"),
        ("data.max_bad_share=2", "data.max_bad_share: got '2'"),
    ):
        assert main(["check", str(path), "--set", wrong]) == 2
        complaint = capsys.readouterr().err
        assert said in complaint
        assert complaint.count("\n") == 1


def test_fix_writes_copies_beside_the_original_and_never_over_anything(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row | {"question": str(row["question"]).replace("Cuánto", "Cuántas naranjas son")} for row in GOOD]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [*rows, rows[3]])
    path = tmp_path / "d.jsonl"
    path.write_bytes(text.encode("cp1252"))
    before = path.read_bytes()
    assert main(["check", str(path)]) == 2
    assert f"tutor check {path} --fix" in capsys.readouterr().err

    assert main(["check", str(path), "--fix"]) == 0
    told = capsys.readouterr().out
    repaired, quarantine = tmp_path / "d.repaired.jsonl", tmp_path / "d.quarantine.jsonl"
    assert f"Repaired copy with 60 rows: {repaired}" in told
    assert "Repaired: 61 lines brought into UTF-8" in told
    assert str(quarantine) in told
    assert path.read_bytes() == before
    copied = [json.loads(line) for line in repaired.read_text(encoding="utf-8").splitlines()]
    assert [(row["question"], row["answer"]) for row in copied] == [(row["question"], row["answer"]) for row in rows]
    (left_out,) = (json.loads(line) for line in quarantine.read_text(encoding="utf-8").splitlines())
    assert (left_out["line"], json.loads(left_out["raw"])) == (61, rows[3])

    kept = repaired.read_bytes()
    repaired.unlink()
    assert main(["check", str(path), "--fix"]) == 2, "the quarantine is there already"
    assert not repaired.exists()
    repaired.write_bytes(b"mine")
    quarantine.unlink()
    assert main(["check", str(path), "--fix"]) == 2
    assert "is there already and is not overwritten" in capsys.readouterr().err
    assert (repaired.read_bytes(), quarantine.exists()) == (b"mine", False)
    repaired.unlink()
    path.write_bytes(kept)
    assert main(["check", str(path), "--fix"]) == 0
    assert not quarantine.exists(), "nothing was left out"


def test_who_reads_no_further_gets_every_file_all_the_same(store: Store, tmp_path: Path) -> None:
    path, out = write_jsonl(tmp_path / "d.jsonl", [*GOOD, GOOD[0]]), tmp_path / "out.json"
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "flows.command", "check", str(path), "--json", str(out), "--fix"]
    with os.fdopen(writer, "w") as nobody:
        answer = subprocess.run(
            command, cwd=REPOSITORY, stdout=nobody, stderr=subprocess.PIPE, text=True, check=False, timeout=120
        )
    assert "Traceback" not in answer.stderr
    assert json.loads(out.read_text())["rows_kept"] == 60
    assert {file.name for file in tmp_path.glob("d.*.jsonl")} == {"d.repaired.jsonl", "d.quarantine.jsonl"}


def test_fix_says_how_much_was_put_right(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row | {"solution": "Es fácil, ¿no?"} for row in GOOD]
    for spoilt in rows[3:5]:
        spoilt["question"] = spoilt["question"].encode().decode("mac_roman")
    rows[4]["solution"] = rows[4]["solution"].encode().decode("mac_roman")
    path = write_jsonl(tmp_path / "d.jsonl", list(rows))
    assert main(["check", str(path), "--fix"]) == 1  # no solution reaches its answer
    assert "Repaired: 3 mis-decoded cells of 2 rows put right" in capsys.readouterr().out
    whole = write_jsonl(tmp_path / "whole.jsonl", list(GOOD))
    assert main(["check", str(whole), "--fix"]) == 0
    assert "Repaired: nothing had to be put right" in capsys.readouterr().out


def test_a_dataset_full_of_bad_records_is_told_by_reason_in_bounded_memory(store: Store, tmp_path: Path) -> None:
    path, out = write_jsonl(tmp_path / "d.jsonl", list(GOOD)), tmp_path / "out.json"
    bad = [
        b'{"question": null, "answer": 1}',
        b'{"question": {"text": ["deep", {"er": 1}]}, "answer": 1}',
        b'{"question": "a", "answer": true}',
        b'{"question": "a", "answer": "1", "answer": "2"}',
        b'{"question": "a", "answer": NaN}',
        b'{"question": "a \\ud800", "answer": "1"}',
        b'{"question": "a \xed\xa0\x80", "answer": "1"}',
        b'{"question": "cu\xe1nto", "answer": "1"}',
        b"[" * 100_000,
        b"\0\0\0\0",
        b'{"question": "a", "answer": "1"',
    ]
    with path.open("ab") as file:
        file.writelines(line + b"\n" for line in bad)
        file.write(b'{"question": "')
        for _ in range(100):
            file.write(b"a" * 1_000_000)
        file.write(b'", "answer": "1"}\n')
        file.write(json.dumps({"question": "¿Cuánto es 9 − 1?", "answer": "8"}).encode()[:-20])
    answer = _check(path, "--json", str(out))
    assert answer.returncode == 1, answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    result = json.loads(out.read_text())
    assert result["rows_in"] == 73
    assert [row["line"] for row in result["quarantined"]] == list(range(61, 74))
    assert all(row["reasons"] for row in result["quarantined"])
    assert len(answer.stdout.splitlines()) < 50


def test_formulas_of_a_spreadsheet_and_torn_rows_go_to_quarantine(store: Store, tmp_path: Path) -> None:
    path, out = tmp_path / "d.jsonl", tmp_path / "out.json"  # the ending is wrong: the content tells
    lines = [f"{row['question']},{row['answer']}" for row in GOOD]
    path.write_text("\n".join(["question,answer", *lines, "=HYPERLINK(1),2", "b,2,3", '"c,2']) + "\n")
    assert main(["check", str(path), "--json", str(out)]) == 0
    result = json.loads(out.read_text())
    assert result["format"].startswith("CSV")
    assert [row["line"] for row in result["quarantined"]] == [62, 63, 64]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("d.jsonl", b"", "the file is empty"),
        ("d.csv", bytes(range(256)) * 400, "binary data"),
        ("d.parquet", b"PAR1" + b"x" * 100, "is damaged at its beginning"),
        ("d.json", b"\x1f\x8b\x08\x00", "unpack it"),
        ("d.txt", b"una frase\n", "expected question and answer"),
    ],
)
def test_what_is_no_dataset_is_one_line_and_exit_2(
    name: str, content: bytes, said: str, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    answer = _check(path, memory_mib=500)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert answer.stderr.startswith("tutor: ")
    assert answer.stderr.count("\n") == 1


def test_a_pipe_is_not_waited_for(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    answer = _check(tmp_path / "pipe", memory_mib=500)
    assert answer.returncode == 2
    assert "is not a regular file but a pipe" in answer.stderr
