"""Stage 2: the base model is fetched and quantised to 4 bits, once."""

from __future__ import annotations

from prefect import task

from tasks.policy import BACK_OFF_S, CARD_TAG, HOUR_S, worth_retrying
from tutor.adapter import quantised_base
from tutor.config import ModelConfig
from tutor.settings import Store
from tutor.stages import Finished


@task(
    name="base model",
    description="Fetches the base model and quantises its linear layers to NF4; kept for all later runs.",
    retries=3,
    retry_delay_seconds=BACK_OFF_S,
    retry_condition_fn=worth_retrying,
    timeout_seconds=3 * HOUR_S,
    tags={CARD_TAG},
)
def prepare_base_model(config: ModelConfig, store: Store) -> Finished:
    """Return the folder of the quantised base model and its tokenizer.

    Raises:
        BaseModelUnavailable: it is neither in a local folder nor to be had from its source.
    """
    return quantised_base(config, store)
