"""`tutor serve`: the page for pupils, the chat endpoint and MLflow's scoring server on this machine, until Ctrl-C."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from tutor.errors import UsageError
from tutor.settings import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.answering import Tutor
    from tutor.serving.desk import Desk

HOST = "127.0.0.1"
# Answers that are being written when it is ended have so long to come to their end.
_LAST_ANSWERS_S = 5


def serve(model: str, port: int, open_other: Callable[[str], Tutor], store: Store, tell: Callable[[str], None]) -> None:
    """Answer from `model` on loopback until Ctrl-C; 0 as `port` takes a free one. The address is given to `tell`.

    `open_other` opens what is no version of the registry.

    Raises:
        UsageError: the port is taken.
        RegistryError: there is no such version or alias, or its files are not those that were registered.
    """
    import uvicorn

    from tasks.scoring import scoring_app
    from tutor.serving.web import build_app

    logging.basicConfig(format="%(message)s")
    with _listening(port) as listener, _desk(model, open_other, store) as (desk, model_id):
        app = build_app(desk, model_id, scoring_app(desk))
        config = uvicorn.Config(
            app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=_LAST_ANSWERS_S
        )
        tell(f"http://{HOST}:{listener.getsockname()[1]} answers from {desk.edition}; Ctrl-C ends it")
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            # uvicorn's last word, after it has sent everybody away in good order.
            tell("ended")


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise UsageError(
            f"--port: {HOST}:{port} cannot be had ({error.strerror}); name another one, or 0 for any that is free"
        ) from None
    with listener:
        yield listener


@contextmanager
def _desk(model: str, open_other: Callable[[str], Tutor], store: Store) -> Iterator[tuple[Desk, str]]:
    """Yield the desk that answers from `model`, and its name for clients; an alias is followed while it is open."""
    from tutor.serving.desk import Desk, Edition

    if not model.startswith("models:/"):
        desk, model_id, watch = Desk(Edition(model, partial(open_other, model))), model, None
    else:
        from tasks.champion_watch import ChampionWatch, edition_of
        from tasks.registered import named_in, version_named

        model_id, _number, alias = named_in(model)
        version = version_named(model, store)
        desk = Desk(edition_of(version, store))
        watch = alias and ChampionWatch(model_id, alias, str(version.version), store, desk.replace)
    try:
        if watch:
            watch.start()
        yield desk, model_id
    finally:
        if watch:
            watch.stop()
        desk.close()
