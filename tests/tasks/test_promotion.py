"""The history of champions and the aliases that follow it: order, two writers, interruptions, tampering."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event

import pytest
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from flows import champion
from flows.command import main
from tasks.ledger import Entry, Ledger, champions, make_ledger, open_ledger
from tasks.promotion import awaits_a_person, promote, promote_challenger, refuse, refused_by_person, rollback, settle
from tasks.registered import Reloaded, holder
from tasks.registration import fetch_champion
from tutor.config import RegistryConfig
from tutor.errors import LedgerDamaged, PromotionConflict, PromotionRefused, RegistryError, ReloadFailed, UsageError
from tutor.settings import REPOSITORY, Store
from tutor.stages import Finished

NAME = "tutor-prueba"
GOOD = Reloaded(6, "float32 on cpu")


@pytest.fixture
def client(store: Store, database: None) -> MlflowClient:
    return MlflowClient(store.tracking_uri, store.tracking_uri)


@pytest.fixture
def versions(client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Register four versions without a model: 1 to 3 accepted, 4 refused. What opening them would tell is set here."""
    monkeypatch.setattr("tasks.promotion.reload_version", lambda version, store: GOOD)
    make_ledger(client, NAME, store)
    for number in range(1, 5):
        verdict = "refused" if number == 4 else "accepted"
        tags = {"verdict": verdict, "reasons": "No acierta más.", "dataset_digest": "d" * 64, "accuracy": "0.6560"}
        client.create_model_version(NAME, f"{store.artifacts_uri}/{number}", run_id=f"{number:032x}", tags=tags)


def _champion(client: MlflowClient) -> tuple[str | None, str | None]:
    return holder(client, NAME, "champion"), holder(client, NAME, "previous")


@pytest.mark.usefixtures("versions")
def test_a_version_is_opened_while_the_card_is_held_but_for_a_retraining_which_holds_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, held = tmp_path / "card.lock", []
    monkeypatch.setattr("tasks.card.lock_file", lambda: lock)
    monkeypatch.setattr("tasks.card.find_cards", lambda: ("a card",))
    promote(NAME, "1", "como lo dijo el reentrenamiento", how="automatic", store=store, expected=None, reloaded=GOOD)
    assert not lock.exists()

    def opened(*_: object) -> Reloaded:
        held.append(lock.exists())
        lock.unlink()
        return GOOD

    monkeypatch.setattr("tasks.promotion.reload_version", opened)
    promote(NAME, "2", "mejor", how="approval", store=store, expected="1")
    rollback(NAME, "peor de lo que parecía", store=store)
    assert held == [True, True]


@pytest.mark.usefixtures("versions")
def test_champions_follow_one_another_and_rollbacks_go_back_through_them(
    client: MlflowClient, store: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["promote", "1", "--reason", "primera", "--model", NAME]) == 0
    assert _champion(client) == ("1", None)
    assert "Aviso" not in capsys.readouterr().out
    promote(NAME, "2", "mejor", how="automatic", store=store, expected="1")
    promote(NAME, "3", "mejor aún", how="approval", store=store, who="Ana")
    assert _champion(client) == ("3", "2")
    refuse(NAME, "1", "ya no", store=store, how="command")
    assert _champion(client) == ("3", "2")
    assert main(["rollback", "--reason", "dice disparates", "--model", NAME]) == 0
    assert _champion(client) == ("2", "1")
    rollback(NAME, "aún peor", store=store)
    assert _champion(client) == ("1", None)
    with pytest.raises(PromotionRefused, match="first champion"):
        rollback(NAME, "más atrás", store=store)
    promote(NAME, "3", "mejor aún", how="command", store=store)
    assert _champion(client) == ("3", "1")

    out = tmp_path / "out.json"
    capsys.readouterr()
    assert main(["history", "--model", NAME, "--json", str(out)]) == 0
    told = json.loads(out.read_text())
    moves = [(entry["action"], entry["from"], entry["to"]) for entry in told["entries"]]
    assert moves == [
        ("promote", None, "1"),
        ("promote", "1", "2"),
        ("promote", "2", "3"),
        ("refuse", "3", "3"),
        ("rollback", "3", "2"),
        ("rollback", "2", "1"),
        ("promote", "1", "3"),
    ]
    assert (told["champion"], told["previous"], told["remarks"]) == ("3", "1", [])
    third = told["entries"][2]
    assert (third["who"], third["how"], third["reason"]) == ("Ana", "approval", "mejor aún")
    assert third["evidence"]["answers_repeated"] == 6
    assert third["evidence"]["dataset_digest"] == "d" * 64
    assert third["follows"] == told["entries"][1]["sha256"]
    shown = " ".join(capsys.readouterr().out.split())
    assert "dice disparates" in shown
    assert "vuelve a la 2" in shown
    assert "66 % de aciertos" in shown
    assert f"{2:032x}" in shown.replace("│", "")
    assert "Tutor de los alumnos: versión 3; el anterior: versión 1" in shown


@pytest.mark.usefixtures("versions")
def test_a_form_is_told_from_a_command(client: MlflowClient, capsys: pytest.CaptureFixture[str]) -> None:
    for number in ("1", "2"):
        champion.promote.fn(number, "mejor", "Ana", NAME)
    champion.rollback.fn("peor", "Eva", NAME)
    decided = [(entry.how, entry.who) for entry in open_ledger(client, NAME).entries()]
    assert decided == [("form", "Ana"), ("form", "Ana"), ("form", "Eva")]
    assert main(["history", "--model", NAME]) == 0
    assert capsys.readouterr().out.count("formulario") == 3


@pytest.mark.usefixtures("versions")
def test_what_cannot_be_done_is_one_line(client: MlflowClient, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status, said in (
        (["promote", "4", "--reason", "x"], 1, "its verdict is 'refused': No acierta más."),
        (["promote", "9", "--reason", "x"], 2, "there is no version 9"),
        (["promote", "1", "--reason", " "], 2, "--reason: got 0 characters"),
        (["promote", "1", "--reason", "x" * 501], 2, "--reason: got 501 characters"),
        (["promote", "uno", "--reason", "x"], 2, "VERSION: got 'uno'"),
        (["promote", "9" * 5000, "--reason", "x"], 2, f"VERSION: got '{'9' * 40}'"),
        (["promote", "1"], 2, "required: --reason"),
        (["rollback", "--reason", "x"], 1, "but its history ends with none"),
        (["approve", "9", "--reason", "x"], 2, "there is no version 9"),
        (["approve", "1", "--reason", ""], 2, "--reason: got 0 characters"),
        (["refuse", "9", "--reason", "x"], 2, "there is no version 9"),
    ):
        assert main([*arguments, "--model", NAME]) == status, arguments
        complaint = capsys.readouterr().err
        assert said in complaint
        assert complaint.count("\n") == 1
    assert _champion(client) == (None, None)
    assert open_ledger(client, NAME).entries() == ()


def test_a_model_that_is_not_there_is_one_line(client: MlflowClient, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["history"], ["promote", "1", "--reason", "x"], ["rollback", "--reason", "x"]):
        assert main([*arguments, "--model", "nadie"]) == 2
        assert "no model nadie" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a/b", "../x'y", "", "x\n", "x" * 102])
def test_what_is_no_name_of_a_model_is_one_line(name: str, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["history"], ["promote", "1", "--reason", "x"], ["rollback", "--reason", "x"]):
        assert main([*arguments, "--model", name]) == 2
        complaint = capsys.readouterr().err
        assert f"--model: got {name[:40]!r}, expected a name of letters" in complaint
        assert complaint.count("\n") == 1


@pytest.mark.usefixtures("versions")
def test_a_version_that_cannot_be_opened_moves_no_alias(
    client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(version: object, store: Store) -> Reloaded:
        raise ReloadFailed("answers otherwise; no alias was moved")

    monkeypatch.setattr("tasks.promotion.reload_version", fails)
    with pytest.raises(ReloadFailed):
        promote(NAME, "1", "primera", how="command", store=store)
    assert _champion(client) == (None, None)
    assert open_ledger(client, NAME).entries() == ()


@pytest.mark.usefixtures("versions")
def test_a_verdict_reached_beside_another_champion_does_not_count(client: MlflowClient, store: Store) -> None:
    promote(NAME, "1", "primera", how="command", store=store)
    with pytest.raises(PromotionConflict, match="compared with none, but the champion is now version 1"):
        promote(NAME, "2", "mejor", how="automatic", store=store, expected=None)
    assert _champion(client) == ("1", None)


RIVAL = """
import sys
import tasks.promotion as promotion
from tasks.registered import Reloaded
from tutor.errors import TutorError
from tutor.settings import open_store

def reload_version(version, store):
    print("ready", flush=True)
    sys.stdin.readline()
    return Reloaded(6, "float32 on cpu")

promotion.reload_version = reload_version
try:
    promotion.promote(sys.argv[1], sys.argv[2], "a la vez", how="command", store=open_store())
    print("won")
except TutorError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.usefixtures("versions")
def test_of_two_processes_that_promote_at_once_one_wins_and_the_other_is_told(client: MlflowClient) -> None:
    rivals = [
        subprocess.Popen(
            [sys.executable, "-c", RIVAL, NAME, number],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in ("1", "2")
    ]
    for rival in rivals:  # both have read the history when both may go on
        assert rival.stdout.readline() == "ready\n"
    for rival in rivals:
        rival.stdin.write("go\n")
        rival.stdin.flush()
    said = [rival.communicate(timeout=120)[0].strip() for rival in rivals]
    winner = next(number for number, words in zip(("1", "2"), said, strict=True) if words == "won")
    loser = "2" if winner == "1" else "1"
    (complaint,) = [words for words in said if words != "won"]
    assert complaint.startswith("PromotionConflict")
    assert f"promote version {winner} of {NAME}, 'a la vez'" in complaint
    assert f"version {loser} was not touched" in complaint
    assert _champion(client) == (winner, None)
    (entry,) = open_ledger(client, NAME).entries()
    assert entry.after == winner


@pytest.mark.usefixtures("versions")
def test_a_change_whose_process_died_is_caught_up_with(
    client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    promote(NAME, "1", "primera", how="command", store=store)
    with monkeypatch.context() as killed:
        killed.setattr("tasks.promotion._move", _dies)
        with pytest.raises(KeyboardInterrupt):
            promote(NAME, "2", "mejor", how="command", store=store)
    assert _champion(client) == ("1", None)
    out = tmp_path / "out.json"
    assert main(["history", "--model", NAME, "--json", str(out)]) == 0
    assert "los alias aún no la siguen" in json.loads(out.read_text())["remarks"][0]
    with pytest.raises(PromotionRefused, match="champion already"):
        promote(NAME, "2", "otra vez", how="command", store=store)
    assert _champion(client) == ("2", "1")


def _dies(*arguments: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("versions")
def test_whoever_moved_the_aliases_late_looks_again(
    client: MlflowClient, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow machine moves the aliases to its entry after a faster one has written and followed the next."""
    from tasks import promotion

    move, overtaken = promotion._move, []
    elsewhere = replace(store, home=tmp_path)

    def slow(moved: MlflowClient, name: str, alias: str, number: str | None) -> None:
        if not overtaken:
            overtaken.append(True)
            promote(NAME, "2", "adelanta", how="command", store=elsewhere)
        move(moved, name, alias, number)

    monkeypatch.setattr("tasks.promotion._move", slow)
    promote(NAME, "1", "lento", how="command", store=store)
    assert [entry.after for entry in open_ledger(client, NAME).entries()] == ["1", "2"]
    assert _champion(client) == ("2", "1")


@pytest.mark.usefixtures("versions")
def test_entries_that_come_while_the_history_is_read_are_not_taken_for_damage(
    client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(NAME, "1", "primera", how="command", store=store)
    read, overtaken = client.get_run, []

    def slow(run_id: str) -> Run:
        run = read(run_id)
        if not overtaken:
            overtaken.append(True)
            promote(NAME, "2", "entretanto", how="command", store=store)
        return run

    monkeypatch.setattr(client, "get_run", slow)
    assert len(open_ledger(client, NAME).entries()) == 1
    assert len(open_ledger(client, NAME).entries()) == 2


@pytest.mark.usefixtures("versions")
def test_of_many_threads_that_promote_at_once_one_wins_each_time_and_the_aliases_follow_it(
    client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All have read the same history before any of them writes; three rounds, the champion sits the next one out."""
    together = Barrier(2)

    def opened(version: object, store: Store) -> Reloaded:
        together.wait()
        return GOOD

    def attempt(number: str) -> str:
        try:
            return promote(NAME, number, f"la {number}", how="command", store=store).version
        except PromotionConflict as conflict:
            return str(conflict)

    monkeypatch.setattr("tasks.promotion.reload_version", opened)
    champion = None
    for _round in range(3):
        rivals = [number for number in ("1", "2", "3") if number != champion][:2]
        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(attempt, rivals))
        (winner,) = (words for words in said if words in rivals)
        (complaint,) = (words for words in said if words not in rivals)
        assert f"came first ({open_ledger(client, NAME).entries()[-1].when}: promote version {winner}" in complaint
        assert _champion(client) == (winner, champion)
        champion = winner
    assert len(open_ledger(client, NAME).entries()) == 3
    assert not list(store.home.glob(".ledger-*")), "no lock is left behind"


@pytest.mark.usefixtures("versions")
def test_a_slow_process_does_not_move_the_aliases_back_behind_a_faster_one(
    client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks import promotion

    move, alone, moves = promotion._move, promotion.held_alone, []
    stalled, arrived, on = Event(), Event(), Event()

    def slow(moved: MlflowClient, name: str, alias: str, number: str | None) -> None:
        if not stalled.is_set():
            stalled.set()
            on.wait(60)
        move(moved, name, alias, number)
        if alias == "champion":
            moves.append(number)

    @contextmanager
    def watched(lock: Path) -> Iterator[None]:
        if stalled.is_set() and not arrived.is_set():
            with pytest.raises(BlockingIOError), alone(lock, wait=False):
                pass
            arrived.set()  # the lock keeps it from overtaking
        with alone(lock):
            yield

    monkeypatch.setattr("tasks.promotion._move", slow)
    monkeypatch.setattr("tasks.promotion.held_alone", watched)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(promote, NAME, "1", "lenta", how="command", store=store)
        assert stalled.wait(60)
        second = pool.submit(promote, NAME, "2", "rápida", how="command", store=store)
        second.add_done_callback(lambda _: arrived.set())
        assert arrived.wait(60)
        on.set()
        first.result()
        second.result()
    assert moves == ["1", "2"]
    assert _champion(client) == ("2", "1")


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize(("gone", "left"), [(("3", "2"), "1"), (("3", "2", "1"), None)])
def test_where_several_champions_vanished_the_last_one_that_is_there_follows(
    gone: tuple[str, ...], left: str | None, client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(NAME, "1", "primera", how="command", store=store)
    promote(NAME, "2", "mejor", how="command", store=store)
    append = Ledger.append

    def vanish(ledger: Ledger, entry: Entry, known: Sequence[Entry]) -> Entry:
        written = append(ledger, entry, known)
        if written.action == "promote":
            for number in gone:
                client.delete_model_version(NAME, number)
        return written

    monkeypatch.setattr(Ledger, "append", vanish)
    with pytest.raises(RegistryError, match=f"version 3 .* vanished .*; {f'version {left}' if left else 'none'} is"):
        promote(NAME, "3", "mejor aún", how="command", store=store)
    assert _champion(client) == (left, None)
    entries = open_ledger(client, NAME).entries()
    assert [entry.action for entry in entries] == ["promote", "promote", "promote", "withdraw"]
    assert champions(entries) == ([left] if left else [])
    assert settle(client, open_ledger(client, NAME), store) == entries, "nothing is left to follow"


@pytest.mark.usefixtures("versions")
def test_a_version_that_vanishes_on_the_way_leaves_the_champion_where_it_was(
    client: MlflowClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(NAME, "1", "primera", how="command", store=store)

    def vanish(version: object, store: Store) -> Reloaded:
        client.delete_model_version(NAME, "2")
        return GOOD

    with monkeypatch.context() as patched:
        patched.setattr("tasks.promotion.reload_version", vanish)
        with pytest.raises(RegistryError, match="there is no version 2"):
            promote(NAME, "2", "mejor", how="command", store=store)
    assert len(open_ledger(client, NAME).entries()) == 1

    append = Ledger.append

    def vanish_later(ledger: Ledger, entry: object, known: object) -> object:
        written = append(ledger, entry, known)
        if written.action == "promote":
            client.delete_model_version(NAME, "3")
        return written

    monkeypatch.setattr(Ledger, "append", vanish_later)
    with pytest.raises(RegistryError, match="vanished from the registry"):
        promote(NAME, "3", "mejor", how="command", store=store)
    assert _champion(client) == ("1", None)
    assert [entry.action for entry in open_ledger(client, NAME).entries()] == ["promote", "promote", "withdraw"]
    with pytest.raises(PromotionRefused, match="first champion"):
        rollback(NAME, "atrás", store=store)


@pytest.mark.usefixtures("versions")
def test_an_alias_moved_by_other_means_is_told_and_not_undone(
    client: MlflowClient, store: Store, tmp_path: Path
) -> None:
    promote(NAME, "1", "primera", how="command", store=store)
    client.set_registered_model_alias(NAME, "champion", "3")
    out = tmp_path / "out.json"
    assert main(["history", "--model", NAME, "--json", str(out)]) == 0
    assert (
        "el alias champion apunta a: versión 3, pero el historial dice: versión 1"
        in json.loads(out.read_text())["remarks"][0]
    )
    with pytest.raises(PromotionRefused, match="moved by other means"):
        rollback(NAME, "atrás", store=store)
    promote(NAME, "2", "ésta", how="command", store=store)
    assert _champion(client) == ("2", "3")
    rollback(NAME, "atrás", store=store)
    assert _champion(client) == ("3", "1")
    assert main(["history", "--model", NAME, "--json", str(out)]) == 0
    assert "se cambió el tutor por otra vía: de versión 1 a versión 3" in json.loads(out.read_text())["remarks"][0]


@pytest.mark.usefixtures("versions")
def test_a_missing_alias_makes_no_worse_tutor_acceptable(
    client: MlflowClient,
    store: Store,
    adapter_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("tasks.registration.adapter_of", lambda uri, store: adapter_folder)
    config = RegistryConfig(model_name=NAME)
    assert fetch_champion.fn(config, store) is None
    promote(NAME, "1", "primera", how="command", store=store)
    client.delete_registered_model_alias(NAME, "champion")
    assert fetch_champion.fn(config, store).version == "1"
    assert "its history ends with version 1: compared with that one" in caplog.text
    with pytest.raises(PromotionConflict, match="compared with none, but the champion is now version 1"):
        promote(NAME, "2", "mejor que la base", how="automatic", store=store, expected=None)
    promote(NAME, "2", "mejor", how="automatic", store=store, expected="1")
    assert _champion(client) == ("2", "1")

    client.delete_model_version(NAME, "2")
    assert fetch_champion.fn(config, store) is None
    with pytest.raises(PromotionRefused, match=r"is none, but its history ends with version 2.*'tutor promote VERSION"):
        promote(NAME, "3", "mejor que la base", how="automatic", store=store, expected=None)
    assert _champion(client) == (None, "1")
    promote(NAME, "3", "la he mirado", how="approval", store=store, expected=None)
    assert _champion(client)[0] == "3"


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE params SET value = replace(value, 'primera', 'segunda') WHERE key = '000001'",
        "DELETE FROM params WHERE key = '000001'",
        "DELETE FROM params WHERE key = '000002'",
        "UPDATE params SET value = replace(value, 'mejor', 'peor') WHERE key = '000002'",
        "UPDATE params SET value = 'x' WHERE key = '000002'",
        "UPDATE params SET key = '000003' WHERE key = '000002'",
    ],
)
def test_a_history_that_was_changed_is_not_believed(
    tamper: str, client: MlflowClient, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    promote(NAME, "1", "primera", how="command", store=store)
    promote(NAME, "2", "mejor", how="command", store=store)
    with sqlite3.connect(store.home / "mlflow" / "mlflow.db") as database:
        database.execute(tamper)
    database.close()
    for arguments in (["history", "--model", NAME], ["report", f"models:/{NAME}"]):
        assert main(arguments) == 1
        assert "restore the MLflow database" in capsys.readouterr().err
    with pytest.raises(LedgerDamaged):
        promote(NAME, "3", "mejor", how="command", store=store)
    assert _champion(client) == ("2", "1")


@pytest.mark.usefixtures("versions")
def test_a_history_that_was_deleted_can_be_brought_back(client: MlflowClient, store: Store) -> None:
    promote(NAME, "1", "primera", how="command", store=store)
    ledger = open_ledger(client, NAME)
    client.delete_run(ledger.run_id)
    with pytest.raises(LedgerDamaged, match=f"mlflow runs restore --run-id {ledger.run_id}"):
        promote(NAME, "2", "mejor", how="command", store=store)
    client.restore_run(ledger.run_id)
    promote(NAME, "2", "mejor", how="command", store=store)
    assert len(settle(client, ledger, store)) == 2


def test_two_processes_that_make_the_history_get_the_same_one(client: MlflowClient, store: Store) -> None:
    first = make_ledger(client, NAME, store)
    assert make_ledger(client, NAME, store).run_id == first.run_id
    client.create_registered_model("antiguo")
    with pytest.raises(UsageError):
        promote("antiguo", "1", "", how="command", store=store)
    assert make_ledger(client, "antiguo", store).run_id != first.run_id


@pytest.mark.usefixtures("versions")
def test_a_run_promotes_by_itself_asks_or_never_does(client: MlflowClient, store: Store, tmp_path: Path) -> None:
    def follow(promotion: str, number: str, verdict: str, compared_with: str | None) -> str:
        folder = tmp_path / f"registration-{number}"
        folder.mkdir(exist_ok=True)
        facts = {"run_id": "r", "model_name": NAME, "version": number, "verdict": verdict, "reasons": ["Acierta más."]}
        registered = Finished(folder, number, facts | {"compared_with": compared_with}, reused=False)
        config = RegistryConfig(model_name=NAME, promotion=promotion)
        return str(promote_challenger.fn(config, registered, store).facts["outcome"])

    assert follow("never", "1", "accepted", None) == "never"
    assert follow("ask", "1", "accepted", None) == "waiting"
    assert (holder(client, NAME, "challenger"), _champion(client)) == ("1", (None, None))
    assert follow("automatic", "1", "accepted", None) == "promoted"
    assert _champion(client) == ("1", None)
    assert follow("automatic", "4", "refused", "1") == "refused"
    assert (holder(client, NAME, "challenger"), _champion(client)) == ("4", ("1", None))
    with pytest.raises(PromotionConflict):
        follow("automatic", "2", "accepted", None)
    assert not (tmp_path / "registration-2").exists(), "the next run compares anew"
    assert (tmp_path / "registration-1").exists()
    assert _champion(client) == ("1", None)


@pytest.mark.usefixtures("versions")
def test_a_run_does_not_promote_what_a_person_said_no_to(client: MlflowClient, store: Store, tmp_path: Path) -> None:
    for number, weights in (("1", "a"), ("2", "b"), ("3", "a")):
        client.set_model_version_tag(NAME, number, "adapter_sha256", weights * 64)

    def follow(promotion: str, number: str, compared_with: str | None) -> str:
        facts = {"run_id": "r", "model_name": NAME, "version": number, "verdict": "accepted", "reasons": ["Sí."]}
        registered = Finished(tmp_path / number, number, facts | {"compared_with": compared_with}, reused=False)
        config = RegistryConfig(model_name=NAME, promotion=promotion)
        shutil.rmtree(store.stages)  # as on another machine: what counts stands in the registry
        return str(promote_challenger.fn(config, registered, store).facts["outcome"])

    assert follow("ask", "1", None) == "waiting"
    assert awaits_a_person(NAME, "1", store)
    refuse(NAME, "1", "demasiado seca", store=store, how="approval", who="Ana")
    assert not awaits_a_person(NAME, "1", store)
    assert not awaits_a_person(NAME, "3", store)
    assert follow("automatic", "1", None) == follow("ask", "1", None) == "declined"
    assert follow("automatic", "3", None) == "declined", "the same weights, registered once more"
    assert _champion(client) == (None, None)
    assert refused_by_person(NAME, "3", store).reason == "demasiado seca"
    assert refused_by_person(NAME, "2", store) is None

    promote(NAME, "1", "lo he pensado mejor", how="command", store=store)
    assert refused_by_person(NAME, "1", store) is None
    assert not awaits_a_person(NAME, "1", store), "it is champion"
    assert follow("automatic", "2", "1") == "promoted"
    rollback(NAME, "dice disparates", store=store)
    assert follow("automatic", "2", "1") == "declined", "to go back from it is a no as well"
    assert _champion(client) == ("1", None)

    promote(NAME, "3", "otra", how="command", store=store)
    assert not awaits_a_person(NAME, "1", store), "it was champion"
    assert follow("automatic", "1", "3") == "promoted"
    assert _champion(client) == ("3", "1"), "it had its time; what followed was decided later"


@pytest.mark.usefixtures("versions")
def test_a_promotion_cut_off_behind_its_entry_is_finished_by_the_next_attempt(
    client: MlflowClient, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: object) -> None:
        raise ConnectionError("the registry is away")

    facts = {"run_id": "r", "model_name": NAME, "version": "1", "verdict": "accepted", "reasons": ["Acierta más."]}
    registered = Finished(tmp_path, "1", facts | {"compared_with": None}, reused=False)
    config = RegistryConfig(model_name=NAME)
    with monkeypatch.context() as cut:
        cut.setattr("tasks.promotion._move", away)
        with pytest.raises(ConnectionError):
            promote_challenger.fn(config, registered, store)
    assert _champion(client) == (None, None)
    assert promote_challenger.fn(config, registered, store).facts["outcome"] == "promoted"
    assert _champion(client) == ("1", None)
    assert len(open_ledger(client, NAME).entries()) == 1


@pytest.mark.usefixtures("versions")
def test_who_promotes_over_a_champion_that_the_verdict_never_saw_is_warned(
    client: MlflowClient, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    client.set_model_version_tag(NAME, "2", "compared_with", "1")
    for number, said in (
        ("1", ""),
        ("2", ""),
        ("3", "con el modelo base, así que puede ser peor que la versión 2"),
    ):
        assert main(["promote", number, "--reason", "mejor", "--model", NAME]) == 0
        told = capsys.readouterr().out
        assert said in told
        assert ("Aviso" in told) == bool(said)
