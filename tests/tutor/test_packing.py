"""Rows packed into blocks: none lost, none cut, none seen by another."""

import math
from itertools import combinations
from random import Random

import pyarrow as pa
import torch
from datasets import Dataset

from tutor.adapter import quantised_base
from tutor.base_model import load, load_tokenizer
from tutor.config import RetrainConfig
from tutor.packing import PackedRows, pack_rows
from tutor.quantised_linear import compute_plainly
from tutor.reading import read_rows
from tutor.settings import Store
from tutor.tokenization import IGNORED, encode_rows


def test_every_row_falls_in_one_pack_and_little_room_is_left() -> None:
    rng = Random(5)
    lengths = [rng.randint(20, 120) for _ in range(1000)] + [256]
    packs = pack_rows(lengths, 256, seed=1)
    assert sorted(row for pack in packs for row in pack) == list(range(1001))
    assert packs.rows.tolist() == [row for pack in packs for row in pack]
    assert max(sum(lengths[row] for row in pack) for pack in packs) == 256
    assert len(packs) == math.ceil(sum(lengths) / 256)
    assert list(packs) == list(pack_rows(lengths, 256, seed=1))
    assert list(packs) != list(pack_rows(lengths, 256, seed=2))


def test_a_pack_begins_with_the_row_that_waited_longest_and_is_filled_as_well_as_the_next_ones_allow() -> None:
    rng = Random(8)
    for shortest, rows in ((1, 12), (60, 12), (100, 9), (200, 5)):
        lengths = [rng.randint(shortest, 256) for _ in range(rows)]
        waiting = list(range(rows))
        Random(4).shuffle(waiting)
        for pack in pack_rows(lengths, 256, seed=4):
            first, others = waiting[0], waiting[1:]
            choices = [chosen for size in range(len(others) + 1) for chosen in combinations(others, size)]
            sums = [lengths[first] + sum(lengths[row] for row in chosen) for chosen in choices]
            assert pack[0] == first
            assert sum(lengths[row] for row in pack) == max(total for total in sums if total <= 256)
            waiting = [row for row in waiting if row not in pack]
        assert not waiting


def test_a_row_in_a_pack_gets_the_logits_that_it_gets_alone(tiny_config: RetrainConfig, store: Store) -> None:
    base = quantised_base(tiny_config.model.model_copy(update={"compute_dtype": "float32"}), store).folder
    tokenizer, model = load_tokenizer(base), load(base)
    compute_plainly(model, torch.float32, keep_dequantised=True)
    rows, _ = read_rows(tiny_config.data.path)
    tokens = Dataset(pa.Table.from_batches([encode_rows(rows[:2], tokenizer), encode_rows(rows[2:6], tokenizer)]))
    length = sum(map(len, tokens["input_ids"])) + 10
    packed = PackedRows(tokens, length, tokenizer.pad_token_id, seed=3)
    assert len(packed) == 1
    block = packed[0]
    assert int(block["useful_tokens"]) == length - 10
    assert block["input_ids"].tolist()[-10:] == [tokenizer.pad_token_id] * 10
    assert block["labels"].tolist()[-10:] == [IGNORED] * 10
    assert {name: block[name].dtype for name in block} == dict.fromkeys(block, torch.int64)
    learned = block["labels"] != IGNORED
    assert int(learned.sum()) == length - 10 - sum(tokens["prompt_tokens"])
    assert torch.equal(block["labels"][learned], block["input_ids"][learned])
    inputs = {name: block[name][None] for name in ("input_ids", "position_ids")}
    with torch.no_grad():
        together = model(**inputs, use_cache=False).logits[0]
        starts = (block["position_ids"] == 0).nonzero().flatten().tolist()
        for start, end in zip(starts, [*starts[1:], length], strict=True):
            alone = model(input_ids=block["input_ids"][None, start:end], use_cache=False).logits[0]
            torch.testing.assert_close(together[start:end], alone, rtol=1e-4, atol=1e-4)
