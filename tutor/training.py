"""An adapter trained on tokenised rows over a 4-bit base, with transformers' Trainer; resumes where it was stopped."""

from __future__ import annotations

import math
import resource
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig as PeftConfig
from peft import get_peft_model
from torch import Tensor, nn
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    default_data_collator,
    set_seed,
)
from transformers.trainer import TRAINER_STATE_NAME

from tutor import base_model
from tutor.adapter import ADAPTER
from tutor.config import LoraConfig, ModelConfig, TrainingConfig
from tutor.head_loss import FrozenHead, summed_cross_entropy
from tutor.held_out_watch import Validation, held_out_watch
from tutor.llama_arithmetic import pass_fewer_times
from tutor.lora_plus import lora_plus_optimizer
from tutor.packing import PackedRows
from tutor.progress import ReportProgress
from tutor.quantised_linear import compute_plainly, reuse_freed_memory
from tutor.run_watch import RunWatch, course_of, every_few_steps, phase_metrics
from tutor.short_attention import SHORT_ATTENTION, RowBorders, register_attention
from tutor.small_card import checkpoint_as_needed, spare_the_card
from tutor.tokenization import IGNORED, refuse_without_supervision

if TYPE_CHECKING:
    from datasets import Dataset

CHECKPOINTS = "checkpoints"
_CHECKPOINTS_AN_EPOCH = 4

LogMetrics = Callable[[int, Mapping[str, float]], None]


def train_adapter(  # noqa: PLR0913 - what is trained, how, and who is told
    base_folder: Path,
    tokens: Dataset,
    folder: Path,
    *,
    model: ModelConfig,
    lora: LoraConfig,
    training: TrainingConfig,
    log_metrics: LogMetrics,
    report_progress: ReportProgress,
    validation: Validation | None = None,
) -> Mapping[str, Any]:
    """Write the trained adapter to `folder/adapter` and return what training measured.

    What an interrupted call left in `folder/checkpoints` is taken up again. With `validation`, the adapter is that of
    the best check on its rows, and training stops when they show no improvement any more.

    Raises:
        TrainingRefused: a row has no supervised token, or the run goes astray (see RunGuard).
    """
    refuse_without_supervision(tokens)
    set_seed(training.seed)
    adapted = _adapted_model(base_folder, model, lora)
    if training.gradient_checkpointing:
        checkpoint_as_needed(adapted.get_base_model(), lora, training, keep=model.keep_dequantised)
    tokenizer = base_model.load_tokenizer(base_folder)
    packs = PackedRows(tokens, training.pack_tokens, tokenizer.pad_token_id, training.seed)
    watcher = _Watcher(every_few_steps(log_metrics, training.logging_steps), report_progress)
    held_out = held_out_watch(
        folder,
        validation,
        adapted,
        tokenizer,
        training,
        len(packs),
        loss_of=_loss_of,
        save=lambda place: _save_adapter(adapted, place, model),
        log_metrics=log_metrics,
    )
    arguments = _arguments(folder / CHECKPOINTS, len(packs), training)
    trainer = _SupervisedTrainer(
        model=adapted,
        args=arguments,
        train_dataset=packs,
        data_collator=default_data_collator,
        # First what may refuse the step, then what tells of it.
        callbacks=[RunWatch(training, log_metrics), watcher, *([held_out] if held_out else [])],
        optimizers=(lora_plus_optimizer(adapted, arguments, lora.plus_ratio), None),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.watcher = watcher
    # The loss is a sum over the whole optimiser step divided by its supervised tokens: let Trainer count them.
    trainer.model_accepts_loss_kwargs = True
    interrupted = _last_whole_checkpoint(folder / CHECKPOINTS)
    result = trainer.train(resume_from_checkpoint=str(interrupted) if interrupted else None)
    _save_adapter(adapted, folder / ADAPTER, model)
    if held_out:
        held_out.restore_best(folder / ADAPTER, trainer.state.global_step)
    course = course_of(trainer.state.log_history, training.logging_steps)
    if course:
        log_metrics(trainer.state.global_step, phase_metrics(course))
    return {
        "steps": trainer.state.global_step,
        "resumed_from": interrupted.name if interrupted else None,
        "loss": result.training_loss,
        "trainable_parameters": sum(p.numel() for p in adapted.parameters() if p.requires_grad),
        "useful_tokens": watcher.useful_tokens,
        "useful_tokens_per_second": round(watcher.useful_tokens_per_second, 1),
        "peak_mib": _peak_mib(),
        "steps_planned": trainer.state.max_steps,
        **(held_out.facts(trainer.state.global_step) if held_out else {}),
        "improvement": course.improvement if course else None,
        "phases": [asdict(phase) for phase in course.phases] if course else [],
    }


def _last_whole_checkpoint(folder: Path) -> Path | None:
    """Return the newest checkpoint that was written to its end; those that were not are removed."""
    newest_first = sorted(folder.glob("checkpoint-*"), key=lambda path: -int(path.name.rpartition("-")[2]))
    for checkpoint in newest_first:
        # Trainer writes this file last.
        if (checkpoint / TRAINER_STATE_NAME).is_file():
            return checkpoint
        shutil.rmtree(checkpoint)
    return None


def _adapted_model(base_folder: Path, model: ModelConfig, lora: LoraConfig) -> Any:
    dtype = base_model.compute_dtype(model)
    base = base_model.load(base_folder)
    if base_model.device().type == "cpu":
        reuse_freed_memory()
        register_attention()
        base.set_attn_implementation(SHORT_ATTENTION)
        pass_fewer_times(base)
        base.set_output_embeddings(FrozenHead(base.get_output_embeddings(), keep=model.keep_dequantised))
    else:
        spare_the_card(base)
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    adapted = get_peft_model(
        base,
        PeftConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=0.0,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
            use_rslora=lora.rank_stabilised,
        ),
    )
    compute_plainly(adapted, dtype, keep_dequantised=model.keep_dequantised)
    return adapted


def _arguments(folder: Path, packs: int, training: TrainingConfig) -> TrainingArguments:
    steps_an_epoch = math.ceil(packs / training.gradient_accumulation)
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=training.epochs,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=training.gradient_accumulation,
        learning_rate=training.learning_rate,
        warmup_steps=training.warmup_share,
        lr_scheduler_type="cosine",
        max_grad_norm=training.max_grad_norm,
        weight_decay=0.0,
        optim="adamw_torch_fused" if base_model.device().type == "cpu" else "adamw_bnb_8bit",
        # Every step is looked at; what is logged in MLflow are means over training.logging_steps of them.
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=max(1, math.ceil(steps_an_epoch / _CHECKPOINTS_AN_EPOCH)),
        save_total_limit=2,
        seed=training.seed,
        use_cpu=base_model.device().type == "cpu",
        bf16=False,
        fp16=False,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        report_to="none",
        disable_tqdm=True,
        log_level="error",
    )


class _SupervisedTrainer(Trainer):
    """Trainer that works out logits only where there is something to learn."""

    watcher: _Watcher

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Return the summed cross entropy of the supervised tokens over those of the whole optimiser step."""
        self.watcher.useful_tokens += int(inputs["useful_tokens"].sum())
        causal: Any = self.accelerator.unwrap_model(model).get_base_model()
        loss, supervised = _loss_of(causal, inputs)
        loss = loss / (num_items_in_batch if num_items_in_batch is not None else supervised)
        return (loss, {}) if return_outputs else loss


def _loss_of(causal: Any, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Return the summed cross entropy of the supervised tokens of packed rows, and their number."""
    packed = {name: inputs[name] for name in ("input_ids", "position_ids")}
    borders = RowBorders.of(inputs["position_ids"])
    hidden = causal.model(**packed, use_cache=False, row_borders=borders).last_hidden_state
    targets = inputs["labels"][:, 1:]
    supervised = targets != IGNORED
    loss = summed_cross_entropy(causal.get_output_embeddings(), hidden[:, :-1][supervised], targets[supervised])
    return loss, supervised.sum()


class _Watcher(TrainerCallback):
    """Hands on what Trainer logs, with speed and memory."""

    def __init__(self, log_metrics: LogMetrics, report_progress: ReportProgress) -> None:
        self._log_metrics, self._report_progress = log_metrics, report_progress
        self.useful_tokens = 0
        self._started = time.monotonic()
        self._last = (self._started, 0)

    @property
    def useful_tokens_per_second(self) -> float:
        """Return non-padding tokens a second since training began."""
        return self.useful_tokens / max(time.monotonic() - self._started, 1e-9)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._started = time.monotonic()
        self._last = (self._started, 0)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._report_progress(state.global_step, state.max_steps)

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        logs: Mapping[str, float] = kwargs["logs"]
        if "loss" not in logs:
            return
        now = time.monotonic()
        since, tokens = self._last
        self._last = (now, self.useful_tokens)
        measured = {name: logs[name] for name in ("loss", "grad_norm", "learning_rate", "epoch")}
        measured["useful_tokens_per_second"] = (self.useful_tokens - tokens) / max(now - since, 1e-9)
        measured["peak_mib"] = _peak_mib()
        self._log_metrics(state.global_step, measured)


def _save_adapter(adapted: Any, folder: Path, model: ModelConfig) -> None:
    settings = adapted.peft_config["default"]
    here = settings.base_model_name_or_path, settings.revision
    settings.base_model_name_or_path, settings.revision = model.source, model.revision
    # The embedding is not trained: without the argument peft looks for the base model to find that out.
    adapted.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)
    # Trainer has no such argument for its checkpoints, and would have peft look on the hub.
    settings.base_model_name_or_path, settings.revision = here
    (folder / "README.md").unlink(missing_ok=True)


def _peak_mib() -> int:
    """Return the most memory taken so far, MiB: of the card where there is one, else of this process."""
    if torch.cuda.is_available():
        return round(torch.cuda.max_memory_allocated() / 2**20)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)
