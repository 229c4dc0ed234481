"""Attention for short rows on a processor: plain batched products, and in training each packed row by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

SHORT_ATTENTION = "tutor_short"


# oneDNN prepares a product for each size of its factors: rows are filled up to the next multiple, so that sizes recur.
_LENGTHS = 8


class RowBorders:
    """Where each row of one pack begins, and where the last one ends: `places`."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places = tuple(places)
        self._layouts: dict[tuple[int, int], _Layout] = {}

    @classmethod
    def of(cls, position_ids: Tensor) -> RowBorders:
        """Return the borders in `position_ids` `(1, tokens)` int64, which begin again at 0 with each row."""
        starts: list[int] = (position_ids[0] == 0).nonzero().flatten().tolist()
        return cls((*starts, position_ids.shape[1]))

    def layout(self, heads: int, groups: int, like: Tensor) -> _Layout:
        """Return how attention with so many heads of queries and of keys lays these rows out; all layers share it."""
        key = (heads, groups)
        if key not in self._layouts:
            self._layouts[key] = _Layout.of(self.places, heads, groups, like)
        return self._layouts[key]


@dataclass(frozen=True)
class _Layout:
    """A pack's rows one below the other, filled up to one length: what is where, as numbers of vectors `(width,)`.

    A pack holds `tokens * heads` vectors of queries and `tokens * groups` of keys. Laid out they are `(rows * groups,
    share * length)` and `(rows * groups, length)`: the query heads of one key head stand one below the other. What
    fills a row up is a copy of its last token: a later one, which none of its tokens attends to.
    """

    length: int
    queries: Tensor  # of each laid out vector, its number in the pack
    keys: Tensor
    queries_back: Tensor  # of each vector of the pack, its number among those laid out
    keys_back: Tensor
    is_token: Tensor  # (rows * groups, share * length, 1): 1, and 0 for what fills up
    future: Tensor  # (share * length, length): added to the scores, nothing from later tokens

    @classmethod
    def of(cls, places: Sequence[int], heads: int, groups: int, like: Tensor) -> _Layout:
        """Return the layout for vectors of the type and on the device of `like`."""
        starts, ends = (torch.tensor(edges, device=like.device) for edges in (places[:-1], places[1:]))
        length = -(-int((ends - starts).max()) // _LENGTHS) * _LENGTHS
        steps = torch.arange(length, device=like.device)
        taken = torch.minimum(starts[:, None] + steps, ends[:, None] - 1)  # (rows, length)
        is_token = (steps < (ends - starts)[:, None]).to(like.dtype)
        share = heads // groups
        head = torch.arange(heads, device=like.device)
        group = torch.arange(groups, device=like.device)
        row = torch.repeat_interleave(torch.arange(len(starts), device=like.device), ends - starts)  # (tokens,)
        at = torch.arange(places[-1], device=like.device) - starts[row]
        future = torch.full((length, length), float("-inf"), dtype=like.dtype, device=like.device).triu_(1)
        return cls(
            length,
            queries=(taken[:, None] * heads + head[:, None]).flatten(),
            keys=(taken[:, None] * groups + group[:, None]).flatten(),
            queries_back=((row[:, None] * heads + head) * length + at[:, None]).flatten(),
            keys_back=((row[:, None] * groups + group) * length + at[:, None]).flatten(),
            is_token=is_token[:, None].expand(-1, heads, -1).reshape(-1, share * length, 1),
            future=future.repeat(share, 1),
        )


def register_attention() -> None:
    """Make an attention for short rows known to transformers, as SHORT_ATTENTION.

    It is two batched products in which the query heads of one key head go together, for each row of a pack where the
    model is called with its `row_borders` (RowBorders, one pack). On a CPU the backward pass of
    torch's fused kernel took a fifth of a training step at 48 tokens, two products took a fiftieth; in batched
    generation the fused kernel took 2.7 ms a layer and token, two products 0.2 ms.
    """
    AttentionInterface.register(SHORT_ATTENTION, _grouped_attention)
    AttentionMaskInterface.register(SHORT_ATTENTION, eager_mask)


def _grouped_attention(
    _module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor,
    *,
    scaling: float,
    row_borders: RowBorders | None = None,
    **_options: Any,
) -> tuple[Tensor, None]:
    """Return attention outputs `(batch, tokens, heads, width)` for query `(batch, heads, tokens, width)`.

    Key and value are `(batch, groups, keys, width)`; `mask` is added to the scores, `(batch, 1, tokens, keys)`.
    """
    if row_borders is not None:
        by_row: Any = _RowAttention.apply
        return by_row(query, key, value, scaling, row_borders), None
    batch, heads, tokens, width = query.shape
    groups, keys = key.shape[1:3]
    together = heads // groups * tokens
    bias = mask[..., :keys].repeat(1, heads // groups, 1, 1).view(batch, 1, together, keys)
    bias = bias.expand(batch, groups, together, keys).reshape(batch * groups, together, keys)
    grouped, keyed, valued = (part.reshape(batch * groups, -1, width) for part in (query, key, value))
    scores = torch.baddbmm(bias, grouped, keyed.transpose(1, 2), alpha=scaling)
    output = torch.bmm(scores.softmax(-1), valued).view(batch, heads, tokens, width)
    return output.transpose(1, 2).contiguous(), None


class _RowAttention(torch.autograd.Function):
    """Causal attention inside each row of one pack: of 256 tokens in rows of 65, about half of the scores.

    Shapes: query `(1, heads, tokens, width)`, key and value `(1, groups, tokens, width)`, output `(1, tokens, heads,
    width)`.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, scaling: float, borders: RowBorders) -> Tensor:
        (_, heads, tokens, width), groups = query.shape, key.shape[1]
        layout = borders.layout(heads, groups, query)
        batch = (len(borders.places) - 1) * groups
        asking = _vectors(query.transpose(1, 2), layout.queries).view(batch, -1, width)
        keyed, valued = (
            _vectors(part.transpose(1, 2), layout.keys).view(batch, layout.length, width) for part in (key, value)
        )
        scores = torch.baddbmm(layout.future.expand(batch, -1, -1), asking, keyed.transpose(1, 2), alpha=scaling)
        # By way of float32, in which a processor is quicker.
        shares = scores.float().softmax(-1).to(scores.dtype)
        ctx.save_for_backward(asking, keyed, valued, shares)
        ctx.scaling, ctx.layout = scaling, layout
        return _vectors(torch.bmm(shares, valued), layout.queries_back).view(1, tokens, heads, width)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        asking, keyed, valued, shares = ctx.saved_tensors
        (_, tokens, _, width), layout = gradients[0].shape, ctx.layout
        of_answers = _vectors(gradients[0], layout.queries).view(asking.shape).mul_(layout.is_token)
        of_shares = torch.bmm(of_answers, valued.transpose(1, 2))
        of_scores = torch._softmax_backward_data(of_shares, shares, -1, shares.dtype).mul_(ctx.scaling)
        laid_out = (
            (torch.bmm(of_scores, keyed), layout.queries_back),
            (torch.bmm(of_scores.transpose(1, 2), asking), layout.keys_back),
            (torch.bmm(shares.transpose(1, 2), of_answers), layout.keys_back),
        )
        back = (_vectors(part, places).view(1, tokens, -1, width).transpose(1, 2) for part, places in laid_out)
        return *back, None, None


def _vectors(x: Tensor, places: Tensor) -> Tensor:
    """Return the vectors `(…, width)` of `x` at `places`, `(places, width)`."""
    return x.reshape(-1, x.shape[-1]).index_select(0, places)
