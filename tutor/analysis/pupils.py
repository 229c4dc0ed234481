"""What the pupils get: right answers by topic and level, examples gained and lost, the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tutor.analysis import pictures
from tutor.analysis.conclusions import Conclusions, Pair, Tally
from tutor.analysis.document import Block, Heading, Listing, Paragraph, Picture, Section, Table, Tone, section, table
from tutor.analysis.language import Language
from tutor.analysis.record import Answer, RunRecord

_EXAMPLES, _LONGEST = 5, 240
_VERDICTS = ("accepted", "refused")


def pupils(run: RunRecord, found: Conclusions, words: Language) -> tuple[Section, ...]:
    """Return the right answers of base and tuned model, none where there was no examination."""
    blocks = _pupils(run, found.pair, words) if found.pair else ()
    return section("pupils", words.say("section.pupils"), blocks)


def _pupils(run: RunRecord, pair: Pair, words: Language) -> Iterator[Block]:
    told = words.say(
        "pupils.text",
        n=words.number(pair.after.n),
        gained=words.number(len(pair.gained)),
        lost=words.number(len(pair.lost)),
    )
    unaided = run.accuracy_unaided.get("challenger")
    if unaided is not None:
        told += " " + words.say("pupils.unaided", share=words.percent(unaided))
    if champion := run.answers.get("champion"):
        right = sum(answer.correct for answer in champion)
        told += " " + words.say(
            "pupils.champion",
            right=words.number(right),
            n=words.number(len(champion)),
            share=words.percent(right / len(champion)),
        )
    yield Paragraph(told)
    if len(pair.by_topic) > 1:
        svg = pictures.accuracy_picture(pair.by_topic, words)
        yield Picture("topics", svg, words.say("picture.topics.alt"), words.say("picture.topics.caption"))
    yield from _groups("topic", pair.by_topic, pair, words)
    yield from _groups("level", pair.by_level, pair, words)
    yield from _examples("gained", pair.gained, words)
    yield from _examples("lost", pair.lost, words)


def _groups(name: str, groups: Mapping[str, tuple[Tally, Tally]], pair: Pair, words: Language) -> tuple[Table, ...]:
    if not groups:
        return ()
    header = [words.say(key) for key in (f"pupils.{name}", "pupils.questions", "who.base", "who.challenger")]
    rows = [(group, *_compared(before, after, words)) for group, (before, after) in groups.items()]
    total = (words.say("pupils.all"), *_compared(pair.before, pair.after, words))
    whole = sum(after.n for _, after in groups.values()) == pair.after.n
    every = [*rows, total] if whole and len(rows) > 1 else rows
    caption = words.say(f"pupils.by_{name}")
    return table([*header, words.say("pupils.change")], every, range(1, 5), caption, total=every is not rows)


def _compared(before: Tally, after: Tally, words: Language) -> tuple[str, str, str, str]:
    change = after.right - before.right
    return (
        words.number(after.n),
        f"{words.number(before.right)} ({words.percent(before.share)})",
        f"{words.number(after.right)} ({words.percent(after.share)})",
        f"+{change}" if change > 0 else words.number(change),
    )


def _examples(name: str, pairs: Sequence[tuple[Answer, Answer]], words: Language) -> Iterator[Block]:
    """Yield some of `pairs`, of different topics as far as they go."""
    header = [words.say(f"pupils.{key}") for key in ("question", "expected", "before", "after")]
    first = list({pair[1].topic: pair for pair in reversed(pairs)}.values())[::-1]
    chosen = [*first, *(pair for pair in pairs if pair not in first)][:_EXAMPLES]
    rows = [tuple(_cut(text) for text in (old.question, old.expected, old.reply, new.reply)) for old, new in chosen]
    tables = table(header, rows, prose=True)
    if tables:
        yield Heading(words.say(f"pupils.{name}"))
        yield from tables


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + " …"


def verdict(run: RunRecord, words: Language) -> tuple[Section, ...]:
    """Return the verdict and its reasons, none where nobody judged."""
    return section("verdict", words.say("section.verdict"), _verdict(run, words) if run.verdict in _VERDICTS else ())


def _verdict(run: RunRecord, words: Language) -> Iterator[Block]:
    tone: Tone = "good" if run.verdict == "accepted" else "bad"
    yield Paragraph(words.say(f"verdict.{run.verdict}.text"), words.say(f"verdict.title.{run.verdict}"), tone)
    translated = words.code == "en" and run.reasons_in_english
    if reasons := run.reasons_in_english if translated else run.reasons:
        yield Listing(tuple(("", reason) for reason in reasons))
        if not translated and (recorded := words.say("verdict.recorded")):
            yield Paragraph(recorded)
