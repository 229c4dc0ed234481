"""A tutor that can be asked: the 4-bit base model, with an adapter or without."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor
from transformers import GenerationConfig, TextIteratorStreamer

from tutor import base_model
from tutor.calculator import Calculator
from tutor.config import ModelConfig
from tutor.decoding import Limits, write_greedily
from tutor.head_loss import FrozenHead
from tutor.memory_ladder import free_memory, halved, ran_out_of_memory
from tutor.progress import ReportProgress, ignored
from tutor.prompt import WORDING, prompt
from tutor.quantised_linear import compute_plainly
from tutor.short_attention import SHORT_ATTENTION, register_attention


@dataclass(frozen=True)
class Reply:
    """What a tutor answered, and in how many of its equations the calculator wrote another result than it would.

    `ended` says whether it came to its end by itself or was cut at the longest length.
    """

    text: str
    corrections: int
    ended: bool


class Tutor:
    """A model that answers questions greedily: the same question always gets the same answer."""

    def __init__(
        self,
        base_folder: Path,
        adapter: Path | None,
        model: ModelConfig,
        max_new_tokens: int,
        batch_rows: int,
        wording: str = WORDING,
    ) -> None:
        """Load the base from `base_folder` and, where there is one, the adapter (safetensors only) on top of it."""
        loaded: Any = base_model.load(base_folder)
        loaded.set_output_embeddings(FrozenHead(loaded.get_output_embeddings(), keep=model.keep_dequantised))
        if base_model.device().type == "cpu":
            register_attention()
            loaded.set_attn_implementation(SHORT_ATTENTION)
        if adapter is not None:
            loaded = PeftModel.from_pretrained(loaded, str(adapter), use_safetensors=True)
        compute_plainly(loaded, base_model.compute_dtype(model), keep_dequantised=model.keep_dequantised)
        self._ask(loaded.eval(), base_model.load_tokenizer(base_folder), max_new_tokens, batch_rows, wording)

    @classmethod
    def in_training(cls, model: Any, tokenizer: Any, max_new_tokens: int, batch_rows: int) -> Tutor:
        """Return the tutor that `model` is at the time when it is asked; it is the caller's, who sets it to eval."""
        tutor = cls.__new__(cls)
        tutor._ask(model, tokenizer, max_new_tokens, batch_rows, WORDING)
        return tutor

    def _ask(self, model: Any, tokenizer: Any, max_new_tokens: int, batch_rows: int, wording: str) -> None:
        self._model, self._tokenizer, self.batch_rows, self._wording = model, tokenizer, batch_rows, wording
        self._tokenizer.padding_side = "left"
        self._generation = GenerationConfig(
            max_new_tokens=max_new_tokens,
            do_sample=False,
            eos_token_id=self._tokenizer.eos_token_id,
            pad_token_id=self._tokenizer.pad_token_id,
        )

    def answers(
        self,
        questions: Sequence[str],
        report_progress: ReportProgress = ignored,
        max_new_tokens: int | None = None,
    ) -> list[Reply]:
        """Return the reply to each of `questions`, in their order; those of like length are answered together.

        `max_new_tokens` is the longest answer where it is not that of this tutor. Where memory runs out, `batch_rows`
        is halved and the questions not answered yet are asked again.

        Raises:
            OutOfMemory: there is no memory for one question alone.
        """
        order = sorted(range(len(questions)), key=lambda place: len(questions[place]))
        replies: dict[int, Reply] = {}
        while len(replies) < len(order):
            places = order[len(replies) : len(replies) + self.batch_rows]
            answered = self._answer_if_memory_allows(
                [questions[at] for at in places],
                max_new_tokens or self._generation.max_new_tokens,
                partial(_report_part, report_progress, len(replies), len(places), len(order)),
            )
            if answered is None:
                self.batch_rows = halved(self.batch_rows)
                continue
            replies |= zip(places, answered, strict=True)
            report_progress(len(replies), len(order))
        return [replies[place] for place in range(len(questions))]

    def stream(self, question: str) -> Generator[str, None, Reply]:
        """Yield the answer to `question` piece by piece, and return the whole; to close it early stops the model."""
        inputs = self._inputs([question])
        prompt_tokens = inputs["input_ids"].shape[1]
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        calculator = Calculator(self._tokenizer, prompt_tokens, 1)
        left = Event()
        failures: list[Exception] = []
        written: list[Tensor] = []

        def nobody_waits(ids: Tensor, *_: Any, **__: Any) -> Tensor:
            return torch.full((len(ids),), left.is_set(), dtype=torch.bool, device=ids.device)

        def write() -> None:
            try:
                answer = self._model.generate(
                    **inputs,
                    generation_config=self._generation,
                    logits_processor=[calculator],
                    stopping_criteria=[nobody_waits],
                    streamer=streamer,
                )
                written.append(answer[0, prompt_tokens:])
            except Exception as error:
                failures.append(error)
                streamer.end()

        writer = Thread(target=write, daemon=True)
        writer.start()
        try:
            begun = False
            for piece in streamer:
                # As in a whole answer, the blank between prompt and answer is left out.
                text = piece if begun else piece.lstrip()
                begun = begun or bool(text)
                yield text
        finally:
            left.set()
            writer.join()
        if failures:
            raise failures[0]
        text = self._tokenizer.decode(written[0], skip_special_tokens=True)
        ended = bool((written[0] == self._tokenizer.eos_token_id).any())
        return Reply(text.strip(), calculator.corrections[0], ended)

    def _answer_if_memory_allows(
        self, questions: Sequence[str], longest: int, report_share: Callable[[float], None]
    ) -> list[Reply] | None:
        """Return the replies, None where memory ran out; what was in it is free again by then."""
        try:
            return self._answer(questions, longest, report_share)
        except (RuntimeError, MemoryError) as error:
            if not ran_out_of_memory(error):
                raise
        free_memory()
        return None

    @torch.no_grad()
    def nats_per_token(self, texts: Sequence[str]) -> float:
        """Return the mean negative log-likelihood of the tokens of `texts` but the first of each, in nats."""
        nats, count = 0.0, 0
        for text in texts:
            tokens = self._tokenizer(text, return_tensors="pt", add_special_tokens=False).to(base_model.device())
            logits = self._model(**tokens).logits[0, :-1].float()
            nats += float(torch.nn.functional.cross_entropy(logits, tokens["input_ids"][0, 1:], reduction="sum"))
            count += len(logits)
        return nats / count

    def _answer(self, questions: Sequence[str], longest: int, report_share: Callable[[float], None]) -> list[Reply]:
        inputs = self._inputs(questions)
        ids, mask = inputs["input_ids"], inputs["attention_mask"]
        calculator = Calculator(self._tokenizer, ids.shape[1], ids.shape[0])
        end, padding = self._tokenizer.eos_token_id, self._tokenizer.pad_token_id
        limits = Limits(longest, end, padding)
        written = write_greedily(self._model, ids, mask, calculator, limits, report_share)
        texts = self._tokenizer.batch_decode(written, skip_special_tokens=True)
        ended = (written == end).any(dim=1).tolist()
        return [Reply(text.strip(), *rest) for text, *rest in zip(texts, calculator.corrections, ended, strict=True)]

    def _inputs(self, questions: Sequence[str]) -> Any:
        texts = [prompt(question, self._wording) for question in questions]
        encoded = self._tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        return encoded.to(base_model.device())


def _report_part(report_progress: ReportProgress, before: int, part: int, total: int, share: float) -> None:
    """Tell how many of `total` are done when `share` of the `part` that follows the first `before` is, from 0 to 1."""
    report_progress(before + min(int(part * share), part - 1), total)
