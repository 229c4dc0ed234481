"""Tokenised rows packed into blocks of one length: hardly a token of padding, and every step has the same shapes."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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

_OPEN_PACKS = 64
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

    A row goes to the fullest pack that has room for it (best fit, among the packs opened last).
    """
    sizes = array("i", np.asarray(lengths, dtype=np.int32).tobytes())
    order = array("i", range(len(sizes)))
    Random(seed).shuffle(order)
    pack_of = array("i", bytes(4 * len(order)))
    rooms = array("i")
    by_room: list[tuple[int, int]] = []  # of the packs opened last: room and number, the fullest first
    for place, row in enumerate(order):
        at = bisect_left(by_room, (sizes[row], 0))
        if at < len(by_room):
            _, pack = by_room.pop(at)
        else:
            pack = len(rooms)
            rooms.append(pack_tokens)
            if (oldest := pack - _OPEN_PACKS) >= 0:
                del by_room[bisect_left(by_room, (rooms[oldest], oldest))]
        rooms[pack] -= sizes[row]
        insort(by_room, (rooms[pack], pack))
        pack_of[place] = pack
    numbers = np.frombuffer(pack_of, dtype=np.int32)
    together = np.argsort(numbers, kind="stable")
    borders = np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=len(rooms)))])
    return Packs(np.frombuffer(order, dtype=np.int32)[together], borders)


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
