"""The stories of word problems of two steps; for the slots see `tutor.exercises.stories`."""

from __future__ import annotations

from tutor.exercises.stories import Story

ADD_THEN_SUBTRACT = (
    Story(
        "{p} tiene {a} {t}, [le dan|compra|recibe|encuentra] {b} y [regala|pierde|vende] {c}. ¿{Qs} {t} [le quedan|tiene ahora|tiene al final]?"
    ),
    Story(
        "{p} tenía {a} {t}. [Le dieron|Compró|Encontró] {b} más y luego [regaló|perdió|usó] {c}. ¿{Qs} {t} [le quedan|tiene]?"
    ),
    Story("En un autobús van {a} personas, suben {b} y bajan {c}. ¿Cuántas personas [quedan|van ahora]?", 50),
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
    Story("En el patio hay {a} niños y {b} niñas. Se van {c}. ¿Cuántos quedan?"),
    Story("Tenía {a} {m}, me dieron {b} y gasté {c}. ¿Cuánto me queda?"),
    Story("{p} ganó {a} puntos, luego ganó {b} y después perdió {c}. ¿Cuántos puntos tiene?"),
    Story("Un camión lleva {a} cajas, carga {b} y descarga {c}. ¿Cuántas cajas lleva?"),
    Story("{p} trajo {a} {f} y {q} trajo {b}. Se comieron {c}. ¿{Fs} {f} quedan?"),
    Story("En un aparcamiento hay {a} coches, entran {b} y salen {c}. ¿Cuántos coches hay[ ahora|]?"),
    Story("{p} tiene {a} {t} en una bolsa y {b} en otra. Si pierde {c}, ¿{qs} le quedan?"),
)
SUBTRACT_THEN_ADD = (
    Story(
        "{p} tiene {a} {t}, [regala|pierde|vende] {b} y [le dan|compra|recibe|encuentra] {c}. ¿{Qs} {t} tiene [ahora|al final]?"
    ),
    Story("{p} tenía {a} {m}. Gastó {b} y después [ganó|le dieron|cobró] {c}. ¿Cuánto tiene ahora?"),
    Story("En un autobús van {a} personas, bajan {b} y suben {c}. ¿Cuántas personas van ahora?", 60),
    Story("En un tanque hay {a} litros de agua. Se sacan {b} y luego se echan {c}. ¿Cuántos litros hay ahora?"),
    Story("En [un tren|un cine] hay {a} personas. Salen {b} y entran {c}. ¿Cuántas hay ahora?"),
    Story("Había {a} {t} en [la caja|el cajón]. [Se llevaron|Sacaron] {b} y [pusieron|metieron] {c}. ¿{Qs} hay ahora?"),
    Story("{p} tenía {a} {t}, [perdió|regaló] {b} y [su tía|su abuelo] le regaló {c}. ¿{Qs} [tiene|tiene ahora]?"),
    Story("En una tienda hay {a} {t}. Venden {b} y [traen|reciben] {c}. ¿{Qs} {t} hay [ahora|al final del día]?"),
    Story("En la clase hay {a} alumnos; se van {b} y llegan {c} nuevos. ¿Cuántos alumnos hay ahora?", 40),
    Story("En un tren viajan {a} personas. En una parada bajan {b} y suben {c}. ¿Cuántas personas van ahora?"),
    Story("{p} tenía {a} {t}; perdió {b} y luego ganó {c}. ¿{Qs} tiene[ al final|]?"),
    Story("En un almacén había {a} cajas. Salieron {b} y llegaron {c}. ¿Cuántas [cajas |]hay?"),
    Story("De un depósito con {a} litros se gastan {b} y se añaden {c}. ¿Cuántos litros hay?"),
    Story("Tenía {a} {m}, gasté {b} y me dieron {c}. ¿Cuánto tengo?"),
    Story("En un aparcamiento había {a} coches, salieron {b} y entraron {c}. ¿Cuántos coches hay?"),
)
MULTIPLY_THEN_ADD = (
    Story("{p} compra {a} {g} de {b} {m} y {un_h} de {c} {m}. ¿Cuánto [gasta|paga] en total?"),
    Story("{p} tiene {a} {x} de {b} {t} y {c} {t} más. ¿{Qs} {t} tiene en total?"),
    Story("Hay {a} {x} con {b} {t} en {cada} y {c} {t} fuera. ¿{Qs} {t} hay en total?"),
    Story(
        "{p} camina {b} kilómetros al día durante {a} días, y otro día {c} kilómetros. ¿Cuántos kilómetros camina en total?"
    ),
    Story(
        "Un camión carga {a} sacos de {b} kilos de [papas|maíz|arroz] y uno de {c} kilos. ¿Cuántos kilos carga en total?"
    ),
    Story(
        "{p} compra {a} {g} a {b} {m} cada {uno_g} y además {un_h} que vale {c} {m}. ¿Cuánto [gasta|paga|debe pagar]?"
    ),
    Story("Si compro {a} {g} de {b} {m} y {un_h} de {c} {m}, ¿cuánto [gasto|pago] en total?"),
    Story("{p} llena {a} {x} con {b} {t} en {cada} y le sobran {c}. ¿{Qs} {t} tenía?"),
    Story("{p} tiene {c} {m} y ahorra {b} cada semana. ¿Cuánto [tendrá|tiene] después de {a} semanas?"),
    Story("En una sala hay {a} filas de {b} sillas y {c} sillas sueltas. ¿Cuántas sillas hay en total?"),
    Story("{p} lee {b} páginas al día durante {a} días y después {c} más. ¿Cuántas páginas lee en total?"),
    Story("Se compran {a} entradas de {b} {m} y se pagan {c} {m} de taxi. ¿Cuánto se gasta?"),
    Story("Un ciclista da {a} vueltas de {b} kilómetros y después hace {c} más. ¿Cuántos kilómetros hace?"),
    Story("Se cobran {b} {m} por persona y {c} por el coche. ¿Cuánto pagan {a} personas con un coche?"),
    Story("Hay {a} mesas de {b} invitados y otra mesa con {c}. ¿Cuántos invitados hay?"),
    Story("{p} pega {b} [fotos|estampas] en cada página. Llena {a} páginas y le sobran {c}. ¿Cuántas tiene?"),
    Story("[Pago|Pagamos] {a} {g} a {b} {m} y {un_h} a {c} {m}. ¿Cuánto es en total?"),
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
    Story("Un teatro tiene {a} filas de {b} butacas y están ocupadas {c}. ¿Cuántas butacas quedan libres?"),
    Story("Un camión lleva {a} cajas con {b} botellas y se rompen {c}. ¿Cuántas botellas quedan enteras?"),
    Story("{p} compra {a} {x} de {b} {t} y se estropean {c}. ¿{Qs} {t} quedan bien?"),
    Story("Un aparcamiento tiene {a} plantas con {b} plazas y hay {c} coches. ¿Cuántas plazas quedan libres?"),
    Story("{p} compra {a} cajas de {b} huevos y se rompen {c}. ¿Cuántos huevos quedan[ enteros|]?"),
    Story("{p} llenó el tanque {a} veces con {b} litros y gastó {c}. ¿Cuántos litros le quedan?"),
    Story("Hay {a} equipos de {b} niños y {c} niños están enfermos. ¿Cuántos pueden jugar?"),
    Story("Se llenan {a} bandejas con {b} {f} y se venden {c}. ¿{Fs} {f} quedan?"),
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
    Story(
        "Compré {a} {g} de {b} {m} cada {uno_g} y pagué con un billete de {c}. ¿Cuánto me [devuelven|dan de vuelta]?"
    ),
    Story("{p} paga {a} {g} de {b} {m} con {c} {m}. ¿Cuánto [le devuelven|es el cambio]?"),
    Story("Quiero {a} {g} a {b} {m} y llevo {c} {m}. ¿Cuánto me [sobra|queda]?"),
)
CUT_AND_REST = (
    Story("{p} tiene una cinta de {c} metros y corta {a} trozos de {b} metros. ¿Cuántos metros le quedan?"),
    Story("Un tanque tiene {c} litros y se llenan {a} bidones de {b} litros. ¿Cuántos litros quedan en el tanque?"),
    Story(
        "De un saco de {c} kilos de [arroz|café|azúcar|harina] se llenan {a} bolsas de {b} kilos. ¿Cuántos kilos quedan en el saco?"
    ),
    Story("{p} tiene {c} {t} y da {b} a cada uno de sus {a} amigos. ¿{Qs} {t} le [quedan|sobran]?"),
    Story("De {c} {t} se llenan {a} {x} de {b}. ¿{Qs} {t} [sobran|quedan fuera]?"),
    Story("Un libro tiene {c} páginas. {p} lee {b} páginas al día durante {a} días. ¿Cuántas le faltan?", least=20),
    Story(
        "{p} lee {b} páginas [diarias|cada día] durante {a} días. Si el libro tiene {c} páginas, ¿cuántas le faltan?",
        least=20,
    ),
    Story("[Tenía|Tengo] {c} {m} y [compré|compro] {a} entradas de {b} {m} cada una. ¿Cuánto me queda?"),
    Story("{p} quiere {c} {m} y ahorra {b} a la semana. ¿Cuánto le falta después de {a} semanas?"),
    Story("En una sala caben {c} personas y hay {a} filas de {b} sillas. ¿Cuántas sillas faltan?"),
    Story("{p} tiene {c} {t} y llena {a} {x} con {b} en {cada}. ¿{Qs} {t} le sobran?"),
    Story("El viaje es de {c} kilómetros y hemos hecho {a} tramos de {b}. ¿Cuántos kilómetros faltan?"),
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
    Story("Hay {a} niños y {b} niñas y hacen equipos de {c}. ¿Cuántos equipos salen?"),
    Story("{p} recogió {a} {f} por la mañana y {b} por la tarde, y llena bolsas de {c}. ¿Cuántas bolsas llena?"),
    Story(
        "{c} amigos pagan a partes iguales unos dulces de {a} {m} y unas bebidas de {b} {m}. ¿Cuánto [paga|pone] cada uno?"
    ),
    Story("{p} tiene {a} {t} y {q} {b}. Juntan todo y hacen {c} grupos iguales. ¿{Qs} {t} hay en cada grupo?"),
    Story(
        "Se juntan {a} litros de [leche|jugo] y {b} litros más y se llenan {c} garrafas iguales. ¿Cuántos litros lleva cada una?"
    ),
)
SUBTRACT_THEN_DIVIDE = (
    Story(
        "{p} [compró|trajo] {a} {f}, [se comieron|regaló] {b} y repartió el resto en {c} platos iguales. ¿{Fs} puso en cada plato?"
    ),
    Story(
        "{p} tenía {a} {t}. [Perdió|Regaló|Guardó] {b} y repartió lo demás entre {c} [amigos|niños]. ¿{Qs} {t} recibió cada uno?"
    ),
    Story(
        "De {a} {t}, {b} [están rotos|no sirven|se guardan] y lo demás va en {c} {x} iguales. ¿{Qs} {t} hay en {cada}?"
    ),
    Story(
        "Un libro tiene {a} páginas. {p} ya leyó {b} y quiere [acabarlo|leer el resto] en {c} días. ¿Cuántas páginas debe leer al día?",
        least=20,
    ),
    Story("{p} debe {a} {m}, paga {b} y el resto en {c} plazos iguales. ¿Cuánto es cada plazo?"),
    Story("{p} tiene {a} {m}, gasta {b} y reparte el resto entre sus {c} [hijos|sobrinos]. ¿Cuánto recibe cada uno?"),
    Story(
        "[Una compra|La cuenta] es de {a} {m} y hay un descuento de {b} {m}. Pagan {c} amigos a partes iguales. ¿Cuánto paga cada uno?"
    ),
    Story(
        "[Mi madre|Mi abuela] trajo {a} {f}, nos comimos {b} y lo demás lo puso en bandejas de {c}. ¿Cuántas bandejas llenó?"
    ),
    Story("Un tendero compra {a} {f}, guarda {b} y mete el resto en bolsas de {c}. ¿Cuántas bolsas llena?"),
    Story("De {a} alumnos faltan {b}. Los demás hacen grupos de {c}. ¿Cuántos grupos salen?"),
    Story("Un juego cuesta {a} {m}. Doy {b} {m} y el resto lo pago en {c} meses. ¿Cuánto pago al mes?"),
)
MULTIPLY_THEN_DIVIDE = (
    Story("Hay {a} {x} de {b} {t} y se reparten entre {c} [alumnos|niños]. ¿{Qs} {t} le tocan a cada uno?"),
    Story("{p} tiene {a} {x} con {b} {t} y los pone en {c} montones iguales. ¿{Qs} {t} hay en cada montón?"),
    Story(
        "{p} ahorra {b} {m} a la semana durante {a} semanas y lo reparte entre {c} [hermanos|primos]. ¿Cuánto recibe cada uno?"
    ),
    Story("Se compran {a} {x} de {b} {t} y se hacen {c} grupos iguales. ¿{Qs} {t} tiene cada grupo?"),
)
TIMES_AS_MANY = (
    Story("{q} tiene {b} {t} y {p} tiene {multiple}. ¿{Qs} {t} tienen entre {los_dos}?"),
    Story("{q} tiene {b} años y {p} tiene {multiple}. ¿Cuántos años suman entre {los_dos}?", 30),
    Story("{p} tiene {multiple} de {t} que {q}, que tiene {b}. ¿{Qs} {t} tienen en total?"),
    Story("Ayer {p} leyó {b} páginas y hoy {multiple}. ¿Cuántas páginas ha leído en total?"),
    Story("{q} ahorró {b} {m} y {p} {multiple}. ¿Cuánto tienen entre {los_dos}?"),
)


TWO_TAKEN_AWAY = (
    Story(
        "{p} tiene {c} {m}. Gasta {a} en [el cine|un libro|la compra] y {b} en [la merienda|el bus|un regalo]. ¿Cuánto le queda?"
    ),
    Story(
        "Compro [un libro|un cuento] de {a} {m} y [una agenda|un mapa] de {b} {m}, y pago con {c} {m}. ¿Cuánto me devuelven?"
    ),
    Story("Un álbum tiene {c} cromos. {p} pegó {a} ayer y {b} hoy. ¿Cuántos le faltan?"),
    Story("De una cuerda de {c} metros se cortan {a} metros y después {b}. ¿Cuántos metros quedan?"),
    Story("De {c} alumnos, {a} van en bici y {b} en coche; los demás van a pie. ¿Cuántos van a pie?"),
    Story(
        "Un libro tiene {c} páginas. {p} leyó {a} el lunes y {b} el martes. ¿Cuántas [páginas |]le faltan?", least=20
    ),
    Story(
        "En una caja hay {c} {t}: {a} [son de {p}|van a la escuela], {b} [son de {q}|van a la tienda] y el resto se guarda. ¿{Qs} {t} se guardan?"
    ),
    Story("{p} tenía {c} {t}. Dio {a} a [su hermana|su primo] y {b} a {q}. ¿{Qs} {t} le quedan?"),
    Story("Llevo {c} {m} y pago {a} de comida y {b} de taxi. ¿Cuánto me [sobra|queda]?"),
)
