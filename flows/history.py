"""`tutor promote`, `rollback`, `approve`, `refuse` and `history`: what a person decides about the champion."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.ledger import Entry, champions, open_ledger
from tasks.registered import CHAMPION, PREVIOUS, client_of, holder
from tutor.errors import RegistryError
from tutor.settings import Store

_WIDTH = 160
_ACTIONS = {
    "promote": "promueve la {version}",
    "rollback": "vuelve a la {version}",
    "refuse": "rechaza la {version}",
    "withdraw": "anula la {version}",
}
_HOW = {"automatic": "automática", "command": "orden", "approval": "aprobación", "form": "formulario"}


def history(name: str, store: Store) -> dict[str, Any]:
    """Return every change of the champion of the model `name`, oldest first, and what the aliases say now.

    Raises:
        RegistryError: there is no such model.
        LedgerDamaged: an entry is missing or was changed.
    """
    client = client_of(store)
    ledger = open_ledger(client, name)
    if ledger is None:
        raise RegistryError(f"no model {name} with a history in {store.tracking_shown}; 'tutor retrain' registers one")
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
    table = Table(
        title=f"Quién ha sido el tutor de los alumnos ({told['model']})", title_justify="left", show_lines=True
    )
    for column in ("", "Cuándo (UTC)", "Qué", "Antes", "Después", "Quién", "Cómo", "Motivo", "Prueba"):
        table.add_column(column, overflow="fold")
    for entry in told["entries"]:
        what = _ACTIONS[entry["action"]].format(version=entry["version"])
        when = _when(entry["when"])
        places = (entry["from"] or "–", entry["to"] or "–")
        why = (entry["reason"], _evidence(entry["evidence"]))
        cells = (str(entry["number"]), when, what, *places, entry["who"], _HOW[entry["how"]], *why)
        table.add_row(*(Text(cell) for cell in cells))
    if not console.is_terminal:
        console.width = _WIDTH
    console.print(table)
    now, before = (_version(told[alias]) for alias in ("champion", "previous"))
    console.print(Text(f"Tutor de los alumnos: {now}; el anterior: {before}"))
    for remark in told["remarks"]:
        console.print(Text(f"Aviso: {remark}"))


def _evidence(facts: Mapping[str, Any]) -> str:
    """Return the right answers of the version in question and the MLflow run that holds everything else."""
    right = f"{100 * float(facts['accuracy']):.0f} % de aciertos" if "accuracy" in facts else ""
    run = f"ejecución {facts['run_id']}" if facts.get("run_id") else ""
    return ", ".join(filter(None, (right, run))) or "–"


def _version(number: str | None) -> str:
    return f"versión {number}" if number else "ninguno"


def _when(moment: str) -> str:
    """Return a moment in ISO 8601 as Spaniards write it, to the second."""
    return datetime.fromisoformat(moment).strftime("%d/%m/%Y %H:%M:%S")


def told(entry: Entry, name: str) -> str:
    """Return what was just done, in Spanish."""
    if entry.action == "refuse":
        return (
            f"{name}: la versión {entry.version} no pasa a los alumnos; su tutor sigue siendo: {_version(entry.after)}"
        )
    repeated = entry.evidence.get("answers_repeated")
    return (
        f"{name}: el tutor de los alumnos es la versión {entry.after}; antes, {_version(entry.before)}. Abierta en un "
        f"proceso nuevo, repitió {repeated} respuestas registradas (entrada {entry.number} del historial)."
        f"{_compared_otherwise(entry)}"
    )


def _compared_otherwise(entry: Entry) -> str:
    """Return a warning where a person promoted a version over a champion that it was never compared with."""
    compared_with = entry.evidence.get("compared_with") or None
    if entry.action != "promote" or entry.before is None or compared_with == entry.before:
        return ""
    beside = f"la versión {compared_with}" if compared_with else "el modelo base"
    return f" Aviso: su veredicto la comparó con {beside}, así que puede ser peor que la versión {entry.before}."


def _remarks(entries: Sequence[Entry], champion: str | None, settled: int) -> list[str]:
    path = champions(entries)
    recorded = path[-1] if path else None
    remarks = [
        f"entre las entradas {before.number} y {after.number} se cambió el tutor por otra vía: de "
        f"{_version(before.after)} a {_version(after.before)}"
        for before, after in pairwise(entries)
        if before.after != after.before and after.action != "withdraw"
    ]
    if settled < len(entries):
        remarks.append(
            f"la entrada {len(entries)} está escrita, pero los alias aún no la siguen: su proceso está trabajando, o "
            "se detuvo; los moverá la próxima promoción, vuelta atrás o reentrenamiento"
        )
    elif champion != recorded:
        remarks.append(
            f"el alias champion apunta a: {_version(champion)}, pero el historial dice: {_version(recorded)}. Se movió "
            "por otra vía; con 'tutor promote VERSION --reason …' se dice cuál ha de ser"
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
