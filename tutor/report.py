"""What a retraining run tells at its end: a record for programs and a table, in Spanish, for teachers."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from tutor.settings import DEFAULT_MODEL_NAME, Store
from tutor.stages import Finished
from tutor.verdict_words import VERDICTS

_STAGES = {
    "validation": "validación",
    "base_model": "modelo base",
    "tokenization": "tokenización",
    "training": "entrenamiento",
    "evaluation_base": "examen del modelo base",
    "evaluation_challenger": "examen del tutor nuevo",
    "evaluation_champion": "examen del tutor actual",
    "registration": "registro",
    "promotion": "promoción",
    "analysis": "informe",
}
_WHO = {"base": "Modelo base", "challenger": "Tutor nuevo", "champion": "Tutor actual"}


@dataclass(frozen=True)
class RetrainReport:
    """The outcome of one retraining run; `base`, `challenger` and `champion` hold n, accuracy, accuracy_by_topic."""

    run_id: str
    model_name: str
    version: str
    aliases: tuple[str, ...]
    verdict: str
    reasons: tuple[str, ...]
    promotion: str
    promotion_reason: str | None
    seconds: Mapping[str, float]
    stages_reused: tuple[str, ...]
    useful_tokens_per_second: float
    peak_mib: int
    dataset_digest: str
    rows_quarantined: int
    base: Mapping[str, Any]
    challenger: Mapping[str, Any]
    champion: Mapping[str, Any] | None
    tracking_uri: str
    report_file: str

    @classmethod
    def of(
        cls,
        stages: Mapping[str, Finished],
        aliases: Sequence[str],
        store: Store,
        *,
        failure: str | None = None,
        declined: str | None = None,
    ) -> RetrainReport:
        """Return the report on finished `stages`, with the aliases that the version bears now.

        `failure` is why the promotion, which `stages` lacks then, did not come to its end; `declined` is the reason of
        the person who said no to this version.
        """
        registered, trained = stages["registration"].facts, stages["training"].facts
        promotion = "failed" if failure else stages["promotion"].facts["outcome"]
        is_champion = "champion" in aliases
        if declined and promotion not in ("failed", "refused") and not is_champion:
            promotion = "declined"
        elif promotion == "declined" or (promotion in ("waiting", "never") and is_champion):
            promotion = "approved"  # since the stage was finished
        return cls(
            run_id=registered["run_id"],
            model_name=registered["model_name"],
            version=registered["version"],
            aliases=tuple(aliases),
            verdict=registered["verdict"],
            reasons=tuple(registered["reasons"]),
            promotion=promotion,
            promotion_reason={"failed": failure, "declined": declined}.get(promotion),
            seconds={name: stage.seconds for name, stage in stages.items()},
            stages_reused=tuple(name for name, stage in stages.items() if stage.reused),
            useful_tokens_per_second=trained["useful_tokens_per_second"],
            peak_mib=trained["peak_mib"],
            dataset_digest=stages["validation"].facts["dataset_digest"],
            rows_quarantined=stages["validation"].facts["rows_quarantined"],
            base=registered["base"],
            challenger=registered["challenger"],
            champion=registered.get("champion"),
            tracking_uri=store.tracking_shown,
            report_file=str(stages["analysis"].folder / stages["analysis"].facts["report"]),
        )

    @property
    def nothing_to_do(self) -> bool:
        """Return whether every stage was there already."""
        return len(self.stages_reused) == len(self.seconds) and self.promotion != "failed"

    @property
    def verdict_told(self) -> str:
        """Return the verdict in Spanish."""
        return VERDICTS[self.verdict]

    @property
    def examined(self) -> dict[str, Mapping[str, Any]]:
        """Return the figures of each model that was examined, by its Spanish name."""
        found = {"base": self.base, "challenger": self.challenger, "champion": self.champion}
        return {_WHO[who]: figures for who, figures in found.items() if figures}

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is written for programs; a champion or a reason that there is none of is left out."""
        return {
            name: value
            for name, value in asdict(self).items()
            if value is not None or name not in ("champion", "promotion_reason")
        }


def print_report(report: RetrainReport, console: Console) -> None:
    """Print `report` for a teacher."""
    if report.nothing_to_do:
        console.print("Nada ha cambiado: ninguna etapa se ha ejecutado de nuevo.")
    elif report.stages_reused:
        console.print(f"Etapas sin cambios, no repetidas: {', '.join(map(stage_told, report.stages_reused))}.")
    console.print(Group(accuracy_table(report.examined), _facts(report)))


def stage_told(stage: str) -> str:
    """Return the Spanish name of a stage."""
    return _STAGES[stage]


def accuracy_table(examined: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return a table of accuracy, overall and by topic, with one column for each of those `examined`."""
    table = Table(title="Respuestas correctas en preguntas nunca vistas")
    table.add_column("Tema")
    for who in examined:
        table.add_column(who, justify="right")
    summaries = list(examined.values())
    for topic in summaries[0]["accuracy_by_topic"]:
        table.add_row(topic, *(_percent(summary["accuracy_by_topic"][topic]) for summary in summaries))
    table.add_section()
    total = f"Todos los temas ({summaries[0]['n']} preguntas)"
    table.add_row(total, *(_percent(summary["accuracy"]) for summary in summaries), style="bold")
    table.add_row("sin que corrija la calculadora", *(_percent(summary["accuracy_unaided"]) for summary in summaries))
    return table


def _facts(report: RetrainReport) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_row("Veredicto", Text(report.verdict_told, style="bold"))
    for reason in report.reasons:
        facts.add_row("", reason)
    facts.add_row("Promoción", Text(_promotion(report)))
    aliases = ", ".join(report.aliases) or "ninguno"
    facts.add_row("Modelo", f"{report.model_name}, versión {report.version}, alias: {aliases}")
    facts.add_row("Tiempo", f"{_time(sum(report.seconds.values()))} en total: {_times(report)}")
    facts.add_row("Informe", Text(report.report_file, overflow="fold"))
    facts.add_row("Registro MLflow", Text(report.tracking_uri, overflow="fold"))
    facts.add_row("Para verlo", Text(_how_to_open(report.tracking_uri), overflow="fold"))
    return facts


def _promotion(report: RetrainReport) -> str:
    """Return what became of the version by now, and what a person can do."""
    is_champion = "champion" in report.aliases
    model = "" if report.model_name == DEFAULT_MODEL_NAME else f" --model {report.model_name}"
    undo = f"para deshacerla: tutor rollback{model} --reason '…'"
    decide = f"{report.version}{model} --reason '…'"
    if report.promotion == "failed":
        return f"no llegó a su fin: {report.promotion_reason}"
    if report.promotion == "declined":
        return (
            f"no: una persona dijo que no («{report.promotion_reason}»); para hacerla aun así: tutor promote {decide}"
        )
    if report.promotion == "refused":
        return "no: los alumnos conservan el tutor que tienen"
    if report.promotion in ("promoted", "approved"):
        by = "automática" if report.promotion == "promoted" else "la decidió una persona"
        left = f"fue el tutor de los alumnos y ya no lo es: tutor history{model}"
        return f"{by}; {undo}" if is_champion else left
    if report.promotion == "waiting":
        return f"espera a una persona: tutor approve {decide}, o tutor refuse {decide}"
    return f"no se hace sola (registry.promotion=never): tutor promote {decide}"


def _how_to_open(tracking_uri: str) -> str:
    if tracking_uri.startswith("http"):
        return f"abrir {tracking_uri} en el navegador"
    mlflow = Path(sys.executable).with_name("mlflow")
    return shlex.join([str(mlflow), "server", "--backend-store-uri", tracking_uri, "--port", "5000"])


def _times(report: RetrainReport) -> str:
    return ", ".join(f"{stage_told(name)} {_time(seconds)}" for name, seconds in report.seconds.items())


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
