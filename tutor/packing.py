"""Tokenised rows packed into blocks of one length: hardly a token of padding, and every step has the same shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from tutor.tokenization import IGNORED

if TYPE_CHECKING:
    from datasets import Dataset

_OPEN_PACKS = 64


def pack_rows(lengths: Sequence[int], pack_tokens: int, seed: int) -> list[list[int]]:
    """Return packs of row numbers, each of at most `pack_tokens` tokens; rows meet by chance, which `seed` decides.

    A row goes to the fullest pack that has room for it (best fit, among the packs opened last).
    """
    order = list(range(len(lengths)))
    Random(seed).shuffle(order)
    packs: list[list[int]] = []
    rooms: list[int] = []
    for row in order:
        recent = range(max(0, len(packs) - _OPEN_PACKS), len(packs))
        fitting = [at for at in recent if rooms[at] >= lengths[row]]
        if fitting:
            fullest = min(fitting, key=rooms.__getitem__)
            packs[fullest].append(row)
            rooms[fullest] -= lengths[row]
        else:
            packs.append([row])
            rooms.append(pack_tokens - lengths[row])
    return packs


class PackedRows(TorchDataset[Mapping[str, Tensor]]):
    """Packs as int64 tensors of `pack_tokens` each: input_ids, labels and position_ids, which begin again at each row.

    transformers keeps rows apart by their positions: no row sees another.
    """

    def __init__(self, tokens: Dataset, pack_tokens: int, pad_id: int, seed: int) -> None:
        self._input_ids, self._labels = list(tokens["input_ids"]), list(tokens["labels"])
        self._packs = pack_rows([len(ids) for ids in self._input_ids], pack_tokens, seed)
        self._pack_tokens, self._pad_id = pack_tokens, pad_id

    def __len__(self) -> int:
        return len(self._packs)

    def __getitem__(self, place: int) -> Mapping[str, Tensor]:
        rows = self._packs[place]
        useful = sum(len(self._input_ids[row]) for row in rows)
        padding = self._pack_tokens - useful
        input_ids = [*(token for row in rows for token in self._input_ids[row]), *[self._pad_id] * padding]
        labels = [*(label for row in rows for label in self._labels[row]), *[IGNORED] * padding]
        positions = [at for row in rows for at in range(len(self._input_ids[row]))] + list(range(padding))
        return {
            "input_ids": torch.tensor(input_ids),
            "labels": torch.tensor(labels),
            "position_ids": torch.tensor(positions),
            "useful_tokens": torch.tensor(useful),
        }
