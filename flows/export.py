"""`tutor export`: a tutor as one model for other software, kept only if it answers there as it does here."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import ExportFailed, UsageError
from tutor.settings import Store
from tutor.storage import told_when_full

_TIPPED = 1 / 6

if TYPE_CHECKING:
    from tutor.reload_check import RecordedAnswers


def export(model: str, folder: Path, store: Store) -> str:
    """Write the tutor that `model` names to `folder` as transformers loads it, and return what is to be said of it.

    The written model, loaded by transformers alone, is asked the recorded questions of the version (with the calculator
    at its side, as they were recorded) and graded against the recorded answers. `folder` is there only if they agree.

    Raises:
        UsageError: `folder` holds something already, or `model` is no version and no adapter folder.
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

    advice = "name a folder on another disk"
    with (
        told_when_full(folder.parent, "export", advice),
        tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch,
    ):
        written = Path(scratch) / folder.name
        origin = write_merged(adapter, written, store)
        checked = (
            _checked(written, recorded, origin.max_new_tokens) if recorded else "no, for nothing was recorded with it."
        )
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
        ExportFailed: its final answers are other ones than were recorded; rounding may tip one in six.
    """
    from tutor.grading import grade, stated_answer
    from tutor.merged_model import open_merged

    asked = len(recorded.questions)
    replies = open_merged(folder, max_new_tokens, asked).answers(recorded.questions)
    same, other = 0, []
    for question, before, reply in zip(recorded.questions, recorded.replies, replies, strict=True):
        expected = stated_answer(before)
        same += reply.text == before
        if reply.text != before and not (expected and grade(reply.text, expected, question).correct):
            other.append(f"{reply.text!r} to {question!r}, where {before!r} was recorded")
    if len(other) > asked * _TIPPED:
        raise ExportFailed(
            f"the merged model gives {len(other)} of {asked} other final answers, such as {other[0]}; nothing was "
            "written: export where the tutor was trained, or retrain"
        )
    return f"{asked - len(other)} of {asked} recorded final answers are the same, {same} answers letter by letter."
