"""What a teacher remarks on answers, each remark kept apart; the shipped solutions give no cause for one."""

from __future__ import annotations

import time

import pytest

from tutor.flaws import (
    FLAWS,
    NO_EXPLANATION,
    NO_STEPS,
    OTHER_LANGUAGE,
    REPEATS,
    RUNS_ON,
    UNFINISHED,
    flaws_of,
)
from tutor.prompt import completion
from tutor.reading import read_rows
from tutor.settings import DEFAULT_DATASET

QUESTION = "¿Cuánto es 8 por 4?"
GOOD = "Multiplicamos: 8 × 4 = 32.\nRespuesta: 32"


def test_the_shipped_solutions_are_without_flaw() -> None:
    rows, _ = read_rows(DEFAULT_DATASET)
    flawed = {
        row.question: found
        for row in rows
        if (found := flaws_of(row.question, completion(row.solution, row.answer), correct=True, ended=True))
    }
    assert flawed == {}


@pytest.mark.parametrize(
    ("reply", "flaws"),
    [
        (GOOD, ()),
        ("32", (NO_EXPLANATION, NO_STEPS)),
        ("Respuesta: 32", (NO_EXPLANATION, NO_STEPS)),
        ("La solución de la pregunta es 32 porque lo sé", (NO_STEPS,)),
        ("8 × 4 = 32", ()),
        (GOOD + "\nComprobamos: 32 ÷ 4 = 8", ()),
        (GOOD + "\n¡Espero que te sirva!", ()),
        (GOOD + "\n\nInstruct: ¿Cuánto es 2 + 2?", (RUNS_ON,)),
        (GOOD + "\nDespués 32 + 5 = 37.", (RUNS_ON,)),
        (GOOD + "\nRespuesta: 32\nRespuesta: 32", (RUNS_ON, REPEATS)),
        (GOOD + "\nRespuesta: 32", (RUNS_ON,)),
        ("8 × 4 = 32. Otra vez: 8 × 4 = 32. Y luego y luego y luego y luego y luego", (REPEATS,)),
        ("8 × 4 = 32\n8 × 4 = 32\n8 × 4 = 32", (REPEATS,)),
        ("1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 = 8", ()),
        ("The answer to the question is 8 × 4 = 32.", (OTHER_LANGUAGE,)),
    ],
)
def test_each_flaw_is_remarked_by_itself(reply: str, flaws: tuple[str, ...]) -> None:
    assert flaws_of(QUESTION, reply, correct=True, ended=True) == flaws


def test_a_right_number_alone_lacks_an_explanation_and_a_wrong_one_only_steps() -> None:
    assert flaws_of(QUESTION, "31", correct=False, ended=True) == (NO_STEPS,)
    assert flaws_of(QUESTION, "", correct=False, ended=True) == (NO_STEPS,)


def test_an_answer_that_was_cut_runs_on_or_is_unfinished() -> None:
    assert flaws_of(QUESTION, GOOD, correct=True, ended=False) == (RUNS_ON,)
    assert flaws_of(QUESTION, "Multiplicamos: 8 × 4 =", correct=False, ended=False) == (UNFINISHED,)


def test_the_language_is_that_of_the_question() -> None:
    english = "There are 4 boxes with 8 pens in each box, so we have 8 × 4 = 32 of them."
    assert OTHER_LANGUAGE in flaws_of(QUESTION, english, correct=True, ended=True)
    assert flaws_of("How many pens are in the 4 boxes?", english, correct=True, ended=True) == ()


def test_every_flaw_says_what_it_means() -> None:
    assert len(FLAWS) == 6
    assert all(FLAWS.values())


@pytest.mark.parametrize("piece", ["Respuesta: 1\n", "a b ", "\n", "1 ", "Instruct", "= ", "Respuesta: "])
def test_long_replies_take_linear_time(piece: str) -> None:
    reply = piece * (30_000 // len(piece))
    started = time.process_time()
    flaws_of(QUESTION, reply, correct=False, ended=True)
    assert time.process_time() - started < 3
