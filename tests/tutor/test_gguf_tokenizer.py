"""Tokenizers in GGUF files: what is read back makes the same tokens, and what llama.cpp does not know is refused."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from gguf import GGUFReader, GGUFWriter, Keys, TokenType
from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
from transformers import AutoTokenizer

from tests.tiny_model import EOS, write_tiny_tokenizer
from tutor.errors import UsageError
from tutor.exercises import exercises
from tutor.gguf_tokenizer import add_tokenizer, read_tokenizer

ROWS = 640
BYTES = pre_tokenizers.ByteLevel(add_prefix_space=False)
DIGITS = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), BYTES])
NASTY = (
    "¿Cuánto es 7 × 8 ÷ 2?",
    "a  12,50 €\n\n 3\t\t4 \t5",
    " Ñandú, 1.234.567 kg; x² - √9 = ¾ 😀",
    f"Fin.{EOS}Respuesta: -3/4 <|pad|>\r\n",
    "",
)


def _tokenizer(folder: Path, cut: Any) -> Any:
    folder.mkdir(exist_ok=True)
    write_tiny_tokenizer(folder, cut)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"pad_token": "<|pad|>"})
    # As Phi-2 has for runs of blanks.
    tokenizer.add_tokens([AddedToken("\t\t", normalized=True)])
    return tokenizer


def _written(file: Path, tokenizer: Any) -> GGUFReader:
    writer = GGUFWriter(file, "llama")
    add_tokenizer(writer, tokenizer, ROWS, "{{ messages[0]['content'] }}")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    return GGUFReader(file)


@pytest.mark.parametrize(("name", "cut"), [("gpt-2", BYTES), ("smollm", DIGITS)])
def test_the_same_tokens_are_made_of_every_text(name: str, cut: Any, tmp_path: Path) -> None:
    tokenizer = _tokenizer(tmp_path / "tokenizer", cut)
    reader = _written(tmp_path / "t.gguf", tokenizer)
    again = read_tokenizer(reader)
    texts = [*NASTY, *(f"Instruct: {e.question}\nOutput: {e.solution}" for e in islice(exercises(5), 200))]
    for text in texts:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert again(text, add_special_tokens=False)["input_ids"] == ids
        assert again.decode(ids) == tokenizer.decode(ids)
    assert again.decode([ROWS - 1]) == tokenizer.decode([ROWS - 1]) == ""
    assert (again.eos_token_id, again.pad_token_id) == (tokenizer.eos_token_id, tokenizer.pad_token_id)

    def kept(key: str) -> Any:
        return reader.fields[key].contents()

    assert kept(Keys.Tokenizer.PRE) == name
    tokens, types = kept(Keys.Tokenizer.LIST), kept(Keys.Tokenizer.TOKEN_TYPE)
    assert len(tokens) == len(types) == len(set(tokens)) == ROWS
    kinds = {text: types[tokens.index(text)] for text in (EOS, "<|pad|>", "\t\t", "a", "[PAD639]")}
    assert list(kinds.values()) == [
        TokenType.CONTROL,
        TokenType.CONTROL,
        TokenType.USER_DEFINED,
        TokenType.NORMAL,
        TokenType.UNUSED,
    ]
    assert [kept(key) for key in (Keys.Tokenizer.ADD_BOS, Keys.Tokenizer.ADD_EOS)] == [False, False]


def test_the_two_ways_of_cutting_are_told_apart_by_tokens(tmp_path: Path) -> None:
    tokenizer = _tokenizer(tmp_path / "tokenizer", DIGITS)
    facts = json.loads(tokenizer.backend_tokenizer.to_str())
    facts["pre_tokenizer"] = json.loads(BYTES.__getstate__())
    other = Tokenizer.from_str(json.dumps(facts))
    assert any(other.encode(text).ids != tokenizer.backend_tokenizer.encode(text).ids for text in NASTY)


def test_a_tokenizer_that_llama_cpp_does_not_know_is_refused(tmp_path: Path) -> None:
    tokenizer = _tokenizer(tmp_path / "tokenizer", BYTES)
    backend = tokenizer.backend_tokenizer
    split = pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated")
    for cut in (pre_tokenizers.ByteLevel(add_prefix_space=True), pre_tokenizers.Sequence([split, BYTES]), split):
        backend.pre_tokenizer = cut
        with pytest.raises(UsageError, match="none of those that can be written as GGUF, gpt-2 and smollm"):
            _written(tmp_path / "t.gguf", tokenizer)
    backend.pre_tokenizer = BYTES
    backend.normalizer = normalizers.NFC()
    with pytest.raises(UsageError, match="export it as safetensors"):
        _written(tmp_path / "t.gguf", tokenizer)
    assert not (tmp_path / "t.gguf").exists()
