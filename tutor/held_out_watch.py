"""A training watched on validation rows: their loss and graded answers now and then, an end when neither improves.

Rows held out for the examination are never looked at here: what is chosen by them could no longer be judged by them.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import TrainerCallback

from tutor.answering import Tutor
from tutor.check_plan import BEST, Check, CheckPlan, best_of, is_over, plan_checks
from tutor.config import TrainingConfig
from tutor.evaluation import examine
from tutor.packing import PackedRows
from tutor.rows import Row, spread_over_topics
from tutor.tokenization import encode_stream

_RECORD = "checks.json"
# The plan holds to its share of the work; where the clock says otherwise a check is left out, but not for seconds.
_MOST_OF_TIME, _NOT_WORTH_SPARING_S = 0.1, 30.0

LossOf = Callable[[Any, Mapping[str, Tensor]], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Validation:
    """Rows that settings are chosen by, and how their questions are asked: longest answer, questions at once."""

    rows: Sequence[Row]
    max_new_tokens: int
    batch_rows: int


def validation_blocks(rows: Sequence[Row], tokenizer: Any, pack_tokens: int, seed: int) -> PackedRows | None:
    """Return `rows` as blocks of `pack_tokens` tokens, those that fit; None where none does."""
    import pyarrow as pa
    from datasets import Dataset

    batches = [encoded for _, encoded in encode_stream(rows, tokenizer, batch_rows=1000, threads=1)]
    if not batches:
        return None
    tokens = Dataset(pa.Table.from_batches(batches))
    fitting = tokens.select([at for at, ids in enumerate(tokens["input_ids"]) if len(ids) <= pack_tokens])
    return PackedRows(fitting, pack_tokens, tokenizer.pad_token_id, seed) if len(fitting) else None


def held_out_watch(  # noqa: PLR0913 - what is watched, by which rows, and what is done with what is found
    folder: Path,
    validation: Validation | None,
    adapted: Any,
    tokenizer: Any,
    training: TrainingConfig,
    packs: int,
    *,
    loss_of: LossOf,
    save: Callable[[Path], None],
    log_metrics: Callable[[int, Mapping[str, float]], None],
) -> HeldOutWatch | None:
    """Return the watch over a training on `packs` blocks an epoch; None where no check pays, or has no rows."""
    if validation is None or not training.check_share:
        return None
    rows = spread_over_topics(validation.rows, training.check_rows)
    blocks = validation_blocks(rows, tokenizer, training.pack_tokens, training.seed)
    if blocks is None:
        return None
    asked = spread_over_topics(validation.rows, training.check_answers)
    plan = plan_checks(
        training.epochs * math.ceil(packs / training.gradient_accumulation),
        training.epochs * packs,
        len(blocks),
        math.ceil(len(asked) / validation.batch_rows) * validation.max_new_tokens,
        share=training.check_share,
        patience=training.patience,
    )
    if not plan.loss_steps:
        return None
    tutor = Tutor.in_training(adapted.get_base_model(), tokenizer, validation.max_new_tokens, validation.batch_rows)
    return HeldOutWatch(folder, plan, blocks, tutor, asked, loss_of=loss_of, save=save, log_metrics=log_metrics)


class HeldOutWatch(TrainerCallback):
    """Makes the checks of its plan, keeps the adapter of the best one in `folder/best`, and ends what has stalled.

    Each check is written down before training goes on. A run that is taken up again passes over the checks that it
    made already, with the same decisions, so that it ends as if nothing had happened.
    """

    def __init__(
        self,
        folder: Path,
        plan: CheckPlan,
        blocks: PackedRows,
        tutor: Tutor,
        rows: Sequence[Row],
        *,
        loss_of: LossOf,
        save: Callable[[Path], None],
        log_metrics: Callable[[int, Mapping[str, float]], None],
    ) -> None:
        self._folder, self._plan, self._blocks, self._tutor, self._rows = folder, plan, blocks, tutor, rows
        self._loss_of, self._save, self._log_metrics = loss_of, save, log_metrics
        self._known = _read(folder / _RECORD)
        self.checks: list[Check] = []
        self._began = time.monotonic()
        self._trained_before_s = 0.0

    @property
    def best(self) -> Check | None:
        """Return the best check so far, None before the first."""
        return best_of(self.checks)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take up the checks up to the step at which training goes on."""
        self.checks = [check for check in self._known if check.step <= state.global_step]
        self._trained_before_s = self.checks[-1].elapsed_s if self.checks else 0.0
        self._began = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Make the check that is due after this step."""
        step = state.global_step
        if step not in self._plan.loss_steps:
            return
        check = next((known for known in self._known if known.step == step), None)
        if check is None:
            # Of several processes each makes the check and comes to the same decision; clocks would tell them apart.
            check = self._check(step, kwargs["model"], may_leave_out=args.world_size == 1)
            self._known = [*self.checks, check]
            if state.is_world_process_zero:
                if best_of(self._known) is check:
                    self._keep()
                _write(self._folder / _RECORD, self._known)
        self.checks.append(check)
        self._log_metrics(step, check.metrics())
        if is_over(self.checks, self._plan.patience):
            control.should_training_stop = True

    def restore_best(self, adapter: Path, last_step: int) -> None:
        """Put the adapter of the best check in the place of the last one."""
        best = self.best
        if best is not None and best.step != last_step:
            shutil.rmtree(adapter)
            shutil.copytree(self._folder / BEST, adapter)

    def facts(self, last_step: int) -> dict[str, Any]:
        """Return what the manifest of the training says of its checks."""
        best = self.best
        seconds = sum(check.seconds for check in self.checks)
        elapsed = self._trained_before_s + time.monotonic() - self._began
        return {
            "checks": [asdict(check) | ({"loss": None} if check.left_out else {}) for check in self.checks],
            "checks_share_of_time": round(seconds / max(elapsed, 1e-9), 4),
            "best_step": best.step if best else last_step,
            "stopped_early": is_over(self.checks, self._plan.patience) and last_step < self._plan.loss_steps[-1],
        }

    def _check(self, step: int, model: Any, *, may_leave_out: bool) -> Check:
        started = time.monotonic()
        elapsed = self._trained_before_s + started - self._began
        graded = step in self._plan.answer_steps
        like = [check.seconds for check in self.checks if (check.asked > 0) == graded and not check.left_out]
        spent = sum(check.seconds for check in self.checks) + max(like, default=0.0)
        if may_leave_out and like and spent > max(_MOST_OF_TIME * elapsed, _NOT_WORTH_SPARING_S):
            return Check(step, math.nan, 0, 0, 0.0, elapsed, left_out=True)
        model.eval()
        loss = self._loss(model)
        right = examine(self._tutor, self._rows, lambda _done, _total: None).right if graded else 0
        model.train()
        seconds = time.monotonic() - started
        return Check(step, loss, right, len(self._rows) if graded else 0, seconds, elapsed + seconds, left_out=False)

    @torch.no_grad()
    def _loss(self, model: Any) -> float:
        """Return the mean cross entropy of all supervised tokens of the validation blocks."""
        causal, device = model.get_base_model(), next(model.parameters()).device
        parts = [
            self._loss_of(causal, {name: block[None].to(device) for name, block in self._blocks[at].items()})
            for at in range(len(self._blocks))
        ]
        return float(sum(loss.double() for loss, _ in parts) / sum(count for _, count in parts))

    def _keep(self) -> None:
        """Write the adapter aside and move it to its place: a process that dies in between leaves the one before."""
        best, aside = self._folder / BEST, self._folder / f"{BEST}.partial"
        shutil.rmtree(aside, ignore_errors=True)
        self._save(aside)
        shutil.rmtree(best, ignore_errors=True)
        aside.rename(best)


def _read(file: Path) -> list[Check]:
    if not file.is_file():
        return []
    return [Check(**check) for check in json.loads(file.read_text(encoding="utf-8"))]


def _write(file: Path, checks: Sequence[Check]) -> None:
    aside = file.with_suffix(".partial")
    with aside.open("w", encoding="utf-8") as out:
        out.write(json.dumps([asdict(check) for check in checks]))
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
