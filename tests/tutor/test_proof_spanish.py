"""Correct annotated rows in Spanish are kept, whatever their numbers look like; the same rows with a fault are not."""

import re
from itertools import islice
from random import Random

import pytest

from tests.tutor.test_proof_gsm8k import changed_number
from tutor.exercises import exercises
from tutor.proof import prove

SUM = re.compile(r"(?<![-0-9.,/(])(?<![-+×÷:(] )([0-9]+(?: [-+×÷] [0-9]+)+) = ([0-9]+)(?![0-9]|[.,/][0-9]| [-+×÷])")
LUIS = "Luis tiene 24 canicas y regala 9. ¿Cuántas le quedan?"
PAN = "Pedro compra 2 kg de pan a 1,25 euros el kilo. ¿Cuánto paga?"
QUEDAN = "24 - 9 = <<24-9=15>>15"
ROWS = [
    # decimal commas
    (PAN, "2 × 1,25 = <<2*1.25=2.5>>2,5 euros", "2,5"),
    (PAN, "Paga 2 × 1,25 = <<2*1.25=2.5>>2,50 €.", "2,50 €"),
    (PAN, "Paga 2 × 1,25 = <<2*1,25=2,5>>2,5 €.", "2,5"),
    ("Un lápiz vale 0,40 € y una goma 0,75 €.", "0,40 + 0,75 = <<0.40+0.75=1.15>>1,15 €", "1,15"),
    ("Ana corre 3,75 km y luego 2,5 km.", "Corre 3,75 + 2,5 = <<3.75+2.5=6.25>>6,25 km.", "6,25"),
    ("Un listón de 4,5 m se corta en 3 trozos.", "Cada uno mide 4,5 ÷ 3 = <<4.5/3=1.5>>1,5 m.", "1,5"),
    ("Doce bolis cuestan 24 euros.", "Cada uno vale 24,00 ÷ 12 = <<24/12=2>>2,00 euros.", "2,00"),
    ("Compra 3 libros de 8 euros.", "Paga 3 × 8 = <<3*8=24>>24,00 euros.", "24,00"),
    ("Una caja pesa 1,250 kg. ¿Y 4?", "4 × 1,250 = <<4*1.25=5>>5 kg", "5"),
    ("Nueve entre ocho.", "9 ÷ 8 = <<9/8=1.125>>1,125", "1,125"),
    ("Un libro de 60 € baja un 15 %.", "Baja 60 × 0,15 = <<60*0.15=9>>9 €.\nSon 60 - 9 = <<60-9=51>>51,00 €.", "51"),
    ("Leche a 0,95 € y pan a 1,10 €, paga con 5 €.",
     "Gasta 0,95 + 1,10 = <<0.95+1.10=2.05>>2,05 €.\nLe devuelven 5 - 2,05 = <<5-2.05=2.95>>2,95 €.", "2,95 €"),
    ("", "0,5 × 7 = <<0.5*7=3.5>>3,5", "3,5"),
    # thousands
    ("Una fábrica hace 1.250 piezas al día.", "En 4 días hace 4 × 1.250 = <<4*1250=5000>>5.000 piezas.", "5.000"),
    ("Una finca vale 1.200.000 euros.", "La mitad es 1.200.000 ÷ 2 = <<1200000/2=600000>>600.000 euros.", "600.000"),
    ("Gana 1.850,50 € y gasta 1.200 €.", "Ahorra 1.850,50 - 1.200 = <<1850.50-1200=650.5>>650,50 €.", "650,50"),
    ("Hay 12 500 libros y llegan 2 500.", "Habrá 12 500 + 2 500 = <<12500+2500=15000>>15 000 libros.", "15 000"),
    ("Recorre 3.600 m en 3 horas.", "Cada hora 3.600 ÷ 3 = <<3.600/3=1.200>>1.200 m.", "1.200"),
    ("En México vende 1,250 panes a 2 pesos.", "Recibe 1,250 × 2 = <<1250*2=2500>>2,500 pesos.", "2,500"),
    ("El kilo cuesta 12.50 pesos. ¿Y 4 kilos?", "Cuestan 4 × 12.50 = <<4*12.50=50>>50.00 pesos.", "50.00"),
    ("Un pueblo tiene 2.345 vecinos.", "Si llegan 155, serán 2.345 + 155 = <<2345+155=2500>>2.500 vecinos.", "2500"),
    # dates
    (LUIS, f"El 05/03/2024 le quedan {QUEDAN}.", "15"),
    (LUIS, f"El 5-3-2024 le quedan {QUEDAN}.", "15"),
    (LUIS, f"El 05.03.2024 le quedan {QUEDAN}.", "15"),
    (LUIS, f"El 24 de mayo de 2019 le quedan {QUEDAN}.", "15"),
    (LUIS, f"Desde el 17 de abril le quedan {QUEDAN}.", "15"),
    (LUIS, f"El día 06 de marzo le quedan {QUEDAN}.", "15"),
    (LUIS, f"Del 14 al 25 de mayo le quedan {QUEDAN}.", "15"),
    (LUIS, f"El martes 17 le quedan {QUEDAN}.", "15"),
    (LUIS, f"El martes 3, {QUEDAN}.", "15"),
    (LUIS, f"El 2024-03-05 le quedan {QUEDAN}.", "15"),
    # times of day
    (LUIS, f"A las 08.30 le quedan {QUEDAN}.", "15"),
    (LUIS, f"A las 08:05 le quedan {QUEDAN}.", "15"),
    (LUIS, f"A las 17.45 h le quedan {QUEDAN}.", "15"),
    (LUIS, f"A las 17 h le quedan {QUEDAN}.", "15"),
    (LUIS, f"Son las 8 h 05 min y le quedan {QUEDAN}.", "15"),
    (LUIS, f"Llega a las 19 y le quedan {QUEDAN}.", "15"),
    (LUIS, f"De 16.30 a 18.15 le quedan {QUEDAN}.", "15"),
    (LUIS, f"De 9 a 14 h le quedan {QUEDAN}.", "15"),
    ("¿Cuánto va de las 10:05 a las 10:45?", "Van 45 - 05 = <<45-05=40>>40 minutos.", "40"),
    # years
    (LUIS, f"Al nacer en 1998 no jugaba. Ahora le quedan {QUEDAN}.", "15"),
    (LUIS, f"Desde el año 2015 juega. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"Nacido en el 2011, a Luis le quedan {QUEDAN}.", "15"),
    (LUIS, f"Antes de 1975 no jugaba. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"Jugó entre 1998 y 2004. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"Durante 2019 le quedan {QUEDAN}.", "15"),
    (LUIS, f"En el curso 2023-24 le quedan {QUEDAN}.", "15"),
    ("Nació en 1547 y murió en 1616.", "En 1605 escribió. Vivió 1616 - 1547 = <<1616-1547=69>>69 años.", "69"),
    # places in books and elsewhere
    (LUIS, f"Es el ejercicio 48 del libro: {QUEDAN}.", "15"),
    (LUIS, f"Ejercicio 4: {QUEDAN}.", "15"),
    (LUIS, f"Como en la página 137, le quedan {QUEDAN}.", "15"),
    (LUIS, f"En la pág. 96 se explica: le quedan {QUEDAN}.", "15"),
    (LUIS, f"Los ejercicios 48, 49 y 52 son así. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"Vive en la calle Mayor, 45. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"Va en el autobús 27 y le quedan {QUEDAN}.", "15"),
    # codes
    (LUIS, f"Al agente 007 le quedan {QUEDAN}.", "15"),
    (LUIS, f"El código es 28013. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"En el código postal 08015 le quedan {QUEDAN}.", "15"),
    (LUIS, f"Su teléfono es 091 234 567. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"La matrícula 0471 KLM. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"Por la N-340 va Luis. Le quedan {QUEDAN}.", "15"),
    (LUIS, f"El lote n.º 345 es suyo. Le quedan {QUEDAN}.", "15"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "working", "answer"), ROWS)
def test_a_correct_row_is_proven(question: str, working: str, answer: str) -> None:
    proof = prove(question, working, answer)
    assert proof.verdict == "proven", proof.reason


@pytest.mark.parametrize(
    ("question", "working", "answer"),
    [
        (PAN, "2 × 1,25 = <<2*1.25=2.6>>2,5 euros", "2,5"),
        (PAN, "2 × 1,25 = <<2*1.25=2.5>>2,6 euros", "2,5"),
        (PAN, "2 × 1,35 = <<2*1.25=2.5>>2,5 euros", "2,5"),
        (PAN, "2 × 1,25 = <<2*1.25=2.5>>2,5 euros", "9,5"),
        (PAN, "Como el kilo cuesta 17,25, paga 2 × 1,25 = <<2*1.25=2.5>>2,5 euros", "2,5"),
        ("Una fábrica hace 1.250 piezas.", "Hace 4 × 1.250 = <<4*1250=5000>>6.000 piezas.", "5.000"),
        ("Una fábrica hace 1.250 piezas.", "Hace 4 × 1.350 = <<4*1250=5000>>5.000 piezas.", "5.000"),
        (LUIS, f"Luis tiene 27 canicas: {QUEDAN}.", "15"),
        (LUIS, f"A las 08.30 tiene 27 canicas: {QUEDAN}.", "15"),
        (LUIS, "24 - 9 = <<024-9=16>>16", "16"),
        ("Ann has 175 pens and buys 20.", "As Ann has 075 pens, she has 175 + 20 = <<175+20=195>>195.", "195"),
        ("Ann has 60,000 pens and sells 800.", "She had 60,8 pens and has 60,000 - 800 = <<60000-800=59200>>59,200.",
         "59,200"),
    ],
)  # fmt: skip
def test_a_fault_in_such_a_row_is_found(question: str, working: str, answer: str) -> None:
    assert prove(question, working, answer).verdict == "refuted"


def test_a_decimal_comma_that_the_question_or_an_annotation_confirms_is_right_in_english_rows_too() -> None:
    working = "He pays 2 × 1,25 = <<2*1.25=2.5>>2,5 euros"
    assert prove("Peter buys 2 kg of bread at 1,25 euros. How much does he pay?", working, "2,5").verdict == "proven"
    assert prove("How much is that for the bread?", working, "2,5").verdict == "proven"


def test_the_reason_quotes_the_number_as_it_stands() -> None:
    proof = prove(PAN, "2 × 1,25 = <<2*1.25=2.5>>2,6 euros", "2,5")
    assert (proof.equation, proof.right) == ("2,6", "2,5")


# --- what the generator writes, with annotations ---


def annotated(solution: str) -> str:
    """Return `solution` with the calculation in whole numbers repeated in an annotation before each result."""

    def with_annotation(found: re.Match[str]) -> str:
        calculation = found[1].replace(" ", "").replace("×", "*").replace("÷", "/")
        return f"{found[1]} = <<{calculation}={found[2]}>>{found[2]}"

    return SUM.sub(with_annotation, solution)


@pytest.fixture(scope="module")
def generated() -> list[tuple[str, str, str]]:
    return [
        (one.question, working, one.answer)
        for one in islice(exercises(7), 10_000)
        for working in map(annotated, (one.solution, *one.other_solutions))
        if "<<" in working
    ]


def test_none_of_the_generators_workings_is_refuted_with_annotations(generated: list[tuple[str, str, str]]) -> None:
    assert len(generated) > 3000
    assert [row for row in generated if prove(*row).verdict == "refuted"] == []


def test_none_of_the_generators_workings_is_refuted_line_by_line() -> None:
    in_lines = [
        (one.question, working.replace(". ", ".\n"), one.answer)
        for one in islice(exercises(8), 5000)
        for working in (one.solution, *one.other_solutions)
    ]
    assert len(in_lines) > 10_000
    assert [row for row in in_lines if prove(*row).verdict == "refuted"] == []


def test_a_number_changed_anywhere_in_them_is_found(generated: list[tuple[str, str, str]]) -> None:
    chance = Random(3)
    found = 0
    for question, working, answer in generated:
        number = chance.choice(list(re.finditer("[0-9]+", working)))
        changed = working[: number.start()] + changed_number(number[0], chance) + working[number.end() :]
        found += prove(question, changed, answer).verdict == "refuted"
    assert found >= 0.93 * len(generated)
