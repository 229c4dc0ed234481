"""The signs and words of formulas in Spanish and English prose, and the tokens that a text is cut into."""

from __future__ import annotations

import re

# kind ("n" number, "w" word, "o" sign of a formula, "b" anything else), the characters, and their start and end
Token = tuple[str, str, int, int]

BINARY = {
    "+": "+", "-": "-", "−": "-", "–": "-", "*": "*", "×": "*", "·": "*", "⋅": "*", "•": "*", "∙": "*", "/": "/",
    "÷": "/", ":": "/", "^": "^", "**": "^", "∗": "*",
}  # fmt: skip
WAITING = frozenset((*"+-*/^", "(", "n", "s"))
RELATIONS = {"=": "=", "≈": "≈", "≅": "≈", "≃": "≈", "==": "="}
CURRENCIES = "$€£¢"
PREFIXES: dict[str, str] = {
    "(": "(", "[": "(", "-": "n", "−": "n", "–": "n", "+": "", "√": "s", "$": "", "€": "", "£": "",
}  # fmt: skip
OPENERS = frozenset("([-−–√$€£")
POSTFIXES: dict[str, int | str | None] = {
    "%": "%", "²": 2, "³": 3, "⁰": 0, "¹": 1, **{chr(0x2070 + digit): digit for digit in range(4, 10)},
    "$": None, "€": None, "£": None, "¢": None, "°": None, "'": None, '"': None, "’": None,
}  # fmt: skip
IN_UNITS = frozenset("/$€£°'’\"”¢%")
WORDS_OF_ONE_LETTER = frozenset("aAeouyI")
UNIT_LETTERS = frozenset("mgLlhstpkKcC")
ARTICLES = frozenset("the los las el la".split())
SPOKEN = {
    "times": "*", "por": "*", "veces": "*", "más": "+", "mas": "+", "plus": "+", "menos": "-", "minus": "-",
    "entre": "/",
}  # fmt: skip
# Two words of which the second is one of those that follow: divided by, multiplicado por.
SPOKEN_IN_TWO = {
    "divided": "/", "dividido": "/", "dividida": "/", "multiplied": "*", "multiplicado": "*", "multiplicada": "*",
}  # fmt: skip
BY = frozenset("by por entre".split())
EQUALITIES = (["equals"], ["is", "equal", "to"], ["es", "igual", "a"])
# Words that make another number of the one beside them.
CHANGING = frozenset(
    "half of third thirds quarter quarters fourth fourths fifth fifths sixth eighth tenth twice double doubled triple "
    "thrice dozen dozens hundred hundreds thousand thousands million millions billion times than percent and "
    "mitad tercio tercios cuarto cuartos quinto quintos décimo doble triple docena docenas cien cientos mil millón "
    "millones veces ciento one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty "
    "forty fifty uno dos tres cuatro cinco seis siete ocho nueve diez once doce average mean promedio media".split()
)
# Words with which a statement goes on, so that what follows belongs to no number before them.
ENDING = frozenset(
    "if then or so because we gives give get is are was were has have had means which leaves equals equal from "
    "multiplicado multiplicada dividido dividida divided multiplied sumado restado "
    "cuando con es son fue hay tiene queda quedan si entonces o porque luego así da dan igual obtenemos resulta".split()
)
VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip
CLUMSY = re.compile(r"[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})")  # in English: no thousands, no decimals
_TOKEN_PATTERN = r"""
      (?P<n> %s [0-9]+ (?![0-9]|(?:st|nd|rd|th|º|ª)\b) (?:[.,][0-9]+)*
        | (?<![^\s=(+\-*/x×·÷$€£>–−]) \.[0-9]+
        | [½¼¾⅐-⅞] )
    | (?P<w> (?:[^\W\d_²³¹⁰⁴-⁹½¼¾⅐-⅞])+ (?:['’][^\W\d_]+)? )
    | (?P<o> \*\*|==|[-+*/^()\[\]=%%√×·⋅•∙∗÷:≈≅≃²³¹⁰⁴-⁹$€£¢°'’"”−–] )
    | (?P<b> [^\s0-9] | \n | [0-9]+\w* )
"""
_THOUSANDS_APART = r"[1-9][0-9]{0,2} (?:[ \u00a0\u202f][0-9]{3})+ (?![0-9]) (?:[.,][0-9]+)? |"
TOKEN = re.compile(_TOKEN_PATTERN % _THOUSANDS_APART, re.VERBOSE)
TOKEN_ENGLISH = re.compile(_TOKEN_PATTERN % "", re.VERBOSE)


def tokens_of(text: str, spaced_thousands: bool) -> list[Token]:
    """Return the tokens of `text` and, after them, one that ends every formula."""
    pattern = TOKEN if spaced_thousands else TOKEN_ENGLISH
    tokens = [(match.lastgroup or "", match[0], match.start(), match.end()) for match in pattern.finditer(text)]
    tokens.append(("b", "", len(text), len(text)))
    return tokens
