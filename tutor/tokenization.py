"""Rows made into token ids and labels: the prompt is not learned, the end of the answer is, nothing is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.errors import TrainingRefused, UnfitDataset
from tutor.prompt import completion, prompt
from tutor.rows import BadRow, Row, raw_text, write_rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100  # the label that PyTorch's cross entropy leaves out
TOKENS, SET_ASIDE = "tokens", "set-aside.jsonl"


def encode(row: Row, tokenizer: PreTrainedTokenizerBase) -> dict[str, list[int]]:
    """Return `input_ids` and `labels` of one row, of the same length; prompt labels are -100, the last label is EOS.

    Prompt and answer are tokenised apart, as they are when the model is asked: the border falls where it does there.
    """
    asked: list[int] = tokenizer(prompt(row.question), add_special_tokens=False)["input_ids"]
    answered: list[int] = tokenizer(completion(row.solution, row.answer), add_special_tokens=False)["input_ids"]
    answered = [*answered, tokenizer.eos_token_id]
    return {"input_ids": asked + answered, "labels": [IGNORED] * len(asked) + answered}


def write_tokens(
    rows: Sequence[Row], tokenizer: PreTrainedTokenizerBase, max_tokens: int, folder: Path
) -> Mapping[str, Any]:
    """Write the encoded `rows` to `folder/tokens` and those over `max_tokens` to `folder/set-aside.jsonl`.

    Raises:
        UnfitDataset: no row is left.
    """
    from datasets import Dataset

    kept: list[dict[str, list[int]]] = []
    too_long: list[BadRow] = []
    for row in rows:
        encoded = encode(row, tokenizer)
        length = len(encoded["input_ids"])
        if length > max_tokens:
            reason = f"{length} tokens; the limit is {max_tokens} (training.pack_tokens)"
            too_long.append(BadRow(row.line, row.id, (reason,), raw_text(row)))
        else:
            kept.append(encoded)
    write_rows(folder / SET_ASIDE, too_long)
    if not kept:
        raise UnfitDataset(f"none of {len(rows)} rows fits in {max_tokens} tokens; raise training.pack_tokens")
    refuse_without_supervision(kept)
    Dataset.from_list(kept).save_to_disk(folder / TOKENS)
    supervised = sum(label != IGNORED for encoded in kept for label in encoded["labels"])
    return {
        "rows": len(kept),
        "rows_set_aside": len(too_long),
        "tokens": sum(len(encoded["input_ids"]) for encoded in kept),
        "supervised_tokens": supervised,
        "longest_row_tokens": max(len(encoded["input_ids"]) for encoded in kept),
    }


def refuse_without_supervision(encoded_rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise TrainingRefused when any row carries no supervised token: its loss would be nothing, and look like zero."""
    empty = sum(all(label == IGNORED for label in encoded["labels"]) for encoded in encoded_rows)
    if empty:
        raise TrainingRefused(
            f"{empty} of {len(encoded_rows)} rows carry no supervised token; expected an answer after every prompt"
        )
