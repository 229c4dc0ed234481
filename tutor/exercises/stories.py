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
    """A wording and the largest number with which it makes sense."""

    text: str
    most: int = 10_000


ADD_STORIES = (
    Story(
        "{p} tiene {a} {t} y [le dan|compra|recibe|encuentra|consigue|su amigo le regala] {b} más. ¿{Qs} {t} tiene [ahora|en total|al final]?"
    ),
    Story(
        "En [una caja|un cesto|una mesa|un cajón] hay {a} {t} y [ponemos|traen|añaden|se agregan] {b} más. ¿{Qs} {t} hay [ahora|en total]?"
    ),
    Story("{p} tiene {a} {t} y {q} tiene {b}. ¿{Qs} {t} [tienen entre {los_dos}|tienen en total|suman]?"),
    Story(
        "{p} [compró|recogió|vendió|guardó|contó] {a} {t} el lunes y {b} el martes. ¿{Qs} {t} fueron [en total|en los dos días]?"
    ),
    Story(
        "{p} gastó {a} {m} en [la librería|la frutería|el mercado] y {b} {m} en [la panadería|la papelería|la farmacia]. ¿Cuánto gastó en total?"
    ),
    Story("{p} tiene {a} años. ¿[Cuántos años tendrá|Qué edad tendrá] dentro de {b} años?", 30),
    Story("En un autobús hay {a} personas y suben {b}. ¿Cuántas personas hay ahora?", 30),
    Story("En [un tren|un teatro|una plaza] hay {a} personas y [entran|llegan] {b}. ¿Cuántas personas hay ahora?"),
    Story("{p} ahorró {a} {m} y luego [ahorró|le dieron|ganó] {b} {m}. ¿Cuánto [tiene|dinero tiene|ha reunido]?"),
    Story("En el [patio|parque] hay {a} niños y {b} niñas. ¿Cuántos hay [en total|entre todos]?"),
    Story(
        "En una granja hay {a} [patos y {b} gallinas|llamas y {b} alpacas|cabras y {b} ovejas]. ¿Cuántos animales hay [en total|entre todos]?"
    ),
    Story("{p} caminó {a} kilómetros el sábado y {b} el domingo. ¿Cuántos kilómetros caminó en total?", 20),
    Story("Un [saco|costal] pesa {a} kilos y otro {b} kilos. ¿Cuántos kilos pesan juntos?", 60),
    Story(
        "Un equipo de [baloncesto|básquet] hizo {a} puntos en la primera parte y {b} en la segunda. ¿Cuántos puntos hizo?"
    ),
    Story("Junto {a} {t} [con|y] {b} más. ¿{Qs} {t} [tengo|junto|reúno]?"),
    Story("{p} tenía {a} {t}; [hoy|después|luego] [le dieron|consiguió|compró|ganó] {b}. ¿{Qs} tiene [ya|ahora]?"),
    Story("A {p} le [regalan|dan|traen] {a} {t} y después {b} más. ¿{Qs} {t} [ha recibido|tiene] en total?"),
    Story(
        "Por la mañana se [venden|recogen|reparten] {a} {t} y por la tarde {b}. ¿{Qs} son [en total|en todo el día]?"
    ),
    Story("{p} lee {a} páginas [hoy y {b} mañana|el sábado y {b} el domingo]. ¿Cuántas páginas lee en total?", 60),
    Story(
        "Un [cuento|mapa] cuesta {a} {m} y [una agenda|un estuche] {b} {m}. ¿Cuánto [cuestan los dos|se paga por todo]?"
    ),
    Story("Había {a} {t} en [la mesa|el cajón] y {p} [puso|dejó|añadió] {b}. ¿{Qs} hay [ahora|en total]?"),
    Story("En una clase hay {a} alumnos y en otra {b}. ¿Cuántos alumnos [hay|son|suman] entre las dos?", 40),
    Story("{p} tiene {a} cromos y le faltan {b} para completar el álbum. ¿Cuántos cromos caben en el álbum?"),
    Story("{q} tiene {a} {t}. {p} tiene {b} más[ que {q}|]. ¿{Qs} {t} tiene {p}?"),
    Story("En [el estanque|la pecera] hay {a} peces y [echan|llegan] otros {b}. ¿Cuántos peces hay [ahora|en total]?"),
)
SUBTRACT_STORIES = (
    Story(
        "{p} tiene {a} {t} y [regala|pierde|vende|da|usa|le quitan] {b}. ¿{Qs} [le quedan|{t} le quedan|{t} tiene ahora]?"
    ),
    Story(
        "{p} tenía {a} {t} y [regaló|perdió|vendió|dio|usó|le quitaron] {b}. ¿{Qs} [le quedan|{t} le quedaron|{t} tiene ahora]?"
    ),
    Story("{p} tiene {a} {f} y [se come|come] {b}. ¿{Fs} {f} le quedan?", 10),
    Story("Había {a} {t} en [la caja|el cesto|la mesa] y [sacaron|se llevaron|tomaron] {b}. ¿{Qs} {t} quedan?"),
    Story("De {a} {t}, {b} son de {p}. ¿{Qs} {t} son de los demás?"),
    Story("{p} tiene {a} {m} y gasta {b}. ¿Cuánto [le queda|dinero le queda|le sobra]?"),
    Story("{p} paga con {a} {m} [algo|una compra] de {b} {m}. ¿Cuánto [le devuelven|es el cambio|recibe de vuelta]?"),
    Story("{p} tiene {a} {t} y {q} tiene {b}. ¿{Qs} {t} más tiene {p}[ que {q}|]?"),
    Story("En un autobús hay {a} personas y bajan {b}. ¿Cuántas personas quedan?", 50),
    Story("En [un tren|un cine|una plaza] hay {a} personas y [salen|se van] {b}. ¿Cuántas personas quedan?"),
    Story("Un libro tiene {a} páginas y {p} ha leído {b}. ¿Cuántas páginas le [faltan|quedan por leer]?"),
    Story("{p} quiere comprar [algo|un regalo] de {a} {m} y tiene {b}. ¿Cuánto le falta?"),
    Story("En la clase hay {a} alumnos y {b} son [niñas|chicas]. ¿Cuántos son [niños|chicos]?", 40),
    Story("Una cuerda mide {a} metros y {p} corta {b}. ¿Cuántos metros quedan?"),
    Story("En un [depósito|tanque] había {a} litros de agua y se gastaron {b}. ¿Cuántos litros quedan?"),
    Story("{p} [tenía|llevaba] {a} {t}; [perdió|gastó|regaló] {b}. ¿{Qs} [conserva|le quedaron|tiene todavía]?"),
    Story("Hay {a} {t} en la tienda y se venden {b}. ¿{Qs} {t} [quedan sin vender|siguen en la tienda]?"),
    Story("{p} [lleva|reúne] {a} {m} y [paga|da] {b} por [un regalo|la merienda]. ¿Con cuánto se queda?"),
    Story("{q} tiene {b} {t} y {p} tiene {a}. ¿{Qs} le [gana|lleva] {p} a {q}?"),
    Story("De {a} alumnos [faltaron|se fueron de excursión] {b}. ¿Cuántos alumnos [vinieron a clase|quedaron]?", 60),
    Story("{p} tiene que hacer {a} ejercicios y ya ha hecho {b}. ¿Cuántos [le faltan|ejercicios le quedan]?", 60),
    Story("De {a} {t} que hay en la caja, {b} no sirven. ¿{Qs} {t} sí sirven?"),
    Story("El camino es de {a} kilómetros y ya hemos [andado|recorrido] {b}. ¿Cuántos kilómetros [faltan|quedan]?"),
    Story("{p} tiene {a} años y {q} tiene {b}. ¿Cuántos años se llevan?", 100),
    Story("{p} preparó {a} {f} y sus amigos comieron {b}. ¿{Fs} {f} [sobraron|quedaron]?", 40),
    Story("{p} necesita {a} {t} y solo tiene {b}. ¿{Qs} {t} le faltan?"),
    Story("{p} tiene {b} {t} y quiere llegar a {a}. ¿{Qs} {t} [tiene que conseguir|le faltan]?"),
)
MULTIPLY_STORIES = (
    Story("Hay {a} {c} con {b} {t} en {cada}. ¿{Qs} {t} hay en total?"),
    Story("{p} tiene {a} {c} [de|con] {b} {t}. ¿{Qs} {t} tiene en total?"),
    Story("En cada caja caben {b} {t}. ¿{Qs} {t} caben en {a} cajas?"),
    Story("Una bolsa [tiene|trae|contiene] {b} {t}. ¿{Qs} {t} hay en {a} bolsas?"),
    Story("{Un_g} cuesta {b} {m}. ¿Cuánto [cuestan|valen|pago por] {a}?"),
    Story("{p} compra {a} {g} de {b} {m} cada {uno_g}. ¿Cuánto [paga|gasta] en total?"),
    Story("{p} [lee {b} páginas|camina {b} kilómetros|recorre {b} kilómetros] al día. ¿Cuánto es en {a} días?"),
    Story("{p} ahorra {b} {m} [cada semana|a la semana]. ¿Cuánto ahorra en {a} semanas?"),
    Story("En [una sala hay {a} filas de {b} sillas|un taller hay {a} cajas de {b} piezas]. ¿Cuántas hay en total?"),
    Story("En [un huerto hay {a} filas de {b} árboles|un cine hay {a} filas de {b} asientos]. ¿Cuántos hay en total?"),
    Story("{p} toma {b} vasos de agua al día. ¿Cuántos vasos toma en {a} días?"),
    Story("Un saco de [arroz|papas|frijoles] pesa {b} kilos. ¿Cuántos kilos pesan {a} sacos?"),
    Story("En cada mesa se sientan {b} personas. ¿Cuántas personas caben en {a} mesas?"),
    Story("Cada [caja|bolsa] [trae|contiene|lleva] {b} {t}. ¿{Qs} {t} hay en {a}?"),
    Story("{p} compra {a} {c} y en {cada} [hay|vienen] {b} {t}. ¿{Qs} {t} [tiene|son|compra]?"),
    Story("{p} gana {b} puntos en cada partida. ¿Cuántos puntos [gana|consigue] en {a} partidas?"),
    Story("Cada [niño|invitado] [come|recibe] {b} {f}. ¿{Fs} {f} hacen falta para {a}?", 60),
    Story("Una máquina [hace|corta|pinta] {b} piezas por hora. ¿Cuántas piezas [hace|termina] en {a} horas?"),
    Story("Hay {a} [equipos|grupos] de {b} [jugadores|niños|alumnos]. ¿Cuántos [son|hay] en total?"),
    Story("{p} planta {a} filas de {b} [rosas|lechugas]. ¿Cuántas plantas son en total?"),
    Story("Un álbum tiene {a} páginas con {b} [fotos|estampas] en cada página. ¿Cuántas hay en todo el álbum?"),
    Story("Por cada {good} se pagan {b} {m}. ¿Cuánto se paga por {a}?"),
    Story("{p} [corre|nada|camina] {b} kilómetros cada día. ¿Cuántos kilómetros son en {a} días?", 12),
    Story("{p} guarda {b} {m} cada mes. ¿Cuánto [guarda|reúne|junta] en {a} meses?"),
)
DIVIDE_STORIES = (
    Story("{p} reparte {a} {t} entre {b} [amigos|niños|compañeros]. ¿{Qs} {t} [le tocan a|recibe] cada uno?"),
    Story(
        "[Repartimos|Se reparten|Repartes] {a} {t} en partes iguales entre {b} [amigos|niños]. ¿{Qs} {t} [le tocan a|recibe] cada uno?"
    ),
    Story("{p} [pone|guarda|mete|coloca] {a} {t} en {b} {c}, por igual. ¿{Qs} {t} [pone|hay|van] en {cada}?"),
    Story("Si {b} {g} cuestan {a} {m}, ¿cuánto cuesta cada {uno_g}?"),
    Story("{p} [guarda|empaqueta] {a} {t} en cajas de {b}. ¿Cuántas cajas [necesita|llena]?"),
    Story("{p} mete {a} {t} en bolsas de {b}. ¿Cuántas bolsas [necesita|llena]?"),
    Story("{p} leyó {a} páginas en {b} días, las mismas cada día. ¿Cuántas páginas leyó por día?"),
    Story("{b} amigos pagan {a} {m} a partes iguales. ¿Cuánto paga cada uno?"),
    Story(
        "Hay {a} alumnos y se hacen [equipos de {b}. ¿Cuántos equipos|grupos de {b}. ¿Cuántos grupos] [salen|hay|se forman]?"
    ),
    Story("Una cuerda de {a} metros se corta en {b} trozos iguales. ¿Cuánto mide cada trozo?"),
    Story("Con {a} litros de jugo se llenan jarras de {b} litros. ¿Cuántas jarras se llenan?"),
    Story("Un coche recorre {a} kilómetros en {b} vueltas iguales. ¿Cuántos kilómetros tiene cada vuelta?"),
    Story("Hay {a} {t} para {b} [niños|personas|alumnos], lo mismo para todos. ¿{Qs} [son para|le tocan a] cada uno?"),
    Story("[Reparto|Reparten] {a} {t} entre {b} [niños|amigos|primos]. ¿A {qs} {t} toca cada uno?"),
    Story("En {b} {c} iguales hay {a} {t}. ¿{Qs} {t} hay en {cada}?"),
    Story("Por {b} {g} iguales se pagan {a} {m}. ¿[Cuánto vale {un_g}|A cuánto sale cada {good}]?"),
    Story("{p} ahorra {a} {m} en {b} [semanas, lo mismo cada semana|meses, lo mismo cada mes]. ¿Cuánto es cada vez?"),
    Story("{a} [alumnos|niños|invitados] se sientan en mesas de {b}. ¿Cuántas mesas [hacen falta|se llenan]?"),
    Story("Una máquina [hace|corta|pinta] {a} piezas en {b} horas. ¿Cuántas hace en una hora?"),
    Story("{p} corta una [tabla|cinta] de {a} centímetros en {b} partes iguales. ¿Cuánto mide cada parte?"),
    Story("Con {a} {t} se hacen [montones|grupos|paquetes] de {b}. ¿Cuántos [salen|se hacen|hay]?"),
    Story("Un libro tiene {a} páginas y {p} lee {b} cada día. ¿En cuántos días lo termina?"),
    Story("{p} gasta {b} {m} cada día y tiene {a}. ¿Para cuántos días le [alcanza|llega]?"),
)
ADD_THEN_SUBTRACT = (
    Story(
        "{p} tiene {a} {t}, [le dan|compra|recibe|encuentra] {b} y [regala|pierde|vende] {c}. ¿{Qs} {t} [le quedan|tiene ahora|tiene al final]?"
    ),
    Story(
        "{p} tenía {a} {t}. [Le dieron|Compró|Encontró] {b} más y luego [regaló|perdió|usó] {c}. ¿{Qs} {t} [le quedan|tiene]?"
    ),
    Story("En un autobús van {a} personas, suben {b} y bajan {c}. ¿Cuántas personas [quedan|van ahora]?"),
    Story("{p} tenía {a} {m} y [su abuela|su tío|su madre] le dio {b}. Después gastó {c}. ¿Cuánto le queda?"),
    Story(
        "En una jarra hay {a} vasos de [jugo|horchata|limonada]; echan {b} más y se beben {c}. ¿Cuántos vasos quedan?",
        20,
    ),
    Story("{p} tiene {a} {t} y [compra|gana|le dan] {b}; luego [gasta|da|pierde] {c}. ¿{Qs} le quedan[ al final|]?"),
    Story("En [un tren|un cine] hay {a} personas. Entran {b} y salen {c}. ¿Cuántas [hay ahora|personas quedan]?"),
    Story("{p} [recogió|consiguió] {a} {t} ayer y {b} hoy, y ha vendido {c}. ¿{Qs} le quedan?"),
    Story("{p} ahorró {a} {m} en enero y {b} en febrero. En marzo gastó {c}. ¿Cuánto [dinero tiene|le queda]?"),
    Story("En la biblioteca hay {a} libros. [Compran|Donan] {b} y prestan {c}. ¿Cuántos libros quedan?"),
    Story("Había {a} [pájaros|palomas] en un árbol. Llegaron {b} y se fueron {c}. ¿Cuántos animales quedaron?"),
)
SUBTRACT_THEN_ADD = (
    Story(
        "{p} tiene {a} {t}, [regala|pierde|vende] {b} y [le dan|compra|recibe|encuentra] {c}. ¿{Qs} {t} tiene [ahora|al final]?"
    ),
    Story("{p} tenía {a} {m}. Gastó {b} y después [ganó|le dieron|cobró] {c}. ¿Cuánto tiene ahora?"),
    Story("En un autobús van {a} personas, bajan {b} y suben {c}. ¿Cuántas personas [quedan|van ahora]?"),
    Story("En un tanque hay {a} litros de agua. Se sacan {b} y luego se echan {c}. ¿Cuántos litros hay ahora?"),
    Story("En [un tren|un cine] hay {a} personas. Salen {b} y entran {c}. ¿Cuántas [hay ahora|personas quedan]?"),
    Story("Había {a} {t} en [la caja|el cajón]. [Se llevaron|Sacaron] {b} y [pusieron|metieron] {c}. ¿{Qs} hay ahora?"),
    Story("{p} tenía {a} {t}, [perdió|regaló] {b} y [su tía|su abuelo] le regaló {c}. ¿{Qs} [tiene|tiene ahora]?"),
    Story("En una tienda hay {a} {t}. Venden {b} y [traen|reciben] {c}. ¿{Qs} {t} hay [ahora|al final del día]?"),
    Story("En la clase hay {a} alumnos; se van {b} y llegan {c} nuevos. ¿Cuántos alumnos hay ahora?"),
)
MULTIPLY_THEN_ADD = (
    Story("{p} compra {a} {g} de {b} {m} y {un_h} de {c} {m}. ¿Cuánto [gasta|paga] en total?"),
    Story("{p} tiene {a} {x} de {b} {t} y {c} {t} más. ¿{Qs} {t} tiene en total?"),
    Story("Hay {a} {x} con {b} {t} en {cada} y {c} {t} fuera. ¿{Qs} {t} hay en total?"),
    Story(
        "{p} camina {b} kilómetros al día durante {a} días, y otro día {c} kilómetros. ¿Cuántos kilómetros camina en total?"
    ),
    Story("{p} carga {a} sacos de {b} kilos de [papas|maíz|arroz] y uno de {c} kilos. ¿Cuántos kilos carga en total?"),
    Story(
        "{p} compra {a} {g} a {b} {m} cada {uno_g} y además {un_h} que vale {c} {m}. ¿Cuánto [gasta|paga|debe pagar]?"
    ),
    Story("Si compro {a} {g} de {b} {m} y {un_h} de {c} {m}, ¿cuánto [gasto|pago] en total?"),
    Story("{p} llena {a} {x} con {b} {t} en {cada} y le sobran {c}. ¿{Qs} {t} tenía?"),
    Story("{p} tiene {c} {m} y ahorra {b} cada semana. ¿Cuánto [tendrá|tiene] después de {a} semanas?"),
    Story("En una sala hay {a} filas de {b} sillas y {c} sillas sueltas. ¿Cuántas sillas hay en total?"),
    Story("{p} lee {b} páginas al día durante {a} días y después {c} más. ¿Cuántas páginas lee en total?"),
)
MULTIPLY_THEN_SUBTRACT = (
    Story("{p} tiene {a} {x} de {b} {t} y [regala|pierde|vende] {c}. ¿{Qs} {t} le quedan?"),
    Story("Hay {a} {x} con {b} {t} en {cada} y se [venden|gastan|regalan] {c}. ¿{Qs} {t} quedan?"),
    Story("{p} ahorra {b} {m} a la semana durante {a} semanas y luego gasta {c}. ¿Cuánto le queda?"),
    Story("{p} compra {a} {x} de {b} {t} y [usa|reparte|gasta] {c}. ¿{Qs} {t} le quedan?"),
    Story("En {a} {x} hay {b} {t} en {cada}, pero {c} no sirven. ¿{Qs} sirven?"),
    Story("Un teatro tiene {a} filas de {b} asientos y hay {c} libres. ¿Cuántos asientos están ocupados?"),
    Story("{p} gana {b} puntos en cada partida. Juega {a} y luego pierde {c} puntos. ¿Cuántos puntos le quedan?"),
    Story("Hay {a} mesas con {b} sillas y se quitan {c} sillas. ¿Cuántas sillas quedan?"),
)
BUY_AND_CHANGE = (
    Story("{p} compra {a} {g} de {b} {m} y paga con {c} {m}. ¿Cuánto [le devuelven|es el cambio|recibe de vuelta]?"),
    Story("{Un_g} cuesta {b} {m}. {p} compra {a} y tiene {c} {m}. ¿Cuánto [le queda|le sobra]?"),
    Story("{p} lleva {c} {m} y compra {a} {g} a {b} {m} cada {uno_g}. ¿Con cuánto dinero se queda?"),
    Story("Compro {a} {g} a {b} {m} cada {uno_g} y doy {c} {m}. ¿Cuánto me [devuelven|tienen que devolver]?"),
    Story("{p} tiene {c} {m} y compra {a} {g} de {b} {m}. ¿Cuánto [le queda|dinero le queda|le sobra]?"),
    Story(
        "Con un billete de {c} {m}, {p} paga {a} {g} de {b} {m}. ¿Cuánto [le dan de vuelta|es la vuelta|es el cambio]?"
    ),
)
CUT_AND_REST = (
    Story("{p} tiene una cinta de {c} metros y corta {a} trozos de {b} metros. ¿Cuántos metros le quedan?"),
    Story("Un tanque tiene {c} litros y se llenan {a} bidones de {b} litros. ¿Cuántos litros quedan en el tanque?"),
    Story(
        "De un saco de {c} kilos de [arroz|café|azúcar|harina] se llenan {a} bolsas de {b} kilos. ¿Cuántos kilos quedan en el saco?"
    ),
    Story("{p} tiene {c} {t} y da {b} a cada uno de sus {a} amigos. ¿{Qs} {t} le [quedan|sobran]?"),
    Story("De {c} {t} se llenan {a} {x} de {b}. ¿{Qs} {t} [sobran|quedan fuera]?"),
    Story("Un libro tiene {c} páginas. {p} lee {b} páginas al día durante {a} días. ¿Cuántas le faltan?"),
)
ADD_THEN_DIVIDE = (
    Story(
        "{p} tiene {a} {t} y {q} tiene {b}. Juntan todo y lo reparten entre {c} [amigos|niños]. ¿{Qs} {t} [recibe|le tocan a] cada uno?"
    ),
    Story(
        "Hay {a} [niños y {b} niñas|alumnos y {b} alumnas]. Se hacen {c} equipos iguales. ¿Cuántos hay en cada equipo?"
    ),
    Story(
        "{p} recoge {a} {t} por la mañana y {b} por la tarde, y hace {c} montones iguales. ¿{Qs} {t} hay en cada montón?"
    ),
    Story("{p} tiene {a} {f} y compra {b} más para repartir entre {c} [amigos|niños]. ¿{Fs} recibe cada uno?"),
    Story("{p} pone {a} {m} y {q} {b}. Con todo compran {c} entradas iguales. ¿Cuánto cuesta cada entrada?"),
    Story("Hay {a} {t} en una bolsa y {b} en otra. Se reparten entre {c} [alumnos|niños]. ¿{Qs} son para cada uno?"),
)


def tell(stories: tuple[Story, ...], rng: Random, market: Market | None = None, **numbers: int) -> str:
    """Return one of `stories` that makes sense with the numbers, told with people and things drawn from `rng`.

    Stories of buying are told only where there is a `market` for their prices.
    """
    largest = max(numbers.values())
    fitting = [s.text for s in stories if largest <= s.most and (market is not None or not _sells(s.text))]
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
