"""Decimals, fractions, percentages, powers and roots, equations, divisibility and primes."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, isqrt, lcm
from random import Random

from tutor.exercises.arithmetic import (
    ADDITION_WORDS,
    MULTIPLICATION_WORDS,
    SUBTRACTION_WORDS,
    ask_for_operation,
    multiplication_steps,
)
from tutor.exercises.exercise import Exercise, spanish
from tutor.exercises.phrasing import ask_for_value, phrase

FRACTION_OF_WORDS = (
    "¿Cuánto [es|son|vale|valen] {f} de {n}?",
    "[Calcula|Halla|Dime|Obtén|Averigua] {f} de {n}",
    "{f} de {n}",
    "¿Cuál es la fracción {f} de {n}?",
    "De {n} [caramelos|lápices|globos], {f} son [azules|míos|nuevos]. ¿Cuántos son?",
    "Si tomo {f} de {n}, ¿cuánto [tengo|tomo]?",
)
SIMPLIFY_WORDS = (
    "[Simplifica|Reduce] [la fracción |]{f}",
    "[Escribe|Pon|Expresa] {f} [en su forma más simple|como fracción irreducible|simplificada]",
    "¿[Cuál es|Cómo queda] la fracción {f} [simplificada|irreducible|en su mínima expresión]?",
    "¿Cuál es la fracción irreducible de {f}?",
    "Halla la fracción irreducible [equivalente a|de] {f}",
)
PERCENT_WORDS = (
    "¿Cuánto es el {p} [de|sobre] {n}?",
    "[Calcula|Halla|Dime|Obtén|Averigua|Saca] el {p} de {n}",
    "[El |]{p} de {n}",
    "¿Cuál es el {p} de {n}?",
    "¿Qué número es el {p} de {n}?",
    "Si tomo el {p} de {n}, ¿cuánto [es|tengo]?",
    "De {n} [alumnos, el {p} llegó tarde|libros, el {p} son nuevos|globos, el {p} son rojos]. ¿Cuántos son?",
    "[Una camisa|Un juego|Un libro] cuesta {n} euros y [tiene|le hacen] un descuento del {p}. ¿Cuánto [descuentan|es el descuento]?",
)
SQUARE_WORDS = (
    "{a} al cuadrado",
    "el cuadrado de {a}",
    "{a}²",
    "{a}^2",
    "{a} elevado a 2",
    "{a} elevado al cuadrado",
    "la potencia {a}^2",
)
CUBE_WORDS = (
    "{a} al cubo",
    "el cubo de {a}",
    "{a}³",
    "{a}^3",
    "{a} elevado a 3",
    "{a} elevado al cubo",
    "la potencia {a}^3",
)
POWER_WORDS = ("{a}^{n}", "{a} elevado a {n}", "{a} a la {n}", "la potencia {a}^{n}", "{a}^{n}")
ROOT_WORDS = (
    "√{n}",
    "la raíz cuadrada de {n}",
    "la raíz de {n}",
    "raíz cuadrada de {n}",
    "√{n}",
    "raiz de {n}",
)
ROOT_QUESTIONS = (
    "¿Qué número [multiplicado por sí mismo da|elevado al cuadrado da|al cuadrado es] {n}?",
    "[Extrae|Saca|Calcula|Halla] la raíz cuadrada de {n}",
)
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
GCD_WORDS = (
    "¿Cuál es el [máximo común divisor|mcd] de {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra] el [máximo común divisor|mcd] [de|entre] {a} y {b}",
    "[mcd|m.c.d.|MCD]({a}, {b})",
    "¿Cuál es el mayor número que divide a {a} y a {b}?",
    "[El |]mcd de {a} y {b}",
)
LCM_WORDS = (
    "¿Cuál es el [mínimo común múltiplo|mcm] de {a} y {b}?",
    "[Calcula|Halla|Dime|Obtén|Encuentra] el [mínimo común múltiplo|mcm] [de|entre] {a} y {b}",
    "[mcm|m.c.m.|MCM]({a}, {b})",
    "¿Cuál es el menor [número que es múltiplo|múltiplo común] de {a} y de {b}?",
    "[El |]mcm de {a} y {b}",
)
REMAINDER_WORDS = (
    "¿Cuál es el [resto|residuo] de [dividir |la división de |]{a} entre {b}?",
    "[Calcula|Halla|Dime] el [resto|residuo] [al dividir|de dividir|de la división de] {a} entre {b}",
    "¿Cuánto sobra [al repartir|si reparto|si divido|al dividir] {a} entre {b}?",
    "Si [divido|reparto] {a} [en grupos de|entre] {b}, ¿cuánto [sobra|queda de resto]?",
)
NEXT_PRIME_WORDS = (
    "¿Cuál es el [siguiente número primo|primer número primo|primer primo|siguiente primo] [después de|mayor que|tras el] {a}?",
    "[Dime|Halla|Escribe|Encuentra] el [siguiente número primo|primer primo|primo siguiente] [después de|mayor que] {a}",
    "¿Qué número primo [viene|va|sigue] [después del|después de] {a}?",
)
DIVISOR_COUNT_WORDS = (
    "¿Cuántos divisores tiene [el |el número |]{a}?",
    "[Cuenta|Di cuántos son] los divisores de {a}",
    "¿Cuántos números dividen [exactamente |]a {a}?",
)


def decimals(rng: Random) -> Exercise:
    """Return a sum, difference or product with one decimal place."""
    kind = rng.choices(("add", "subtract", "times", "ten"), (35, 30, 22, 13))[0]
    a, b = rng.randint(2, 99), rng.randint(2, 99)
    if kind in ("add", "subtract"):
        return _add_decimals(max(a, b), min(a, b), "+" if kind == "add" else "-", rng)
    value = Fraction(a, 10)
    text = spanish(value)
    if kind == "ten":
        power = rng.choice((10, 100))
        result = value * power
        steps = f"Al multiplicar por {power}, la coma se mueve {len(str(power)) - 1} lugar{'es' if power > 10 else ''}: {text}×{power}={spanish(result)}"
        question = ask_for_operation(text, "×", power, MULTIPLICATION_WORDS, rng)
        return Exercise(question, steps + ".", spanish(result), "decimales", "primaria 5")
    factor = rng.randint(2, 9)
    result = value * factor
    steps = multiplication_steps(a, factor)
    solution = f"Sin la coma: {steps}. Con un decimal: {text}×{factor}={spanish(result)}."
    return Exercise(
        ask_for_operation(text, "×", factor, MULTIPLICATION_WORDS, rng),
        solution,
        spanish(result),
        "decimales",
        "primaria 5",
    )


def _add_decimals(a: int, b: int, sign: str, rng: Random) -> Exercise:
    if rng.random() < 0.25:
        b = max(1, b // 10) * 10
    left, right = Fraction(a, 10), Fraction(b, 10)
    result = left + right if sign == "+" else left - right
    whole = Fraction(right.numerator // right.denominator)
    part = right - whole
    steps, total = [], left
    for piece in (whole, part):
        if piece:
            after = total + piece if sign == "+" else total - piece
            steps.append(f"{spanish(total)}{sign}{spanish(piece)}={spanish(after)}")
            total = after
    verb = "Sumamos" if sign == "+" else "Restamos"
    solution = f"{verb}: {', '.join(steps)}."
    words = ADDITION_WORDS if sign == "+" else SUBTRACTION_WORDS
    question = ask_for_operation(spanish(left), sign, spanish(right), words, rng)
    return Exercise(question, solution, spanish(result), "decimales", "primaria 5")


def fractions(rng: Random) -> Exercise:
    """Return a sum, difference or product of fractions, a fraction of a number, or a fraction to simplify."""
    kind = rng.choices(("of", "same", "different", "times", "simplify"), (30, 22, 18, 14, 16))[0]
    if kind == "of":
        return _fraction_of(rng)
    if kind == "simplify":
        return _simplify(rng)
    b = rng.randint(2, 9)
    d = b if kind == "same" else rng.randint(2, 6)
    a, c = rng.randint(1, max(1, b - 1)), rng.randint(1, max(1, d - 1))
    left, right = f"{a}/{b}", f"{c}/{d}"
    if kind == "times":
        top, bottom = a * c, b * d
        steps = f"Multiplicamos: {a}×{c}={top} y {b}×{d}={bottom}, queda {top}/{bottom}"
        return _fraction_answer(ask_for_operation(left, "×", right, MULTIPLICATION_WORDS, rng), steps, top, bottom)
    sign = "+" if rng.random() < 0.6 or Fraction(a, b) <= Fraction(c, d) else "-"
    common = lcm(b, d)
    x, y = a * common // b, c * common // d
    top = x + y if sign == "+" else x - y
    verb = "Sumamos" if sign == "+" else "Restamos"
    steps = f"{verb}: {left}{sign}{right}="
    if b != d:
        steps += f"{x}/{common}{sign}{y}/{common}="
    steps += f"{top}/{common}"
    words = ADDITION_WORDS if sign == "+" else SUBTRACTION_WORDS
    return _fraction_answer(ask_for_operation(left, sign, right, words, rng), steps, top, common)


def _fraction_answer(question: str, steps: str, top: int, bottom: int) -> Exercise:
    value = Fraction(top, bottom)
    answer = str(value)
    if value.denominator != bottom:
        steps += f", que es {answer}"
    return Exercise(question, steps + ".", answer, "fracciones", "primaria 6")


def _fraction_of(rng: Random) -> Exercise:
    bottom = rng.randint(2, 10)
    top = rng.randint(1, bottom - 1)
    part = rng.randint(2, 12)
    number = bottom * part
    steps = f"Dividimos: {number}÷{bottom}={part}"
    if top > 1:
        steps += f". Multiplicamos: {part}×{top}={part * top}"
    question = phrase(FRACTION_OF_WORDS, rng, f=f"{top}/{bottom}", n=number)
    return Exercise(question, steps + ".", str(part * top), "fracciones", "primaria 5")


def _simplify(rng: Random) -> Exercise:
    bottom = rng.randint(2, 9)
    top = rng.choice([n for n in range(1, bottom) if gcd(n, bottom) == 1])
    k = rng.randint(2, 9)
    solution = f"Dividimos entre {k}: {top * k}÷{k}={top} y {bottom * k}÷{k}={bottom}, queda {top}/{bottom}."
    question = phrase(SIMPLIFY_WORDS, rng, f=f"{top * k}/{bottom * k}")
    return Exercise(question, solution, f"{top}/{bottom}", "fracciones", "primaria 6")


def percentages(rng: Random) -> Exercise:
    """Return a percentage of a whole number."""
    percent = rng.choice((10, 10, 20, 20, 25, 50, 50, 5, 30, 40, 75, 15, 60, 70, 80, 90))
    step = 10 if percent % 10 == 0 else 100 // gcd(percent, 100)
    number = step * rng.randint(1, 400 // step)
    result = Fraction(percent * number, 100)
    written_percent = f"{percent}{rng.choice((' %', '%', '%', ' por ciento'))}"
    solution = f"El {percent} % de {number}: {_percent_steps(percent, number)}."
    question = phrase(PERCENT_WORDS, rng, p=written_percent, n=number)
    return Exercise(question, solution, spanish(result), "porcentajes", "primaria 6")


def _percent_steps(percent: int, number: int) -> str:
    result = Fraction(percent * number, 100)
    if percent in (50, 25, 10):
        over = 100 // percent
        return f"{number}÷{over}={spanish(result)}"
    tenth = Fraction(number, 10)
    if percent == 75:
        quarter = Fraction(number, 4)
        return f"{number}÷4={spanish(quarter)}, {spanish(quarter)}×3={spanish(result)}"
    if percent == 5:
        return f"el 10 % es {spanish(tenth)}, {spanish(tenth)}÷2={spanish(result)}"
    if percent == 15:
        half = tenth / 2
        return f"el 10 % es {spanish(tenth)}, el 5 % es {spanish(half)}, {spanish(tenth)}+{spanish(half)}={spanish(result)}"
    return f"el 10 % es {spanish(tenth)}, {spanish(tenth)}×{percent // 10}={spanish(result)}"


def powers_and_roots(rng: Random) -> Exercise:
    """Return a power, or the square root of a perfect square."""
    kind = rng.choices(("square", "cube", "power", "root"), (38, 15, 15, 32))[0]
    if kind == "root":
        a = rng.randint(1, 15)
        question = phrase(ROOT_QUESTIONS, rng, n=a * a)
        if rng.random() < 0.7:
            question = ask_for_value(phrase(ROOT_WORDS, rng, n=a * a), rng)
        return Exercise(
            question, f"√{a * a}={a}, porque {a}×{a}={a * a}.", str(a), "potencias y raíces", "secundaria 1"
        )
    exponent = {"square": 2, "cube": 3}.get(kind) or rng.choice((4, 5))
    a = rng.randint(1, {2: 15, 3: 6}.get(exponent, 3))
    if kind == "power" and rng.random() < 0.3:
        a = 10
    words = {"square": SQUARE_WORDS, "cube": CUBE_WORDS}.get(kind, POWER_WORDS)
    steps, total = [], a
    for _ in range(exponent - 1):
        steps.append(f"{total}×{a}={total * a}")
        total *= a
    factors = "×".join([str(a)] * exponent)
    shown = ", ".join(steps)
    solution = f"{a}^{exponent}={factors}: {shown}." if exponent > 2 else f"{a}^2={factors}={total}."
    question = ask_for_value(phrase(words, rng, a=a, n=exponent), rng)
    return Exercise(question, solution, str(total), "potencias y raíces", "secundaria 1")


def equations(rng: Random) -> Exercise:
    """Return an equation with one unknown, of one step or two."""
    kind = rng.choices(("add", "subtract", "from", "times", "over", "two"), (26, 20, 8, 24, 8, 14))[0]
    name = rng.choice("xxxxyazn")
    x, a = rng.randint(1, 20), rng.randint(2, 20)
    if kind == "add":
        left = rng.choice((f"{name}+{a}", f"{a}+{name}"))
        right, steps = x + a, f"{name}={x + a}-{a}={x}"
    elif kind == "subtract":
        x += a
        left, right, steps = f"{name}-{a}", x - a, f"{name}={x - a}+{a}={x}"
    elif kind == "from":
        a += x
        left, right, steps = f"{a}-{name}", a - x, f"{name}={a}-{a - x}={x}"
    elif kind == "times":
        a, x = rng.randint(2, 10), rng.randint(1, 12)
        left = f"{a}{rng.choice(('', '', '·', '*'))}{name}"
        right, steps = a * x, f"{name}={a * x}÷{a}={x}"
    elif kind == "over":
        a, part = rng.randint(2, 9), rng.randint(2, 10)
        x = a * part
        left, right, steps = f"{name}/{a}", part, f"{name}={part}×{a}={x}"
    else:
        a, b, x = rng.randint(2, 9), rng.randint(1, 20), rng.randint(1, 12)
        left, right = f"{a}{name}+{b}", a * x + b
        steps = f"{a}{name}={right}-{b}={a * x}; {name}={a * x}÷{a}={x}"
    equation = f"{left}={right}" if rng.random() < 0.5 else f"{left} = {right}".replace("+", " + ").replace("-", " - ")
    solution = f"Despejamos {name}: {steps}."
    question = phrase(EQUATION_WORDS, rng, e=equation, x=name)
    return Exercise(question, solution, str(x), "ecuaciones", "secundaria 1")


def divisibility(rng: Random) -> Exercise:
    """Return a greatest divisor, a least multiple, a remainder, the next prime or a count of divisors."""
    kind = rng.choices(("gcd", "lcm", "remainder", "prime", "count"), (25, 25, 25, 15, 10))[0]
    if kind == "gcd":
        g, p, q = rng.randint(2, 12), rng.randint(1, 6), rng.randint(1, 6)
        a, b = g * p, g * (q if q != p else p + 1)
        value = gcd(a, b)
        question = phrase(GCD_WORDS, rng, a=a, b=b)
        steps = f"El mayor que divide a los dos es {value}: {a}÷{value}={a // value} y {b}÷{value}={b // value}"
    elif kind == "lcm":
        a, b = rng.randint(2, 12), rng.randint(2, 12)
        b = b if b != a else b + 1
        value = lcm(a, b)
        question = phrase(LCM_WORDS, rng, a=a, b=b)
        steps = f"El menor múltiplo de los dos es {value}: {a}×{value // a}={value} y {b}×{value // b}={value}"
    elif kind == "remainder":
        b, quotient = rng.randint(2, 9), rng.randint(1, 11)
        value = rng.randint(0, b - 1)
        a = b * quotient + value
        question = phrase(REMAINDER_WORDS, rng, a=a, b=b)
        steps = f"{b}×{quotient}={b * quotient}, {a}-{b * quotient}={value}"
    elif kind == "prime":
        a = rng.randint(2, 60)
        value = next(n for n in range(a + 1, a + 30) if _is_prime(n))
        question = phrase(NEXT_PRIME_WORDS, rng, a=a)
        steps = f"Después de {a}, el primero que solo se divide por 1 y por sí mismo es {value}"
    else:
        a = rng.randint(2, 30)
        divisors = [n for n in range(1, a + 1) if a % n == 0]
        value = len(divisors)
        question = phrase(DIVISOR_COUNT_WORDS, rng, a=a)
        steps = f"Los divisores de {a} son {', '.join(map(str, divisors))}; hay {value}"
    return Exercise(question, steps + ".", str(value), "divisibilidad y primos", "primaria 6")


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, isqrt(n) + 1))
