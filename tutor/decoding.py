"""Many answers written at once, greedily, each row leaving the batch when its answer has ended.

`generate` of transformers carries every row to the end of the longest answer. In an examination most answers end
early, so that more than half of its arithmetic would be for padding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from transformers import DynamicCache

from tutor.calculator import Calculator

_FEWEST_LEAVING = 0.25  # share of the rows: to shorten the cache means to copy it


@dataclass(frozen=True)
class Limits:
    """The longest answer in tokens, the token that ends one and the token that fills up what is shorter."""

    max_new_tokens: int
    end: int
    padding: int


@torch.no_grad()
def write_greedily(
    model: Any,
    ids: Tensor,
    mask: Tensor,
    calculator: Calculator,
    limits: Limits,
    report_share: Callable[[float], None],
) -> Tensor:
    """Return the tokens that `model` writes after each prompt, `(rows, longest answer)` int64, padded on the right.

    `ids` and `mask` are `(rows, tokens)` int64, padded on the left. `calculator` has the last word on every token.
    `report_share` is told after each token how much of the work is done, from 0 to 1.
    """
    written = torch.full((len(ids), limits.max_new_tokens), limits.padding, dtype=ids.dtype, device=ids.device)
    rows = torch.arange(len(ids), device=ids.device)  # those still being written
    open_ = torch.ones_like(rows, dtype=torch.bool)
    cache = DynamicCache(config=model.config)
    fed = ids
    texts = ids
    for step in range(limits.max_new_tokens):
        places = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -fed.shape[1] :]
        out = model(
            input_ids=fed, attention_mask=mask, position_ids=places, past_key_values=cache, use_cache=True,
            logits_to_keep=1,
        )  # fmt: skip
        token = calculator(cast("torch.LongTensor", texts), out.logits[:, -1].float()).argmax(dim=1)
        token = token.where(open_, limits.padding)
        written[rows, step] = token
        open_ &= token != limits.end
        if not open_.any():
            break
        report_share(max((step + 1) / limits.max_new_tokens, 1 - float(open_.sum()) / len(ids)))
        if (~open_).sum() >= _FEWEST_LEAVING * len(rows):
            kept = open_.nonzero()[:, 0]
            cache.batch_select_indices(kept)
            calculator.keep(kept.tolist())
            rows, open_, token, mask, texts = rows[kept], open_[kept], token[kept], mask[kept], texts[kept]
        fed = token[:, None]
        texts = torch.cat([texts, fed], dim=1)
        mask = torch.cat([mask, torch.ones_like(fed)], dim=1)
    return written
