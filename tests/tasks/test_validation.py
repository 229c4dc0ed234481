"""The validation stage as a plain function."""

import json
from pathlib import Path

import pytest

from tasks.policy import worth_retrying
from tasks.validation import HELD_OUT_ROWS, QUARANTINE, TRAINING_ROWS, VALIDATION_ROWS, validate_dataset
from tests.conftest import write_jsonl
from tutor.config import DataConfig
from tutor.errors import UnfitDataset, UnreadableDataset, UsageError
from tutor.settings import Store


def test_rows_are_split_and_bad_ones_quarantined(dataset: Path, store: Store, tmp_path: Path) -> None:
    lines = dataset.read_text(encoding="utf-8").splitlines()
    records: list[object] = [json.loads(line) for line in lines]
    records[7] = records[7] | {"answer": "?"}  # type: ignore[operator]  # records are mappings
    path = write_jsonl(tmp_path / "d.jsonl", records)
    stage = validate_dataset.fn(DataConfig(path=path, held_out_share=0.2), store)
    counts = {
        name: len((stage.folder / name).read_text().splitlines())
        for name in (TRAINING_ROWS, VALIDATION_ROWS, HELD_OUT_ROWS, QUARANTINE)
    }
    assert sum(counts.values()) == len(records)
    assert min(counts.values()) > 0
    assert counts[VALIDATION_ROWS] == stage.facts["rows_validation"]
    assert counts[QUARANTINE] == stage.facts["rows_quarantined"] == 1
    assert stage.facts["rows_in"] == len(records)
    (bad,) = (stage.folder / QUARANTINE).read_text(encoding="utf-8").splitlines()
    assert json.loads(bad)["line"] == 8


def test_too_many_bad_rows_stop_the_run_and_are_kept(dataset: Path, store: Store, tmp_path: Path) -> None:
    records: list[object] = [json.loads(line) for line in dataset.read_text(encoding="utf-8").splitlines()]
    for number in range(30):
        records[number] = records[number] | {"answer": "?"}  # type: ignore[operator]  # records are mappings
    path = write_jsonl(tmp_path / "d.jsonl", records)
    with pytest.raises(UnfitDataset, match="30 of 300 rows are bad") as caught:
        validate_dataset.fn(DataConfig(path=path), store)
    assert len((store.home / QUARANTINE).read_text(encoding="utf-8").splitlines()) == 30
    assert not worth_retrying(None, None, _failed(caught.value))


def test_a_dataset_of_one_template_is_learned_from_whole_or_refused_with_the_reason(
    store: Store, tmp_path: Path
) -> None:
    records: list[object] = [{"question": f"Calcula {n} + 1", "answer": n + 1} for n in range(40)]
    path = write_jsonl(tmp_path / "d.jsonl", records)
    stage = validate_dataset.fn(DataConfig(path=path, held_out_share=0.000001, validation_share=0), store)
    assert len((stage.folder / TRAINING_ROWS).read_text(encoding="utf-8").splitlines()) == 40
    with pytest.raises(UnfitDataset, match=r"held out"):
        validate_dataset.fn(DataConfig(path=path, held_out_share=0.5), store)


def test_a_dataset_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDataset, match=r"none\.jsonl"):
        validate_dataset.fn(DataConfig(path=tmp_path / "none.jsonl"), store)


def test_a_saved_dataset_gives_the_rows_of_its_file(dataset: Path, store: Store, tmp_path: Path) -> None:
    import datasets

    rows = [json.loads(line) for line in dataset.read_text(encoding="utf-8").splitlines()]
    datasets.Dataset.from_list(rows).save_to_disk(tmp_path / "saved")
    saved = validate_dataset.fn(DataConfig(path=tmp_path / "saved", held_out_share=0.2), store)
    lines = validate_dataset.fn(DataConfig(path=dataset, held_out_share=0.2), store)
    assert saved.folder != lines.folder
    assert saved.facts["format"].startswith("Hugging Face dataset, own (question, answer")
    for name in (TRAINING_ROWS, VALIDATION_ROWS, HELD_OUT_ROWS):
        taken, wanted = ((stage.folder / name).read_text(encoding="utf-8") for stage in (saved, lines))
        assert taken == wanted
    assert validate_dataset.fn(DataConfig(path=tmp_path / "saved", held_out_share=0.2), store).reused


def test_a_dataset_on_the_hub_is_fetched_or_the_missing_network_is_one_sentence(
    store: Store, tmp_path: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    config = DataConfig(path=Path("hub:openai/gsm8k@e53f048"), held_out_share=0.2)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(UnreadableDataset, match="hub:openai/gsm8k@e53f048: cannot be had from the hub") as caught:
        validate_dataset.fn(config, store)
    assert "\n" not in str(caught.value)
    monkeypatch.setattr("huggingface_hub.HfApi.list_repo_files", lambda *_, **__: ["train.jsonl"])
    monkeypatch.setattr("huggingface_hub.hf_hub_download", lambda *_, **__: str(dataset))
    stage = validate_dataset.fn(config, store)
    assert (stage.facts["rows_in"], stage.facts["rows_quarantined"]) == (300, 0)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("question=pregunta,answer=answer", "question=pregunta: no such column; the columns are id, question"),
        ("pregunta=question", "there is no field 'pregunta'"),
    ],
)
def test_a_wrong_mapping_is_told_with_the_columns_that_there_are(
    columns: str, said: str, dataset: Path, store: Store
) -> None:
    config = DataConfig.model_validate({"path": dataset, "columns": columns})
    with pytest.raises(UsageError, match=said):
        validate_dataset.fn(config, store)


def test_other_failures_are_worth_another_try() -> None:
    assert worth_retrying(None, None, _failed(ConnectionError("away")))


def _failed(error: Exception) -> object:
    from prefect.states import Failed

    return Failed(data=error)
