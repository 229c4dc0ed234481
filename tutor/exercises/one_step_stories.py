"""The stories of word problems of one step; for the slots see `tutor.exercises.stories`."""

from __future__ import annotations

from tutor.exercises.stories import Story

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
    Story("{q} tiene {a} {t} y {p} tiene {b} más que {q}. ¿{Qs} {t} tiene {p}?"),
    Story("En [el estanque|la pecera] hay {a} peces y [echan|llegan] otros {b}. ¿Cuántos peces hay [ahora|en total]?"),
    Story("{p} leyó {a} páginas el lunes y {b} el martes. ¿Cuántas [leyó|páginas leyó] en los dos días[ juntos|]?"),
    Story("Tengo {a} {t} y [me dan|me regalan|mi abuela me da] {b}. ¿{Qs} {t} tengo [ahora|en total]?"),
    Story("En la biblioteca hay {a} [cuentos|cómics] y llegan {b} nuevos. ¿Cuántos hay ahora?"),
    Story("{p} vendió {a} {f} por la mañana y {b} por la tarde. ¿{Fs} {f} vendió en [el día|total]?"),
    Story("{p} [tiene|tenía] {a} {t} y su [primo|hermana|amigo] le [dio|regaló|trajo] {b}. ¿{Qs} {t} tiene ahora?"),
    Story("En un [árbol|tejado] hay {a} pájaros y llegan {b} más. ¿Cuántos pájaros hay[ ahora|]?", 60),
    Story("Un camión lleva {a} cajas y recoge {b} más. ¿Cuántas cajas lleva[ ahora|]?"),
    Story("Hay {a} coches en un aparcamiento y entran {b}. ¿Cuántos coches hay[ ahora|]?"),
    Story("{p} plantó {a} [rosales|árboles|pinos] y {q} plantó {b}. ¿Cuántos plantaron entre {los_dos}?"),
    Story("En la granja nacieron {a} pollitos ayer y {b} hoy. ¿Cuántos pollitos nacieron[ en total|]?"),
    Story("{p} hizo {a} fotos por la mañana y {b} por la tarde. ¿Cuántas fotos hizo?"),
    Story("Una película dura {a} minutos y los anuncios {b}. ¿Cuántos minutos son en total?"),
    Story("{p} anda {a} metros hasta el parque y {b} más hasta la escuela. ¿Cuántos metros anda?", least=100),
    Story("En la fiesta hay {a} globos [rojos|azules] y {b} [verdes|blancos]. ¿Cuántos globos hay[ en total|]?"),
    Story("Mi hermano tiene {a} cromos y yo {b}. ¿Cuántos tenemos entre los dos?"),
    Story("En el estante de arriba hay {a} libros y en el de abajo {b}. ¿Cuántos libros hay?"),
    Story("{p} hace {a} puntos en un juego y {b} en otro. ¿Cuántos puntos suma?"),
    Story("Hoy [vinieron|llegaron] {a} clientes por la mañana y {b} por la tarde. ¿Cuántos clientes [vinieron|hubo]?"),
    Story("[Gasté|Pagué] {a} {m} en el mercado y {b} en la farmacia. ¿Cuánto gasté?"),
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
    Story("Un libro tiene {a} páginas y {p} ha leído {b}. ¿Cuántas páginas le [faltan|quedan por leer]?", least=20),
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
    Story(
        "[Tengo|Tenía|Llevaba] {a} {m} y [gasto|gasté|pagué|me gasté] {b} en [el cine|un libro|el bus]. ¿Cuánto me [queda|sobra]?"
    ),
    Story("[La entrada|El pan|El libro] cuesta {b} {m} y tengo {a}. ¿Cuánto me [sobra|queda]?"),
    Story("{q} tiene {a} {t} y {p} tiene {b} menos que {q}. ¿{Qs} {t} tiene {p}?"),
    Story("{p} recoge {a} {t} y {q} {b}. ¿{Qs} {t} [más|de más] recoge {p}?"),
    Story("{p} tiene {b} {t} y quiere llegar a {a}. ¿{Qs} {t} [tiene que conseguir|le faltan]?"),
    Story("Tengo {a} {t} y [regalo|pierdo|doy|presto] {b}. ¿{Qs} {t} me quedan?"),
    Story("Tenía {a} {t} y [perdí|regalé|presté|usé] {b}. ¿{Qs} me quedan?"),
    Story("{p} tenía {a} {t} y ha perdido {b} en el [recreo|parque|camino]. ¿{Qs} {t} le quedan?"),
    Story("Un camión [descargó|trajo] {a} ladrillos y ya se usaron {b}. ¿Cuántos ladrillos [faltan por usar|quedan]?"),
    Story("Una torre mide {a} metros y otra {b}. ¿Cuántos metros más mide la primera?"),
    Story("Un saco pesa {a} kilos y una caja {b}. ¿Cuántos kilos más pesa el saco?", 40),
    Story("{p} tiene {a} años y {q} tiene {b}. ¿Cuántos años [le lleva {p} a {q}|más tiene {p}]?", 90),
    Story("Hay {a} coches en un aparcamiento y salen {b}. ¿Cuántos coches quedan?"),
    Story("{p} tiene que andar {a} metros y ya ha andado {b}. ¿Cuántos metros le faltan?"),
    Story("En un árbol hay {a} pájaros y se van {b}. ¿Cuántos [pájaros |]quedan?", 60),
    Story("[Un abrigo|Un reloj] cuesta {a} {m} y [está rebajado|lo rebajan] {b} {m}. ¿Cuánto cuesta ahora?"),
    Story("Se apuntaron {a} niños y vinieron {b}. ¿Cuántos faltaron?"),
    Story("{p} hizo {a} puntos y {q} {b}. ¿Por cuántos puntos ganó {p}?"),
    Story("En la caja caben {a} {t} y ya hay {b}. ¿{Qs} {t} caben todavía?"),
    Story("Un [tren|cine] tiene {a} asientos y {b} están ocupados. ¿Cuántos asientos están libres?"),
    Story("Necesitamos {a} puntos y llevamos {b}. ¿Cuántos puntos nos faltan?"),
    Story("Un álbum lleva {a} cromos y {p} ya [tiene|pegó|consiguió] {b}. ¿Cuántos [cromos |]le faltan?"),
    Story("Tengo {b} {m} y el juego cuesta {a}. ¿Cuánto [dinero |]me falta?"),
    Story(
        "La torre de {p} mide {a} centímetros y la de {q} {b}. ¿Cuántos centímetros [más mide la de {p}|le saca {p} a {q}]?"
    ),
    Story("El lunes vinieron {a} personas y el martes {b}. ¿Cuántas personas menos vinieron el martes?"),
    Story("De los {a} {m} que tenía, {p} gastó {b}. ¿Cuántos {m} le quedan?"),
)
MULTIPLY_STORIES = (
    Story("Hay {a} {c} con {b} {t} en {cada}. ¿{Qs} {t} hay en total?"),
    Story("{p} tiene {a} {c} [de|con] {b} {t}. ¿{Qs} {t} tiene en total?"),
    Story("En cada caja caben {b} {t}. ¿{Qs} {t} caben en {a} cajas?"),
    Story("Una bolsa [tiene|trae|contiene] {b} {t}. ¿{Qs} {t} hay en {a} bolsas?"),
    Story("{Un_g} cuesta {b} {m}. ¿Cuánto [cuestan|valen|pago por] {a}?"),
    Story("{p} compra {a} {g} de {b} {m} cada {uno_g}. ¿Cuánto [paga|gasta] en total?"),
    Story("{p} [lee {b} páginas|camina {b} kilómetros|recorre {b} kilómetros] al día. ¿Cuánto es en {a} días?", 30),
    Story("{p} ahorra {b} {m} [cada semana|a la semana]. ¿Cuánto ahorra en {a} semanas?"),
    Story("En [una sala hay {a} filas de {b} sillas|un taller hay {a} cajas de {b} piezas]. ¿Cuántas hay en total?"),
    Story("En [un huerto hay {a} filas de {b} árboles|un cine hay {a} filas de {b} asientos]. ¿Cuántos hay en total?"),
    Story("{p} toma {b} vasos de agua al día. ¿Cuántos vasos toma en {a} días?", 12),
    Story("Un saco de [arroz|papas|frijoles] pesa {b} kilos. ¿Cuántos kilos pesan {a} sacos?"),
    Story("En cada mesa se sientan {b} personas. ¿Cuántas personas caben en {a} mesas?"),
    Story("Cada [caja|bolsa] [trae|contiene|lleva] {b} {t}. ¿{Qs} {t} hay en {a}?"),
    Story("{p} compra {a} {c} y en {cada} [hay|vienen] {b} {t}. ¿{Qs} {t} [tiene|son|compra]?"),
    Story("{p} gana {b} puntos en cada partida. ¿Cuántos puntos [gana|consigue] en {a} partidas?"),
    Story("Cada [niño|invitado] [come|recibe] {b} {f}. ¿{Fs} {f} hacen falta para {a}?", 12),
    Story("Una máquina [hace|corta|pinta] {b} piezas por hora. ¿Cuántas piezas [hace|termina] en {a} horas?"),
    Story("Hay {a} [equipos|grupos] de {b} [jugadores|niños|alumnos]. ¿Cuántos [son|hay] en total?"),
    Story("{p} planta {a} filas de {b} [rosas|lechugas]. ¿Cuántas plantas son en total?"),
    Story("Un álbum tiene {a} páginas con {b} [fotos|estampas] en cada página. ¿Cuántas hay en todo el álbum?"),
    Story("Por cada {good} se pagan {b} {m}. ¿Cuánto se paga por {a}?"),
    Story("{p} [corre|nada|camina] {b} kilómetros cada día. ¿Cuántos kilómetros son en {a} días?", 12),
    Story("{p} guarda {b} {m} cada mes. ¿Cuánto [guarda|reúne|junta] en {a} meses?"),
    Story("{q} tiene {b} {t} y {p} tiene {a} veces esa cantidad. ¿{Qs} {t} tiene {p}?"),
    Story("Un [autobús|vagón] lleva {b} personas. ¿Cuántas personas llevan {a} [iguales|autobuses iguales]?", least=20),
    Story("[Un billete|Una entrada|Un boleto] cuesta {b} {m}. ¿Cuánto [cuestan|valen] {a}?"),
    Story("Compro {a} {c} de {b} {t}. ¿{Qs} {t} [son|tengo|compro]?"),
    Story(
        "Un barco [recorre|hace] {b} kilómetros [cada hora|por hora]. ¿Cuántos kilómetros [recorre|hace] en {a} horas?"
    ),
    Story("Un autobús tiene {b} plazas. ¿Cuántas plazas [tienen|suman] {a} autobuses iguales?", least=20),
    Story("{p} hace {b} ejercicios cada día. ¿Cuántos ejercicios hace en {a} días?"),
    Story("Un edificio tiene {a} pisos con {b} ventanas en cada piso. ¿Cuántas ventanas tiene?"),
    Story("Una caja pesa {b} kilos. ¿Cuántos kilos pesan {a} cajas[ iguales|]?"),
    Story("Compré {a} paquetes de {b} {t}. ¿{Qs} {t} compré?"),
    Story("Cada alumno trae {b} {t} y son {a} alumnos. ¿{Qs} {t} traen [entre todos|en total]?"),
    Story("Un tren lleva {a} vagones con {b} pasajeros en cada uno. ¿Cuántos pasajeros lleva?"),
    Story("Se dan {b} {t} a cada niño y hay {a} niños. ¿{Qs} {t} se dan en total?", 30),
    Story("Un ciclista da {a} vueltas de {b} kilómetros. ¿Cuántos kilómetros recorre?", 30),
    Story("Cada entrada [vale|cuesta] {b} {m} y somos {a}. ¿Cuánto pagamos[ en total|]?"),
    Story("Un jardinero pone {a} macetas con {b} flores en cada una. ¿Cuántas flores hay?"),
    Story("En {a} mesas hay {b} platos en cada una. ¿Cuántos platos hay?"),
    Story("Una impresora saca {b} hojas por minuto. ¿Cuántas hojas saca en {a} minutos?"),
    Story("Por cada hora de trabajo se pagan {b} {m}. ¿Cuánto se paga por {a} horas?"),
    Story("Un paquete de {t} trae {b}. ¿{Qs} {t} hay en {a} paquetes?"),
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
    Story("Un libro tiene {a} páginas y {p} lee {b} cada día. ¿En cuántos días lo termina?", least=20),
    Story("{p} gasta {b} {m} cada día y tiene {a}. ¿Para cuántos días le [alcanza|llega]?"),
    Story(
        "Entre {b} amigos [pagan|compran] a partes iguales [una pizza|un regalo] de {a} {m}. ¿Cuánto [paga|pone] cada uno?"
    ),
    Story("{p} tiene {a} {f} para repartir entre {b} [niños|amigos]. ¿{Fs} le tocan a cada uno?"),
    Story(
        "Un barco recorre {a} kilómetros en {b} horas, siempre a la misma velocidad. ¿Cuántos kilómetros hace por hora?"
    ),
    Story("Van {a} [alumnos|personas] y en cada coche caben {b}. ¿Cuántos coches hacen falta?"),
    Story("[La abuela|El abuelo] reparte {a} {f} entre sus {b} nietos por igual. ¿{Fs} recibe cada uno?"),
    Story("Se reparten {a} {t} en {b} {c}, con el mismo número en {cada}. ¿{Qs} {t} hay en {cada}?"),
    Story("{p} pagó {a} {m} por {b} entradas iguales. ¿Cuánto costó cada entrada?"),
    Story("{b} entradas cuestan {a} {m}. ¿Cuánto cuesta una?"),
    Story("{a} alumnos hacen equipos de {b}. ¿Cuántos equipos salen?"),
    Story("Una cinta de {a} centímetros se corta en trozos de {b}. ¿Cuántos trozos salen?"),
    Story("Quiero repartir {a} {t} entre {b} amigos. ¿{Qs} le doy a cada uno?"),
    Story("{p} leyó {a} páginas en {b} días, las mismas cada día. ¿Cuántas páginas leyó al día?"),
    Story("Para llenar un depósito de {a} litros se usan cubos de {b} litros. ¿Cuántos cubos hacen falta?"),
    Story("Una fábrica hace {a} piezas en {b} días. ¿Cuántas hace al día?"),
    Story("En un taxi caben {b} personas. ¿Cuántos taxis hacen falta para {a} personas?"),
    Story("{p} ahorra {b} {m} a la semana. ¿En cuántas semanas tendrá {a} {m}?"),
    Story("Hay {a} sillas en {b} filas iguales. ¿Cuántas sillas hay en cada fila?"),
    Story("Ganamos {a} {m} entre {b} amigos. Si repartimos por igual, ¿cuánto le toca a cada uno?"),
    Story("Mi madre compró {a} {f} para {b} niños, lo mismo para cada uno. ¿{Fs} le tocan a cada niño?"),
    Story("{b} kilos de [fruta|queso|carne] cuestan {a} {m}. ¿Cuánto cuesta un kilo?"),
    Story("Tengo {a} {t} y hago grupos de {b}. ¿Cuántos grupos me salen?"),
)
# The later year is {a}, the earlier one {b}.
YEAR_STORIES = (
    Story("{p} nació en {b}. ¿[Cuántos años|Qué edad] [cumplió|tenía] en {a}?"),
    Story("Mi [tío|tía|prima] nació en {b}. ¿Cuántos años [cumplió|tenía] en {a}?"),
    Story("Nací en {b}. ¿[Qué edad|Cuántos años] [cumplí|tenía] en {a}?"),
    Story("Una [casa|escuela] se construyó en {b}. ¿Cuántos años tenía en {a}?"),
    Story("¿Cuántos años pasaron de {b} a {a}?"),
)
