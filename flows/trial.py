"""One trial of a sweep: settings that the study chooses, a training with them, and its loss on validation rows."""

from __future__ import annotations

import fcntl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.context import FlowRunContext
from prefect.states import Completed, State
from pydantic import StringConstraints

from tasks.base_model import prepare_base_model
from tasks.card import card
from tasks.metric_spool import Spool
from tasks.preflight import preflight
from tasks.tokenization import tokenize_rows
from tasks.tracking import Tracking
from tasks.training import train
from tasks.validation import validate_dataset
from tutor.config import RetrainConfig
from tutor.errors import TrainingPruned
from tutor.search_space import SearchConfig, with_settings
from tutor.settings import Store, open_store
from tutor.stages import Finished
from tutor.study import Study, TrialRecord, open_study

OUTCOMES = {
    "completed": "terminado",
    "pruned": "interrumpido: otros iban mejor",
    "failed": "fallido",
    "lost": "perdido y repetido",
    "running": "en marcha",
}


@dataclass(frozen=True)
class Prepared:
    """The stages that all trials of a sweep begin from."""

    dataset: Finished
    base: Finished
    tokens: Finished


@flow(
    name="trial",
    flow_run_name="{study}",
    description="Trains with settings that a sweep's study chooses; started by the flow sweep.",
    validate_parameters=True,
)
def trial(
    study: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,100}$")],
    config: RetrainConfig = RetrainConfig(),  # noqa: B008 - the form's defaults, and frozen
    search: SearchConfig = SearchConfig(),  # noqa: B008
) -> State[Any]:
    """Make one trial of a sweep.

    Args:
        study: Name of the study.
        config: What the sweep starts from.
        search: What it tries.
    """
    store, context = open_store(), FlowRunContext.get()
    found = open_study(study, store)
    # One training at a time on a machine, whatever number of trials its worker took.
    with (store.home / "trial.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if found.taken() >= search.trials:
            return Completed(name="NothingToDo", message=f"Nada que hacer: {study} tiene sus {search.trials} ensayos")
        with card(config.model.device):
            owner = str(context.flow_run.id) if context and context.flow_run else ""
            record = make_trial(found, config, search, prepare(config, store), owner, store)
    return Completed(message=told(record))


def prepare(config: RetrainConfig, store: Store) -> Prepared:
    """Return the stages before a training, none of which a sweep's settings change."""
    preflight(config, store)
    dataset = validate_dataset(config.data, store)
    base = prepare_base_model(config.model, store)
    return Prepared(dataset, base, tokenize_rows(dataset, base, config.training.pack_tokens, store))


def make_trial(
    study: Study, config: RetrainConfig, search: SearchConfig, prepared: Prepared, owner: str, store: Store
) -> TrialRecord:
    """Return what became of a trial; one that is cut short or fails is written down and raises nothing."""
    attempt, settings = study.ask(config, search, owner)
    tried = with_settings(config, settings, study.name)
    try:
        adapter = train(tried, prepared.dataset, prepared.base, prepared.tokens, store, attempt)
        reporter = study.reporter(attempt)
        for step, loss in _losses(adapter.facts).items():  # of a training that was made before the sweep, too
            reporter.report(step, loss)
    except TrainingPruned as cut:
        study.pruned(attempt, str(cut))
    except Exception as error:  # whatever it is, the other trials go on, and the reason is kept
        study.failed(attempt, f"{type(error).__name__}: {error}")
    else:
        kept = _losses(adapter.facts).get(adapter.facts.get("best_step", 0))
        if kept is None:
            study.failed(attempt, "no check on validation rows was made; raise training.check_share")
        else:
            study.completed(attempt, kept)
        run = Tracking(store, config.registry.experiment).open_run(adapter.folder.name, study.name)
        Spool(adapter.folder, run.id).deliver(run.log_points)
        run.log_tags({"tutor.trial": str(attempt.number)})
        run.finish()
    return next(record for record in study.records() if record.number == attempt.number)


def told(record: TrialRecord) -> str:
    """Return one sentence on what became of a trial, and tell the run's log."""
    settings = ", ".join(f"{name} {value:g}" for name, value in record.settings.items())
    loss = f", pérdida en validación {record.loss:.4f}" if record.loss is not None else ""
    why = f": {record.reason}" if record.reason else ""
    said = f"ensayo {record.number} {OUTCOMES[record.outcome]}{loss} ({settings}){why}"
    if FlowRunContext.get() is not None:
        get_run_logger().info(said)
    return said


def _losses(facts: Mapping[str, Any]) -> dict[int, float]:
    """Return the validation loss at each check of a finished training, by step."""
    return {check["step"]: check["loss"] for check in facts.get("checks", []) if not check["left_out"]}
