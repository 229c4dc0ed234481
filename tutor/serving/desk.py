"""One tutor answers everybody: questions wait in a queue, and a new tutor takes over between two of them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

from tutor.errors import BadQuestion, NotNow, TutorError

if TYPE_CHECKING:
    from tutor.answering import Reply, Tutor

MOST_CHARACTERS = 2000
MOST_WAITING = 32
_ENDING = "El tutor se está apagando. Prueba otra vez dentro de un momento."
_BROKEN = "Algo ha fallado y el tutor no ha podido terminar. Prueba otra vez; si se repite, díselo a tu profesor."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Edition:
    """A tutor that can be opened: what it is called, such as 'tutor-matematicas, versión 3', and how it is opened."""

    name: str
    open: Callable[[], Tutor]


@dataclass(frozen=True)
class Waiting:
    """The question waits; so many are to be answered before it, the one that is being answered included."""

    ahead: int


@dataclass(frozen=True)
class Piece:
    """The next words of the answer."""

    text: str


@dataclass(frozen=True)
class Done:
    """The answer has come to its end; `edition` is who gave it."""

    reply: Reply
    edition: str


@dataclass(frozen=True)
class Failed:
    """There is no answer, or no more of it; `reason` is for the pupil, in Spanish."""

    reason: str


Told = Waiting | Piece | Done | Failed


@dataclass(frozen=True, eq=False)
class Ticket:
    """A question at the desk; what becomes of it is told to `deliver`, in the thread that answers."""

    question: str
    deliver: Callable[[Told], object]
    cancelled: Event = field(default_factory=Event)


class Desk:
    """Answers one question at a time, in the order in which they came, with the edition that it was given last."""

    def __init__(self, edition: Edition) -> None:
        """Open `edition`, which may raise, and begin to answer."""
        self._edition = edition
        self._tutor: Tutor | None = edition.open()
        self._next: Edition | None = None
        self._waiting: deque[Ticket] = deque()
        self._answering: Ticket | None = None
        self._closed = False
        self._changed = Condition()
        self._worker = Thread(target=self._work, name="desk", daemon=True)
        self._worker.start()

    @property
    def edition(self) -> str:
        """Return the name of the edition that answers now."""
        return self._edition.name

    def ask(self, question: str, deliver: Callable[[Told], object]) -> Ticket:
        """Return the ticket of a question that was taken; all that is told ends with `Done` or `Failed`.

        Raises:
            BadQuestion: it is empty or too long.
            NotNow: too many are waiting, or the desk is closed.
        """
        ticket = Ticket(checked(question), deliver)
        with self._changed:
            if self._closed:
                raise NotNow(_ENDING)
            if len(self._waiting) >= MOST_WAITING:
                raise NotNow(f"Hay {MOST_WAITING} preguntas esperando. Prueba otra vez dentro de un minuto.")
            self._waiting.append(ticket)
            _tell(ticket, Waiting(len(self._waiting) - 1 + (self._answering is not None)))
            self._changed.notify()
        return ticket

    def answer(self, question: str) -> Done:
        """Return the whole answer to `question`, once it has been its turn.

        Raises:
            BadQuestion: it is empty or too long.
            NotNow: there is no answer to be had at present.
        """
        told: SimpleQueue[Told] = SimpleQueue()
        self.ask(question, told.put)
        while not isinstance(event := told.get(), Done):
            if isinstance(event, Failed):
                raise NotNow(event.reason)
        return event

    def cancel(self, ticket: Ticket) -> None:
        """Let go of a question that nobody waits for any more; the model stops at its next words."""
        ticket.cancelled.set()
        with self._changed:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                self._tell_places()

    def replace(self, edition: Edition) -> None:
        """Have `edition` answer from the next question on; what is being answered is finished by the present one."""
        with self._changed:
            self._next = edition
            self._changed.notify()

    def close(self) -> None:
        """Stop the answer that is being written, send everybody away, and return when the model is at rest."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._worker.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._next or self._waiting)
                if self._closed:
                    break
                replacement, self._next = self._next, None
                self._answering = None if replacement else self._waiting.popleft()
                if self._answering:
                    self._tell_places()
            if replacement:
                self._open(replacement)
            elif self._answering:
                _tell(self._answering, self._answered(self._answering))
            self._answering = None
        for ticket in self._waiting:
            _tell(ticket, Failed(_ENDING))

    def _tell_places(self) -> None:
        for place, ticket in enumerate(self._waiting):
            _tell(ticket, Waiting(place + (self._answering is not None)))

    def _open(self, replacement: Edition) -> None:
        """Open the new edition; the present one is let go of first, for a small card holds only one of them."""
        before, self._tutor = self._edition, None
        try:
            self._tutor = replacement.open()
        except TutorError as error:
            _log.error("%s cannot be opened (%s); %s goes on", replacement.name, error, before.name)
        except Exception:
            _log.exception("%s cannot be opened; %s goes on", replacement.name, before.name)
        else:
            self._edition = replacement
            _log.warning("%s answers from now on; before it, %s", replacement.name, before.name)

    def _answered(self, ticket: Ticket) -> Done | Failed:
        """Return how the answer ended, having told its pieces."""
        try:
            if self._tutor is None:
                self._tutor = self._edition.open()
            pieces = self._tutor.stream(ticket.question)
            while not (ticket.cancelled.is_set() or self._closed):
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    return Done(end.value, self._edition.name)
                if piece:
                    _tell(ticket, Piece(piece))
            pieces.close()
        except Exception:
            _log.exception("no answer to a question of %d characters", len(ticket.question))
            return Failed(_BROKEN)
        return Failed(_ENDING)


def checked(question: str) -> str:
    """Return `question` without the blanks around it.

    Raises:
        BadQuestion: it is empty or too long.
    """
    question = question.strip()
    if not question:
        raise BadQuestion("La pregunta está vacía. Escribe una, por ejemplo: ¿Cuánto es 7 × 8?")
    if len(question) > MOST_CHARACTERS:
        raise BadQuestion(
            f"La pregunta tiene {len(question)} caracteres y caben {MOST_CHARACTERS}. Escríbela más corta."
        )
    return question


def _tell(ticket: Ticket, event: Told) -> None:
    try:
        ticket.deliver(event)
    except RuntimeError:
        # The event loop of who asked is closed: nobody is there to be told.
        ticket.cancelled.set()
