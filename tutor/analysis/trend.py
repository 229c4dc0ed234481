"""The page that follows a model through all its retrainings: right answers, time, rows, and whose turn it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.analysis.document import Block, Document, Listing, Paragraph, Picture, section, table
from tutor.analysis.language import Language
from tutor.analysis.trend_pictures import accuracy_trend, cost_trend


@dataclass(frozen=True)
class VersionFigures:
    """A registered version: accuracy of base and tuned model 0 to 1, verdict, rows and seconds of its training.

    `champion` tells whether the pupils have it today; `when` it was registered is UTC in ISO 8601. What is not known is
    None or "".
    """

    version: str
    when: str
    base: float | None
    tuned: float | None
    verdict: str
    champion: bool
    rows: int | None = None
    seconds: float | None = None
    digest: str = ""


@dataclass(frozen=True)
class ChampionChange:
    """From `when` (UTC in ISO 8601) on the pupils had `version`; `reason` is "" where none was recorded."""

    version: str
    when: str
    reason: str = ""


def trend_of(
    name: str, versions: Sequence[VersionFigures], changes: Sequence[ChampionChange], words: Language
) -> Document:
    """Return the page on all `versions` of the model `name` and the `changes` of champion, the oldest first."""
    many = len(versions) > 1
    sections = (
        *section("accuracy", words.say("trend.section.accuracy"), _accuracy(versions, changes, words) if many else ()),
        *section("champions", words.say("trend.section.champions"), _champions(changes, words)),
        *section("cost", words.say("trend.section.cost"), _cost(versions, words) if many else ()),
        *section("table", words.say("trend.section.table"), _table(versions, words)),
    )
    return Document(
        language=words.code,
        title=words.say("trend.title", name=name),
        subtitle=words.say("trend.subtitle", count=words.count(len(versions), "version")),
        lead=(_today(versions, words),),
        sections=sections,
        footer=words.say("footer", origin=f"MLflow, {name}"),
    )


def _today(versions: Sequence[VersionFigures], words: Language) -> Paragraph:
    champion = next((version for version in versions if version.champion), None)
    if champion is None:
        return Paragraph(words.say("trend.lead.none"), words.say("trend.lead"), "warning")
    if champion.tuned is None:
        return Paragraph(words.say("trend.lead.plain", version=champion.version), words.say("trend.lead"), "good")
    share = words.percent(champion.tuned)
    return Paragraph(
        words.say("trend.lead.text", version=champion.version, share=share), words.say("trend.lead"), "good"
    )


def _accuracy(
    versions: Sequence[VersionFigures], changes: Sequence[ChampionChange], words: Language
) -> Iterator[Block]:
    if any(version.tuned is not None for version in versions):
        svg = accuracy_trend(versions, changes, words)
        yield Picture("accuracy", svg, words.say("trend.picture.accuracy.alt"), words.say("trend.picture.accuracy"))
        yield Paragraph(words.say("trend.caution"))


def _champions(changes: Sequence[ChampionChange], words: Language) -> Iterator[Block]:
    if changes:
        told = (
            (words.say("trend.change", version=change.version, date=words.date(change.when)), change.reason)
            for change in changes
        )
        yield Listing(tuple(told))


def _cost(versions: Sequence[VersionFigures], words: Language) -> Iterator[Block]:
    if any(version.seconds or version.rows for version in versions):
        svg = cost_trend(versions, words)
        yield Picture("cost", svg, words.say("trend.picture.cost.alt"), words.say("trend.picture.cost"))


def _table(versions: Sequence[VersionFigures], words: Language) -> Iterator[Block]:
    absent = words.say("comparison.absent")
    header = [words.say(f"trend.{name}") for name in ("version", "date", "base", "tuned", "verdict", "rows", "time")]
    yield from table(
        header,
        [
            (
                f"{version.version} ({words.say('trend.champion')})" if version.champion else version.version,
                words.date(version.when),
                words.percent(version.base) if version.base is not None else absent,
                words.percent(version.tuned) if version.tuned is not None else absent,
                words.say(f"trend.{version.verdict}") if version.verdict in ("accepted", "refused") else absent,
                words.number(version.rows) if version.rows else absent,
                words.duration(version.seconds) if version.seconds else absent,
            )
            for version in versions
        ],
        (2, 3, 5, 6),
    )
