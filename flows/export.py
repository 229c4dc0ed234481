"""`tutor export`: a tutor as one model for other software, kept only if it answers there as it does here."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import ExportFailed, UsageError
from tutor.settings import Store

if TYPE_CHECKING:
    from tutor.reload_check import RecordedAnswers


def export(model: str, folder: Path, store: Store) -> str:
    """Write the tutor that `model` names to `folder` as transformers loads it, and return what is to be said of it.

    The written model, loaded by transformers alone, is asked the recorded questions of the version (with the calculator
    at its side, as they were recorded) and graded against the recorded answers. `folder` is there only if they agree.

    Raises:
        UsageError: `folder` holds something already, or `model` is none of a registered version and an adapter folder.
        RegistryError: the version is not there, or its files are not those that were registered.
        ExportFailed: the written model gives other final answers.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is there already; expected a folder that is new or empty")
    if not folder.parent.is_dir():
        raise UsageError(f"{folder}: there is no folder {folder.parent} to write it to")
    adapter, recorded = _adapter(model, store)
    from tutor.merged_model import write_card, write_merged

    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        written = Path(scratch) / folder.name
        origin = write_merged(adapter, written, store)
        checked = _checked(written, recorded, origin.max_new_tokens) if recorded else "not, for nothing was recorded."
        write_card(written, origin, model, checked)
        written.replace(folder)
    return f"{folder}: {model} as one model, without the calculator; checked: {checked}"


def _adapter(model: str, store: Store) -> tuple[Path, RecordedAnswers | None]:
    """Return the adapter folder and, where there are any, the answers recorded at its examination."""
    from tutor.adapter import ADAPTER
    from tutor.reload_check import RECORDED, read_recorded

    if model.startswith("models:/"):
        from tasks.registered import fetch, version_named

        files = fetch(version_named(model, store), store, None)
        return files / ADAPTER, read_recorded(files / RECORDED)
    if not Path(model).is_dir():
        raise UsageError(
            f"MODEL: got '{model}', expected models:/NAME@ALIAS, models:/NAME/VERSION or an adapter folder"
        )
    return Path(model), None


def _checked(folder: Path, recorded: RecordedAnswers, max_new_tokens: int) -> str:
    """Return how the model in `folder` answered what was recorded.

    Raises:
        ExportFailed: it gives another final answer than was recorded, to one question or more.
    """
    from tutor.grading import grade, stated_answer
    from tutor.merged_model import open_merged

    replies = open_merged(folder, max_new_tokens, len(recorded.questions)).answers(recorded.questions)
    alike = same = 0
    for question, before, reply in zip(recorded.questions, recorded.replies, replies, strict=True):
        expected = stated_answer(before)
        agrees = grade(reply.text, expected, question).correct if expected else reply.text == before
        if not agrees:
            raise ExportFailed(
                f"{question!r}: the merged model answers {reply.text!r}, but {before!r} was recorded; "
                "nothing was written"
            )
        alike, same = alike + 1, same + (reply.text == before)
    return f"{alike} recorded answers repeated, {same} of them letter by letter."
