"""The important numbers of a run, and its data."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.analysis import pictures
from tutor.analysis.conclusions import Conclusions
from tutor.analysis.document import Block, Paragraph, Picture, Section, section, table
from tutor.analysis.language import Language
from tutor.analysis.phrases import loss, place, size
from tutor.analysis.quarantine import reason_told
from tutor.analysis.record import Curve, Data, RunRecord

_MOST_TOPICS = 60


def numbers(run: RunRecord, found: Conclusions, words: Language) -> tuple[Section, ...]:
    """Return the tables of the important numbers, with the picture of the memory."""
    return section("numbers", words.say("section.numbers"), _numbers(run, found, words))


def _numbers(run: RunRecord, found: Conclusions, words: Language) -> Iterator[Block]:
    header = [words.say(f"numbers.{name}") for name in ("metric", "first", "last", "change")]
    yield from table(header, _changes(run, found, words), range(1, 4))
    yield from table((words.say("numbers.metric"), words.say("numbers.value")), _values(run, words), [1])
    if run.memory and (run.memory.limit or run.memory.allocated):
        svg = pictures.memory_picture(run.memory, words)
        caption = words.say(f"picture.memory.caption.{run.memory.place}")
        yield Picture("memory", svg, words.say("picture.memory.alt"), caption)
    stages = [(words.texts.get(f"flow.{name}", name), words.duration(s)) for name, s in run.stage_seconds.items()]
    yield from table(
        (words.say("numbers.stage"), words.say("numbers.stage_time")), stages, [1], words.say("numbers.stages")
    )


def _changes(run: RunRecord, found: Conclusions, words: Language) -> Iterator[tuple[str, ...]]:
    yield _fall("numbers.loss", run.loss, words)
    if run.held_out_loss and len(run.held_out_loss) > 1:
        yield _fall("numbers.held_out_loss", run.held_out_loss, words)
    if pair := found.pair:
        yield (
            words.say("numbers.accuracy"),
            words.percent(pair.before.share),
            words.percent(pair.after.share),
            _points(pair.after.share - pair.before.share, words),
        )
    unaided = run.accuracy_unaided
    if {"base", "challenger"} <= set(unaided):
        both = (words.percent(unaided[who]) for who in ("base", "challenger"))
        yield (words.say("numbers.unaided"), *both, _points(unaided["challenger"] - unaided["base"], words))


def _points(change: float, words: Language) -> str:
    """Return a change of a share in percentage points."""
    told = words.count(round(100 * change), "points")
    return f"+{told}" if change > 0 else told


def _fall(name: str, curve: Curve, words: Language) -> tuple[str, ...]:
    fall = (curve.last - curve.first) / curve.first if curve.first else 0.0
    return (
        words.say(name),
        loss(curve.first, words),
        loss(curve.last, words),
        ("+" if fall > 0 else "") + words.percent(fall, 2),
    )


def _values(run: RunRecord, words: Language) -> Iterator[tuple[str, str]]:
    if run.mean_loss is not None:
        yield words.say("numbers.mean_loss"), loss(run.mean_loss, words)
    if run.held_out_loss:
        position, lowest = run.held_out_loss.lowest()
        where = place(position, run.axis, run.loss.positions[-1], words)
        yield words.say("numbers.lowest"), words.say("numbers.at", value=loss(lowest, words), position=where)
    for name, curve in (("gradient_norm", run.gradient_norm), ("learning_rate", run.learning_rate)):
        if curve:
            position, value = curve.peak()
            where = place(position, run.axis, run.loss.positions[-1], words)
            yield words.say(f"numbers.{name}"), words.say("numbers.at", value=words.short(value), position=where)
    yield from _memory(run, words)
    if run.seconds:
        yield words.say("numbers.time"), words.duration(run.seconds)
    if run.rows_a_second:
        digits = 3 if run.rows_a_second < 1 else 1
        rows = words.number(run.rows_a_second, digits)
        yield words.say("numbers.rows_a_second"), words.say("numbers.rows_a_second.value", value=rows)
    if run.tokens_a_second:
        tokens = words.number(run.tokens_a_second)
        yield words.say("numbers.tokens_a_second"), words.say("numbers.tokens_a_second.value", value=tokens)
    if run.energy_wh:
        large = run.energy_wh >= 1000
        energy = f"{words.number(run.energy_wh / (1000 if large else 1), 2)} {'kWh' if large else 'Wh'}"
        told = words.say("numbers.energy.estimated", value=energy) if run.energy_estimated else energy
        yield words.say("numbers.energy"), told
    if run.cost:
        cost = words.number(run.cost, 2 if run.cost >= 0.01 else 4)
        priced = words.number(run.price_per_kwh, 2) if run.price_per_kwh else ""
        name = "numbers.cost.priced" if priced else "numbers.cost.value"
        yield words.say("numbers.cost"), words.say(name, value=cost, **({"price": priced} if priced else {}))


def _memory(run: RunRecord, words: Language) -> Iterator[tuple[str, str]]:
    memory = run.memory
    if memory is None:
        return
    for name, value in (("allocated", memory.allocated), ("reserved", memory.reserved), ("peak", memory.peak)):
        if value is None:
            continue
        told = size(value, memory, words)
        if memory.limit:
            share, limit = words.percent(value / memory.limit), size(memory.limit, memory, words)
            told = words.say(f"numbers.share.{memory.place}", value=told, share=share, limit=limit)
        yield words.say(f"numbers.{name}"), told


def data(run: RunRecord, words: Language) -> tuple[Section, ...]:
    """Return what is known of the rows: how many, how many set aside, how they spread and how long they are."""
    return section("data", words.say("section.data"), _data(run, words))


def _data(run: RunRecord, words: Language) -> Iterator[Block]:
    known = run.data or Data()
    if known.name:
        yield Paragraph(words.say("data.text", name=known.name))
    for warning in known.warnings:
        yield Paragraph(f"{reason_told(warning, words)}.", words.say("data.warning"), "warning")
    yield from table((words.say("data.rows"), words.say("data.count")), _counts(run, known, words), [1])
    reasons = [(reason_told(reason, words), words.number(count)) for reason, count in known.reasons.items()]
    yield from table((words.say("data.reason"), words.say("data.count")), reasons, [1], words.say("data.reasons"))
    if known.topics:
        every = sum(known.topics.values())
        ordered = sorted(known.topics.items(), key=lambda item: (-item[1], item[0]))
        if rest := ordered[_MOST_TOPICS:]:
            others = words.say("data.other_topics", count=words.number(len(rest)))
            ordered = [*ordered[:_MOST_TOPICS], (others, sum(count for _, count in rest))]
        rows = [(topic, words.number(count), words.percent(count / every, 1)) for topic, count in ordered]
        header = [words.say(f"data.{name}") for name in ("topic", "rows", "share")]
        yield from table(header, rows, [1, 2], words.say("data.topics"))
    if any(known.rows_by_length):
        svg = pictures.length_picture(known.rows_by_length, known.length_step, known.most_tokens, words)
        yield Picture("lengths", svg, words.say("picture.lengths.alt"), words.say("picture.lengths.caption"))


def _counts(run: RunRecord, known: Data, words: Language) -> Iterator[tuple[str, str]]:
    for name in ("rows_in", "quarantined", "training", "validation", "held_out", "set_aside", "tokens"):
        count = getattr(known, name)
        if count is not None:
            of_all = name == "quarantined" and count and known.rows_in
            share = f" ({words.percent(count / known.rows_in, 1)})" if of_all and known.rows_in else ""
            yield words.say(f"data.{name}"), f"{words.number(count)}{share}"
    if not known.training and run.rows_an_epoch:
        yield words.say("data.estimated"), words.number(run.rows_an_epoch)
