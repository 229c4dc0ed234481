"""Rows packed into blocks: none lost, none cut, none seen by another."""

from random import Random

import torch
from datasets import Dataset

from tutor.adapter import quantised_base
from tutor.base_model import load, load_tokenizer
from tutor.config import RetrainConfig
from tutor.packing import PackedRows, pack_rows
from tutor.quantised_linear import compute_plainly
from tutor.reading import read_rows
from tutor.settings import Store
from tutor.tokenization import IGNORED, encode


def test_every_row_falls_in_one_pack_and_little_room_is_left() -> None:
    rng = Random(5)
    lengths = [rng.randint(20, 120) for _ in range(1000)] + [256]
    packs = pack_rows(lengths, 256, seed=1)
    assert sorted(row for pack in packs for row in pack) == list(range(1001))
    assert max(sum(lengths[row] for row in pack) for pack in packs) == 256
    assert sum(lengths) / (256 * len(packs)) > 0.96
    assert packs == pack_rows(lengths, 256, seed=1)
    assert packs != pack_rows(lengths, 256, seed=2)


def test_a_row_in_a_pack_gets_the_logits_that_it_gets_alone(tiny_config: RetrainConfig, store: Store) -> None:
    base = quantised_base(tiny_config.model.model_copy(update={"compute_dtype": "float32"}), store).folder
    tokenizer, model = load_tokenizer(base), load(base)
    compute_plainly(model, torch.float32, keep_dequantised=True)
    rows, _ = read_rows(tiny_config.data.path)
    encoded = [encode(row, tokenizer) for row in rows[:6]]
    length = sum(len(row["input_ids"]) for row in encoded) + 10
    packed = PackedRows(Dataset.from_list(encoded), length, tokenizer.pad_token_id, seed=3)
    assert len(packed) == 1
    block = packed[0]
    assert int(block["useful_tokens"]) == length - 10
    assert block["input_ids"].tolist()[-10:] == [tokenizer.pad_token_id] * 10
    assert block["labels"].tolist()[-10:] == [IGNORED] * 10
    inputs = {name: block[name][None] for name in ("input_ids", "position_ids")}
    with torch.no_grad():
        together = model(**inputs, use_cache=False).logits[0]
        starts = (block["position_ids"] == 0).nonzero().flatten().tolist()
        for start, end in zip(starts, [*starts[1:], length], strict=True):
            alone = model(input_ids=block["input_ids"][None, start:end], use_cache=False).logits[0]
            torch.testing.assert_close(together[start:end], alone, rtol=1e-4, atol=1e-4)
