"""The calculator at the tutor's side: an equation that it writes gets its exact result while the answer arises.

A small model sets up the right sum more often than it works it out. So when it has written `34 + 50 =`, the digits
that follow are the calculator's; every other word is the model's own. Source: the calculator that overrides sampling
in Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", appendix B.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from transformers import LogitsProcessor

from tutor.numbers import spanish

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_NUMBER = r"-?\d{1,12}(?:,\d{1,6})?"
_OPERAND = rf"(?:{_NUMBER}|\({_NUMBER}\))"
# One operation, or several of one kind: in a mixed chain it is for the tutor to say what comes first.
_OPERATION = rf"{_OPERAND}(?:(?: ?\+ ?{_OPERAND}){{1,9}}|(?: ?× ?{_OPERAND}){{1,9}}| ?[-÷] ?{_OPERAND})|√\d{{1,12}}"
# Whole, not the end of something longer such as `4 × 2 + 13` or `3/4 + 1`.
_BEFORE = r"(?:(?<![-+×÷*/^√\d)] )(?<! : )(?<=\s)|^|(?<=[(;]))"
_EQUATION = re.compile(rf"{_BEFORE}({_OPERATION}) ?=( ?-?[\d,.]*)\Z")
# `47 = 6 × 7 + 5`: how often the one goes into the other, and what is left. Only where an answer begins with it, after
# an opening without an equation and divisions of the kind: elsewhere `12 = 2 × 2 × 3` or `8 = 2 × x` may be meant.
_WITH_REST = re.compile(
    r"^ ?(?:[^=]*[:.] )?(?:\d+ = \d+ × \d+ \+ \d+, )*(\d{1,12}) ?= ?([1-9]\d{0,11}) ?×( ?\d*(?: \+ ?\d*)?)\Z"
)
_STEP = re.compile(rf"({_OPERAND}) ?([-+×÷]?) ?")
_LONGEST = 160  # characters of an equation with its result


def result_of(operation: str) -> str | None:
    """Return the exact result of an operation such as `34 + 50`, None where it has no end within six decimals."""
    if operation.startswith("√"):
        root = isqrt(int(operation[1:]))
        return str(root) if root * root == int(operation[1:]) else None
    total, sign = Fraction(0), "+"
    for number, following in _STEP.findall(operation):
        value = Fraction(number.strip("()").replace(",", "."))
        if sign == "÷" and value == 0:
            return None
        match sign:
            case "+":
                total += value
            case "-":
                total -= value
            case "×":
                total *= value
            case "÷":
                total /= value
        sign = following
    written = spanish(total)
    return None if "/" in written else written


def digits_to_come(text: str) -> str | None:
    """Return what is still to be written of the number that follows from what `text` ends in.

    It is the result of an operation (`34 + 50 =`), or the quotient and the rest of a division (`47 = 6 ×`).
    "" means that the number is whole and no digit may follow; None, that `text` ends in nothing of the kind.
    """
    start = max(0, len(text) - _LONGEST)
    if found := _EQUATION.search(text, start):
        written, result = found[2], result_of(found[1])
    elif found := _WITH_REST.search(text):
        written, result = found[3], "{} + {}".format(*divmod(int(found[1]), int(found[2])))
    else:
        return None
    if result is None:
        return None
    wanted = f" {result}"
    if wanted.startswith(written):
        return wanted[len(written) :]
    return "" if written in (f"{wanted},", f"{wanted}.") else None


class Calculator(LogitsProcessor):
    """Puts the results of equations into answers as they arise; to be given to `generate`, one for each call."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, prompt_tokens: int, rows: int) -> None:
        """Watch what is written after the first `prompt_tokens` of each of `rows` answers."""
        self._tokenizer, self._prompt_tokens = tokenizer, prompt_tokens
        self._digits = _tokens_of_digits(tokenizer)
        self._corrected: list[set[int]] = [set() for _ in range(rows)]
        self._rows = list(range(rows))

    @property
    def corrections(self) -> list[int]:
        """Return for each answer the number of equations in which the model would have written another result."""
        return [len(equations) for equations in self._corrected]

    def keep(self, places: Sequence[int]) -> None:
        """Go on with the rows at `places` of those that were watched last; the others are finished."""
        self._rows = [self._rows[place] for place in places]

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """Return `scores` `(rows, vocabulary)` that leave only the right digit where a result is being written."""
        written = self._tokenizer.batch_decode(input_ids[:, self._prompt_tokens :], skip_special_tokens=True)
        for row, text in enumerate(written):
            digits = digits_to_come(text)
            if digits is None:
                continue
            best = int(scores[row].argmax())
            if digits:
                token = self._tokenizer.encode(digits, add_special_tokens=False)[0]
                scores[row] = -torch.inf
                scores[row, token] = 0.0
                changed = best != token
            else:
                scores[row, self._digits] = -torch.inf
                changed = best in self._digits
            if changed:
                self._corrected[self._rows[row]].add(text.count("="))
        return scores


def _tokens_of_digits(tokenizer: PreTrainedTokenizerBase) -> Tensor:
    """Return the tokens that go on with a number, `(tokens,)` int64."""
    texts = enumerate(tokenizer.convert_ids_to_tokens(list(range(len(tokenizer)))))
    return torch.tensor([token for token, text in texts if text[:1].isdigit()])
