"""What training does when memory runs out: the same steps with less memory, rung by rung, from the last checkpoint on.

A step learns from the same rows with the same seed on every rung; what changes is how much of it is in memory at once:
first more layers recompute their activations, then fewer blocks go through the model at a time, then shorter pieces of
a block. A piece ends where a row ends and rows in a block do not see each other, so that the gradients are the same but
for rounding.
"""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tutor.config import TrainingConfig
from tutor.errors import OutOfMemory
from tutor.storage import replace_text

if TYPE_CHECKING:
    from torch import Tensor

_FILE = "memory-ladder.json"
_SAID = ("out of memory", "can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED")

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rung:
    """How a step is worked out: at least so many layers checkpointed, at most so many blocks, and tokens, at once."""

    checkpointed: int
    blocks: int
    tokens: int

    def __str__(self) -> str:
        """Return the rung as it stands in logs and tags."""
        return f"{self.checkpointed} layers checkpointed, {self.blocks} blocks of {self.tokens} tokens at once"


class MemoryRanOut(Exception):
    """Memory ran out after `step` steps; `rung` says what was done then, `layers` and `longest_row` what there is."""

    def __init__(self, step: int, rung: Rung, layers: int, longest_row: int) -> None:
        super().__init__(f"memory ran out after step {step} ({rung})")
        self.step, self.rung, self.layers, self.longest_row = step, rung, layers, longest_row

    def next_rung(self) -> Rung | None:
        """Return the next way to do with less memory; None when there is no other."""
        done, blocks, tokens = self.rung.checkpointed, self.rung.blocks, self.rung.tokens
        if done < self.layers:
            half = (self.layers + 1) // 2
            return Rung(half if done < half else self.layers, blocks, tokens)
        if blocks > 1:
            return Rung(done, blocks // 2, tokens)
        if tokens > self.longest_row:
            return Rung(done, blocks, max(tokens // 2, self.longest_row))
        return None


def ran_out_of_memory(error: BaseException) -> bool:
    """Return whether `error` says that no memory is left, on a card or beside it."""
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and (type(error).__name__ == "OutOfMemoryError" or _says_so(str(error)))
    )


def rung_in(folder: Path, training: TrainingConfig) -> Rung:
    """Return the rung on which the training in `folder` has arrived, the topmost where memory never ran out."""
    gone = _read(folder / _FILE)
    return gone[-1][1] if gone else Rung(0, training.micro_batch, training.pack_tokens)


def with_less_memory(folder: Path, attempt: Callable[[], Result], report_rungs: Callable[[str], None]) -> Result:
    """Return what `attempt` returns on the first rung on which memory suffices.

    The rungs gone so far are kept in `folder`, where `attempt` finds them (`rung_in`), after an interruption too.
    `report_rungs` is told all of them, with their steps.

    Raises:
        OutOfMemory: memory does not suffice on the last rung either.
    """
    file = folder / _FILE
    while True:
        ran_out: MemoryRanOut
        try:
            return attempt()
        except MemoryRanOut as error:
            # The frames that it passed hold the model: they are let go before the next attempt.
            ran_out = error.with_traceback(None)
        further = ran_out.next_rung()
        if further is None:
            raise OutOfMemory(
                f"training: {ran_out}, and nothing is left to save; expected room for one row at a time: "
                "close other programs, lower lora.rank, or choose a smaller model"
            )
        gone = [*_read(file), (ran_out.step, further)]
        replace_text(file, json.dumps([{"step": step, **asdict(rung)} for step, rung in gone]))
        _log.warning("%s; going on from the last checkpoint with %s", ran_out, further)
        report_rungs("; ".join(f"after step {step}: {rung}" for step, rung in gone))
        free_memory()


def halved(batch_rows: int) -> int:
    """Return the half of `batch_rows` with which an examination goes on after memory ran out.

    Raises:
        OutOfMemory: one row alone was too much.
    """
    if batch_rows == 1:
        raise OutOfMemory(
            "evaluation: memory ran out with one question at a time; expected room for it: close other programs, lower "
            "evaluation.max_new_tokens, or choose a smaller model"
        )
    _log.warning("memory ran out with %d questions at a time; going on with %d", batch_rows, batch_rows // 2)
    return batch_rows // 2


def pieces_of(inputs: Mapping[str, Tensor], rung: Rung) -> list[dict[str, Tensor]]:
    """Return the blocks in `inputs` in pieces of at most `rung.blocks` blocks and `rung.tokens` tokens.

    Shapes: each of `inputs` `(blocks, tokens)`; each of a piece `(blocks, tokens)`, or `(1, tokens)` where blocks are
    cut. Blocks are cut between rows, which begin where `position_ids` is 0. A row longer than `rung.tokens` is a piece
    of its own; a piece without a supervised token is left out, unless there is no other.
    """
    count, width = inputs["input_ids"].shape
    if rung.blocks >= count and rung.tokens >= width:
        return [dict(inputs)]
    blocks = [
        {name: values[at : at + rung.blocks] for name, values in inputs.items()} for at in range(0, count, rung.blocks)
    ]
    if rung.tokens >= width:
        return blocks
    pieces = [
        {name: values[:, start:end] for name, values in block.items()}
        for block in blocks
        for start, end in _cuts(block["position_ids"][0], rung.tokens)
    ]
    return [piece for piece in pieces if (piece["labels"] >= 0).any()] or pieces[:1]


def _cuts(positions: Tensor, tokens: int) -> list[tuple[int, int]]:
    """Return where the pieces of a block `(tokens,)` begin and end."""
    starts = (positions == 0).nonzero().flatten().tolist()
    cuts, begun = [], 0
    for start, end in zip(starts, [*starts[1:], len(positions)], strict=True):
        if end - begun > tokens and start > begun:
            cuts.append((begun, start))
            begun = start
    return [*cuts, (begun, len(positions))]


def _read(file: Path) -> list[tuple[int, Rung]]:
    if not file.is_file():
        return []
    return [(one.pop("step"), Rung(**one)) for one in json.loads(file.read_text(encoding="utf-8"))]


def _says_so(text: str) -> bool:
    return any(said in text for said in _SAID)


def free_memory() -> None:
    """Give back what nothing refers to any more."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
