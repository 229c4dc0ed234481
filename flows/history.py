"""`tutor promote`, `rollback`, `approve`, `refuse` and `history`: what a person decides about the champion."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.ledger import Entry, champions, open_ledger
from tasks.promotion import client_of
from tasks.registered import CHAMPION, PREVIOUS, holder
from tutor.errors import RegistryError
from tutor.settings import Store

_WIDTH = 140


def history(name: str, store: Store) -> dict[str, Any]:
    """Return every change of the champion of the model `name`, oldest first, and what the aliases say now.

    Raises:
        RegistryError: there is no such model.
        LedgerDamaged: an entry is missing or was changed.
    """
    client = client_of(store)
    ledger = open_ledger(client, name)
    if ledger is None:
        raise RegistryError(f"no model {name} with a history in {store.tracking_uri}; 'tutor retrain' registers one")
    entries = ledger.entries()
    champion, previous = holder(client, name, CHAMPION), holder(client, name, PREVIOUS)
    return {
        "model": name,
        "champion": champion,
        "previous": previous,
        "ledger_run_id": ledger.run_id,
        "remarks": _remarks(entries, champion, ledger.settled()),
        "entries": [_as_json(entry) for entry in entries],
    }


def print_history(told: Mapping[str, Any], console: Console) -> None:
    """Print what `history` returns."""
    table = Table(title=f"Champions of {told['model']}", title_justify="left")
    for column in ("", "When (UTC)", "What", "From", "To", "Who", "How", "Reason"):
        table.add_column(column)
    for entry in told["entries"]:
        what = f"{entry['action']} {entry['version']}"
        when = entry["when"].removesuffix("+00:00").replace("T", " ")
        places = (entry["from"] or "-", entry["to"] or "-")
        cells = (str(entry["number"]), when, what, *places, entry["who"], entry["how"], entry["reason"])
        table.add_row(*(Text(cell) for cell in cells))
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(table)
    console.print(Text(f"champion: {told['champion'] or 'none'}, previous: {told['previous'] or 'none'}"))
    for remark in told["remarks"]:
        console.print(Text(f"Warning: {remark}"))


def told(entry: Entry, name: str) -> str:
    """Return one sentence on what was just done."""
    if entry.action == "refuse":
        return f"{name}: version {entry.version} does not become champion; {entry.after or 'none'} stays"
    repeated = entry.evidence.get("answers_repeated")
    return (
        f"{name}: version {entry.after} is champion, {entry.before or 'none'} was; opened in a fresh process it "
        f"repeated {repeated} recorded answers (entry {entry.number} of the history){_compared_otherwise(entry)}"
    )


def _compared_otherwise(entry: Entry) -> str:
    """Return a warning where a person promoted a version over a champion that it was never compared with."""
    compared_with = entry.evidence.get("compared_with") or None
    if entry.action != "promote" or entry.before is None or compared_with == entry.before:
        return ""
    beside = f"version {compared_with}" if compared_with else "the base model alone"
    return f". Warning: its verdict was reached beside {beside}, so it may be worse than version {entry.before}"


def _remarks(entries: Sequence[Entry], champion: str | None, settled: int) -> list[str]:
    path = champions(entries)
    recorded = path[-1] if path else None
    remarks = [
        f"between entries {before.number} and {after.number} the champion was moved from {before.after or 'none'} to "
        f"{after.before or 'none'} by other means"
        for before, after in pairwise(entries)
        if before.after != after.before and after.action != "withdraw"
    ]
    if settled < len(entries):
        remarks.append(
            f"entry {len(entries)} was written, but the aliases do not follow it yet: its process is at work, or was "
            "stopped; the next promotion, rollback or retraining moves them"
        )
    elif champion != recorded:
        remarks.append(
            f"the alias champion is at {champion or 'none'}, but the history says {recorded or 'none'}: it was moved "
            "by other means; 'tutor promote VERSION --reason …' says which one it is to be"
        )
    return remarks


def _as_json(entry: Entry) -> dict[str, Any]:
    facts = asdict(entry)
    return {
        "number": facts.pop("number"),
        "from": facts.pop("before"),
        "to": facts.pop("after"),
        **json.loads(json.dumps(facts)),
        "sha256": entry.sha256,
    }
