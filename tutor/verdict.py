"""The gate: whether a newly trained tutor may take the place of the one that the pupils have.

A pure function of what the models answered and of the rules. Every rule is asked and gives its sentence, in Spanish for
teachers, so that a refusal names everything that stands in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.evaluation import Examination
from tutor.flaws import OTHER_LANGUAGE, RUNS_ON, UNFINISHED
from tutor.paired import Pairs, difference_interval, p_better, p_of_falls, p_worse_by, pairs_of

if TYPE_CHECKING:
    from tutor.config import VerdictConfig

_CONFIDENCE = 0.95  # of the interval that is shown
_BASE, _CHAMPION = "el modelo base sin entrenar", "el tutor actual"


@dataclass(frozen=True)
class Verdict:
    """The decision, a sentence (in Spanish, for teachers) for each rule, and the names of the rules that are broken.

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


def decide(base: Examination, challenger: Examination, champion: Examination | None, rules: VerdictConfig) -> Verdict:
    """Return whether `challenger` may become champion by `rules`.

    All have answered the same rows. Without a champion the base is what no topic may fall behind. What is forgotten is
    judged where base and challenger were both examined on it.

    Raises:
        ValueError: the examinations are not on the same rows.
    """
    for other in (base, champion):
        if other is not None and _questions(other) != _questions(challenger):
            raise ValueError("the examinations are not on the same questions in the same order")
    rulings = [*_rulings(base, challenger, champion, rules)]
    broken = [ruling for ruling in rulings if not ruling.kept]
    kept = [ruling for ruling in rulings if ruling.kept]
    return Verdict(
        "refused" if broken else "accepted",
        tuple(ruling.sentence for ruling in (*broken, *kept)),
        tuple(ruling.rule for ruling in broken),
    )


def _rulings(
    base: Examination, challenger: Examination, champion: Examination | None, rules: VerdictConfig
) -> Iterator[_Ruling]:
    yield _better_than_base(base, challenger, rules.base_p)
    if champion is not None:
        yield _not_worse_than_champion(champion, challenger, rules.champion_margin, rules.champion_p)
    yield _no_topic_falls(champion or base, _BASE if champion is None else _CHAMPION, challenger, rules)
    yield from _forgetting(base, challenger, rules)
    yield _runs_on(challenger, rules.max_run_on_share)
    yield _other_language(challenger, rules.max_other_language_share)


def _better_than_base(base: Examination, challenger: Examination, bound: float) -> _Ruling:
    pairs = pairs_of(_marks(challenger), _marks(base))
    p = p_better(pairs)
    kept = p < bound
    compared = "más que" if pairs.difference > 0 else "no más que"
    outcome = "" if kept or pairs.difference <= 0 else f", pero puede ser azar: haría falta p < {_number(bound)}"
    return _Ruling("better_than_base", kept, f"{_scores(challenger, compared, _BASE, base, pairs)} ({_p(p)}){outcome}.")


def _not_worse_than_champion(champion: Examination, challenger: Examination, margin: float, bound: float) -> _Ruling:
    pairs = pairs_of(_marks(challenger), _marks(champion))
    p = p_worse_by(margin, pairs)
    # Retraining after retraining, a little worse each time would add up: fewer right answers are never enough.
    kept = p < bound and pairs.difference >= 0
    compared = "tantas como" if not pairs.difference else "más que" if pairs.difference > 0 else "menos que"
    doubt = "se descarta" if p < bound else "no se puede descartar"
    allowed = f"por más de {_points(margin)}" if margin else "en algo"
    scores = _scores(challenger, compared, _CHAMPION, champion, pairs)
    return _Ruling("not_worse_than_champion", kept, f"{scores}; que sea peor {allowed} {doubt} ({_p(p)}).")


def _no_topic_falls(old: Examination, name: str, challenger: Examination, rules: VerdictConfig) -> _Ruling:
    """Refuse where a topic falls by more than the margin and chance does not explain it, however few its questions."""
    topics = [answer.topic for answer in challenger.answers]
    p_by_topic = p_of_falls(_marks(challenger), _marks(old), topics)
    before, now = old.accuracy_by_topic(), challenger.accuracy_by_topic()
    falls = {topic: before[topic] - now[topic] for topic in p_by_topic}
    clear = [t for t, fall in falls.items() if fall > rules.topic_margin and p_by_topic[t] < rules.topic_p]
    if clear:
        told = "; ".join(f"{_topic(t, challenger, old, name)} ({_p(p_by_topic[t])})" for t in clear)
        return _Ruling("no_topic_falls", False, f"Empeora claramente por temas: {told}.")
    worst = max(falls, key=lambda topic: falls[topic])
    if falls[worst] <= 0:
        return _Ruling("no_topic_falls", True, f"En ningún tema acierta menos que {name}.")
    told = _topic(worst, challenger, old, name)
    return _Ruling("no_topic_falls", True, f"Ningún tema empeora claramente; el que más baja: {told}.")


def _forgetting(base: Examination, challenger: Examination, rules: VerdictConfig) -> Iterator[_Ruling]:
    before, now = base.general, challenger.general
    if before is None or now is None:
        return
    for language, named in (("es", "español"), ("en", "inglés")):
        ratio = now.perplexity(language) / before.perplexity(language)
        kept = ratio <= rules.max_perplexity_ratio
        sentence = (
            f"{'Conserva' if kept else 'Ha olvidado'} el {named} general: perplejidad {_number(ratio)} veces la del "
            f"modelo base (se admiten {_number(rules.max_perplexity_ratio)})."
        )
        yield _Ruling(f"forgetting_{language}", kept, sentence)
    pairs = pairs_of(now.sums_right, before.sums_right)
    p = p_better(pairs.turned)
    kept = -pairs.difference <= rules.sums_margin or p >= rules.topic_p
    sentence = (
        f"{'Conserva' if kept else 'Ha olvidado'} las cuentas sencillas en inglés: {sum(now.sums_right)} de {pairs.n} "
        f"bien, el modelo base {sum(before.sums_right)}."
    )
    yield _Ruling("forgetting_sums", kept, sentence)


def _runs_on(challenger: Examination, bound: float) -> _Ruling:
    count = sum(bool({RUNS_ON, UNFINISHED} & set(answer.flaws)) for answer in challenger.answers)
    what = "Respuestas que no terminan donde deben"
    return _Ruling("runs_on", count <= bound * challenger.n, _share(count, challenger.n, what, bound))


def _other_language(challenger: Examination, bound: float) -> _Ruling:
    count = sum(OTHER_LANGUAGE in answer.flaws for answer in challenger.answers)
    what = "Respuestas en un idioma distinto del de la pregunta"
    return _Ruling("other_language", count <= bound * challenger.n, _share(count, challenger.n, what, bound))


# --- words and numbers ---


def _questions(examination: Examination) -> list[str]:
    return [answer.question for answer in examination.answers]


def _marks(examination: Examination) -> list[bool]:
    return [answer.correct for answer in examination.answers]


def _scores(challenger: Examination, compared: str, name: str, old: Examination, pairs: Pairs) -> str:
    low, high = difference_interval(pairs, _CONFIDENCE)
    return (
        f"El tutor nuevo acierta {challenger.right} de {challenger.n} preguntas nunca vistas, {compared} {name} "
        f"({old.right} de {old.n}); diferencia entre {_signed(low)} y {_signed(high)} puntos"
    )


def _topic(topic: str, challenger: Examination, old: Examination, name: str) -> str:
    counts = [sum(a.correct for a in one.answers if a.topic == topic) for one in (challenger, old)]
    n = sum(answer.topic == topic for answer in challenger.answers)
    return f"«{topic}», {counts[0]} de {n}, y {name} {counts[1]}"


def _share(count: int, n: int, what: str, bound: float) -> str:
    return f"{what}: {count} de {n} ({_number(round(100 * count / n, 1))} %; se admite el {_number(100 * bound)} %)."


def _p(p: float) -> str:
    return "p < 0,001" if p < 0.001 else f"p = {p:.3f}".replace(".", ",")


def _points(share: float) -> str:
    return f"{_number(100 * share)} puntos"


def _signed(share: float) -> str:
    return f"{100 * share:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")


def _number(value: float) -> str:
    return f"{value:.3g}".replace(".", ",")
