"""Kills a training process at many moments and counts how often the next one ends with the very same adapter.

Run it with: python -m tests.kill_training --kills 24
It prints JSON: kills, recovered, and the moments after which the adapter was another one, if there are any.

A moment is `step:N` (SIGKILL when optimiser step N is done), `file:N` (SIGKILL when the N-th file or folder of the
checkpoints is opened, made, renamed or removed) or `bytes:N:SIZE` (after step N, when a file grows beyond SIZE bytes:
it ends half written). The libraries are loaded once; each training is a process of its own, forked from this one, which
never calculates.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tutor.settings import Store, quiet_libraries

quiet_libraries()

import datasets  # noqa: E402
import torch  # noqa: E402

from tests.tiny_model import write_tiny_phi  # noqa: E402
from tutor import training  # noqa: E402
from tutor.adapter import ADAPTER, WEIGHTS, quantised_base  # noqa: E402
from tutor.base_model import load_tokenizer  # noqa: E402
from tutor.checkpoints import CHECKPOINTS  # noqa: E402
from tutor.config import RetrainConfig  # noqa: E402
from tutor.generation import write_dataset  # noqa: E402
from tutor.reading import read_rows  # noqa: E402
from tutor.tokenization import TOKENS, write_tokens  # noqa: E402

_CONFIG: Mapping[str, Any] = {
    "model": {"source": "tiny-phi", "revision": "test", "pad_token": "<|pad|>"},
    "lora": {"rank": 4, "alpha": 8},
    "training": {"epochs": 2, "pack_tokens": 128, "learning_rate": 1e-2, "gradient_accumulation": 2},
}
_ROWS = 40


def main() -> int:
    """Kill, resume and compare; exit status 1 when an adapter differs."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--kills", type=int, default=12, help="how many moments, spread evenly over the training")
    parser.add_argument("--moments", nargs="*", help="these moments in place of evenly spread ones")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        result = trial(Path(place), chosen.kills, chosen.moments)
    print(json.dumps(result, indent=1))  # noqa: T201 - what this script is for
    return 0 if result["kills"] == result["recovered"] else 1


def trial(home: Path, kills: int, moments: list[str] | None) -> dict[str, Any]:
    """Return how many trainings were killed and how many of them ended, resumed, as the undisturbed one did."""
    if _in_process(lambda: _prepare(home)) != 0:
        raise SystemExit("the tiny model could not be made")
    whole = home / "whole"
    if _in_process(lambda: _train(home, whole, count=True)) != 0:
        raise SystemExit("the undisturbed training failed")
    counted = json.loads((home / "counted.json").read_text())
    lost, killed = [], 0
    for moment in moments or _spread(kills, counted):
        folder = home / moment.replace(":", "-")
        ended = _in_process(lambda moment=moment, folder=folder: _train(home, folder, moment))
        killed += ended in (-signal.SIGKILL, -signal.SIGXFSZ)
        again = _in_process(lambda folder=folder: _train(home, folder))
        if ended == 0 or again != 0 or _adapter(folder) != _adapter(whole):
            lost.append(moment)
    return {"kills": killed, "recovered": killed - len(lost), "lost": lost, **counted}


def _spread(kills: int, counted: Mapping[str, int]) -> list[str]:
    steps, events, size = counted["steps"], counted["events"], counted["largest_file"]
    moments = []
    for at in range(kills):
        step = 1 + at * steps // kills
        kinds = (f"step:{step}", f"file:{1 + at * events // kills}", f"bytes:{step}:{size * (at + 1) // (kills + 1)}")
        moments.append(kinds[at % 3])
    return moments


def _prepare(home: Path) -> None:
    tiny = home / "tiny-phi"
    write_tiny_phi(tiny)
    store = Store(home, "", None)
    base = quantised_base(_config(home).model, store)
    (home / "base").symlink_to(base.folder)
    write_dataset(home / "rows.jsonl", _ROWS, seed=5)
    rows, _ = read_rows(home / "rows.jsonl")
    write_tokens(rows, load_tokenizer(base.folder), 128, home)


def _config(home: Path) -> RetrainConfig:
    return RetrainConfig.model_validate({**_CONFIG, "model": {**_CONFIG["model"], "folder": home / "tiny-phi"}})


def _train(home: Path, folder: Path, moment: str = "", *, count: bool = False) -> None:
    config, events = _config(home), [0]
    kind, _, where = moment.partition(":")
    checkpoints = str(folder / CHECKPOINTS)

    def notice(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILE_EVENTS and str(arguments[0]).startswith(checkpoints):
            events[0] += 1
            if kind == "file" and events[0] == int(where):
                os.kill(os.getpid(), signal.SIGKILL)

    def report(done: int, total: int) -> None:
        if kind == "step" and done == int(where):
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "bytes" and done == int(where.split(":")[0]):
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(where.split(":")[1]), resource.RLIM_INFINITY))

    sys.addaudithook(notice)
    facts = training.train_adapter(
        (home / "base").resolve(),
        datasets.load_from_disk(str(home / TOKENS)),
        folder,
        model=config.model,
        lora=config.lora,
        training=config.training,
        log_metrics=lambda step, metrics: None,
        report_progress=report,
    )
    if count:
        largest = max(path.stat().st_size for path in (folder / CHECKPOINTS).rglob("*") if path.is_file())
        counted = {"steps": facts["steps"], "events": events[0], "largest_file": largest}
        (home / "counted.json").write_text(json.dumps(counted))


_FILE_EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}


def _in_process(work: Callable[[], None]) -> int:
    """Return how a process that does `work` ended: its exit status, or the negative number of the signal."""
    process = os.fork()
    if process == 0:
        # So small a model gains nothing from more, and threads that wait for each other lose much on a busy machine.
        torch.set_num_threads(1)
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _adapter(folder: Path) -> str:
    return hashlib.sha256((folder / ADAPTER / WEIGHTS).read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
