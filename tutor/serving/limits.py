"""What a request may be: so long, sent within a few seconds, and JSON by its own word."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
# What is too long is read up to here all the same, for most clients look for an answer only after the last byte.
_MOST_DRAINED = 8 * 1024 * 1024
_SECONDS = 10


class LimitedBody:
    """Hands the application whole bodies of at most `MOST_BYTES`; others are answered here, in Spanish."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            await refusal(408, "slow_request", f"La petición no ha llegado entera en {_SECONDS} s.")(
                scope, receive, send
            )
            return
        if body is None:
            text = f"La petición pasa de {MOST_BYTES // 1024} kB, que es lo que cabe."
            await refusal(413, "request_too_large", text)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)


def refusal(status: int, code: str, text: str) -> JSONResponse:
    """Return an answer in the form in which OpenAI's service tells errors; `text` is for people, in Spanish."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": text, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status, headers={"Retry-After": "30"} if status == 503 else None)


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, None when it is too long."""
    parts, size, more = [], 0, True
    while more and size <= _MOST_DRAINED:
        message = await receive()
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size <= MOST_BYTES:
            parts.append(part)
    return b"".join(parts) if size <= MOST_BYTES else None


def _replayed(body: bytes, receive: Receive) -> Receive:
    first: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay
