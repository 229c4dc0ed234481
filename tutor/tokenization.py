"""Rows made into token ids, as a stream: the prompt is not learned, the end of the answer is, nothing is cut."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutor.errors import TrainingRefused, UnfitDataset, UsageError
from tutor.prompt import completion, prompt
from tutor.rows import BadRow, Row, line_of, raw_text

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

IGNORED = -100  # the label that PyTorch's cross entropy leaves out
TOKENS, SET_ASIDE = "tokens", "set-aside.jsonl"
_SCHEMA = pa.schema({"input_ids": pa.list_(pa.int32()), "prompt_tokens": pa.int32()})
_BATCH_ROWS = 1000
_HISTOGRAM_STEP = 16


def encode_rows(rows: Sequence[Row], tokenizer: PreTrainedTokenizerBase) -> pa.RecordBatch:
    """Return `input_ids` (list of int32) and `prompt_tokens` (int32) of each row, in the order of `rows`.

    The first `prompt_tokens` ids are the prompt; the rest is learned: the answer and EOS, which comes last. Prompt and
    answer are tokenised apart, as they are when the model is asked: the border falls where it does there.
    """
    texts = [text for row in rows for text in (prompt(row.question), completion(row.solution, row.answer))]
    # Straight from the Rust tokenizer: transformers would also work out offsets and masks, at twice the time.
    ids = [encoding.ids for encoding in tokenizer.backend_tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    asked, answered, end = ids[::2], ids[1::2], tokenizer.eos_token_id
    input_ids = [[*before, *after, end] for before, after in zip(asked, answered, strict=True)]
    return pa.record_batch([input_ids, [len(before) for before in asked]], schema=_SCHEMA)


def encode_stream(
    rows: Iterable[Row], tokenizer: PreTrainedTokenizerBase, *, batch_rows: int, threads: int
) -> Iterator[tuple[Sequence[Row], pa.RecordBatch]]:
    """Yield batches of `rows` with what `encode_rows` makes of them, in order; a few are in memory at a time.

    The threads are ours: those of the tokenizer's own do not survive a fork, so they are switched off in this process.
    While it works it holds no interpreter lock.
    """
    _cut_and_fill_nothing(tokenizer)
    source = iter(rows)
    underway: deque[tuple[Sequence[Row], Future[pa.RecordBatch]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="tokenization") as pool:
        while batch := list(islice(source, batch_rows)):
            underway.append((batch, pool.submit(encode_rows, batch, tokenizer)))
            if len(underway) > 2 * threads:
                first, encoded = underway.popleft()
                yield first, encoded.result()
        for first, encoded in underway:
            yield first, encoded.result()


def write_tokens(
    rows: Iterable[Row], tokenizer: PreTrainedTokenizerBase, max_tokens: int, folder: Path
) -> Mapping[str, Any]:
    """Write the encoded `rows` to `folder/tokens` and those over `max_tokens` to `folder/set-aside.jsonl`.

    `datasets.load_from_disk` opens `folder/tokens`; its columns are those of `encode_rows`. Memory does not grow with
    the number of rows. `rows_by_length` counts the rows of 1 to 16 tokens, of 17 to 32, and so on.

    Raises:
        UnfitDataset: no row is left.
        UsageError: the tokenizer lacks what training needs.
    """
    from datasets import Dataset

    refuse_unfit_tokenizer(tokenizer)
    tally = _Tally(max_tokens)
    written = folder / f"{TOKENS}.arrow"
    threads = len(os.sched_getaffinity(0))
    with (
        (folder / SET_ASIDE).open("w", encoding="utf-8", newline="\n") as set_aside,
        pa.OSFile(str(written), "wb") as file,
        pa.ipc.new_stream(file, _SCHEMA) as tokens,
    ):
        for batch, encoded in encode_stream(rows, tokenizer, batch_rows=_BATCH_ROWS, threads=threads):
            lengths = pc.list_value_length(encoded["input_ids"]).to_numpy()
            fits = lengths <= max_tokens
            for place in np.flatnonzero(~fits).tolist():
                set_aside.write(line_of(_too_long(batch[place], int(lengths[place]), max_tokens)) + "\n")
            kept = encoded.filter(pa.array(fits))
            tokens.write_batch(kept)
            tally.add(lengths, fits, kept)
    facts = tally.facts()
    if not facts["rows"]:
        raise UnfitDataset(f"none of {tally.set_aside} rows fits in {max_tokens} tokens; raise training.pack_tokens")
    Dataset.from_file(str(written)).save_to_disk(folder / TOKENS)
    written.unlink()
    return facts


def refuse_unfit_tokenizer(tokenizer: PreTrainedTokenizerBase) -> None:
    """Raise UsageError unless `tokenizer` is a fast one that knows its EOS and its pad token, two different ones."""
    if not tokenizer.is_fast:
        raise UsageError("model: its tokenizer has no tokenizer.json; save it as a fast tokenizer of transformers")
    for name in ("eos_token", "pad_token"):
        token, number = getattr(tokenizer, name), getattr(tokenizer, f"{name}_id")
        if number is None or tokenizer.convert_ids_to_tokens(number) != token:
            raise UsageError(
                f"model: its tokenizer's {name} is {token!r}, expected a token of its vocabulary; "
                "name one in tokenizer_config.json"
            )
    if tokenizer.pad_token_id == tokenizer.eos_token_id:
        raise UsageError(
            f"model: its tokenizer pads with {tokenizer.pad_token!r}, which also ends an answer; "
            "expected two different tokens: set model.pad_token"
        )


def token_counts(tokens: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of tokens and of prompt tokens of each row of `tokens`, both (rows,) int32."""
    table = tokens.with_format("arrow")[:]
    return pc.list_value_length(table["input_ids"]).to_numpy(), table["prompt_tokens"].to_numpy()


def refuse_without_supervision(tokens: Dataset) -> None:
    """Raise TrainingRefused when any row carries no supervised token: its loss would be nothing, and look like zero."""
    lengths, prompts = token_counts(tokens)
    if empty := int((prompts >= lengths).sum()):
        raise TrainingRefused(
            f"{empty} of {len(lengths)} rows carry no supervised token; expected an answer after every prompt"
        )


def _cut_and_fill_nothing(tokenizer: PreTrainedTokenizerBase) -> None:
    """Set what transformers sets at each call of `tokenizer(text)`: a tokenizer.json may ask for something else."""
    rust = tokenizer.backend_tokenizer
    rust.no_truncation()
    rust.no_padding()
    rust.encode_special_tokens = tokenizer.split_special_tokens


def _too_long(row: Row, length: int, max_tokens: int) -> BadRow:
    reason = f"{length} tokens; the limit is {max_tokens} (training.pack_tokens)"
    return BadRow(row.line, row.id, (reason,), raw_text(row))


class _Tally:
    """What is counted while rows go by."""

    def __init__(self, max_tokens: int) -> None:
        self._rows_of_length = np.zeros(max_tokens + 1, dtype=np.int64)
        self._prompt_tokens = 0
        self.set_aside = 0

    def add(self, lengths: np.ndarray, fits: np.ndarray, kept: pa.RecordBatch) -> None:
        self._rows_of_length += np.bincount(lengths[fits], minlength=len(self._rows_of_length))
        self._prompt_tokens += int(kept["prompt_tokens"].to_numpy().sum())
        self.set_aside += int((~fits).sum())

    def facts(self) -> dict[str, Any]:
        tokens = int(self._rows_of_length @ np.arange(len(self._rows_of_length)))
        longest = int(np.flatnonzero(self._rows_of_length).max(initial=0))
        steps = np.arange(1, longest + 1, _HISTOGRAM_STEP)
        return {
            "rows": int(self._rows_of_length.sum()),
            "rows_set_aside": self.set_aside,
            "tokens": tokens,
            "supervised_tokens": tokens - self._prompt_tokens,
            "longest_row_tokens": longest,
            "rows_by_length": np.add.reduceat(self._rows_of_length[: longest + 1], steps).tolist() if longest else [],
        }
