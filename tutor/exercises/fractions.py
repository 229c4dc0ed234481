"""Fractions: sums, differences, products, a part of a number, lowest terms."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random

from tutor.exercises.arithmetic import (
    ADDITION_WORDS,
    PRODUCT_WORDS,
    QUOTIENT_WORDS,
    SUBTRACTION_WORDS,
    ask_for_operation,
)
from tutor.exercises.divisibility import euclid
from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import with_check, with_rule, with_warning
from tutor.exercises.phrasing import phrase
from tutor.exercises.vocabulary import PEOPLE
from tutor.number_words import number_in_words

FRACTION_OF_WORDS = (
    "¿Cuánto {es} {f} de {n}?",
    "{f} de {n}",
    "{f} de {n}, ¿cuánto {es}?",
    "[Calcula|Halla|Dime|Obtén|Averigua] {f} de {n}",
    "{f} de {n}",
    "¿Cuánto vale la fracción {f} de {n}?",
    "De {n} [caramelos|lápices|globos], {f} son [azules|míos|nuevos]. ¿Cuántos son?",
    "Si tomo {f} de {n}, ¿cuánto [tengo|tomo]?",
    "En una granja hay {n} [gallinas|ovejas] y {f} son blancas. ¿Cuántas son blancas?",
)
COMPLEMENT_WORDS = (
    "{p} se [come|comió] {f} de [una pizza|una tarta|un pastel]. ¿Qué fracción [queda|sobra]?",
    "De una [cinta|tela|garrafa] se [gastan|usan|llevan] {f}. ¿Qué fracción queda?",
    "¿Qué fracción le falta a {f} para llegar a [1|la unidad]?",
    "1 - {f}[| =]",
    "¿Cuánto es 1 menos {f}?",
)
SIMPLIFY_WORDS = (
    "[Simplifica|Reduce] [la fracción |]{f}",
    "[Escribe|Pon|Expresa] {f} [en su forma más simple|como fracción irreducible|simplificada]",
    "¿[Cuál es|Cómo queda] la fracción {f} [simplificada|irreducible|en su mínima expresión]?",
    "¿Cuál es la fracción irreducible de {f}?",
    "Halla la fracción irreducible [equivalente a|de] {f}",
)
_PART_WORDS = {
    2: "medio", 3: "tercio", 4: "cuarto", 5: "quinto", 6: "sexto", 7: "séptimo", 8: "octavo", 9: "noveno", 10: "décimo",
}  # fmt: skip


def fractions(rng: Random) -> Exercise:
    """Return an operation with fractions, a fraction of a number, the rest of a whole, or a fraction to simplify."""
    kind = rng.choices(("of", "same", "different", "times", "over", "simplify", "rest"), (28, 12, 26, 13, 8, 11, 2))[0]
    whole = {"of": _fraction_of, "over": _quotient, "simplify": _simplify, "rest": _complement}
    if kind in whole:
        return whole[kind](rng)
    b = rng.randint(2, 9)
    d = b if kind == "same" else rng.randint(2, 6)
    a, c = rng.randint(1, max(1, b - 1)), rng.randint(1, max(1, d - 1))
    if kind == "times":
        top, bottom = a * c, b * d
        steps = f"Arriba {a}×{c}={top} y abajo {b}×{d}={bottom}, queda {top}/{bottom}"
        rule = "Se multiplican numeradores entre sí y denominadores entre sí"
        question = ask_for_operation(f"{a}/{b}", "×", f"{c}/{d}", PRODUCT_WORDS, rng)
        return _fraction_answer(question, steps, top, bottom, rule)
    sign = rng.choice("+-")
    if Fraction(a, b) == Fraction(c, d):
        sign = "+"
    if sign == "-" and Fraction(a, b) < Fraction(c, d):
        a, b, c, d = c, d, a, b
    left, right = f"{a}/{b}", f"{c}/{d}"
    common = b if b == d else b * d
    x, y = a * common // b, c * common // d
    top = x + y if sign == "+" else x - y
    verb = "Sumamos" if sign == "+" else "Restamos"
    if b != d:
        steps = f"Denominadores {b} y {d}, común {b}×{d}={common}: {a}×{d}={x} y {c}×{b}={y}. "
    else:
        steps = f"Denominadores {b} y {d}, iguales. "
    steps += f"{verb}: {x}{sign}{y}={top}, queda {top}/{common}"
    words = ADDITION_WORDS if sign == "+" else SUBTRACTION_WORDS
    rule = "Primero, igual denominador" if b != d else "El denominador no cambia"
    mistake = (
        f"{left}{sign}{right} no es {a + c}/{b + d}, los denominadores no se suman" if sign == "+" and b == d else None
    )
    return _fraction_answer(ask_for_operation(left, sign, right, words, rng), steps, top, common, rule, mistake)


def _fraction_answer(
    question: str, steps: str, top: int, bottom: int, rule: str, mistake: str | None = None
) -> Exercise:
    answer, lowest = f"{top}/{bottom}", str(Fraction(top, bottom))
    if top % bottom == 0:
        steps, answer = f"{steps}, que es {lowest}", lowest
    solution = f"{steps}."
    others = [with_rule(rule, solution)]
    if lowest != answer:
        others.append(f"{solution} Simplificada es {lowest}.")
    if mistake:
        others.append(with_warning(solution, mistake))
    return Exercise(question, solution, answer, "fracciones", "primaria 6", tuple(others))


def _fraction_of(rng: Random) -> Exercise:
    bottom = rng.randint(2, 10)
    top = rng.randint(1, bottom - 1)
    part = rng.randint(2, 12) if rng.random() < 0.75 else rng.randint(13, 60)
    number = bottom * part
    steps = f"{top}/{bottom} de {number}: {number}÷{bottom}={part}"
    if top > 1:
        steps += f", {part}×{top}={part * top}"
    shown = _in_words(top, bottom) if rng.random() < 0.5 else f"{top}/{bottom}"
    question = phrase(FRACTION_OF_WORDS, rng, f=shown, n=number, es=rng.choice(("es", "son")) if top > 1 else "es")
    question = question[0].upper() + question[1:]
    solution = f"{steps}."
    others = (
        with_check(solution, f"{part}×{bottom}={number}"),
        with_rule("El denominador divide y el numerador multiplica", solution),
    )
    return Exercise(question, solution, str(part * top), "fracciones", "primaria 5", others)


def _simplify(rng: Random) -> Exercise:
    bottom = rng.randint(2, 9)
    top = rng.choice([n for n in range(1, bottom) if gcd(n, bottom) == 1])
    k = rng.randint(2, 9)
    divided = f"Arriba {top * k}÷{k}={top} y abajo {bottom * k}÷{k}={bottom}, queda {top}/{bottom}."
    solution = f"Simplificamos: {euclid(top * k, bottom * k)}. {divided}"
    question = phrase(SIMPLIFY_WORDS, rng, f=f"{top * k}/{bottom * k}")
    others = (
        with_check(solution, f"{top * k}×{bottom}={bottom * k}×{top}"),
        with_rule("Se divide arriba y abajo por el mismo número", divided),
    )
    return Exercise(question, solution, f"{top}/{bottom}", "fracciones", "primaria 6", others)


def _quotient(rng: Random) -> Exercise:
    b, d = rng.randint(2, 9), rng.randint(2, 6)
    a, c = rng.randint(1, max(1, b - 1)), rng.randint(1, max(1, d - 1))
    top, bottom = a * d, b * c
    if top % bottom == 0:
        return _quotient(rng)  # one that stays a fraction
    steps = f"En cruz: arriba {a}×{d}={top} y abajo {b}×{c}={bottom}, queda {top}/{bottom}"
    question = ask_for_operation(
        f"{a}/{b}", "÷", f"{c}/{d}", QUOTIENT_WORDS, rng, signs=("÷", ":", " ÷ ", " : ", " entre ")
    )
    return _fraction_answer(question, steps, top, bottom, "Dividir es multiplicar por la fracción inversa")


def _complement(rng: Random) -> Exercise:
    bottom = rng.randint(2, 10)
    top = rng.randint(1, bottom - 1)
    solution = f"El total es {bottom}/{bottom}. Restamos: {bottom}-{top}={bottom - top}, queda {bottom - top}/{bottom}."
    question = phrase(COMPLEMENT_WORDS, rng, f=f"{top}/{bottom}", p=rng.choice(PEOPLE).name)
    others = (with_check(solution, f"{top}/{bottom}+{bottom - top}/{bottom}=1"),)
    return Exercise(question, solution, f"{bottom - top}/{bottom}", "fracciones", "primaria 5", others)


def _in_words(top: int, bottom: int) -> str:
    """Return a fraction as it is said: 2/3 as "dos tercios"."""
    name = _PART_WORDS[bottom]
    if top == 1:
        return f"un {name}"
    return f"{number_in_words(top)} {name}s"
