"""What a question asks for, where it is a bare formula: "4*4", "¿Cuánto es 12 x 3?", "Despeja x: 2x + 1 = 7"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tutor.proving.equations import Fault, agree, computed, in_spanish, quoted, true_and_false
from tutor.proving.formulas import find_formulas
from tutor.proving.side import Formula, Side
from tutor.proving.symbolic import solved
from tutor.proving.written_numbers import Value

_WORD = re.compile(r"[^\W\d_]+")
# Words that ask for the value of what stands beside them and change nothing about it.
_ASKING = frozenset(
    "el es de qué que a la resultado da dan calcular número numero valor si cuánto cuanto cuál cual me cómo como "
    "resolver hacer hace hago haz igual esta este se sale quiero sabes vale calcula calcule calculas calculo al "
    "completa ayúdame ayudame ayuda ayudas en con pone pon pizarra dice cuenta resulta favor por operación operacion "
    "resuelve resuelves resuelva obtengo obtienes obtiene obtén obten tengo tiene halla realiza efectúa efectua "
    "necesito puedes podrías podrias dime dinos di decirme dices equivale asciende muéstrame muestrame muestra duda "
    "dudas una un quisiera hola buenas profe maestra maestro respuesta saber explícame explicame explícalo explicas "
    "enséñame enseñame ver ejercicio nos oye conocer escribe pregunta problema sería seria gustaría gustaria opera "
    "sabrías sabrias solución solucion tarea mi cálculo calculo encuentra entiendo sé no averigua determina evalúa "
    "evalua gracias pasos paso los toca indica cantidad what is the of calculate compute evaluate find value how much "
    "please solve result".split()
)
_MOST_EQUATIONS = 4
_ASKED_LETTER = re.compile(
    r"\b(?:vale|valor de|hall[ae]|hallar|calcul[ae]|calcular|encuentra|despeja|obtén|find)[ ]+"
    r"([b-df-hj-np-tv-xz]|y(?= ?[.?!]? ?$))\b(?! ?[-+−–*/^=×·÷:0-9])",
    re.IGNORECASE,
)
_ASKING_UNKNOWN = _ASKING | frozenset(
    "despeja despejar soluciona ecuación ecuacion igualdad incógnita incognita para cuando sabiendo sabe toma "
    "expresión expresion dada cambia letra su unknown equation for when if y se evalúa evalua sistema cumple".split()
)


def check_answer(question: str, answer: Side) -> bool | Fault | None:
    """Return whether `answer` is what a bare question asks for; None where it asks for something else or in words."""
    formulas = find_formulas(question)
    if len(formulas) == 1 and len(formulas[0]) == 1:
        return _value_asked(question, formulas[0][0], answer)
    if any(side.letters for formula in formulas for side in formula):
        return _unknown_asked(question, formulas, answer)
    return None


def _value_asked(question: str, side: Side, answer: Side) -> bool | Fault | None:
    if side.bare or not side.closed or side.letters or not side.sure:
        return None
    if not _only_words(question, [[side]], _ASKING):
        return None
    verdict = agree(side, answer)
    if verdict is not False:
        return verdict
    shown = in_spanish(computed(side, english=False) or 0)
    asked = quoted(question, side)
    return Fault(asked, shown, f"the answer does not follow: {asked} is {shown}")


def _unknown_asked(question: str, formulas: Sequence[Formula], answer: Side) -> bool | Fault | None:
    """Put the answer into the equations of the question; values that the question gives are put in too."""
    given = assigned(formulas)
    letters = {item for formula in formulas for side in formula for item in side.items if str(item)[0] == "@"}
    unknown = [letter for letter in letters if str(letter)[1:] not in given]
    value = computed(answer, english=False)
    if value is None or not unknown or not _only_words(question, formulas, _ASKING_UNKNOWN):
        return None
    if len(unknown) > 1:
        return _system_asked(question, formulas, value)
    given[str(unknown[0])[1:]] = value
    found: bool | Fault | None = None
    for formula in formulas:
        if len(formula) > 1 and any(side.letters for side in formula):
            for verdict in true_and_false(formula, question, given):
                if isinstance(verdict, Fault):
                    return Fault(verdict.equation, "", f"the answer does not solve {verdict.equation}")
                found = True
    return found


def _system_asked(question: str, formulas: Sequence[Formula], answer: Value) -> bool | Fault | None:
    """Return whether `answer` is what a system of linear equations gives for the one letter that is asked for."""
    pairs = [pair for formula in formulas for pair in pairwise(formula)]
    asked = {match[1] for match in _ASKED_LETTER.finditer(question)}
    if (
        not 2 <= len(pairs) <= _MOST_EQUATIONS
        or len(asked) != 1
        or not all(side.closed for pair in pairs for side in pair)
    ):
        return None
    letter = asked.pop()
    right = solved([(one.items, other.items) for one, other in pairs]).get(letter)
    if right is None or right == answer:
        return None if right is None else True
    shown = in_spanish(right)
    return Fault(letter, shown, f"the answer does not solve the equations of the question: {letter} is {shown}")


def assigned(formulas: Sequence[Formula], english: bool = False) -> dict[str, Value]:
    """Return the letters to which `formulas` give one value each: "x = 18 ÷ 2 = 9"."""
    values: dict[str, set[Value]] = {}
    for formula in formulas:
        names = {str(side.items[0])[1:] for side in formula if len(side.items) == 1 and side.letters}
        if names:
            sides = [computed(side, english) for side in formula if not side.touching]
            found = {value for value in sides if value is not None}
            for name in names:
                values.setdefault(name, set()).update(found)
    return {name: found.pop() for name, found in values.items() if len(found) == 1}


def _only_words(question: str, formulas: Sequence[Formula], allowed: frozenset[str]) -> bool:
    start = 0
    pieces = []
    for formula in formulas:
        pieces.append(question[start : formula[0].start])
        start = formula[-1].end
    pieces.append(question[start:])
    return all(word in allowed or len(word) == 1 for piece in pieces for word in _WORD.findall(piece.lower()))
