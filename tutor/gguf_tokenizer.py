"""The tokenizer in a GGUF file: written there for llama.cpp, and read back from there to be asked.

llama.cpp knows how a text is cut into words only by name, and then applies the merges to each word. So the name that is
written is the one under which llama.cpp cuts as the tutor's own tokenizer does, whatever the base model is called.
Source: `llm_tokenizer_bpe` in llama.cpp, src/llama-vocab.cpp.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gguf import GGUFReader, GGUFWriter, Keys, TokenType
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from tutor.errors import UsageError

_BYTES = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
_DIGITS = {"type": "Digits", "individual_digits": True}
# How a text is cut under each name. Phi-2 goes by "gpt-2", and so does SmolLM2 where transformers made its tokenizer
# from a GGUF file, for then it does not set digits apart.
_CUTS: Mapping[str, Sequence[Mapping[str, Any]]] = {"gpt-2": (_BYTES,), "smollm": (_DIGITS, _BYTES)}


def add_tokenizer(writer: GGUFWriter, tokenizer: PreTrainedTokenizerBase, rows: int, chat_template: str) -> None:
    """Add `tokenizer` to the file, with a token for each of the `rows` of the model's embedding.

    Nothing is to be put before or after a text.

    Raises:
        UsageError: llama.cpp has no tokenizer that cuts texts as this one does.
    """
    facts = json.loads(tokenizer.backend_tokenizer.to_str())
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_name_of_cut(facts))
    tokens, types = _tokens(facts, rows)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in facts["model"]["merges"]])
    for add, token in (
        (writer.add_bos_token_id, tokenizer.bos_token_id),
        (writer.add_eos_token_id, tokenizer.eos_token_id),
        (writer.add_pad_token_id, tokenizer.pad_token_id),
    ):
        if token is not None:
            add(token)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(chat_template)


def read_tokenizer(reader: GGUFReader) -> PreTrainedTokenizerFast:
    """Return the tokenizer that `add_tokenizer` put into the file."""

    def kept(key: str) -> Any:
        return reader.fields[key].contents()

    tokens, types = kept(Keys.Tokenizer.LIST), kept(Keys.Tokenizer.TOKEN_TYPE)
    pairs = [tuple(merge.split(" ")) for merge in kept(Keys.Tokenizer.MERGES)]
    # Rows of no token stand for no text, as in the tokenizer that was written.
    used = {token: place for place, token in enumerate(tokens) if types[place] != TokenType.UNUSED}
    backend = Tokenizer(models.BPE(used, pairs))
    cut = [_pre_tokenizer(part) for part in _CUTS[kept(Keys.Tokenizer.PRE)]]
    backend.pre_tokenizer = pre_tokenizers.Sequence(cut)
    backend.decoder = decoders.ByteLevel()
    for token, kind in zip(tokens, types, strict=True):
        if kind in (TokenType.CONTROL, TokenType.USER_DEFINED):
            backend.add_tokens([AddedToken(token, special=kind == TokenType.CONTROL, normalized=False)])
    named = {"eos_token": Keys.Tokenizer.EOS_ID, "pad_token": Keys.Tokenizer.PAD_ID}
    return PreTrainedTokenizerFast(tokenizer_object=backend, **{name: tokens[kept(key)] for name, key in named.items()})


def _name_of_cut(facts: Mapping[str, Any]) -> str:
    """Return under which name llama.cpp cuts texts as the tokenizer that `facts` describe does."""
    model, cut = facts["model"], facts["pre_tokenizer"] or {"type": "nothing"}
    parts = cut["pretokenizers"] if cut["type"] == "Sequence" else [cut]
    # What trim_offsets changes is where tokens are said to stand, not which they are.
    deciding = [{name: value for name, value in part.items() if name != "trim_offsets"} for part in parts]
    plain = model["type"] == "BPE" and not (model["byte_fallback"] or model["ignore_merges"] or facts["normalizer"])
    for name, known in _CUTS.items():
        if plain and deciding == list(known):
            return name
    raise UsageError(
        f"--format: this tutor's tokenizer ({model['type']}, cut by {' and '.join(part['type'] for part in parts)}) is "
        f"none of those that can be written as GGUF, {' and '.join(_CUTS)}; export it as safetensors"
    )


def _tokens(facts: Mapping[str, Any], rows: int) -> tuple[list[str], list[int]]:
    """Return text and type of each of the `rows` tokens; rows of no token get a name of their own."""
    known = {place: (text, TokenType.NORMAL) for text, place in facts["model"]["vocab"].items()}
    for added in facts["added_tokens"]:
        known[added["id"]] = (added["content"], TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED)
    listed = [known.get(row, (f"[PAD{row}]", TokenType.UNUSED)) for row in range(rows)]
    return [text for text, _ in listed], [int(kind) for _, kind in listed]


def _pre_tokenizer(part: Mapping[str, Any]) -> Any:
    settings = {name: value for name, value in part.items() if name != "type"}
    return getattr(pre_tokenizers, part["type"])(**settings)
