"""The formulas that stand in the prose of a worked solution: chains of sides with their signs of equality.

One pass over the tokens with bounded looks ahead: time is linear in the length of the text, and no text raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tutor.proving.formula_signs import (
    ARTICLES,
    BINARY,
    CHANGING,
    CLUMSY,
    CURRENCIES,
    ENDING,
    IN_UNITS,
    OPENERS,
    POSTFIXES,
    PREFIXES,
    RELATIONS,
    SPOKEN,
    UNIT_LETTERS,
    VULGAR,
    WAITING,
    WORDS_OF_ONE_LETTER,
    Token,
    tokens_of,
)
from tutor.proving.written_numbers import Value, Written, read_number

# What a side is made of: numbers, the signs + - * / ^ ( ) %, "n" for a minus in front, "s" for a root, "@x" for a
# letter and "?" for something that is no number.
Item = Value | Written | str
_MOST_ITEMS = 120  # of one side; a longer one is left alone
_MOST_UNIT_TOKENS = 12
_MOST_DEPTH = 20


@dataclass(slots=True)
class Side:
    """One side of an equation, or an expression or number by itself, at `start:end` of the text.

    `closed` tells that nothing of the side is missing (a word in place of a number), `sure` that no word in it or
    before it changes what is computed ("half of 10 + 2").
    """

    start: int
    end: int
    sign: str  # the relation before this side: "", "=" or "≈"
    items: list[Item] = field(default_factory=list)
    closed: bool = True
    sure: bool = True
    letters: bool = False
    unit: str = ""
    touching: int = 0  # letters that touch a number and may be a unit or an unknown: "2L"
    before: str = ""  # the word just before the first side, in lower case

    @property
    def bare(self) -> bool:
        """Whether the side is one number."""
        return len(self.items) == 1 and not isinstance(self.items[0], str)


Formula = list[Side]


def find_formulas(text: str, spaced_thousands: bool = True) -> list[Formula]:
    """Return every equation, expression and single number of `text`, in order; "12 200" is one number or two."""
    tokens = tokens_of(text, spaced_thousands)
    found: list[Formula] = []
    at, last = 0, len(tokens) - 1
    while at < last:
        kind, sign, _, _ = tokens[at]
        if kind == "n" or (kind == "o" and sign in OPENERS) or (kind == "w" and _is_letter(tokens, at)):
            formula, after = _chain(tokens, at, spaced_thousands)
            if formula:
                found.append(formula)
            at = max(after, at + 1)
        else:
            at += 1
    return found


def _chain(tokens: Sequence[Token], at: int, spaced_thousands: bool) -> tuple[Formula, int]:
    """Return the sides from `at` on and where they end."""
    sides: Formula = []
    sign = ""
    while True:
        reader = _SideReader(tokens, at, sign, commas_decimal=spaced_thousands)
        side, at = reader.read()
        if side.items:
            sides.append(side)
        kind, text, _, _ = tokens[at]
        if kind == "o" and text in RELATIONS:
            at, sign = at + 1, RELATIONS[text]
        elif text == "," and len(side.items) == 3 and side.items[1] == "/" and _same_fraction(tokens, at):
            at, sign = at + 3, "="
        else:
            return sides, at


def _same_fraction(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the fraction before `at` is written in another way behind it: "22/18, que es 11/9"."""
    words = [token[1] for token in tokens[at : at + 5]]
    return words[1:3] == ["que", "es"] and words[4:] == ["/"]


def _is_letter(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the word at `at` is an unknown rather than a word of one letter or a unit."""
    word = tokens[at][1]
    if len(word) != 1:
        return False
    kind, following, _, _ = tokens[at + 1]
    if word in WORDS_OF_ONE_LETTER:
        return following in RELATIONS
    return kind == "o" and (following in BINARY or following in RELATIONS or following == ")")


@lru_cache(maxsize=8192)
def _number(text: str) -> int | Written | None:
    written = read_number(text) if text[0] != "0" or not text.isdigit() or text == "0" else None
    if written is None:
        return None
    plain = isinstance(written.spanish, int) and not written.ambiguous and not written.spanish_decimals
    return int(written.spanish) if plain else written


class _SideReader:
    """Reads one side: operands and operators in turn, with the units and remarks between them."""

    def __init__(self, tokens: Sequence[Token], at: int, sign: str, commas_decimal: bool) -> None:
        self.tokens, self.at = tokens, at
        self.commas_decimal = commas_decimal
        self.side = Side(tokens[at][2], tokens[at][2], sign)
        self.depth = 0
        self.wanted = True  # an operand, rather than an operator

    def read(self) -> tuple[Side, int]:
        side = self.side
        if not side.sign:
            self._look_back()
        while len(side.items) < _MOST_ITEMS and self.depth < _MOST_DEPTH:
            if not (self._operand() if self.wanted else self._after_operand()):
                break
        if self.depth or len(side.items) >= _MOST_ITEMS:
            side.closed = False
        return side, self.at

    def _look_back(self) -> None:
        """Note what stands before the first side: an operator makes it a part, some words change its value."""
        tokens, side, at = self.tokens, self.side, self.at
        for place in range(at - 1, max(-1, at - 4), -1):
            kind, text, _, end = tokens[place]
            if kind == "w":
                word = text.lower()
                side.before = side.before or word
                side.closed = side.closed and (end < tokens[at][2] or place < at - 1)  # a(n)
                side.sure = side.sure and word not in CHANGING
                if word in ENDING:
                    return
            elif kind == "o" and (text in BINARY or text in "√%)²³") and text != ":":
                side.closed = side.closed and text not in BINARY
                side.sure = False
                return
            else:
                break
        if side.before and tokens[at][1] in "-−–" and tokens[at][2] > tokens[at - 1][3]:
            side.sure = False  # "at 11 a.m. - 2 hours" lacks its first number
            side.closed = side.closed and tokens[at][3] == tokens[at + 1][2]

    # --- operands ---

    def _operand(self) -> bool:
        """Read an operand or what may stand before one; return False if the side ends instead."""
        side, items = self.side, self.side.items
        kind, text, _, _ = self.tokens[self.at]
        if kind == "n":
            self._append_number()
        elif kind == "o" and text in PREFIXES:
            if item := PREFIXES[text]:
                items.append(item)
                self.depth += item == "("
            self.at += 1
            return True
        elif kind == "w" and (_is_letter(self.tokens, self.at) or (len(text) == 1 and items)):
            items.append("@" + text)
            side.letters = True
            self.at += 1
        elif (after := self._words_for_operand(self.at)) > 0:
            items.append("?")
            side.closed = False
            self.at = after
        else:
            while items and items[-1] in WAITING:
                self.depth -= items.pop() == "("
            return False
        side.end = self.tokens[self.at - 1][3]
        self.wanted = False
        return True

    def _append_number(self) -> None:
        """Append the number that stands next, a mixed one ("2 1/2") as one value in brackets."""
        _, text, _, end = self.tokens[self.at]
        items = self.side.items
        self.at += 1
        if vulgar := VULGAR.get(text):
            items += ["(", vulgar[0], "/", vulgar[1], ")"]
            return
        number = _number(text)
        if number is None or (not self.commas_decimal and CLUMSY.fullmatch(text)):
            items.append("?")
            self.side.closed = False
            return
        following = self.tokens[self.at]
        if isinstance(number, int) and following[0] == "n":
            if vulgar := VULGAR.get(following[1]):
                items += ["(", number, "+", vulgar[0], "/", vulgar[1], ")"]
                self.at += 1
                return
            if following[2] == end + 1 and (part := self._fraction(self.at)) and part[0] < part[1]:
                items += ["(", number, "+", part[0], "/", part[1], ")"]
                self.at += 3
                return
        if items and items[-1] == "/" and following[1] == "/":
            slash = self.tokens[self.at - 2]
            apart = slash[3] < self.tokens[self.at - 1][2]
            if (slash[1] != "/" or apart) and (part := self._fraction(self.at - 1)):
                items += ["(", part[0], "/", part[1], ")"]  # 1/2 ÷ 3/4, and perhaps 60 / 3/4
                self.side.sure = self.side.sure and slash[1] != "/"
                self.at += 2
                return
        items.append(number)

    def _fraction(self, at: int) -> tuple[int, int] | None:
        """Return the parts of the fraction of whole numbers that stands at `at` without spaces."""
        above, slash, below = (*self.tokens[at : at + 3], *[("b", "", 0, 0)] * 3)[:3]
        if above[0] != "n" or slash[1] != "/" or below[0] != "n" or above[3] != slash[2] or slash[3] != below[2]:
            return None
        top, bottom = _number(above[1]), _number(below[1])
        return (top, bottom) if isinstance(top, int) and isinstance(bottom, int) else None

    def _words_for_operand(self, at: int) -> int:
        """Return where the words end that stand at `at` in place of a number, -1 if no formula goes on after them."""
        after = at
        while after - at < _MOST_UNIT_TOKENS and self.tokens[after][0] == "w":
            after += 1
        kind, text, _, _ = self.tokens[after]
        goes_on = after > at and kind == "o" and (text in RELATIONS or text in BINARY or text == ")")
        return after if goes_on else -1

    # --- what follows an operand ---

    def _after_operand(self) -> bool:
        """Read an operator, a postfix, a remark or a unit; return False if the side ends instead."""
        kind, text, _, _ = self.tokens[self.at]
        if kind == "w":
            return self._word()
        if kind != "o" or text in RELATIONS:
            return False
        if text in BINARY:
            if operator := self._binary(text):
                return self._operator(operator)
            return text in ("-", "/", "−", "–") and self._over_unit()
        if text in POSTFIXES:
            return self._postfix(text)
        if text == ")" and self.depth:
            self.side.items.append(")")
            self.depth -= 1
            self.at += 1
            self.side.end = self.tokens[self.at - 1][3]
            return True
        if text == "(":
            return self._bracket()
        return text == "√" and self._operator("*", width=0)

    def _operator(self, operator: str, width: int = 1) -> bool:
        self.side.items.append(operator)
        self.at += width
        self.wanted = True
        return True

    def _postfix(self, text: str) -> bool:
        item = POSTFIXES[text]
        if item == "%":
            self.side.items.append("%")
            self.side.unit = "%"
        elif item is not None:
            self.side.items += ["^", item]
        self.at += 1
        self.side.end = self.tokens[self.at - 1][3]
        return True

    def _bracket(self) -> bool:
        if after := self._remark(self.at):
            self.at = after
            return True
        if self.tokens[self.at - 1][3] != self.tokens[self.at][2]:
            self.side.sure = False
        return self._operator("*", width=0)

    def _binary(self, text: str) -> str:
        """Return the operator that the sign which stands next is, "" if it is none here."""
        before, sign, following = self.tokens[self.at - 1 : self.at + 2]
        if text == ":":
            apart = (before[3] < sign[2], sign[3] < following[2])
            if following[0] != "n" or apart[0] != apart[1]:
                return ""
            if not apart[0]:
                self.side.sure = False  # a time of day, or a label: "Day 3:100+20"
            return "/"
        to_word = following[0] == "w" and not _is_letter(self.tokens, self.at + 1)
        if to_word and (text == "/" or (BINARY[text] == "-" and before[3] == sign[2])):
            return ""  # cars/row, 3-page
        return BINARY[text]

    def _remark(self, at: int) -> int:
        """Return where the remark in brackets at `at` ends ("(twice a day)"), 0 if the brackets hold a formula."""
        if self.tokens[at + 1][0] != "w" or _is_letter(self.tokens, at + 1):
            return 0
        for place in range(at + 2, min(at + _MOST_UNIT_TOKENS, len(self.tokens))):
            if self.tokens[place][1] == ")":
                if self.tokens[at - 1][3] == self.tokens[at][2]:
                    self.side.closed = False  # .1(number of minutes)
                return place + 1
        return 0

    # --- words after an operand ---

    def _word(self) -> bool:
        """Read the word after an operand: a sign of multiplication, an unknown, an operator in words, or a unit."""
        side, tokens, at = self.side, self.tokens, self.at
        text = tokens[at][1]
        if self._is_times(at):
            return self._operator("*")
        if len(text) == 1 and tokens[at - 1][3] == tokens[at][2]:
            if text not in UNIT_LETTERS:
                side.items += ["*", "@" + text]
                side.letters = True
                side.end = tokens[at][3]
                self.at += 1
                return True
            side.touching += 1
        kind, following, _, _ = tokens[at + 1]
        word = text.lower()
        if word in SPOKEN and (kind == "n" or following in OPENERS):
            side.sure = side.sure and word != "por"  # divided by, too
            return self._operator(SPOKEN[word])
        if side.items[-1] == "%" and word in ("de", "of", "del"):
            width = 2 if following.lower() in ARTICLES else 1
            kind, following, _, _ = tokens[at + width]
            if kind == "n" or following in CURRENCIES:
                side.sure = side.sure and not side.sign  # "= 15 % of 300" describes the 15 %
                return self._operator("*", width)
        return self._over_unit()

    def _is_times(self, at: int) -> bool:
        """Return whether the word at `at` is an x between two operands."""
        if self.tokens[at][1] not in "xX":
            return False
        kind, text, _, _ = self.tokens[at + 1]
        return kind == "n" or text in "([$€£√"

    def _over_unit(self) -> bool:
        """Step over the words after a number if the formula goes on behind them; return whether it does."""
        tokens, at = self.tokens, self.at
        touching = tokens[at - 1][3] == tokens[at][2]
        after, words = at, list[str]()
        while after - at < _MOST_UNIT_TOKENS and self._in_unit(after, first=after == at):
            if tokens[after][0] == "w":
                word = tokens[after][1].lower()
                if word in ENDING or (_is_letter(tokens, after) and not (touching and after == at)):
                    return False
                words.append(word)
            after += 1
        if words:
            self.side.unit = self.side.unit or words[0]
        if after > at and tokens[after][1] == "(":
            after = self._remark(after) or after
        if after == at or not self._goes_on(after):
            return False
        self.side.sure = self.side.sure and CHANGING.isdisjoint(words)
        self.side.end = tokens[after - 1][3]
        self.at = after
        return True

    def _in_unit(self, at: int, first: bool) -> bool:
        kind, text, _, _ = self.tokens[at]
        to_word = self.tokens[at + 1][0] == "w" if at + 1 < len(self.tokens) else False
        if kind == "w":
            return first or not self._is_times(at)
        if kind != "o":
            return False
        if text == "-":
            return to_word and self.tokens[at - 1][3] == self.tokens[at][2]
        if text == "/":
            return to_word
        return text in IN_UNITS or (text in "²³" and not first)

    def _goes_on(self, at: int) -> bool:
        """Return whether the formula goes on at `at`, behind a unit."""
        kind, text, _, _ = self.tokens[at]
        if kind == "w":
            return self._is_times(at)
        if kind != "o":
            return False
        if text in RELATIONS or (text == ")" and self.depth > 0):
            return True
        if text not in BINARY or text == ":":
            return False
        following = self.tokens[at + 1]
        opens = following[0] == "n" or following[1] in OPENERS or _is_letter(self.tokens, at + 1)
        return opens or self._words_for_operand(at + 1) > 0
