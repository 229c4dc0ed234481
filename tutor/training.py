"""An adapter trained on tokenised rows over a 4-bit base, with transformers' Trainer; resumes where it was stopped."""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
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

from tutor import base_model, checkpoints
from tutor.adapter import ADAPTER
from tutor.checkpoints import CHECKPOINTS
from tutor.config import LoraConfig, ModelConfig, TrainingConfig
from tutor.head_loss import FrozenHead, summed_cross_entropy
from tutor.held_out_watch import Validation, held_out_watch
from tutor.llama_arithmetic import pass_fewer_times
from tutor.lora_plus import lora_plus_optimizer
from tutor.memory_ladder import MemoryRanOut, Rung, pieces_of, ran_out_of_memory, rung_in
from tutor.packing import PackedRows, ShuffledPacks
from tutor.progress import ReportProgress
from tutor.quantised_linear import compute_plainly, reuse_freed_memory
from tutor.run_watch import RunWatch, course_of, every_few_steps, phase_metrics
from tutor.short_attention import SHORT_ATTENTION, RowBorders, register_attention
from tutor.small_card import checkpoint_as_needed, checkpoint_layers, spare_the_card
from tutor.tokenization import IGNORED, refuse_without_supervision

if TYPE_CHECKING:
    from datasets import Dataset

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

    What an interrupted call left in `folder/checkpoints` is taken up again, on the rung of the memory ladder where
    it was. With `validation`, the adapter is that of the best check on its rows, and training stops when they show no
    improvement any more.

    Raises:
        MemoryRanOut: memory does not suffice on this rung.
        TrainingRefused: a row has no supervised token, or the run goes astray (see RunGuard).
    """
    refuse_without_supervision(tokens)
    set_seed(training.seed)
    adapted = _adapted_model(base_folder, model, lora)
    rung = _applied(rung_in(folder, training), adapted.get_base_model(), model, lora, training)
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
    trainer.rung = rung
    # By its own forward, which is what spreads gradients over several processes.
    adapted.forward = partial(_summed_loss, adapted.get_base_model())
    # The loss is a sum over the whole optimiser step divided by its supervised tokens: let Trainer count them.
    trainer.model_accepts_loss_kwargs = True
    with trainer.accelerator.main_process_first():
        interrupted = checkpoints.last_whole(folder / CHECKPOINTS)
    if not _train(trainer, interrupted):
        layers = len(adapted.get_base_model().get_decoder().layers)
        raise MemoryRanOut(trainer.state.global_step, rung, layers, packs.longest_row)
    if trainer.is_world_process_zero():
        _save_adapter(adapted, folder / ADAPTER, model)
        if held_out:
            held_out.restore_best(folder / ADAPTER, trainer.state.global_step)
    course = course_of(trainer.state.log_history, training.logging_steps)
    if course:
        log_metrics(trainer.state.global_step, phase_metrics(course))
    return {
        "steps": trainer.state.global_step,
        "resumed_from": interrupted.name if interrupted else None,
        "loss": _mean_loss(trainer.state.log_history),
        "trainable_parameters": sum(p.numel() for p in adapted.parameters() if p.requires_grad),
        "useful_tokens": trainer.state.num_input_tokens_seen,
        "useful_tokens_per_second": round(_speed(trainer.state.log_history), 1),
        "peak_mib": _peak_mib(),
        "steps_planned": trainer.state.max_steps,
        **(held_out.facts(trainer.state.global_step) if held_out else {}),
        "improvement": course.improvement if course else None,
        "phases": [asdict(phase) for phase in course.phases] if course else [],
    }


def _train(trainer: Trainer, interrupted: Path | None) -> bool:
    """Return whether training came to its end, False where memory ran out."""
    try:
        trainer.train(resume_from_checkpoint=str(interrupted) if interrupted else None)
    except (RuntimeError, MemoryError) as error:
        # Told by the caller, once the frames that hold the activations are gone.
        if not ran_out_of_memory(error):
            raise
        return False
    return True


def _applied(rung: Rung, base: Any, model: ModelConfig, lora: LoraConfig, training: TrainingConfig) -> Rung:
    """Have at least as many layers checkpointed as `rung` says; return it with the number that are."""
    count = 0
    if training.gradient_checkpointing:
        count = checkpoint_as_needed(base, lora, training, keep=model.keep_dequantised)
    if rung.checkpointed > count:
        count = rung.checkpointed
        checkpoint_layers(base, count)
    return replace(rung, checkpointed=count)


def _mean_loss(history: Sequence[Mapping[str, float]]) -> float:
    """Return the mean loss of all steps that were logged, those before an interruption too."""
    total, before = 0.0, 0.0
    for logged in history:
        if "loss" in logged:
            total += logged["loss"] * (logged["step"] - before)
            before = logged["step"]
    return total / before


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
    arguments = TrainingArguments(
        output_dir=str(checkpoints.unfinished(folder)),
        num_train_epochs=training.epochs,
        per_device_train_batch_size=training.micro_batch,
        gradient_accumulation_steps=training.gradient_accumulation // (training.micro_batch * training.processes),
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
    # On a machine with several cards Trainer would spread one process over all of them (DataParallel).
    arguments._n_gpu = min(arguments.n_gpu, 1)
    return arguments


class _SupervisedTrainer(Trainer):
    """Trainer that works out logits only where there is something to learn."""

    rung: Rung

    def training_step(
        self, model: nn.Module, inputs: dict[str, Any], num_items_in_batch: Tensor | int | None = None
    ) -> Tensor:
        """Return the loss of a micro-batch, worked out piece by piece; the last piece carries gradients to all."""
        useful = inputs.pop("useful_tokens").sum().to(self.args.device)
        self.state.num_input_tokens_seen += int(self.accelerator.reduce(useful))
        *earlier, last = pieces_of(inputs, self.rung)
        losses = []
        for piece in earlier:
            with self.accelerator.no_sync(model):
                losses.append(super().training_step(model, piece, num_items_in_batch))
        losses.append(super().training_step(model, last, num_items_in_batch))
        return torch.stack(losses).sum() if earlier else losses[0]

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Return the summed cross entropy of the supervised tokens over those of the whole optimiser step."""
        loss = model(**{name: inputs[name] for name in ("input_ids", "position_ids", "labels")})
        count = num_items_in_batch if num_items_in_batch is not None else (inputs["labels"][:, 1:] != IGNORED).sum()
        # The mean over processes is taken of the gradients; the sum is wanted.
        loss = loss * self.args.world_size / count
        return (loss, {}) if return_outputs else loss

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Return nothing: Trainer would count all parameters of the model at every step, for a figure nobody reads."""
        return 0

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        step, folder = self.state.global_step, Path(str(self.args.output_dir)).parent
        with checkpoints.room_for(folder, step):
            if self.args.should_save:
                checkpoints.begin(folder)
            self.accelerator.wait_for_everyone()
            super()._save_checkpoint(model, trial)
            self.accelerator.wait_for_everyone()
            if self.args.should_save:
                checkpoints.finish(folder, step)

    def _get_train_sampler(self, train_dataset: Any = None) -> ShuffledPacks:
        packs: Any = self.train_dataset
        return ShuffledPacks(len(packs), self.args.seed, self.args.world_size * self.args.train_batch_size)


def _summed_loss(causal: Any, input_ids: Tensor, position_ids: Tensor, labels: Tensor) -> Tensor:
    """Return the summed cross entropy of the supervised tokens, a float32 scalar; arguments are `(blocks, tokens)`."""
    packed = {"input_ids": input_ids, "position_ids": position_ids}
    borders = RowBorders.of(position_ids) if len(position_ids) == 1 else None
    hidden = causal.model(**packed, use_cache=False, row_borders=borders).last_hidden_state
    targets = labels[:, 1:]
    supervised = targets != IGNORED
    return summed_cross_entropy(causal.get_output_embeddings(), hidden[:, :-1][supervised], targets[supervised])


def _loss_of(causal: Any, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Return the summed cross entropy of the supervised tokens of packed rows, and their number."""
    blocks = {name: inputs[name] for name in ("input_ids", "position_ids", "labels")}
    return _summed_loss(causal, **blocks), (inputs["labels"][:, 1:] != IGNORED).sum()


class _Watcher(TrainerCallback):
    """Hands on what Trainer logs, with speed and memory."""

    def __init__(self, log_metrics: LogMetrics, report_progress: ReportProgress) -> None:
        self._log_metrics, self._report_progress = log_metrics, report_progress
        self._last = (time.monotonic(), 0)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._last = (time.monotonic(), state.num_input_tokens_seen)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._report_progress(state.global_step, state.max_steps)

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        logs: Mapping[str, float] = kwargs["logs"]
        since, tokens = self._last
        self._last = (time.monotonic(), state.num_input_tokens_seen)
        passed = {"passed_s": self._last[0] - since, "passed_tokens": self._last[1] - tokens}
        # Kept in checkpoints with the rest of the history.
        state.log_history[-1] |= passed
        if "loss" not in logs:
            return
        measured = {name: logs[name] for name in ("loss", "grad_norm", "learning_rate", "epoch")}
        measured["useful_tokens_per_second"] = _speed([passed])
        measured["peak_mib"] = _peak_mib()
        self._log_metrics(state.global_step, measured)


def _speed(history: Sequence[Mapping[str, float]]) -> float:
    """Return the non-padding tokens a second in what was logged."""
    timed = [logged for logged in history if "passed_s" in logged]
    return sum(logged["passed_tokens"] for logged in timed) / max(sum(logged["passed_s"] for logged in timed), 1e-9)


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
