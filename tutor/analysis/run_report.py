"""The report on one run: figures to conclusions to a document."""

from __future__ import annotations

from tutor.analysis import closing, course, figures, opening, pupils
from tutor.analysis.advice import advise
from tutor.analysis.conclusions import conclude
from tutor.analysis.document import Document
from tutor.analysis.language import Language
from tutor.analysis.phrases import run_told
from tutor.analysis.record import RunRecord


def report_on(run: RunRecord, words: Language) -> Document:
    """Return the report on `run`, in the language of `words`."""
    found = conclude(run)
    advice = advise(run, found)
    sections = (
        *opening.summary(run, words),
        *course.course(run, found, words),
        *pupils.pupils(run, found, words),
        *pupils.verdict(run, words),
        *figures.numbers(run, found, words),
        *course.signals(run, words),
        *figures.data(run, words),
        *closing.next_steps(run, advice, words),
        *closing.glossary(run, words),
        *closing.details(run, words),
        *closing.reproduce(run, words),
    )
    told = run_told(run, words)
    subtitle = words.say("subtitle", name=told, when=words.date(run.started)) if run.started else told
    return Document(
        language=words.code,
        title=words.say("title"),
        subtitle=subtitle,
        lead=opening.lead(run, found, advice, words),
        sections=sections,
        footer=words.say("footer", origin=run.origin),
    )
