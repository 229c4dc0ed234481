"""People, things, goods and coins of the Spanish-speaking world, each with what agreement and good sense need."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Noun:
    """A noun in singular and plural, and its gender."""

    singular: str
    plural: str
    feminine: bool

    def agree(self, masculine: str) -> str:
        """Return a word in -o or -os, or a form of `uno`, in the gender of the noun: `cuántos` becomes `cuántas`."""
        if not self.feminine:
            return masculine
        if masculine == "un":
            return "una"
        return f"{masculine[:-2]}as" if masculine.endswith("os") else f"{masculine[:-1]}a"


@dataclass(frozen=True)
class Person:
    """Somebody in a story."""

    name: str
    feminine: bool


@dataclass(frozen=True)
class Currency:
    """A coin by its plural, and about how many of it buy what one euro buys."""

    name: str
    per_euro: int


@dataclass(frozen=True)
class Good:
    """A thing on sale, and between which prices in euros."""

    noun: Noun
    cheapest: float
    dearest: float


@dataclass(frozen=True)
class Market:
    """A thing on sale, another one that costs something else, and the coin in which both prices make sense."""

    good: Noun
    extra: Noun
    currency: Currency


def _nouns(pairs: str, feminine: bool) -> tuple[Noun, ...]:
    return tuple(Noun(singular, plural, feminine) for singular, plural in (pair.split("/") for pair in pairs.split()))


_WOMEN = (
    "Ana Marta Lucía Sofía Elena Camila Valentina Ximena Rosa Inés Guadalupe Noelia Paula Daniela Carmen Julia Alba "
    "Renata Itzel Antonella Micaela Rocío"
)
_MEN = (
    "Luis Pedro Diego Carlos Juan Mateo Andrés Pablo Tomás Martín Javier Emilio Hugo Raúl Bruno Nicolás Santiago "
    "Joaquín Facundo Iker Gael Álvaro"
)
PEOPLE = (*(Person(name, True) for name in _WOMEN.split()), *(Person(name, False) for name in _MEN.split()))

FOODS = (
    *_nouns(
        "manzana/manzanas galleta/galletas naranja/naranjas arepa/arepas tortilla/tortillas empanada/empanadas "
        "pera/peras fresa/fresas pupusa/pupusas croqueta/croquetas ciruela/ciruelas",
        feminine=True,
    ),
    *_nouns(
        "caramelo/caramelos mango/mangos plátano/plátanos dulce/dulces tamal/tamales alfajor/alfajores churro/churros "
        "durazno/duraznos higo/higos",
        feminine=False,
    ),
)
_OBJECTS = (
    *_nouns(
        "canica/canicas flor/flores moneda/monedas pegatina/pegatinas ficha/fichas pelota/pelotas hoja/hojas "
        "piedra/piedras tarjeta/tarjetas concha/conchas semilla/semillas estampa/estampas pulsera/pulseras vela/velas",
        feminine=True,
    ),
    *_nouns(
        "lápiz/lápices libro/libros cromo/cromos globo/globos huevo/huevos cuaderno/cuadernos botón/botones "
        "juguete/juguetes trompo/trompos sobre/sobres sello/sellos dado/dados aguacate/aguacates limón/limones",
        feminine=False,
    ),
)
THINGS = FOODS + _OBJECTS
CONTAINERS = (
    *_nouns("caja/cajas bolsa/bolsas cesta/cestas bandeja/bandejas canasta/canastas", feminine=True),
    *_nouns("paquete/paquetes cajón/cajones saco/sacos cesto/cestos", feminine=False),
)

CURRENCIES = (
    Currency("euros", 1), Currency("euros", 1), Currency("dólares", 1), Currency("soles", 4), Currency("bolivianos", 7),
    Currency("quetzales", 8), Currency("pesos", 20), Currency("pesos", 20), Currency("lempiras", 27),
)  # fmt: skip
GOODS = (
    Good(Noun("lápiz", "lápices", False), 0.5, 2),
    Good(Noun("regla", "reglas", True), 0.8, 3),
    Good(Noun("cuaderno", "cuadernos", False), 1, 6),
    Good(Noun("jugo", "jugos", False), 1, 4),
    Good(Noun("empanada", "empanadas", True), 1, 4),
    Good(Noun("helado", "helados", False), 1, 5),
    Good(Noun("boleto de cine", "boletos de cine", False), 4, 12),
    Good(Noun("pelota", "pelotas", True), 4, 25),
    Good(Noun("gorra", "gorras", True), 5, 25),
    Good(Noun("libro", "libros", False), 6, 30),
    Good(Noun("camiseta", "camisetas", True), 6, 35),
    Good(Noun("juguete", "juguetes", False), 5, 50),
    Good(Noun("mochila", "mochilas", True), 15, 80),
    Good(Noun("balón", "balones", False), 10, 45),
    Good(Noun("guitarra", "guitarras", True), 60, 400),
    Good(Noun("bicicleta", "bicicletas", True), 90, 500),
)


def market(price: int, rng: Random, extra_price: int | None = None) -> Market:
    """Return two different things that may well cost `price` and `extra_price` (the same, if None), and the coin.

    Prices are whole numbers from 1 to 400.
    """
    other = price if extra_price is None else extra_price
    suited = [
        Market(good.noun, extra.noun, coin)
        for coin in CURRENCIES
        for good in GOODS
        for extra in GOODS
        if good is not extra and _is_sensible(good, coin, price) and _is_sensible(extra, coin, other)
    ]
    return rng.choice(suited)


def _is_sensible(good: Good, currency: Currency, price: int) -> bool:
    return good.cheapest * currency.per_euro <= price <= good.dearest * currency.per_euro
