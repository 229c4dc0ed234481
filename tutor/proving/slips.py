"""How one number becomes another by a slip of the pen."""

from __future__ import annotations

from fractions import Fraction

from tutor.proving.equations import in_spanish
from tutor.proving.written_numbers import Value

_FEW = 9
LARGEST_COUNT = 12  # things up to a dozen are counted: not rounded, and without a word on where the number comes from


def lost_digits(number: Value, right: Value) -> bool:
    """Return whether `number` is `right` with digits missing (8 for 80, 7 for 7.5) or zeros for them (50 for 52)."""
    written, meant = in_spanish(number), in_spanish(right)
    if len(written) == len(meant):
        return LARGEST_COUNT < number != right and meant.startswith(written.rstrip("0"))
    rest = iter(meant)
    return _digits(written) < _digits(meant) and all(sign in rest for sign in written)


def shortened(number: Value, right: Value) -> bool:
    """Return whether `number` has lost digits of `right` by cutting or rounding: 330 is no rounded 336."""
    if not lost_digits(number, right):
        return False
    written, meant = in_spanish(number), in_spanish(right)
    zeros = len(written) - len(written.rstrip("0"))
    unit = int("1" + zeros * "0")
    return len(written) != len(meant) or abs(Fraction(number - right)) <= Fraction(unit, 2)


def _digits(written: str) -> int:
    return len(written.replace(",", "").lstrip("0"))


def one_keystroke(number: Value, right: Value) -> bool:
    """Return whether `number` is `right` mistyped, or one more or less, and has not lost digits."""
    near = abs(number - right) == 1 or mistyped(in_spanish(number), in_spanish(right))
    return near and not lost_digits(number, right)


def slightly_off(number: Value, right: Value) -> bool:
    """Return whether `number` is more than a count, differs from `right` by a few and is not rounded.

    Authors who slip take another quantity, a round one or another digit of the tens.
    """
    if number.denominator != 1 or right.denominator != 1 or min(number, right) <= LARGEST_COUNT:
        return False
    apart = abs(int(number) - int(right))
    return apart == 1 or (apart <= _FEW and int(number) % 5 != 0)


def mistyped(written: str, meant: str) -> bool:
    """Return whether `written` is `meant` with another sign in one place, or with one too many."""
    if len(written) == len(meant):
        return sum(one != other for one, other in zip(written, meant, strict=True)) == 1
    return len(written) == len(meant) + 1 and any(
        written[:place] + written[place + 1 :] == meant for place in range(len(written))
    )
