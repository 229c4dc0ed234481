"""The gate: whether a newly trained tutor may take the place of the one that the pupils have.

A pure function of what the models answered and of the rules. Every rule is asked and gives its sentence, for teachers,
so that a refusal names everything that stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.evaluation import Examination
from tutor.flaws import OTHER_LANGUAGE, RUNS_ON, UNFINISHED
from tutor.paired import Pairs, difference_interval, p_better, p_higher, p_of_falls, p_worse_by, pairs_of
from tutor.verdict_words import LanguageCode, Words, words_of

if TYPE_CHECKING:
    from tutor.config import VerdictConfig

_CONFIDENCE = 0.95  # of the interval that is shown


@dataclass(frozen=True)
class Verdict:
    """The decision, a sentence (for teachers) for each rule, and the names of the rules that are broken.

    The sentences of broken rules come first.
    """

    decision: Literal["accepted", "refused"]
    reasons: tuple[str, ...]
    broken: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Return whether the challenger may become champion."""
        return self.decision == "accepted"


@dataclass(frozen=True)
class _Ruling:
    rule: str
    kept: bool
    sentence: str


def decide(
    base: Examination,
    challenger: Examination,
    champion: Examination | None,
    rules: VerdictConfig,
    told_in: LanguageCode = "es",
) -> Verdict:
    """Return whether `challenger` may become champion by `rules`, with the reasons in the language `told_in`.

    All have answered the same rows. Without a champion the base is what no topic may fall behind. What is forgotten is
    judged where base and challenger were both examined on it.

    Raises:
        ValueError: the examinations are not on the same rows.
    """
    for other in (base, champion):
        if other is not None and _questions(other) != _questions(challenger):
            raise ValueError("the examinations are not on the same questions in the same order")
    rulings = [*_rulings(base, challenger, champion, rules, words_of(told_in))]
    broken = [ruling for ruling in rulings if not ruling.kept]
    kept = [ruling for ruling in rulings if ruling.kept]
    return Verdict(
        "refused" if broken else "accepted",
        tuple(ruling.sentence for ruling in (*broken, *kept)),
        tuple(ruling.rule for ruling in broken),
    )


def _rulings(
    base: Examination, challenger: Examination, champion: Examination | None, rules: VerdictConfig, words: Words
) -> Iterator[_Ruling]:
    yield _better_than_base(base, challenger, rules.base_p, words)
    if champion is not None:
        yield _not_worse_than_champion(champion, challenger, rules, words)
    name = words.say("base" if champion is None else "champion")
    yield _no_topic_falls(champion or base, name, challenger, rules, words)
    yield from _memorised(challenger, rules, words)
    yield from _forgetting(base, challenger, rules, words)
    yield _runs_on(challenger, rules.max_run_on_share, words)
    yield _other_language(challenger, rules.max_other_language_share, words)


def _better_than_base(base: Examination, challenger: Examination, bound: float, words: Words) -> _Ruling:
    pairs = pairs_of(_marks(challenger), _marks(base))
    p = p_better(pairs)
    kept = p < bound
    scores = _scores(challenger, "more" if pairs.difference > 0 else "no_more", "base", base, pairs, words)
    doubtful = not kept and pairs.difference > 0
    doubt = words.say("may_be_chance", bound=words.number(bound)) if doubtful else ""
    return _Ruling("better_than_base", kept, f"{scores} ({words.chance(p)}){doubt}.")


def _not_worse_than_champion(
    champion: Examination, challenger: Examination, rules: VerdictConfig, words: Words
) -> _Ruling:
    pairs = pairs_of(_marks(challenger), _marks(champion))
    margin = rules.champion_margin
    p = p_worse_by(margin, pairs)
    # Retraining after retraining, a little worse each time would add up: fewer right answers are never enough.
    kept = p < rules.champion_p and pairs.difference >= 0
    compared = "as_many" if not pairs.difference else "more" if pairs.difference > 0 else "fewer"
    sentence = words.say(
        "ruled_out" if p < rules.champion_p else "not_ruled_out",
        scores=_scores(challenger, compared, "champion", champion, pairs, words),
        worse=words.say("worse_by", points=words.number(100 * margin)) if margin else words.say("worse"),
        p=words.chance(p),
    )
    return _Ruling("not_worse_than_champion", kept, sentence)


def _no_topic_falls(
    old: Examination, name: str, challenger: Examination, rules: VerdictConfig, words: Words
) -> _Ruling:
    """Refuse where a topic falls by more than the margin and chance does not explain it, however few its questions."""
    topics = [answer.topic for answer in challenger.answers]
    p_by_topic = p_of_falls(_marks(challenger), _marks(old), topics)
    before, now = old.accuracy_by_topic(), challenger.accuracy_by_topic()
    falls = {topic: before[topic] - now[topic] for topic in p_by_topic}
    clear = [t for t, fall in falls.items() if fall > rules.topic_margin and p_by_topic[t] < rules.topic_p]
    if clear:
        told = "; ".join(f"{_topic(t, challenger, old, name, words)} ({words.chance(p_by_topic[t])})" for t in clear)
        return _Ruling("no_topic_falls", False, words.say("topics_fall", topics=told))
    worst = max(falls, key=lambda topic: falls[topic])
    if falls[worst] <= 0:
        return _Ruling("no_topic_falls", True, words.say("no_topic_falls", name=name))
    told = _topic(worst, challenger, old, name, words)
    return _Ruling("no_topic_falls", True, words.say("no_topic_falls_clearly", topic=told))


def _memorised(challenger: Examination, rules: VerdictConfig, words: Words) -> Iterator[_Ruling]:
    """Refuse where it knows what it was trained on, and of the same topics little else."""
    if not challenger.learned:
        return
    learned = Examination(challenger.learned)
    topics = {answer.topic for answer in learned.answers}
    unseen = Examination(tuple(answer for answer in challenger.answers if answer.topic in topics))
    if not unseen.answers:
        return
    p = p_higher(_marks(learned), _marks(unseen))
    kept = learned.accuracy - unseen.accuracy <= rules.memorised_margin or p >= rules.memorised_p
    sentence = words.say(
        "understood" if kept else "memorised",
        learned=learned.right,
        of_learned=learned.n,
        unseen=unseen.right,
        n=unseen.n,
        p=words.chance(p),
    )
    yield _Ruling("memorised", kept, sentence)


def _forgetting(base: Examination, challenger: Examination, rules: VerdictConfig, words: Words) -> Iterator[_Ruling]:
    before, now = base.general, challenger.general
    if before is None or now is None:
        return
    for code in ("es", "en"):
        ratio = now.perplexity(code) / before.perplexity(code)
        kept = ratio <= rules.max_perplexity_ratio
        sentence = words.say(
            "remembers" if kept else "forgot",
            what=words.say(f"general_{code}"),
            ratio=words.number(ratio),
            bound=words.number(rules.max_perplexity_ratio),
        )
        yield _Ruling(f"forgetting_{code}", kept, sentence)
    pairs = pairs_of(now.sums_right, before.sums_right)
    p = p_better(pairs.turned)
    kept = -pairs.difference <= rules.sums_margin or p >= rules.topic_p
    sentence = words.say(
        "remembers_sums" if kept else "forgot_sums",
        right=sum(now.sums_right),
        n=pairs.n,
        before=sum(before.sums_right),
    )
    yield _Ruling("forgetting_sums", kept, sentence)


def _runs_on(challenger: Examination, bound: float, words: Words) -> _Ruling:
    count = sum(bool({RUNS_ON, UNFINISHED} & set(answer.flaws)) for answer in challenger.answers)
    return _Ruling("runs_on", count <= bound * challenger.n, _share("runs_on", count, challenger.n, bound, words))


def _other_language(challenger: Examination, bound: float, words: Words) -> _Ruling:
    count = sum(OTHER_LANGUAGE in answer.flaws for answer in challenger.answers)
    sentence = _share("other_language", count, challenger.n, bound, words)
    return _Ruling("other_language", count <= bound * challenger.n, sentence)


# --- words and numbers ---


def _questions(examination: Examination) -> list[str]:
    return [answer.question for answer in examination.answers]


def _marks(examination: Examination) -> list[bool]:
    return [answer.correct for answer in examination.answers]


def _scores(challenger: Examination, compared: str, beside: str, old: Examination, pairs: Pairs, words: Words) -> str:
    low, high = difference_interval(pairs, _CONFIDENCE)
    return words.say(
        "scores",
        right=challenger.right,
        n=challenger.n,
        compared=words.say(compared),
        name=words.say(beside),
        before=old.right,
        low=_signed(low),
        high=_signed(high),
    )


def _topic(topic: str, challenger: Examination, old: Examination, name: str, words: Words) -> str:
    right, before = (sum(a.correct for a in one.answers if a.topic == topic) for one in (challenger, old))
    n = sum(answer.topic == topic for answer in challenger.answers)
    return words.say("topic", topic=topic, right=right, n=n, name=name, before=before)


def _share(name: str, count: int, n: int, bound: float, words: Words) -> str:
    return words.say(name, count=count, n=n, share=words.percent(count / n), allowed=words.percent(bound))


def _signed(share: float) -> str:
    return f"{100 * share:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")
