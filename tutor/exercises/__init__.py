"""Exercises of school mathematics in Spanish, made from a seed: the curriculum of the shipped dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from tutor.exercises.angles import angles
from tutor.exercises.arithmetic import addition, division, multiplication, subtraction
from tutor.exercises.averages import mean
from tutor.exercises.chains import mental_chain
from tutor.exercises.clock import durations
from tutor.exercises.decimals import decimals
from tutor.exercises.divisibility import divisibility
from tutor.exercises.equations import equations
from tutor.exercises.exercise import Exercise, Maker
from tutor.exercises.expressions import systems, value_of_expression
from tutor.exercises.fractions import fractions
from tutor.exercises.integers import integers
from tutor.exercises.measures import perimeter_and_area, units
from tutor.exercises.order import order_of_operations
from tutor.exercises.percentages import percentages
from tutor.exercises.phrasing import as_pupils_type, in_school_notation, with_numbers_in_words
from tutor.exercises.places import places
from tutor.exercises.powers import powers_and_roots
from tutor.exercises.probability import probability
from tutor.exercises.problems import one_step, two_steps
from tutor.exercises.proportion import proportion
from tutor.exercises.sequences import sequences
from tutor.likeness import wording_of

# How often each topic comes up, out of the sum of all.
CURRICULUM: dict[Maker, int] = {
    addition: 14,
    subtraction: 14,
    multiplication: 15,
    division: 15,
    order_of_operations: 14,
    decimals: 8,
    fractions: 13,
    percentages: 10,
    powers_and_roots: 8,
    equations: 14,
    divisibility: 13,
    one_step: 25,
    two_steps: 20,
    units: 9,
    perimeter_and_area: 10,
    mental_chain: 2,
    sequences: 4,
    places: 4,
    durations: 4,
    mean: 4,
    proportion: 4,
    integers: 4,
    angles: 4,
    value_of_expression: 3,
    probability: 3,
    systems: 3,
}

# A small tutor learns one way of working best: most rows are explained in that one.
OTHER_STYLES_SHARE = 0.12
_NUMBERS_IN_WORDS_SHARE = 0.02


def exercises(seed: int) -> Iterator[Exercise]:
    """Yield exercises for ever, the same ones for the same `seed`; no two of them ask the same, or nearly the same."""
    rng = Random(seed)
    seen: set[int] = set()
    for make in _dealt(rng):
        exercise = make(rng)
        worded = (
            with_numbers_in_words(exercise.question) if rng.random() < _NUMBERS_IN_WORDS_SHARE else exercise.question
        )
        question = as_pupils_type(worded, rng)
        wording = wording_of(question, exercise.answer)
        alike = {wording.same, wording.near} if wording.near else {wording.same}
        if seen.isdisjoint(alike):
            seen |= alike
            yield replace(exercise, question=question, solution=in_school_notation(_solution(exercise, rng)))


def _dealt(rng: Random) -> Iterator[Maker]:
    """Yield the makers of `CURRICULUM` for ever, each as often as it says in every round of cards: none comes up short."""
    cards = [maker for maker, often in CURRICULUM.items() for _ in range(often)]
    while True:
        rng.shuffle(cards)
        yield from cards


def _solution(exercise: Exercise, rng: Random) -> str:
    if exercise.other_solutions and rng.random() < OTHER_STYLES_SHARE:
        return rng.choice(exercise.other_solutions)
    return exercise.solution
