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
    addition: 11,
    subtraction: 11,
    multiplication: 12,
    division: 12,
    order_of_operations: 8,
    decimals: 5,
    fractions: 9,
    percentages: 5,
    powers_and_roots: 7,
    equations: 8,
    divisibility: 8,
    one_step: 18,
    two_steps: 14,
    units: 6,
    perimeter_and_area: 7,
    mental_chain: 2,
    sequences: 5,
    places: 5,
    durations: 5,
    mean: 3,
    proportion: 5,
    integers: 5,
    angles: 5,
    value_of_expression: 5,
    probability: 5,
    systems: 5,
}

# A small tutor learns one way of working best: most rows are explained in that one.
OTHER_STYLES_SHARE = 0.15
_NUMBERS_IN_WORDS_SHARE = 0.06


def exercises(seed: int) -> Iterator[Exercise]:
    """Yield exercises for ever, the same ones for the same `seed`; no two of them ask the same, or nearly the same."""
    rng = Random(seed)
    makers, weights = list(CURRICULUM), list(CURRICULUM.values())
    seen: set[int] = set()
    while True:
        exercise = rng.choices(makers, weights)[0](rng)
        worded = (
            with_numbers_in_words(exercise.question) if rng.random() < _NUMBERS_IN_WORDS_SHARE else exercise.question
        )
        question = as_pupils_type(worded, rng)
        wording = wording_of(question, exercise.answer)
        alike = {wording.same, wording.near} if wording.near else {wording.same}
        if seen.isdisjoint(alike):
            seen |= alike
            yield replace(exercise, question=question, solution=in_school_notation(_solution(exercise, rng)))


def _solution(exercise: Exercise, rng: Random) -> str:
    if exercise.other_solutions and rng.random() < OTHER_STYLES_SHARE:
        return rng.choice(exercise.other_solutions)
    return exercise.solution
