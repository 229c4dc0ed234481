"""Word problems of one and of two steps, with people, things and money of the Spanish-speaking world."""

from __future__ import annotations

from random import Random

from tutor.exercises.arithmetic import addition_steps, division_steps, multiplication_steps, subtraction_steps
from tutor.exercises.exercise import Exercise
from tutor.exercises.phrasing import phrase

NAMES = (
    "Ana", "Luis", "Marta", "Pedro", "Lucía", "Diego", "Sofía", "Carlos", "Elena", "Juan", "Camila", "Mateo",
    "Valentina", "Andrés", "Ximena", "Pablo", "Rosa", "Tomás", "Inés", "Martín", "Guadalupe", "Javier", "Noelia",
    "Emilio", "Paula", "Hugo", "Daniela", "Raúl", "Carmen", "Bruno", "Julia", "Nicolás", "Alba", "Santiago",
)  # fmt: skip
THINGS = (
    "manzanas", "canicas", "lápices", "libros", "caramelos", "galletas", "cromos", "naranjas", "globos", "flores",
    "monedas", "huevos", "cuadernos", "pegatinas", "arepas", "tortillas", "mangos", "empanadas", "fichas", "botones",
    "peras", "plátanos", "pelotas", "juguetes", "dulces", "hojas", "piedras", "tarjetas", "conchas", "fresas",
)  # fmt: skip
BOXES = ("cajas", "bolsas", "cestas", "mesas", "bandejas", "filas", "canastas", "carpetas")
MONEY = ("euros", "pesos", "soles", "euros")

ADD_STORIES = (
    "{p} tiene {a} {t} y [le dan|compra|recibe|encuentra|gana|consigue|su amigo le regala] {b} más. ¿Cuántas {t} tiene [ahora|en total|al final|]?",
    "En [una caja|un cesto|el patio|una mesa|la clase] hay {a} {t} y [ponemos|traen|llegan|añaden|se agregan] {b} más. ¿Cuántas [hay|son] [ahora|en total]?",
    "{p} tiene {a} {t} y {q} tiene {b}. ¿Cuántas [tienen entre los dos|tienen en total|tienen juntos|suman]?",
    "{p} [compró|recogió|vendió|hizo|contó] {a} {t} el lunes y {b} el martes. ¿Cuántas [en total|fueron en los dos días|{t} son]?",
    "{p} gastó {a} {m} en [pan|fruta|un libro|ropa] y {b} {m} en [leche|queso|un cuaderno|zapatos]. ¿Cuánto gastó [en total|]?",
    "{p} tiene {a} años. ¿[Cuántos años tendrá|Qué edad tendrá] dentro de {b} años?",
    "En [un autobús|un tren|una sala] van {a} personas y suben {b}. ¿Cuántas [hay ahora|personas van ahora]?",
    "{p} ahorró {a} {m} y luego [ahorró|le dieron|ganó] {b} {m}. ¿Cuánto [tiene|dinero tiene|ha reunido]?",
    "Hay {a} [niños|gatos|patos] y {b} [niñas|perros|gallinas]. ¿Cuántos hay [en total|entre todos]?",
)
SUBTRACT_STORIES = (
    "{p} tiene {a} {t} y [regala|pierde|come|vende|da|usa|le quitan|reparte] {b}. ¿Cuántas [le quedan|{t} le quedan|tiene ahora]?",
    "{p} tenía {a} {t} y [regaló|perdió|se comió|vendió|dio|usó|le quitaron] {b}. ¿Cuántas [le quedan|le quedaron|tiene ahora]?",
    "Había {a} {t} en [la caja|el cesto|la mesa] y [sacaron|se llevaron|se rompieron|tomaron] {b}. ¿Cuántas quedan?",
    "De {a} {t}, {b} [están rotas|son rojas|se vendieron|son de {p}]. ¿Cuántas [no|son las demás|quedan]?",
    "{p} tiene {a} {m} y gasta {b} [{m}|]. ¿Cuánto [le queda|dinero le queda|le sobra]?",
    "{p} paga con {a} {m} [algo|una compra] de {b} {m}. ¿Cuánto [le devuelven|es el cambio|recibe de vuelta]?",
    "{p} tiene {a} {t} y {q} tiene {b}. ¿Cuántas más tiene {p}[ que {q}|]?",
    "En [un autobús|un tren|una sala] van {a} personas y bajan {b}. ¿Cuántas [quedan|personas quedan]?",
    "Un libro tiene {a} páginas y {p} ha leído {b}. ¿Cuántas [le faltan|páginas le quedan por leer]?",
    "{p} quiere [comprar algo|un juguete] de {a} {m} y tiene {b}. ¿Cuánto le falta?",
    "En la clase hay {a} alumnos y {b} son [niñas|chicas]. ¿Cuántos son [niños|chicos]?",
)
MULTIPLY_STORIES = (
    "Hay {a} {c} con {b} {t} cada una. ¿Cuántas {t} hay [en total|]?",
    "{p} tiene {a} {c} [de|con] {b} {t}[ cada una|]. ¿Cuántas {t} tiene [en total|]?",
    "[Cada|Una] [caja|bolsa] [tiene|trae|contiene] {b} {t}. ¿Cuántas {t} hay en {a} [cajas|bolsas]?",
    "Un [libro|cuaderno|boleto|juguete|helado] cuesta {b} {m}. ¿Cuánto [cuestan|valen|pago por] {a}?",
    "{p} compra {a} [libros|cuadernos|helados] de {b} {m} cada uno. ¿Cuánto [paga|gasta|cuesta todo]?",
    "{p} [lee|camina|gana|ahorra] {b} [páginas|kilómetros|{m}] al día. ¿Cuánto [será|suma|es] en {a} días?",
    "{p} gana {b} {m} por hora. ¿Cuánto gana en {a} horas?",
    "Un [coche|perro|gato|caballo] tiene {b} [ruedas|patas]. ¿Cuántas tienen {a}?",
    "En [una sala|un huerto|un cine] hay {a} filas de {b} [sillas|árboles|asientos]. ¿Cuántos hay [en total|]?",
    "{p} toma {b} vasos de agua al día. ¿Cuántos toma en {a} días?",
)
DIVIDE_STORIES = (
    "{p} reparte {a} {t} entre {b} [amigos|niños|personas|compañeros]. ¿Cuántas [le tocan|recibe|{t} recibe] a cada uno?",
    "[Repartimos|Se reparten|Repartes] {a} {t} [en partes iguales |]entre {b} [amigos|niños]. ¿Cuántas [tocan a|recibe] cada uno?",
    "{p} [pone|guarda|mete|coloca] {a} {t} en {b} {c} iguales. ¿Cuántas [pone|hay|van] en cada una?",
    "Si {b} {t} cuestan {a} {m}, ¿cuánto cuesta [una|cada una]?",
    "{p} [guarda|empaqueta] {a} {t} en [cajas|bolsas] de {b}. ¿Cuántas [cajas|bolsas] [necesita|llena]?",
    "{p} leyó {a} páginas en {b} días, las mismas cada día. ¿Cuántas [leyó|páginas] por día?",
    "[Entre|] {b} amigos pagan {a} {m} [a partes iguales|]. ¿Cuánto paga cada uno?",
    "Hay {a} alumnos y se hacen [equipos|grupos] de {b}. ¿Cuántos [equipos|grupos] [salen|hay|se forman]?",
    "Una cuerda de {a} metros se corta en {b} trozos iguales. ¿Cuánto mide cada [trozo|uno]?",
)
ADD_THEN_SUBTRACT = (
    "{p} tiene {a} {t}, [le dan|compra|recibe|gana] {b} y [regala|pierde|come|vende] {c}. ¿Cuántas [le quedan|tiene ahora|tiene al final]?",
    "{p} tenía {a} {t}. [Le dieron|Compró|Encontró] {b} más y luego [regaló|perdió|usó] {c}. ¿Cuántas [le quedan|tiene]?",
    "En un autobús van {a} personas, suben {b} y bajan {c}. ¿Cuántas [quedan|van ahora]?",
)
SUBTRACT_THEN_ADD = (
    "{p} tiene {a} {t}, [regala|pierde|come|vende] {b} y [le dan|compra|recibe|gana] {c}. ¿Cuántas [le quedan|tiene ahora|tiene al final]?",
    "{p} tenía {a} {m}. Gastó {b} y después [ganó|le dieron|cobró] {c}. ¿Cuánto tiene [ahora|]?",
    "En un autobús van {a} personas, bajan {b} y suben {c}. ¿Cuántas [quedan|van ahora]?",
)
MULTIPLY_THEN_ADD = (
    "{p} compra {a} [libros|cuadernos|helados] de {b} {m} y [una bolsa|un lápiz|un jugo] de {c} {m}. ¿Cuánto [gasta|paga|es] en total?",
    "{p} tiene {a} {x} de {b} {t} y {c} {t} sueltas. ¿Cuántas {t} tiene [en total|]?",
    "Hay {a} {x} con {b} {t} cada una y {c} más [fuera|sueltas]. ¿Cuántas {t} hay [en total|]?",
)
MULTIPLY_THEN_SUBTRACT = (
    "{p} tiene {a} {x} de {b} {t} y [regala|pierde|come|vende] {c}. ¿Cuántas {t} le quedan?",
    "Hay {a} {x} con {b} {t} cada una y se [venden|rompen|gastan] {c}. ¿Cuántas quedan?",
)
BUY_AND_CHANGE = (
    "{p} compra {a} [libros|cuadernos|helados|boletos] de {b} {m} y paga con {c} {m}. ¿Cuánto [le devuelven|es el cambio|recibe de vuelta]?",
    "Un [libro|cuaderno|boleto] cuesta {b} {m}. {p} compra {a} y tiene {c} {m}. ¿Cuánto [le queda|le sobra]?",
)
ADD_THEN_DIVIDE = (
    "{p} tiene {a} {t} y {q} tiene {b}. Las juntan y las reparten entre {c} [amigos|niños]. ¿Cuántas [recibe|le tocan a] cada uno?",
    "Hay {a} [niños|alumnos] y {b} [niñas|alumnas]. Se hacen {c} equipos iguales. ¿Cuántos hay en cada equipo?",
)

_MASCULINE_THINGS = ("lápices", "libros", "caramelos", "cromos", "globos", "huevos", "cuadernos", "mangos", "botones", "plátanos", "juguetes", "dulces")  # fmt: skip


def one_step(rng: Random) -> Exercise:
    """Return a story that one operation solves."""
    kind = rng.choice(("add", "subtract", "multiply", "divide"))
    hard = rng.random() < 0.3
    stories: tuple[str, ...]
    if kind == "add":
        a, b = (rng.randint(12, 99), rng.randint(12, 90)) if hard else (rng.randint(2, 20), rng.randint(2, 20))
        steps, value, stories = addition_steps(a, b), a + b, ADD_STORIES
    elif kind == "subtract":
        a = rng.randint(25, 100) if hard else rng.randint(5, 25)
        b = rng.randint(2, a - 1)
        steps, value, stories = subtraction_steps(a, b), a - b, SUBTRACT_STORIES
    elif kind == "multiply":
        a, b = (rng.randint(11, 30), rng.randint(2, 9)) if hard else (rng.randint(2, 10), rng.randint(2, 10))
        steps, value, stories = multiplication_steps(a, b), a * b, MULTIPLY_STORIES
    else:
        b, value = rng.randint(2, 9), rng.randint(11, 25) if hard else rng.randint(2, 10)
        a = b * value
        steps, stories = division_steps(a, b), DIVIDE_STORIES
    verb = {"add": "Sumamos", "subtract": "Restamos", "multiply": "Multiplicamos", "divide": "Dividimos"}[kind]
    question = _story(stories, rng, a=a, b=b)
    return Exercise(question, f"{verb}: {steps}.", str(value), "problemas de un paso", "primaria 3")


def two_steps(rng: Random) -> Exercise:
    """Return a story that two operations solve, one after the other."""
    maker = rng.choice((_add_and_subtract, _add_and_subtract, _products, _products, _change, _share))
    question, first, second, value = maker(rng)
    solution = f"Primero {first}. Después {second}."
    return Exercise(question, solution, str(value), "problemas de dos pasos", "primaria 4")


def _add_and_subtract(rng: Random) -> tuple[str, str, str, int]:
    a, b = rng.randint(8, 40), rng.randint(2, 20)
    if rng.random() < 0.5:
        middle = a + b
        c = rng.randint(2, min(20, middle - 1))
        question = _story(ADD_THEN_SUBTRACT, rng, a=a, b=b, c=c)
        return question, f"sumamos {addition_steps(a, b)}", f"restamos {subtraction_steps(middle, c)}", middle - c
    b = min(b, a - 1)
    middle, c = a - b, rng.randint(2, 20)
    question = _story(SUBTRACT_THEN_ADD, rng, a=a, b=b, c=c)
    return question, f"restamos {subtraction_steps(a, b)}", f"sumamos {addition_steps(middle, c)}", middle + c


def _products(rng: Random) -> tuple[str, str, str, int]:
    a, b = rng.randint(2, 9), rng.randint(2, 10)
    product = a * b
    first = f"multiplicamos {multiplication_steps(a, b)}"
    if rng.random() < 0.6 or product < 4:
        c = rng.randint(2, 15)
        question = _story(MULTIPLY_THEN_ADD, rng, a=a, b=b, c=c)
        return question, first, f"sumamos {addition_steps(product, c)}", product + c
    c = rng.randint(2, min(15, product - 1))
    question = _story(MULTIPLY_THEN_SUBTRACT, rng, a=a, b=b, c=c)
    return question, first, f"restamos {subtraction_steps(product, c)}", product - c


def _change(rng: Random) -> tuple[str, str, str, int]:
    a, b = rng.randint(2, 6), rng.randint(2, 9)
    product = a * b
    note = next(n for n in (10, 20, 50, 100) if n > product)
    question = _story(BUY_AND_CHANGE, rng, a=a, b=b, c=note)
    return (
        question,
        f"multiplicamos {multiplication_steps(a, b)}",
        f"restamos {subtraction_steps(note, product)}",
        note - product,
    )


def _share(rng: Random) -> tuple[str, str, str, int]:
    c, value = rng.randint(2, 6), rng.randint(3, 10)
    total = c * value
    a = rng.randint(2, total - 2)
    b = total - a
    question = _story(ADD_THEN_DIVIDE, rng, a=a, b=b, c=c)
    return question, f"sumamos {addition_steps(a, b)}", f"dividimos {division_steps(total, c)}", value


def _story(stories: tuple[str, ...], rng: Random, **numbers: int) -> str:
    person, other = rng.sample(NAMES, 2)
    thing, boxes, money = rng.choice(THINGS), rng.choice(BOXES), rng.choice(MONEY)
    slots = {"p": person, "q": other, "t": thing, "m": money, "x": boxes, **numbers}
    slots.setdefault("c", boxes)
    text = phrase(stories, rng, **slots).replace(" ?", "?").replace(" .", ".").replace("  ", " ").strip()
    text = text[0].upper() + text[1:]
    return _agree(text, thing) if "{t}" not in text and thing in text else text


def _agree(text: str, thing: str) -> str:
    """Return `text` with `Cuántas` and its kin put in the masculine when `thing` is masculine."""
    if thing not in _MASCULINE_THINGS:
        return text
    return (
        text.replace("Cuántas", "Cuántos")
        .replace("sueltas", "sueltos")
        .replace("las reparten", "los reparten")
        .replace("Las juntan", "Los juntan")
    )
