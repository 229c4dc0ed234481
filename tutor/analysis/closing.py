"""How a report ends: what to do next, the words explained, every setting, and how to make it again."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.analysis.advice import Advice, TopicFigures
from tutor.analysis.document import Block, Code, Listing, Paragraph, Section, section, table
from tutor.analysis.language import Language
from tutor.analysis.phrases import loss, place, run_told, size
from tutor.analysis.record import RunRecord

# How Python writes a setting that was left empty.
_UNSET = ("None", "{}")
# With fewer questions than these, the share of right answers to a topic moves by chance by a fifth and more.
_FEW_QUESTIONS = 20
# With these a difference of ten points in a hundred is hardly chance.
_ENOUGH_QUESTIONS = 100


def next_steps(run: RunRecord, advice: tuple[Advice, ...], words: Language) -> tuple[Section, ...]:
    """Return the advice, each piece with the figure that it rests on."""
    items = tuple((advice_title(one, run, words), _reason(one, run, words)) for one in advice)
    blocks: tuple[Block, ...] = (
        (Listing(items, numbered=True),) if items else (Paragraph(words.say("advice.none"), tone="good"),)
    )
    return section("advice", words.say("section.advice"), blocks)


def advice_title(advice: Advice, run: RunRecord, words: Language) -> str:
    """Return a piece of advice in one sentence, without its reason."""
    return words.say(f"advice.{advice.key}", **_figures(advice, run, words))


def _reason(advice: Advice, run: RunRecord, words: Language) -> str:
    return words.say(f"advice.{advice.key}.text", **_figures(advice, run, words))


def _figures(advice: Advice, run: RunRecord, words: Language) -> dict[str, str]:
    """Return the figures of `advice` as they are written; those of a kind are written alike."""
    end = run.loss.positions[-1]
    told: dict[str, str] = {"duration": "", "rate": "", "rows": "", "few": ""}
    for name, value in advice.figures.items():
        if name.endswith("_share"):
            told[name] = words.percent(value, 1 if value < 0.1 else 0)
        elif name == "position":
            told[name] = place(value, run.axis, max(end, value), words)
        elif name == "end":
            told[name] = place(value, run.axis, end, words)
        elif name in ("first", "lowest", "last"):
            told[name] = loss(value, words)
        elif name in ("rate", "norm", "usual"):
            told[name] = words.short(value)
        elif name in ("peak", "limit") and run.memory:
            told[name] = size(value, run.memory, words)
        elif name == "seconds":
            told["duration"] = words.say("course.duration", duration=words.duration(value)) if value else ""
        else:
            told[name] = words.number(value)
    return told | _special(advice, told, words)


def _special(advice: Advice, told: dict[str, str], words: Language) -> dict[str, str]:
    """Return the figures that some pieces of advice write as a clause of their own."""
    if advice.key in ("spike", "flat", "rose", "broken"):
        return {"rate": words.say("advice.rate", rate=told["rate"])} if told["rate"] else {}
    if advice.key == "held_out":
        every = advice.figures["rows"]
        some = words.count(max(1, round(every / 10)), "row")
        few = words.say("advice.held_out.few", n=_ENOUGH_QUESTIONS) if 0 < every < 10 * _ENOUGH_QUESTIONS else ""
        rows = words.say("advice.held_out.rows", rows=some, all=words.number(every)) if every else ""
        return {"rows": rows, "few": few}
    if advice.key == "quarantine":
        return {"rows": words.count(advice.figures["rows"], "row")}
    few = words.say("advice.weak_topics.few") if advice.key == "weak_topics" and _are_few(advice) else ""
    if advice.topics:
        listed = "; ".join(_topic(advice.key, topic, words) for topic in advice.topics)
        others = int(advice.figures["topics"]) - len(advice.topics)
        topics = words.say("advice.and_others", topics=listed, others=others) if others else listed
        return {"topics": topics, "few": few}
    return {}


def _are_few(advice: Advice) -> bool:
    return any(topic.n < _FEW_QUESTIONS for topic in advice.topics)


def _topic(key: str, topic: TopicFigures, words: Language) -> str:
    figures = {"name": topic.name, "after": topic.after, "before": topic.before, "n": topic.n}
    if key in ("weak_topics", "unexamined_topics") and topic.rows is not None:
        return words.say(f"advice.{key}.rows", rows=words.count(topic.rows, "row"), **figures)
    return words.say(f"advice.{key}.topic", **figures)


def glossary(run: RunRecord, words: Language) -> tuple[Section, ...]:
    """Return the terms that this report uses, explained."""
    terms = [
        ("model", True),
        ("tutor", bool(run.answers)),
        ("parameter", True),
        ("four_bits", bool(run.model and run.model.packed)),
        ("lora", any(name.startswith("lora.") for name in run.settings)),
        ("epoch", True),
        ("step", run.axis == "steps" or bool(run.steps)),
        ("token", run.tokens_a_second is not None or run.speed is not None),
        ("loss", True),
        ("held_out", True),
        ("memorise", True),
        ("chance", bool(run.reasons)),
        ("perplexity", bool(run.reasons)),
        ("rate", run.learning_rate is not None),
        ("gradient", run.gradient_norm is not None),
        ("calculator", bool(run.accuracy_unaided)),
        ("quarantine", bool(run.data and run.data.quarantined is not None)),
    ]
    header = (words.say("glossary.term"), words.say("glossary.meaning"))
    rows = [(words.say(f"glossary.{key}"), words.say(f"glossary.{key}.text")) for key, used in terms if used]
    return section("glossary", words.say("section.glossary"), table(header, rows))


def details(run: RunRecord, words: Language) -> tuple[Section, ...]:
    """Return every setting, and what only an expert asks for."""
    header = (words.say("details.setting"), words.say("details.value"))
    said = (Paragraph(words.say("details.text")),) if run.settings else ()
    return section("details", words.say("section.details"), (*said, *table(header, _details(run, words))))


def _details(run: RunRecord, words: Language) -> Iterator[tuple[str, str]]:
    yield words.say("details.origin"), run.origin
    if run_told(run, words) != run.name:
        yield words.say("details.run"), run.name
    if run.flop:
        yield words.say("details.flop"), words.short(run.flop)
    if run.data and run.data.digest:
        yield words.say("details.digest"), run.data.digest
    for name, value in run.settings.items():
        yield name, words.say("comparison.absent") if value in _UNSET else value


def reproduce(run: RunRecord, words: Language) -> tuple[Section, ...]:
    """Return the commands that make the run or its report again, none where they are not known."""
    if not run.commands:
        return ()
    text = words.say("reproduce.text" if run.settings else "reproduce.report")
    return section("reproduce", words.say("section.reproduce"), (Paragraph(text), Code(run.commands)))
