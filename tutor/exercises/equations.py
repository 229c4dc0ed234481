"""Equations with one unknown."""

from __future__ import annotations

from random import Random

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
    "¿Qué número [es|vale] {x} en {e}?",
    "¿[Cuál es la solución|Qué solución tiene la ecuación|Cuál es la solución de la ecuación] {e}?",
    "Calcula la incógnita: {e}",
    "En la ecuación {e}, ¿cuánto es {x}?",
    "[Resuelve|Despeja] para {x}: {e}",
)

_RULES = {
    "add": "Lo que suma pasa restando",
    "subtract": "Lo que resta pasa sumando",
    "from": "La incógnita es lo que se quita",
    "times": "Lo que multiplica pasa dividiendo",
    "over": "Lo que divide pasa multiplicando",
    "two": "Primero se quita lo que suma, después lo que multiplica",
}


def equations(rng: Random) -> Exercise:
    """Return an equation with one unknown, of one step or two."""
    kind = rng.choices(("add", "subtract", "from", "times", "over", "two"), (18, 15, 11, 17, 8, 31))[0]
    name = rng.choice("xxxxyazn")
    x, a = rng.randint(1, 20), rng.randint(2, 20)
    if kind == "add":
        left = rng.choice((f"{name}+{a}", f"{a}+{name}"))
        right, steps, checked = x + a, f"{name}={x + a}-{a}={x}", f"{x}+{a}"
    elif kind == "subtract":
        x += a
        left, right, steps, checked = f"{name}-{a}", x - a, f"{name}={x - a}+{a}={x}", f"{x}-{a}"
    elif kind == "from":
        a += x
        left, right, steps, checked = f"{a}-{name}", a - x, f"{name}={a}-{a - x}={x}", f"{a}-{x}"
    elif kind == "times":
        a, x = rng.randint(2, 10), rng.randint(1, 12)
        left = f"{a}{rng.choice(('', '', '·', '*'))}{name}"
        right, steps, checked = a * x, f"{name}={a * x}÷{a}={x}", f"{a}×{x}"
    elif kind == "over":
        a, part = rng.randint(2, 9), rng.randint(2, 10)
        x = a * part
        left, right, steps, checked = f"{name}/{a}", part, f"{name}={part}×{a}={x}", f"{x}÷{a}"
    else:
        a, b, x = rng.randint(2, 9), rng.randint(1, 20), rng.randint(1, 12)
        left, right, checked = f"{a}{name}+{b}", a * x + b, f"{a}×{x}+{b}"
        steps = f"{a}{name}={right}-{b}={a * x}; {name}={a * x}÷{a}={x}"
    equation = f"{left}={right}" if rng.random() < 0.5 else f"{left} = {right}".replace("+", " + ").replace("-", " - ")
    solution = f"Despejamos {name}: {steps}."
    question = phrase(EQUATION_WORDS, rng, e=equation, x=name)
    others = (with_check(solution, f"{checked}={right}"), with_rule(_RULES[kind], solution))
    return Exercise(question, solution, str(x), "ecuaciones", "secundaria 1", others)
