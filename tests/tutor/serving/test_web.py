"""The tutor over HTTP: a real server on loopback, asked as browsers and OpenAI clients ask."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

import httpx
import pytest
import uvicorn

from tasks.scoring import scoring_app
from tutor.adapter import quantised_base
from tutor.answering import Reply, Tutor
from tutor.config import RetrainConfig
from tutor.errors import NotNow, RegistryError
from tutor.serving.desk import MOST_WAITING, Desk, Done, Edition, Failed, Piece, Told, Waiting
from tutor.serving.web import build_app
from tutor.settings import open_store

QUESTION = "¿Cuánto es 7 × 8?"


@pytest.fixture(scope="module")
def tiny_tutor(tmp_path_factory: pytest.TempPathFactory, tiny_phi: Path) -> Tutor:
    """Return the tiny Phi as a tutor; its answers are nonsense, and always the same nonsense."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTOR_HOME", str(tmp_path_factory.mktemp("serving-home")))
        model = {"folder": tiny_phi, "source": "tiny-phi", "revision": "test", "pad_token": "<|pad|>"}
        config = RetrainConfig.model_validate({"model": model})
        base = quantised_base(config.model, open_store()).folder
    return Tutor(base, None, config.model, max_new_tokens=24, batch_rows=4)


@pytest.fixture
def desk(tiny_tutor: Tutor) -> Iterator[Desk]:
    desk = Desk(Edition("tutor-prueba, versión 1", lambda: tiny_tutor))
    yield desk
    desk.close()


@pytest.fixture
def client(desk: Desk) -> Iterator[httpx.Client]:
    """Return a client of a real server on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = build_app(desk, "tutor-prueba", scoring_app(desk))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
        running = Thread(target=partial(server.run, sockets=[listener]))
        running.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            yield client
        server.should_exit = True
        running.join()


def _events(text: str) -> list[tuple[str, dict[str, object]]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_a_pupil_gets_the_words_as_they_arise_and_then_the_whole(client: httpx.Client, tiny_tutor: Tutor) -> None:
    answered = client.post("/preguntas", json={"pregunta": f"  {QUESTION} "})
    assert answered.headers["content-type"].startswith("text/event-stream")
    events = _events(answered.text)
    assert events[0] == ("cola", {"delante": 0})
    assert {name for name, _ in events[1:-1]} <= {"trozo", "cola"}
    name, end = events[-1]
    assert name == "fin"
    said = "".join(str(data["texto"]) for name, data in events if name == "trozo")
    assert said.strip() == end["texto"] == "".join(tiny_tutor.stream(QUESTION)).strip()
    assert end["tutor"] == "tutor-prueba, versión 1"
    assert end["entera"] is tiny_tutor.answers([QUESTION])[0].ended


def test_the_page_is_whole_in_itself(client: httpx.Client) -> None:
    page = client.get("/")
    assert "Content-Security-Policy" in page.text
    assert "default-src 'none'" in page.text
    for file in ("/page.css", "/page.js"):
        assert client.get(file).status_code == 200
        assert file[1:] in page.text
    for text in (page.text, client.get("/page.css").text, client.get("/page.js").text):
        assert "http" not in text.replace("http-equiv", "")
    assert client.get("/desk.py").status_code == client.get("/../desk.py").status_code == 404


def test_an_openai_client_gets_the_same_answer_whole_and_streamed(client: httpx.Client, tiny_tutor: Tutor) -> None:
    parts = [{"type": "text", "text": QUESTION}]
    asked = {
        "model": "tutor-prueba",
        "temperature": 0.7,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "¿2+2?"},
            {"role": "assistant", "content": "4"},
            {"role": "user", "content": parts},
        ],
    }
    whole = client.post("/v1/chat/completions", json=asked).json()
    assert whole["object"] == "chat.completion"
    (choice,) = whole["choices"]
    assert choice["message"] == {"role": "assistant", "content": "".join(tiny_tutor.stream(QUESTION)).strip()}
    reason = "stop" if tiny_tutor.answers([QUESTION])[0].ended else "length"
    assert choice["finish_reason"] == reason

    streamed = client.post("/v1/chat/completions", json=asked | {"stream": True}).text
    data = [line.removeprefix("data: ") for line in streamed.splitlines() if line.startswith("data: ")]
    assert data[-1] == "[DONE]"
    chunks = [json.loads(one) for one in data[:-1]]
    assert {(chunk["object"], chunk["id"]) for chunk in chunks} == {("chat.completion.chunk", chunks[0]["id"])}
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert "".join(delta.get("content", "") for delta in deltas).strip() == choice["message"]["content"]
    assert chunks[-1]["choices"][0]["finish_reason"] == reason
    assert client.get("/v1/models").json()["data"][0]["id"] == "tutor-prueba"


def test_mlflows_scoring_server_answers_from_the_same_desk(client: httpx.Client, tiny_tutor: Tutor) -> None:
    assert client.get("/ping").status_code == 200
    asked = {"dataframe_split": {"columns": ["question"], "data": [[QUESTION], ["¿2+2?"]]}}
    said = client.post("/invocations", json=asked).json()["predictions"]
    assert [reply["0"] if isinstance(reply, dict) else reply for reply in said] == [
        "".join(tiny_tutor.stream(question)).strip() for question in (QUESTION, "¿2+2?")
    ]
    for bad in ({"dataframe_split": {"columns": ["pregunta"], "data": [["a"]]}}, {"inputs": {"question": [" "]}}):
        assert client.post("/invocations", json=bad).status_code == 400
    many = {"inputs": {"question": ["¿2+2?"] * 33}}
    assert "expected at most 32" in client.post("/invocations", json=many).text
    assert client.get("/docs").status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 400, "JSON"),
        (b"{", 400, "JSON"),
        (b"[" * 60_000, 400, "JSON"),
        (b"[]", 400, "no es como se esperaba"),
        (b"\xff\xfe", 400, "JSON"),
        (b'{"pregunta": 7}', 400, "en pregunta"),
        (b'{"pregunta": "\\ud800"}', 400, "JSON"),
        (b'{"question": "2+2"}', 400, "en pregunta"),
        (b'{"pregunta": " \\n "}', 400, "La pregunta está vacía"),
        (json.dumps({"pregunta": "7" * 2001}).encode(), 400, "tiene 2001 caracteres y caben 2000"),
        (json.dumps({"pregunta": "7" * 100_000}).encode(), 413, "La petición pasa de 64 kB"),
        (b" " * 3_000_000, 413, "La petición pasa de 64 kB"),
    ],
    ids=lambda value: str(value[:24]) if isinstance(value, bytes) else "",
)
def test_a_bad_request_is_told_in_one_sentence(client: httpx.Client, content: bytes, status: int, said: str) -> None:
    answered = client.post("/preguntas", content=content, headers={"Content-Type": "application/json"})
    assert answered.status_code == status
    message = answered.json()["error"]["message"]
    assert said in message
    assert "\n" not in message


def test_what_an_openai_client_asks_wrongly_is_told_in_its_form(client: httpx.Client) -> None:
    def refused(body: object, **headers: str) -> tuple[int, str, str]:
        content = json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        answered = client.post("/v1/chat/completions", content=content, headers=sent)
        error = answered.json()["error"]
        return answered.status_code, error["code"], error["message"]

    user = {"role": "user", "content": QUESTION}
    assert refused({"messages": []})[:2] == (400, "bad_question")
    assert "en messages" in refused({"messages": "2+2"})[2]
    image = {"type": "image_url", "image_url": {"url": "x"}}
    assert refused({"messages": [{"role": "user", "content": [image]}]})[0] == 400
    assert "'user'" in refused({"messages": [{"role": "system", "content": "x"}]})[2]
    assert refused({"messages": [user], "model": "gpt"})[:2] == (404, "model_not_found")
    assert "application/json" in refused({"messages": [user]}, Content_Type="text/plain")[2]
    assert client.get("/v1/models", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/preguntas").status_code in (404, 405)


# --- the queue, with a tutor that answers when it is told to ---


class _Slow:
    """A tutor that says 'uno', waits for leave, and says 'dos'; the model itself is not what is shown here."""

    def __init__(self, name: str) -> None:
        self.name, self.begun, self.leave, self.stopped = name, SimpleQueue[str](), Event(), Event()

    def stream(self, question: str) -> Iterator[str]:
        self.begun.put(question)
        try:
            yield "uno "
            assert self.leave.wait(20)
            yield "dos"
        except GeneratorExit:
            self.stopped.set()
            raise
        return Reply(f"{self.name}: {question}", 0, True)


def _slow_desk(tutor: _Slow) -> Desk:
    return Desk(Edition(tutor.name, lambda: tutor))  # type: ignore[arg-type,return-value]


def _told(desk: Desk, question: str) -> SimpleQueue[Told]:
    told: SimpleQueue[Told] = SimpleQueue()
    desk.ask(question, told.put)
    return told


def test_one_question_at_a_time_in_order_and_each_learns_its_place() -> None:
    tutor = _Slow("v1")
    desk = _slow_desk(tutor)
    first = _told(desk, "a")
    assert tutor.begun.get(timeout=20) == "a"
    second, third = _told(desk, "b"), _told(desk, "c")
    assert second.get(timeout=20) == Waiting(1)
    assert third.get(timeout=20) == Waiting(2)
    assert tutor.begun.empty()
    tutor.leave.set()
    assert [first.get(timeout=20) for _ in range(4)][2:] == [Piece("dos"), Done(Reply("v1: a", 0, True), "v1")]
    assert third.get(timeout=20) == Waiting(1)
    assert [tutor.begun.get(timeout=20) for _ in range(2)] == ["b", "c"]
    desk.close()
    with pytest.raises(NotNow, match="apagando"):
        desk.ask("d", print)


def test_a_new_champion_answers_the_next_question_and_the_old_one_finishes_its_own() -> None:
    old, new = _Slow("v1"), _Slow("v2")
    desk = _slow_desk(old)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(desk.answer, "a")
        assert old.begun.get(timeout=20) == "a"
        desk.replace(Edition("v2", lambda: new))  # type: ignore[arg-type,return-value]
        second = pool.submit(desk.answer, "b")
        new.leave.set()
        assert not first.done()
        old.leave.set()
        assert first.result(timeout=20).edition == "v1"
        assert second.result(timeout=20).edition == "v2"
    desk.close()


def test_a_successor_that_cannot_be_opened_leaves_the_old_one_answering(caplog: pytest.LogCaptureFixture) -> None:
    tutor = _Slow("v1")
    tutor.leave.set()
    desk = _slow_desk(tutor)

    def broken() -> Tutor:
        raise RegistryError("the files are gone")

    desk.replace(Edition("v2", broken))
    assert desk.answer("a").edition == "v1"
    assert "v2 cannot be opened (the files are gone); v1 goes on" in caplog.text
    desk.close()


def test_who_leaves_stops_the_model_and_frees_the_place() -> None:
    tutor = _Slow("v1")
    desk = _slow_desk(tutor)
    told: SimpleQueue[Told] = SimpleQueue()
    ticket = desk.ask("a", told.put)
    assert tutor.begun.get(timeout=20) == "a"
    waiting = desk.ask("b", print)
    last = _told(desk, "c")
    assert last.get(timeout=20) == Waiting(2)
    desk.cancel(waiting)
    assert last.get(timeout=20) == Waiting(1)
    desk.cancel(ticket)
    tutor.leave.set()
    assert tutor.stopped.wait(20)
    assert tutor.begun.get(timeout=20) == "c"
    desk.close()


def test_a_full_queue_and_a_closing_desk_say_so() -> None:
    tutor = _Slow("v1")
    desk = _slow_desk(tutor)
    answering = _told(desk, "a")
    tutor.begun.get(timeout=20)
    waiting = [_told(desk, str(place)) for place in range(MOST_WAITING)]
    with pytest.raises(NotNow, match=f"Hay {MOST_WAITING} preguntas esperando"):
        desk.ask("una más", print)
    Thread(target=desk.close).start()
    tutor.leave.set()
    for told in (answering, *waiting):
        event = told.get(timeout=20)
        while not isinstance(event, Done | Failed):
            event = told.get(timeout=20)
        assert isinstance(event, Failed) or told is answering


def test_a_model_that_fails_once_answers_the_next_question(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(_Slow):
        def stream(self, question: str) -> Iterator[str]:
            if question == "mal":
                raise RuntimeError("out of memory")
            return super().stream(question)

    tutor = Failing("v1")
    tutor.leave.set()
    desk = _slow_desk(tutor)
    with pytest.raises(NotNow, match="Algo ha fallado"):
        desk.answer("mal")
    assert desk.answer("bien").reply.text == "v1: bien"
    assert "out of memory" in caplog.text
    assert "mal" not in caplog.messages[0].split()  # what pupils ask is not logged
    desk.close()


def test_an_answer_that_is_left_stops_the_model_itself(tiny_tutor: Tutor) -> None:
    running = threading.active_count()
    pieces = tiny_tutor.stream(QUESTION)
    first = next(pieces)
    pieces.close()
    assert threading.active_count() == running
    whole = tiny_tutor.stream(QUESTION)
    said = list(iter(partial(next, whole, None), None))
    assert said
    assert "".join(said).startswith(first)


def test_the_blank_between_prompt_and_answer_is_not_part_of_the_answer(
    tiny_tutor: Tutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Told:
        """A streamer that tells pieces such as a trained tutor writes."""

        def __init__(self, *_: object, **__: object) -> None:
            pass

        def put(self, _: object) -> None:
            pass

        def end(self) -> None:
            pass

        def __iter__(self) -> Iterator[str]:
            return iter((" ", " Multiplicamos:", " 7 × 8", " = 56."))

    monkeypatch.setattr("tutor.answering.TextIteratorStreamer", Told)
    assert "".join(tiny_tutor.stream(QUESTION)) == "Multiplicamos: 7 × 8 = 56."
