"""Rows packed into blocks: none lost, none cut, none seen by another."""

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
    assert sum(lengths) / (256 * len(packs)) > 0.96
    assert list(packs) == list(pack_rows(lengths, 256, seed=1))
    assert list(packs) != list(pack_rows(lengths, 256, seed=2))


def _packed_plainly(lengths: list[int], pack_tokens: int, seed: int, open_packs: int) -> list[list[int]]:
    """Best fit among the packs opened last, as its definition says it."""
    order = list(range(len(lengths)))
    Random(seed).shuffle(order)
    packs: list[list[int]] = []
    for row in order:
        rooms = {at: pack_tokens - sum(lengths[r] for r in packs[at]) for at in range(len(packs))[-open_packs:]}
        fitting = [at for at in rooms if rooms[at] >= lengths[row]]
        if fitting:
            packs[min(fitting, key=rooms.__getitem__)].append(row)
        else:
            packs.append([row])
    return packs


def test_a_row_goes_to_the_fullest_of_the_last_64_packs_that_has_room() -> None:
    rng = Random(8)
    for rows, shortest in ((0, 1), (1, 1), (900, 1), (900, 90)):
        lengths = [rng.randint(shortest, 256) for _ in range(rows)]
        assert list(pack_rows(lengths, 256, seed=4)) == _packed_plainly(lengths, 256, seed=4, open_packs=64)


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
