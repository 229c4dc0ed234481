"""Our training beside TRL's SFTTrainer and the user's own recipe: speed, memory and what was learnt.

    .venv/bin/python -m flows.command bench [--json FILE] [--rows N] [--epochs N] [--held-out N] [--repeats N]

or `make bench`, which installs TRL first. Same base, rows, rank and epochs; every training in a process of its own, in
the order A B C A B C; benchmarks/README.md says what is measured and what was learnt from it.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.recipes import HELD_OUT, NAMES, ROWS, Job, measure_gemm, train
from tutor.adapter import quantised_base
from tutor.config import RetrainConfig
from tutor.errors import TrainingRefused, UnfitDataset, UsageError, WorkerLost
from tutor.frozen_test import frozen_templates
from tutor.likeness import template_of
from tutor.reading import open_dataset
from tutor.rows import Row, spread_over_topics, write_rows
from tutor.settings import Store
from tutor.sides import Split

if TYPE_CHECKING:
    from rich.table import Table

_MEASURED = ("useful_tokens_per_second", "seconds", "peak_mib", "accuracy", "questions_per_second")


@dataclass(frozen=True)
class Size:
    """How much is trained and asked: rows, passes over them, held-out questions, and how often each recipe runs."""

    rows: int = 128
    epochs: int = 1
    held_out: int = 64
    repeats: int = 2


def bench(config: RetrainConfig, size: Size, store: Store) -> dict[str, Any]:
    """Return what was measured, as it stands in the JSON file: one entry for each recipe, and `gemm_gflops`.

    Raises:
        UsageError: TRL is not installed.
        UnfitDataset: there are fewer rows than asked for, or one is longer than a recipe takes.
        TrainingRefused, WorkerLost: a training failed.
    """
    if importlib.util.find_spec("trl") is None:
        raise UsageError(
            "bench: TRL is not installed; run '.venv/bin/pip install --constraint constraints.txt --editable .[bench]'"
        )
    config = config.model_copy(
        update={"training": config.training.model_copy(update={"epochs": size.epochs})},
    )
    scratch = store.home / "benchmarks" / "training"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    base = quantised_base(config.model, store)
    facts = _write_data(config, size, base.folder, scratch)
    products, runs = _run_all(config, size, base.folder, scratch)
    shutil.rmtree(scratch)
    flop = 4 * base.facts["parameters"] + 6 * facts.pop("adapter_parameters")
    gflops = statistics.median(product["flops"] for product in products) / 1e9
    return {
        **{name: _summary(each, flop, gflops) for name, each in runs.items()},
        "gemm_gflops": round(gflops, 1),
        "compute_dtype": products[0]["dtype"],
        "parameters": base.facts["parameters"],
        "flop_a_token": flop,
        **facts,
        "epochs": size.epochs,
        "rank": config.lora.rank,
    }


def bench_table(measured: Mapping[str, Any]) -> Table:
    """Return the figures of every recipe as a table for a person."""
    from rich.table import Table

    titles = ("", "tokens útiles por s", "× TRL", "de la GEMM", "s", "MiB", "aciertos", "contesta por s")
    table = Table(title=f"Entrenamiento: {measured['rows']} filas, {measured['gemm_gflops']:.0f} GFLOP/s de GEMM")
    for title in titles:
        table.add_column(title, justify="left" if not title else "right")
    trl = measured["trl"]["useful_tokens_per_second"]
    for name in NAMES:
        each = measured[name]
        table.add_row(
            name,
            f"{each['useful_tokens_per_second']:.0f}",
            f"{each['useful_tokens_per_second'] / trl:.2f}".replace(".", ","),
            f"{100 * each['gemm_share']:.0f} %",
            f"{each['seconds']:.0f}",
            f"{each['peak_mib']:.0f}",
            f"{100 * each['accuracy']:.0f} %",
            f"{each['questions_per_second']:.1f}".replace(".", ","),
        )
    return table


def _write_data(config: RetrainConfig, size: Size, base: Path, folder: Path) -> dict[str, Any]:
    """Write the rows to train on, as text and as tokens, and those to ask; return their numbers."""
    from tutor.base_model import load_tokenizer
    from tutor.model_shape import shape_in
    from tutor.tokenization import write_tokens

    split = Split(config.data.held_out_share, config.data.validation_share, frozen_templates())
    rows = [row for row in open_dataset(config.data.path, config.data.columns) if isinstance(row, Row)]
    longest = min(config.training.pack_tokens, 424)
    training = list(islice(_on_side(rows, split, "training"), size.rows))
    held_out = spread_over_topics(list(_on_side(rows, split, "held-out")), size.held_out)
    if len(training) < size.rows or len(held_out) < size.held_out:
        raise UnfitDataset(
            f"{config.data.path}: got {len(training)} rows to learn from and {len(held_out)} held out, expected "
            f"{size.rows} and {size.held_out}; lower --rows or --held-out"
        )
    write_rows(folder / ROWS, training)
    write_rows(folder / HELD_OUT, held_out)
    facts = write_tokens(training, load_tokenizer(base), longest, folder)
    if facts["rows_set_aside"]:
        raise UnfitDataset(
            f"{config.data.path}: {facts['rows_set_aside']} of {size.rows} rows are longer than {longest} tokens"
        )
    settings = json.loads((base / "config.json").read_text(encoding="utf-8"))
    return {
        "rows": size.rows,
        "useful_tokens": facts["tokens"],
        "held_out": size.held_out,
        "adapter_parameters": shape_in(settings).lora_parameters(config.lora.rank),
    }


def _on_side(rows: Iterable[Row], split: Split, side: str) -> Iterable[Row]:
    return (row for row in rows if split.side_of(template_of(row.question)) == side)


def _run_all(
    config: RetrainConfig, size: Size, base: Path, scratch: Path
) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Return the measured products, one before each round, and the results of every recipe, in the order of rounds."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    products, took = [], dict.fromkeys(NAMES, 0.0)
    for turn in range(size.repeats):
        product = scratch / f"product-{turn}.json"
        _in_a_process("gemm", measure_gemm, config, product)
        products.append(json.loads(product.read_text(encoding="utf-8")))
        for place, name in enumerate(NAMES):
            _say(turn, place, size.repeats, took)
            job = Job(name, config, base, scratch, scratch / f"{name}-{turn}")
            job.folder.mkdir()
            started = time.monotonic()
            _in_a_process(name, train, job)
            took[name] = time.monotonic() - started
            result = json.loads((job.folder / "result.json").read_text(encoding="utf-8"))
            if "error" in result:
                raise TrainingRefused(f"{name}: {result['error']}")
            runs[name].append(result)
    return products, runs


def _in_a_process(name: str, work: Callable[..., None], *arguments: object) -> None:
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise WorkerLost(
            f"{name}: its process ended with status {process.exitcode}, perhaps because memory ran out; "
            "close other programs and try again"
        )


def _say(turn: int, place: int, repeats: int, took: Mapping[str, float]) -> None:
    """Tell on standard error which training comes, and from the second round on how long all that is left takes."""
    number, total = turn * len(NAMES) + place + 1, repeats * len(NAMES)
    left = f", {sum(took.values()) * (repeats - turn) - sum(list(took.values())[:place]):.0f} s left" if turn else ""
    print(f"[{number}/{total}] {NAMES[place]}{left}", file=sys.stderr, flush=True)


def _summary(runs: Sequence[Mapping[str, Any]], flop: float, gflops: float) -> dict[str, Any]:
    medians = {name: statistics.median(run[name] for run in runs) for name in _MEASURED}
    share = medians["useful_tokens_per_second"] * flop / (gflops * 1e9)
    return {**medians, "gemm_share": round(share, 4), "repeats": list(runs)}
