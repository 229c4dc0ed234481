"""The record of somebody else's training, from what transformers' Trainer leaves: its state file or its printed log."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tutor.analysis.record import Axis, Curve, Memory, RunRecord, curve_of
from tutor.errors import UsageError

STATE = "trainer_state.json"
EXPECTED = f"a {STATE}, a folder with one, or a text log with lines such as {{'loss': 2.61, 'epoch': 1.0}}"

_Entry = Mapping[str, float]
_MOST_JSON_BYTES, _MOST_LINE, _MOST_ENTRIES = 200_000_000, 1_000_000, 1_000_000
# Below this many epochs a run is told in steps.
_FEWEST_EPOCHS = 3
_NUMBER = r"[-+]?(?:nan|inf(?:inity)?|\d[\d.]*(?:e[-+]?\d+)?)"
_DICTIONARY = re.compile(r"\{[^{}]*\b(?:loss|train_runtime|eval_loss)\b[^{}]*\}")
_PAIR = re.compile(rf"""['"](\w+)['"]\s*:\s*['"]?({_NUMBER})\b""", re.IGNORECASE)
# The closing table that Trainer.log_metrics prints.
_CLOSING = re.compile(
    r"^\W*(epochs?|total_flos|train_loss|train_runtime|train_samples_per_second|train_steps_per_second)"
    r"\s*=\s*(.+?)\s*$"
)
_RUNTIME = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)$")
_SIZE = r"\D{0,40}?(\d[\d.,]*)\s*([MG]i?B)\b"
_MEMORY: tuple[tuple[Literal["peak", "reserved", "allocated", "limit"], re.Pattern[str]], ...] = tuple(
    (name, re.compile(words + _SIZE, re.IGNORECASE))  # type: ignore[misc]
    for name, words in (
        (
            "peak",
            r"(?:memoria (?:gpu )?m[aá]xima|max(?:imum)?[_ ]memory|peak(?: gpu)? memory)",
        ),
        ("reserved", r"(?:memoria (?:gpu )?reservada|memory[_ ]reserved|reserved memory)"),
        ("allocated", r"(?:memoria (?:gpu )?asignada|memory[_ ]allocated|allocated memory)"),
        ("limit", r"(?:memoria (?:gpu )?total|total (?:gpu )?memory)"),
    )
)
_CARD = re.compile(r"NVIDIA (?:GeForce )?[A-Z]+ ?[A-Z]?\d+\w*(?: Ti| SUPER)*(?: \d+ ?GB)?")
# The card that this project is made for, as its box says it.
_CARD_MB = {"NVIDIA GeForce GTX 1050 Ti": 4000.0}


@dataclass
class _Read:
    """What was found in a log so far."""

    entries: list[_Entry]
    closing: dict[str, float]
    memory: dict[str, float]
    unit: Literal["MB", "MiB"] = "MB"
    card: str = ""
    planned: float | None = None
    steps: int | None = None


def read_trainer_log(path: Path) -> RunRecord:
    """Return the record of the training whose log lies at `path`.

    Raises:
        UsageError: nothing lies there, or it is not a log of transformers' Trainer.
    """
    file = _state_in(path) if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{path}: there is no such file; expected {EXPECTED}")
    try:
        read = _read_state(file) if file.suffix == ".json" else _read_text(file)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); expected {EXPECTED}") from None
    losses = [entry for entry in read.entries if "loss" in entry]
    if not losses:
        raise UsageError(f"{file}: no loss was logged in it; expected {EXPECTED}")
    return _record(_name(file), losses, read)


def _state_in(folder: Path) -> Path:
    """Return the state file of a folder: its own, else that of its newest checkpoint."""
    if (folder / STATE).is_file():
        return folder / STATE
    found = [file for file in folder.glob(f"checkpoint-*/{STATE}") if file.parent.name[11:].isdecimal()]
    if not found:
        raise UsageError(f"{folder}: holds no {STATE}, nor a checkpoint with one; expected {EXPECTED}")
    return max(found, key=lambda file: int(file.parent.name[11:]))


def _name(file: Path) -> str:
    place = file.resolve()
    return f"{place.parent.name}/{place.name}" if place.name == STATE else place.name


def _read_state(file: Path) -> _Read:
    size = file.stat().st_size
    if size > _MOST_JSON_BYTES:
        raise UsageError(f"{file}: has {size} bytes, expected at most {_MOST_JSON_BYTES}; log fewer steps")
    try:
        state: Any = json.loads(file.read_text(encoding="utf-8-sig"))
        history: Sequence[Any] = state["log_history"]
        entries = [_numbers(entry) for entry in history]
        closing = next((entry for entry in reversed(entries) if "train_runtime" in entry), {})
        given = _numbers({name: state.get(name) for name in ("num_train_epochs", "global_step")})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"{file}: is not the state of a Trainer (no 'log_history'); expected {EXPECTED}") from None
    steps = given.get("global_step")
    return _Read(
        list(entries),
        dict(closing),
        {},
        planned=given.get("num_train_epochs") or None,
        steps=int(steps) if steps else None,
    )


def _read_text(file: Path) -> _Read:
    read = _Read([], {}, {})
    for line in _lines(file):
        for found in _DICTIONARY.finditer(line):
            entry = {name: float(text) for name, text in _PAIR.findall(found[0]) if _is_number(text)}
            (read.closing.update(entry) if "train_runtime" in entry else read.entries.append(entry))
        if len(read.entries) > _MOST_ENTRIES:
            raise UsageError(f"{file}: more than {_MOST_ENTRIES} losses were logged in it; log fewer steps")
        _note(line, read)
    return read


def _lines(file: Path) -> Iterator[str]:
    # Progress bars end their lines with a carriage return; universal newlines take it for one.
    with file.open(encoding="utf-8", errors="replace") as log:
        while line := log.readline(_MOST_LINE):
            yield line


def _note(line: str, read: _Read) -> None:
    """Note what `line` tells beside the losses: the closing table, memory, the card."""
    if found := _CLOSING.match(line):
        value = _closing_value(found[2])
        if value is not None:
            read.closing[found[1]] = value
    for name, pattern in _MEMORY:
        if found := pattern.search(line):
            size, unit = _size(found[1]), found[2]
            read.memory[name] = size * (1024 if unit == "GiB" else 1000 if unit == "GB" else 1)
            if name != "limit":
                read.unit = "MiB" if "i" in unit else "MB"
            break
    if not read.card and (card := _CARD.search(line)):
        read.card = card[0].strip()


def _size(text: str) -> float:
    """Return the number in `text`, whose last sign that is no digit is the decimal one."""
    whole, sign, fraction = text.rstrip(".,").replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}{sign}{fraction}")


def _closing_value(text: str) -> float | None:
    if found := _RUNTIME.match(text):
        days, hours, minutes, seconds = found.groups()
        return int(days or 0) * 86_400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    factor = 1e9 if text.endswith("GF") else 1.0
    bare = text.removesuffix("GF")
    return float(bare) * factor if _is_number(bare) else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(entry: Mapping[str, Any]) -> dict[str, float]:
    """Return what of `entry` is a number, or a number written as text, as newer versions of Trainer log it."""
    return {
        name: float(value)
        for name, value in entry.items()
        if isinstance(value, int | float | str) and not isinstance(value, bool) and _is_number(str(value))
    }


def _record(name: str, losses: Sequence[_Entry], read: _Read) -> RunRecord:
    axis = _axis(losses)
    placed = _placed(read.entries, axis)
    broken = next((place for place, entry in placed if not math.isfinite(entry.get("loss", 0.0))), None)

    def curve(metric: str) -> Curve | None:
        return curve_of(
            (place, entry[metric]) for place, entry in placed if metric in entry and (broken is None or place < broken)
        )

    loss = curve("loss")
    if loss is None:
        raise UsageError(f"{name}: no loss in it is a number; expected {EXPECTED}")
    closing, last = read.closing, losses[-1]
    return RunRecord(
        name=name,
        axis=axis,
        loss=loss,
        broken_at=broken,
        held_out_loss=curve("eval_loss"),
        gradient_norm=curve("grad_norm"),
        learning_rate=curve("learning_rate"),
        machine=read.card,
        seconds=closing.get("train_runtime"),
        epochs_run=closing.get("epoch") or closing.get("epochs") or last.get("epoch"),
        epochs_planned=read.planned,
        steps=read.steps or (int(last["step"]) if "step" in last else None),
        mean_loss=closing.get("train_loss"),
        rows_a_second=closing.get("train_samples_per_second"),
        flop=closing.get("total_flos"),
        memory=_memory(read),
        origin=name,
        commands=(shlex.join(["tutor", "report", name]),),
    )


def _axis(losses: Sequence[_Entry]) -> Axis:
    epochs = all("epoch" in entry for entry in losses)
    if epochs and (losses[-1]["epoch"] >= _FEWEST_EPOCHS or not all("step" in entry for entry in losses)):
        return "epochs"
    return "steps"


def _placed(entries: Sequence[_Entry], axis: Axis) -> list[tuple[float, _Entry]]:
    """Return the entries with their positions; where neither epochs nor steps were logged, losses are counted."""
    unit, placed, counted = ("epoch" if axis == "epochs" else "step"), [], 0
    for entry in entries:
        counted += "loss" in entry
        placed.append((entry.get(unit, float(counted)), entry))
    return placed


def _memory(read: _Read) -> Memory | None:
    if not read.memory.keys() - {"limit"}:
        return None
    limit = read.memory.get("limit") or _CARD_MB.get(read.card)
    figures = {name: read.memory.get(name) for name in ("peak", "allocated", "reserved")}
    return Memory(read.unit, "card", limit=limit, **figures)
