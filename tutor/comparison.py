"""Runs side by side: what was changed between them, and did it help, with exact paired statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.paired import p_different, pairs_of


@dataclass(frozen=True)
class ComparedRun:
    """One run as it is compared.

    `settings` are what it was told and made from, `figures` what was measured, `marks` whether each question (with its
    expected answer) was answered rightly, `topics` the topic of each, `losses` pairs of step and training loss.
    """

    name: str
    run_id: str
    settings: Mapping[str, str]
    figures: Mapping[str, float | str]
    marks: Mapping[tuple[str, str], bool]
    topics: Mapping[tuple[str, str], str]
    losses: Sequence[tuple[int, float]]

    def accuracy_by_topic(self) -> dict[str, float]:
        """Return the share of right answers in each topic, topics in alphabetical order."""
        marks: dict[str, list[bool]] = {}
        for row, right in self.marks.items():
            marks.setdefault(self.topics[row], []).append(right)
        return {topic: sum(right) / len(right) for topic, right in sorted(marks.items())}


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

    def sentence(self) -> str:
        """Return what the figures say, in words."""
        if not self.both_answered:
            return f"{self.other} and {self.first} answered no question in common, so they cannot be compared"
        rights = f"{self.other_right} and {self.first_right} of {self.both_answered} questions in common"
        alone = f"{self.only_other} only by {self.other}, {self.only_first} only by {self.first}"
        if self.p >= 0.05:
            outcome = "the difference may well be chance"
        else:
            outcome = f"{self.other if self.only_other > self.only_first else self.first} is better"
        return f"{self.other} and {self.first} are right on {rights} ({alone}; p = {self.p:.2g}): {outcome}"


def apart(runs: Sequence[ComparedRun]) -> list[str]:
    """Return a warning for each run whose questions are mostly not those of the first: their shares do not compare."""
    return [
        f"{len(runs[0].marks.keys() & run.marks.keys())} of the {len(run.marks)} questions of {run.name} are among "
        f"those of {runs[0].name}: the two shares of right answers are about different questions"
        for run in runs[1:]
        if 2 * len(runs[0].marks.keys() & run.marks.keys()) < max(len(run.marks), len(runs[0].marks))
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


def plot(runs: Sequence[ComparedRun], file: Path) -> None:
    """Write to `file` (PNG, SVG or PDF by its ending) the loss curves of `runs` and their right answers by topic."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    topics = sorted({topic for run in runs for topic in run.accuracy_by_topic()})
    figure = Figure(figsize=(11, 3.4 + 0.14 * (len(runs) + 1) * max(len(topics), 3)), layout="constrained")
    FigureCanvasAgg(figure)
    loss, bars = figure.subplots(2, 1, height_ratios=[3, max(len(topics), 3) * 0.14 * (len(runs) + 1)])
    thickness = 0.8 / len(runs)
    for at, run in enumerate(runs):
        loss.plot([step for step, _ in run.losses], [value for _, value in run.losses], label=run.name, linewidth=1.2)
        shares = run.accuracy_by_topic()
        places = [row + (at - (len(runs) - 1) / 2) * thickness for row in range(len(topics))]
        bars.barh(places, [100 * shares.get(topic, 0) for topic in topics], height=thickness, label=run.name)
    loss.set(xlabel="optimiser step", ylabel="training loss")
    loss.legend()
    bars.set(xlabel="right answers, %", xlim=(0, 100), ylim=(len(topics) - 0.5, -0.5))
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
        "paired": [asdict(pair(runs[0], run)) | {"sentence": pair(runs[0], run).sentence()} for run in runs[1:]],
    }
