"""Stage 7: whether the registered version becomes champion, and every other change of the champion.

A change is an entry in the ledger first, then the aliases follow it. Who writes the entry has won; a process that dies
before the aliases moved is caught up with by the next one that looks.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from prefect import task

from tasks.card import card
from tasks.ledger import Entry, How, Ledger, champions, make_ledger, open_ledger, refusal
from tasks.policy import BACK_OFF_S, CARD_TAG, HOUR_S, worth_retrying
from tasks.registered import (
    CHALLENGER,
    CHAMPION,
    PREVIOUS,
    Reloaded,
    client_of,
    existing_version,
    find_version,
    holder,
    reload_version,
)
from tasks.run_page import progress
from tutor.config import RegistryConfig
from tutor.errors import PromotionConflict, PromotionRefused, RegistryError, UsageError
from tutor.settings import Store, whoami
from tutor.stages import Finished, run_stage
from tutor.storage import held_alone

MAX_REASON_CHARACTERS = 500
# Of a version: what was decided about it last, by whom and why.
DECISION_TAG = "decision"
_MAX_REASONS_CHARACTERS = 1500
# Which champion a change was decided against: any, where a person decides now and sees it.
ANY_CHAMPION = object()


@task(
    name="promotion",
    description="Opens the version in a fresh process; then 'challenger' moves, and 'champion' if that is for the run.",
    retries=3,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=HOUR_S,
    tags={"registry", CARD_TAG},
)
def promote_challenger(config: RegistryConfig, registered: Finished, store: Store) -> Finished:
    """Return the folder whose manifest says what became of the registered version.

    Raises:
        ReloadFailed: opened in a fresh process it does not repeat what it answered in its examination.
        PromotionConflict: another version became champion since.
    """
    facts = registered.facts
    inputs = {"registration": registered.digest, "run": facts["run_id"], "version": facts["version"]}
    inputs |= {"promotion": config.promotion, "registry": store.tracking_uri}
    # A version that is compared anew keeps its number.
    inputs |= {"verdict": facts["verdict"], "compared_with": facts["compared_with"]}
    try:
        return run_stage(store.stages, "promotion", inputs, lambda _folder: _follow(config, facts, store))
    except PromotionConflict:
        # The verdict was reached beside a champion of yesterday: the next run is to compare anew.
        shutil.rmtree(registered.folder)
        raise


def _follow(config: RegistryConfig, facts: Mapping[str, Any], store: Store) -> Mapping[str, Any]:
    client = client_of(store)
    name, number = facts["model_name"], facts["version"]
    version = existing_version(client, name, number)
    if ledger := open_ledger(client, name):
        # What an attempt that was cut off wrote down itself must not look like somebody else's change.
        settle(client, ledger, store)
    with progress("Promoción", "pasos") as report_progress:
        report_progress(0, 2)
        reloaded = reload_version(version, store)
        report_progress(1, 2)
        client.set_registered_model_alias(name, CHALLENGER, number)
        outcome = {"ask": "waiting", "never": "never"}.get(config.promotion, "promoted")
        if facts["verdict"] != "accepted":
            outcome = "refused"
        elif holder(client, name, CHAMPION) == number:
            made = _made_champion(client, name, number)
            outcome = "promoted" if made and made.how == "automatic" else "approved"
        elif refused_by_person(name, number, store):
            outcome = "declined"
        elif outcome == "promoted" and not _made_champion(client, name, number):
            promote(
                name,
                number,
                _whole_sentences(facts["reasons"]),
                how="automatic",
                store=store,
                expected=facts["compared_with"],
                reloaded=reloaded,
            )
        report_progress(2, 2)
    return {"outcome": outcome, "answers_repeated": reloaded.answers, "arithmetic": reloaded.arithmetic}


def refused_by_person(name: str, number: str, store: Store) -> Entry | None:
    """Return the entry of the history with which a person said no to a version, or to the same weights; else None.

    Refusing it and rolling back from it are both a no, until somebody promotes it.
    """
    client = client_of(store)
    version, ledger = find_version(client, name, number), open_ledger(client, name)
    if version is None or ledger is None:
        return None
    return refusal(ledger.entries(), number, version.tags.get("adapter_sha256"))


def awaits_a_person(name: str, number: str, store: Store) -> bool:
    """Return whether nobody has decided on a version yet: nobody said no to it, and it neither is nor was champion."""
    client = client_of(store)
    decided = refused_by_person(name, number, store) or holder(client, name, CHAMPION) == number
    return not (decided or _made_champion(client, name, number))


def _made_champion(client: MlflowClient, name: str, number: str) -> Entry | None:
    """Return the last entry that made a version champion, if any: what followed it was decided later, and stands."""
    ledger = open_ledger(client, name)
    entries = ledger.entries() if ledger else ()
    made = [entry for entry in entries if entry.action == "promote" and entry.version == number]
    return made[-1] if made else None


def _whole_sentences(reasons: Sequence[str]) -> str:
    """Return the first of `reasons`, as many as the history has room for."""
    lengths = accumulate(len(reason) + 1 for reason in reasons)
    kept = [reason for reason, length in zip(reasons, lengths, strict=True) if length <= MAX_REASON_CHARACTERS]
    return " ".join(kept) or reasons[0][:MAX_REASON_CHARACTERS]


def promote(
    name: str,
    number: str,
    reason: str,
    *,
    how: How,
    store: Store,
    expected: object = ANY_CHAMPION,
    who: str | None = None,
    reloaded: Reloaded | None = None,
) -> Entry:
    """Return the ledger's entry with which version `number` of the model `name` became champion.

    `reloaded` is given where the version was just opened in a fresh process; else that is done first.

    Raises:
        RegistryError: there is no such version.
        PromotionRefused: its verdict is 'refused', it is the champion already, or it was automatic and the champion of
            the history is neither in the registry nor was it taken back.
        ReloadFailed: opened in a fresh process it does not repeat what it answered in its examination.
        PromotionConflict: another change came first, or the champion is not `expected`.
    """
    reason, who = checked_reason(reason), who or whoami()
    client, ledger, known = _opened(name, store)
    version = existing_version(client, name, number)
    champion = holder(client, name, CHAMPION)
    _refuse_unaccepted(version)
    if champion == number:
        raise PromotionRefused(f"version {number} of {name} is the champion already; nothing was changed")
    if expected is not ANY_CHAMPION:
        champion = present_champion(client, name, known)
        if how == "automatic" and champion is None:
            _refuse_unknown_champion(name, known)
    if expected is not ANY_CHAMPION and champion != expected:
        raise PromotionConflict(
            f"version {number} of {name} was compared with {named(expected)}, but the champion is now "
            f"{named(champion)}; retrain again, and only the comparison is made anew"
        )
    evidence = _evidence(version, reloaded or _reloaded_on_the_card(version, store))
    entry = Entry("promote", how, number, champion, number, champion, who, _now(), reason, evidence)
    return _carry_out(client, ledger, entry, known, store)


def rollback(name: str, reason: str, *, store: Store, how: How = "command", who: str | None = None) -> Entry:
    """Return the ledger's entry with which the champion before the present one became champion again.

    Raises:
        PromotionRefused: there was none before, or the alias was moved without the ledger.
        RegistryError: the version to go back to is no longer there.
        ReloadFailed: opened in a fresh process it does not repeat what it answered in its examination.
        PromotionConflict: another change came first.
    """
    reason, who = checked_reason(reason), who or whoami()
    client, ledger, known = _opened(name, store)
    champion, path = holder(client, name, CHAMPION), champions(known)
    if not path or champion != path[-1]:
        raise PromotionRefused(_moved_otherwise(name, champion, path[-1] if path else None))
    if len(path) < 2:
        raise PromotionRefused(f"version {champion} is the first champion of {name}; there is none to go back to")
    target, before_it = path[-2], path[-3] if len(path) > 2 else None
    version = existing_version(client, name, target)
    evidence = _evidence(version, _reloaded_on_the_card(version, store))
    entry = Entry("rollback", how, target, champion, target, before_it, who, _now(), reason, evidence)
    return _carry_out(client, ledger, entry, known, store)


def refuse(name: str, number: str, reason: str, *, store: Store, how: How, who: str | None = None) -> Entry:
    """Return the ledger's entry that says that a person did not want version `number` as champion; none moves.

    Raises:
        RegistryError: there is no such version.
        PromotionRefused: it is the champion.
        PromotionConflict: another change came first.
    """
    reason, who = checked_reason(reason), who or whoami()
    client, ledger, known = _opened(name, store)
    version = existing_version(client, name, number)
    champion = holder(client, name, CHAMPION)
    if champion == number:
        raise PromotionRefused(f"version {number} is the champion of {name}; 'tutor rollback' takes it back")
    path = champions(known)
    previous = path[-2] if len(path) > 1 else None
    evidence = _evidence(version, None)
    entry = Entry("refuse", how, number, champion, champion, previous, who, _now(), reason, evidence)
    return _carry_out(client, ledger, entry, known, store)


def settle(client: MlflowClient, ledger: Ledger, store: Store) -> tuple[Entry, ...]:
    """Return the entries of the ledger, after the aliases have followed the last one.

    Where the version that was to become champion is no longer there, its entry is withdrawn by another one. On one
    machine one process at a time moves aliases: a slow one cannot move them back behind a faster one and die.
    """
    with held_alone(store.home / f".ledger-{ledger.run_id}.lock"):
        while True:
            entries = ledger.entries()
            if not entries or ledger.settled() >= len(entries):
                return entries
            last = entries[-1]
            if last.after and not find_version(client, ledger.model_name, last.after):
                with suppress(PromotionConflict):  # somebody else wrote something: that is looked at next
                    ledger.append(_withdrawal(client, ledger, entries), entries)
                continue
            _move(client, ledger.model_name, CHAMPION, last.after)
            _move(client, ledger.model_name, PREVIOUS, last.previous)
            ledger.settle(last)
            # On another machine somebody may have written behind this entry, and moved the aliases first: look again.


def _withdrawal(client: MlflowClient, ledger: Ledger, entries: Sequence[Entry]) -> Entry:
    """Return the entry that goes back to the last champion that is still there, or to none."""
    gone, path = str(entries[-1].after), champions(entries)[:-1]
    while path and not find_version(client, ledger.model_name, path[-1]):
        path.pop()
    after, previous = path[-1] if path else None, path[-2] if len(path) > 1 else None
    reason = f"la versión {gone} ya no está en el registro"
    return Entry("withdraw", entries[-1].how, gone, gone, after, previous, whoami(), _now(), reason, {})


def _move(client: MlflowClient, name: str, alias: str, number: str | None) -> None:
    if number and find_version(client, name, number):
        client.set_registered_model_alias(name, alias, number)
    elif holder(client, name, alias):
        client.delete_registered_model_alias(name, alias)


def _opened(name: str, store: Store) -> tuple[MlflowClient, Ledger, tuple[Entry, ...]]:
    client = client_of(store)
    try:
        client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        raise RegistryError(
            f"there is no model {name} in {store.tracking_shown}; 'tutor retrain' registers one"
        ) from None
    ledger = make_ledger(client, name, store)
    return client, ledger, settle(client, ledger, store)


def _reloaded_on_the_card(version: ModelVersion, store: Store) -> Reloaded:
    """Return how `version` repeated its answers, for whoever does not hold the card as a retraining does."""
    with card("auto"):
        return reload_version(version, store)


def present_champion(client: MlflowClient, name: str, entries: Sequence[Entry]) -> str | None:
    """Return the version that a new one is compared with; None where there is none.

    It bears the alias 'champion'. Where none bears it, though the history of `entries` names one, that one counts as
    long as it is in the registry: whoever takes an alias off makes no worse tutor acceptable.
    """
    found, path = holder(client, name, CHAMPION), champions(entries)
    if found is None and path and find_version(client, name, path[-1]):
        return path[-1]
    return found


def _refuse_unknown_champion(name: str, known: Sequence[Entry]) -> None:
    if path := champions(known):
        raise PromotionRefused(_moved_otherwise(name, None, path[-1]))


def _moved_otherwise(name: str, champion: str | None, recorded: str | None) -> str:
    return (
        f"the champion of {name} is {named(champion)}, but its history ends with {named(recorded)}: it was moved by "
        "other means; say with 'tutor promote VERSION --reason …' which one it is to be"
    )


def _refuse_unaccepted(version: ModelVersion) -> None:
    verdict = version.tags.get("verdict", "unknown")
    if verdict != "accepted":
        raise PromotionRefused(
            f"version {version.version} of {version.name} may not become champion, for its verdict is '{verdict}': "
            f"{' '.join(_reasons(version)) or 'it was not examined'}"
        )


def _carry_out(client: MlflowClient, ledger: Ledger, entry: Entry, known: Sequence[Entry], store: Store) -> Entry:
    # As late as can be: reloading took its time.
    existing_version(client, ledger.model_name, entry.version)
    written = ledger.append(entry, known)
    behind = settle(client, ledger, store)[written.number :]
    if behind and behind[0].action == "withdraw":
        raise RegistryError(
            f"version {behind[0].version} of {ledger.model_name} vanished from the registry while it became champion; "
            f"{named(behind[0].after)} is champion"
        )
    decision = f"{written.action} {written.when} {written.who}: {written.reason}"
    client.set_model_version_tag(ledger.model_name, written.version, DECISION_TAG, decision)
    return written


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def checked_reason(reason: str) -> str:
    """Return `reason` on one line.

    Raises:
        UsageError: it says nothing, or is longer than the history keeps.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > MAX_REASON_CHARACTERS:
        raise UsageError(f"--reason: got {len(reason)} characters, expected 1 to {MAX_REASON_CHARACTERS}")
    return reason


def _evidence(version: ModelVersion, reloaded: Reloaded | None) -> dict[str, Any]:
    """Return what the decision rests on, short enough for the ledger; the rest stands in the run that it names."""
    tags = version.tags
    kept = ("verdict", "dataset_digest", "base_revision", "commit", "adapter_sha256", "accuracy", "compared_with")
    facts: dict[str, Any] = {name: tags[name] for name in kept if name in tags}
    facts |= {"run_id": version.run_id, "reasons": " ".join(_reasons(version))[:_MAX_REASONS_CHARACTERS]}
    if reloaded:
        facts |= {"answers_repeated": reloaded.answers, "arithmetic": reloaded.arithmetic}
    return facts


def _reasons(version: ModelVersion) -> list[str]:
    return str(version.tags.get("reasons", "")).splitlines()


def named(version: object) -> str:
    """Return how a sentence calls a version, or that there is none."""
    return f"version {version}" if version else "none"
