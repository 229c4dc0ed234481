"""Tokenised rows packed into blocks of one length: hardly a token of padding, and every step has the same shapes."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset
from torch.utils.data import Sampler

from tutor.tokenization import IGNORED, token_counts

if TYPE_CHECKING:
    from datasets import Dataset

_WINDOW = 64  # rows among which those are sought that fill a pack
EMPTY = -1


@dataclass(frozen=True)
class Packs:
    """Row numbers pack by pack, (rows,) int32, and where each pack begins and the last one ends, (packs + 1,) int64."""

    rows: NDArray[np.int32]
    borders: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.borders) - 1

    def __getitem__(self, place: int) -> list[int]:
        """Return the row numbers of one pack."""
        chosen: list[int] = self.rows[self.borders[place] : self.borders[place + 1]].tolist()
        return chosen


def pack_rows(lengths: ArrayLike, pack_tokens: int, seed: int) -> Packs:
    """Return packs of row numbers, each of at most `pack_tokens` tokens; rows meet by chance, which `seed` decides.

    Every pack begins with the row that has waited longest and takes those of the next 64 that fill it best (subset sum;
    of several such choices the rows that have waited longest).
    """
    sizes = np.asarray(lengths, dtype=np.int32).tolist()
    order = list(range(len(sizes)))
    Random(seed).shuffle(order)
    coming = iter(order)
    waiting = list(islice(coming, _WINDOW))
    rows, borders = array("i"), array("q", [0])
    while waiting:
        first, *others = waiting
        chosen = {first, *_filling([(row, sizes[row]) for row in others], pack_tokens - sizes[first])}
        rows.extend(row for row in waiting if row in chosen)
        borders.append(len(rows))
        waiting = [row for row in waiting if row not in chosen]
        waiting += islice(coming, _WINDOW - len(waiting))
    return Packs(np.frombuffer(rows, dtype=np.int32), np.frombuffer(borders, dtype=np.int64))


def _filling(rows: Sequence[tuple[int, int]], room: int) -> list[int]:
    """Return the numbers of those `rows` (number, size) whose sizes together come nearest to `room` from below."""
    # Bit s of reached[n] says that sizes among the first n rows add up to s.
    within = (1 << (room + 1)) - 1
    reached = [1]
    for _, size in rows:
        reached.append((reached[-1] | reached[-1] << size) & within)
        if reached[-1] >> room:
            break
    left = reached[-1].bit_length() - 1
    chosen = []
    for at in range(len(reached) - 1, 0, -1):
        number, size = rows[at - 1]
        if not reached[at - 1] >> left & 1:
            chosen.append(number)
            left -= size
    return chosen


class PackedRows(TorchDataset[Mapping[str, Tensor]]):
    """Packs as int64 tensors of `pack_tokens` each: input_ids, labels and position_ids, which begin again at each row.

    transformers keeps rows apart by their positions: no row sees another. Token ids stay in the file of `tokens`.
    """

    def __init__(self, tokens: Dataset, pack_tokens: int, pad_id: int, seed: int) -> None:
        self._input_ids = tokens.with_format("arrow")[:]["input_ids"]
        lengths, self._prompt_tokens = token_counts(tokens)
        self._packs = pack_rows(lengths, pack_tokens, seed)
        self.longest_row = int(np.max(lengths))
        self._pack_tokens, self._pad_id = pack_tokens, pad_id

    def __len__(self) -> int:
        return len(self._packs)

    def __getitem__(self, place: int) -> Mapping[str, Tensor]:
        """Return one pack, an empty one for the place `EMPTY`."""
        input_ids = np.full(self._pack_tokens, self._pad_id, dtype=np.int64)
        labels = np.full(self._pack_tokens, IGNORED, dtype=np.int64)
        positions = np.empty(self._pack_tokens, dtype=np.int64)
        start = 0
        for row in self._packs[place] if place != EMPTY else ():
            ids = self._input_ids[row].values.to_numpy()
            end = start + len(ids)
            prompt_tokens = self._prompt_tokens[row]
            input_ids[start:end] = ids
            labels[start + prompt_tokens : end] = ids[prompt_tokens:]
            positions[start:end] = np.arange(len(ids))
            start = end
        positions[start:] = np.arange(self._pack_tokens - start)
        blocks = {"input_ids": input_ids, "labels": labels, "position_ids": positions}
        return {name: torch.from_numpy(block) for name, block in blocks.items()} | {
            "useful_tokens": torch.tensor(start)
        }


class ShuffledPacks(Sampler[int]):
    """The places of all packs, in an order by chance that `seed` and the epoch decide.

    Empty packs at the end make their number a multiple of `together`: then each of several processes has as many, and
    all of them together learn from what one alone would have learned from.
    """

    def __init__(self, packs: int, seed: int, together: int) -> None:
        self._packs, self._seed, self._epoch = packs, seed, 0
        self._filling = -packs % together

    def __len__(self) -> int:
        return self._packs + self._filling

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self._seed + self._epoch)
        yield from torch.randperm(self._packs, generator=generator).tolist()
        yield from [EMPTY] * self._filling

    def set_epoch(self, epoch: int) -> None:
        """Take the order of `epoch` from now on."""
        self._epoch = epoch
