"""The stories of word problems: what happens, up to which numbers it can, and how it is told.

Slots: {p} {q} people, {t} things, {f} food, {c} or {x} containers, {m} coins, {g} goods on sale, {Un_g} or {un_g} one of
them, {good} its name, {un_h} another on sale; "Cuántos" in the gender of the things is {Qs}, of the food {Fs}; {los_dos},
{cada}, {uno_g} agree too.
"""

from __future__ import annotations

import re
from random import Random
from typing import NamedTuple

from tutor.exercises.phrasing import expand
from tutor.exercises.vocabulary import CONTAINERS, CURRENCIES, FOODS, PEOPLE, THINGS, Market


class Story(NamedTuple):
    """A wording, and the bounds of the largest of its numbers with which it makes sense."""

    text: str
    most: int = 10_000
    least: int = 0


def tell(stories: tuple[Story, ...], rng: Random, market: Market | None = None, **numbers: int) -> str:
    """Return one of `stories` that makes sense with the numbers, told with people and things drawn from `rng`.

    Stories of buying are told only where there is a `market` for their prices.
    """
    largest = max(numbers.values())
    fitting = [s.text for s in stories if s.least <= largest <= s.most and (market is not None or not _sells(s.text))]
    text = expand(rng.choice(fitting), rng)
    person, other = rng.sample(PEOPLE, 2)
    thing, container, food = rng.choice(THINGS), rng.choice(CONTAINERS), rng.choice(FOODS)
    currency = market.currency if market and _sells(text) else rng.choice(CURRENCIES)
    slots: dict[str, object] = {
        "p": person.name,
        "q": other.name,
        "los_dos": "las dos" if person.feminine and other.feminine else "los dos",
        "t": thing.plural,
        "Qs": thing.agree("Cuántos"),
        "qs": thing.agree("cuántos"),
        "f": food.plural,
        "Fs": food.agree("Cuántos"),
        "x": container.plural,
        "c": container.plural,
        "cada": f"cada {container.agree('uno')}",
        "m": currency.name,
        **(_on_sale(market) if market else {}),
        **numbers,
    }
    # "y" before the sound of i.
    return re.sub(r"\by (?=[IÍ])", "e ", text.format(**slots))


def _sells(text: str) -> bool:
    return any(slot in text for slot in ("{g}", "{Un_g}", "{good}"))


def _on_sale(market: Market) -> dict[str, object]:
    good, extra = market.good, market.extra
    return {
        "g": good.plural,
        "Un_g": f"{good.agree('un').capitalize()} {good.singular}",
        "uno_g": good.agree("uno"),
        "un_g": f"{good.agree('un')} {good.singular}",
        "good": good.singular,
        "un_h": f"{extra.agree('un')} {extra.singular}",
    }
