"""The report on a run: its structure, its numbers and what stands at its top."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tutor.analysis.samples import write_log
from tutor.analysis.document import Document, Paragraph, Table
from tutor.analysis.language import language
from tutor.analysis.record import Answer, BaseModel, Curve, Data, RunRecord
from tutor.analysis.rendering import markdown
from tutor.analysis.run_report import report_on
from tutor.analysis.trainer_log import read_trainer_log

ES, EN = language("es"), language("en")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return read_trainer_log(write_log(tmp_path_factory.mktemp("log")))


def _full(reference: RunRecord) -> RunRecord:
    """Return the reference run as if it had been examined by us, with everything that can be known."""
    base = tuple(Answer(f"¿{at}+{at}?", f"t{at % 3}", str(2 * at), "no sé", at < 9, f"n{at % 2}") for at in range(12))
    tuned = tuple(replace(answer, correct=at < 5) for at, answer in enumerate(base))
    return replace(
        reference,
        answers={"base": base, "challenger": tuned, "champion": base},
        accuracy_unaided={"base": 0.5, "challenger": 0.25},
        held_out_loss=Curve((50, 100, 150, 200, 250), (1.2, 0.9, 1.0, 1.2, 1.4)),
        speed=Curve((1, 100, 250), (50.0, 60.0, 58.0)),
        tokens_a_second=57.6,
        model=BaseModel("microsoft/phi-2", "ef38", 2_779_683_840, 1_521_392_640),
        energy_wh=2345.6,
        energy_estimated=True,
        cost=0.42,
        verdict="refused",
        reasons=("El tutor nuevo acierta menos.",),
        model_name="tutor-matematicas",
        version="7",
        data=Data(
            "filas.jsonl",
            "ab" * 32,
            rows_in=100,
            quarantined=6,
            training=64,
            validation=6,
            held_out=24,
            set_aside=1,
            tokens=27_136,
            reasons={"the working is wrong": 6},
            warnings=("one topic takes up 98 % of the rows, more than 50% (data.max_topic_share)",),
            topics={"t0": 64, "t9": 1},
            rows_by_length=(0, 3, 9),
            most_tokens=424,
        ),
        stage_seconds={"validation": 3.2, "training": 117180.0},
        settings={"lora.rank": "8"},
    )


def _table(document: Document, section: str, place: int = 0) -> dict[str, tuple[str, ...]]:
    (found,) = (part for part in document.sections if part.key == section)
    tables = [block for block in found.blocks if isinstance(block, Table)]
    return {row[0]: row[1:] for row in tables[place].rows}


def _lead(document: Document) -> list[tuple[str, str]]:
    return [(block.tone, block.strong) for block in document.lead if isinstance(block, Paragraph)]


def test_the_users_run_is_told_as_the_user_told_it(reference: RunRecord) -> None:
    document = report_on(reference, ES)
    assert [section.key for section in document.sections] == [
        *("summary", "course", "numbers", "signals", "data", "advice", "glossary", "details", "reproduce")
    ]
    assert _table(document, "summary") == {
        "Equipo": ("NVIDIA GeForce GTX 1050 Ti",),
        "Tiempo de entrenamiento": ("32 h 33 min",),
        "Épocas": ("250",),
    }
    assert _table(document, "course") == {
        "Aprendizaje rápido": ("épocas 1–50", "2,6141 → 0,1030", "96,06 %", "98,2 %", "20 %"),
        "Refinamiento": ("épocas 51–100", "0,1030 → 0,0643", "1,48 %", "1,5 %", "20 %"),
        "Estabilización": ("épocas 101–250", "0,0643 → 0,0570", "0,28 %", "0,3 %", "60 %"),
        "En total": ("", "2,6141 → 0,0570", "97,82 %", "100 %", "100 %"),
    }
    assert _table(document, "numbers") == {"Pérdida en el entrenamiento": ("2,6141", "0,0570", "−97,82 %")}
    assert _table(document, "numbers", 1) == {
        "Pérdida media de todo el entrenamiento": ("0,2402",),
        "Norma del gradiente, máximo": ("2,988 en la época 25",),
        "Tasa de aprendizaje, máximo": ("1 · 10⁻⁴ en la época 31",),
        "Memoria asignada": ("2326,09 MB (58 % de los 4000 MB de la tarjeta)",),
        "Memoria reservada": ("3228 MB (81 % de los 4000 MB de la tarjeta)",),
        "Memoria máxima": ("3087,42 MB (77 % de los 4000 MB de la tarjeta)",),
        "Tiempo de entrenamiento": ("32 h 33 min",),
        "Filas por segundo": ("0,137 filas/s",),
    }
    assert [picture.name for picture in document.pictures] == ["loss", "memory", "gradient"]
    assert _lead(document) == [("warning", "Nadie comprobó si aprendió o memorizó.")]
    text = markdown(document)
    assert "1. **Entrenar menos épocas: hasta la época 100, no hasta la época 250.**" in text
    assert "el 0,3 % de la mejora y ocupó el 60 % del tiempo (19 h 28 min)" in text
    assert "2. **Reservar preguntas que el modelo no lea nunca.**" in text
    assert "(unas 6 filas de 64)" in text
    assert "Con menos de 100 preguntas, la diferencia puede ser azar: conviene escribir más." in text


def test_a_run_that_memorises_says_so_first(reference: RunRecord) -> None:
    document = report_on(_full(reference), ES)
    assert _lead(document) == [
        ("bad", "Ha memorizado, no ha aprendido."),
        ("bad", "Desde la época 100 solo memoriza."),
    ]
    first = document.lead[0]
    assert isinstance(first, Paragraph)
    assert "bajó un 97,82 %, pero en preguntas que nunca vio el tutor nuevo acierta 5 de 12 y el modelo base, 9" in (
        first.text
    )


def test_where_better_answers_may_be_chance_memorising_is_named_too(reference: RunRecord) -> None:
    base = tuple(Answer(f"q{at}", "t", "1", "x", at < 9) for at in range(12))
    tuned = tuple(replace(answer, correct=at < 10) for at, answer in enumerate(base))
    run = replace(reference, answers={"base": base, "challenger": tuned})
    first = report_on(run, ES).lead[0]
    assert isinstance(first, Paragraph)
    assert (first.tone, first.strong) == ("warning", "No está demostrado que haya aprendido.")
    assert first.text.endswith("bajó un 97,82 %: puede que se las haya aprendido de memoria.")


def test_where_the_best_adapter_was_kept_nothing_is_bad_about_a_late_rise(reference: RunRecord) -> None:
    run = replace(_full(reference), kept_at=100.0, stopped_early=True, answers={})
    document = report_on(run, ES)
    assert _lead(document) == [("note", "Se conserva el mejor momento, no el último.")]
    facts = _table(document, "summary")
    assert facts["Adaptador que se conserva"] == ("el mejor de las comprobaciones (época 100)",)
    assert facts["Final"] == ("antes de lo previsto, porque nada mejoraba",)
    assert _lead(report_on(replace(run, kept_at=250.0), ES)) == [("bad", "Desde la época 100 solo memoriza.")]


def test_everything_that_is_known_is_told(reference: RunRecord) -> None:
    document = report_on(_full(reference), ES)
    assert [section.key for section in document.sections] == [
        *("summary", "course", "pupils", "verdict", "numbers", "signals", "data", "advice"),
        *("glossary", "details", "reproduce"),
    ]
    assert all(section.blocks for section in document.sections)
    assert [picture.name for picture in document.pictures] == [
        *("loss", "topics", "memory", "gradient", "speed", "lengths")
    ]
    assert _table(document, "summary")["Parámetros"][0].startswith("2780 millones (1521 millones tal como")
    assert _table(document, "pupils")["Todos"] == ("12", "9 (75 %)", "5 (42 %)", "−4")
    assert _table(document, "pupils", 1)["n1"] == ("6", "4 (67 %)", "2 (33 %)", "−2")
    changes = _table(document, "numbers")
    assert changes["Aciertos en preguntas nunca vistas"] == ("75 %", "42 %", "−33 puntos")
    assert changes["Pérdida en filas reservadas"] == ("1,2000", "1,4000", "+16,67 %")
    numbers = _table(document, "numbers", 1)
    assert numbers["Pérdida mínima en filas reservadas"] == ("0,9000 en la época 100",)
    assert (numbers["Energía"], numbers["Coste de la electricidad"]) == (
        ("2,35 kWh (estimación, no medida)",),
        ("0,42 (en la moneda del precio indicado)",),
    )
    assert _table(document, "data")["En cuarentena (apartadas con su motivo)"] == ("6 (6,0 %)",)
    assert _table(document, "data", 1) == {"hay una cuenta mal en la solución": ("6",)}
    assert document.subtitle == "tutor-matematicas, versión 7"
    text = markdown(document)
    assert "Aviso:** un solo tema ocupa el 98 % de las filas, más del 50 %." in text
    assert "ninguna pregunta del examen es de ellos, así que no se sabe cómo le van: t9 (1 fila)." in text


def test_what_is_not_known_leaves_no_trace(reference: RunRecord) -> None:
    bare = RunRecord("r", "steps", Curve((10.0,), (1.5,)), origin="r")
    document = report_on(bare, ES)
    assert [section.key for section in document.sections] == [
        *("course", "numbers", "signals", "advice", "glossary", "details")
    ]
    assert not document.pictures
    assert "None" not in markdown(document)
    assert "nan" not in markdown(document)
    del reference


def test_english_says_the_same_with_its_own_numbers(reference: RunRecord) -> None:
    spanish, english = report_on(_full(reference), ES), report_on(_full(reference), EN)
    assert [section.key for section in spanish.sections] == [section.key for section in english.sections]
    assert _table(english, "numbers", 1)["Peak memory"] == ("3,087.42 MB (77% of the card's 4,000 MB)",)
    assert _lead(english)[0] == ("bad", "It has memorised, not learned.")
    assert "The reasons stand as they were recorded, in Spanish." in markdown(english)
    told = markdown(report_on(replace(_full(reference), reasons_in_english=("It gets fewer right.",)), EN))
    assert "- It gets fewer right." in told
    assert "in Spanish" not in told


@pytest.mark.parametrize("losses", [(2.0, 1.0), (1.0, 1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0), (1.0, 5.0, 9.0, 11.0)])
def test_odd_losses_are_told_too(losses: tuple[float, ...]) -> None:
    run = RunRecord("r", "steps", Curve(tuple(float(at + 1) for at in range(len(losses))), losses), origin="r")
    for broken in (None, 9.0):
        text = markdown(report_on(replace(run, broken_at=broken), ES))
        assert "bajó un −" not in text
        assert "% menos" not in text.replace("50,00 % menos", "")


def test_a_log_is_told_within_seconds(reference: RunRecord, tmp_path: Path) -> None:
    # Processor time, for the machine may be busy with other things: what the flow waits for.
    import time

    from tutor.analysis.rendering import write_report

    report_on(reference, ES)
    started = time.process_time()
    write_report(report_on(_full(reference), ES), tmp_path)
    assert time.process_time() - started < 4
