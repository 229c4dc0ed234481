"""`tutor report`: from a log, from MLflow runs, and what it says when it cannot."""

import json
from pathlib import Path

import pytest
from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

from flows.command import main
from tasks.ledger import Entry, make_ledger
from tasks.run_record import FACTS, REPORT
from tests.tutor.analysis.samples import write_log, write_state
from tutor.check_plan import Check
from tutor.rows import NO_LEVEL
from tutor.settings import Store

LOSSES = (2.0, 1.0, 0.6, 0.5, 0.45, 0.44, 0.43, 0.42)


def test_a_log_becomes_a_page_in_the_language_asked_for(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = write_log(tmp_path)
    assert main(["report", str(log)]) == 0
    page, text = capsys.readouterr().out.split()
    assert Path(page).parent == store.home / "reports" / "entrenamiento.log"
    told = Path(text).read_text(encoding="utf-8")
    for figure in (
        "97,82 %",
        "96,06 %",
        "épocas 1–50",
        "épocas 51–100",
        "épocas 101–250",
        "77 %",
        "3087,42 MB de 4000 MB",
    ):
        assert figure in told
        assert figure in Path(page).read_text(encoding="utf-8").replace('<span class="unit">', "").replace(
            "</span>", ""
        )
    out = tmp_path / "out"
    state = write_state(tmp_path)
    memory = ["--peak-mb", "3087.42", "--card-mb", "4000"]
    assert main(["report", str(state), "--language", "en", "--output", str(out), *memory]) == 0
    assert "3,087.42 MB of 4,000 MB at the peak, 77%." in (out / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "RUN"),
        (["nowhere.log"], "there is no such file"),
        (["README.md"], "no loss was logged"),
        (["pyproject.toml", "README.md"], "no loss was logged"),
        (["tests"], "holds no trainer_state.json"),
        (["README.md", "--language", "fr"], "invalid choice: 'fr'"),
        (["README.md", "--peak-mb", "-3"], "expected a number above 0"),
        (["README.md", "--card-mb", "nan"], "expected a number above 0"),
        (["a", "b", "--card-mb", "4000"], "got 2 runs; expected one"),
        (["README.md", "models:/nobody"], "no loss was logged"),
    ],
)
def test_a_wrong_report_is_one_line_and_exit_2(
    arguments: list[str], said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.startswith("tutor: ")
    assert complaint.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_named(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    log = write_log(tmp_path)
    assert main(["report", str(log), "--output", str(tmp_path / "file" / "out")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("database")
def test_runs_of_mlflow_are_told_alone_together_and_as_a_history(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = MlflowClient(store.tracking_uri, registry_uri=store.tracking_uri)
    experiment = client.create_experiment("pruebas", store.artifacts_uri)
    runs = [_make_run(client, experiment, tmp_path, right) for right in (2, 9)]
    client.create_registered_model("tutor")
    for run, verdict in zip(runs, ("refused", "accepted"), strict=True):
        tags = {"verdict": verdict, "reasons": f"Motivo de {verdict}.\nOtro motivo."}
        client.create_model_version("tutor", f"runs:/{run}/tutor", run, tags=tags)
    client.set_registered_model_alias("tutor", "champion", "2")

    first = _told(["report", "models:/tutor@champion"], capsys)
    assert "acierta 9 de 10 preguntas que nunca vio (90 %)" in first
    assert "Motivo de accepted." in first
    assert "| primaria 1 | 5 | 0 (0 %) | 5 (100 %) | +5 |" in first
    assert "| Épocas | 4 (previstas: 4) |" in first
    assert "Máquina de prueba" in first
    assert "0,9000 en la época 2" in first
    assert "12,00 Wh" in first
    assert "| hay una cuenta mal en la solución | 3 |" in first
    english = _told(["report", "models:/tutor/2", "--language", "en"], capsys)
    assert "- Better.\n" in english
    assert "Motivo" not in english
    assert english.splitlines()[2].startswith("tutor, version 2 · ")

    # Without what only the flow knew: the first run left no facts.
    bare = _told(["report", runs[0]], capsys)
    assert "- Motivo de refused.\n- Otro motivo." in bare
    assert "Máquina de prueba" not in bare
    assert "None" not in bare.split("## Detalles")[0]

    both = _told(["report", *runs], capsys)
    assert "9 de 10 preguntas nunca vistas" in both
    assert "training.seed" in both
    history = _told(["report", "models:/tutor"], capsys)
    assert "la versión 2, que acertó el 90 %" in history
    assert history.count("- **Versión ") == 1
    _write_ledger(client, store)
    assert "**Versión 1, desde el 2/1/2026.** La 2 fallaba." in _told(["report", "models:/tutor"], capsys)
    for wrong in ("models:/nobody", "models:/no'body", "models:/tutor/9", "models:/tutor@nobody", "0" * 32):
        assert main(["report", wrong]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "expected" in said
    assert main(["report", "models:/tutor", runs[0]]) == 2
    assert "names no version" in capsys.readouterr().err


def _write_ledger(client: MlflowClient, store: Store) -> None:
    """Write changes of champion as the registry keeps them."""
    ledger = make_ledger(client, "tutor", store)
    known: tuple[Entry, ...] = ()
    for action, before, after, reason in (
        ("promote", None, "2", "Mejor."),
        ("promote", "2", "1", "La 2 fallaba."),
        ("refuse", "1", "1", "No."),
    ):
        when = f"2026-01-0{len(known) + 1}T10:00:00+00:00"
        entry = Entry(action, "command", after, before, after, before, "Ana", when, reason, {})
        known = (*known, ledger.append(entry, known))


def _told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 0
    return Path(capsys.readouterr().out.split()[1]).read_text(encoding="utf-8")


def _make_run(client: MlflowClient, experiment: str, folder: Path, right: int) -> str:
    """Return a run as the flow leaves it; one with many right answers has the facts of the flow beside it."""
    run = client.create_run(experiment, run_name=f"training-{right}").info.run_id
    metrics = [
        *(Metric("loss", loss, at, 10 * at) for at, loss in enumerate(LOSSES, start=1)),
        *(Metric("epoch", at / 2, at, 10 * at) for at in range(1, len(LOSSES) + 1)),
        *(
            Metric(name, value, at, 20 * at)
            for at, loss in enumerate((1.0, 0.9, 0.9, 0.9), start=1)
            for name, value in Check(20 * at, loss, 0, 0, seconds=1.0, elapsed_s=20.0 * at).metrics().items()
        ),
        *(Metric(f"{who}.accuracy", share, 1, 80) for who, share in (("base", 0.0), ("challenger", right / 10))),
        Metric("peak_mib", 900.0, 1, 80),
        Metric("energy_wh", 12.0, 1, 80),
    ]
    client.log_batch(run, metrics, [Param("training.epochs", "4"), Param("training.seed", str(right))])
    for who, correct in (("base", 0), ("challenger", right)):
        levels = ["primaria 1" if at < 5 else NO_LEVEL for at in range(10)]
        rows = [[f"¿{at}+1?", "suma", str(at + 1), "no", at < correct, levels[at]] for at in range(10)]
        table = {"columns": ["question", "topic", "expected", "reply", "correct", "level"], "data": rows}
        client.log_text(run, json.dumps(table), f"answers/{who}.json")
    if right > 5:
        facts = {
            "machine": {"name": "Máquina de prueba", "place": "card", "memory_mib": 4000},
            "stages": {"training": 60.0},
            "data": {"name": "filas.jsonl", "training": 640, "reasons": {"the working is wrong": 3}},
            "reasons_in_english": ["Better."],
        }
        client.log_text(run, json.dumps(facts), f"{REPORT}/{FACTS}")
    return str(run)
