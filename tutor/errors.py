"""Everything that can go wrong in a way that a person can mend: one sentence each, and the command's exit status."""

from __future__ import annotations

import traceback
from pathlib import Path


class TutorError(Exception):
    """A failure that a person can mend; its text says what failed, what was got, what was expected and what to do."""

    exit_status = 1


def sentence_on(error: BaseException) -> str:
    """Return one line about `error`: a sentence that is for people as it is, another one behind its kind."""
    first_line = next(iter(str(error).strip().splitlines()), "no message")
    return first_line if isinstance(error, TutorError) else f"{type(error).__name__}: {first_line}"


def sentence_on_unforeseen(error: BaseException, home: Path) -> str:
    """Return one line about a failure that is nobody's input; its traceback is kept at `home`, the store's folder."""
    log = home / "last-error.log"
    try:
        told = "".join(traceback.format_exception(error))
        log.write_text(told, encoding="utf-8", errors="backslashreplace")  # the name of a file may be no text
    except OSError as why:  # a full disk is what many failures come from
        return f"{sentence_on(error)}; where it happened could not be written to {log} ({why.strerror})"
    return f"{sentence_on(error)}; where it happened stands in {log}"


class UsageError(TutorError):
    """An option, profile, field or file that does not exist or does not hold what it should."""

    exit_status = 2


class UnreadableDataset(UsageError):
    """A dataset file that cannot be read at all."""


class UnfitDataset(TutorError):
    """A dataset with too many bad rows, or without what training needs."""


class DamagedFrozenTest(UsageError):
    """The list of templates that no retraining may learn from is not there, or not as it was written."""


class WorkerLost(TutorError):
    """A process that did a part of the work ended before it was done."""


class StorageFull(TutorError):
    """A disk or a quota without room for what a stage makes."""


class OutOfMemory(TutorError):
    """A machine without the memory for even the smallest piece of the work."""


class BaseModelUnavailable(UsageError):
    """The base model is neither in a local folder nor to be had from its source."""


class UnfitMachine(TutorError):
    """A machine that is not what the run's profile promises, or whose arithmetic does not work."""


class ServersUnwell(TutorError):
    """A server or worker of this machine that ended, or that does not answer."""


class TrainingRefused(TutorError):
    """A training run that could not teach anything: no supervised token, or one that goes astray (see RunGuard)."""


class TrainingPruned(TutorError):
    """A training of a sweep that was cut short: others did better with the same number of steps."""


class StudyUnavailable(UsageError):
    """The trials of a sweep, which are not in the database that was named, or it does not answer."""


class SweepFailed(TutorError):
    """A sweep without a trial that came to its end, or whose best one could not be judged."""


class RegistryError(UsageError):
    """A model, version or alias that is not in the registry, or cannot be read from it."""


class LedgerDamaged(TutorError):
    """The history of champions is not as it was written: an entry is missing or was changed."""


class ReloadFailed(TutorError):
    """A registered version, opened in a fresh process, is not the tutor that was examined; no alias was moved."""


class ExportFailed(TutorError):
    """A merged model that answers otherwise than the tutor that it was made from; it was not kept."""


class PromotionRefused(TutorError):
    """A version that may not become champion: it was refused, is champion already, or nothing precedes it."""


class PromotionConflict(TutorError):
    """Somebody else changed the champion while this change was prepared; theirs stands."""


class BadQuestion(UsageError):
    """A question that the tutor cannot be asked; its text is for the pupil, in Spanish."""


class NotNow(TutorError):
    """A question that the tutor cannot take at present; its text is for the pupil, in Spanish."""
