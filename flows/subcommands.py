"""What each subcommand of `tutor` does with its options; heavy libraries are loaded by what needs them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flows.argument_forms import MODEL_FORMS, PLOT_FORMS
from tutor.errors import UsageError
from tutor.settings import DEFAULT_DATASET, DEFAULT_ROWS, DEFAULT_SEED, open_store, open_store_and_servers

if TYPE_CHECKING:
    from tutor.answering import Tutor
    from tutor.config import DataConfig, RetrainConfig
    from tutor.rows import Row
    from tutor.settings import Store

REFUSED = 3  # the exit status of a tutor that the verdict refuses, where accepting was required


def run_generate(chosen: argparse.Namespace) -> int:
    """Write a dataset of exercises."""
    from tutor.generation import write_dataset
    from tutor.progress import progress

    if chosen.output is None and (chosen.rows, chosen.seed) != (DEFAULT_ROWS, DEFAULT_SEED):
        raise UsageError("generate: other rows than the shipped ones need a file of their own; add --output FILE")
    output = chosen.output or DEFAULT_DATASET
    _refuse_unwritable(output)
    with progress("Generación", "filas") as report_progress:
        write_dataset(output, chosen.rows, chosen.seed, report_progress)
    print(f"{chosen.rows} rows written to {output}")
    return 0


def run_check(chosen: argparse.Namespace) -> int:
    """Check a dataset; the status says whether it is fit."""
    _refuse_unwritable(chosen.json)
    open_store()
    data = _data_config(chosen.assignments)
    from flows.check import check

    mapping = {**data.columns, **_mapping(chosen.columns)}
    return check(chosen.file, mapping, data, fix=chosen.fix, json_file=chosen.json)


def _data_config(assignments: Sequence[str]) -> DataConfig:
    """Return what a retraining with `assignments` holds a dataset against; raise UsageError for other settings."""
    from tutor.config import load_config

    for each in assignments:
        name = each.partition("=")[0].strip()
        if not name.startswith("data.") or name == "data.path":
            raise UsageError(f"--set: got '{each}', expected data.FIELD=VALUE, other than data.path, which FILE says")
    return load_config(assignments=assignments).data


def _mapping(columns: Sequence[str]) -> dict[str, str]:
    """Return which column holds which field; raise UsageError where that is not said as FIELD=COLUMN, or twice."""
    mapping: dict[str, str] = {}
    for text in columns:
        field, _, column = text.partition("=")
        if not field or not column or field in mapping:
            raise UsageError(f"--map: got '{text}', expected FIELD=COLUMN, each field once, such as question=pregunta")
        mapping[field] = column
    return mapping


def _config(chosen: argparse.Namespace) -> RetrainConfig:
    """Return the configuration that the options ask for; raise UsageError where it, or the JSON file, is none."""
    from tutor.config import load_config

    _refuse_unwritable(chosen.json)
    return load_config(chosen.profile, chosen.assignments)


def run_retrain(chosen: argparse.Namespace) -> int:
    """Run the retraining flow here."""
    config = _config(chosen)
    open_store_and_servers(prefect=True)
    from rich.console import Console

    from flows.retrain import retrain
    from tutor.report import print_report

    report = retrain(config)
    _write_json(chosen.json, report.as_json())
    print_report(report, Console())
    if report.promotion == "failed":
        print(f"tutor: {report.promotion_reason}", file=sys.stderr)
        return 1
    return REFUSED if chosen.require_accepted and report.verdict != "accepted" else 0


def run_sweep(chosen: argparse.Namespace) -> int:
    """Try settings, here or on the workers of a pool."""
    from tutor.config import load_config
    from tutor.search_space import SECTION, load_search

    profile = chosen.profile
    of_search = [each for each in chosen.assignments if each.strip().startswith(f"{SECTION}.")]
    config = load_config(profile, [each for each in chosen.assignments if each not in of_search])
    search = load_search(of_search)
    _refuse_unwritable(chosen.json)
    open_store_and_servers(prefect=True)
    from rich.console import Console

    from flows.sweep import print_sweep, sweep

    # With a server, the workers of the pool that bears the profile's name do the work.
    report = sweep(config, search, profile if os.environ.get("PREFECT_API_URL") else None)
    _write_json(chosen.json, report.as_json())
    print_sweep(report, Console())
    return 0


def run_doctor(chosen: argparse.Namespace) -> int:
    """Examine this machine; the status says whether it is fit."""
    from dataclasses import asdict

    config = _config(chosen)
    store = open_store()
    from tutor.doctor import examine

    findings = examine(chosen.profile, config, store)
    fit = all(finding.outcome != "failure" for finding in findings)
    _write_json(chosen.json, {"fit": fit, "profile": chosen.profile, "findings": list(map(asdict, findings))})
    for finding in findings:
        print(f"{finding.outcome:8} {finding}")
    return 0 if fit else 1


def run_plan(chosen: argparse.Namespace) -> int:
    """Print what a run will take."""
    config = _config(chosen)
    store = open_store()
    from rich.console import Console

    from tutor.plan_report import print_plan
    from tutor.run_plan import plan_run

    plan = plan_run(chosen.profile, config, store)
    _write_json(chosen.json, plan.as_json())
    print_plan(plan, Console())
    return 0


def run_bench(chosen: argparse.Namespace) -> int:
    """Train by three recipes and print their figures."""
    config = _config(chosen)
    store = open_store()
    from rich.console import Console

    from benchmarks.training_speed import Size, bench, bench_table
    from tasks.card import card

    with card(config.model.device):
        measured = bench(config, Size(chosen.rows, chosen.epochs, chosen.held_out, chosen.repeats), store)
    _write_json(chosen.json, measured)
    Console().print(bench_table(measured))
    return 0


def run_deploy(_: argparse.Namespace) -> int:
    """Bring the Prefect server in line with the declared deployments."""
    open_store()
    from flows.deploy import deploy

    print(f"deployed: {', '.join(deploy())}")
    return 0


def run_up(_: argparse.Namespace) -> int:
    """Start the servers and workers of this machine."""
    store = open_store()
    from flows.servers import up

    print("\n".join(up(store)))
    return 0


def run_down(_: argparse.Namespace) -> int:
    """Stop what `run_up` started."""
    store = open_store()
    from flows.servers import down

    print(f"stopped: {', '.join(down(store)) or 'nothing ran'}")
    return 0


def run_backup(chosen: argparse.Namespace) -> int:
    """Write what the servers keep to one file."""
    _refuse_unwritable(chosen.file)
    store = open_store()
    from flows.backup import backup

    print(f"{chosen.file}: {len(backup(store, chosen.file))} files; it holds secrets, so keep it where you keep those")
    return 0


def run_restore(chosen: argparse.Namespace) -> int:
    """Bring back what a backup holds."""
    store = open_store()
    from flows.backup import restore

    print(f"{len(restore(store, chosen.file))} files brought back from {chosen.file} to {store.home}")
    return 0


def run_evaluate(chosen: argparse.Namespace) -> int:
    """Have a model answer a file of questions."""
    rows = read_questions(chosen.questions)
    _refuse_unwritable(chosen.json)
    open_store()
    from dataclasses import asdict

    from rich.console import Console

    from tasks.card import card
    from tutor.evaluation import examine
    from tutor.progress import progress
    from tutor.report import accuracy_table

    with card("auto"):
        tutor = open_tutor(chosen.model)
        with progress("Evaluación", "preguntas") as report_progress:
            examination = examine(tutor, rows, report_progress)
    answers = [asdict(answer) for answer in examination.answers]
    _write_json(chosen.json, {"model": chosen.model, **examination.summary(), "answers": answers})
    Console().print(accuracy_table({chosen.model: examination.summary()}))
    return 0


def read_questions(file: Path) -> list[Row]:
    """Return the questions of a file, with their answers; raise UsageError where a row is not one."""
    from tutor.reading import read_rows

    rows, unreadable = read_rows(file)
    if unreadable:
        first = unreadable[0]
        raise UsageError(f"{file}:{first.line}: {first.reasons[0]}; expected question and answer")
    return rows


def run_report(chosen: argparse.Namespace) -> int:
    """Write the report on runs."""
    # Other people's logs need no server.
    logs = all(Path(run).exists() for run in chosen.runs)
    store = open_store() if logs else open_store_and_servers()
    from flows.report import report

    page, text = report(
        chosen.runs, chosen.language, chosen.output, store, peak_mb=chosen.peak_mb, card_mb=chosen.card_mb
    )
    print(f"{page}\n{text}")
    return 0


def run_ask(chosen: argparse.Namespace) -> int:
    """Have a tutor answer one question, word by word."""
    if not chosen.question.strip():
        raise UsageError("QUESTION is empty; expected a question, such as '¿Cuánto es 7 × 8?'")
    for piece in open_tutor(chosen.model).stream(chosen.question):
        print(piece, end="", flush=True)
    print()
    return 0


def run_serve(chosen: argparse.Namespace) -> int:
    """Serve a tutor until it is interrupted."""
    store = _store_of(chosen.model)
    from flows.serve import serve

    serve(chosen.model, chosen.port, open_tutor, store, lambda line: print(line, flush=True))
    return 0


def run_export(chosen: argparse.Namespace) -> int:
    """Write a tutor as a model for other software."""
    store = _store_of(chosen.model)
    from flows.export import export

    print(export(chosen.model, chosen.folder, store, chosen.format))
    return 0


def run_promote(chosen: argparse.Namespace) -> int:
    """Make a version champion."""
    store, number = open_store_and_servers(), _version_number(chosen.version)
    from flows.history import told
    from tasks.promotion import promote

    print(told(promote(chosen.model, number, chosen.reason, how="command", store=store), chosen.model))
    return 0


def run_rollback(chosen: argparse.Namespace) -> int:
    """Make the champion before champion again."""
    store = open_store_and_servers()
    from flows.history import told
    from tasks.promotion import rollback

    print(told(rollback(chosen.model, chosen.reason, store=store), chosen.model))
    return 0


def run_approve(chosen: argparse.Namespace) -> int:
    """Say yes to a version that waits for a person."""
    return _decide(chosen, "approve")


def run_refuse(chosen: argparse.Namespace) -> int:
    """Say no to a version that waits for a person."""
    return _decide(chosen, "refuse")


def _decide(chosen: argparse.Namespace, decision: Literal["approve", "refuse"]) -> int:
    store, number = open_store_and_servers(prefect=True), _version_number(chosen.version)
    from flows.approval import answer

    print(answer(chosen.model, number, decision, chosen.reason, store))
    return 0


def run_history(chosen: argparse.Namespace) -> int:
    """Print every change of the champion."""
    _refuse_unwritable(chosen.json)
    store = open_store_and_servers()
    from rich.console import Console

    from flows.history import history, print_history

    record = history(chosen.model, store)
    _write_json(chosen.json, record)
    print_history(record, Console())
    return 0


def run_compare(chosen: argparse.Namespace) -> int:
    """Print what differs between runs."""
    _refuse_unwritable(chosen.json)
    _refuse_unwritable(chosen.plot)
    if chosen.plot and chosen.plot.suffix not in PLOT_FORMS:
        raise UsageError(f"--plot: got '{chosen.plot}', expected a file that ends in {', '.join(PLOT_FORMS)}")
    store = open_store_and_servers()
    from rich.console import Console

    from flows.compare import print_comparison, read_runs
    from tutor.comparison import as_json, plot

    runs = read_runs(chosen.runs, store)
    _write_json(chosen.json, as_json(runs))
    print_comparison(runs, Console())
    if chosen.plot:
        plot(runs, chosen.plot)
        print(f"Gráfico: {chosen.plot}")
    return 0


def _version_number(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) < 10**9):
        raise UsageError(
            f"VERSION: got '{text[:40]}', expected the number of a version, such as 3; 'tutor report models:/NAME' "
            "tells them"
        )
    return str(int(text))


def _store_of(model: str) -> Store:
    """Return the store, whose servers answer where `model` is one of the registry."""
    return open_store_and_servers() if model.startswith("models:/") else open_store()


def open_tutor(model: str) -> Tutor:
    """Return the tutor that `model` names, ready to be asked."""
    store = _store_of(model)
    if model == "base":
        from tutor.adapter import open_base
        from tutor.config import load_config

        config = load_config()
        return open_base(config.model, config.evaluation, store)
    from tutor.adapter import open_adapter

    if model.startswith("models:/"):
        from tasks.registered import adapter_of

        return open_adapter(adapter_of(model, store), store)
    if not Path(model).is_dir():
        raise UsageError(f"MODEL: got '{model}', expected {MODEL_FORMS}")
    return open_adapter(Path(model), store)


def _refuse_unwritable(file: Path | None) -> None:
    """Raise UsageError before the work rather than after it when `file` cannot be written."""
    if file is None:
        return
    writable = os.access(file if file.exists() else file.parent, os.W_OK)
    if file.is_dir() or not file.parent.is_dir() or not writable:
        raise UsageError(f"{file}: cannot be written; expected a file name in a folder that exists")


def _write_json(file: Path | None, record: object) -> None:
    if file is not None:
        file.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
