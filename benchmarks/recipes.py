"""Three ways to train the same adapter on the same rows: ours, TRL's SFTTrainer, and the run this project began with.

`train` is what a process of its own runs, so that its peak of memory is that of one training.
"""

from __future__ import annotations

import json
import math
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import base_model
from tutor.config import RetrainConfig
from tutor.errors import TutorError
from tutor.progress import ReportProgress, progress
from tutor.prompt import completion, prompt
from tutor.rows import Row, read_written_rows

if TYPE_CHECKING:
    from datasets import Dataset

ROWS, HELD_OUT = "rows.jsonl", "held-out.jsonl"
_TRL_BATCH_ROWS, _TRL_LEARNING_RATE = 8, 1e-3
_PADDED_TOKENS, _REFERENCE_ACCUMULATION, _REFERENCE_LEARNING_RATE, _REFERENCE_WARMUP = 424, 16, 1e-4, 0.1
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Job:
    """One training: by which recipe, from which quantised base, on the rows in which folder, and where it may write."""

    recipe: str
    config: RetrainConfig
    base: Path
    data: Path
    folder: Path


def train(job: Job) -> None:
    """Train as `job` says, examine what came out, and write the figures to `job.folder/result.json`.

    Where it fails, that file holds `error`, one sentence.
    """
    from tutor.settings import open_store

    open_store()
    # What libraries tell their developers is nothing for the table.
    warnings.simplefilter("ignore")
    try:
        result = _trained_and_examined(job)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # told by the process that waits
        said = str(error).strip().splitlines() or ["no message"]
        result = {"error": said[0] if isinstance(error, TutorError) else f"{type(error).__name__}: {said[0]}"}
    (job.folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def measure_gemm(config: RetrainConfig, result: Path) -> None:
    """Write to `result` the FLOP a second of a large matrix product in the type of the arithmetic, and that type."""
    from tutor.run_plan import measured_gemm_flops

    dtype = base_model.compute_dtype(config.model)
    flops = sorted(measured_gemm_flops(dtype.itemsize) for _ in range(5))[2]
    result.write_text(json.dumps({"flops": flops, "dtype": str(dtype).removeprefix("torch.")}), encoding="utf-8")


def _trained_and_examined(job: Job) -> Mapping[str, Any]:
    from datasets import load_from_disk

    from tutor.tokenization import TOKENS, token_counts

    tokens = load_from_disk(str(job.data / TOKENS))
    with progress(f"Entrenamiento: {job.recipe}", "pasos") as report_progress:
        started = time.monotonic()
        seconds_of_steps = _RECIPES[job.recipe](job, tokens, report_progress)
        seconds = time.monotonic() - started
    peak_mib = _peak_mib()
    useful = int(token_counts(tokens)[0].sum()) * job.config.training.epochs
    return {
        "useful_tokens_per_second": round(useful / seconds_of_steps, 1),
        "seconds": round(seconds, 1),
        "peak_mib": peak_mib,
        **_examined(job),
    }


def _examined(job: Job) -> Mapping[str, float]:
    from tutor.adapter import ADAPTER
    from tutor.answering import Tutor
    from tutor.evaluation import examine

    asked, rows = job.config.evaluation, read_written_rows(job.data / HELD_OUT)
    adapter = job.folder / ADAPTER
    tutor = Tutor(job.base, adapter, job.config.model, asked.max_new_tokens, asked.batch_rows)
    with progress(f"Evaluación: {job.recipe}", "preguntas") as report_progress:
        started = time.monotonic()
        examination = examine(tutor, rows, report_progress)
        speed = len(rows) / (time.monotonic() - started)
    return {"accuracy": round(examination.accuracy, 4), "questions_per_second": round(speed, 2)}


def _train_ours(job: Job, tokens: Dataset, report_progress: ReportProgress) -> float:
    from tutor.training import train_adapter

    config = job.config
    measured = train_adapter(
        job.base,
        tokens,
        job.folder,
        model=config.model,
        lora=config.lora,
        training=config.training,
        log_metrics=lambda _step, _metrics: None,
        report_progress=report_progress,
    )
    return float(measured["useful_tokens"] / measured["useful_tokens_per_second"])


def _train_trl(job: Job, _tokens: Dataset, report_progress: ReportProgress) -> float:
    """Train as TRL's documentation sets QLoRA up: prompt and completion, its defaults, LoRA on all linear layers.

    Only the learning rate is ours: five times the one that is proposed there, for more is learnt with it here.
    """
    from datasets import Dataset
    from transformers import PrinterCallback
    from trl import SFTConfig, SFTTrainer

    rows = read_written_rows(job.data / ROWS)
    settings = SFTConfig(
        **_arguments(job),
        per_device_train_batch_size=_TRL_BATCH_ROWS,
        learning_rate=_TRL_LEARNING_RATE,
    )
    watcher = _watcher(report_progress)
    trainer = SFTTrainer(
        model=base_model.load(job.base),
        args=settings,
        train_dataset=Dataset.from_list([_texts(row) for row in rows]),
        processing_class=base_model.load_tokenizer(job.base),
        peft_config=_lora(job.config),
        callbacks=[watcher],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return _save(trainer.model, job, watcher)


def _train_reference(job: Job, tokens: Dataset, report_progress: ReportProgress) -> float:
    """Train as the run that this project began with: a row at a time, padded to 424 tokens, 16 rows to a step.

    Everything else is what peft and transformers do by themselves, with peft's preparation for 4-bit training.
    """
    from peft import get_peft_model, prepare_model_for_kbit_training
    from transformers import PrinterCallback, Trainer, TrainingArguments, default_data_collator

    model: Any = base_model.load(job.base)
    model = get_peft_model(prepare_model_for_kbit_training(model), _lora(job.config))
    settings = TrainingArguments(
        **_arguments(job),
        per_device_train_batch_size=1,
        gradient_accumulation_steps=_REFERENCE_ACCUMULATION,
        learning_rate=_REFERENCE_LEARNING_RATE,
        warmup_steps=_REFERENCE_WARMUP,
        lr_scheduler_type="cosine",
    )
    pad_id = base_model.load_tokenizer(job.base).pad_token_id
    watcher = _watcher(report_progress)
    trainer = Trainer(
        model=model,
        args=settings,
        train_dataset=tokens.map(lambda row: _padded(row, pad_id), remove_columns=tokens.column_names),
        data_collator=default_data_collator,
        callbacks=[watcher],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return _save(model, job, watcher)


_RECIPES: Mapping[str, Callable[[Job, Dataset, ReportProgress], float]] = {
    "ours": _train_ours,
    "trl": _train_trl,
    "reference": _train_reference,
}
NAMES = tuple(_RECIPES)


def _arguments(job: Job) -> dict[str, Any]:
    """Return what the two recipes of others are told alike: how long, on what, and to be silent."""
    training = job.config.training
    return {
        "output_dir": str(job.folder / "trainer"),
        "num_train_epochs": training.epochs,
        "seed": training.seed,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "log_level": "error",
        "use_cpu": base_model.device().type == "cpu",
        "dataloader_pin_memory": False,
    }


def _lora(config: RetrainConfig) -> Any:
    from peft import LoraConfig

    return LoraConfig(
        r=config.lora.rank, lora_alpha=config.lora.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
    )


def _texts(row: Row) -> dict[str, str]:
    return {"prompt": prompt(row.question), "completion": completion(row.solution, row.answer)}


def _padded(row: Mapping[str, Any], pad_id: int) -> dict[str, list[int]]:
    from tutor.tokenization import IGNORED

    ids, asked = row["input_ids"], row["prompt_tokens"]
    missing = _PADDED_TOKENS - len(ids)
    return {
        "input_ids": ids + [pad_id] * missing,
        "attention_mask": [1] * len(ids) + [0] * missing,
        "labels": [IGNORED] * asked + ids[asked:] + [IGNORED] * missing,
    }


def _save(model: Any, job: Job, watcher: Any) -> float:
    """Write the adapter as our tutor reads it, and return the seconds that the steps took."""
    from tutor.adapter import ADAPTER

    model.save_pretrained(job.folder / ADAPTER, safe_serialization=True, save_embedding_layers=False)
    seconds: float = watcher.seconds
    if not (math.isfinite(seconds) and seconds > 0):
        raise ValueError(f"{job.recipe}: no step was taken")
    return seconds


def _watcher(report_progress: ReportProgress) -> Any:
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):
        """Reports steps, and takes the time from before the first to after the last."""

        seconds = math.nan

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._started = time.monotonic()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            report_progress(state.global_step, state.max_steps)

        def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.seconds = time.monotonic() - self._started

    return Watcher()


def _peak_mib() -> int:
    """Return the most memory that this process held resident at once, MiB."""
    line = next(line for line in _STATUS.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 2**10)
