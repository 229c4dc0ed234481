"""What is wrong with rows and datasets, in the language of a report: it is recorded in English, as checks say it."""

from __future__ import annotations

import re

from tutor.analysis.language import Language

# The beginning of each kind of reason; {…} in the Spanish is what the group of that name holds.
_COLUMN = r"'(?P<column>.+?)'"
_SPANISH = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        # Of a row that could be read (data_checks/suite.py).
        (r"it is no row", "no es una fila"),
        (
            r"the question is not (?P<least>\S+) to (?P<most>\S+) characters long",
            "la pregunta no tiene entre {least} y {most} caracteres",
        ),
        (r"the solution is longer than (?P<most>\S+) characters", "la solución tiene más de {most} caracteres"),
        (r"it takes more than (?P<most>\S+) tokens", "la fila ocupa más de {most} tokens"),
        (
            r"the answer is no(?:t one)? exact number",
            "la respuesta no es un número exacto, una lista, una expresión, ni sí o no",
        ),
        (r"the working is wrong", "hay una cuenta mal en la solución"),
        (r"the solution does not reach the answer", "la solución no llega a la respuesta"),
        (r"an earlier row has the same question", "otra fila anterior tiene la misma pregunta"),
        (r"an earlier row asks nearly the same", "otra fila anterior pregunta casi lo mismo"),
        (r"an earlier row has the same id", "otra fila anterior tiene el mismo identificador"),
        (r"it holds personal data", "contiene datos personales"),
        (r"it would leak the test", "es casi una pregunta del examen: el modelo se la aprendería antes"),
        (r"other reasons", "otros motivos"),
        # Of a record that is no row (tutor/reading).
        (rf"{_COLUMN} is missing or empty", "falta el campo «{column}», o está vacío"),
        (rf"{_COLUMN} has no final answer", "«{column}» no acaba en una respuesta"),
        (rf"{_COLUMN} has no answer after '(?P<mark>.+?)'", "«{column}» no tiene respuesta detrás de «{mark}»"),
        (rf"{_COLUMN} is .* characters long", "el texto de «{column}» ocupa más de 1 MiB"),
        (rf"{_COLUMN} is an? \w+; expected text", "«{column}» no es un texto"),
        (rf"{_COLUMN} is an? \w+; expected a list of turns", "«{column}» no es una lista de turnos de conversación"),
        (rf"{_COLUMN} is .* cannot be written out", "«{column}» es un número que no se puede escribir"),
        (rf"{_COLUMN} has no turn of the user", "«{column}» no tiene ninguna pregunta con su respuesta"),
        (rf"{_COLUMN} holds half of a character", "«{column}» contiene medio carácter"),
        (rf"{_COLUMN} holds the control character", "«{column}» contiene un carácter de control"),
        (rf"{_COLUMN} begins with a spreadsheet formula", "«{column}» empieza por una fórmula de hoja de cálculo"),
        (rf"{_COLUMN} is not UTF-8", "«{column}» no está en UTF-8"),
        (r"expected a JSON object", "el registro no es un objeto JSON"),
        (r"looks mis-decoded", "las tildes o los símbolos se leyeron con otra codificación"),
        (r"key .* stands more than once", "una clave aparece más de una vez en el mismo objeto"),
        (r"(?P<name>\S+) is no JSON number", "{name} no es un número en JSON"),
        (r"not JSON that can be read", "el registro no se puede leer como JSON"),
        (r"not JSON", "el registro no es JSON"),
        (r"the (?:line|record) is .* long", "el registro ocupa más de 1 MiB"),
        (r"the file ends before its array does", "el archivo está cortado"),
        (r"something follows the end of the JSON document", "hay algo detrás del final del documento JSON"),
        (r"\S+ cells, expected", "la fila no tiene tantas celdas como la cabecera"),
        (r"a quote is opened and not closed", "unas comillas se abren y no se cierran"),
        (r"not CSV", "la fila no es CSV"),
        (r"byte .* is not UTF-8", "el texto no está en UTF-8"),
        (r"half of a character", "contiene medio carácter"),
        # Of the dataset as a whole (data_checks/suite.py, data_checks/validation.py).
        (
            r"(?P<share>\d+) % of the questions whose language can be told are not in Spanish",
            "el {share} % de las preguntas cuyo idioma se reconoce no está en español",
        ),
        (
            r"one topic takes up (?P<share>\d+) % of the rows, more than (?P<most>\d+)%",
            "un solo tema ocupa el {share} % de las filas, más del {most} %",
        ),
        (
            r"one school level takes up (?P<share>\d+) % of the rows, more than (?P<most>\d+)%",
            "un solo nivel escolar ocupa el {share} % de las filas, más del {most} %",
        ),
        (
            r"the working of 1 row was not .* within (?P<limit>\S+ s) .* line (?P<line>\d+)",
            "una solución quedó sin comprobar, porque llevaba más de {limit}: la de la línea {line}",
        ),
        (
            r"the working of (?P<rows>\d+) rows was not .* within (?P<limit>\S+ s) .* line (?P<line>\d+)",
            "{rows} soluciones quedaron sin comprobar, porque llevaba más de {limit} cada una; "
            "la primera, en la línea {line}",
        ),
    )
)


def reason_told(reason: str, words: Language) -> str:
    """Return a kind of reason, or a warning of the dataset, in the language of `words`.

    One that this version of the code does not know is quoted as it was recorded.
    """
    if words.code == "en":
        return reason
    for pattern, text in _SPANISH:
        if found := pattern.match(reason):
            return text.format(**found.groupdict())
    return f"«{reason}»"
