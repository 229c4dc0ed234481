"""A number of the prose that stands where another belongs: "she has 41 apples, so 40 + 5 = <<40+5=45>>45".

What a sentence says and what it calculates with are the same numbers. Where its annotated calculation takes a number
that the row knows and the sentence does not say, one that stands nowhere else and is one keystroke or a few away is
that number misquoted; a count only if both count the same things, and then any. So is, in a sentence that calculates
nothing, a number that near to one of the question that counts the same things, one that is said because of a
calculation that comes nearly to it, and, beside a calculation without annotation, one that is off by one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tutor.proving.annotations import number_values
from tutor.proving.equations import Fault, agree, computed, in_spanish
from tutor.proving.known_numbers import MEASURES, KnownNumbers, OnlyHere, counted
from tutor.proving.side import Formula
from tutor.proving.slips import lost_digits, one_keystroke, slightly_off
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.written_numbers import Value

_SENTENCE_END = re.compile(r"[.;!?] ")
_INSTRUCTION = re.compile(
    r"\b(divid(?:e|ing)|multiply(?:ing)?)\b[^.:;=0-9<\n]{1,80} by ([0-9][0-9,]*(?:\.[0-9]+)?)(?![0-9/%])", re.IGNORECASE
)
_PLURAL = re.compile(r" [^\W\d_]+s\b")


def misquoted(number: OnlyHere, known: KnownNumbers, formulas: Sequence[Formula], careful: bool) -> Iterator[Fault]:
    """Yield that `number`, which stands in no equation, is another one misquoted.

    In a row where every line that calculates is annotated (`careful`), a count needs no word for what it counts.
    """
    text = known.text
    things = counted(text, number.at, number.end)
    if (number.value == 1 and not _PLURAL.match(text, number.end)) or (number.small and things == "%"):
        return
    start, end = _sentence(number, text)
    taken = _taken(known, start, end)
    loosely = not taken  # without an annotation; authors slip there
    taken = taken or _taken_loosely(formulas, start, end)
    if not taken:
        calculates = any(len(each) > 1 and start <= each[0].start < end for each in formulas)
        if calculates or known.explained(number.value, number.line):
            return
    said = Counter(value for value, at in known.outside if start <= at < end)
    said += Counter(spoken_numbers(text[start:end]))
    unsaid = (taken or Counter(known.asked)) - said
    measures = MEASURES & {number.value - 1, number.value + 1}  # 999 ml a litre
    meant = unsaid.keys() & (known.before(start) | spoken_numbers(known.question) | measures)
    near = [value for value in meant if _near(number.value, value, only_by_one=loosely and bool(taken))]
    count = not loosely and number.small and number.value % 5 != 0
    alike = [value for value in meant if not lost_digits(number.value, value)] if count else near
    same = [value for value in alike if known.times_counted(value, things)]
    any_things = not loosely and (not number.small or (careful and number.value not in known.spoken | known.terms))
    for value in (same or near if any_things else same)[:1]:
        if not any(number.value == int(other) for other in meant):  # 7 for 7.5
            shown, right = text[number.at : number.end], in_spanish(value)
            yield Fault(shown, right, f"{shown} stands nowhere else in the row, where {right} belongs")


def _near(number: Value, value: Value, only_by_one: bool) -> bool:
    if only_by_one:
        return abs(number - value) == 1 and slightly_off(number, value)
    return slightly_off(number, value) or one_keystroke(number, value)


def concluded(number: OnlyHere, known: KnownNumbers, formulas: Sequence[Formula]) -> Iterator[Fault]:
    """Yield that `number` is said to be so because of a calculation that comes nearly to it; authors slip further."""
    for formula in formulas:
        if len(formula) > 1 and number.end <= formula[0].start < number.line_end and agree(formula[0], formula[1]):
            right = computed(formula[0], english=True)
            one_off = right is not None and number.value != 1 and abs(number.value - right) == 1
            if right is not None and right.denominator == 1 and (one_off or slightly_off(number.value, right)):
                shown, meant = known.text[number.at : number.end], in_spanish(right)
                yield Fault(shown, meant, f"{shown} is said because of a calculation that comes to {meant}")


def instructed(known: KnownNumbers) -> Iterator[Fault]:
    """Yield that a line says by what number it divides or multiplies and then does so by another one."""
    for found in _INSTRUCTION.finditer(known.text):
        value = next((value for value, at, _ in known.working if at == found.start(2)), None)
        end = known.line(found.start())[1]
        following = next((each for each in known.annotations if found.end() <= each.at <= end), None)
        if value is None or following is None or not following.formula:
            continue
        side, sign = following.formula[0], "/" if found[1].lower().startswith("d") else "*"
        if len(side.items) == 3 and side.items[1] == sign and value not in number_values(side):
            yield Fault(found[2], "", f"{found[2]} is not what the calculation {following.text} takes")


def _sentence(number: OnlyHere, text: str) -> tuple[int, int]:
    """Return where the sentence of `number` starts and ends, a line at most."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text, number.line_start, number.line_end)]
    start = max((end for end in ends if end <= number.at), default=number.line_start)
    return start, min((end for end in ends if end > number.at), default=number.line_end)


def _taken_loosely(formulas: Sequence[Formula], start: int, end: int) -> Counter[Value]:
    """Return the operands of the true equations in a sentence, annotated or not."""
    found: Counter[Value] = Counter()
    for formula in formulas:
        if len(formula) > 1 and start <= formula[0].start < end and agree(formula[0], formula[1]):
            found.update(number_values(formula[0]))
    return found


def _taken(known: KnownNumbers, start: int, end: int) -> Counter[Value]:
    """Return the operands of the annotated calculations in a sentence."""
    found: Counter[Value] = Counter()
    for annotation in known.annotations:
        if start <= annotation.at <= end and len(annotation.formula) > 1 and len(annotation.formula[0].items) > 1:
            found.update(number_values(annotation.formula[0]))
    return found
