"""A number of the prose that stands where another belongs: "she has 41 apples, so 40 + 5 = <<40+5=45>>45".

What a sentence says and what it calculates with are the same numbers. Where its annotated calculation takes a number
that the row knows and the sentence does not say, one that stands nowhere else and is one keystroke away is that number
misquoted; a count only if both count the same things. So is, in a sentence that calculates nothing, a number one
keystroke away from one of the question that counts the same things.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tutor.proving.annotations import number_values
from tutor.proving.equations import Fault, in_spanish
from tutor.proving.known_numbers import KnownNumbers, OnlyHere, counted
from tutor.proving.side import Formula
from tutor.proving.slips import one_keystroke
from tutor.proving.spoken_numbers import spoken_numbers
from tutor.proving.written_numbers import Value

_SENTENCE_END = re.compile(r"[.;!?] ")
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
    if not taken:
        calculates = any(len(each) > 1 and start <= each[0].start < end for each in formulas)
        if calculates or known.explained(number.value, number.line):
            return
    said = Counter(value for value, at in known.outside if start <= at < end)
    said += Counter(spoken_numbers(text[start:end]))
    unsaid = (taken or Counter(known.asked)) - said
    meant = unsaid.keys() & (known.before(start) | spoken_numbers(known.question))
    near = [value for value in meant if one_keystroke(number.value, value)]
    same = [value for value in near if known.counts_things(value, things)]
    any_things = taken and (not number.small or (careful and number.value not in known.spoken | known.terms))
    for value in (same or near if any_things else same)[:1]:
        if not any(number.value == int(other) for other in meant):  # 7 for 7.5
            shown, right = text[number.at : number.end], in_spanish(value)
            yield Fault(shown, right, f"{shown} stands nowhere else in the row, where {right} belongs")


def _sentence(number: OnlyHere, text: str) -> tuple[int, int]:
    """Return where the sentence of `number` starts and ends, a line at most."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text, number.line_start, number.line_end)]
    start = max((end for end in ends if end <= number.at), default=number.line_start)
    return start, min((end for end in ends if end > number.at), default=number.line_end)


def _taken(known: KnownNumbers, start: int, end: int) -> Counter[Value]:
    """Return the operands of the annotated calculations in a sentence."""
    found: Counter[Value] = Counter()
    for annotation in known.annotations:
        if start <= annotation.at <= end and len(annotation.formula) > 1 and len(annotation.formula[0].items) > 1:
            found.update(number_values(annotation.formula[0]))
    return found
