"""What the table at the end says of a promotion, however long ago its stage was finished."""

from __future__ import annotations

import pytest
from rich.console import Console

from tutor.report import RetrainReport, print_report

SUMMARY = {"n": 12, "accuracy": 0.5, "accuracy_unaided": 0.25, "accuracy_by_topic": {"suma": 0.5}}


@pytest.mark.parametrize(
    ("promotion", "aliases", "said"),
    [
        ("promoted", ("challenger", "champion"), "automática; para deshacerla: tutor rollback --model tutor-prueba"),
        ("promoted", (), "fue el tutor de los alumnos y ya no lo es: tutor history"),
        ("waiting", ("challenger",), "espera a una persona: tutor approve 3"),
        ("waiting", ("champion",), "la decidió una persona"),
        ("never", ("challenger",), "no se hace sola"),
        ("never", ("champion",), "la decidió una persona"),
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
