"""The one wording in which a question reaches the model: in training, in evaluation and in service."""

from __future__ import annotations

ANSWER_MARK = "Respuesta:"


def prompt(question: str) -> str:
    """Return the text that the model continues: Phi-2's own `Instruct: …\\nOutput:` format."""
    return f"Instruct: {question.strip()}\nOutput:"


def completion(solution: str, answer: str) -> str:
    """Return the text that the model learns to write after the prompt: the steps, then the final answer."""
    steps = f" {solution.strip()}\n" if solution.strip() else " "
    return f"{steps}{ANSWER_MARK} {answer.strip()}"
