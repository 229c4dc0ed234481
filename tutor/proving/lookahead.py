"""Looks ahead in the tokens of a text, each of them bounded: what stands there, and whether a formula goes on."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.proving.formula_signs import (
    BINARY,
    EQUALITIES,
    IN_UNITS,
    OPENERS,
    RELATIONS,
    UNIT_LETTERS,
    WORDS_OF_ONE_LETTER,
    Token,
)

MOST_UNIT_TOKENS = 12
_AFTER_TIMES = frozenset("([$€£√")


def is_letter(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the word at `at` is an unknown rather than a word of one letter or a unit."""
    word = tokens[at][1]
    if len(word) != 1:
        return False
    kind, following, _, _ = tokens[at + 1]
    if word in WORDS_OF_ONE_LETTER:
        return following in RELATIONS
    if following in ("²", "³"):
        return word not in UNIT_LETTERS
    return kind == "o" and (following in BINARY or following in RELATIONS or following == ")")


def same_fraction(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the fraction before `at` is written in another way behind it: "22/18, que es 11/9"."""
    words = [token[1] for token in tokens[at : at + 5]]
    return words[1:3] == ["que", "es"] and words[4:] == ["/"]


def said_equal(tokens: Sequence[Token], at: int) -> int:
    """Return how many words at `at` say that a number follows which is equal, 0 if they do not: equals 12."""
    for words in EQUALITIES:
        kind, text, _, _ = tokens[min(at + len(words), len(tokens) - 1)]
        if (kind == "n" or text in OPENERS) and [token[1] for token in tokens[at : at + len(words)]] == words:
            return len(words)
    return 0


def is_times(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the word at `at` is an x between two operands."""
    if tokens[at][1] not in "xX":
        return False
    kind, text, _, _ = tokens[at + 1]
    return kind == "n" or text in _AFTER_TIMES


def words_for_operand(tokens: Sequence[Token], at: int) -> int:
    """Return where the words end that stand at `at` in place of a number, -1 if no formula goes on after them."""
    after = at
    while after - at < MOST_UNIT_TOKENS and tokens[after][0] == "w":
        after += 1
    kind, text, _, _ = tokens[after]
    followed = after > at and kind == "o" and (text in RELATIONS or text in BINARY or text == ")")
    return after if followed else -1


def end_of_remark(tokens: Sequence[Token], at: int) -> int:
    """Return where the remark in brackets at `at` ends ("(twice a day)"), 0 if the brackets hold a formula."""
    if tokens[at + 1][0] != "w" or is_letter(tokens, at + 1):
        return 0
    ends = (place + 1 for place in range(at + 2, min(at + MOST_UNIT_TOKENS, len(tokens))) if tokens[place][1] == ")")
    return next(ends, 0)


def in_unit(tokens: Sequence[Token], at: int, first: bool) -> bool:
    """Return whether the token at `at` belongs to a unit after a number; `first`: it stands next to it."""
    kind, text, _, _ = tokens[at]
    to_word = tokens[at + 1][0] == "w" if at + 1 < len(tokens) else False
    if kind == "w":
        return first or not is_times(tokens, at)
    if kind != "o":
        return False
    if text == "-":
        return to_word and tokens[at - 1][3] == tokens[at][2]
    if text == "/":
        return to_word
    return text in IN_UNITS or (text in "²³" and not first)


def goes_on(tokens: Sequence[Token], at: int, in_brackets: bool) -> bool:
    """Return whether the formula goes on at `at`, behind a unit."""
    kind, text, _, _ = tokens[at]
    if kind == "w":
        return is_times(tokens, at)
    if kind != "o":
        return False
    if text in RELATIONS or (text == ")" and in_brackets):
        return True
    if text not in BINARY or text == ":":
        return False
    following = tokens[at + 1]
    opens = following[0] == "n" or following[1] in OPENERS or is_letter(tokens, at + 1)
    return opens or words_for_operand(tokens, at + 1) > 0
