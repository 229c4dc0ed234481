"""The equations with one unknown in a working: each comes from the one before it, so all have the same solution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from tutor.proving.equations import Fault, agree, certain, computed
from tutor.proving.known_numbers import KnownNumbers
from tutor.proving.side import Formula, Side
from tutor.proving.slips import one_keystroke, slightly_off
from tutor.proving.written_numbers import Value, Written, exact

_ENOUGH = 3  # equations that agree
_MOST_TERMS = 2  # with the unknown on a side: where an equation is set up from more, authors slip
_Equation = tuple[Side, Side]


def unlike_the_others(known: KnownNumbers, formulas: Sequence[Formula]) -> Iterator[Fault]:
    """Yield the only equation with an unknown that does not hold for the solution of the others.

    It has a number that is nearly the one with which it would hold. Of fewer than three others that agree that number
    stands only there and the right one elsewhere in the row.
    """
    for unknown, equations in _by_unknown(known, formulas).items():
        if not any(one.items == ["@" + unknown] for (one, _), _ in equations):
            continue
        (value, times), *_ = Counter(solution for _, solution in equations).most_common(1)
        wrong = [pair for pair, solution in equations if solution != value and not agree(*pair, {unknown: value})]
        if len(wrong) == 1 and _nearly_holds(*wrong[0], {unknown: value}, known, times >= _ENOUGH):
            one, other = wrong[0]
            equation = known.text[one.start : other.end].strip()
            yield Fault(equation, "", f"{equation} has another solution than the other equations with {unknown}")


def _nearly_holds(one: Side, other: Side, letters: Mapping[str, Value], known: KnownNumbers, anyhow: bool) -> bool:
    """Return whether an equation would hold with a number that is a keystroke or a few away from one of it.

    Unless `anyhow`, the number stands only here and the right one elsewhere.
    """
    terms = max(sum(isinstance(item, str) and item[0] == "@" for item in side.items) for side in (one, other))
    if terms > _MOST_TERMS or not (certain(one, other) or len(one.items) > 1):
        return False
    for side, rest in ((one, other), (other, one)):
        for place, item in enumerate(side.items):
            number = item.english if isinstance(item, Written) else item
            if isinstance(number, str) or (number in (0, 1) and not side.bare):
                continue
            right = holds_with(side, place, rest, letters)
            if right is None or not (one_keystroke(number, right) or slightly_off(number, right)):
                continue
            if anyhow or (known.counts[number] == 1 and known.counts[right] > 0):
                return not (side.bare and number == 10 * right)
    return False


def holds_with(side: Side, place: int, rest: Side, letters: Mapping[str, Value]) -> Value | None:
    """Return the number with which, at `place` of `side`, it would equal `rest`; None if there is none or any."""
    low, high = (
        computed(replace(side, items=[*side.items[:place], number, *side.items[place + 1 :]]), True, letters)
        for number in (0, 1)
    )
    wanted = computed(rest, True, letters)
    if low is None or high is None or wanted is None or high == low:
        return None
    right = exact((wanted - low) / Fraction(high - low))
    there = computed(replace(side, items=[*side.items[:place], right, *side.items[place + 1 :]]), True, letters)
    return right if there == wanted else None


def _by_unknown(known: KnownNumbers, formulas: Sequence[Formula]) -> dict[str, list[tuple[_Equation, Value]]]:
    """Return the linear equations with one unknown, and their solutions, by the unknown."""
    found: dict[str, list[tuple[_Equation, Value]]] = {}
    for formula in formulas:
        for one, other in pairwise(formula):
            unknown = _unknown(one, other)
            if unknown and not known.labelled(one.start) and (solution := _solution(one, other, unknown)) is not None:
                found.setdefault(unknown, []).append(((one, other), solution))
    return found


def _unknown(one: Side, other: Side) -> str:
    """Return the one letter of an equation, "" if it has none or several."""
    if not (one.letters or other.letters) or one.before == "x":  # 8 x Y = 24
        return ""
    letters = letters_of(one, other)
    return letters.pop()[1:] if len(letters) == 1 else ""


def letters_of(one: Side, other: Side) -> set[str]:
    """Return the letters of an equation, as items."""
    return {item for side in (one, other) for item in side.items if isinstance(item, str) and item[0] == "@"}


def _solution(one: Side, other: Side, unknown: str) -> Value | None:
    """Return the solution of a linear equation, None if it is not linear or has none or all."""
    rests: list[Value] = []
    for value in (0, 1, 2):
        left, right = computed(one, True, {unknown: value}), computed(other, True, {unknown: value})
        if left is None or right is None:
            return None
        rests.append(left - right)
    slope = rests[1] - rests[0]
    return exact(-rests[0] / Fraction(slope)) if slope and rests[2] - rests[1] == slope else None
