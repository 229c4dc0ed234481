"""Other ways of explaining than the plain steps: a check at the end, the rule first, a mistake that many make."""

from __future__ import annotations


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
    """Return what comes out when no digit is carried to the next: 34 and 58 give 82, 75 and 68 give 133."""
    (first, *rest) = [x + y for x, y in _columns(a, b)]
    return int(f"{first}{''.join(str(total % 10) for total in rest)}")


def difference_without_borrowing(a: int, b: int) -> int:
    """Return what comes out when the smaller of two digits is always taken from the larger: 52 and 27 give 35."""
    return int("".join(str(abs(x - y)) for x, y in _columns(a, b)))


def _columns(a: int, b: int) -> list[tuple[int, int]]:
    width = len(str(max(a, b)))
    return [(int(x), int(y)) for x, y in zip(f"{a:0{width}d}", f"{b:0{width}d}", strict=True)]
