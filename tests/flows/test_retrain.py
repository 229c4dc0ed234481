"""The whole flow on a tiny real model: Prefect, Great Expectations, NF4, LoRA, MLflow."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from flows.command import main
from flows.retrain import retrain
from tasks.registration import adapter_of
from tutor.config import RetrainConfig
from tutor.errors import RegistryError, UnfitDataset
from tutor.settings import Store

STAGES = {
    "validation",
    "base_model",
    "tokenization",
    "training",
    "evaluation_base",
    "evaluation_challenger",
    "registration",
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
    run = client.get_run(report.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["lora.rank"] == "4"
    assert run.inputs.dataset_inputs[0].dataset.digest == report.dataset_digest[:36]
    history = client.get_metric_history(report.run_id, "loss")
    assert [point.step for point in history] == [1, 2, 4, 6, 8]
    for metric in ("grad_norm", "learning_rate", "useful_tokens_per_second", "peak_mib", "challenger.accuracy"):
        assert metric in run.data.metrics
    assert {file.path for file in client.list_artifacts(report.run_id)} >= {"answers", "data_docs"}

    version = client.get_model_version("tutor-prueba", "1")
    assert version.tags["verdict"] == report.verdict
    assert version.tags["dataset_digest"] == report.dataset_digest
    assert version.tags["base_model"] == "tiny-phi"
    adapter = adapter_of("models:/tutor-prueba/1", store)
    assert not [file for file in adapter.parent.parent.rglob("*") if file.suffix in (".pkl", ".bin", ".pt", ".pth")]
    assert json.loads((adapter / "tutor.json").read_text())["prompt"] == "Instruct: {question}\nOutput:"
    assert (adapter / "tokenizer.json").is_file()

    again = retrain(tiny_config)
    assert again.nothing_to_do
    assert again.version == "1"
    assert again.seconds == report.seconds
    assert len(client.search_model_versions("name = 'tutor-prueba'")) == 1

    code = (
        "import mlflow, pandas, sys\n"
        f"mlflow.set_tracking_uri({store.tracking_uri!r})\n"
        "model = mlflow.pyfunc.load_model('models:/tutor-prueba@challenger')\n"
        "replies = model.predict(pandas.DataFrame({'question': ['¿Cuánto es 7 × 8?', '4+4']}))\n"
        "assert len(replies) == 2 and all(isinstance(reply, str) for reply in replies)\n"
    )
    fresh = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert fresh.returncode == 0, fresh.stderr

    questions = tmp_path / "preguntas.jsonl"
    questions.write_text(
        '{"instruction": "¿Cuánto es 2 + 3?", "answer": "5", "topic": "suma"}\n{"question": "4*4", "answer": 16}\n'
    )
    out = tmp_path / "out.json"
    assert main(["evaluate", "models:/tutor-prueba@challenger", "--questions", str(questions), "--json", str(out)]) == 0
    result = json.loads(out.read_text())
    assert result["n"] == 2
    assert set(result["accuracy_by_topic"]) == {"suma", "sin tema"}
    assert {"question", "expected", "reply", "found", "correct", "topic"} <= set(result["answers"][0])
    capfd.readouterr()
    assert main(["ask", str(adapter), "¿Cuánto es 7 × 8?"]) == 0
    streamed = capfd.readouterr().out
    assert streamed.endswith("\n")
    with pytest.raises(RegistryError, match="tutor-prueba/9"):
        adapter_of("models:/tutor-prueba/9", store)


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
