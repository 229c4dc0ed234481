"""Mathematical prose in one plain spelling: its LaTeX, Markdown, spaces, minus signs, accents and vulgar fractions."""

from __future__ import annotations

import re

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\t\r\v\f", " "),
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d", "-"),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad", None),
        **dict.fromkeys("\u2019\u02bc\u00b4", "'"),
        "\u2044": "/", "\u2215": "/", "\u2236": ":", "\uff1d": "=", "\u00ba": "°", "\u2028": "\n", "\u2029": "\n",
    }
)  # fmt: skip
_UNACCENTED = str.maketrans("áéíóúüàèìòùâêîôû", "aeiouuaeiouaeiou")
# Accents that were typed apart; unicodedata.normalize takes quadratic time on long rows of them.
_COMPOSED = {
    **dict(zip((f"{vowel}\u0301" for vowel in "aeiouAEIOU"), "áéíóúÁÉÍÓÚ", strict=True)),
    "u\u0308": "ü", "U\u0308": "Ü", "n\u0303": "ñ", "N\u0303": "Ñ",
}  # fmt: skip
_ACCENT = re.compile("[aeiouAEIOU]\u0301|[uU]\u0308|[nN]\u0303")
_VULGAR = str.maketrans(
    {
        "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
        "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅑": "1/9", "⅒": "1/10",
    }
)  # fmt: skip
_BEFORE_VULGAR = re.compile("(?<=[0-9])(?=[¼-¾⅐-⅞])")

_LATEX = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\$\$", "  "),
        # A pair of dollars holds a formula if both touch it; "$5 y $6" are prices.
        (r"(?<!\\)\$(?=\S)([^$\n]*)(?<=[^\s\\])\$(?![0-9])", r"\1"),
        (r"\\(?:text|textbf|mathrm|mathbf) ?\{([^{}]*)\}", r"\1"),
        (r"\\([%$])", r"\1"),
        (r"\{([.,])\}", r"\1"),
        (r"\\[,;: ]", " "),
        (r"\\[()\[\]]", "  "),
        (r"\^ ?\{? ?\\circ ?\}?", "°"),
        (r"\^\{([0-9A-Za-z]{1,3})\}", r"^\1"),
        (r"(?<=[0-9])(?=\\[dt]?frac)", " "),
        (r"\\[dt]?frac ?\{ ?(-?[0-9]{1,100}) ?\} ?\{ ?([0-9]{1,100}) ?\}", r"\1/\2"),
        (r"\\[dt]?frac ?([0-9]) ?([0-9])", r"\1/\2"),
        (r"\\(?:times|cdot|div)(?![A-Za-z])", "×"),
        (r"\\(?!boxed)[A-Za-z]+", "  "),
    )
)


def plain_text(text: str) -> str:
    """Return `text` with its LaTeX, Markdown, spaces, minus signs and vulgar fractions (½) in one plain spelling.

    Boxes (`\\boxed{}`) stay, and so do line breaks.
    """
    text = _ACCENT.sub(lambda match: _COMPOSED[match[0]], text.translate(_CHARACTERS))
    if "\\" in text or "$" in text:
        for pattern, replacement in _LATEX:
            text = pattern.sub(replacement, text)
    # Two spaces: one might join the numbers on both sides into a number of thousands.
    text = text.replace("**", "  ").replace("__", "  ").replace("`", " ")
    text = _BEFORE_VULGAR.sub(" ", text)
    return text.translate(_VULGAR)


def folded(text: str) -> str:
    """Return `text` in lower case and without accents: the ñ stays."""
    return text.lower().translate(_UNACCENTED)
