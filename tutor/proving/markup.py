"""Formulas out of their LaTeX and Markdown, so that they can be computed."""

from __future__ import annotations

import re

from tutor.plain_text import plain_text

# `plain_text` reads quantities, for which every sign of an operation is as good as another; here they differ.
_COMMANDS = (
    (re.compile(r"\\(?:times|cdot)(?![A-Za-z])"), "×"),
    (re.compile(r"\\div(?![A-Za-z])"), "÷"),
    (re.compile(r"\\approx(?![A-Za-z])"), "≈"),
    (re.compile(r"\\(?:left|right)(?![A-Za-z])"), ""),
    (re.compile(r"\\sqrt ?\{([^{}]{1,60})\}"), r"√(\1)"),
    (re.compile(r"\\[dt]?frac ?\{([^{}]{1,60})\} ?\{([^{}]{1,60})\}"), r"((\1)/(\2))"),
    (re.compile(r"\\boxed ?\{([^{}]{1,60})\}"), r"\1"),
    (re.compile(r"\^\{([0-9]{1,3})\}"), r"^\1"),
)
_BOLD = re.compile(r"(?<![0-9) ])\*\*|\*\*(?![0-9( ])|(?<![0-9)]) \*\*(?=[0-9(])")


def unmarked(text: str) -> str:
    """Return `text` with LaTeX commands as signs and without bold; ** between numbers stays, for it is a power."""
    text = _BOLD.sub(" ", text)
    if "\\" not in text:
        return text
    for pattern, replacement in _COMMANDS:
        text = pattern.sub(replacement, text)
    return plain_text(text)
