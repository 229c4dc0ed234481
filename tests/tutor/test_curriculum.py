"""The curriculum: its breadth, its wordings, its agreement, and its newer answers found again in another way."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import islice, pairwise, product
from random import Random

import pytest

from tutor.exercises import CURRICULUM, exercises
from tutor.exercises.angles import POLYGONS, angles
from tutor.exercises.averages import mean
from tutor.exercises.clock import durations
from tutor.exercises.exercise import Exercise, Maker
from tutor.exercises.explanations import difference_without_borrowing, sum_without_carrying
from tutor.exercises.expressions import systems, value_of_expression
from tutor.exercises.integers import integers
from tutor.exercises.measures import CONVERSIONS
from tutor.exercises.phrasing import as_pupils_type, in_school_notation
from tutor.exercises.places import places
from tutor.exercises.probability import DIE_EVENTS, probability
from tutor.exercises.proportion import INVERSE, proportion
from tutor.exercises.sequences import sequences
from tutor.exercises.vocabulary import CONTAINERS, CURRENCIES, FOODS, GOODS, PEOPLE, THINGS, market
from tutor.grading import grade
from tutor.numbers import parse_quantity
from tutor.prompt import completion
from tutor.rows import template

LEVELS = [*(f"primaria {year}" for year in range(1, 7)), *(f"secundaria {year}" for year in range(1, 4))]
NOUNS = [*THINGS, *FOODS, *CONTAINERS, *(good.noun for good in GOODS)]
VOCABULARY = {
    *(template(word) for noun in NOUNS for word in (noun.singular, noun.plural)),
    *(template(person.name) for person in PEOPLE),
    *(coin.name for coin in CURRENCIES),
    *(template(unit) for conversion in CONVERSIONS for unit in conversion[:4]),
}
NUMBER = re.compile(r"\d+")


@pytest.fixture(scope="module")
def many() -> list[Exercise]:
    return list(islice(exercises(11), 3000))


def made(maker: Maker, count: int = 300) -> list[Exercise]:
    rng = Random(maker.__name__)
    return [maker(rng) for _ in range(count)]


# --- breadth ---


def test_there_are_twenty_topics_or_more_and_every_level(many: list[Exercise]) -> None:
    assert len({exercise.topic for exercise in many}) == len(CURRICULUM) >= 20
    assert {exercise.level for exercise in many} == set(LEVELS)


def words_of(question: str) -> frozenset[str]:
    """Return the words of a question without its numbers, signs, unknowns, people, things, coins and units."""
    return frozenset(re.findall("[a-z]{2,}", template(question))) - VOCABULARY


def are_worded_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= 0.6 * len(one | other)


@pytest.mark.parametrize("maker", CURRICULUM, ids=lambda maker: maker.__name__)
def test_a_topic_is_asked_in_ten_ways_or_more_that_differ_in_words(maker: Maker) -> None:
    ways: list[frozenset[str]] = []
    for exercise in made(maker, 400):
        words = words_of(exercise.question)
        if not any(are_worded_alike(words, known) for known in ways):
            ways.append(words)
    assert len(ways) >= 10, ways


def test_the_newer_topics_take_a_sixth_and_the_four_operations_more(many: list[Exercise]) -> None:
    counts = Counter(exercise.topic for exercise in many)
    newer = {maker(Random(1)).topic for maker in SECOND_METHODS}
    share = sum(counts[topic] for topic in newer) / len(many)
    operations = sum(counts[topic] for topic in ("suma", "resta", "multiplicación", "división")) / len(many)
    assert 0.14 < share < 0.19
    assert 0.23 < operations < 0.28


def test_a_minority_of_the_rows_is_explained_in_another_style() -> None:
    rows = list(islice(exercises(3), 2000))
    others = sum(exercise.solution in map(in_school_notation, exercise.other_solutions) for exercise in rows)
    assert 0.12 < others / len(rows) < 0.18


@pytest.mark.parametrize("maker", CURRICULUM, ids=lambda maker: maker.__name__)
def test_every_style_ends_in_the_same_answer_and_is_short(maker: Maker) -> None:
    for exercise in made(maker, 150):
        assert exercise.other_solutions
        for solution in (exercise.solution, *exercise.other_solutions):
            reply = completion(in_school_notation(solution), exercise.answer)
            assert grade(reply, exercise.answer).correct
            assert len(solution) < 150, solution
            assert "\n" not in solution
            assert "..." not in solution


# --- Spanish ---


def test_words_agree_with_the_things_that_they_count(many: list[Exercise]) -> None:
    genders = {noun.plural: noun.feminine for noun in (*THINGS, *FOODS)}
    checked = 0
    for exercise in many:
        for asked, thing in re.findall(r"[Cc]uánt(os|as) (\w+)", exercise.question):
            if thing in genders:
                assert (asked == "as") == genders[thing], exercise.question
                checked += 1
    assert checked > 50


def test_nothing_contracts_wrongly(many: list[Exercise]) -> None:
    for exercise in many:
        assert not re.search(r"\b(de el|a el|una? un|un una|el la)\b", exercise.question.lower()), exercise.question
        assert "  " not in exercise.question + exercise.solution
        assert "{" not in exercise.question + exercise.solution


def test_a_name_keeps_its_capital_after_a_greeting() -> None:
    typed = {as_pupils_type("Ana tiene 3 mangos", Random(seed)) for seed in range(300)}
    assert "Hola, Ana tiene 3 mangos" in typed
    assert "Hola, ana tiene 3 mangos" not in typed


@pytest.mark.parametrize("price", [1, 2, 7, 15, 60, 140, 400])
def test_something_may_cost_any_price(price: int) -> None:
    sale = market(price, Random(price), extra_price=3)
    assert sale.good != sale.extra


# --- the mistakes that the explanations warn of ---


def test_common_mistakes_are_what_pupils_write() -> None:
    assert sum_without_carrying(34, 58) == 82
    assert sum_without_carrying(245, 138) == 373
    assert sum_without_carrying(75, 68) == 133
    assert difference_without_borrowing(52, 27) == 35
    assert difference_without_borrowing(305, 28) == 323


@pytest.mark.parametrize("maker", CURRICULUM, ids=lambda maker: maker.__name__)
def test_no_warning_calls_the_right_answer_wrong(maker: Maker) -> None:
    for exercise in made(maker):
        for solution in exercise.other_solutions:
            for denied in re.findall(r"no es (-?\d+(?:/\d+)?)(?=[,:;.]| )(?! primo)", solution):
                answer = parse_quantity(exercise.answer)
                assert answer is not None
                assert Fraction(denied) != answer.value, solution


# --- the newer topics, answered again in another way ---


def numbers_of(text: str) -> list[int]:
    return [int(number) for number in NUMBER.findall(text)]


def value_in_python(expression: str) -> int:
    return int(eval(re.sub("[×·x*]", "*", expression)))


def integer_again(question: str) -> Iterator[int]:
    """Walk step by step on the number line, or have Python work the expression out."""
    if match := re.search(r"(?<![\d)])\(?-?\d+\)?(?: ?[-+×·x*] ?\(?-?\d+\)?)+", question):
        yield value_in_python(match[0])
        return
    first, second = (int(number) for number in re.findall(r"-?\d+", question)[:2])
    if re.search("Multiplica|producto|multiplicado", question):
        yield sum([first] * abs(second)) * (1 if second > 0 else -1)
        return
    down = re.search("baj[ao]|menos", question)
    step = (-1 if down else 1) * (1 if second >= 0 else -1)
    for _ in range(abs(second)):
        first += step
    yield first


def sequence_again(question: str) -> Iterator[int]:
    if term := re.search(r"(\d+)n \+ (\d+)", question):
        slope, start = map(int, term.groups())
        place = next(n for n in numbers_of(question.replace(term[0], "")))
        yield start + sum(slope for _ in range(place))
        return
    terms = numbers_of(question)
    gaps = {after - before for before, after in pairwise(terms)}
    if len(gaps) == 1:
        yield 2 * terms[-1] - terms[-2]
    else:
        assert terms[1] ** 2 == terms[0] * terms[2]
        yield terms[-1] ** 2 // terms[-2]


def duration_again(question: str) -> Iterator[int]:
    times = [datetime.strptime(text, "%H:%M") for text in re.findall(r"\d+:\d+", question)]  # noqa: DTZ007
    if times:
        minutes = int((max(times) - min(times)).total_seconds()) // 60
        yield minutes // 60 if re.search("horas", question) else minutes
    elif "semanas" in question:
        (weeks,) = numbers_of(question)
        yield len([day for _ in range(weeks) for day in "LMXJVSD"])
    else:
        hours, minutes = numbers_of(question)
        yield len(range(hours * 60 + minutes))


def place_again(question: str) -> Iterator[int]:
    if re.search("ed[oó]nd|proxima|cercana", question):
        number = max(numbers_of(question))
        worth = 100 if "centena" in question else 10
        yield int((Decimal(number) / worth).quantize(Decimal(1), ROUND_HALF_UP)) * worth
    elif re.search("decenas?", question):
        told = {name: digit for digit, name in re.findall(r"(\d) (centena|decena|unidad)", question)}
        yield int("".join(told.get(name, "0") for name in ("centena", "decena", "unidad")))
    else:
        digit, number = sorted(numbers_of(question))
        yield number - int(str(number).replace(str(digit), "0"))


def mean_again(question: str, answer: int) -> bool:
    """The mean is where the differences on both sides balance."""
    listed = re.search(r"\d+(?:, \d+)* y \d+", question)
    assert listed
    return sum(number - answer for number in numbers_of(listed[0])) == 0


def proportion_again(question: str, answer: int) -> bool:
    numbers = numbers_of(question)
    inverse = any(len(set(re.findall(r"\w+", question)) & set(re.findall(r"\w+", text))) > 7 for text, _ in INVERSE)
    if inverse:
        a, x, b = numbers[:3]
        return a * x == b * answer
    *known, b = numbers
    a, x = sorted(known[:2])
    return Fraction(x, a) == Fraction(answer, b) or Fraction(known[0], known[1]) == Fraction(answer, b)


def angle_again(question: str) -> Iterator[int]:
    for name, sides in POLYGONS:
        if name in question:
            yield sides * 180 - 360  # all the triangles around an inner point, less the turn around it
            return
    whole = 90 if re.search("omplementari|recto", question) and "uplementari" not in question else 180
    known = numbers_of(question)
    yield next(x for x in range(1, 180) if sum(known) + x == whole)


def probability_again(question: str) -> Iterator[Fraction]:
    if "dado" in question:
        faces = next(set(faces) for event, faces in reversed(DIE_EVENTS) if re.search(rf"{event}\b", question))
        yield Fraction(sum(face in faces for face in range(1, 7)), len(range(1, 7)))
        return
    first, second = numbers_of(question)
    if re.search("boletos|números|alumnos|partes", question):
        tickets = ["mine"] * min(first, second) + ["other"] * (max(first, second) - min(first, second))
    else:
        tickets = ["mine"] * first + ["other"] * second
    yield Fraction(tickets.count("mine"), len(tickets))


def expression_again(question: str) -> Iterator[int]:
    letters = {name: int(value) for name, value in re.findall(r"([a-z]) ?= ?(\d+)", question)}
    without_values = re.sub(r"[a-z] ?= ?\d+", "", question)
    expression = re.search(r"\d+\([^)]*\)|\d*[a-z]²?(?: ?[-+] ?\d*[a-z]?\b)+", without_values)
    assert expression
    yield int(eval(re.sub(r"(\d)(?=[a-z(])", r"\1*", expression[0]).replace("²", "**2"), letters))


def system_again(question: str, answer: int) -> bool:
    """Try every pair of small numbers."""
    equations = re.findall(r"\b[xyab](?: ?[-+] ?[xyab])? ?= ?\d+[xy]?", question)
    if not equations:
        total, gap = numbers_of(question)
        ((large, small),) = [(x, total - x) for x in range(total + 1) if x - (total - x) == gap]
        return answer == (small if re.search("menor|menos|cuesta el lápiz", question) else large)
    names = sorted(set(re.findall("[abxy]", "".join(equations))))
    unknown = re.search(r"(?:vale|Halla|Calcula|valor de|Despeja|\.) ([xyab])\b", question)
    assert unknown, question
    both = compile(" and ".join(f"({in_python(equation)})" for equation in equations), "system", "eval")
    pairs = [dict(zip(names, values, strict=True)) for values in product(range(50), repeat=2)]
    return {pair[unknown[1]] for pair in pairs if eval(both, {}, pair)} == {answer}


def in_python(equation: str) -> str:
    return re.sub(r"(\d)(?=[xy])", r"\1*", equation).replace("=", "==")


def by(compute: Callable[[str], Iterator[int | Fraction]]) -> Callable[[str, Fraction], bool]:
    return lambda question, answer: next(iter(compute(question))) == answer


SECOND_METHODS: dict[Maker, Callable[..., bool]] = {
    integers: by(integer_again),
    sequences: by(sequence_again),
    durations: by(duration_again),
    places: by(place_again),
    mean: mean_again,
    proportion: proportion_again,
    angles: by(angle_again),
    probability: by(probability_again),
    value_of_expression: by(expression_again),
    systems: system_again,
}


@pytest.mark.parametrize("maker", SECOND_METHODS, ids=lambda maker: maker.__name__)
def test_another_method_finds_the_same_answer(maker: Maker) -> None:
    for exercise in made(maker):
        answer = parse_quantity(exercise.answer)
        assert answer is not None
        assert SECOND_METHODS[maker](exercise.question, answer.value), exercise
