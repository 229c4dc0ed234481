"""The one wording in which a question reaches the model: in training, in evaluation and in service."""

from __future__ import annotations

ANSWER_MARK = "Respuesta:"
# Phi-2's own format. An adapter is asked in the wording that it was trained with, also once this is another one.
WORDING = "Instruct: {question}\nOutput:"
_PLACE = "{question}"


def prompt(question: str, wording: str = WORDING) -> str:
    """Return the text that the model continues: `question` in `wording`."""
    before, _, after = wording.partition(_PLACE)
    return f"{before}{question.strip()}{after}"


def is_wording(text: object) -> bool:
    """Return whether `text` has one place for a question."""
    return isinstance(text, str) and text.count(_PLACE) == 1


def completion(solution: str, answer: str) -> str:
    """Return the text that the model learns to write after the prompt: the steps, then the final answer."""
    steps = f" {solution.strip()}\n" if solution.strip() else " "
    return f"{steps}{ANSWER_MARK} {answer.strip()}"
