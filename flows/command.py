"""The `tutor` command, from generate and check to evaluate and ask; heavy libraries are loaded by what needs them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tutor.errors import TutorError, UsageError
from tutor.settings import DEFAULT_DATASET, open_store

if TYPE_CHECKING:
    from tutor.answering import Tutor
    from tutor.rows import Row

MODEL_FORMS = "'base', models:/NAME@ALIAS, models:/NAME/VERSION or an adapter folder"
DEFAULT_ROWS, DEFAULT_SEED = 2650, 2026
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused, 2 not understood or not found."""
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
        print(f"tutor: {_unexpected(error)}", file=sys.stderr)
        return 1


def _unexpected(error: Exception) -> str:
    """Return one sentence about a failure that is nobody's input, and keep its traceback in the store."""
    log = open_store().home / "last-error.log"
    log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    first_line = (str(error).strip() or "no message").splitlines()[0]
    return f"{type(error).__name__}: {first_line}; where it happened stands in {log}"


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; '{self.prog} --help' shows what is expected")


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="tutor", description="Retrains, examines and asks a Spanish maths tutor.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    generate = _command(commands, "generate", _generate, "write a dataset of exercises, the same one for the same seed")
    generate.add_argument(
        "--rows", type=_positive, default=DEFAULT_ROWS, help=f"number of rows (default {DEFAULT_ROWS})"
    )
    generate.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help=f"seed of the generator (default {DEFAULT_SEED})"
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
        "--fix",
        action="store_true",
        help="also write a repaired copy and the quarantined rows beside FILE, which stays as it is",
    )
    _json_option(check)

    retrain = _command(commands, "retrain", _retrain, "check, train, examine and register; what is unchanged is reused")
    _config_options(retrain)
    _json_option(retrain)

    doctor = _command(commands, "doctor", _doctor, "examine this machine: exit 0 fit, 1 unfit; says what mends it")
    _config_options(doctor)
    _json_option(doctor)

    plan = _command(commands, "plan", _plan, "memory by item and time by stage, before anything is downloaded")
    _config_options(plan)
    _json_option(plan)

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

    _command(commands, "deploy", _deploy, "bring a Prefect server in line with deployments/prefect.yaml")

    _command(commands, "up", _up, "start both servers and the workers of this machine, and deploy")
    _command(commands, "down", _down, "stop what 'up' started")

    saved = _command(commands, "backup", _backup, "write databases, artifacts and secrets of the servers to one file")
    saved.add_argument("file", type=Path, metavar="FILE", help="archive to write, such as tutor.tar")
    back = _command(commands, "restore", _restore, "bring back what 'backup' wrote, into an empty TUTOR_HOME")
    back.add_argument("file", type=Path, metavar="FILE", help="archive that 'backup' wrote")

    ask = _command(commands, "ask", _ask, "ask one question; the answer is written as it arises")
    ask.add_argument("model", metavar="MODEL", help=MODEL_FORMS)
    ask.add_argument("question", metavar="QUESTION")
    return parser


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

    _refuse_unwritable(chosen.output)
    write_dataset(chosen.output, chosen.rows, chosen.seed)
    print(f"{chosen.rows} rows written to {chosen.output}")
    return 0


def _check(chosen: argparse.Namespace) -> int:
    from flows.check import check

    _refuse_unwritable(chosen.json)
    open_store()
    return check(chosen.file, _mapping(chosen.columns), fix=chosen.fix, json_file=chosen.json)


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
    open_store()
    from rich.console import Console

    from flows.retrain import retrain
    from tutor.report import print_report

    report = retrain(config)
    _write_json(chosen.json, report.as_json())
    print_report(report, Console())
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
    tutor = open_tutor(chosen.model)
    from dataclasses import asdict

    from rich.console import Console

    from tutor.evaluation import examine
    from tutor.progress import progress
    from tutor.report import accuracy_table

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


def _ask(chosen: argparse.Namespace) -> int:
    if not chosen.question.strip():
        raise UsageError("QUESTION is empty; expected a question, such as '¿Cuánto es 7 × 8?'")
    for piece in open_tutor(chosen.model).stream(chosen.question):
        print(piece, end="", flush=True)
    print()
    return 0


def open_tutor(model: str) -> Tutor:
    """Return the tutor that `model` names, ready to be asked."""
    store = open_store()
    if model == "base":
        from tutor.adapter import open_base
        from tutor.config import load_config

        config = load_config()
        return open_base(config.model, config.evaluation, store)
    from tutor.adapter import open_adapter

    if model.startswith("models:/"):
        from tasks.registration import adapter_of

        return open_adapter(adapter_of(model, store), store)
    if not Path(model).is_dir():
        raise UsageError(f"MODEL: got '{model}', expected {MODEL_FORMS}")
    return open_adapter(Path(model), store)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"got {value}, expected 1 or more")
    return value


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
