"""The `tutor` command, from generate and check to evaluate and ask; heavy libraries are loaded by what needs them."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from flows.export import FORMATS
from tutor.errors import TutorError, UsageError, sentence_on_unforeseen
from tutor.settings import DEFAULT_DATASET, DEFAULT_MODEL_NAME, MODEL_NAME_PATTERN, open_store, open_store_and_servers

if TYPE_CHECKING:
    from tutor.answering import Tutor
    from tutor.config import DataConfig
    from tutor.rows import Row
    from tutor.settings import Store

RUN_FORMS = (
    "id of an MLflow run, models:/NAME/VERSION, models:/NAME@ALIAS, trainer_state.json or text log of a training; "
    "models:/NAME alone for the history of a model"
)
MODEL_FORMS = "'base', models:/NAME@ALIAS, models:/NAME/VERSION or an adapter folder"
PLOT_FORMS = (".png", ".svg", ".pdf")
DEFAULT_ROWS, DEFAULT_SEED = 2500, 2026
_INTERRUPTED = 130
_REFUSED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused, 2 not understood or not found.

    3 is a new tutor that the verdict refuses, where `--require-accepted` asks for that.
    """
    try:
        chosen = _parser().parse_args(arguments)
        status: int = chosen.run(chosen)
        return status
    except TutorError as error:
        print(f"tutor: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("tutor: interrupted; an interrupted retraining goes on when it is started again", file=sys.stderr)
        return _INTERRUPTED
    except Exception as error:
        print(f"tutor: {sentence_on_unforeseen(error, open_store().home)}", file=sys.stderr)
        return 1


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; '{self.prog} --help' shows what is expected")


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="tutor", description="Retrains, examines and asks a Spanish maths tutor.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    generate = _command(commands, "generate", _generate, "write a dataset of exercises, the same one for the same seed")
    generate.add_argument("--rows", type=_count, default=DEFAULT_ROWS, help=f"number of rows (default {DEFAULT_ROWS})")
    generate.add_argument(
        "--seed", type=_seed, default=DEFAULT_SEED, help=f"seed of the generator (default {DEFAULT_SEED})"
    )
    generate.add_argument(
        "--output", type=Path, default=DEFAULT_DATASET, help="file to write (default: the shipped one)"
    )

    check = _command(commands, "check", _check, "check a dataset: exit 0 fit, 1 unfit, 2 unreadable")
    check.add_argument(
        "file",
        metavar="FILE",
        help="dataset: JSON Lines, JSON, CSV, TSV or Parquet file, saved dataset, or hub:OWNER/NAME@REVISION",
    )
    check.add_argument(
        "--map",
        action="append",
        default=[],
        dest="columns",
        metavar="FIELD=COLUMN",
        help="which column holds question, answer, solution, topic, level or id; may be given several times",
    )
    check.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="data.FIELD=VALUE",
        help="change one setting of the section data, as a retraining is told it",
    )
    check.add_argument(
        "--fix",
        action="store_true",
        help="also write a repaired copy and the quarantined rows beside FILE, which stays as it is",
    )
    _json_option(check)

    retrain = _command(commands, "retrain", _retrain, "check, train, examine and register; what is unchanged is reused")
    _config_options(retrain)
    retrain.add_argument(
        "--require-accepted", action="store_true", help="exit with 3 where the verdict refuses the new tutor"
    )
    _json_option(retrain)

    sweep = _command(commands, "sweep", _sweep, "try settings, choose by validation rows, and have the best one judged")
    _config_options(sweep)
    _json_option(sweep)

    doctor = _command(commands, "doctor", _doctor, "examine this machine: exit 0 fit, 1 unfit; says what mends it")
    _config_options(doctor)
    _json_option(doctor)

    plan = _command(commands, "plan", _plan, "memory by item and time by stage, before anything is downloaded")
    _config_options(plan)
    _json_option(plan)

    bench = _command(commands, "bench", _bench, "our training beside TRL's and the user's own recipe; 25 minutes")
    _config_options(bench)
    for name, default, about in (
        ("rows", 128, "rows to learn from"),
        ("epochs", 1, "passes over them"),
        ("held-out", 64, "held-out questions asked afterwards"),
        ("repeats", 2, "trainings by each recipe"),
    ):
        bench.add_argument(f"--{name}", type=_count, default=default, help=f"{about} (default {default})")
    _json_option(bench)

    evaluate = _command(commands, "evaluate", _evaluate, "have a model answer questions of yours, and grade it")
    evaluate.add_argument("model", metavar="MODEL", help=MODEL_FORMS)
    evaluate.add_argument(
        "--questions",
        type=Path,
        required=True,
        metavar="FILE",
        help="rows with question (or instruction), answer, topic",
    )
    _json_option(evaluate)

    report = _command(commands, "report", _report, "write the report on a run, several runs, or a model's history")
    report.add_argument("runs", nargs="+", metavar="RUN", help=RUN_FORMS)
    report.add_argument("--language", choices=("es", "en"), default="es", help="language (default es)")
    report.add_argument("--output", type=Path, default=None, metavar="FOLDER", help="folder to write it to")
    report.add_argument("--peak-mb", type=_amount, metavar="MB", help="peak memory, where a log does not tell it")
    report.add_argument("--card-mb", type=_amount, metavar="MB", help="the card's memory, where a log does not tell it")

    _compare_command(commands)
    _registry_commands(commands)
    _server_commands(commands)

    _service_commands(commands)
    return parser


def _server_commands(commands: Any) -> None:
    _command(commands, "deploy", _deploy, "bring a Prefect server in line with deployments/prefect.yaml")

    _command(commands, "up", _up, "start both servers and the workers of this machine, and deploy")
    _command(commands, "down", _down, "stop what 'up' started")

    saved = _command(commands, "backup", _backup, "write databases, artifacts and secrets of the servers to one file")
    saved.add_argument("file", type=Path, metavar="FILE", help="archive to write, such as tutor.tar")
    back = _command(commands, "restore", _restore, "bring back what 'backup' wrote, into an empty TUTOR_HOME")
    back.add_argument("file", type=Path, metavar="FILE", help="archive that 'backup' wrote")


def _service_commands(commands: Any) -> None:
    ask = _command(commands, "ask", _ask, "ask one question; the answer is written as it arises")
    ask.add_argument("model", metavar="MODEL", help=MODEL_FORMS)
    ask.add_argument("question", metavar="QUESTION")

    serve = _command(commands, "serve", _serve, "a page for pupils and a chat endpoint on this machine, until Ctrl-C")
    serve.add_argument(
        "model",
        nargs="?",
        default=f"models:/{DEFAULT_MODEL_NAME}@champion",
        metavar="MODEL",
        help=f"{MODEL_FORMS} (default models:/{DEFAULT_MODEL_NAME}@champion, whoever that is)",
    )
    serve.add_argument("--port", type=_port, default=8000, help="port on 127.0.0.1; 0 for a free one (default 8000)")

    export = _command(commands, "export", _export, "write a tutor as a model for other software, and ask it there")
    export.add_argument("model", metavar="MODEL", help="models:/NAME@ALIAS, models:/NAME/VERSION or an adapter folder")
    export.add_argument("folder", type=Path, metavar="FOLDER", help="folder to write it to; not there yet, or empty")
    export.add_argument(
        "--format",
        choices=FORMATS,
        default="safetensors",
        help="safetensors for transformers (default); gguf or, in half the size, gguf-q8_0 for llama.cpp and Ollama",
    )


def _registry_commands(commands: Any) -> None:
    deciding = (
        ("promote", _promote, "make an accepted version champion, after opening it in a fresh process"),
        ("approve", _approve, "say yes to the version that a retraining run asked about"),
        ("refuse", _refuse, "say no to it; the champion stays"),
        ("rollback", _rollback, "make the champion before the present one champion again"),
    )
    for name, run, about in deciding:
        command = _command(commands, name, run, about)
        if name != "rollback":
            command.add_argument("version", metavar="VERSION", help="number of the version in the registry")
        command.add_argument("--reason", required=True, metavar="TEXT", help="why; it is kept in the history")
        _model_option(command)
    history = _command(commands, "history", _history, "every change of the champion: who, when, from, to, why")
    _model_option(history)
    _json_option(history)


def _compare_command(commands: Any) -> None:
    compare = _command(commands, "compare", _compare, "what was changed between runs, and did it help")
    compare.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="id or name of a run in MLflow, models:/NAME/VERSION or models:/NAME@ALIAS",
    )
    compare.add_argument(
        "--plot", type=Path, default=None, metavar="FILE", help="also draw loss curves and topics: .png, .svg or .pdf"
    )
    _json_option(compare)


def _model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        type=_model_name,
        default=DEFAULT_MODEL_NAME,
        metavar="NAME",
        help=f"name in the registry (default {DEFAULT_MODEL_NAME})",
    )


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=f"{about[0].upper()}{about[1:]}."
    )
    parser.set_defaults(run=run)
    return parser


def _config_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default=None, metavar="NAME", help="run profile (default cpu)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="SECTION.FIELD=VALUE",
        help="change one setting",
    )


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="also write the result to FILE")


def _generate(chosen: argparse.Namespace) -> int:
    from tutor.generation import write_dataset
    from tutor.progress import progress

    _refuse_unwritable(chosen.output)
    with progress("Generación", "filas") as report_progress:
        write_dataset(chosen.output, chosen.rows, chosen.seed, report_progress)
    print(f"{chosen.rows} rows written to {chosen.output}")
    return 0


def _check(chosen: argparse.Namespace) -> int:
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


def _retrain(chosen: argparse.Namespace) -> int:
    from tutor.config import DEFAULT_PROFILE, load_config

    config = load_config(chosen.profile or DEFAULT_PROFILE, chosen.assignments)
    _refuse_unwritable(chosen.json)
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
    return _REFUSED if chosen.require_accepted and report.verdict != "accepted" else 0


def _sweep(chosen: argparse.Namespace) -> int:
    from tutor.config import DEFAULT_PROFILE, load_config
    from tutor.search_space import SECTION, load_search

    profile = chosen.profile or DEFAULT_PROFILE
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


def _doctor(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from tutor.config import DEFAULT_PROFILE, load_config

    profile = chosen.profile or DEFAULT_PROFILE
    config = load_config(profile, chosen.assignments)
    _refuse_unwritable(chosen.json)
    store = open_store()
    from tutor.doctor import examine

    findings = examine(profile, config, store)
    fit = all(finding.outcome != "failure" for finding in findings)
    _write_json(chosen.json, {"fit": fit, "profile": profile, "findings": [asdict(finding) for finding in findings]})
    for finding in findings:
        print(f"{finding.outcome:8} {finding}")
    return 0 if fit else 1


def _plan(chosen: argparse.Namespace) -> int:
    from tutor.config import DEFAULT_PROFILE, load_config

    profile = chosen.profile or DEFAULT_PROFILE
    config = load_config(profile, chosen.assignments)
    _refuse_unwritable(chosen.json)
    store = open_store()
    from rich.console import Console

    from tutor.plan_report import print_plan
    from tutor.run_plan import plan_run

    plan = plan_run(profile, config, store)
    _write_json(chosen.json, plan.as_json())
    print_plan(plan, Console())
    return 0


def _bench(chosen: argparse.Namespace) -> int:
    from tutor.config import DEFAULT_PROFILE, load_config

    config = load_config(chosen.profile or DEFAULT_PROFILE, chosen.assignments)
    _refuse_unwritable(chosen.json)
    store = open_store()
    from rich.console import Console

    from benchmarks.training_speed import Size, bench, bench_table
    from tasks.card import card

    with card(config.model.device):
        measured = bench(config, Size(chosen.rows, chosen.epochs, chosen.held_out, chosen.repeats), store)
    _write_json(chosen.json, measured)
    Console().print(bench_table(measured))
    return 0


def _deploy(_: argparse.Namespace) -> int:
    open_store()
    from flows.deploy import deploy

    print(f"deployed: {', '.join(deploy())}")
    return 0


def _up(_: argparse.Namespace) -> int:
    store = open_store()
    from flows.servers import up

    print("\n".join(up(store)))
    return 0


def _down(_: argparse.Namespace) -> int:
    store = open_store()
    from flows.servers import down

    print(f"stopped: {', '.join(down(store)) or 'nothing ran'}")
    return 0


def _backup(chosen: argparse.Namespace) -> int:
    _refuse_unwritable(chosen.file)
    store = open_store()
    from flows.backup import backup

    print(f"{chosen.file}: {len(backup(store, chosen.file))} files; it holds secrets, so keep it where you keep those")
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    store = open_store()
    from flows.backup import restore

    print(f"{len(restore(store, chosen.file))} files brought back from {chosen.file} to {store.home}")
    return 0


def _evaluate(chosen: argparse.Namespace) -> int:
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


def _report(chosen: argparse.Namespace) -> int:
    # Other people's logs need no server.
    logs = all(Path(run).exists() for run in chosen.runs)
    store = open_store() if logs else open_store_and_servers()
    from flows.report import report

    page, text = report(
        chosen.runs, chosen.language, chosen.output, store, peak_mb=chosen.peak_mb, card_mb=chosen.card_mb
    )
    print(f"{page}\n{text}")
    return 0


def _ask(chosen: argparse.Namespace) -> int:
    if not chosen.question.strip():
        raise UsageError("QUESTION is empty; expected a question, such as '¿Cuánto es 7 × 8?'")
    for piece in open_tutor(chosen.model).stream(chosen.question):
        print(piece, end="", flush=True)
    print()
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    store = _store_of(chosen.model)
    from flows.serve import serve

    serve(chosen.model, chosen.port, open_tutor, store, lambda line: print(line, flush=True))
    return 0


def _export(chosen: argparse.Namespace) -> int:
    store = _store_of(chosen.model)
    from flows.export import export

    print(export(chosen.model, chosen.folder, store, chosen.format))
    return 0


def _promote(chosen: argparse.Namespace) -> int:
    store, number = open_store_and_servers(), _version_number(chosen.version)
    from flows.history import told
    from tasks.promotion import promote

    print(told(promote(chosen.model, number, chosen.reason, how="command", store=store), chosen.model))
    return 0


def _rollback(chosen: argparse.Namespace) -> int:
    store = open_store_and_servers()
    from flows.history import told
    from tasks.promotion import rollback

    print(told(rollback(chosen.model, chosen.reason, store=store), chosen.model))
    return 0


def _approve(chosen: argparse.Namespace) -> int:
    return _decide(chosen, "approve")


def _refuse(chosen: argparse.Namespace) -> int:
    return _decide(chosen, "refuse")


def _decide(chosen: argparse.Namespace, decision: Literal["approve", "refuse"]) -> int:
    store, number = open_store_and_servers(prefect=True), _version_number(chosen.version)
    from flows.approval import answer

    print(answer(chosen.model, number, decision, chosen.reason, store))
    return 0


def _history(chosen: argparse.Namespace) -> int:
    _refuse_unwritable(chosen.json)
    store = open_store_and_servers()
    from rich.console import Console

    from flows.history import history, print_history

    record = history(chosen.model, store)
    _write_json(chosen.json, record)
    print_history(record, Console())
    return 0


def _compare(chosen: argparse.Namespace) -> int:
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
        raise UsageError(f"VERSION: got '{text[:40]}', expected the number of a version, such as 3; 'tutor history'")
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


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Return what reads a whole number within bounds, and says of anything else what was got and what expected."""

    def read(text: str) -> int:
        # Neither signs nor other alphabets' digits, nor more of them than anybody counts.
        if not (text.isascii() and text.isdigit() and len(text) < 20 and lowest <= int(text) <= highest):
            raise argparse.ArgumentTypeError(f"got '{text[:40]}', expected a whole number from {lowest} to {highest}")
        return int(text)

    return read


_count, _seed, _port = _whole(1, 10_000_000), _whole(0, 2**32 - 1), _whole(0, 65535)


def _amount(text: str) -> float:
    with suppress(ValueError):
        if 0 < (value := float(text)) < float("inf"):
            return value
    raise argparse.ArgumentTypeError(f"got '{text[:40]}', expected a number above 0, such as 4096")


def _model_name(text: str) -> str:
    if re.fullmatch(MODEL_NAME_PATTERN, text):
        return text
    raise argparse.ArgumentTypeError(
        f"got {text[:40]!r}, expected a name of letters, digits and . _ -, such as {DEFAULT_MODEL_NAME}"
    )


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


if __name__ == "__main__":
    sys.exit(main())
