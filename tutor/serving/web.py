"""The tutor over HTTP: the page for pupils, the stream of events that it reads, and an OpenAI-like chat endpoint."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from tutor.errors import BadQuestion, NotNow
from tutor.grading import stated_answer
from tutor.serving.chat import ChatRequest, Completion
from tutor.serving.desk import Desk, Done, Failed, Piece, Told, Waiting
from tutor.serving.limits import LimitedBody, refusal

_PAGE = Path(__file__).parent / "page"
# A page of elsewhere whose name was made to point to this machine gets no answer.
_NAMES_OF_THIS_MACHINE = ["localhost", "127.0.0.1"]
_Form = TypeVar("_Form", bound=BaseModel)


class PupilsQuestion(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(strict=True, extra="forbid")

    pregunta: str


def build_app(desk: Desk, model_id: str, elsewhere: ASGIApp) -> Starlette:
    """Return the application that answers from `desk` as the model `model_id`; `elsewhere` answers on other paths."""
    routes = [
        Route("/", partial(_page, "index.html")),
        Route("/page.css", partial(_page, "page.css")),
        Route("/page.js", partial(_page, "page.js")),
        Route("/preguntas", partial(_asked_by_pupil, desk), methods=["POST"]),
        Route("/v1/chat/completions", partial(_chat, desk, model_id), methods=["POST"]),
        Route("/v1/models", partial(_models, desk, model_id)),
        Mount("/", elsewhere),
    ]
    middleware = [
        Middleware(TrustedHostMiddleware, allowed_hosts=_NAMES_OF_THIS_MACHINE),
        Middleware(LimitedBody),
    ]
    return Starlette(
        routes=routes, middleware=middleware, exception_handlers={BadQuestion: _bad_question, NotNow: _not_now}
    )


async def _page(file: str, _request: Request) -> Response:
    return FileResponse(_PAGE / file, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})


async def _asked_by_pupil(desk: Desk, request: Request) -> Response:
    form = await _read(request, PupilsQuestion)
    return _stream(_for_page(_Conversation(desk, form.pregunta)))


async def _chat(desk: Desk, model_id: str, request: Request) -> Response:
    form = await _read(request, ChatRequest)
    if form.model is not None and form.model != model_id:
        text = f"Aquí no hay ningún modelo '{form.model[:80]}': el modelo es '{model_id}'."
        return refusal(404, "model_not_found", text)
    conversation, completion = _Conversation(desk, form.question), Completion(model_id)
    if form.stream:
        return _stream(_for_chat(conversation, completion))
    return await _whole(conversation, completion, request)


async def _models(desk: Desk, model_id: str, _request: Request) -> Response:
    only = {"id": model_id, "object": "model", "created": 0, "owned_by": "tutor", "edition": desk.edition}
    return JSONResponse({"object": "list", "data": [only]})


def _stream(events: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


class _Conversation:
    """One question and what is told about it, from the thread that answers to the event loop."""

    def __init__(self, desk: Desk, question: str) -> None:
        loop = asyncio.get_running_loop()
        self._told: asyncio.Queue[Told] = asyncio.Queue()
        self._desk = desk
        self._ticket = desk.ask(question, lambda told: loop.call_soon_threadsafe(self._told.put_nowait, told))

    async def events(self) -> AsyncIterator[Told]:
        """Yield what is told, up to the end; who leaves before takes the question with him."""
        try:
            while True:
                told = await self._told.get()
                yield told
                if isinstance(told, Done | Failed):
                    return
        finally:
            self._desk.cancel(self._ticket)

    async def end(self) -> Done | Failed:
        """Return how the answer ended."""
        async for told in self.events():
            if isinstance(told, Done | Failed):
                return told
        raise AssertionError("a conversation ends with Done or Failed")


async def _for_page(conversation: _Conversation) -> AsyncIterator[str]:
    async for told in conversation.events():
        match told:
            case Waiting(ahead):
                yield _event("cola", {"delante": ahead})
            case Piece(text):
                yield _event("trozo", {"texto": text})
            case Done(reply, edition):
                ending = {
                    "texto": reply.text,
                    "respuesta": stated_answer(reply.text),
                    "entera": reply.ended,
                    "corregidas": reply.corrections,
                    "tutor": edition,
                }
                yield _event("fin", ending)
            case Failed(reason):
                yield _event("error", {"mensaje": reason})


async def _for_chat(conversation: _Conversation, completion: Completion) -> AsyncIterator[str]:
    yield completion.first()
    async for told in conversation.events():
        match told:
            case Waiting(ahead):
                yield f": {ahead} ahead\n\n"
            case Piece(text):
                yield completion.piece(text)
            case Done(reply, _edition):
                yield completion.last(reply)
            case Failed(reason):
                yield f"data: {json.dumps(_failure(reason), ensure_ascii=False)}\n\n"


async def _whole(conversation: _Conversation, completion: Completion, request: Request) -> Response:
    """Return the answer in one piece; when the client leaves before, the question goes too."""
    ending = asyncio.create_task(conversation.end())
    left = asyncio.create_task(_left(request))
    try:
        await asyncio.wait({ending, left}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()
        if not ending.done():
            ending.cancel()
    if ending.cancelled() or not ending.done():
        return Response(status_code=499)
    told = ending.result()
    if isinstance(told, Failed):
        return refusal(503, "no_answer", told.reason)
    return JSONResponse(completion.whole(told.reply, told.edition))


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _read(request: Request, form: type[_Form]) -> _Form:
    """Return the JSON body as a `form`.

    Raises:
        BadQuestion: it is no JSON, does not say that it is, or holds something else.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        # Also what keeps pages of elsewhere from asking: a browser lets them send any other type unasked.
        raise BadQuestion("La petición tiene que ser JSON y decirlo: Content-Type: application/json.")
    try:
        return form.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadQuestion(
            f"La petición no es como se esperaba{f', en {place}' if place else ''}: {first['msg']}."
        ) from None


async def _bad_question(_request: Request, error: Exception) -> Response:
    return refusal(400, "bad_question", str(error))


async def _not_now(_request: Request, error: Exception) -> Response:
    return refusal(503, "not_now", str(error))


def _failure(reason: str) -> dict[str, Any]:
    return {"error": {"message": reason, "type": "server_error", "param": None, "code": "no_answer"}}


def _event(name: str, data: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
