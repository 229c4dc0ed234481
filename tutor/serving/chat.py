"""The form in which OpenAI's chat endpoint is asked and answers.

Source: OpenAI API reference, "Create chat completion" and "The chat completion chunk object".
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from tutor.answering import Reply
from tutor.errors import BadQuestion


class TextPart(BaseModel):
    """A part of a message; the tutor reads text and nothing else."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """A message of a chat."""

    role: str
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """Return the message as one text."""
        parts = self.content or ""
        return parts if isinstance(parts, str) else "\n".join(part.text for part in parts)


class ChatRequest(BaseModel):
    """A request of an OpenAI client; other settings have no effect on a tutor that always answers greedily."""

    model_config = ConfigDict(strict=True)

    messages: list[Message]
    model: str | None = None
    stream: bool | None = False

    @property
    def question(self) -> str:
        """Return the last message of the user: the tutor answers single questions and remembers none.

        Raises:
            BadQuestion: there is no message of a user.
        """
        said = [message.text for message in self.messages if message.role == "user"]
        if not said:
            raise BadQuestion("No hay ninguna pregunta: falta un mensaje con el papel 'user'.")
        return said[-1]


@dataclass(frozen=True)
class Completion:
    """The answer to one chat request, whole or in chunks."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, reply: Reply, edition: str) -> dict[str, Any]:
        """Return the object that is sent when nothing is streamed."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": reply.text},
            "logprobs": None,
            "finish_reason": _reason(reply),
        }
        return self._object("chat.completion", choice) | {"system_fingerprint": edition}

    def first(self) -> str:
        """Return the event that begins a stream."""
        return self._chunk({"role": "assistant", "content": ""}, None)

    def piece(self, text: str) -> str:
        """Return the event with the next words."""
        return self._chunk({"content": text}, None)

    def last(self, reply: Reply) -> str:
        """Return the events that end a stream."""
        return self._chunk({}, _reason(reply)) + "data: [DONE]\n\n"

    def _chunk(self, delta: Mapping[str, str], reason: str | None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return f"data: {json.dumps(self._object('chat.completion.chunk', choice), ensure_ascii=False)}\n\n"

    def _object(self, kind: str, choice: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": [choice]}


def _reason(reply: Reply) -> str:
    return "stop" if reply.ended else "length"
