"""The retraining flow: dataset to registered model, one stage after the other."""

from __future__ import annotations

from prefect import flow

from flows.approval import ask_a_person
from tasks.analysis import analyse
from tasks.base_model import prepare_base_model
from tasks.card import on_the_card
from tasks.evaluation import evaluate
from tasks.preflight import preflight
from tasks.promotion import promote_challenger
from tasks.registered import live_aliases
from tasks.registration import Champion, fetch_champion, register
from tasks.tokenization import tokenize_rows
from tasks.training import train
from tasks.validation import validate_dataset
from tutor.adapter import ADAPTER, read_origin
from tutor.config import RetrainConfig
from tutor.report import RetrainReport
from tutor.settings import Store, open_store
from tutor.stages import Finished


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
    adapter = train(config, dataset, base, tokens, store)
    champion = fetch_champion(config.registry, store)
    base_answers = evaluate("modelo base", config.model, None, dataset, config.evaluation, store)
    new_answers = evaluate("tutor nuevo", config.model, adapter.folder / ADAPTER, dataset, config.evaluation, store)
    champion_answers = _answers_of_champion(champion, dataset, config, store)
    compared_with = champion.version if champion else None
    examined = {"base": base_answers, "challenger": new_answers}
    examined |= {"champion": champion_answers} if champion_answers else {}
    version = register(config.registry, config.verdict, dataset, adapter, examined, compared_with, store)
    promotion = promote_challenger(config.registry, version, store)
    if promotion.facts["outcome"] == "waiting":
        facts = version.facts
        ask_a_person(config.registry.model_name, str(facts["version"]), str(facts["run_id"]), facts["compared_with"])
    stages = {
        "validation": dataset,
        "base_model": base,
        "tokenization": tokens,
        "training": adapter,
        "evaluation_base": base_answers,
        "evaluation_challenger": new_answers,
        **_unless_the_same("evaluation_champion", champion_answers, new_answers),
        "registration": version,
        "promotion": promotion,
    }
    stages["analysis"] = analyse(config, stages, store)
    aliases = live_aliases(config.registry.model_name, str(version.facts["version"]), store)
    return RetrainReport.of(stages, aliases, store)


def _unless_the_same(name: str, stage: Finished | None, other: Finished) -> dict[str, Finished]:
    """Return the stage under its name, nothing where the champion is the new tutor itself."""
    return {} if stage is None or stage.digest == other.digest else {name: stage}


def _answers_of_champion(
    champion: Champion | None, dataset: Finished, config: RetrainConfig, store: Store
) -> Finished | None:
    if champion is None:
        return None
    model = read_origin(champion.adapter).model
    return evaluate("tutor actual", model, champion.adapter, dataset, config.evaluation, store)
