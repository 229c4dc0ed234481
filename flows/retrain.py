"""The retraining flow: dataset to registered model, one stage after the other."""

from __future__ import annotations

import logging
from pathlib import Path

from prefect import flow

from flows.approval import ask_a_person
from tasks.analysis import analyse
from tasks.base_model import prepare_base_model
from tasks.card import on_the_card
from tasks.evaluation import evaluate
from tasks.preflight import preflight
from tasks.promotion import awaits_a_person, promote_challenger, refused_by_person
from tasks.registered import live_aliases
from tasks.registration import Champion, fetch_champion, register
from tasks.tokenization import tokenize_rows
from tasks.tracking import run_ended_with_its_reason
from tasks.training import train
from tasks.validation import validate_dataset
from tutor.adapter import ADAPTER, asked_alike, digest_of_answerer
from tutor.config import ModelConfig, RetrainConfig
from tutor.errors import BaseModelUnavailable, TutorError, sentence_on, sentence_on_unforeseen
from tutor.report import RetrainReport
from tutor.settings import Store, open_store
from tutor.stages import Finished

_log = logging.getLogger(__name__)


@flow(
    name="retrain",
    description="Checks the dataset, trains an adapter, examines it beside base and champion, and registers it.",
    validate_parameters=True,
    log_prints=False,
)
@on_the_card
def retrain(config: RetrainConfig = RetrainConfig()) -> RetrainReport:  # noqa: B008 - the form's defaults, and frozen
    """Retrain the tutor.

    Args:
        config: Everything that a retraining run can be told.
    """
    store = open_store()
    preflight(config, store)
    dataset = validate_dataset(config.data, store)
    base = prepare_base_model(config.model, store)
    tokens = tokenize_rows(dataset, base, config.training.pack_tokens, store)
    champion = _champion(config, store)
    adapter = train(config, dataset, base, tokens, store)
    made = {"validation": dataset, "base_model": base, "tokenization": tokens, "training": adapter}
    with run_ended_with_its_reason(config.registry, adapter.folder.name, store):
        # Hours may have passed.
        champion = champion if adapter.reused else _champion(config, store)
        examined = _examined(config, champion, made, store)
        compared_with = champion.version if champion else None
        version = register(config, dataset, adapter, examined, compared_with, store)
    made |= {f"evaluation_{who}": stage for who, stage in examined.items()} | {"registration": version}
    promotion, failure = _promoted(config, version, store)
    made |= {"promotion": promotion} if promotion else {}
    made["analysis"] = analyse(config, made, store)
    name, number = config.registry.model_name, str(version.facts["version"])
    no = None if failure else refused_by_person(name, number, store)
    aliases = live_aliases(name, number, store)
    return RetrainReport.of(made, aliases, store, failure=failure, declined=no.reason if no else None)


def _champion(config: RetrainConfig, store: Store) -> Champion | None:
    """Return the champion to compare with; what stands in the way of asking it is told now, before the training.

    Raises:
        RegistryError: it cannot be had from the registry.
        BaseModelUnavailable: the base model that it stands on cannot be had.
    """
    champion = fetch_champion(config.registry, store)
    if champion is not None and asked_alike(champion.model, config.model) != config.model:
        try:
            prepare_base_model(asked_alike(champion.model, config.model), store)
        except BaseModelUnavailable as error:
            raise BaseModelUnavailable(
                f"version {champion.version} of {config.registry.model_name}, the present champion, cannot be asked, "
                f"so nothing could take its place ({error})"
            ) from None
    return champion


def _examined(
    config: RetrainConfig, champion: Champion | None, made: dict[str, Finished], store: Store
) -> dict[str, Finished]:
    """Return the examinations of base, challenger and champion; the champion's only where it is another tutor."""
    dataset, model, rules = made["validation"], config.model, config.evaluation
    adapter = made["training"].folder / ADAPTER
    examined = {
        "base": evaluate("modelo base", model, None, dataset, rules, store),
        "challenger": evaluate("tutor nuevo", model, adapter, dataset, rules, store, just_trained=True),
    }
    if champion is not None and not _same_tutor(champion, model, adapter):
        model = asked_alike(champion.model, model)
        examined["champion"] = evaluate("tutor actual", model, champion.adapter, dataset, rules, store)
    return examined


def _same_tutor(champion: Champion, model: ModelConfig, adapter: Path) -> bool:
    same_base = asked_alike(champion.model, model) == model
    return same_base and digest_of_answerer(champion.adapter) == digest_of_answerer(adapter)


def _promoted(config: RetrainConfig, version: Finished, store: Store) -> tuple[Finished | None, str | None]:
    """Return what became of the version, or in a sentence why nothing did: the report is written in either case."""
    try:
        promotion = promote_challenger(config.registry, version, store)
    except TutorError as error:
        return None, str(error)
    except Exception as error:  # whoever looks into it needs to see where it happened
        return None, sentence_on_unforeseen(error, store.home)
    # The stage may be an old one, and answered since.
    if promotion.facts["outcome"] == "waiting" and awaits_a_person(
        config.registry.model_name, str(version.facts["version"]), store
    ):
        _ask(config.registry.model_name, version)
    return promotion, None


def _ask(name: str, version: Finished) -> None:
    facts = version.facts
    try:
        ask_a_person(name, str(facts["version"]), str(facts["run_id"]), facts["compared_with"])
    except Exception as error:  # it waits all the same
        _log.warning(
            "version %s of %s waits for 'tutor approve', but no form could be made for it: %s",
            facts["version"],
            name,
            sentence_on(error),
        )
