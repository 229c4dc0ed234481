"""Trials kept in a database: chosen, compared, cut short, lost and found again."""

from pathlib import Path
from typing import Any

import pytest
from optuna.exceptions import StorageInternalError

from tutor import study as studies
from tutor.check_plan import VALIDATION_LOSS
from tutor.config import RetrainConfig
from tutor.errors import StudyUnavailable, TrainingPruned, UsageError
from tutor.search_space import SearchConfig, settings_of
from tutor.settings import Store
from tutor.study import Attempt, Reporter, Study, alone, make_study, open_study

CONFIG, SEARCH = RetrainConfig(), SearchConfig(ranks=(4, 64))


def _drawn(study: Study, count: int) -> list[dict[str, Any]]:
    drawn = []
    for _ in range(count):
        attempt, settings = study.ask(CONFIG, SEARCH, "me")
        study.completed(attempt, settings["learning_rate"])
        drawn.append(settings)
    return drawn


def test_the_first_trial_is_the_configuration_itself_and_the_others_stay_in_bounds(store: Store) -> None:
    first, *others = _drawn(make_study("s", CONFIG, store), 4)
    assert first == settings_of(CONFIG)
    rate = CONFIG.training.learning_rate
    for drawn in others:
        assert rate / 4 <= drawn["learning_rate"] <= rate * 4
        assert drawn["rank"] in {4, CONFIG.lora.rank, 64}
        assert drawn["scale"] in {1.0, 2.0, 4.0}
    assert len({drawn["learning_rate"] for drawn in others}) == 3, "no process draws what another drew"


def test_the_same_seed_draws_the_same_whatever_process_asks(store: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other", "", None)
    at_once = _drawn(make_study("s", CONFIG, store), 7)
    make_study("s", CONFIG, other)
    one_by_one = [drawn for _ in range(7) for drawn in _drawn(open_study("s", other), 1)]
    assert one_by_one == at_once
    assert make_study("s", CONFIG, other).settled() == 7, "made again it is the same study"
    best = open_study("s", other).best()
    assert best is not None
    assert best.loss == min(drawn["learning_rate"] for drawn in at_once)


def test_a_lost_trial_is_begun_again_once(store: Store) -> None:
    study = make_study("s", CONFIG, store)
    study.completed(study.ask(CONFIG, SEARCH, "a")[0], 1.0)
    lost, settings = study.ask(CONFIG, SEARCH, "b")
    study.give_up_lost({"b"})
    assert study.records()[1].outcome == "running"
    study.give_up_lost({"c"})
    assert [record.outcome for record in study.records()] == ["completed", "lost"]
    assert (study.settled(), study.taken()) == (1, 1)
    study.completed(lost, 0.5)  # by its process, which was not gone after all
    study.failed(lost, "too late")
    assert study.records()[1].loss is None

    again, same = study.ask(CONFIG, SEARCH, "c")
    assert same == settings
    assert study.taken() == 2
    study.give_up_lost(())
    assert [record.outcome for record in study.records()] == ["completed", "lost", "failed"]
    assert study.records()[again.number].reason == "its process was lost"
    _, next_settings = study.ask(CONFIG, SEARCH, "d")
    assert next_settings != settings, "it is not begun a third time"


def test_a_trial_that_somebody_asks_for_at_this_moment_is_not_lost(store: Store) -> None:
    study = make_study("s", CONFIG, store)
    study._study.ask()  # as between the two writes of Study.ask
    study.give_up_lost(())
    assert [record.outcome for record in study.records()] == ["running"]
    study.give_up_lost(())
    assert [record.outcome for record in study.records()] == ["lost"]


def test_a_trial_is_cut_short_where_the_others_did_better_but_not_early_on(store: Store) -> None:
    study = make_study("s", CONFIG, store)
    for loss in (1.0, 1.1, 1.2):
        attempt, _ = study.ask(CONFIG, SEARCH, "me")
        reporter = study.reporter(attempt)
        for step in (10, 20, 30):
            reporter.progress(step, 30)
            reporter.metrics(step, {"loss": 9.0})
            reporter.metrics(step, {VALIDATION_LOSS: loss})
        study.completed(attempt, loss)
    attempt, _ = study.ask(CONFIG, SEARCH, "me")
    reporter = study.reporter(attempt)
    reporter.progress(9, 30)
    reporter.metrics(9, {VALIDATION_LOSS: 2.0})
    reporter = study.reporter(attempt)  # by a process that goes on with it
    reporter.metrics(9, {VALIDATION_LOSS: 2.0})
    reporter.progress(10, 30)
    reporter.metrics(10, {VALIDATION_LOSS: 1.05})
    reporter.metrics(20, {VALIDATION_LOSS: float("nan")})
    worse, _ = study.ask(CONFIG, SEARCH, "me")
    reporter = study.reporter(worse)
    reporter.progress(20, 30)
    with pytest.raises(TrainingPruned, match=r"^step 20: the validation loss 1\.1500 is worse than the median"):
        reporter.metrics(20, {VALIDATION_LOSS: 1.15})
    study.pruned(worse, "worse")
    assert [record.outcome for record in study.records()] == ["completed"] * 3 + ["running", "pruned"]
    assert study.best() == study.records()[0]


class _Unreliable:
    """A trial whose database is away at first."""

    def __init__(self) -> None:
        self.away, self.kept = True, {}  # type: ignore[var-annotated]

    def report(self, loss: float, step: int) -> None:
        if self.away:
            raise StorageInternalError("the server closed the connection")
        self.kept[step] = loss

    def should_prune(self) -> bool:
        return False


def test_a_database_that_is_away_ends_no_training_and_misses_no_loss() -> None:
    trial: Any = _Unreliable()
    reporter = Reporter(trial, ())
    reporter.metrics(10, {VALIDATION_LOSS: 1.0})
    reporter.metrics(20, {VALIDATION_LOSS: 0.9})
    trial.away = False
    reporter.metrics(30, {VALIDATION_LOSS: 0.8})
    assert trial.kept == {10: 1.0, 20: 0.9, 30: 0.8}


def test_a_study_that_is_not_there_and_a_database_that_does_not_answer_are_one_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study("s", CONFIG, store)
    with pytest.raises(StudyUnavailable, match=r"the study 't' is not in the database of this worker.*TUTOR_SWEEP"):
        open_study("t", store)
    monkeypatch.setenv("TUTOR_SWEEP_DATABASE", "mysql://tutor:geheim@localhost/s")
    with pytest.raises(UsageError, match=r"^TUTOR_SWEEP_DATABASE: expected postgresql://") as wrong:
        open_study("s", store)
    monkeypatch.setattr(studies, "_AT_THE_START_S", -1.0)
    monkeypatch.setattr(studies, "_PAUSE_S", 0.0)
    monkeypatch.setenv("TUTOR_SWEEP_DATABASE", "postgresql://tutor:geheim@127.0.0.1:1/{s}")
    with pytest.raises(StudyUnavailable, match="does not answer") as away:
        open_study("s", store)
    assert "geheim" not in f"{wrong.value} {away.value}"


def test_a_sweep_is_led_by_one_process_at_a_time(store: Store) -> None:
    with alone("s", store), pytest.raises(UsageError, match="'s' is at work already"), alone("s", store):
        pass
    with alone("s", store):
        assert Attempt("s", 0) == Attempt("s", 0)
