"""A few answers recorded at the examination, and the fresh process in which a registered tutor repeats them.

The questions are answered once more as a batch of their own when they are recorded: in another batch the padding
differs, and with it the last bits of the arithmetic. Run as `python -m tutor.reload_check ADAPTER RECORDED ANSWERED` it
opens an adapter folder and writes what it answers now.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.config import ModelConfig
from tutor.errors import RegistryError, TutorError
from tutor.settings import open_store

if TYPE_CHECKING:
    from tutor.answering import Tutor
    from tutor.evaluation import Examination

RECORDED = "recorded_answers.json"
# The shortest answers: a tutor whose weights, prompt or base are others shows it in a few, and a run has little time.
_ANSWERS = 6


@dataclass(frozen=True)
class RecordedAnswers:
    """What a tutor answered to questions asked as one batch, and on which arithmetic, such as 'bfloat16 on cpu'."""

    questions: tuple[str, ...]
    replies: tuple[str, ...]
    arithmetic: str


def record(tutor: Tutor, examination: Examination, model: ModelConfig) -> RecordedAnswers:
    """Return the answers of `tutor` to the questions that it answered most briefly in its examination."""
    by_length = sorted(examination.answers, key=lambda answer: (len(answer.reply), answer.question))
    questions = tuple(dict.fromkeys(answer.question for answer in by_length))[:_ANSWERS]
    replies = _replies(tutor, questions)
    return RecordedAnswers(questions, replies, arithmetic(model))


def arithmetic(model: ModelConfig) -> str:
    """Return in which type and on what kind of device this machine computes with `model`."""
    from tutor import base_model

    dtype = str(base_model.compute_dtype(model)).removeprefix("torch.")
    return f"{dtype} on {base_model.device().type}"


def write_recorded(file: Path, recorded: RecordedAnswers) -> None:
    """Write `recorded` to `file` as JSON."""
    file.write_text(json.dumps(asdict(recorded), ensure_ascii=False, indent=2), encoding="utf-8")


def read_recorded(file: Path) -> RecordedAnswers:
    """Return what `write_recorded` wrote to `file`.

    Raises:
        RegistryError: the file is not there, or not as it was written.
    """
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        return RecordedAnswers(tuple(facts["questions"]), tuple(facts["replies"]), str(facts["arithmetic"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(
            f"{file.name}: cannot be read ({type(error).__name__}); expected the answers recorded at the examination: "
            "retrain the tutor"
        ) from None


def _replies(tutor: Tutor, questions: Sequence[str]) -> tuple[str, ...]:
    return tuple(reply.text for reply in tutor.answers(questions, lambda _done, _total: None))


def main(adapter: str, recorded: str, answered: str) -> int:
    """Write what the tutor in the folder `adapter` answers now to the file `answered`; return 1 if it cannot."""
    store = open_store()
    from tutor.adapter import open_adapter, read_origin

    try:
        asked = read_recorded(Path(recorded))
        tutor = open_adapter(Path(adapter), store)
        model = read_origin(Path(adapter)).model
    except TutorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    now = RecordedAnswers(asked.questions, _replies(tutor, asked.questions), arithmetic(model))
    write_recorded(Path(answered), now)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
