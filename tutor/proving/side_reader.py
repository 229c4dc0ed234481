"""Reads one side of an equation out of the tokens of a text."""

from __future__ import annotations

from collections.abc import Sequence, Set

from tutor.proving.formula_signs import (
    ARTICLES,
    BINARY,
    BY,
    CHANGING,
    CURRENCIES,
    ENDING,
    OPENERS,
    POSTFIXES,
    PREFIXES,
    RELATIONS,
    SPOKEN,
    SPOKEN_IN_TWO,
    UNIT_LETTERS,
    WAITING,
    Token,
)
from tutor.proving.lookahead import (
    MOST_UNIT_TOKENS,
    end_of_remark,
    goes_on,
    in_unit,
    is_letter,
    is_times,
    words_for_operand,
)
from tutor.proving.operands import append_number
from tutor.proving.side import Side

_MOST_ITEMS = 120  # of one side; a longer one is left alone
_MOST_DEPTH = 20


class SideReader:
    """Reads one side: operands and operators in turn, with the units and remarks between them."""

    def __init__(
        self, tokens: Sequence[Token], at: int, sign: str, commas_decimal: bool, unknowns: Set[str] = frozenset()
    ) -> None:
        self.tokens, self.at = tokens, at
        self.commas_decimal, self.unknowns = commas_decimal, unknowns
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
            self.at = append_number(self.tokens, self.at, side, self.commas_decimal)
        elif kind == "o" and text in PREFIXES:
            if item := PREFIXES[text]:
                items.append(item)
                self.depth += item == "("
            self.at += 1
            return True
        elif kind == "w" and (is_letter(self.tokens, self.at) or (len(text) == 1 and items)):
            items.append("@" + text)
            side.letters = True
            self.at += 1
        elif (after := words_for_operand(self.tokens, self.at)) > 0:
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

    def _remark(self, at: int) -> int:
        """Return where the remark in brackets at `at` ends, 0 if there is none; one that touches is an operand."""
        after = end_of_remark(self.tokens, at)
        if after and self.tokens[at - 1][3] == self.tokens[at][2]:
            self.side.closed = False  # .1(number of minutes)
        return after

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
        to_word = following[0] == "w" and not is_letter(self.tokens, self.at + 1)
        if to_word and (text == "/" or (BINARY[text] == "-" and before[3] == sign[2])):
            return ""  # cars/row, 3-page
        return BINARY[text]

    # --- words after an operand ---

    def _word(self) -> bool:
        """Read the word after an operand: a sign of multiplication, an unknown, an operator in words, or a unit."""
        side, tokens, at = self.side, self.tokens, self.at
        text = tokens[at][1]
        if is_times(tokens, at):
            return self._operator("*")
        if len(text) == 1 and tokens[at - 1][3] == tokens[at][2]:
            if text not in UNIT_LETTERS or text in self.unknowns:
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
        if word in SPOKEN_IN_TWO and following in BY and (tokens[at + 2][0] == "n" or tokens[at + 2][1] in OPENERS):
            return self._operator(SPOKEN_IN_TWO[word], width=2)
        if side.items[-1] == "%" and word in ("de", "of", "del"):
            width = 2 if following.lower() in ARTICLES else 1
            kind, following, _, _ = tokens[at + width]
            if kind == "n" or following in CURRENCIES:
                side.sure = side.sure and not side.sign  # "= 15 % of 300" describes the 15 %
                return self._operator("*", width)
        return self._over_unit()

    def _over_unit(self) -> bool:
        """Step over the words after a number if the formula goes on behind them; return whether it does."""
        tokens, at = self.tokens, self.at
        touching = tokens[at - 1][3] == tokens[at][2]
        after, words = at, list[str]()
        while after - at < MOST_UNIT_TOKENS and in_unit(tokens, after, first=after == at):
            if tokens[after][0] == "w":
                word = tokens[after][1].lower()
                if word in ENDING or (is_letter(tokens, after) and not (touching and after == at)):
                    return False
                words.append(word)
            after += 1
        if words:
            self.side.unit = self.side.unit or words[0]
        if after > at and tokens[after][1] == "(":
            after = self._remark(after) or after
        if after == at or not goes_on(tokens, after, in_brackets=self.depth > 0):
            return False
        self.side.sure = self.side.sure and CHANGING.isdisjoint(words)
        self.side.end = tokens[after - 1][3]
        self.at = after
        return True
