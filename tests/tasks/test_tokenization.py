"""The tokenization stage: what an interruption leaves, and what a second attempt makes of it."""

from pathlib import Path

import pytest
from datasets import load_from_disk

from tasks.tokenization import tokenize_rows
from tasks.validation import TRAINING_ROWS
from tutor.adapter import quantised_base
from tutor.config import RetrainConfig
from tutor.reading import read_rows
from tutor.rows import write_rows
from tutor.settings import Store
from tutor.stages import Finished
from tutor.tokenization import SET_ASIDE, TOKENS


def test_an_interrupted_stage_leaves_nothing_half_and_the_next_attempt_everything(
    tiny_config: RetrainConfig, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = quantised_base(tiny_config.model, store)
    rows, _ = read_rows(tiny_config.data.path)
    file = tmp_path / TRAINING_ROWS
    write_rows(file, rows)
    whole = file.read_bytes()
    dataset = Finished(tmp_path, "0" * 16, {"rows_training": len(rows)}, reused=False)

    file.write_bytes(whole[:-20])  # reading stops in the last row, as it would on a failing disk
    with pytest.raises(ValueError, match="Unterminated string"):
        tokenize_rows.fn(dataset, base, 256, store)
    assert not [path for path in store.stages.glob("tokenization-*") if path.suffix != ".partial"]

    file.write_bytes(whole)
    tokens = tokenize_rows.fn(dataset, base, 256, store)
    assert not tokens.reused
    assert tokens.facts["rows"] == len(load_from_disk(str(tokens.folder / TOKENS))) == len(rows)
    assert not list(store.stages.glob("*.partial"))
    assert {path.name for path in tokens.folder.iterdir()} == {TOKENS, SET_ASIDE, "manifest.json"}
    assert f"Tokenización: {len(rows)} de {len(rows)} filas" in capsys.readouterr().err
    assert tokenize_rows.fn(dataset, base, 256, store).reused
