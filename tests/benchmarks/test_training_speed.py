"""The benchmark on a tiny real model: every recipe trains, and the figures stand where they are looked for."""

import importlib.util
import json
from pathlib import Path

import pytest

from benchmarks.recipes import HELD_OUT, NAMES, ROWS, Job, train
from benchmarks.training_speed import Size, _summary, bench, bench_table
from tutor.config import RetrainConfig
from tutor.errors import UnfitDataset, UsageError
from tutor.settings import Store

SMALL = Size(rows=6, epochs=2, held_out=5, repeats=1)


def test_every_recipe_gives_its_figures(tiny_config: RetrainConfig, store: Store) -> None:
    pytest.importorskip("trl", reason="the extra 'bench' is not installed")
    measured = bench(tiny_config, SMALL, store)
    json.dumps(measured)
    assert measured["gemm_gflops"] > 0
    assert (measured["rows"], measured["epochs"], measured["held_out"]) == (6, 2, 5)
    for name in NAMES:
        each = measured[name]
        assert len(each["repeats"]) == 1
        assert each["useful_tokens_per_second"] > 0
        assert each["seconds"] > 2 * measured["useful_tokens"] / each["useful_tokens_per_second"] * 0.9
        assert 50 < each["peak_mib"] < 4000
        assert 0 <= each["accuracy"] <= 1
        assert each["questions_per_second"] > 0
        speed = each["useful_tokens_per_second"] * measured["flop_a_token"] / 1e9
        assert each["gemm_share"] == pytest.approx(speed / measured["gemm_gflops"], abs=1e-3)
    assert bench_table(measured).row_count == 3
    assert not (store.home / "benchmarks" / "training").exists()


def test_medians_stand_beside_all_repeats() -> None:
    runs = [
        {
            "useful_tokens_per_second": speed,
            "seconds": 2.0,
            "peak_mib": 100,
            "accuracy": share,
            "questions_per_second": 4.0,
        }
        for speed, share in ((100.0, 0.5), (300.0, 0.6), (200.0, 0.1))
    ]
    summary = _summary(runs, flop=1e9, gflops=400)
    assert summary["useful_tokens_per_second"] == 200
    assert summary["accuracy"] == 0.5
    assert summary["gemm_share"] == 0.5
    assert summary["repeats"] == runs


def test_what_is_missing_is_said_before_the_work(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install --constraint constraints.txt --editable .\[bench\]"):
        bench(tiny_config, SMALL, store)


def test_more_rows_than_there_are_is_refused(
    tiny_config: RetrainConfig, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: object() if name == "trl" else find(name, *rest)
    )
    with pytest.raises(UnfitDataset, match="lower --rows or --held-out"):
        bench(tiny_config, Size(rows=10_000), store)


def test_a_training_that_fails_says_why_in_one_line(tiny_config: RetrainConfig, store: Store, tmp_path: Path) -> None:
    train(Job("ours", tiny_config, tmp_path, tmp_path / "nowhere", tmp_path))
    said = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert "nowhere" in said["error"]
    assert "\n" not in said["error"]
    assert not {ROWS, HELD_OUT} & {file.name for file in tmp_path.iterdir()}
