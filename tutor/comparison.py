"""Runs side by side: what was changed between them, and did it help, with exact paired statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.alphabet import alphabetical
from tutor.paired import p_different, pairs_of

# Bars that print keeps apart.
_HATCHES = ("", "//", "..", "xx")


@dataclass(frozen=True)
class ComparedRun:
    """One run as it is compared.

    `settings` are what it was told and made from, `figures` what was measured, `marks` whether each question (with its
    expected answer) was answered rightly, `topics` the topic of each, `losses` pairs of step and training loss,
    `version` the number of the version that came of it, "" where it would not tell the runs apart.
    """

    name: str
    run_id: str
    settings: Mapping[str, str]
    figures: Mapping[str, float | str]
    marks: Mapping[tuple[str, str], bool]
    topics: Mapping[tuple[str, str], str]
    losses: Sequence[tuple[int, float]]
    version: str = ""

    @property
    def label(self) -> str:
        """Return what people know the run by: the version that came of it, else its name."""
        return f"versión {self.version}" if self.version else self.name

    @property
    def called(self) -> str:
        """Return what the run is called in a sentence."""
        return f"la {self.label}" if self.version else self.name

    def accuracy_by_topic(self) -> dict[str, float]:
        """Return the share of right answers in each topic, topics in alphabetical order."""
        marks: dict[str, list[bool]] = {}
        for row, right in self.marks.items():
            marks.setdefault(self.topics[row], []).append(right)
        return {
            topic: sum(right) / len(right)
            for topic, right in sorted(marks.items(), key=lambda item: alphabetical(item[0]))
        }


@dataclass(frozen=True)
class Paired:
    """Two runs on the questions that both answered: how often only one was right, and McNemar's exact p, two-sided."""

    first: str
    other: str
    both_answered: int
    first_right: int
    other_right: int
    only_first: int
    only_other: int
    p: float

    def sentence(self, first: str, other: str) -> str:
        """Return what the figures say, in Spanish; the runs are called `first` and `other`."""
        if not self.both_answered:
            return f"{other} y {first} no respondieron a ninguna pregunta en común: no se pueden comparar."
        rights = f"{other} acierta {self.other_right} y {first}, {self.first_right}"
        alone = f"solo {other}, {self.only_other}; solo {first}, {self.only_first}"
        better = other if self.only_other > self.only_first else first
        outcome = "la diferencia bien puede ser azar" if self.p >= 0.05 else f"{better} es mejor"
        p = "p < 0,001" if self.p < 0.001 else f"p = {self.p:.3f}".replace(".", ",")
        return f"De {self.both_answered} preguntas en común, {rights} ({alone}; {p}): {outcome}."


def apart(runs: Sequence[ComparedRun]) -> list[str]:
    """Return a warning, in Spanish, for each run whose questions are mostly not those of the first.

    Their shares of right answers do not compare.
    """
    first = runs[0]
    in_common = {run.run_id: len(first.marks.keys() & run.marks.keys()) for run in runs}
    return [
        f"de las {len(run.marks)} preguntas de {run.called}, {in_common[run.run_id]} están "
        f"entre las de {first.called}: los dos porcentajes de aciertos son de preguntas distintas."
        for run in runs[1:]
        if 2 * in_common[run.run_id] < max(len(run.marks), len(first.marks))
    ]


def changed(runs: Sequence[ComparedRun]) -> dict[str, list[str]]:
    """Return the settings in which `runs` differ, each with its value in every run; '' where a run does not have it."""
    names = sorted({name for run in runs for name in run.settings})
    values = {name: [run.settings.get(name, "") for run in runs] for name in names}
    return {name: row for name, row in values.items() if len(set(row)) > 1}


def pair(first: ComparedRun, other: ComparedRun) -> Paired:
    """Return `other` beside `first` on the questions that both answered."""
    common = first.marks.keys() & other.marks.keys()
    pairs = pairs_of([other.marks[row] for row in common], [first.marks[row] for row in common])
    return Paired(
        first.name,
        other.name,
        len(common),
        sum(first.marks[row] for row in common),
        sum(other.marks[row] for row in common),
        pairs.only_old,
        pairs.only_new,
        p_different(pairs),
    )


def sentence(first: ComparedRun, other: ComparedRun) -> str:
    """Return in Spanish which of two runs is better, and by which figures."""
    return pair(first, other).sentence(first.called, other.called)


def plot(runs: Sequence[ComparedRun], file: Path) -> None:
    """Write to `file` (PNG, SVG or PDF by its ending) the loss curves of `runs` and their right answers by topic."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from tutor.analysis.drawing import COLOURS, LINES, short_ticks
    from tutor.analysis.language import language

    topics = sorted({topic for run in runs for topic in run.accuracy_by_topic()}, key=alphabetical)
    figure = Figure(figsize=(11, 3.4 + 0.14 * (len(runs) + 1) * max(len(topics), 3)), layout="constrained")
    FigureCanvasAgg(figure)
    loss, bars = figure.subplots(2, 1, height_ratios=[3, max(len(topics), 3) * 0.14 * (len(runs) + 1)])
    thickness = 0.8 / len(runs)
    for at, run in enumerate(runs):
        colour, line, hatch = (looks[at % len(looks)] for looks in (COLOURS, LINES, _HATCHES))
        steps, values = [step for step, _ in run.losses], [value for _, value in run.losses]
        loss.plot(steps, values, label=run.label, color=colour, linestyle=line, linewidth=1.4)
        shares = run.accuracy_by_topic()
        places = [row + (at - (len(runs) - 1) / 2) * thickness for row in range(len(topics))]
        lengths = [100 * shares.get(topic, 0) for topic in topics]
        bars.barh(places, lengths, height=thickness, label=run.label, color=colour, hatch=hatch, edgecolor="white")
    loss.set(xlabel="Paso del optimizador", ylabel="Pérdida de entrenamiento")
    short_ticks(loss.yaxis, language("es"))
    loss.legend()
    bars.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    bars.set(xlabel="Respuestas correctas (%)", xlim=(0, 100), ylim=(len(topics) - 0.5, -0.5))
    bars.set_yticks(range(len(topics)), topics)
    figure.savefig(file, dpi=90)


def as_json(runs: Sequence[ComparedRun]) -> dict[str, Any]:
    """Return the comparison as it is written for programs; every run is paired with the first."""
    from dataclasses import asdict

    return {
        "runs": [
            {"name": run.name, "run_id": run.run_id, **run.figures, "accuracy_by_topic": run.accuracy_by_topic()}
            for run in runs
        ],
        "changed": changed(runs),
        "warnings": apart(runs),
        "paired": [asdict(pair(runs[0], run)) | {"sentence": sentence(runs[0], run)} for run in runs[1:]],
    }
