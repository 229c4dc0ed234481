"""A tutor that can be asked: the 4-bit base model, with an adapter or without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor
from transformers import GenerationConfig, TextIteratorStreamer

from tutor import base_model
from tutor.calculator import Calculator
from tutor.config import ModelConfig
from tutor.head_loss import FrozenHead
from tutor.progress import ReportProgress
from tutor.prompt import prompt
from tutor.quantised_linear import compute_plainly
from tutor.short_attention import SHORT_ATTENTION, register_attention


@dataclass(frozen=True)
class Reply:
    """What a tutor answered, and in how many of its equations the calculator wrote another result than it would."""

    text: str
    corrections: int


class Tutor:
    """A model that answers questions greedily: the same question always gets the same answer."""

    def __init__(
        self, base_folder: Path, adapter: Path | None, model: ModelConfig, max_new_tokens: int, batch_rows: int
    ) -> None:
        """Load the base from `base_folder` and, where there is one, the adapter (safetensors only) on top of it."""
        self._tokenizer: Any = base_model.load_tokenizer(base_folder)
        self._tokenizer.padding_side = "left"
        loaded: Any = base_model.load(base_folder)
        if base_model.device().type == "cpu":
            register_attention()
            loaded.set_attn_implementation(SHORT_ATTENTION)
            head = FrozenHead(loaded.get_output_embeddings(), keep=model.keep_dequantised)
            loaded.set_output_embeddings(head)
        if adapter is not None:
            loaded = PeftModel.from_pretrained(loaded, str(adapter), use_safetensors=True)
        compute_plainly(loaded, base_model.compute_dtype(model), keep_dequantised=model.keep_dequantised)
        self._model = loaded.eval()
        self._batch_rows = batch_rows
        self._generation = GenerationConfig(
            max_new_tokens=max_new_tokens,
            do_sample=False,
            eos_token_id=self._tokenizer.eos_token_id,
            pad_token_id=self._tokenizer.pad_token_id,
        )

    def answers(self, questions: Sequence[str], report_progress: ReportProgress) -> list[Reply]:
        """Return the reply to each of `questions`, in their order; those of like length are answered together."""
        order = sorted(range(len(questions)), key=lambda place: len(questions[place]))
        replies: dict[int, Reply] = {}
        for start in range(0, len(order), self._batch_rows):
            places = order[start : start + self._batch_rows]
            replies |= zip(places, self._answer([questions[at] for at in places]), strict=True)
            report_progress(min(start + self._batch_rows, len(order)), len(order))
        return [replies[place] for place in range(len(questions))]

    def stream(self, question: str) -> Iterator[str]:
        """Yield the answer to `question` piece by piece."""
        inputs = self._inputs([question])
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        failures: list[Exception] = []

        def write() -> None:
            try:
                self._generate(inputs, streamer=streamer)
            except Exception as error:
                failures.append(error)
                streamer.end()

        writer = Thread(target=write, daemon=True)
        writer.start()
        yield from streamer
        writer.join()
        if failures:
            raise failures[0]

    @torch.no_grad()
    def _answer(self, questions: Sequence[str]) -> list[Reply]:
        inputs = self._inputs(questions)
        output, corrections = self._generate(inputs)
        written = output[:, inputs["input_ids"].shape[1] :]
        texts = self._tokenizer.batch_decode(written, skip_special_tokens=True)
        return [Reply(text.strip(), count) for text, count in zip(texts, corrections, strict=True)]

    def _generate(self, inputs: Any, **options: Any) -> tuple[Tensor, list[int]]:
        """Return the tokens of prompts and answers, `(rows, tokens)`, and the corrections of each answer."""
        rows, prompt_tokens = inputs["input_ids"].shape
        calculator = Calculator(self._tokenizer, prompt_tokens, rows)
        output: Tensor = self._model.generate(
            **inputs, generation_config=self._generation, logits_processor=[calculator], **options
        )
        return output, calculator.corrections

    def _inputs(self, questions: Sequence[str]) -> Any:
        texts = [prompt(question) for question in questions]
        encoded = self._tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        return encoded.to(base_model.device())
