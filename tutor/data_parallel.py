"""One training in several processes (torch.distributed, DDP): torchrun starts them, this process listens to them.

Each process learns from its share of every optimiser step, and all hold the same adapter. The first one writes the
checkpoints and tells, a line of JSON each, what is logged and how it ended. They end with the process that started
them: its end of their standard input closes then.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from tutor import errors
from tutor.config import LoraConfig, ModelConfig, TrainingConfig
from tutor.errors import TutorError, UsageError, WorkerLost
from tutor.held_out_watch import Validation
from tutor.memory_ladder import MemoryRanOut, Rung
from tutor.progress import ReportProgress
from tutor.rows import Row
from tutor.settings import REPOSITORY
from tutor.training import LogMetrics, train_adapter

_SPECIFICATION, LOG, _LOCK = "processes.json", "processes.log", ".processes.lock"
_LOOPBACK = "127.0.0.1"


def train_together(  # noqa: PLR0913 - as train_adapter
    base_folder: Path,
    tokens_folder: Path,
    folder: Path,
    *,
    model: ModelConfig,
    lora: LoraConfig,
    training: TrainingConfig,
    log_metrics: LogMetrics,
    report_progress: ReportProgress,
    validation: Validation | None = None,
) -> Mapping[str, Any]:
    """Train as `train_adapter` does, in `training.processes` processes; return what the first of them measured.

    Raises:
        UsageError: there are fewer cards than processes.
        TutorError: what a process refused.
        MemoryRanOut: memory did not suffice in one of them.
        WorkerLost: a process ended without a word; what it wrote is in `folder/processes.log`.
    """
    if 0 < (cards := torch.cuda.device_count()) < training.processes:
        raise UsageError(f"training.processes: got {training.processes}, expected at most {cards}, the cards there are")
    sections = {"model": model, "lora": lora, "training": training}
    specification: dict[str, Any] = {"base": str(base_folder), "tokens": str(tokens_folder), "folder": str(folder)}
    specification |= {name: section.model_dump(mode="json") for name, section in sections.items()}
    specification["validation"] = asdict(validation) if validation else None
    (folder / _SPECIFICATION).write_text(json.dumps(specification), encoding="utf-8")
    ended: dict[str, Any] = {}
    with (
        (folder / LOG).open("w", encoding="utf-8") as log,
        _start(folder / _SPECIFICATION, training.processes, log) as processes,
    ):
        try:
            for line in processes.stdout or ():
                kind, said = _understood(line)
                if kind == "metrics":
                    log_metrics(said["step"], said["metrics"])
                elif kind == "progress":
                    report_progress(said["done"], said["total"])
                elif kind:
                    ended.setdefault(kind, said)
        finally:
            if processes.stdin is not None:
                processes.stdin.close()
        status = processes.wait()
    return _outcome(ended, status, folder / LOG)


def _start(specification: Path, count: int, log: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--nnodes=1", f"--nproc-per-node={count}"]
    place = ["--rdzv-backend=c10d", f"--rdzv-endpoint={_LOOPBACK}:0", f"--local-addr={_LOOPBACK}", "--max-restarts=0"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]),
        # All of them are on this machine.
        "GLOO_SOCKET_IFNAME": "lo",
        "NCCL_SOCKET_IFNAME": "lo",
        "OMP_NUM_THREADS": str(max(1, len(os.sched_getaffinity(0)) // count)),
    }
    return subprocess.Popen(
        [*command, *place, "-m", "tutor.data_parallel", str(specification)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=environment,
    )


def _understood(line: str) -> tuple[str, Any]:
    """Return what a line says and about what; nothing for what a library printed."""
    if not line.startswith('{"tutor":'):
        return "", None
    try:
        kind, said = json.loads(line)["tutor"]
    except ValueError:
        # Cut off: the process was killed while it wrote.
        return "", None
    return kind, said


def _outcome(ended: Mapping[str, Any], status: int, log: Path) -> Mapping[str, Any]:
    if "memory" in ended:
        said = ended["memory"]
        raise MemoryRanOut(said["step"], Rung(**said["rung"]), said["layers"], said["longest_row"])
    if "refused" in ended:
        refusal: type[TutorError] = getattr(errors, ended["refused"]["kind"])
        raise refusal(ended["refused"]["text"])
    if status == 0 and "facts" in ended:
        facts: Mapping[str, Any] = ended["facts"]
        return facts
    raise WorkerLost(
        f"a training process ended before it was done (exit status {status}); {log} says more; "
        "run the same command again: training goes on from its last checkpoint"
    )


def _tell(kind: str, said: Mapping[str, Any]) -> None:
    # One write of less than a pipe takes at once: lines of several processes do not mix.
    sys.stdout.write(json.dumps({"tutor": [kind, said]}) + "\n")
    sys.stdout.flush()


def _main(specification: Path) -> int:
    """Train as one of the processes that torchrun started; return the exit status."""
    threading.Thread(target=_leave_with_starter, daemon=True).start()
    from accelerate import PartialState
    from datasets import load_from_disk

    given = json.loads(specification.read_text(encoding="utf-8"))
    on_card = torch.cuda.is_available()
    state = PartialState(cpu=not on_card, backend=None if on_card else "gloo")
    folder, first = Path(given["folder"]), state.is_main_process
    # A process of an attempt that was killed may take a moment to end.
    with (folder / _LOCK).open("w") as lock:
        if first:
            fcntl.flock(lock, fcntl.LOCK_EX)
        state.wait_for_everyone()
        try:
            facts = train_adapter(
                Path(given["base"]),
                load_from_disk(given["tokens"]),
                folder,
                model=ModelConfig.model_validate(given["model"]),
                lora=LoraConfig.model_validate(given["lora"]),
                training=TrainingConfig.model_validate(given["training"]),
                log_metrics=_tell_metrics if first else _tell_nothing,
                report_progress=_tell_progress if first else _tell_nothing,
                validation=_validation(given["validation"]),
            )
        except MemoryRanOut as out:
            found = {"step": out.step, "layers": out.layers, "longest_row": out.longest_row}
            _tell("memory", {**found, "rung": asdict(out.rung)})
            return 1
        except TutorError as error:
            _tell("refused", {"kind": type(error).__name__, "text": str(error)})
            return 1
    if first:
        _tell("facts", facts)
    state.wait_for_everyone()
    state.destroy_process_group()
    return 0


def _validation(given: Mapping[str, Any] | None) -> Validation | None:
    return None if given is None else Validation(**{**given, "rows": [Row(**row) for row in given["rows"]]})


def _tell_metrics(step: int, metrics: Mapping[str, float]) -> None:
    _tell("metrics", {"step": step, "metrics": dict(metrics)})


def _tell_progress(done: int, total: int) -> None:
    _tell("progress", {"done": done, "total": total})


def _tell_nothing(*_: Any) -> None:
    """Leave telling to the first process."""


def _leave_with_starter() -> None:
    """End this process when the one that started the training has ended, even if it was killed."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    status = _main(Path(sys.argv[1]))
    sys.stdout.flush()
    # Without the destructors of the libraries: after a failure they would wait for the other processes.
    os._exit(status)
