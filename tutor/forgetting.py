"""What a model knows beside the mathematics that it is tuned for, so that a tuning that wipes it out shows.

General Spanish and English prose, told by perplexity, and simple English sums, asked and graded as exercises are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.errors import DamagedFrozenTest
from tutor.grading import grade
from tutor.settings import FORGETTING
from tutor.stages import digest_of_file

if TYPE_CHECKING:
    from tutor.answering import Tutor

LANGUAGES = ("es", "en")
# Of the file as shipped: figures of two models are comparable only where the texts are the same.
_SHA256 = "b4ba85e3622123e4a14de1c7623fb0542999bca2233c8ed3d5cbefbd8a2c292e"
_SUM_TOKENS = 32


@dataclass(frozen=True)
class General:
    """What a model knows: nats per token of general text by language, and which of the sums it gets right."""

    nats: Mapping[str, float]
    sums_right: tuple[bool, ...]

    def perplexity(self, language: str) -> float:
        """Return the perplexity of the general text in `language`, "es" or "en"; 1 or more."""
        return exp(min(self.nats[language], 700))

    def summary(self) -> dict[str, Any]:
        """Return the figures as they stand in reports and manifests."""
        shares = {"english_sums": sum(self.sums_right) / len(self.sums_right)}
        return {f"perplexity_{language}": self.perplexity(language) for language in self.nats} | shares


@dataclass(frozen=True)
class GeneralTest:
    """The texts by language and the sums, each with its answer."""

    texts: Mapping[str, tuple[str, ...]]
    sums: tuple[tuple[str, str], ...]


def read_general_test(path: Path = FORGETTING) -> GeneralTest:
    """Return the texts and sums that are shipped.

    Raises:
        DamagedFrozenTest: the file is not there, or not as it was shipped.
    """
    if not path.is_file() or digest_of_file(path) != _SHA256:
        raise DamagedFrozenTest(
            f"{path}: is not as it was shipped; take it from the repository again (git checkout data/{path.name})"
        )
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = {
        language: tuple(record["text"] for record in records if record.get("language") == language)
        for language in LANGUAGES
    }
    return GeneralTest(texts, tuple((record["sum"], record["answer"]) for record in records if "sum" in record))


def examine_general(tutor: Tutor, test: GeneralTest) -> General:
    """Return what `tutor` knows of `test`."""
    nats = {language: tutor.nats_per_token(texts) for language, texts in test.texts.items()}
    replies = tutor.answers([asked for asked, _ in test.sums], max_new_tokens=_SUM_TOKENS)
    marks = (grade(reply.text, answer).correct for reply, (_, answer) in zip(replies, test.sums, strict=True))
    return General(nats, tuple(marks))
