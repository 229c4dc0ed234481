"""What the table at the end says of a promotion, however long ago its stage was finished."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from tutor.report import RetrainReport, print_report
from tutor.settings import Store
from tutor.stages import Finished

SUMMARY = {"n": 12, "accuracy": 0.5, "accuracy_unaided": 0.25, "accuracy_by_topic": {"suma": 0.5}}


@pytest.mark.parametrize(
    ("promotion", "aliases", "said"),
    [
        ("promoted", ("challenger", "champion"), "automática; para deshacerla: tutor rollback --model tutor-prueba"),
        ("promoted", (), "fue el tutor de los alumnos y ya no lo es: tutor history"),
        ("waiting", ("challenger",), "espera a una persona: tutor approve 3"),
        ("approved", ("champion",), "la decidió una persona"),
        ("approved", (), "fue el tutor de los alumnos y ya no lo es: tutor history"),
        ("never", ("challenger",), "no se hace sola"),
        ("refused", ("challenger",), "los alumnos conservan el tutor que tienen"),
        ("failed", ("challenger",), "no llegó a su fin: La razón."),
        ("declined", ("challenger",), "una persona dijo que no («La razón.»)"),
    ],
)
def test_the_promotion_is_told_as_the_aliases_are_now(promotion: str, aliases: tuple[str, ...], said: str) -> None:
    report = RetrainReport(
        run_id="r",
        model_name="tutor-prueba",
        version="3",
        aliases=aliases,
        verdict="refused" if promotion == "refused" else "accepted",
        reasons=("Motivo.",),
        promotion=promotion,
        promotion_reason="La razón." if promotion in ("failed", "declined") else None,
        seconds={"training": 1.0},
        stages_reused=("training",),
        useful_tokens_per_second=1.0,
        peak_mib=1,
        dataset_digest="d" * 64,
        rows_quarantined=0,
        base=SUMMARY,
        challenger=SUMMARY,
        champion=None,
        tracking_uri="sqlite:///x",
        report_file="report.html",
    )
    console = Console(width=200)
    with console.capture() as captured:
        print_report(report, console)
    assert said in captured.get()


@pytest.mark.parametrize(
    ("outcome", "aliases", "no", "told"),
    [
        ("declined", ("challenger",), "seca", "declined"),
        ("waiting", ("challenger",), "seca", "declined"),
        ("declined", ("champion",), None, "approved"),
        ("declined", (), None, "approved"),
        ("waiting", ("champion",), None, "approved"),
        ("never", ("champion",), None, "approved"),
        ("waiting", ("challenger",), None, "waiting"),
        ("promoted", ("champion",), None, "promoted"),
    ],
)
def test_what_a_person_decided_since_the_promotion_counts(
    outcome: str, aliases: tuple[str, ...], no: str | None, told: str, store: Store, tmp_path: Path
) -> None:
    facts = {
        "validation": {"dataset_digest": "d" * 64, "rows_quarantined": 0},
        "training": {"useful_tokens_per_second": 1.0, "peak_mib": 1},
        "registration": {"run_id": "r", "model_name": "t", "version": "3", "verdict": "accepted", "reasons": []}
        | {"base": SUMMARY, "challenger": SUMMARY},
        "promotion": {"outcome": outcome},
        "analysis": {"report": "report.html"},
    }
    stages = {name: Finished(tmp_path, name, {**said, "seconds": 1.0}, reused=True) for name, said in facts.items()}
    report = RetrainReport.of(stages, aliases, store, declined=no)
    assert (report.promotion, report.promotion_reason) == (told, no)
