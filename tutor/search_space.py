"""Which settings a sweep tries, drawn around those of the configuration that it starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError, field_validator

from tutor.config import RetrainConfig, Section, one_line
from tutor.errors import UsageError
from tutor.rows import digest_of

if TYPE_CHECKING:
    from optuna import Trial

SECTION = "search"
Rank = Annotated[int, Field(ge=1, le=256)]
Scale = Annotated[float, Field(gt=0, le=64)]
Ratio = Annotated[float, Field(ge=1, le=64)]
# The names of what Optuna draws.
SETTINGS = _LEARNING_RATE, _RANK, _SCALE, _PLUS_RATIO = "learning_rate", "rank", "scale", "plus_ratio"


class SearchConfig(Section):
    """What a sweep tries. The values of the configuration itself always belong to it, and are tried first."""

    trials: int = Field(16, ge=1, le=1000, description="Trainings in all, those that are cut short included.")
    learning_rate_factor: float = Field(
        4.0,
        ge=1,
        le=100,
        description="Learning rates from the configuration's divided by this to it times this; 1: only that one.",
    )
    ranks: tuple[Rank, ...] = Field(
        (8, 16, 32), max_length=16, description="Ranks of the adapter; empty: only the configuration's."
    )
    scales: tuple[Scale, ...] = Field(
        (1.0, 2.0, 4.0),
        max_length=16,
        description="Scales of the adapter, alpha / rank; empty: only the configuration's.",
    )
    plus_ratios: tuple[Ratio, ...] = Field(
        (1.0, 4.0, 16.0), max_length=16, description="LoRA+ ratios; empty: only the configuration's."
    )
    seed: int = Field(7, ge=0, lt=2**31, description="Seed of what is drawn.")

    @field_validator("ranks", "scales", "plus_ratios", mode="before")
    @classmethod
    def _numbers_as_text(cls, value: object) -> object:
        """Take several numbers as they are typed, 8,16,32, beside the form of a list."""
        if value is None:
            return ()
        return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def load_search(assignments: Sequence[str]) -> SearchConfig:
    """Return the search that `search.field=value` assignments describe.

    Raises:
        UsageError: the field or value is not one that is known.
    """
    values: dict[str, str | None] = {}
    for assignment in assignments:
        path, _, text = assignment.partition("=")
        field = path.strip().removeprefix(f"{SECTION}.")
        if field not in SearchConfig.model_fields or "=" not in assignment:
            fields = ", ".join(SearchConfig.model_fields)
            raise UsageError(f"--set: got '{assignment}', expected {SECTION}.FIELD=VALUE with one of {fields}")
        values[field] = text or None
    try:
        return SearchConfig.model_validate(values)
    except ValidationError as error:
        raise UsageError(f"{SECTION}.{one_line(error)}") from None


def settings_of(config: RetrainConfig) -> dict[str, float | int]:
    """Return the searched settings as `config` has them."""
    return {
        _LEARNING_RATE: config.training.learning_rate,
        _RANK: config.lora.rank,
        _SCALE: config.lora.alpha / config.lora.rank,
        _PLUS_RATIO: config.lora.plus_ratio,
    }


def suggest(trial: Trial, config: RetrainConfig, search: SearchConfig) -> dict[str, float | int]:
    """Return the settings that Optuna chooses for `trial`, by name."""
    own = settings_of(config)
    rate, factor = own[_LEARNING_RATE], search.learning_rate_factor
    chosen: dict[str, float | int] = {
        _LEARNING_RATE: trial.suggest_float(_LEARNING_RATE, rate / factor, min(1.0, rate * factor), log=True)
    }
    for name, values in ((_RANK, search.ranks), (_SCALE, search.scales), (_PLUS_RATIO, search.plus_ratios)):
        chosen[name] = trial.suggest_categorical(name, sorted({own[name], *values}))
    return chosen


def with_settings(config: RetrainConfig, settings: Mapping[str, float | int], sweep: str) -> RetrainConfig:
    """Return `config` with the settings of a trial, as a child of the MLflow run `sweep`."""
    values: dict[str, Any] = config.model_dump()
    values["training"]["learning_rate"] = settings[_LEARNING_RATE]
    rank = int(settings[_RANK])
    values["lora"] |= {"rank": rank, "alpha": min(1024, max(1, round(settings[_SCALE] * rank)))}
    values["lora"]["plus_ratio"] = settings[_PLUS_RATIO]
    values["registry"]["sweep"] = sweep
    return RetrainConfig.model_validate(values)


def study_name(config: RetrainConfig, search: SearchConfig, dataset_digest: str) -> str:
    """Return the name under which trials are kept: another one where data, settings or what is searched differ.

    More trials of the same sweep belong to the same study.
    """
    identity = {
        "dataset": dataset_digest,
        "config": config.model_dump(mode="json", exclude={"data", "verdict", "registry", "energy"}),
        "experiment": config.registry.experiment,
        "search": search.model_dump(mode="json", exclude={"trials"}),
    }
    return f"{(config.registry.sweep or 'sweep')[:80]}-{digest_of(identity)[:8]}"
