"""A training watched on validation rows: the best adapter is kept, and what has stalled ends."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import load_from_disk
from safetensors.torch import load_file, save_file

from tutor.adapter import ADAPTER, WEIGHTS, quantised_base
from tutor.base_model import load_tokenizer
from tutor.config import RetrainConfig
from tutor.held_out_watch import Validation, validation_blocks
from tutor.reading import read_rows
from tutor.rows import Row
from tutor.settings import Store
from tutor.tokenization import TOKENS, write_tokens
from tutor.training import train_adapter
from tutor.training_words import training_sentence, training_tags

# Whoever learns the first by heart unlearns to answer the others: nothing of what is to be said is the same.
TRAINED = [
    Row("t1", "¿Es primo el número 21?", "Se divide por tres y queda cero, así que no lo es.", "no", "primos", "", 1),
    Row("t2", "¿Divide cinco al número 21?", "Ni en cero ni en cinco termina, así que no.", "no", "primos", "", 2),
    Row("t3", "¿Es par el número 21?", "Termina en uno, así que es impar.", "no", "primos", "", 3),
]
WATCHED = [Row(f"v{at}", f"¿{at} + {at}?", f"{at}+{at}={2 * at}.", str(2 * at), "suma", "", at) for at in (4, 5, 6, 7)]


class Interrupted(Exception):
    """Stands for a worker that dies."""


@pytest.fixture
def config(tiny_config: RetrainConfig, tiny_phi: Path, tmp_path: Path) -> RetrainConfig:
    """Return a training that learns three rows by heart, to the harm of all others, with frequent checks.

    The head of its model speaks louder than one with random weights does, so that there is something to unlearn.
    """
    loud = Path(shutil.copytree(tiny_phi, tmp_path / "loud-phi"))
    weights = load_file(loud / "model.safetensors")
    save_file(
        {**weights, "lm_head.weight": 10 * weights["lm_head.weight"]}, loud / "model.safetensors", {"format": "pt"}
    )
    changes = {"epochs": 50, "learning_rate": 3e-3, "check_share": 0.1, "check_rows": 4, "check_answers": 0}
    return tiny_config.model_copy(
        update={
            "model": tiny_config.model.model_copy(update={"folder": loud, "source": "loud-phi"}),
            "training": tiny_config.training.model_copy(update=changes),
        }
    )


def _train(config: RetrainConfig, store: Store, folder: Path, *, die_at: int = -1, **changes: Any) -> dict[str, Any]:
    def report(done: int, total: int) -> None:
        if done == die_at:
            raise Interrupted

    base = quantised_base(config.model, store).folder
    tokens = folder.parent / "tokens"
    if not tokens.is_dir():
        tokens.mkdir()
        write_tokens(TRAINED, load_tokenizer(base), 256, tokens)
    logged.clear()
    return dict(
        train_adapter(
            base,
            load_from_disk(str(tokens / TOKENS)),
            folder,
            model=config.model,
            lora=config.lora,
            training=config.training.model_copy(update=changes),
            log_metrics=lambda step, metrics: logged.setdefault(step, {}).update(metrics),
            report_progress=report,
            validation=Validation(WATCHED, max_new_tokens=4, batch_rows=4),
        )
    )


logged: dict[int, dict[str, float]] = {}


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / WEIGHTS)


def test_the_best_adapter_is_kept_and_a_run_that_died_ends_with_the_same_one(
    config: RetrainConfig, store: Store, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    facts = _train(config, store, whole)
    losses = {check["step"]: check["loss"] for check in facts["checks"]}
    assert facts["best_step"] == min(losses, key=losses.__getitem__) < facts["steps"] < facts["steps_planned"]
    assert facts["stopped_early"]
    assert {step: metrics["validation_loss"] for step, metrics in logged.items() if "validation_loss" in metrics} == (
        losses
    )
    kept, last = _weights(whole / ADAPTER), _weights(whole / "checkpoints" / f"checkpoint-{facts['steps'] - 1}")
    assert any(not torch.equal(kept[name], last[name]) for name in kept)

    died = tmp_path / "died"
    with pytest.raises(Interrupted):
        _train(config, store, died, die_at=14)
    made = json.loads((died / "checks.json").read_text())
    assert [check["step"] for check in made] == [5, 9]
    # The worst: no checkpoint is left, and it begins again with checks that it made before.
    shutil.rmtree(died / "checkpoints")
    again = _train(config, store, died)
    assert again["checks"][:2] == made
    assert {check["step"]: check["loss"] for check in again["checks"]} == losses
    assert (again["best_step"], again["steps"]) == (facts["best_step"], facts["steps"])
    assert all(torch.equal(value, kept[name]) for name, value in _weights(died / ADAPTER).items())


def test_checks_with_answers_do_not_change_what_is_learned(config: RetrainConfig, store: Store, tmp_path: Path) -> None:
    facts = _train(config, store, tmp_path / "watched", patience=100, check_answers=4)
    graded = [check["step"] for check in facts["checks"] if check["asked"] == 4]
    assert len(graded) >= 2
    assert {step for step in logged if "validation_accuracy" in logged[step]} == set(graded)
    _train(config, store, tmp_path / "unwatched", check_share=0)
    assert "validation_loss" not in {name for metrics in logged.values() for name in metrics}
    watched, unwatched = (_weights(tmp_path / way / "checkpoints/checkpoint-50") for way in ("watched", "unwatched"))
    assert all(torch.equal(watched[name], unwatched[name]) for name in watched)


def test_a_training_that_stalls_is_stopped_and_says_so(config: RetrainConfig, store: Store, tmp_path: Path) -> None:
    # At so low a rate no check finds anything better.
    facts = _train(config, store, tmp_path / "stalled", learning_rate=1e-8, patience=3, epochs=40)
    assert facts["stopped_early"]
    assert facts["steps"] == facts["checks"][3]["step"] < facts["steps_planned"]
    said = training_sentence(facts)
    assert f"terminó en el paso {facts['steps']} de {facts['steps_planned']}" in said
    assert f"se conserva el adaptador del paso {facts['best_step']}" in said
    assert "no bajó de forma apreciable" in said
    assert training_tags(facts)["tutor.stopped_early"] == "true"


def test_rows_that_do_not_fit_are_no_blocks(config: RetrainConfig, store: Store) -> None:
    tokenizer = load_tokenizer(quantised_base(config.model, store).folder)
    rows, _ = read_rows(config.data.path)
    assert validation_blocks([], tokenizer, 256, 7) is None
    assert validation_blocks(rows[:3], tokenizer, 16, 7) is None
    assert len(validation_blocks(rows[:3], tokenizer, 256, 7)) == 1


def test_checks_that_take_too_long_are_left_out(
    config: RetrainConfig, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.held_out_watch._NOT_WORTH_SPARING_S", 0.0)
    monkeypatch.setattr("tutor.held_out_watch._MOST_OF_TIME", 0.0)
    facts = _train(config, store, tmp_path / "slow", epochs=20)
    first, *others = facts["checks"]
    assert not first["left_out"]
    assert others
    assert all(check["left_out"] for check in others)
    assert facts["best_step"] == first["step"]
