"""Equations with one unknown."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule
from tutor.exercises.phrasing import phrase

EQUATION_WORDS = (
    "[Resuelve|Resolver|Soluciona]: {e}",
    "[Resuelve|Soluciona|Despeja] la [ecuación|igualdad] {e}",
    "{e}",
    "Si {e}, ¿cuánto vale {x}?",
    "Si {e}, ¿[cuál es el valor de {x}|qué valor tiene {x}]?",
    "[Halla|Encuentra|Calcula|Averigua|Determina] [{x}|el valor de {x}] [si|en|cuando] {e}",
    "¿[Cuánto vale|Qué vale|Qué valor tiene|Cuál es el valor de] {x} [en|si] {e}?",
    "Despeja {x}[ en|:] {e}",
    "¿Qué número es {x} en {e}?",
    "¿[Cuál es la solución|Qué solución tiene la ecuación|Cuál es la solución de la ecuación] {e}?",
    "[Calcula|Despeja|Halla] la incógnita: {e}",
    "{e}, ¿cuánto [vale|es] {x}?",
    "{e}, [despeja|halla|calcula] {x}",
    "[Ayúdame con|No entiendo] [esta|la] ecuación[:|] {e}",
    "En la ecuación {e}, ¿cuánto es {x}?",
    "[Resuelve|Despeja] para {x}: {e}",
)

RIDDLES: dict[str, tuple[str, ...]] = {
    "add": (
        "¿Qué número [más|sumado a] {a} da {r}?",
        "[Pienso|Pensé] un número, le [sumo|añado] {a} y [me da|obtengo] {r}. ¿[Qué número es|Cuál es el número]?",
        "Un número más {a} es [igual a |]{r}. ¿Cuál es[ el número|]?",
    ),
    "subtract": (
        "¿Qué número menos {a} da {r}?",
        "[Pienso|Pensé] un número, le [resto|quito] {a} y [me da|obtengo] {r}. ¿[Qué número es|Cuál es el número]?",
    ),
    "times": (
        "¿Qué número multiplicado por {a} da {r}?",
        "[Pienso|Pensé] un número, lo multiplico por {a} y [me da|obtengo] {r}. ¿[Qué número es|Cuál es el número]?",
        "{multiple} de un número es {r}. ¿Cuál es el número?",
    ),
    "over": (
        "¿Qué número dividido entre {a} da {r}?",
        "[Pienso|Pensé] un número, lo divido entre {a} y [me da|obtengo] {r}. ¿[Qué número es|Cuál es el número]?",
    ),
    "more": (
        "{multiple} de un número, más {b}, es {r}. ¿Cuál es el número?",
        "{multiple} de un número, aumentado en {b}, es {r}. ¿[Cuál es el número|Qué número es]?",
        "[Pienso|Pensé] un número, lo multiplico por {a}, le sumo {b} y [me da|obtengo] {r}. ¿Qué número es?",
    ),
    "less": (
        "{multiple} de un número, menos {b}, es {r}. ¿Cuál es el número?",
        "[Pienso|Pensé] un número, lo multiplico por {a}, le resto {b} y [me da|obtengo] {r}. ¿Qué número es?",
    ),
}
_MULTIPLES = {2: "El doble", 3: "El triple", 4: "El cuádruple"}
_SHARE_OF_RIDDLES = 0.12

_RULES = {
    "add": "Lo que suma pasa restando",
    "subtract": "Lo que resta pasa sumando",
    "from": "La incógnita es lo que se quita",
    "times": "Lo que multiplica pasa dividiendo",
    "over": "Lo que divide pasa multiplicando",
    "more": "Primero se quita lo que suma",
    "less": "Primero pasa lo que resta",
    "bracket": "Primero se quita lo que multiplica al paréntesis",
    "both": "Las incógnitas a un lado y los números al otro",
}


class _Equation(NamedTuple):
    left: str
    right: str
    steps: str
    checked: str
    x: int
    slots: dict[str, int]


def equations(rng: Random) -> Exercise:
    """Return an equation with one unknown, of one step or two, in letters or as a riddle."""
    kind = rng.choices(tuple(_RULES), (17, 16, 6, 19, 11, 15, 12, 2, 2))[0]
    if kind in RIDDLES and rng.random() < _SHARE_OF_RIDDLES:
        equation = _MAKERS[kind]("x", rng)
        question, solution = (
            _riddle(kind, equation, rng),
            f"Si x es el número, {equation.left}={equation.right}. {equation.steps}.",
        )
    else:
        name = rng.choice("xxxxxyazn")
        equation = _MAKERS[kind](name, rng)
        text = f"{equation.left}={equation.right}"
        if rng.random() < 0.5:
            text = text.replace("=", " = ").replace("+", " + ").replace("-", " - ")
        question, solution = phrase(EQUATION_WORDS, rng, e=text, x=name), f"{equation.steps}."
    others = (with_check(solution, equation.checked), with_rule(_RULES[kind], solution))
    return Exercise(question, solution, str(equation.x), "ecuaciones", "secundaria 1", others)


def _riddle(kind: str, equation: _Equation, rng: Random) -> str:
    multiple = _MULTIPLES.get(equation.slots["a"])
    words = [pattern for pattern in RIDDLES[kind] if multiple or "{multiple}" not in pattern]
    return phrase(words, rng, multiple=multiple, r=equation.right, **equation.slots)


def _add(name: str, rng: Random) -> _Equation:
    x, a = rng.randint(1, 40), rng.randint(2, 40)
    right = x + a
    left = rng.choice((f"{name}+{a}", f"{name}+{a}", f"{a}+{name}"))
    return _Equation(
        left, str(right), f"El {a} suma y pasa restando: {name}={right}-{a}={x}", f"{x}+{a}={right}", x, {"a": a}
    )


def _subtract(name: str, rng: Random) -> _Equation:
    right, a = rng.randint(1, 40), rng.randint(2, 40)
    x = right + a
    return _Equation(
        f"{name}-{a}",
        str(right),
        f"El {a} resta y pasa sumando: {name}={right}+{a}={x}",
        f"{x}-{a}={right}",
        x,
        {"a": a},
    )


def _from(name: str, rng: Random) -> _Equation:
    x, right = rng.randint(1, 20), rng.randint(2, 20)
    a = x + right
    return _Equation(
        f"{a}-{name}",
        str(right),
        f"{name} pasa sumando y el {right} restando: {name}={a}-{right}={x}",
        f"{a}-{x}={right}",
        x,
        {"a": a},
    )


def _times(name: str, rng: Random) -> _Equation:
    a, x = rng.randint(2, 12), rng.randint(1, 15)
    left = f"{a}{rng.choice(('', '', '', '·', '*'))}{name}"
    return _Equation(
        left,
        str(a * x),
        f"El {a} multiplica y pasa dividiendo: {name}={a * x}÷{a}={x}",
        f"{a}×{x}={a * x}",
        x,
        {"a": a},
    )


def _over(name: str, rng: Random) -> _Equation:
    a, right = rng.randint(2, 10), rng.randint(2, 15)
    x = a * right
    return _Equation(
        f"{name}/{a}",
        str(right),
        f"El {a} divide y pasa multiplicando: {name}={right}×{a}={x}",
        f"{x}÷{a}={right}",
        x,
        {"a": a},
    )


def _more(name: str, rng: Random) -> _Equation:
    a, b, x = rng.randint(2, 9), rng.randint(1, 20), rng.randint(1, 12)
    right = a * x + b
    left = f"{b}+{a}{name}" if rng.random() < 0.15 else f"{a}{name}+{b}"
    steps = f"El {b} suma y pasa restando: {a}{name}={right}-{b}={a * x}. El {a} multiplica y pasa dividiendo: {name}={a * x}÷{a}={x}"
    return _Equation(left, str(right), steps, f"{a}×{x}+{b}={right}", x, {"a": a, "b": b})


def _less(name: str, rng: Random) -> _Equation:
    a, x = rng.randint(2, 9), rng.randint(2, 12)
    b = rng.randint(1, min(20, a * x - 1))
    right = a * x - b
    steps = f"El {b} resta y pasa sumando: {a}{name}={right}+{b}={a * x}. El {a} multiplica y pasa dividiendo: {name}={a * x}÷{a}={x}"
    return _Equation(f"{a}{name}-{b}", str(right), steps, f"{a}×{x}-{b}={right}", x, {"a": a, "b": b})


def _bracket(name: str, rng: Random) -> _Equation:
    a, b, x = rng.randint(2, 9), rng.randint(1, 12), rng.randint(1, 12)
    inside = x + b
    right = a * inside
    steps = f"El {a} multiplica y pasa dividiendo: {right}÷{a}={inside}. El {b} suma y pasa restando: {name}={inside}-{b}={x}"
    return _Equation(f"{a}({name}+{b})", str(right), steps, f"{a}×({x}+{b})={right}", x, {})


def _both(name: str, rng: Random) -> _Equation:
    a, b, x = rng.randint(2, 6), rng.randint(1, 15), rng.randint(1, 10)
    c = rng.randint(1, 5)
    d = a * x + b
    steps = f"Juntamos las {name} y los números: {a + c}-{c}={a} y {d}-{b}={a * x}, {a}{name}={a * x}. El {a} multiplica y pasa dividiendo: {name}={a * x}÷{a}={x}"
    moved = f"{c}{name}" if c > 1 else name
    right = f"{moved}+{d}"
    return _Equation(f"{a + c}{name}+{b}", right, steps, f"{a + c}×{x}+{b}={(a + c) * x + b}", x, {})


_MAKERS: dict[str, Callable[[str, Random], _Equation]] = {
    "add": _add,
    "subtract": _subtract,
    "from": _from,
    "times": _times,
    "over": _over,
    "more": _more,
    "less": _less,
    "bracket": _bracket,
    "both": _both,
}
