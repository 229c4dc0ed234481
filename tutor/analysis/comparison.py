"""The report on several runs side by side: what changed, and did it help."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from tutor.analysis.conclusions import BY_CHANCE, Conclusions, Tally, compared, conclude
from tutor.analysis.document import Block, Document, Listing, Paragraph, Picture, section, table
from tutor.analysis.language import Language
from tutor.analysis.phrases import epochs, loss, run_told, size
from tutor.analysis.record import Answer, RunRecord
from tutor.analysis.trend_pictures import losses_picture, topics_picture
from tutor.paired import Pairs, p_different

_Runs = Mapping[str, RunRecord]
# Signs of a digest that tell two datasets apart.
_DIGEST = 12


def compare(runs: Sequence[RunRecord], words: Language) -> Document:
    """Return the report that compares `runs`, two or more."""
    named = _named(runs, words)
    found = {name: conclude(run) for name, run in named.items()}
    sections = (
        *section("numbers", words.say("comparison.section.numbers"), _numbers(named, found, words)),
        *section("course", words.say("comparison.section.course"), _course(named, words)),
        *section("accuracy", words.say("comparison.section.accuracy"), _accuracy(named, words)),
        *section("settings", words.say("comparison.section.settings"), _settings(named, words)),
    )
    return Document(
        language=words.code,
        title=words.say("comparison.title"),
        subtitle=words.say("comparison.subtitle", count=words.number(len(runs))),
        lead=(_best(named, words),),
        sections=sections,
        footer=words.say("footer", origin="; ".join(run.origin for run in runs)),
    )


def _named(runs: Sequence[RunRecord], words: Language) -> dict[str, RunRecord]:
    """Return the runs by what people know them by; of those with the same name, the later ones bear their place too."""
    named: dict[str, RunRecord] = {}
    for place, run in enumerate(runs, start=1):
        name = run_told(run, words)
        named[name if name not in named else f"{name} ({place})"] = run
    return named


def _tuned(run: RunRecord) -> tuple[Answer, ...]:
    return run.answers.get("challenger", ())


def _best(runs: _Runs, words: Language) -> Paragraph:
    """Return which run answers most questions right, if all were asked the same ones."""
    questions = [{answer.question for answer in _tuned(run)} for run in runs.values()]
    if not questions[0] or any(asked != questions[0] for asked in questions):
        return Paragraph(words.say("comparison.unknown.text"), words.say("comparison.unknown"), "warning")
    right = {name: sum(answer.correct for answer in _tuned(run)) for name, run in runs.items()}
    most, n = max(right.values()), len(questions[0])
    best = [name for name, count in right.items() if count == most]
    figures = {"right": words.number(most), "n": words.number(n)}
    if len(best) > 1:
        return Paragraph(words.say("comparison.tie", names=", ".join(best), **figures), tone="note")
    text = words.say("comparison.best", name=best[0], share=words.percent(most / n), **figures)
    return Paragraph(text, words.say("comparison.best.strong"), "good")


def _numbers(runs: _Runs, found: Mapping[str, Conclusions], words: Language) -> Iterator[Block]:
    rows: tuple[tuple[str, Callable[[str, RunRecord], str | None]], ...] = (
        ("numbers.loss", lambda _, run: f"{loss(run.loss.first, words)} → {loss(run.loss.last, words)}"),
        ("course.fall", lambda name, _: words.percent(found[name].improvement, 2)),
        ("numbers.held_out_loss", lambda _, run: loss(run.held_out_loss.last, words) if run.held_out_loss else None),
        ("numbers.accuracy", lambda _, run: _right(_tuned(run), words)),
        ("comparison.base", lambda _, run: _right(run.answers.get("base", ()), words)),
        ("trend.verdict", lambda _, run: words.texts.get(f"verdict.{run.verdict}")),
        ("summary.epochs", lambda _, run: epochs(run.epochs_run, words) if run.epochs_run else None),
        ("numbers.time", lambda _, run: words.duration(run.seconds) if run.seconds else None),
        ("numbers.tokens_a_second", lambda _, run: _speed(run, words)),
        (
            "numbers.peak",
            lambda _, run: size(run.memory.peak, run.memory, words) if run.memory and run.memory.peak else None,
        ),
        ("trend.rows", lambda _, run: words.number(run.rows_an_epoch) if run.rows_an_epoch else None),
        ("numbers.energy", lambda _, run: f"{words.number(run.energy_wh, 2)} Wh" if run.energy_wh else None),
    )
    absent = words.say("comparison.absent")
    cells = [(words.say(key), [value(name, run) for name, run in runs.items()]) for key, value in rows]
    kept = [(key, *(value or absent for value in values)) for key, values in cells if any(values)]
    yield from table((words.say("numbers.metric"), *runs), kept, range(1, len(runs) + 1))


def _right(answers: Sequence[Answer], words: Language) -> str | None:
    if not answers:
        return None
    right = sum(answer.correct for answer in answers)
    share = words.percent(right / len(answers))
    return words.say("comparison.right", right=words.number(right), n=words.number(len(answers)), share=share)


def _speed(run: RunRecord, words: Language) -> str | None:
    return f"{words.number(run.tokens_a_second)} tokens/s" if run.tokens_a_second else None


def _course(runs: _Runs, words: Language) -> Iterator[Block]:
    losses = {name: run.loss for name, run in runs.items() if len(run.loss) > 1}
    if losses:
        alt, caption = words.say("comparison.picture.loss.alt"), words.say("comparison.picture.loss")
        yield Picture("losses", losses_picture(losses, words), alt, caption)


def _accuracy(runs: _Runs, words: Language) -> Iterator[Block]:
    examined = {name: _tuned(run) for name, run in runs.items() if _tuned(run)}
    said = [_pair(before, after, examined, words) for before, after in pairwise(examined)]
    if items := tuple(item for item in said if item):
        yield Listing(items)
    topics = {name: _by_topic(answers) for name, answers in examined.items()}
    if len(topics) > 1 and any(len(by_topic) > 1 for by_topic in topics.values()):
        alt, caption = words.say("comparison.picture.topics.alt"), words.say("comparison.picture.topics")
        yield Picture("topics", topics_picture(topics, words), alt, caption)


def _pair(before: str, after: str, examined: Mapping[str, Sequence[Answer]], words: Language) -> tuple[str, str] | None:
    pair = compared(examined[before], examined[after])
    if pair is None:
        return None
    gained, lost = len(pair.gained), len(pair.lost)
    # Nobody said beforehand which of the two ought to be better.
    chance = p_different(Pairs(gained, lost, pair.after.n))
    judged = "comparison.chance"
    if chance < BY_CHANCE:
        judged = "comparison.beyond" if gained > lost else "comparison.worse"
    text = words.say(
        "comparison.pair",
        before=before,
        after=after,
        gained=words.number(gained),
        lost=words.number(lost),
        n=words.number(pair.after.n),
        judged=words.say(judged, chance=_chance(chance, words)),
    )
    return "", text


def _chance(chance: float, words: Language) -> str:
    return words.percent(chance, 1) if chance >= 0.001 else words.say("comparison.tiny", chance=words.percent(0.001, 1))


def _by_topic(answers: Sequence[Answer]) -> dict[str, Tally]:
    marks: dict[str, list[bool]] = {}
    for answer in answers:
        marks.setdefault(answer.topic, []).append(answer.correct)
    return {topic: Tally(sum(given), len(given)) for topic, given in marks.items()}


def _settings(runs: _Runs, words: Language) -> Iterator[Block]:
    absent = words.say("comparison.absent")
    names = sorted({name for run in runs.values() for name in run.settings})
    digests = [run.data.digest[:_DIGEST] if run.data else "" for run in runs.values()]
    values = {words.say("comparison.digest"): [digest or absent for digest in digests]}
    values |= {name: [run.settings.get(name, absent) for run in runs.values()] for name in names}
    changed = [(name, *told) for name, told in values.items() if len(set(told)) > 1]
    if changed:
        yield from table((words.say("details.setting"), *runs), changed, prose=True)
    elif names:
        yield Paragraph(words.say("comparison.same"))
