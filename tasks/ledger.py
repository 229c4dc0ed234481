"""The history of champions, in the MLflow store itself: append-only, and one writer wins where two write at once.

MLflow has no compare-and-swap on aliases, but it never changes a logged parameter, and its database has one row for
each parameter of a run. So entry 7 is the parameter `000007` of a run that a tag of the registered model names: of two
processes that both write entry 7, the database lets one through, and the other learns it at once. Each entry holds the
SHA-256 of the one before it: what is changed or taken out afterwards shows. Whoever may write to the database can still
write the whole history anew; note the last digest elsewhere where that matters.

Source: MLflow, SqlAlchemyStore.log_param (a parameter is inserted, never updated).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from tasks.tracking import experiment_id
from tutor.errors import LedgerDamaged, PromotionConflict
from tutor.settings import Store

Action = Literal["promote", "rollback", "refuse", "withdraw"]
How = Literal["automatic", "command", "approval", "form"]

LEDGER_TAG, SETTLED_TAG = "tutor.ledger", "tutor.ledger.settled"
# MLflow cuts longer parameters without a word.
_MAX_ENTRY_CHARACTERS = 5900
_ABOUT = "Which version of the tutor was champion when, and why: the parameters are the entries. Keep this run."


@dataclass(frozen=True)
class Entry:
    """One change of the champion, or a person's refusal of one; `when` is UTC in ISO 8601.

    `before` and `after` are the champions, `previous` is what a rollback would go back to.
    """

    action: Action
    how: How
    version: str
    before: str | None
    after: str | None
    previous: str | None
    who: str
    when: str
    reason: str
    evidence: Mapping[str, Any]
    number: int = 0
    follows: str = ""

    def text(self) -> str:
        """Return the entry as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @property
    def sha256(self) -> str:
        """Return the digest that the next entry holds, 64 hexadecimal digits."""
        return hashlib.sha256(self.text().encode()).hexdigest()


class Ledger:
    """The history of one registered model."""

    def __init__(self, client: MlflowClient, model_name: str, run_id: str) -> None:
        self._client, self.model_name, self.run_id = client, model_name, run_id

    def entries(self) -> tuple[Entry, ...]:
        """Return every entry, oldest first.

        Raises:
            LedgerDamaged: the run is gone, or an entry is missing or was changed.
        """
        # First how far it was followed, then what it holds: entries only ever become more.
        followed, digest = self._settled()
        params = self._run().data.params
        entries: list[Entry] = []
        for number, key in enumerate(sorted(params), start=1):
            follows = entries[-1].sha256 if entries else ""
            entry = _read(params[key])
            if entry is None or (key, entry.number, entry.follows) != (_key(number), number, follows):
                raise LedgerDamaged(
                    f"the history of {self.model_name} (MLflow run {self.run_id}) is not as it was written: entry "
                    f"{key} is no entry number {number} that follows the one before it, so one of the two was changed "
                    "or taken out; restore the MLflow database from a copy"
                )
            entries.append(entry)
        if followed > len(entries):
            raise LedgerDamaged(
                f"the history of {self.model_name} (MLflow run {self.run_id}) has {len(entries)} entries and had "
                f"{followed}: the last ones are missing; restore the MLflow database from a copy"
            )
        if digest and entries[followed - 1].sha256 != digest:
            raise LedgerDamaged(
                f"the history of {self.model_name} (MLflow run {self.run_id}) is not as it was written: entry "
                f"{_key(followed)} was changed after the aliases had followed it; restore the MLflow database from a "
                "copy"
            )
        return tuple(entries)

    def append(self, entry: Entry, known: Sequence[Entry]) -> Entry:
        """Return `entry` as it was written behind the entries `known`.

        Raises:
            PromotionConflict: somebody else wrote an entry behind them first.
        """
        entry = replace(entry, number=len(known) + 1, follows=known[-1].sha256 if known else "")
        if len(entry.text()) > _MAX_ENTRY_CHARACTERS:
            raise ValueError(f"an entry of {len(entry.text())} characters; MLflow keeps {_MAX_ENTRY_CHARACTERS}")
        try:
            self._client.log_param(self.run_id, _key(entry.number), entry.text())
        except MlflowException:
            theirs = self._run().data.params.get(_key(entry.number))
            if theirs is None:
                raise
            if theirs != entry.text():
                raise PromotionConflict(_conflict(self.model_name, entry, _read(theirs))) from None
        return entry

    def settled(self) -> int:
        """Return the number of the last entry that the aliases follow."""
        return self._settled()[0]

    def settle(self, entry: Entry) -> None:
        """Remember that the aliases follow `entry`, and its digest: no entry holds that of the last one yet."""
        self._client.set_registered_model_tag(self.model_name, SETTLED_TAG, f"{entry.number} {entry.sha256}")

    def _settled(self) -> tuple[int, str]:
        """Return the number of the last entry that the aliases follow and its digest, "" where none was kept."""
        tags = self._client.get_registered_model(self.model_name).tags
        number, _, digest = tags.get(SETTLED_TAG, "0").partition(" ")
        return int(number), digest

    def _run(self) -> Any:
        try:
            run = self._client.get_run(self.run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            run = None
        if run is None or run.info.lifecycle_stage != "active":
            raise LedgerDamaged(
                f"the history of {self.model_name}, MLflow run {self.run_id}, was deleted; bring it back: "
                f"mlflow runs restore --run-id {self.run_id}"
            )
        return run


def open_ledger(client: MlflowClient, model_name: str) -> Ledger | None:
    """Return the history of a registered model, None where there is no such model or it has no history yet."""
    try:
        run_id = client.get_registered_model(model_name).tags.get(LEDGER_TAG)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None
    return Ledger(client, model_name, run_id) if run_id else None


def make_ledger(client: MlflowClient, model_name: str, store: Store) -> Ledger:
    """Return the history of a registered model; the model and its history are made where there are none.

    A model is made together with the tag that names its history, so two processes cannot give it two.
    """
    if found := open_ledger(client, model_name):
        return found
    run_id = client.create_run(
        experiment_id(client, f"{model_name}-ledger", store), run_name="ledger", tags={"mlflow.note.content": _ABOUT}
    ).info.run_id
    try:
        client.create_registered_model(
            model_name, tags={LEDGER_TAG: run_id}, description="Tutor de matemáticas en español."
        )
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        if found := open_ledger(client, model_name):
            client.delete_run(run_id)
            return found
        client.set_registered_model_tag(model_name, LEDGER_TAG, run_id)
    return Ledger(client, model_name, run_id)


def champions(entries: Sequence[Entry]) -> list[str]:
    """Return the champions that rollbacks lead back through, the present one last."""
    path: list[str] = []
    for entry in entries:
        if entry.before and (not path or path[-1] != entry.before):
            path.append(entry.before)  # moved without this ledger
        if entry.action == "promote" and entry.after:
            path.append(entry.after)
        elif entry.action in ("rollback", "withdraw"):
            path.pop()
            while path and path[-1] != entry.after:  # gone from the registry as well
                path.pop()
    return path


def refusal(entries: Sequence[Entry], version: str, adapter: str | None) -> Entry | None:
    """Return the entry with which a person said no to `version`, or to the same weights under another number.

    `adapter` is the SHA-256 of its weights. None where nobody did, or where it was promoted by a later entry.
    """
    weights = {entry.version: entry.evidence.get("adapter_sha256") for entry in entries}
    said: Entry | None = None
    for entry in entries:
        judged = entry.before if entry.action == "rollback" else entry.version
        if judged == version or (adapter and judged and weights.get(judged) == adapter):
            if entry.action in ("refuse", "rollback"):
                said = entry
            elif entry.action == "promote":
                said = None
    return said


def _key(number: int) -> str:
    return f"{number:06d}"


def _read(text: str) -> Entry | None:
    try:
        return Entry(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _conflict(model_name: str, mine: Entry, theirs: Entry | None) -> str:
    if theirs is None:
        return f"entry {mine.number} of the history of {model_name} was written by another program; 'tutor history'"
    return (
        f"{theirs.who} came first ({theirs.when}: {theirs.action} version {theirs.version} of {model_name}, "
        f"'{theirs.reason}'); that stands, and version {mine.version} was not touched: look at 'tutor history', "
        "then decide again"
    )
