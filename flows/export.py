"""`tutor export`: a tutor as one model for other software, kept only if it answers there as it does here."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import ExportFailed, UsageError
from tutor.settings import Store
from tutor.storage import told_when_full

_TIPPED = 1 / 6
_ASKED, _SEED = 6, 1  # exercises for a tutor of which nothing was recorded
# What a tutor is written as: a folder for transformers, or a file for llama.cpp with the weights of that name.
FORMATS = {"safetensors": None, "gguf": "f16", "gguf-q8_0": "q8_0"}

if TYPE_CHECKING:
    from tutor.adapter import Origin
    from tutor.answering import Tutor
    from tutor.reload_check import RecordedAnswers


def export(model: str, folder: Path, store: Store, written_as: str = "safetensors") -> str:
    """Write the tutor that `model` names to `folder`, and return what is to be said of it.

    The written model, read back from there, is asked the recorded questions of the version (with the calculator at its
    side, as they were recorded) and graded against the recorded answers; with an adapter folder nothing is recorded, so
    the tutor in it is asked first. `folder` is there only if they agree. `written_as` is one of `FORMATS`.

    Raises:
        UsageError: `folder` holds something already, `model` is no version and no adapter folder, or its base is of a
            kind that is not written so.
        RegistryError: the version is not there, or its files are not those that were registered.
        ExportFailed: the written model gives other final answers.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is there already; expected a folder that is new or empty")
    if not folder.parent.is_dir():
        raise UsageError(f"{folder}: there is no folder {folder.parent} to write it to")
    name, adapter, recorded = _adapter(model, store)
    weights = FORMATS[written_as]
    from tutor.adapter import digest_of_adapter
    from tutor.export_card import write_card

    advice = "name a folder on another disk"
    with (
        told_when_full(folder.parent, "export", advice),
        tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch,
    ):
        written = Path(scratch) / folder.name
        origin = _write(adapter, written, store, weights)
        checked = _checked(_open(written, weights, origin.max_new_tokens, len(recorded.questions)), recorded)
        stored = f"one GGUF file with {weights} weights" if weights else "float16 safetensors"
        write_card(written, origin, name, digest_of_adapter(adapter), stored, checked)
        written.replace(folder)
    return f"{folder}: {model} as one model, without the calculator; checked: {checked}"


def _adapter(model: str, store: Store) -> tuple[str, Path, RecordedAnswers]:
    """Return a lasting name, the adapter folder and the answers recorded at its examination, or those it gives now."""
    from tutor.adapter import ADAPTER, digest_of_adapter
    from tutor.reload_check import RECORDED, read_recorded

    if model.startswith("models:/"):
        from tasks.registered import fetch, version_named

        version = version_named(model, store)
        files = fetch(version, store, None)
        # An alias moves on.
        name = f"models:/{version.name}/{version.version}"
        return name, files / ADAPTER, read_recorded(files / RECORDED)
    if not Path(model).is_dir():
        raise UsageError(
            f"MODEL: got '{model}', expected models:/NAME@ALIAS, models:/NAME/VERSION or an adapter folder"
        )
    recorded = _asked_now(Path(model), store)
    return f"adapter {digest_of_adapter(Path(model))[:12]}", Path(model), recorded


def _asked_now(adapter: Path, store: Store) -> RecordedAnswers:
    """Return what the tutor in the folder `adapter` answers to a few exercises, asked as one batch."""
    from tutor.adapter import open_adapter, read_origin
    from tutor.exercises import exercises
    from tutor.reload_check import RecordedAnswers, arithmetic

    questions = tuple(exercise.question for exercise in islice(exercises(_SEED), _ASKED))
    tutor = open_adapter(adapter, store)
    tutor.batch_rows = _ASKED
    replies = tuple(reply.text for reply in tutor.answers(questions))
    return RecordedAnswers(questions, replies, arithmetic(read_origin(adapter).model))


def _write(adapter: Path, folder: Path, store: Store, weights: str | None) -> Origin:
    if weights is None:
        from tutor.merged_model import write_merged

        return write_merged(adapter, folder, store)
    from tutor.export_card import write_modelfile
    from tutor.gguf_model import gguf_file, write_gguf

    origin = write_gguf(adapter, folder, store, weights)
    write_modelfile(folder, gguf_file(folder, weights), origin)
    return origin


def _open(folder: Path, weights: str | None, max_new_tokens: int, batch_rows: int) -> Tutor:
    if weights is None:
        from tutor.merged_model import open_merged

        return open_merged(folder, max_new_tokens, batch_rows)
    from tutor.gguf_model import open_gguf

    return open_gguf(folder, weights, max_new_tokens, batch_rows)


def _checked(written: Tutor, recorded: RecordedAnswers) -> str:
    """Return how the written model answers what was recorded.

    Raises:
        ExportFailed: its final answers are other ones than were recorded; rounding may tip one in six.
    """
    from tutor.grading import grade, stated_answer

    asked = len(recorded.questions)
    replies = written.answers(recorded.questions)
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
