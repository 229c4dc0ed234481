"""The whole flow on a tiny real model: Prefect, Great Expectations, NF4, LoRA, MLflow."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow.entities.model_registry import ModelVersion
from mlflow.tracking import MlflowClient

from flows.command import main
from flows.retrain import retrain
from tasks.registered import FILES_TAG, Reloaded, adapter_of, reload_version
from tutor.adapter_files import digests
from tutor.analysis.language import language
from tutor.config import RetrainConfig
from tutor.errors import RegistryError, ReloadFailed, TrainingRefused, UnfitDataset
from tutor.evaluation import Examination, GradedAnswer
from tutor.reload_check import RECORDED, read_recorded, write_recorded
from tutor.report import RetrainReport
from tutor.settings import REPOSITORY, Store

STAGES = {
    "validation",
    "base_model",
    "tokenization",
    "training",
    "evaluation_base",
    "evaluation_challenger",
    "registration",
    "promotion",
    "analysis",
}


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_registers_a_model_once_and_the_version_answers_in_a_fresh_process(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    report = retrain(tiny_config)
    assert report.stages_reused == ()
    assert set(report.seconds) == STAGES
    assert (report.model_name, report.version) == ("tutor-prueba", "1")
    assert "challenger" in report.aliases
    assert ("champion" in report.aliases) == (report.verdict == "accepted")
    assert report.base["n"] == report.challenger["n"] == 12
    assert report.reasons

    client = MlflowClient(store.tracking_uri)
    _check_evidence(client, report)
    adapter = adapter_of("models:/tutor-prueba/1", store)
    assert not [file for file in adapter.parent.parent.rglob("*") if file.suffix in (".pkl", ".bin", ".pt", ".pth")]
    assert json.loads((adapter / "tutor.json").read_text())["prompt"] == "Instruct: {question}\nOutput:"
    assert (adapter / "tokenizer.json").is_file()

    _look_at_artifacts(report)
    told = {"analysis"} | {name.removeprefix("flow.") for name in language("es").texts if name.startswith("flow.")}
    assert told >= set(report.seconds), "the report names every stage in its reader's language"

    again = retrain(tiny_config)
    assert again.nothing_to_do
    assert (again.version, again.seconds) == ("1", report.seconds)
    assert len(client.search_model_versions("name = 'tutor-prueba'")) == 1

    code = (
        "import mlflow, pandas, sys\n"
        f"mlflow.set_tracking_uri({store.tracking_uri!r})\n"
        "model = mlflow.pyfunc.load_model('models:/tutor-prueba@challenger')\n"
        "replies = model.predict(pandas.DataFrame({'question': ['¿Cuánto es 7 × 8?', '4+4']}))\n"
        "assert len(replies) == 2 and all(isinstance(reply, str) for reply in replies)\n"
    )
    assert _fresh_process(["-c", code], tmp_path).returncode == 0

    questions = tmp_path / "preguntas.jsonl"
    questions.write_text(
        '{"instruction": "¿Cuánto es 2 + 3?", "answer": "5", "topic": "suma"}\n{"question": "4*4", "answer": 16}\n'
    )
    out = tmp_path / "out.json"
    asked = ["evaluate", "models:/tutor-prueba@challenger", "--questions", str(questions), "--json", str(out)]
    _fresh_process(["-m", "flows.command", *asked], tmp_path)
    result = json.loads(out.read_text())
    assert result["n"] == 2
    assert set(result["accuracy_by_topic"]) == {"suma", "sin tema"}
    assert {"question", "expected", "reply", "found", "correct", "topic"} <= set(result["answers"][0])
    capfd.readouterr()
    assert main(["ask", str(adapter), "¿Cuánto es 7 × 8?"]) == 0
    assert capfd.readouterr().out.endswith("\n")
    with pytest.raises(RegistryError, match="tutor-prueba/9"):
        adapter_of("models:/tutor-prueba/9", store)
    _registered_with_other_answers(client, client.get_model_version("tutor-prueba", "1"), adapter.parent / RECORDED)
    with pytest.raises(ReloadFailed, match=r"but answered 'otra cosa' in its examination.*no alias was moved"):
        reload_version(client.get_model_version("tutor-prueba", "1"), store)


def _check_evidence(client: MlflowClient, report: RetrainReport) -> None:
    """Assert that the run, the version and the logged model hold what speaks for and against them."""
    run = client.get_run(report.run_id)
    assert (run.info.status, run.data.tags["tutor.stopped_early"]) == ("FINISHED", "false")
    assert run.data.params["lora.rank"] == "4"
    inputs = {given.tags[0].value: given.dataset for given in run.inputs.dataset_inputs}
    assert inputs["training"].digest == report.dataset_digest[:36]
    assert inputs["evaluation"].name == "examination"
    assert run.data.tags["verdict"] == report.verdict
    history = client.get_metric_history(report.run_id, "loss")
    (judged,) = client.get_metric_history(report.run_id, "challenger.accuracy")
    assert [point.step for point in history] == [1, *range(2, judged.step + 1, 2)]
    assert judged.step >= 10
    for metric in (
        "accuracy",
        "accuracy_over_base",
        "system/cpu_utilization_percentage",
        "grad_norm",
        "learning_rate",
        "useful_tokens_per_second",
        "peak_mib",
        "challenger.accuracy",
    ):
        assert metric in run.data.metrics
    assert {file.path for file in client.list_artifacts(report.run_id)} >= {"answers", "data_docs", "report"}

    version = client.get_model_version("tutor-prueba", "1")
    assert version.tags["verdict"] == report.verdict
    assert version.tags["dataset_digest"] == report.dataset_digest
    assert version.tags["base_model"] == "tiny-phi"
    assert version.tags["reasons"].splitlines() == list(report.reasons)
    assert {"commit", "base_revision", "accuracy", "base_accuracy", "compared_with"} <= set(version.tags)
    assert report.reasons[0] in version.description
    logged = client.get_logged_model(version.tags["tutor.model_id"])
    assert "challenger.accuracy" in {metric.key for metric in logged.metrics}
    assert logged.tags["verdict"] == report.verdict


def _registered_with_other_answers(client: MlflowClient, version: ModelVersion, file: Path) -> None:
    """Have a version say that it answered otherwise in its examination."""
    recorded = read_recorded(file)
    assert len(recorded.replies) == len(recorded.questions) == 6
    write_recorded(file, replace(recorded, replies=("otra cosa", *recorded.replies[1:])))
    client.set_model_version_tag(version.name, version.version, FILES_TAG, json.dumps(digests(file.parent)))


def _look_at_artifacts(report: RetrainReport) -> None:
    artifacts = _artifacts("validation", "data-docs", "report", "report-page")
    assert "filas, 0 en cuarentena" in artifacts["validation"]
    assert "/data_docs/index.html" in artifacts["data-docs"]
    assert artifacts["report"].startswith("# Análisis del entrenamiento")
    assert Path(report.report_file).as_uri() in artifacts["report-page"]


def _artifacts(*keys: str) -> dict[str, str]:
    from prefect.artifacts import Artifact

    return {key: str(found.data) for key in keys if (found := Artifact.get(key))}


def _fresh_process(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    answer = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**environment, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer


@pytest.mark.usefixtures("prefect_server", "database")
def test_champion_is_the_best_version_and_never_a_worse_one(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a tiny random model answers is nonsense; who answers how many questions is set here, the rest is real.
    marks: list[int] = []
    monkeypatch.setattr("tasks.registration.examination_in", lambda stage: _examined(marks.pop(0)))
    # Opening each version in a fresh process is shown above.
    monkeypatch.setattr("tasks.promotion.reload_version", lambda version, store: Reloaded(6, "float32 on cpu"))
    client = MlflowClient(store.tracking_uri)

    def run(seed: int, base: int, challenger: int, champion: int | None = None) -> str:
        marks[:] = [base, challenger] if champion is None else [base, challenger, champion]
        training = tiny_config.training.model_copy(update={"seed": seed})
        return retrain(tiny_config.model_copy(update={"training": training})).verdict

    def holder(alias: str) -> str:
        return str(client.get_model_version_by_alias("tutor-prueba", alias).version)

    assert run(1, base=20, challenger=50) == "accepted"
    assert holder("champion") == "1"
    assert run(2, base=20, challenger=40, champion=50) == "refused"
    assert holder("champion") == "1"
    assert holder("challenger") == "2"
    assert run(3, base=20, challenger=60, champion=50) == "accepted"
    assert holder("champion") == "3"
    assert holder("previous") == "1"

    # A version that vanished from the registry is registered again.
    client.delete_model_version("tutor-prueba", "2")
    assert run(2, base=20, challenger=40, champion=60) == "refused"
    assert holder("challenger") == "4"
    assert holder("champion") == "3"


def _examined(right: int) -> Examination:
    return Examination(tuple(GradedAnswer(f"q{at}", "suma (fácil)", "1", "1", "1", at < right, 0) for at in range(100)))


@pytest.mark.usefixtures("prefect_server")
def test_an_unfit_dataset_stops_the_flow_before_anything_is_trained(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"question": "¿2+2?", "answer": "quizá"}\n' * 30)
    config = tiny_config.model_copy(update={"data": tiny_config.data.model_copy(update={"path": bad})})
    with pytest.raises(UnfitDataset, match=r"bad\.jsonl"):
        retrain(config)
    assert not list(store.stages.glob("training-*"))


@pytest.mark.usefixtures("prefect_server", "database")
def test_a_learning_rate_of_a_half_ends_with_its_reason_and_registers_nothing(
    tiny_config: RetrainConfig, store: Store
) -> None:
    training = tiny_config.training.model_copy(update={"learning_rate": 0.5, "epochs": 3})
    with pytest.raises(TrainingRefused, match=r"^step \d+: .*lower training\.learning_rate, which is 0\.5$"):
        retrain(tiny_config.model_copy(update={"training": training}))
    client = MlflowClient(store.tracking_uri)
    assert client.search_registered_models() == []
    assert not [stage for stage in store.stages.glob("training-*") if stage.suffix != ".partial"]
    (run,) = client.search_runs([client.get_experiment_by_name("pruebas").experiment_id])
    assert run.info.status == "FAILED"
    assert "lower training.learning_rate" in run.data.tags["tutor.failure"]
