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
FOODS = ("manzanas", "galletas", "naranjas", "arepas", "tortillas", "empanadas", "peras", "fresas")
BOXES = ("cajas", "bolsas", "cestas", "mesas", "bandejas", "filas", "canastas", "carpetas")
MONEY = ("euros", "pesos", "soles", "euros")

ADD_STORIES = (
    "{p} tiene {a} {t} y [le dan|compra|recibe|encuentra|consigue|su amigo le regala] {b} más. ¿{Qs} {t} tiene [ahora|en total|al final]?",
    "En [una caja|un cesto|una mesa|un cajón] hay {a} {t} y [ponemos|traen|añaden|se agregan] {b} más. ¿{Qs} {t} hay [ahora|en total]?",
    "{p} tiene {a} {t} y {q} tiene {b}. ¿{Qs} {t} [tienen entre los dos|tienen en total|suman]?",
    "{p} [compró|recogió|vendió|guardó|contó] {a} {t} el lunes y {b} el martes. ¿{Qs} {t} fueron [en total|en los dos días]?",
    "{p} gastó {a} {m} en [pan|fruta|un libro|ropa] y {b} {m} en [leche|queso|un cuaderno|zapatos]. ¿Cuánto gastó en total?",
    "{p} tiene {a} años. ¿[Cuántos años tendrá|Qué edad tendrá] dentro de {b} años?",
    "En [un autobús|un tren|una sala] hay {a} personas y [suben|entran|llegan] {b}. ¿Cuántas personas hay ahora?",
    "{p} ahorró {a} {m} y luego [ahorró|le dieron|ganó] {b} {m}. ¿Cuánto [tiene|dinero tiene|ha reunido]?",
    "Hay {a} [niños y {b} niñas|gatos y {b} perros|patos y {b} gallinas]. ¿Cuántos hay [en total|entre todos]?",
)
SUBTRACT_STORIES = (
    "{p} tiene {a} {t} y [regala|pierde|vende|da|usa|le quitan] {b}. ¿{Qs} [le quedan|{t} le quedan|{t} tiene ahora]?",
    "{p} tenía {a} {t} y [regaló|perdió|vendió|dio|usó|le quitaron] {b}. ¿{Qs} [le quedan|{t} le quedaron|{t} tiene ahora]?",
    "{p} tiene {a} {f} y [se come|come] {b}. ¿Cuántas {f} le quedan?",
    "Había {a} {t} en [la caja|el cesto|la mesa] y [sacaron|se llevaron|tomaron] {b}. ¿{Qs} {t} quedan?",
    "De {a} {t}, {b} son de {p}. ¿{Qs} {t} son de los demás?",
    "{p} tiene {a} {m} y gasta {b}. ¿Cuánto [le queda|dinero le queda|le sobra]?",
    "{p} paga con {a} {m} [algo|una compra] de {b} {m}. ¿Cuánto [le devuelven|es el cambio|recibe de vuelta]?",
    "{p} tiene {a} {t} y {q} tiene {b}. ¿{Qs} {t} más tiene {p}[ que {q}|]?",
    "En [un autobús|un tren|una sala] hay {a} personas y [bajan|salen|se van] {b}. ¿Cuántas personas quedan?",
    "Un libro tiene {a} páginas y {p} ha leído {b}. ¿Cuántas páginas le [faltan|quedan por leer]?",
    "{p} quiere comprar [algo|un juguete] de {a} {m} y tiene {b}. ¿Cuánto le falta?",
    "En la clase hay {a} alumnos y {b} son [niñas|chicas]. ¿Cuántos son [niños|chicos]?",
)
MULTIPLY_STORIES = (
    "Hay {a} {c} con {b} {t} en cada una. ¿{Qs} {t} hay en total?",
    "{p} tiene {a} {c} [de|con] {b} {t}. ¿{Qs} {t} tiene en total?",
    "En cada caja caben {b} {t}. ¿{Qs} {t} caben en {a} cajas?",
    "Una bolsa [tiene|trae|contiene] {b} {t}. ¿{Qs} {t} hay en {a} bolsas?",
    "Un [libro|cuaderno|boleto|juguete|helado] cuesta {b} {m}. ¿Cuánto [cuestan|valen|pago por] {a}?",
    "{p} compra {a} [libros|cuadernos|helados] de {b} {m} cada uno. ¿Cuánto [paga|gasta] en total?",
    "{p} [lee {b} páginas|camina {b} kilómetros|gana {b} {m}|ahorra {b} {m}] al día. ¿Cuánto es en {a} días?",
    "{p} gana {b} {m} por hora. ¿Cuánto gana en {a} horas?",
    "En [una sala hay {a} filas de {b} sillas|un taller hay {a} cajas de {b} piezas]. ¿Cuántas hay en total?",
    "En [un huerto hay {a} filas de {b} árboles|un cine hay {a} filas de {b} asientos]. ¿Cuántos hay en total?",
    "{p} toma {b} vasos de agua al día. ¿Cuántos vasos toma en {a} días?",
)
DIVIDE_STORIES = (
    "{p} reparte {a} {t} entre {b} [amigos|niños|compañeros]. ¿{Qs} {t} [le tocan a|recibe] cada uno?",
    "[Repartimos|Se reparten|Repartes] {a} {t} en partes iguales entre {b} [amigos|niños]. ¿{Qs} {t} [le tocan a|recibe] cada uno?",
    "{p} [pone|guarda|mete|coloca] {a} {t} en {b} {c}, por igual. ¿{Qs} {t} [pone|hay|van] en cada una?",
    "Si {b} {t} cuestan {a} {m}, ¿cuánto cuesta cada {una}?",
    "{p} [guarda|empaqueta] {a} {t} en cajas de {b}. ¿Cuántas cajas [necesita|llena]?",
    "{p} mete {a} {t} en bolsas de {b}. ¿Cuántas bolsas [necesita|llena]?",
    "{p} leyó {a} páginas en {b} días, las mismas cada día. ¿Cuántas páginas leyó por día?",
    "{b} amigos pagan {a} {m} a partes iguales. ¿Cuánto paga cada uno?",
    "Hay {a} alumnos y se hacen [equipos de {b}. ¿Cuántos equipos|grupos de {b}. ¿Cuántos grupos] [salen|hay|se forman]?",
    "Una cuerda de {a} metros se corta en {b} trozos iguales. ¿Cuánto mide cada trozo?",
)
ADD_THEN_SUBTRACT = (
    "{p} tiene {a} {t}, [le dan|compra|recibe|encuentra] {b} y [regala|pierde|vende] {c}. ¿{Qs} {t} [le quedan|tiene ahora|tiene al final]?",
    "{p} tenía {a} {t}. [Le dieron|Compró|Encontró] {b} más y luego [regaló|perdió|usó] {c}. ¿{Qs} {t} [le quedan|tiene]?",
    "En un autobús van {a} personas, suben {b} y bajan {c}. ¿Cuántas personas [quedan|van ahora]?",
)
SUBTRACT_THEN_ADD = (
    "{p} tiene {a} {t}, [regala|pierde|vende] {b} y [le dan|compra|recibe|encuentra] {c}. ¿{Qs} {t} tiene [ahora|al final]?",
    "{p} tenía {a} {m}. Gastó {b} y después [ganó|le dieron|cobró] {c}. ¿Cuánto tiene ahora?",
    "En un autobús van {a} personas, bajan {b} y suben {c}. ¿Cuántas personas [quedan|van ahora]?",
)
MULTIPLY_THEN_ADD = (
    "{p} compra {a} [libros|cuadernos|helados] de {b} {m} y [una bolsa|un lápiz|un jugo] de {c} {m}. ¿Cuánto [gasta|paga] en total?",
    "{p} tiene {a} {x} de {b} {t} y {c} {t} más. ¿{Qs} {t} tiene en total?",
    "Hay {a} {x} con {b} {t} en cada una y {c} {t} fuera. ¿{Qs} {t} hay en total?",
)
MULTIPLY_THEN_SUBTRACT = (
    "{p} tiene {a} {x} de {b} {t} y [regala|pierde|vende] {c}. ¿{Qs} {t} le quedan?",
    "Hay {a} {x} con {b} {t} en cada una y se [venden|gastan|regalan] {c}. ¿{Qs} {t} quedan?",
)
BUY_AND_CHANGE = (
    "{p} compra {a} [libros|cuadernos|helados|boletos] de {b} {m} y paga con {c} {m}. ¿Cuánto [le devuelven|es el cambio|recibe de vuelta]?",
    "Un [libro|cuaderno|boleto] cuesta {b} {m}. {p} compra {a} y tiene {c} {m}. ¿Cuánto [le queda|le sobra]?",
)
ADD_THEN_DIVIDE = (
    "{p} tiene {a} {t} y {q} tiene {b}. Juntan todo y lo reparten entre {c} [amigos|niños]. ¿{Qs} {t} [recibe|le tocan a] cada uno?",
    "Hay {a} [niños y {b} niñas|alumnos y {b} alumnas]. Se hacen {c} equipos iguales. ¿Cuántos hay en cada equipo?",
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
    masculine = thing in _MASCULINE_THINGS
    slots = {
        "p": person,
        "q": other,
        "t": thing,
        "f": rng.choice(FOODS),
        "m": money,
        "x": boxes,
        "Qs": "Cuántos" if masculine else "Cuántas",
        "una": "uno" if masculine else "una",
        **numbers,
    }
    slots.setdefault("c", boxes)
    return phrase(stories, rng, **slots)
