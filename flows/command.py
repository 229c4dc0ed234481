"""The `tutor` command: its subcommands, their options, and what is said of a mistake; subcommands.py does the work."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from flows import subcommands
from flows.argument_forms import MODEL_FORMS, RUN_FORMS
from flows.export import FORMATS
from tutor.errors import TutorError, UsageError, sentence_on_unforeseen
from tutor.settings import (
    DEFAULT_MODEL_NAME,
    DEFAULT_PROFILE,
    DEFAULT_ROWS,
    DEFAULT_SEED,
    MODEL_NAME_PATTERN,
    store_home,
)

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused, 2 not understood or not found.

    3 is a new tutor that the verdict refuses, where `--require-accepted` asks for that.
    """
    # A plain kill ends as Ctrl-C does: what was started beside, such as an embedded server, is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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
        print(f"tutor: {sentence_on_unforeseen(error, store_home())}", file=sys.stderr)
        return 1


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; '{self.prog} --help' shows what is expected")


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="tutor", description="Retrains, examines and asks a Spanish maths tutor.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    generate = _command(
        commands, "generate", subcommands.run_generate, "write a dataset of exercises, the same one for the same seed"
    )
    generate.add_argument("--rows", type=_count, default=DEFAULT_ROWS, help=f"number of rows (default {DEFAULT_ROWS})")
    generate.add_argument(
        "--seed", type=_seed, default=DEFAULT_SEED, help=f"seed of the generator (default {DEFAULT_SEED})"
    )
    generate.add_argument(
        "--output", type=Path, help="file to write (default: the shipped one, for the default rows and seed only)"
    )

    check = _command(commands, "check", subcommands.run_check, "check a dataset: exit 0 fit, 1 unfit, 2 unreadable")
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

    retrain = _command(
        commands, "retrain", subcommands.run_retrain, "check, train, examine and register; what is unchanged is reused"
    )
    _config_options(retrain)
    retrain.add_argument(
        "--require-accepted", action="store_true", help="exit with 3 where the verdict refuses the new tutor"
    )
    _json_option(retrain)

    sweep = _command(
        commands,
        "sweep",
        subcommands.run_sweep,
        "try settings, choose by validation rows, and have the best one judged",
    )
    _config_options(sweep)
    _json_option(sweep)

    doctor = _command(
        commands, "doctor", subcommands.run_doctor, "examine this machine: exit 0 fit, 1 unfit; says what mends it"
    )
    _config_options(doctor)
    _json_option(doctor)

    plan = _command(
        commands, "plan", subcommands.run_plan, "memory by item and time by stage, before anything is downloaded"
    )
    _config_options(plan)
    _json_option(plan)

    bench = _command(
        commands, "bench", subcommands.run_bench, "our training beside TRL's and the user's own recipe; 25 minutes"
    )
    _config_options(bench)
    for name, default, about in (
        ("rows", 128, "rows to learn from"),
        ("epochs", 1, "passes over them"),
        ("held-out", 64, "held-out questions asked afterwards"),
        ("repeats", 2, "trainings by each recipe"),
    ):
        bench.add_argument(f"--{name}", type=_count, default=default, help=f"{about} (default {default})")
    _json_option(bench)

    evaluate = _command(
        commands, "evaluate", subcommands.run_evaluate, "have a model answer questions of yours, and grade it"
    )
    evaluate.add_argument("model", metavar="MODEL", help=MODEL_FORMS)
    evaluate.add_argument(
        "--questions",
        type=Path,
        required=True,
        metavar="FILE",
        help="rows with question (or instruction), answer, topic",
    )
    _json_option(evaluate)

    report = _command(
        commands, "report", subcommands.run_report, "write the report on a run, several runs, or a model's history"
    )
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
    _command(commands, "deploy", subcommands.run_deploy, "bring a Prefect server in line with deployments/prefect.yaml")

    _command(commands, "up", subcommands.run_up, "start both servers and the workers of this machine, and deploy")
    _command(commands, "down", subcommands.run_down, "stop what 'up' started")

    saved = _command(
        commands, "backup", subcommands.run_backup, "write databases, artifacts and secrets of the servers to one file"
    )
    saved.add_argument("file", type=Path, metavar="FILE", help="archive to write, such as tutor.tar")
    back = _command(
        commands, "restore", subcommands.run_restore, "bring back what 'backup' wrote, into an empty TUTOR_HOME"
    )
    back.add_argument("file", type=Path, metavar="FILE", help="archive that 'backup' wrote")


def _service_commands(commands: Any) -> None:
    ask = _command(commands, "ask", subcommands.run_ask, "ask one question; the answer is written as it arises")
    ask.add_argument("model", metavar="MODEL", help=MODEL_FORMS)
    ask.add_argument("question", metavar="QUESTION")

    serve = _command(
        commands, "serve", subcommands.run_serve, "a page for pupils and a chat endpoint on this machine, until Ctrl-C"
    )
    serve.add_argument(
        "model",
        nargs="?",
        default=f"models:/{DEFAULT_MODEL_NAME}@champion",
        metavar="MODEL",
        help=f"{MODEL_FORMS} (default models:/{DEFAULT_MODEL_NAME}@champion, whoever that is)",
    )
    serve.add_argument("--port", type=_port, default=8000, help="port on 127.0.0.1; 0 for a free one (default 8000)")

    export = _command(
        commands, "export", subcommands.run_export, "write a tutor as a model for other software, and ask it there"
    )
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
        ("promote", subcommands.run_promote, "make an accepted version champion, after opening it in a fresh process"),
        ("approve", subcommands.run_approve, "say yes to the version that a retraining run asked about"),
        ("refuse", subcommands.run_refuse, "say no to it; the champion stays"),
        ("rollback", subcommands.run_rollback, "make the champion before the present one champion again"),
    )
    for name, run, about in deciding:
        command = _command(commands, name, run, about)
        if name != "rollback":
            command.add_argument("version", metavar="VERSION", help="number of the version in the registry")
        command.add_argument("--reason", required=True, metavar="TEXT", help="why; it is kept in the history")
        _model_option(command)
    history = _command(
        commands, "history", subcommands.run_history, "every change of the champion: who, when, from, to, why"
    )
    _model_option(history)
    _json_option(history)


def _compare_command(commands: Any) -> None:
    compare = _command(commands, "compare", subcommands.run_compare, "what was changed between runs, and did it help")
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
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, metavar="NAME", help=f"run profile (default {DEFAULT_PROFILE})"
    )
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


if __name__ == "__main__":
    sys.exit(main())
