"""Other ways of explaining than the plain steps: a check at the end, the rule first, a mistake that many make."""

from __future__ import annotations

from collections.abc import Callable


def with_check(solution: str, equation: str) -> str:
    """Return `solution` and, after it, an `equation` that shows the answer to be right."""
    return f"{solution} Comprobamos: {equation}."


def with_rule(rule: str, solution: str) -> str:
    """Return `solution` after the `rule` that it follows."""
    return f"{rule}. {solution}"


def with_warning(solution: str, mistake: str) -> str:
    """Return `solution` and, after it, a `mistake` that many make and why it is one."""
    return f"{solution} Cuidado: {mistake}."


def sum_without_carrying(a: int, b: int) -> int:
    """Return what comes out when the digits of `a` and `b` are added without carrying the tens: 34 and 58 give 82."""
    return _by_digits(a, b, lambda x, y: (x + y) % 10)


def difference_without_borrowing(a: int, b: int) -> int:
    """Return what comes out when the smaller of two digits is always taken from the larger: 52 and 27 give 35."""
    return _by_digits(a, b, lambda x, y: abs(x - y))


def _by_digits(a: int, b: int, of_two_digits: Callable[[int, int], int]) -> int:
    width = len(str(max(a, b)))
    pairs = zip(f"{a:0{width}d}", f"{b:0{width}d}", strict=True)
    return int("".join(str(of_two_digits(int(x), int(y))) for x, y in pairs))
