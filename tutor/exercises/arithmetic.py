"""The four operations with whole numbers."""

from __future__ import annotations

from random import Random

from tutor.exercises.exercise import Exercise
from tutor.exercises.explanations import (
    difference_without_borrowing,
    sum_without_carrying,
    with_check,
    with_rule,
    with_warning,
)
from tutor.exercises.phrasing import as_told, ask_for_value, phrase

ADDITION_WORDS = (
    "[Suma|Sumar|Sume] {a} [y|más|con] {b}",
    "[Súmale|Sumar] {b} a {a}",
    "[Suma|Añade|Agrega|Súmale|Añádele] {b} a {a}",
    "¿Cuánto [suman|es la suma de|da la suma de|es el total de|hacen juntos] {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra|Escribe] la suma de {a} y {b}",
    "¿Cuál es [la suma|el total] de {a} y {b}?",
    "¿[Qué número|Cuánto] [obtengo|sale|resulta|queda|tengo] si [sumo|junto|reúno] {a} y {b}?",
    "¿[Qué número|Cuánto] [obtengo|sale|da|tengo] si a {a} le [sumo|añado|agrego] {b}?",
    "Si a {a} le [sumas|añades|agregas] {b}, ¿[qué|cuánto|qué número] [obtienes|da|resulta|tienes]?",
    "¿Qué número [supera a {a} en {b}|es {b} más que {a}]?",
    "{a} [aumentado en|incrementado en] {b}",
    "¿Cuánto es {a} [aumentado|incrementado] en {b}?",
    "[Junta|Reúne] {a} y {b}. ¿Cuánto [hay|es] en total?",
    "Los sumandos son {a} y {b}. ¿[Cuál es|Cuánto vale] la suma?",
    "[El total de|La suma de] {a} y {b}",
    "¿[Qué|Cuánto] da {a} más {b}?",
    "Si [tengo|pongo|llevo] {a} y [añado|pongo|sumo] {b}[ más|], ¿[cuánto|cuántos] [tengo|hay|junto]?",
    "[Haz|Hazme] la suma de {a} [y|más] {b}",
    "¿Cuánto [es|da|sale] [sumar|si sumas] {a} [y|más] {b}?",
    "{a} y {b}, ¿cuánto [suman|hacen|son juntos]?",
    "Suma estos [dos |]números: {a} y {b}",
    "¿Qué número es {b} mayor que {a}?",
    "A {a} [súmale|añádele|agrégale] {b}",
)
SUBTRACTION_WORDS = (
    "[Réstale|Quítale|Descuéntale] {b} a {a}",
    "[Resta|Quita|Sustrae] {b} de {a}",
    "[Resta|Réstale|Quita] {b} a {a}",
    "[Resta|Restar] {a} menos {b}",
    "A {a} [réstale|quítale] {b}",
    "[Calcula|Calcular|Calcule] {a} menos {b}",
    "¿Cuánto [queda|nos queda|sobra|hay] si [a {a} le quito|quito de {a}|a {a} le resto|restamos de {a}] {b}?",
    "¿Cuánto es {a} [disminuido en|si le quito|si le resto|al quitarle] {b}?",
    "Si a {a} le [quitas|restas|descuentas] {b}, ¿[qué|cuánto] [queda|obtienes|da|resulta]?",
    "¿Cuál es la [diferencia|resta] [entre|de] {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra] la [diferencia|resta] [entre|de] {a} y {b}",
    "La diferencia entre {a} y {b}",
    "¿Cuánto le falta a {b} para llegar a {a}?",
    "¿Cuánto [falta|hay] de {b} [hasta|a] {a}?",
    "¿Cuánto hay que [sumar|añadir] a {b} para [obtener|llegar a|tener] {a}?",
    "¿[Cuántas unidades|Cuánto] [es mayor {a} que|le lleva {a} a|es más grande {a} que] {b}?",
    "¿Qué número es {b} menos que {a}?",
    "El minuendo es {a} y el sustraendo {b}. ¿[Cuál es|Cuánto vale] la diferencia?",
    "¿[Qué|Cuánto] da {a} menos {b}?",
    "¿Cuánto queda de {a} [tras|después de|al] [quitar|gastar|restar] {b}?",
    "De {a} [quita|resta|descuenta] {b}",
    "¿En cuánto supera {a} a {b}?",
    "¿Cuánto [es|da|sale] restar {b} [a|de] {a}?",
    "Si [tengo|llevo] {a} y [gasto|pierdo|doy|quito] {b}, ¿cuánto [me queda|tengo]?",
    "Tenía {a} y [gasté|perdí|di] {b}. ¿Cuánto [me queda|tengo]?",
    "[Haz|Hazme] la resta de {a} menos {b}",
    "¿Cuánto más es {a} que {b}?",
)
PRODUCT_WORDS = (
    "[Multiplica|Multiplicar|Multiplique] {a} por {b}",
    "[Multiplica|Multiplicar] {a} [por|×|x] {b}",
    "Multiplica {a} y {b}",
    "¿Cuánto es {a} multiplicado por {b}?",
    "{a} multiplicado por {b}",
    "[Calcula|Halla|Dime|Obtén|Encuentra|Escribe] el producto de {a} [y|por] {b}",
    "¿Cuál es el producto de {a} [y|por] {b}?",
    "¿[Cuánto|Qué número] [obtengo|sale|resulta] [si multiplico|al multiplicar|multiplicando] {a} [por|y] {b}?",
    "Si multiplicas {a} por {b}, ¿[qué|cuánto] [obtienes|da|resulta|sale]?",
    "El producto de {a} y {b}",
    "Los factores son {a} y {b}. ¿[Cuál es|Cuánto vale] el producto?",
    "¿[Qué|Cuánto] da {a} por {b}?",
    "[Haz|Hazme] la multiplicación [de |]{a} por {b}",
    "¿Cuánto [es|da|sale] multiplicar {a} por {b}?",
    "{a} por {b}, ¿cuánto [es|da]?",
)
MULTIPLICATION_WORDS = (
    *PRODUCT_WORDS,
    "[¿Cuánto es {a} veces {b}?|{a} veces {b}]",
    "¿Cuánto es sumar {a} veces {b}?",
    "¿Cuánto [son|es|suman] {a} [grupos|montones|paquetes] de {b}?",
    "[Junta|Suma] {a} [grupos|montones] de {b}",
    "¿Qué número [da|sale al tomar|es] {a} veces {b}?",
    "¿Cuánto da repetir {a} veces el {b}?",
    "En la tabla del {a}, ¿cuánto es por {b}?",
    "Si [tengo|hay] {a} [grupos|montones|paquetes] de {b}, ¿cuánto [hay|es] en total?",
    "{a} grupos con {b} [cada uno|en cada uno], ¿cuántos son?",
    "[Suma|Repite] {a} veces el {b}",
)
MULTIPLE_NAMES = {2: "el doble de {b}", 3: "el triple de {b}", 4: "el cuádruple de {b}", 5: "el quíntuple de {b}"}
QUOTIENT_WORDS = (
    "[Divide|Dividir|Divida] {a} [entre|por] {b}",
    "¿Cuánto es {a} [dividido entre|dividido por|dividido para|repartido entre] {b}?",
    "{a} [dividido entre|dividido por] {b}",
    "[Calcula|Halla|Dime|Obtén|Encuentra] el cociente de {a} [entre|y] {b}",
    "¿Cuál es el [cociente|resultado] de dividir {a} entre {b}?",
    "¿Cuál es el cociente de {a} [y|entre] {b}?",
    "El cociente de {a} entre {b}",
    "¿[Qué|Cuánto] da {a} [entre|dividido entre] {b}?",
    "[Haz|Hazme] la división [de |]{a} entre {b}",
    "{a} entre {b}, ¿cuánto [es|da|toca]?",
)
DIVISION_WORDS = (
    *QUOTIENT_WORDS,
    "Reparte {a} entre {b}",
    "¿Cuántas veces [cabe|cabe el|está|entra] {b} en [|el ]{a}?",
    "¿Cuántas veces [contiene|tiene] {a} a {b}?",
    "¿Cuántas veces hay que [restar|quitar] {b} a {a} para llegar a cero?",
    "¿Cuántos [grupos|montones] de {b} [salen de|se hacen con|hay en] {a}?",
    "¿Cuántas veces hay que sumar {b} para [llegar a|tener] {a}?",
    "¿Cuánto [obtengo|sale|toca|da] si [reparto|divido] {a} entre {b}?",
    "Si [repartes|divides|separas] {a} en {b} [partes iguales, ¿cuánto hay en cada una|grupos iguales, ¿cuánto hay en cada uno]?",
    "[Reparte|Separa] {a} en {b} partes iguales",
    "¿Por cuánto hay que multiplicar {b} para [obtener|llegar a|tener] {a}?",
    "El dividendo es {a} y el divisor {b}. ¿[Cuál es|Cuánto vale] el cociente?",
    "[Parte|Separa|Reparte] {a} en {b} [grupos|montones|trozos] iguales",
    "¿A cuánto [sale|toca] [dividir|repartir] {a} entre {b}?",
    "¿Cuánto toca a cada uno si [reparto|se reparten] {a} entre {b}?",
    "Si {a} se [reparte|divide] entre {b}, ¿cuánto [toca|sale|es]?",
)
PART_NAMES = {
    2: "la mitad de {a}",
    3: "[la tercera parte|un tercio] de {a}",
    4: "[la cuarta parte|un cuarto] de {a}",
    5: "[la quinta parte|un quinto] de {a}",
    6: "[la sexta parte|un sexto] de {a}",
    8: "[la octava parte|un octavo] de {a}",
    10: "[la décima parte|un décimo] de {a}",
}
THREE_ADDENDS_WORDS = (
    "{a} más {b} más {c}",
    "[Suma|Sumar] {a}, {b} y {c}",
    "¿[Cuánto suman|Cuál es la suma de|Cuánto es la suma de] {a}, {b} y {c}?",
    "[Calcula|Halla|Dime] [la suma|el total] de {a}, {b} y {c}",
)
_SHARE_IN_SYMBOLS = 0.45
SYMBOLS = {
    "+": ("+", "+", "+", " + ", " + ", " + ", " más ", " más "),
    "-": ("-", "-", "-", " - ", " - ", " - ", " menos ", " − "),
    "×": ("×", "x", "*", "*", "·", " × ", " x ", " x ", " * ", " · ", " por ", " por "),
    "÷": ("÷", "/", "/", ":", ":", " ÷ ", " / ", " / ", " : ", " : ", " entre ", " entre "),
}


def ask_for_operation(
    a: object, sign: str, b: object, words: tuple[str, ...], rng: Random, signs: tuple[str, ...] | None = None
) -> str:
    """Return a question that asks for `a sign b`, in symbols (one of `signs`, if given) or in one of `words`."""
    if rng.random() < _SHARE_IN_SYMBOLS:
        return ask_for_value(f"{a}{rng.choice(signs or SYMBOLS[sign])}{b}", rng)
    return phrase(words, rng, a=a, b=b)


def addition_steps(a: int, b: int) -> str:
    """Return the equations that add the parts of `b` to `a`, the largest first: `34+50=84, 84+8=92`."""
    return _by_parts(a, b, "+")


def subtraction_steps(a: int, b: int) -> str:
    """Return the equations that take the parts of `b` from `a`, the largest first: `52-20=32, 32-7=25`."""
    return _by_parts(a, b, "-")


def multiplication_steps(a: int, b: int) -> str:
    """Return the product by parts of one factor: `20×4=80, 3×4=12, 80+12=92`; tables are known by heart."""
    split = b if b >= 10 and (a < 10 or len(decimal_parts(b)) > 1) else a
    parts = decimal_parts(split)
    if len(parts) == 1 or (a <= 12 and b <= 10) or (a <= 10 and b <= 12):
        return f"{a}×{b}={a * b}"
    steps = [f"{part}×{b}={part * b}" if split == a else f"{a}×{part}={a * part}" for part in parts]
    total = parts[0] * a * b // split
    for part in parts[1:]:
        product = part * a * b // split
        steps.append(f"{total}+{product}={total + product}")
        total += product
    return ", ".join(steps)


def division_steps(a: int, b: int) -> str:
    """Return the quotient: small ones with their product, others by parts: `60÷6=10, 24÷6=4, 10+4=14`."""
    quotient = a // b
    parts = decimal_parts(quotient)
    if quotient <= 12 or len(parts) == 1:
        return f"{a}÷{b}={quotient}, porque {b}×{quotient}={a}"
    rest = quotient - parts[0]
    return f"{parts[0] * b}÷{b}={parts[0]}, {rest * b}÷{b}={rest}, {parts[0]}+{rest}={quotient}"


def addition(rng: Random) -> Exercise:
    """Return a sum of whole numbers."""
    if rng.random() < 0.1:
        return _three_addends(rng)
    level = rng.choices(("primaria 1", "primaria 2", "primaria 3"), (30, 40, 30))[0]
    if level == "primaria 1":
        a, b = rng.randint(1, 15), rng.randint(1, 9)
        a, b = rng.choice(((a, b), (b, a)))
    elif level == "primaria 2":
        a, b = rng.randint(10, 99), rng.randint(3, 99)
    else:
        a, b = rng.randint(100, 899), rng.randint(12, 399)
    question = ask_for_operation(a, "+", b, ADDITION_WORDS, rng)
    a, b = as_told(question, a, b)
    solution = f"Sumamos: {a}+{b}={a + b}."
    others = [
        with_check(solution, f"{a + b}-{b}={a}"),
        _by_parts_first(solution, addition_steps(a, b)) or with_rule("Sumar es juntar", solution),
    ]
    wrong = sum_without_carrying(a, b)
    if min(a, b) >= 10 and wrong != a + b:
        others.append(with_warning(solution, f"no es {wrong}: falta lo que se lleva"))
    return Exercise(question, solution, str(a + b), "suma", level, tuple(others))


def _three_addends(rng: Random) -> Exercise:
    most = rng.choice((20, 90, 500))
    a, b, c = (rng.randint(2, most) for _ in range(3))
    total = a + b + c
    question = phrase(THREE_ADDENDS_WORDS, rng, a=a, b=b, c=c)
    if rng.random() < 0.5:
        sign = rng.choice(("+", " + "))
        question = ask_for_value(f"{a}{sign}{b}{sign}{c}", rng)
    solution = f"Sumamos: {a}+{b}+{c}={total}."
    others = (f"Por partes: {a}+{b}={a + b}, {a + b}+{c}={total}.",)
    return Exercise(question, solution, str(total), "suma", "primaria 3", others)


def subtraction(rng: Random) -> Exercise:
    """Return a difference of whole numbers."""
    level = rng.choices(("primaria 1", "primaria 2", "primaria 3"), (30, 40, 30))[0]
    if level == "primaria 1":
        a = rng.randint(2, 20)
        b = rng.randint(1, min(a, 10))
    elif level == "primaria 2":
        a = rng.randint(21, 100)
        b = rng.randint(3, a)
    else:
        a = rng.randint(120, 999)
        b = rng.randint(12, a - 10)
    solution = f"Restamos: {a}-{b}={a - b}."
    others = [
        with_check(solution, f"{a - b}+{b}={a}"),
        _by_parts_first(solution, subtraction_steps(a, b))
        or f"Buscamos lo que le falta a {b} para llegar a {a}: {b}+{a - b}={a}.",
    ]
    wrong = difference_without_borrowing(a, b)
    if b >= 10 and wrong != a - b:
        others.append(with_warning(solution, f"no es {wrong}: al restar no se cambia el orden de las cifras"))
    question = ask_for_operation(a, "-", b, SUBTRACTION_WORDS, rng)
    return Exercise(question, solution, str(a - b), "resta", level, tuple(others))


def multiplication(rng: Random) -> Exercise:
    """Return a product of whole numbers."""
    level = rng.choices(("primaria 3", "primaria 4", "primaria 5"), (55, 33, 12))[0]
    if level == "primaria 3":
        a, b = rng.randint(2, 12), rng.randint(2, 10)
    elif level == "primaria 4":
        a, b = rng.randint(11, 99), rng.randint(2, 9)
    else:
        a, b = rng.randint(11, 60), rng.randint(11, 30)
    if rng.random() < 0.4:
        a, b = b, a
    question = ask_for_operation(a, "×", b, MULTIPLICATION_WORDS, rng)
    if a in MULTIPLE_NAMES and rng.random() < 0.35:
        question = ask_for_value(MULTIPLE_NAMES[a].format(b=b), rng)
    a, b = as_told(question, a, b)
    solution = f"Multiplicamos: {a}×{b}={a * b}."
    others = [
        with_check(solution, f"{a * b}÷{b}={a}"),
        _by_parts_first(solution, multiplication_steps(a, b))
        or with_rule("El orden de los factores no cambia el producto", solution),
    ]
    if a <= 5 and b <= 10:
        others.append(f"{a} veces {b}: {'+'.join([str(b)] * a)}={a * b}.")
    return Exercise(question, solution, str(a * b), "multiplicación", level, tuple(others))


def division(rng: Random) -> Exercise:
    """Return a division without remainder."""
    level = rng.choices(("primaria 3", "primaria 4", "primaria 5"), (55, 33, 12))[0]
    if level == "primaria 3":
        b, quotient = rng.randint(2, 10), rng.randint(1, 12)
    elif level == "primaria 4":
        b, quotient = rng.randint(2, 9), rng.randint(11, 49)
    else:
        b, quotient = rng.randint(2, 12), rng.randint(20, 99)
    a = b * quotient
    solution = f"Dividimos: {a}÷{b}={quotient}."
    question = ask_for_operation(a, "÷", b, DIVISION_WORDS, rng)
    if b in PART_NAMES and rng.random() < 0.4:
        part = phrase((PART_NAMES[b],), rng, a=a)
        question = f"{part[0].upper()}{part[1:]}" if rng.random() < 0.2 else ask_for_value(part, rng)
    others = (
        with_check(solution, f"{b}×{quotient}={a}"),
        _by_parts_first(solution, division_steps(a, b)) or with_rule("Dividir es repartir por igual", solution),
        f"Buscamos el número que por {b} da {a}: {b}×{quotient}={a}.",
    )
    return Exercise(question, solution, str(quotient), "división", level, others)


def decimal_parts(number: int) -> list[int]:
    """Return the parts of a number by place, zeros left out: 305 gives 300 and 5."""
    digits = str(number)
    return [int(d) * 10 ** (len(digits) - i - 1) for i, d in enumerate(digits) if d != "0"] or [0]


def _by_parts_first(solution: str, steps: str) -> str | None:
    """Return `solution` after `steps`, None where it has but one."""
    return f"Por partes: {steps}. {solution}" if "," in steps and "porque" not in steps else None


def _by_parts(a: int, b: int, sign: str) -> str:
    steps, total = [], a
    for part in decimal_parts(b):
        result = total + part if sign == "+" else total - part
        steps.append(f"{total}{sign}{part}={result}")
        total = result
    return ", ".join(steps)
