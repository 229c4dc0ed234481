"""Rows made, checked, tokenised and packed: rows a second and peak memory of each, as JSON on standard output.

    .venv/bin/python -m benchmarks.data_scale [--rows 1000000] >data_scale.json

The rows come from the generator, once: the file stays in `.tutor/benchmarks/` (or under TUTOR_HOME) and is taken again.
Each stage runs in a process of its own, as the flow's function or the command that people use. `cpu_seconds` are those
of the stage and of its children; `peak_mib` is what the whole tree of processes holds resident, looked at 20 times a
second. Both count the start of Python and its libraries; pages of a file that is mapped count as memory.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tutor.adapter import quantised_base
from tutor.config import load_config
from tutor.generation import write_dataset
from tutor.progress import progress, watched
from tutor.reading import open_dataset
from tutor.rows import Row, stream_written_rows, write_rows
from tutor.settings import open_store

SEED = 7
ROWS, CHECKED, RESULT = "training.jsonl", "checked.json", "result.json"
_SECONDS_BETWEEN_LOOKS = 0.05


def main() -> int:
    """Measure every stage, print what was measured, and return 0; 1 when a stage failed."""
    parser = argparse.ArgumentParser(description="Measures how the data stages bear many rows.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows to make (default 1000000)")
    rows: int = parser.parse_args().rows
    store = open_store()
    folder = store.home / "benchmarks"
    scratch = folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    file = folder / f"generated-{rows}.jsonl"
    base = quantised_base(load_config().model, store).folder
    measured: dict[str, Any] = {"cores": len(os.sched_getaffinity(0)), "file": str(file)}
    if not file.is_file():
        measured["generated"] = _measure(rows, _generate, file, rows)
    measured["checked"] = _measure(rows, _check, file, scratch)
    measured["checked"] |= _fit_of(scratch / CHECKED)
    with progress("Lectura", "filas") as report_progress:
        write_rows(scratch / ROWS, watched(_rows_of(file), rows, report_progress))
    measured["tokenized"] = _measure(rows, _tokenize, base, scratch, rows)
    measured["tokenized"] |= json.loads((scratch / RESULT).read_text(encoding="utf-8"))
    measured["packed"] = _measure(measured["tokenized"]["rows_kept"], _pack, base, scratch)
    measured["packed"] |= json.loads((scratch / RESULT).read_text(encoding="utf-8"))
    shutil.rmtree(scratch)
    print(json.dumps({"rows": rows, **measured}, indent=2))
    return 0


def _measure(rows: int, stage: Callable[..., None], *arguments: object) -> dict[str, float]:
    """Return what running `stage` in a process of its own takes; SystemExit when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = multiprocessing.get_context("spawn").Process(target=stage, args=arguments)
    process.start()
    assert process.pid is not None
    peak = 0
    while process.is_alive():
        peak = max(peak, _resident_bytes(process.pid))
        process.join(_SECONDS_BETWEEN_LOOKS)
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.exitcode:
        sys.exit(f"{stage.__name__.strip('_')}: failed with exit status {process.exitcode}")
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "rows": rows,
        "seconds": round(seconds, 1),
        "rows_per_second": round(rows / seconds),
        "cpu_seconds": round(cpu_seconds, 1),
        "peak_mib": round(peak / 2**20),
    }


def _resident_bytes(root: int) -> int:
    resident = 0
    with suppress(psutil.NoSuchProcess):
        for process in (psutil.Process(root), *psutil.Process(root).children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                resident += process.memory_info().rss
    return resident


def _generate(file: Path, rows: int) -> None:
    partial = file.with_suffix(".partial")
    with progress("Generación", "filas") as report_progress:
        write_dataset(partial, rows, SEED, report_progress)
    partial.rename(file)


def _check(file: Path, scratch: Path) -> None:
    command = [sys.executable, "-m", "flows.command", "check", str(file), "--json", str(scratch / CHECKED)]
    # 1 is a finished check of an unfit dataset: what it says stands in the file.
    status = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    sys.exit(0 if status in (0, 1) and (scratch / CHECKED).is_file() else status or 1)


def _fit_of(checked: Path) -> dict[str, Any]:
    verdict = json.loads(checked.read_text(encoding="utf-8"))
    return {"fit": verdict["fit"], "rows_kept": verdict["rows_kept"]}


def _rows_of(file: Path) -> Iterator[Row]:
    return (row for row in open_dataset(file) if isinstance(row, Row))


def _tokenize(base: Path, scratch: Path, rows: int) -> None:
    from tutor.base_model import load_tokenizer
    from tutor.tokenization import write_tokens

    tokenizer, pack_tokens = load_tokenizer(base), load_config().training.pack_tokens
    with progress("Tokenización", "filas") as report_progress:
        counted = watched(stream_written_rows(scratch / ROWS), rows, report_progress)
        facts = write_tokens(counted, tokenizer, pack_tokens, scratch)
    result = {"rows_kept": facts["rows"], "rows_set_aside": facts["rows_set_aside"], "tokens": facts["tokens"]}
    (scratch / RESULT).write_text(json.dumps(result), encoding="utf-8")


def _pack(base: Path, scratch: Path) -> None:
    """Do what training does before its first step, and then make every block that an epoch would take."""
    from datasets import load_from_disk

    from tutor.base_model import load_tokenizer
    from tutor.packing import PackedRows
    from tutor.tokenization import TOKENS, refuse_without_supervision

    training, pad_id = load_config().training, load_tokenizer(base).pad_token_id
    tokens = load_from_disk(str(scratch / TOKENS))
    refuse_without_supervision(tokens)
    started = time.monotonic()
    packs = PackedRows(tokens, training.pack_tokens, pad_id, training.seed)
    packing_seconds = round(time.monotonic() - started, 1)
    useful = 0
    with progress("Bloques", "bloques") as report_progress:
        for place in watched(range(len(packs)), len(packs), report_progress):
            useful += int(packs[place]["useful_tokens"])
    full = round(useful / (len(packs) * training.pack_tokens), 4)
    result = {"packs": len(packs), "packing_seconds": packing_seconds, "useful_share": full}
    (scratch / RESULT).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
