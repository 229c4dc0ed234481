"""From rows to token ids: which are learned, nothing cut, the same ids however many rows and threads at once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, cycle, islice
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from datasets import Dataset, load_from_disk

from tutor.adapter import quantised_base
from tutor.base_model import load_tokenizer
from tutor.config import RetrainConfig
from tutor.errors import TrainingRefused, UnfitDataset, UsageError
from tutor.prompt import completion, prompt
from tutor.reading import read_rows
from tutor.rows import Row, write_rows
from tutor.settings import DEFAULT_DATASET, Store
from tutor.tokenization import (
    SET_ASIDE,
    TOKENS,
    encode_rows,
    encode_stream,
    refuse_without_supervision,
    write_tokens,
)

ROW = Row("r1", "¿Cuánto es 7 × 8?", "Multiplicamos: 7×8=56.", "56", "multiplicación", "primaria 3", 1)
LONG = Row("r2", "¿Cuánto es 1 + 1?", "Sumamos. " * 200, "2", "suma", "primaria 1", 2)
EOS, PAD = "<|endoftext|>", "<|pad|>"


def _tokenizer(folder: Path) -> Any:
    tokenizer = load_tokenizer(folder)
    tokenizer.add_special_tokens({"pad_token": PAD})
    return tokenizer


@pytest.fixture(scope="module")
def tokenizer(tiny_phi: Path) -> Any:
    return _tokenizer(tiny_phi)


def _encoded_plainly(row: Row, tokenizer: Any) -> dict[str, Any]:
    """The definition: prompt and answer through transformers' own call, one row at a time."""
    asked = tokenizer(prompt(row.question), add_special_tokens=False)["input_ids"]
    answered = tokenizer(completion(row.solution, row.answer), add_special_tokens=False)["input_ids"]
    return {"input_ids": [*asked, *answered, tokenizer.eos_token_id], "prompt_tokens": len(asked)}


def test_only_the_answer_and_its_end_are_learned(tokenizer: Any) -> None:
    (encoded,) = encode_rows([ROW], tokenizer).to_pylist()
    learned = encoded["input_ids"][encoded["prompt_tokens"] :]
    assert tokenizer.decode(learned) == " Multiplicamos: 7×8=56.\nRespuesta: 56" + tokenizer.eos_token
    assert learned[-1] == tokenizer.eos_token_id
    assert encoded["input_ids"].count(tokenizer.eos_token_id) == 1


def test_the_model_is_asked_with_exactly_the_tokens_it_was_trained_on(tokenizer: Any) -> None:
    (encoded,) = encode_rows([ROW], tokenizer).to_pylist()
    asked = tokenizer(prompt(ROW.question), add_special_tokens=False)["input_ids"]
    assert encoded["input_ids"][: encoded["prompt_tokens"]] == asked


def test_the_shipped_dataset_gets_the_ids_that_each_row_gets_alone(tokenizer: Any, tmp_path: Path) -> None:
    rows, unreadable = read_rows(DEFAULT_DATASET)
    assert not unreadable
    facts = write_tokens(rows, tokenizer, 1024, tmp_path)
    expected = [_encoded_plainly(row, tokenizer) for row in rows]
    tokens = load_from_disk(str(tmp_path / TOKENS))
    assert tokens.to_list() == expected
    assert tokens.features["input_ids"].feature.dtype == tokens.features["prompt_tokens"].dtype == "int32"
    assert sorted(path.name for path in tmp_path.iterdir()) == [SET_ASIDE, TOKENS]
    lengths = [len(row["input_ids"]) for row in expected]
    assert facts == {
        "rows": len(rows),
        "rows_set_aside": 0,
        "tokens": sum(lengths),
        "supervised_tokens": sum(lengths) - sum(row["prompt_tokens"] for row in expected),
        "longest_row_tokens": max(lengths),
        "rows_by_length": [
            sum(start <= length < start + 16 for length in lengths) for start in range(1, max(lengths) + 1, 16)
        ],
    }


def test_neither_batches_nor_threads_change_ids_or_order(tokenizer: Any, dataset: Path) -> None:
    rows, _ = read_rows(dataset)
    expected = [_encoded_plainly(row, tokenizer) for row in rows]
    for batch_rows, threads in ((1, 1), (7, 2), (64, 5), (1000, 3)):
        batches = list(encode_stream(iter(rows), tokenizer, batch_rows=batch_rows, threads=threads))
        assert list(chain.from_iterable(batch for batch, _ in batches)) == rows
        assert [row for _, encoded in batches for row in encoded.to_pylist()] == expected


def test_only_a_few_batches_are_read_ahead(tokenizer: Any) -> None:
    taken = 0

    def endless() -> Iterator[Row]:
        nonlocal taken
        while True:
            taken += 1
            yield ROW

    stream = encode_stream(endless(), tokenizer, batch_rows=10, threads=2)
    for done in range(1, 6):
        next(stream)
        assert taken <= 10 * (done + 4)


def test_what_a_tokenizer_file_says_about_cutting_and_filling_is_not_heeded(tiny_phi: Path, tmp_path: Path) -> None:
    tokenizer = _tokenizer(tiny_phi)
    expected = _encoded_plainly(LONG, tokenizer)
    tokenizer.backend_tokenizer.enable_truncation(max_length=8)
    tokenizer.backend_tokenizer.enable_padding(length=4096)
    write_tokens([LONG], tokenizer, 4096, tmp_path)
    assert load_from_disk(str(tmp_path / TOKENS)).to_list() == [expected]


def test_rows_that_are_too_long_are_set_aside_whole(tokenizer: Any, tmp_path: Path) -> None:
    facts = write_tokens([ROW, LONG], tokenizer, 128, tmp_path)
    assert (facts["rows"], facts["rows_set_aside"]) == (1, 1)
    kept = load_from_disk(str(tmp_path / TOKENS))
    assert kept.to_list() == [_encoded_plainly(ROW, tokenizer)]
    (aside,) = (tmp_path / SET_ASIDE).read_text(encoding="utf-8").splitlines()
    assert json.loads(aside)["line"] == 2
    length = len(_encoded_plainly(LONG, tokenizer)["input_ids"])
    assert json.loads(aside)["reasons"] == [f"{length} tokens; the limit is 128 (training.pack_tokens)"]
    assert json.loads(json.loads(aside)["raw"])["solution"] == LONG.solution


def test_a_row_may_be_as_long_as_a_pack_and_no_longer(tokenizer: Any, tmp_path: Path) -> None:
    length = len(_encoded_plainly(ROW, tokenizer)["input_ids"])
    assert write_tokens([ROW], tokenizer, length, tmp_path)["longest_row_tokens"] == length
    with pytest.raises(UnfitDataset, match=f"none of 1 rows fits in {length - 1} tokens"):
        write_tokens([ROW], tokenizer, length - 1, tmp_path)


def test_a_dataset_of_which_nothing_fits_is_refused(tokenizer: Any, tmp_path: Path) -> None:
    with pytest.raises(UnfitDataset, match="none of 2 rows fits in 16 tokens"):
        write_tokens([LONG, replace(LONG, id="r3", line=3)], tokenizer, 16, tmp_path)


def test_rows_without_a_supervised_token_are_refused() -> None:
    tokens = Dataset.from_list([{"input_ids": [5, 6], "prompt_tokens": 1}, {"input_ids": [5, 6], "prompt_tokens": 2}])
    refuse_without_supervision(tokens.select([0]))
    with pytest.raises(TrainingRefused, match="1 of 2 rows carry no supervised token"):
        refuse_without_supervision(tokens)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"eos_token": None}, "its tokenizer's eos_token is None, expected a token of its vocabulary"),
        ({"pad_token": None}, "its tokenizer's pad_token is None, expected a token of its vocabulary"),
        ({"pad_token": EOS}, "pads with '<|endoftext|>', which also ends an answer"),
    ],
)
def test_a_tokenizer_that_cannot_end_or_fill_is_refused_before_any_row_is_read(
    tiny_phi: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    tokenizer = _tokenizer(tiny_phi)
    for name, token in change.items():
        setattr(tokenizer, name, token)
    rows = iter([ROW])
    with pytest.raises(UsageError) as caught:
        write_tokens(rows, tokenizer, 128, tmp_path)
    assert message in str(caught.value)
    assert next(rows) is ROW
    assert not list(tmp_path.iterdir())


def test_an_end_that_is_not_in_the_vocabulary_is_refused(tiny_phi: Path, tmp_path: Path) -> None:
    tokenizer = _tokenizer(tiny_phi)
    tokenizer.unk_token = EOS  # what Phi-2 reads for a token that it does not know
    tokenizer.eos_token = "<fin>"
    assert tokenizer.eos_token_id == 0
    with pytest.raises(UsageError, match="eos_token is '<fin>', expected a token of its vocabulary"):
        write_tokens([ROW], tokenizer, 128, tmp_path)


def test_an_end_for_which_the_model_has_no_row_is_refused_when_the_base_is_made(
    tiny_config: RetrainConfig, store: Store, tiny_phi: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "phi"
    copytree(tiny_phi, folder)
    full = load_tokenizer(tiny_phi)
    full.add_tokens([f"<{at}>" for at in range(len(full), 640)])  # one for each row of the model
    full.save_pretrained(folder)
    settings = folder / "tokenizer_config.json"
    # transformers adds the end of text that it does not find, behind the last token.
    described = json.loads(settings.read_text(encoding="utf-8")) | {"eos_token": "<fin>"}
    settings.write_text(json.dumps(described), encoding="utf-8")
    model = tiny_config.model.model_copy(update={"folder": folder, "pad_token": EOS})
    with pytest.raises(UsageError, match="ends an answer with '<fin>', for which the model has no row"):
        quantised_base(model, store)


GROWTH = """
import re, sys
from pathlib import Path
from datasets import load_from_disk
from tutor.base_model import load_tokenizer
from tutor.packing import PackedRows
from tutor.rows import stream_written_rows
from tutor.tokenization import refuse_without_supervision, write_tokens

tokenizer = load_tokenizer(Path(sys.argv[1]))
tokenizer.add_special_tokens({"pad_token": "<|pad|>"})
for name in sys.argv[2:]:
    file = Path(name)
    folder = file.with_suffix("")
    folder.mkdir()
    facts = write_tokens(stream_written_rows(file), tokenizer, 256, folder)
    tokens = load_from_disk(str(folder / "tokens"))
    refuse_without_supervision(tokens)
    packs = PackedRows(tokens, 256, tokenizer.pad_token_id, seed=1)
    useful = sum(int(packs[place]["useful_tokens"]) for place in range(0, len(packs), 100))
    assert useful > 0
    # Not getrusage: its peak begins with that of the process which started this one.
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
    print(facts["rows"], int(peak) // 1024)
"""


def test_memory_does_not_grow_with_the_rows(tiny_phi: Path, dataset: Path, tmp_path: Path) -> None:
    rows, _ = read_rows(dataset)
    files = []
    for count in (8_000, 48_000):
        files.append(tmp_path / f"{count}.jsonl")
        write_rows(files[-1], islice(cycle(rows), count))
    answer = subprocess.run(
        [sys.executable, "-c", GROWTH, str(tiny_phi), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        # In how many arenas freed blocks lie is chance.
        env={**os.environ, "MALLOC_ARENA_MAX": "1"},
    )
    assert answer.returncode == 0, answer.stderr
    (few, peak_few), (many, peak_many) = (map(int, line.split()) for line in answer.stdout.splitlines())
    assert (few, many) == (8_000, 48_000)
    # Of 40,000 rows more, the mapped file takes some 15 MiB; a list of the rows makes it 42, one of their ids 84.
    assert peak_many - peak_few < 30
