"""A tutor that can be asked: the 4-bit base model, with an adapter or without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import torch
from peft import PeftModel
from transformers import GenerationConfig, TextIteratorStreamer

from tutor import base_model
from tutor.config import ModelConfig
from tutor.progress import ReportProgress
from tutor.prompt import prompt
from tutor.quantised_linear import SHORT_ATTENTION, compute_plainly, contiguous_for_head, register_attention


class Tutor:
    """A model that answers questions greedily: the same question always gets the same answer."""

    def __init__(
        self, base_folder: Path, adapter: Path | None, model: ModelConfig, max_new_tokens: int, batch_rows: int
    ) -> None:
        """Load the base from `base_folder` and, where there is one, the adapter (safetensors only) on top of it."""
        self._tokenizer: Any = base_model.load_tokenizer(base_folder)
        self._tokenizer.padding_side = "left"
        loaded: Any = base_model.load(base_folder)
        contiguous_for_head(loaded)
        if base_model.device().type == "cpu":
            register_attention()
            loaded.set_attn_implementation(SHORT_ATTENTION)
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

    def answers(self, questions: Sequence[str], report_progress: ReportProgress) -> list[str]:
        """Return the answer to each of `questions`, in their order; those of like length are answered together."""
        order = sorted(range(len(questions)), key=lambda place: len(questions[place]))
        answers = [""] * len(questions)
        for start in range(0, len(order), self._batch_rows):
            places = order[start : start + self._batch_rows]
            for place, answer in zip(places, self._answer([questions[at] for at in places]), strict=True):
                answers[place] = answer
            report_progress(min(start + self._batch_rows, len(order)), len(order))
        return answers

    def stream(self, question: str) -> Iterator[str]:
        """Yield the answer to `question` piece by piece."""
        inputs = self._inputs([question])
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        failures: list[Exception] = []

        def write() -> None:
            try:
                self._model.generate(**inputs, generation_config=self._generation, streamer=streamer)
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
    def _answer(self, questions: Sequence[str]) -> list[str]:
        inputs = self._inputs(questions)
        output = self._model.generate(**inputs, generation_config=self._generation)
        written = output[:, inputs["input_ids"].shape[1] :]
        return [text.strip() for text in self._tokenizer.batch_decode(written, skip_special_tokens=True)]

    def _inputs(self, questions: Sequence[str]) -> Any:
        texts = [prompt(question) for question in questions]
        encoded = self._tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        return encoded.to(base_model.device())
