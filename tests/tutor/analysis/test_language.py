"""Numbers as Spaniards and the English write them, and two languages that say the same."""

from string import Formatter

import pytest

from tutor.analysis.english import TEXTS as ENGLISH
from tutor.analysis.language import language
from tutor.analysis.spanish import TEXTS as SPANISH

ES, EN = language("es"), language("en")
# They stand behind a sentence.
CLAUSES = (
    "advice.held_out.few",
    "lead.suspected.rows",
    "course.duration",
    "advice.held_out.rows",
    "advice.weak_topics.few",
)


def test_both_languages_have_the_same_texts_with_the_same_figures_in_them() -> None:
    assert set(SPANISH) == set(ENGLISH)
    for name, text in SPANISH.items():
        assert _places(text) == _places(ENGLISH[name]), name
        assert text.strip() == text or name in CLAUSES


def _places(text: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(text) if place}


@pytest.mark.parametrize(
    ("value", "digits", "spanish", "english"),
    [
        (0.0570, 4, "0,0570", "0.0570"),
        (3087.42, 2, "3087,42", "3,087.42"),
        (2779683840, 0, "2\u202f779\u202f683\u202f840", "2,779,683,840"),
        (-97.82, 1, "−97,8", "−97.8"),
        (-0.001, 1, "0,0", "0.0"),
        (9999.6, 0, "10\u202f000", "10,000"),
    ],
)
def test_numbers(value: float, digits: int, spanish: str, english: str) -> None:
    assert ES.number(value, digits) == spanish
    assert EN.number(value, digits) == english


def test_percentages_short_numbers_and_dates() -> None:
    assert (ES.percent(0.9782, 2), EN.percent(0.9782, 2)) == ("97,82 %", "97.82%")
    assert [ES.short(value) for value in (0, 1e-4, 2.5e-6, 0.002, 2.988, 45.25, 1.00852e17)] == [
        *("0", "1 · 10⁻⁴", "2,5 · 10⁻⁶", "0,002", "2,988", "45,25", "1,01 · 10¹⁷")
    ]
    assert (ES.date("2026-03-05 07:09"), EN.date("2026-03-05 07:09")) == ("5/3/2026, 07:09", "2026-03-05, 07:09")
    assert ES.date("2026-03-05T07:09:00+00:00") == "5/3/2026"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.25, "0,2 s"), (59.4, "59 s"), (59.6, "1 min"), (582, "9 min 42 s"), (3599.9, "1 h"), (117180, "32 h 33 min")],
)
def test_durations(seconds: float, told: str) -> None:
    assert ES.duration(seconds) == told


def test_counts_agree_with_their_nouns() -> None:
    assert [ES.count(number, "row") for number in (0, 1, 2)] == ["0 filas", "1 fila", "2 filas"]
