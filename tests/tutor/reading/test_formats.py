"""Every form of file and of columns gives the same rows, recognised by content."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import write_jsonl
from tests.tutor.reading.samples import WRITERS, nested, records, saved
from tutor.errors import UnreadableDataset, UsageError
from tutor.reading import open_dataset, read_rows
from tutor.rows import BadRow, Row

GSM8K = "Janet sells 16 - 3 = <<16-3=13>>13 eggs.\nShe makes $<<13*2=26>>26.\n#### 1,026"


@pytest.mark.parametrize("kind", WRITERS)
def test_each_kind_of_file_gives_the_same_rows(kind: str, tmp_path: Path) -> None:
    path = WRITERS[kind](tmp_path, records(600))
    source = open_dataset(path)
    rows = list(source)
    assert [(r.id, r.question, r.solution, r.answer) for r in rows if isinstance(r, Row)] == [
        (r["id"], r["question"], r["solution"], r["answer"]) for r in records(600)
    ]
    assert list(source) == rows
    assert str(source.format).startswith(kind.removesuffix(" in an object") + ", own (question, answer, solution, id)")
    assert all(file.is_file() for file in source.files)


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if "Hugging" not in kind])
def test_content_counts_not_the_name(kind: str, tmp_path: Path) -> None:
    path = WRITERS[kind](tmp_path, records(3))
    odd = path.rename(tmp_path / "dataset.xyz")
    assert [row.line for row in open_dataset(odd) if isinstance(row, Row)]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    for kind, lines in {"JSON Lines": [1, 2, 3], "JSON": [2, 8, 14], "CSV": [2, 4, 6], "Parquet": [1, 2, 3]}.items():
        assert [row.line for row in open_dataset(WRITERS[kind](tmp_path, records(3)))] == lines, kind


def test_the_split_train_of_a_saved_dataset_is_taken(tmp_path: Path) -> None:
    one = saved(tmp_path, records(2))
    folder = tmp_path / "splits"
    for split in ("test", "train"):
        shutil.copytree(one, folder / split)
    (folder / "dataset_dict.json").write_text('{"splits": ["test", "train"]}')
    assert open_dataset(folder).files[0].parent.name == "train"
    assert open_dataset(folder / "test").files[0].parent.name == "test"
    (folder / "dataset_dict.json").write_text('{"splits": ["test", "dev"]}')
    with pytest.raises(UnreadableDataset, match="holds the splits test, dev; name one"):
        open_dataset(folder)


@pytest.mark.parametrize(
    ("record", "shape", "row"),
    [
        ({"question": "a", "answer": "4"}, "own (question, answer)", ("a", "", "4")),
        ({"instruction": "a", "answer": 3.125}, "own (instruction, answer)", ("a", "", "3,125")),
        ({"question": "a", "answer": 1e22}, "own (question, answer)", ("a", "", "1" + "0" * 22)),
        (
            {"question": "a", "answer": GSM8K},
            "GSM8K (question, answer with ####)",
            ("a", GSM8K.split("\n####", maxsplit=1)[0], "1,026"),
        ),
        (
            {"instruction": "Suma", "input": "2 y 3", "output": "2 + 3 = 5\nRespuesta: 5."},
            "Alpaca (instruction, input, output)",
            ("Suma\n2 y 3", "2 + 3 = 5", "5"),
        ),
        (
            {"instruction": "Suma", "input": "", "output": "2 + 3 = 5"},
            "Alpaca (instruction, input, output)",
            ("Suma", "2 + 3 = 5", "5"),
        ),
        (
            {"prompt": "¿3·4?", "completion": "12"},
            "prompt and completion (prompt, completion)",
            ("¿3·4?", "", "12"),
        ),
        (
            {"prompt": "¿Es par?", "completion": "Acaba en 2.\n**Respuesta:** sí"},
            "prompt and completion (prompt, completion)",
            ("¿Es par?", "Acaba en 2.", "sí"),
        ),
        (
            {
                "messages": [
                    {"role": "system", "content": "Eres un tutor."},
                    {"role": "user", "content": "Hola"},
                    {"role": "assistant", "content": "Hola, son las 3"},
                    {"role": "user", "content": [{"type": "text", "text": "¿2+2?"}]},
                    {"role": "assistant", "content": "2 + 2 = 4\n#### 4"},
                    {"role": "user", "content": "gracias"},
                ]
            },
            "chat (last question and reply of messages)",
            ("¿2+2?", "2 + 2 = 4", "4"),
        ),
    ],
)
def test_what_columns_mean(record: object, shape: str, row: tuple[str, ...], tmp_path: Path) -> None:
    source = open_dataset(write_jsonl(tmp_path / "d.jsonl", [record, record]))
    assert str(source.format) == f"JSON Lines, {shape}, UTF-8"
    first = next(iter(source))
    assert isinstance(first, Row)
    assert (first.question, first.solution, first.answer) == row


def test_a_mapping_names_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("pregunta;pasos;respuesta;tema\n¿2+2?;2+2=4;4;suma\n", encoding="utf-8")
    mapping = {"question": "pregunta", "answer": "respuesta", "solution": "pasos", "topic": "tema"}
    source = open_dataset(path, mapping)
    assert list(source) == [Row("line-2", "¿2+2?", "2+2=4", "4", "suma", "sin nivel", 2)]
    assert "question from pregunta, answer from respuesta" in str(source.format)
    with pytest.raises(UsageError, match=r"answer=solucion: no such column; the columns are pregunta, pasos, resp"):
        open_dataset(path, {"question": "pregunta", "answer": "solucion"})
    with pytest.raises(UsageError, match="no field 'cuestion'; expected one of question"):
        open_dataset(path, {"cuestion": "pregunta"})
    with pytest.raises(UnreadableDataset, match="among the columns pregunta, pasos, respuesta, tema; expected"):
        open_dataset(path)


def test_a_mapped_gsm8k_is_still_gsm8k(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "d.jsonl", [{"pregunta": "a", "respuesta": GSM8K}])
    (row,) = open_dataset(path, {"question": "pregunta", "answer": "respuesta"})
    assert isinstance(row, Row)
    assert row.answer == "1,026"


def test_a_mapping_without_an_answer_finds_it_in_the_solution(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "d.jsonl", [{"p": "a", "r": "2 + 2 = 4"}])
    (row,) = open_dataset(path, {"question": "p", "solution": "r"})
    assert isinstance(row, Row)
    assert (row.solution, row.answer) == ("2 + 2 = 4", "4")


def test_rows_of_one_shape_that_lack_something_are_bad(tmp_path: Path) -> None:
    rows = [{"question": "a", "answer": GSM8K}] * 3 + [{"question": "b", "answer": "5"}]
    _, bad = read_rows(write_jsonl(tmp_path / "g.jsonl", rows))
    assert bad[0].reasons == ("'answer' has no answer after '####', as the other rows have",)
    chats = [
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "son 4"}]},
        {"messages": [{"role": "user", "content": "a"}]},
        {"messages": "a"},
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "no sé"}]},
    ]
    rows_read, bad = read_rows(write_jsonl(tmp_path / "m.jsonl", list(chats)))
    assert len(rows_read) == 1
    assert [row.reasons[0].split(";")[0] for row in bad] == [
        "'messages' has no turn of the user that the assistant answers, both with text",
        "'messages' is a str",
        "'messages' has no final answer",
    ]


def test_minified_and_pretty_documents_are_told_from_lines(tmp_path: Path) -> None:
    path = nested(tmp_path, records(2))
    value = json.loads(path.read_text(encoding="utf-8"))
    for indent in (None, 2):
        path.write_text(json.dumps(value, indent=indent), encoding="utf-8")
        assert str(open_dataset(path).format).startswith("JSON, own")
    path.write_text('{"data": [\n' + ",\n".join(json.dumps(record) for record in records(3)) + "\n]}")
    assert [row.line for row in open_dataset(path)] == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n"b": [1, 2]}', "holds no array of objects"),
        ('{"a": [{"question": 1, "answer": 2}], "b": [{"question": 1}]}', "has two arrays of records, 'a' and 'b'"),
        ('{"a" 1,\n', "expected ':'"),
        ("[]", "is empty"),
        ("[ ", "."),
    ],
)
def test_documents_without_one_array_of_records(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(text)
    if said == ".":
        assert [row.reasons for row in open_dataset(path)] == [
            ("the file ends before its array does: it has been cut off",)
        ]
        return
    with pytest.raises(UnreadableDataset, match=said):
        list(open_dataset(path))


def test_records_in_one_line_of_a_document_have_ids_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps([{"question": f"{n} + 1", "answer": n + 1} for n in range(3)]))
    rows, bad = read_rows(path)
    assert bad == []
    assert [(row.line, row.id) for row in rows] == [(1, "line-1"), (1, "line-1-2"), (1, "line-1-3")]


def test_a_broken_record_in_a_document_costs_no_other(tmp_path: Path) -> None:
    good = [json.dumps(record, ensure_ascii=False) for record in records(200)]
    for broken in (
        '{"id": "x", "question": "a, "answer": "1"}',
        '{"id": "x", "question": ',
        '{"id": [[[[',
        '{"id": "x"}}',
    ):
        texts = [*good[:50], broken, *good[51:]]
        path = tmp_path / "d.json"
        path.write_text("[" + ",\n".join(texts) + "]", encoding="utf-8")
        rows, bad = read_rows(path)
        assert len(rows) >= 198, broken
        assert len(bad) >= 1
        assert {51, 52} >= {row.line for row in bad}


def test_records_that_cannot_be_told_apart_are_not_passed_over(tmp_path: Path) -> None:
    good = [json.dumps(record) for record in records(20)]
    path = tmp_path / "d.json"
    path.write_text("[" + ",\n".join([*good, *(text.rstrip('"}') for text in good)]) + "]")
    with pytest.raises(UnreadableDataset, match=r"d\.json:21: .* no record can be told from the next"):
        read_rows(path)
    path.write_text("[" + ",\n".join(good) + "]\n[" + ",\n".join(good) + "]")
    rows, bad = read_rows(path)
    assert len(rows) == 20
    assert [(row.line, row.reasons[0].split(";")[0]) for row in bad] == [
        (21, "something follows the end of the JSON document")
    ]


def test_hub_names_are_checked_and_a_missing_network_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    outside = ("hub:o/n@v1/../../x.json", "hub:o/n@v1/a/..", "hub:o/n@v1//etc/passwd")
    for name in ("hub:openai/gsm8k", "hub:gsm8k@main", "hub:", *outside):
        with pytest.raises(UnreadableDataset, match="expected hub:OWNER/NAME@REVISION"):
            open_dataset(name)
    for name in (
        "hub:../etc@x/y",
        "hub:openai/gsm8k@e53f048",
        "hub:openai/gsm8k@e53f048/main/train-00000-of-00001.parquet",
    ):
        with pytest.raises(UnreadableDataset, match="cannot be had from the hub") as caught:
            open_dataset(name)
        assert "\n" not in str(caught.value)


def test_the_training_file_of_a_hub_dataset_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = WRITERS["Parquet"](tmp_path, records(2))
    files = ["README.md", "data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test.parquet"]
    monkeypatch.setattr("huggingface_hub.HfApi.list_repo_files", lambda *_, **__: files)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", lambda _, name, **__: str(path))
    source = open_dataset("hub:o/n@v1")
    assert [row.line for row in source if not isinstance(row, BadRow)] == [1, 2, 3, 4]
    files.append("other/train.jsonl")
    with pytest.raises(UnreadableDataset, match=r"holds 3 data files .*name one, as hub:o/n@v1/FILE"):
        open_dataset("hub:o/n@v1")
