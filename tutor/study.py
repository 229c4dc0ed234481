"""The trials of a sweep, which Optuna keeps in a database that every worker reaches, and chooses from.

What is compared are losses on validation rows; rows held out for the examination take no part.
"""

from __future__ import annotations

import fcntl
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tutor.check_plan import VALIDATION_LOSS
from tutor.config import RetrainConfig
from tutor.errors import StudyUnavailable, TrainingPruned, UsageError
from tutor.search_space import SearchConfig, settings_of, suggest
from tutor.server_settings import study_database
from tutor.settings import Store

if TYPE_CHECKING:
    import optuna

Outcome = Literal["running", "completed", "pruned", "failed", "lost"]
Result = TypeVar("Result")

_OWNER, _REASON, _LOST, _ATTEMPT = "owner", "reason", "lost", "attempt"
# Of the trials that come first: drawn at random, and never cut short.
_UNGUIDED, _UNPRUNED = 5, 3
# The learning rate falls along a cosine, so that an early loss says little about the last one.
_EARLIEST = 1 / 3
# A training whose process is lost a second time is not begun again.
_MOST_ATTEMPTS = 2
_PATIENCE_S, _AT_THE_START_S, _PAUSE_S = 300.0, 20.0, 5.0


@dataclass(frozen=True)
class Attempt:
    """A trial by the name of its study and its number in it."""

    study: str
    number: int


@dataclass(frozen=True)
class TrialRecord:
    """What became of a trial: its settings, its loss on validation rows (nats a token), and who works on it, or did."""

    number: int
    settings: Mapping[str, float | int]
    outcome: Outcome
    loss: float | None
    reason: str
    owner: str


class Study:
    """The trials of one sweep, in a database that several processes use at once."""

    def __init__(self, name: str, study: optuna.Study) -> None:
        self.name, self._study = name, study
        self._ownerless: set[int] = set()

    def ask(self, config: RetrainConfig, search: SearchConfig, owner: str) -> tuple[Attempt, dict[str, float | int]]:
        """Return a new trial of `owner`, and the settings that it tries."""
        trial = _patiently(self._study.ask)
        _patiently(lambda: trial.set_user_attr(_OWNER, owner))
        self._study.sampler = _sampler(search.seed + trial.number)
        settings = _patiently(lambda: suggest(trial, config, search))
        return Attempt(self.name, trial.number), settings

    def reporter(self, attempt: Attempt) -> Reporter:
        """Return who tells the study how the training of a trial goes."""
        return Reporter(self._trial(attempt.number), self._frozen(attempt.number).intermediate_values)

    def completed(self, attempt: Attempt, loss: float) -> None:
        """Write down that a trial ended with `loss`."""
        from optuna.trial import TrialState

        self._tell(attempt, TrialState.COMPLETE, loss)

    def pruned(self, attempt: Attempt, reason: str) -> None:
        """Write down that a trial was cut short."""
        from optuna.trial import TrialState

        self._tell(attempt, TrialState.PRUNED, reason=reason)

    def failed(self, attempt: Attempt, reason: str) -> None:
        """Write down that a trial failed; the sweep goes on without it."""
        from optuna.trial import TrialState

        self._tell(attempt, TrialState.FAIL, reason=reason)

    def give_up_lost(self, alive: Collection[str]) -> None:
        """Have the running trials of owners that are not `alive` begun again, a second loss counted as a failure."""
        from optuna.trial import TrialState

        for trial in _patiently(lambda: self._study.get_trials(states=(TrialState.RUNNING,))):
            owner = trial.user_attrs.get(_OWNER)
            if owner in alive:
                continue
            if owner is None and trial.number not in self._ownerless:
                self._ownerless.add(trial.number)  # asked for at this moment, perhaps; the next look tells
                continue
            self._begin_again(trial)
            self._tell(Attempt(self.name, trial.number), TrialState.FAIL, reason="its process was lost")

    def _begin_again(self, trial: optuna.trial.FrozenTrial) -> None:
        """Have the settings of a lost trial tried again, unless it was lost before."""
        attempts = trial.user_attrs.get(_ATTEMPT, 1)
        again = attempts < _MOST_ATTEMPTS
        if again and trial.params:
            # Before the trial is given up, lest it be forgotten if this process ends; twice the same does no harm.
            _patiently(lambda: self._study.enqueue_trial(trial.params, {_ATTEMPT: attempts + 1}))
        lost = self._trial(trial.number)
        _patiently(lambda: lost.set_user_attr(_LOST, again))

    def records(self) -> tuple[TrialRecord, ...]:
        """Return what became of every trial that was begun, in order."""
        from optuna.trial import TrialState

        trials = _patiently(lambda: self._study.get_trials(deepcopy=False))
        return tuple(_record(trial) for trial in trials if trial.state != TrialState.WAITING)

    def settled(self) -> int:
        """Return how many trials need no more work."""
        return sum(record.outcome in ("completed", "pruned", "failed") for record in self.records())

    def taken(self) -> int:
        """Return how many trials need no other process: they are settled, or one works on them."""
        return sum(record.outcome != "lost" for record in self.records())

    def best(self) -> TrialRecord | None:
        """Return the completed trial with the lowest loss, the earliest of equals; None where none completed."""
        completed = [record for record in self.records() if record.outcome == "completed" and record.loss is not None]
        return min(completed, key=lambda record: (record.loss, record.number), default=None)

    def _frozen(self, number: int) -> optuna.trial.FrozenTrial:
        trials = _patiently(lambda: self._study.get_trials(deepcopy=False))
        return next(trial for trial in trials if trial.number == number)

    def _trial(self, number: int) -> optuna.Trial:
        import optuna

        # Optuna has no other way to take up a trial by its number.
        trial_id = self._frozen(number)._trial_id
        return _patiently(lambda: optuna.Trial(self._study, trial_id))

    def _tell(self, attempt: Attempt, state: Any, loss: float | None = None, *, reason: str = "") -> None:
        """Write down how a trial ended, unless it ended already: given up as lost, perhaps, by who leads the sweep."""
        if self._frozen(attempt.number).state.is_finished():
            return
        if reason:
            trial = self._trial(attempt.number)
            _patiently(lambda: trial.set_user_attr(_REASON, reason[:500]))
        # An answer that was lost on its way is asked for again.
        _patiently(lambda: self._study.tell(attempt.number, loss, state=state, skip_if_finished=True))


class Reporter:
    """Tells a study the losses on validation rows as a training goes on, and ends what compares badly."""

    def __init__(self, trial: optuna.Trial, reported: Collection[int]) -> None:
        self._trial, self._reported = trial, set(reported)
        self._unsent: dict[int, float] = {}
        self._done, self._total = 0, 0

    def progress(self, done: int, total: int) -> None:
        """Take note of how far the training is."""
        self._done, self._total = done, total

    def metrics(self, step: int, metrics: Mapping[str, float]) -> None:
        """Report the loss of a check, if that is what `metrics` are.

        Raises:
            TrainingPruned: the loss lies above the median of the other trials at this step.
        """
        loss = metrics.get(VALIDATION_LOSS, math.nan)
        if math.isfinite(loss) and self.report(step, loss) and self._done >= _EARLIEST * self._total:
            self._end_if_bad(step, loss)

    def report(self, step: int, loss: float) -> bool:
        """Return whether the study has the losses now; what a database that is away misses is sent with the next."""
        if step not in self._reported:
            self._unsent[step] = loss
        try:
            while self._unsent:
                sent = min(self._unsent)
                self._trial.report(self._unsent[sent], sent)
                self._reported.add(sent)
                del self._unsent[sent]
        except _away():
            return False
        return True

    def _end_if_bad(self, step: int, loss: float) -> None:
        try:
            bad = self._trial.should_prune()
        except _away():
            return
        if bad:
            raise TrainingPruned(f"step {step}: the validation loss {loss:.4f} is worse than the median of the trials")


def make_study(name: str, config: RetrainConfig, store: Store) -> Study:
    """Return the study `name`, made if need be; a new one first tries the settings of `config` itself."""
    import optuna

    storage = _storage(store)
    _patiently(lambda: optuna.create_study(storage=storage, study_name=name, direction="minimize", load_if_exists=True))
    study = open_study(name, store)
    if not _patiently(lambda: study._study.get_trials(deepcopy=False)):
        _patiently(lambda: study._study.enqueue_trial(settings_of(config), skip_if_exists=True))
    return study


def open_study(name: str, store: Store) -> Study:
    """Return the study `name`.

    Raises:
        StudyUnavailable: it is not in the database that this process reaches.
    """
    import optuna

    storage = _storage(store)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=_UNPRUNED)
    try:
        found = _patiently(lambda: optuna.load_study(study_name=name, storage=storage, pruner=pruner))
    except KeyError:
        raise StudyUnavailable(
            f"the study '{name}' is not in the database of this worker; expected the database of the sweep: on several "
            "machines set TUTOR_SWEEP_DATABASE to the same PostgreSQL address for all of them"
        ) from None
    return Study(name, found)


@contextmanager
def alone(name: str, store: Store) -> Iterator[None]:
    """Keep others of this machine from leading the sweep `name` at the same time.

    Raises:
        UsageError: somebody does.
    """
    with (_folder(store) / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"the sweep '{name}' is at work already; wait for its end, or stop it first") from None
        yield


def _storage(store: Store) -> optuna.storages.RDBStorage:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    address = study_database()
    options: dict[str, Any] = {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}
    if not address:
        address = f"sqlite:///{_folder(store) / 'studies.db'}"
        options = {"connect_args": {"timeout": 60}}
    # Optuna fills in what stands in braces.
    written = address.replace("{", "{{").replace("}", "}}")
    return _patiently(lambda: optuna.storages.RDBStorage(written, engine_kwargs=options), _AT_THE_START_S)


def _folder(store: Store) -> Path:
    folder = store.home / "sweeps"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Return what draws the settings of one trial: seeded by its number, for each is drawn in a process of its own."""
    import optuna

    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=_UNGUIDED)


def _record(trial: optuna.trial.FrozenTrial) -> TrialRecord:
    from optuna.trial import TrialState

    outcomes: dict[TrialState, Outcome] = {
        TrialState.RUNNING: "running",
        TrialState.COMPLETE: "completed",
        TrialState.PRUNED: "pruned",
        TrialState.FAIL: "lost" if trial.user_attrs.get(_LOST) else "failed",
    }
    attributes = trial.user_attrs
    return TrialRecord(
        trial.number,
        trial.params,
        outcomes[trial.state],
        trial.value,
        attributes.get(_REASON, ""),
        attributes.get(_OWNER, ""),
    )


def _away() -> tuple[type[Exception], ...]:
    """Return what is raised where a database does not answer; it must not end hours of training."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    return StorageInternalError, SQLAlchemyError


def _patiently(call: Callable[[], Result], patience_s: float = _PATIENCE_S) -> Result:
    """Return what `call` returns; a database that is being started again is asked until patience ends.

    Raises:
        StudyUnavailable: it did not answer.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return call()
        except _away() as error:
            if time.monotonic() > deadline:
                # Without the address, which may hold a password.
                raise StudyUnavailable(
                    f"the database of the sweep does not answer ({type(error).__name__}); expected the one that "
                    "TUTOR_SWEEP_DATABASE names, or a file in TUTOR_HOME/sweeps that can be written"
                ) from None
        time.sleep(_PAUSE_S)
