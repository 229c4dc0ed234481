"""Numbers of prose that are no quantities: dates, times of day, years, pages, house numbers, codes, mistakes."""

from __future__ import annotations

import re

_MONTH = (
    "(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre|"
    "january|february|march|april|may|june|july|august|september|october|november|december)"
)
_DAY = "(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|d[ií]as?)"
_YEAR = "(?:1[0-9]{3}|20[0-9]{2}|2100)"
# What stands before the number that tells which one is meant.
_NAMED = (
    "ejercicios?|ejerc?\\.|problemas?|p[aá]ginas?|p[aá]gs?\\.?|pp?\\.|cap[ií]tulos?|cap\\.|temas?|lecci[oó]n|unidad|"
    "apartados?|secci[oó]n|actividad(?:es)?|preguntas?|fichas?|figuras?|fig\\.|tablas?|libro|tomo|aula|sala|"
    "habitaci[oó]n|puerta|planta|piso|portal|bloque|casilla|taquilla|vag[oó]n|asientos?|butacas?|fila|mesa|autob[uú]s|"
    "bus|l[ií]nea|tren|vuelo|and[eé]n|v[ií]a|km|kil[oó]metro|dorsal(?:es)?|camiseta|talla|canal|modelo|agente|c[oó]digo|"
    "c[oó]digo (?:postal|de barras|secreto)|clave|contrase[nñ]a|pin|referencia|ref\\.|matr[ií]cula|tel[eé]fono|tel\\.|"
    "tfno\\.|m[oó]vil|c\\.?p\\.?|dni|isbn|expediente|factura|pedido|tique|ticket|lote|versi[oó]n|art[ií]culo|art\\.|ley|"
    "n[uú]mero|n[uú]m\\.|n\\.?[ºo°]\\.?|curso|sorteo|bola|"
    "exercises?|problems?|pages?|chapters?|questions?|figures?|room|bus|flight|gate|seat|code|agent|model|version|locker"
)
_MORE = r"(?:(?:, ?| ?[-–/] ?| (?:y|e|o|a|al|and|to) )[0-9]+(?![0-9.,]*[0-9]))*"
_LABELS = (
    # dates and years
    rf"(?:del? |el )?[0-9]{{1,2}}(?: al? [0-9]{{1,2}}| y (?:el )?[0-9]{{1,2}})? (?:de )?{_MONTH}\b(?: del? {_YEAR})?",
    rf"{_MONTH}(?: del?)? {_YEAR}",
    rf"{_MONTH} [0-9]{{1,2}}(?:, {_YEAR})?(?![0-9])",
    rf"{_DAY},? [0-9]{{1,2}}{_MORE}",
    rf"[0-9]{{1,2}}([-/.])[0-9]{{1,2}}\1{_YEAR}",
    rf"{_YEAR}([-/.])[0-9]{{1,2}}\2[0-9]{{1,2}}",
    r"(?:el|del|fecha:?) [0-9]{1,2}[-/.][0-9]{1,2}(?:[-/.][0-9]{2})?",
    rf"(?:in|en|desde|hasta|durante|antes|despu[eé]s|entre|since|until|a[nñ]os?|year|pasado|pr[oó]ximo|curso|"
    rf"temporada|verano|invierno|otoño|primavera),?(?: de| del| el)? "
    rf"{_YEAR}(?:[-/–][0-9]{{2,4}}|{_MORE})",
    # times of day
    r"(?:las?|at|son) [0-9]{1,2} ?[:.h'] ?[0-9]{2}(?: ?h\b)?",
    r"[0-9]{1,2}[:.][0-9]{2} ?(?:h|hrs?|horas)\b",
    r"[0-9]{1,2} ?(?:h|horas?) (?:y )?[0-9]{1,2} ?(?:min|m)\b",
    r"a las? (?:1?[0-9]|2[0-4])(?![0-9])",
    r"de [0-9]{1,2}[:.][0-9]{2} a [0-9]{1,2}[:.][0-9]{2}",
    r"de [0-9]{1,2} a [0-9]{1,2} ?h(?:oras)?\b",
    # places and names
    rf"(?:{_NAMED}) ?(?:es|era|con|n\.?[ºo°]\.?|n[uú]m\.|n[uú]mero)?:? ?[A-Z]{{0,4}}[- ]?[0-9]+(?![0-9])"
    rf"(?:[ .-][0-9]{{2,4}}(?![0-9]))*{_MORE}",
    r"(?:calle|c/|avenida|avda?\.|plaza|paseo|camino|carretera|ronda)[^.;\n0-9=<>+]{1,40}[0-9]{1,4}",
    # what somebody may get wrong: "Cuidado: no es 26"
    r"(?:cuidado|ojo|careful|beware)\b[^\n]*",
    r"(?:no (?:es|son)|is not|isn't|are not|aren't) [^.;,:\n]*",
    r"#[0-9]+",
    r"[0-9]{1,3}\.?[ºª](?!C)",
)
_LABEL = re.compile("|".join(rf"(?<![^\W_])(?:{label})" for label in _LABELS), re.IGNORECASE)
# Capital letters and digits are a name: N-340, ISO 9001, 0471 KLM; X-5 = 20 is none.
_CODE = re.compile(
    r"(?<![^\W_])(?:[A-Z]{1,4}-[0-9]+|[A-Z]{2,6} [0-9]+|[0-9]+ ?-?[A-Z]{3})(?![^\W_])(?! ?[-+−–*×·/÷=)])|"
    r"(?<![0-9.,:])0[0-9]+"
)


def labels_of(text: str) -> list[tuple[int, int]]:
    """Return where the numbers of `text` stand that name something or tell its time, and measure or count nothing."""
    return [found.span() for pattern in (_LABEL, _CODE) for found in pattern.finditer(text)]
