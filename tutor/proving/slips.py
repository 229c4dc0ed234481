"""How one number becomes another by a slip of the pen."""

from __future__ import annotations

from tutor.proving.equations import in_spanish
from tutor.proving.written_numbers import Value

LARGEST_COUNT = 12  # things up to a dozen are counted: not rounded, and without a word on where the number comes from


def lost_digits(number: Value, right: Value) -> bool:
    """Return whether `number` is `right` with digits missing (8 for 80, 7 for 7.5) or zeros for them (50 for 52)."""
    written, meant = in_spanish(number), in_spanish(right)
    if len(written) == len(meant):
        return LARGEST_COUNT < number != right and meant.startswith(written.rstrip("0"))
    rest = iter(meant)
    return _digits(written) < _digits(meant) and all(sign in rest for sign in written)


def _digits(written: str) -> int:
    return len(written.replace(",", "").lstrip("0"))


def one_keystroke(number: Value, right: Value) -> bool:
    """Return whether `number` is `right` mistyped, or one more or less, and has not lost digits."""
    near = abs(number - right) == 1 or mistyped(in_spanish(number), in_spanish(right))
    return near and not lost_digits(number, right)


def mistyped(written: str, meant: str) -> bool:
    """Return whether `written` is `meant` with another sign in one place, or with one too many."""
    if len(written) == len(meant):
        return sum(one != other for one, other in zip(written, meant, strict=True)) == 1
    return len(written) == len(meant) + 1 and any(
        written[:place] + written[place + 1 :] == meant for place in range(len(written))
    )
