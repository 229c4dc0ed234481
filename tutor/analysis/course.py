"""What happened in training: the stages of the loss, and what each curve shows."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tutor.analysis import pictures
from tutor.analysis.conclusions import Conclusions
from tutor.analysis.document import Block, Heading, Listing, Paragraph, Picture, Section, section, table
from tutor.analysis.language import Language
from tutor.analysis.phrases import loss, place, span
from tutor.analysis.record import Curve, RunRecord
from tutor.phases import Course, Phase


def course(run: RunRecord, found: Conclusions, words: Language) -> tuple[Section, ...]:
    """Return the stages of the training, with the picture of the loss."""
    return section("course", words.say("section.course"), _course(run, found, words))


def _course(run: RunRecord, found: Conclusions, words: Language) -> Iterator[Block]:
    if found.course is None:
        yield Paragraph(
            words.say(
                "course.too_short",
                points=words.count(len(run.loss), "course.points"),
                first=loss(run.loss.first, words),
                last=loss(run.loss.last, words),
            )
        )
    else:
        phases = found.course.phases
        yield Paragraph(words.say("course.three", stages=words.say(f"course.stages.{len(phases)}")))
        yield Listing(tuple(_told(phase, phase is phases[0], run, words) for phase in phases), numbered=True)
        if len(phases) > 1:
            yield from _table(found.course, run, words)
            yield Paragraph(words.say("course.fall_is"))
    if len(run.loss) > 1:
        svg = pictures.loss_picture(run.loss, run.held_out_loss, found.course, run.axis, words)
        caption = words.say("picture.loss.caption" + (".held_out" if run.held_out_loss else ""))
        yield Picture("loss", svg, words.say("picture.loss.alt"), caption)


def _told(phase: Phase, first: bool, run: RunRecord, words: Language) -> tuple[str, str]:
    seconds = run.seconds * phase.share_of_time if run.seconds else None
    figures = {
        "first": loss(phase.first_loss, words),
        "last": loss(phase.last_loss, words),
        "fall": words.percent(phase.improvement, 2),
        "share": words.percent(phase.share_of_improvement, 1),
        "time": words.percent(phase.share_of_time),
        "duration": words.say("course.duration", duration=words.duration(seconds)) if seconds else "",
        "like": words.say(f"stage.{phase.name}.like"),
    }
    stage = words.say(f"stage.{phase.name}")
    where = span(phase, first, run.axis, run.loss.positions[-1], words)
    fell = "course.item.text" if phase.improvement > 0 else "course.item.rose"
    return words.say("course.item", stage=stage, span=where), words.say(fell, **figures)


def _table(course: Course, run: RunRecord, words: Language) -> Iterator[Block]:
    header = [words.say(f"course.{name}") for name in ("stage", "span", "loss", "fall", "share", "time")]
    rows = [
        (
            words.say(f"stage.{phase.name}"),
            span(phase, number == 0, run.axis, run.loss.positions[-1], words),
            f"{loss(phase.first_loss, words)} → {loss(phase.last_loss, words)}",
            words.percent(phase.improvement, 2),
            words.percent(phase.share_of_improvement, 1),
            words.percent(phase.share_of_time),
        )
        for number, phase in enumerate(course.phases)
    ]
    total = (
        words.say("course.total"),
        "",
        f"{loss(course.first_loss, words)} → {loss(course.last_loss, words)}",
        words.percent(course.improvement, 2),
        words.percent(sum(phase.share_of_improvement for phase in course.phases)),
        words.percent(sum(phase.share_of_time for phase in course.phases)),
    )
    yield from table(header, [*rows, total], range(2, 6), total=True)


def signals(run: RunRecord, words: Language) -> tuple[Section, ...]:
    """Return what each curve is, what it showed, and why it matters, with the pictures."""
    return section("signals", words.say("section.signals"), _signals(run, words))


def _signals(run: RunRecord, words: Language) -> Iterator[Block]:
    yield from _signal("loss", words, first=loss(run.loss.first, words), last=loss(run.loss.last, words))
    if run.gradient_norm:
        usual = words.short(median(run.gradient_norm.values))
        yield from _signal("gradient_norm", words, usual=usual, **_peak(run.gradient_norm, run, words))
    if run.learning_rate:
        last = words.short(run.learning_rate.last)
        yield from _signal("learning_rate", words, last=last, **_peak(run.learning_rate, run, words))
    norm, rate = (curve if curve and len(curve) > 1 else None for curve in (run.gradient_norm, run.learning_rate))
    if norm or rate:
        svg = pictures.gradient_picture(norm, rate, run.axis, words)
        caption = words.say("picture.gradient.caption" + ("" if norm and rate else ".one"))
        yield Picture("gradient", svg, words.say("picture.gradient.alt"), caption)
    if run.speed and len(run.speed) > 1:
        low, high = min(run.speed.values), max(run.speed.values)
        yield from _signal("speed", words, low=words.number(low), high=words.number(high))
        svg = pictures.speed_picture(run.speed, run.axis, words)
        yield Picture("speed", svg, words.say("picture.speed.alt"), words.say("picture.speed.caption"))


def _peak(curve: Curve, run: RunRecord, words: Language) -> dict[str, str]:
    position, value = curve.peak()
    return {"value": words.short(value), "position": place(position, run.axis, run.loss.positions[-1], words)}


def _signal(name: str, words: Language, **figures: str) -> Iterator[Block]:
    yield Heading(words.say(f"signals.{name}"))
    told = (("is", words.say(f"signals.{name}.is")), ("seen", words.say(f"signals.{name}.seen", **figures)))
    items = (*told, ("matters", words.say(f"signals.{name}.matters")))
    yield Listing(tuple((words.say(f"signals.{key}"), text) for key, text in items))
