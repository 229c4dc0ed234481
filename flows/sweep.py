"""The sweep: trainings with settings that Optuna chooses, here or on the workers of a pool; the best one is judged.

Trials are compared by their loss on validation rows. Only the best one is examined on held-out rows, once, by the flow
retrain, and registered with its verdict like any challenger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prefect import flow
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows import retrain as retraining
from flows.fan_out import judged_by, make_trials_on
from flows.trial import OUTCOMES, make_trial, prepare, told
from tasks.card import card
from tasks.tracking import Tracking
from tasks.validation import validate_dataset
from tutor.config import RetrainConfig
from tutor.errors import SweepFailed, UsageError
from tutor.report import RetrainReport, print_report
from tutor.search_space import SETTINGS, SearchConfig, study_name, with_settings
from tutor.settings import Store, open_store
from tutor.study import Study, TrialRecord, alone, make_study

_HERE = "here"


@dataclass(frozen=True)
class SweepReport:
    """What a sweep found: its trials, the best of them, and what became of that one.

    `retrained` is the report of its retraining where that was made in this process, `said` its last word.
    """

    study: str
    trials: tuple[TrialRecord, ...]
    best: TrialRecord
    said: str
    retrained: RetrainReport | None

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        shown = [_trial_as_json(trial) for trial in self.trials]
        retrained = self.retrained.as_json() if self.retrained else None
        best = _trial_as_json(self.best)
        return {"study": self.study, "best": best, "said": self.said, "retrained": retrained, "trials": shown}


@flow(
    name="sweep",
    description="Tries settings that Optuna chooses by the loss on validation rows, and has the best one judged.",
    validate_parameters=True,
)
def sweep(
    config: RetrainConfig = RetrainConfig(),  # noqa: B008 - the form's defaults, and frozen
    search: SearchConfig = SearchConfig(),  # noqa: B008
    workers: str | None = None,
) -> SweepReport:
    """Sweep over settings; a sweep that was stopped goes on where it was when it is started again.

    Args:
        config: What the sweep starts from.
        search: What it tries.
        workers: Deployment of the flows trial and retrain whose workers do the work; empty: this process does.
    """
    if not (config.training.check_share and config.data.validation_share):
        raise UsageError(
            "a sweep chooses by validation rows: training.check_share and data.validation_share must be > 0"
        )
    store = open_store()
    name = study_name(config, search, validate_dataset(config.data, store).digest)
    with alone(name, store):
        # Both before the first trial, of which several may begin at once.
        study, parent = make_study(name, config, store), Tracking(store, config.registry.experiment).sweep(name)
        if workers:
            make_trials_on(workers, study, config, search)
        else:
            _here(study, config, search, store)
        best = study.best()
        records = study.records()
        if best is None:
            said = "; ".join(dict.fromkeys(record.reason for record in records if record.outcome == "failed"))
            raise SweepFailed(f"no trial of {name} came to its end: {said}")
        columns = ("number", *SETTINGS, "outcome", "validation_loss", "reason")
        rows = [_trial_as_json(record) for record in records]
        parent.log_table("trials.json", {column: [row.get(column) for row in rows] for column in columns})
        parent.log_metrics(len(records), {"best_validation_loss": float(best.loss or 0)})
        parent.log_tags({"tutor.best_trial": str(best.number)})
        chosen = with_settings(config, best.settings, name)
        if workers:
            return SweepReport(name, records, best, judged_by(workers, chosen, name), None)
        report = retraining.retrain.fn(chosen)
        said = f"{report.model_name}, versión {report.version}: {report.verdict_told}. {' '.join(report.reasons)}"
        return SweepReport(name, records, best, said, report)


def _trial_as_json(record: TrialRecord) -> dict[str, Any]:
    found = {"outcome": record.outcome, "validation_loss": record.loss, "reason": record.reason}
    return {"number": record.number, **record.settings, **found}


def _here(study: Study, config: RetrainConfig, search: SearchConfig, store: Store) -> None:
    """Make the trials that are left, one after the other, in this process."""
    study.give_up_lost(())
    if study.settled() >= search.trials:
        return
    with card(config.model.device):
        prepared = prepare(config, store)
        while study.settled() < search.trials:
            told(make_trial(study, config, search, prepared, _HERE, store))


def print_sweep(report: SweepReport, console: Console) -> None:
    """Print `report` for a teacher."""
    table = Table(title=f"Ensayos de {report.study}")
    columns = ("Ensayo", "Tasa de aprendizaje", "Rango", "Alfa / rango", "LoRA+", "Pérdida en validación", "Resultado")
    for column in columns:
        table.add_column(column, justify="left" if column == columns[-1] else "right")
    for trial in report.trials:
        # A trial that was lost at once has no settings yet.
        settings = [f"{trial.settings[name]:.3g}" if name in trial.settings else "" for name in SETTINGS]
        loss = "" if trial.loss is None else f"{trial.loss:.4f}"
        numbers = [number.replace(".", ",") for number in (*settings, loss)]
        style = "bold" if trial.number == report.best.number else ""
        table.add_row(str(trial.number), *numbers, OUTCOMES[trial.outcome], style=style)
    console.print(table)
    if report.retrained is not None:
        print_report(report.retrained, console)
    else:
        console.print(Text(f"El mejor, ensayo {report.best.number}, según su reentrenamiento: {report.said}"))
