"""How a report begins: what is to be known first, the same in a few words, and the facts of the run."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.analysis.advice import Advice
from tutor.analysis.closing import advice_title
from tutor.analysis.conclusions import Conclusions
from tutor.analysis.document import Block, Heading, Listing, Paragraph, Section, Tone, section, table
from tutor.analysis.language import Language
from tutor.analysis.phrases import epochs, loss, model_told, place, run_told, size, span, value_at
from tutor.analysis.record import RunRecord

_TONES: dict[str, Tone] = {
    "learned": "good",
    "by heart": "bad",
    "memorised": "bad",
    "nothing": "bad",
    "rose": "bad",
    "uncertain": "warning",
    "suspected": "warning",
    "unknown": "warning",
    "not examined": "note",
    "broken": "bad",
}


def lead(run: RunRecord, found: Conclusions, advice: tuple[Advice, ...], words: Language) -> tuple[Block, ...]:
    """Return what stands at the top: whether it learned or memorised, then the run in a few words."""
    items = tuple(_brief(run, found, advice, words))
    return (*_warnings(run, found, words), Heading(words.say("brief")), Listing(items))


def _warnings(run: RunRecord, found: Conclusions, words: Language) -> Iterator[Paragraph]:
    # Without answers, what a rising loss says says everything.
    if not (found.rising and found.pair is None and found.learning in ("memorised", "not examined")):
        tone = _TONES[found.learning]
        name = f"lead.{found.learning}"
        figures = _lead_figures(run, found, words)
        text = words.say(f"{name}.text", **figures)
        if found.learning == "uncertain" and found.fell:
            text = words.say("lead.uncertain.fell", text=text, **figures)
        yield Paragraph(text, words.say(name, **figures), tone)
    if found.rising:
        figures = {
            "position": place(found.rising.position, run.axis, run.loss.positions[-1], words),
            "lowest": loss(found.rising.lowest, words),
            "last": loss(found.rising.last, words),
        }
        tone = "note" if found.rising.kept else "warning" if found.learning == "learned" else "bad"
        name = "lead.kept" if found.rising.kept else "lead.rising"
        yield Paragraph(words.say(f"{name}.text", **figures), words.say(name, **figures), tone)


def _lead_figures(run: RunRecord, found: Conclusions, words: Language) -> dict[str, str]:
    figures = {
        "improvement": words.percent(found.improvement, 2),
        "first": loss(run.loss.first, words),
        "last": loss(run.loss.last, words),
    }
    if found.pair:
        before, after = found.pair.before, found.pair.after
        figures |= {
            "before": words.number(before.right),
            "after": words.number(after.right),
            "n": words.number(after.n),
            "before_share": words.percent(before.share),
            "after_share": words.percent(after.share),
            "chance": words.percent(found.pair.chance),
        }
    if run.broken_at is not None:
        figures["position"] = place(run.broken_at, run.axis, max(run.broken_at, run.loss.positions[-1]), words)
    if run.epochs_run:
        rows = run.rows_an_epoch
        figures["times"] = words.number(run.epochs_run)
        figures["of_rows"] = words.say("lead.suspected.rows", rows=words.number(rows)) if rows else ""
    return figures


def _brief(
    run: RunRecord, found: Conclusions, advice: tuple[Advice, ...], words: Language
) -> Iterator[tuple[str, str]]:
    yield (
        words.say("brief.loss"),
        words.say(
            "brief.loss.text" if found.improvement > 0 else "brief.loss.rose",
            first=loss(run.loss.first, words),
            last=loss(run.loss.last, words),
            improvement=words.percent(found.improvement, 2),
        ),
    )
    first = found.course.phases[0] if found.course else None
    if found.course and first and len(found.course.phases) > 1:
        yield (
            words.say("brief.stage"),
            words.say(
                f"brief.stage.text.{run.axis}",
                fall=words.percent(first.improvement, 2),
                share=words.percent(first.share_of_improvement),
                span=span(first, True, run.axis, run.loss.positions[-1], words),
                time=words.percent(first.share_of_time),
            ),
        )
    if run.verdict in ("accepted", "refused"):
        yield words.say("brief.verdict"), words.say(f"verdict.{run.verdict}") + "."
    memory = run.memory
    if memory and memory.peak and memory.limit and memory.share:
        yield (
            words.say("brief.memory"),
            words.say(
                "brief.memory.text",
                peak=size(memory.peak, memory, words),
                limit=size(memory.limit, memory, words),
                share=words.percent(memory.share),
            ),
        )
    if run.seconds:
        yield words.say("brief.time"), words.duration(run.seconds) + "."
    if advice:
        title = advice_title(advice[0], run, words)
        yield words.say("brief.advice"), title[0].lower() + title[1:]


def summary(run: RunRecord, words: Language) -> tuple[Section, ...]:
    """Return the facts of the run: model, machine, time, epochs."""
    facts: tuple[Block, ...] = table((words.say("summary.what"), words.say("summary.value")), _facts(run, words))
    told = (*facts, Paragraph(words.say("summary.epoch_is"), tone="note")) if run.epochs_run else facts
    return section("summary", words.say("section.summary"), told)


def _facts(run: RunRecord, words: Language) -> Iterator[tuple[str, str]]:
    model = run.model
    if model:
        yield words.say("summary.model"), model_told(model, words)
        if model.parameters and model.packed:
            sizes = {"parameters": _millions(model.parameters, words), "packed": _millions(model.packed, words)}
            yield words.say("summary.parameters"), words.say("summary.parameters.packed", **sizes)
        elif model.parameters:
            yield words.say("summary.parameters"), _millions(model.parameters, words)
    if run.machine:
        cores = words.count(run.cores, "core") if run.cores else ""
        told = words.say("summary.machine.cores", name=run.machine, cores=cores) if cores else run.machine
        yield words.say("summary.machine"), told
    if run.started:
        yield words.say("summary.started"), words.date(run.started)
    if run.seconds:
        yield words.say("summary.time"), words.duration(run.seconds)
    if run.stage_seconds:
        yield words.say("summary.total_time"), words.duration(sum(run.stage_seconds.values()))
    if run.epochs_run:
        ran = epochs(run.epochs_run, words)
        planned = epochs(run.epochs_planned, words) if run.epochs_planned else ""
        told = words.say("summary.epochs.planned", run=ran, planned=planned) if planned else ran
        yield words.say("summary.epochs"), told
    if run.steps:
        yield words.say("summary.steps"), words.number(run.steps)
    if run.kept_at is not None:
        value = value_at(run.kept_at, run.axis, run.loss.positions[-1], words)
        position = words.say(f"at.{run.axis}", value=value)
        yield words.say("summary.kept"), words.say("summary.kept.at", position=position)
    if run.stopped_early:
        yield words.say("summary.end"), words.say("summary.stopped_early")
    if run.version:
        yield words.say("summary.version"), run_told(run, words)


def _millions(count: int, words: Language) -> str:
    return words.say("summary.millions", count=words.number(count / 1e6)) if count >= 1e7 else words.number(count)
