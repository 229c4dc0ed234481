"""Several runs side by side, and all versions of a model one after the other."""

from dataclasses import replace

from tutor.analysis.comparison import compare
from tutor.analysis.document import Listing, Paragraph, Table
from tutor.analysis.language import language
from tutor.analysis.record import Answer, Curve, Data, RunRecord
from tutor.analysis.rendering import markdown
from tutor.analysis.trend import ChampionChange, VersionFigures, trend_of

ES = language("es")
LOSS = Curve((1, 2, 3, 4), (2.0, 1.0, 0.5, 0.4))


def _run(name: str, right: int, **settings: str) -> RunRecord:
    answers = tuple(Answer(f"q{at}", f"t{at % 2}", "1", "x", at < right) for at in range(20))
    base = tuple(replace(answer, correct=False) for answer in answers)
    known = {"base": base, "challenger": answers}
    return RunRecord(name, "steps", LOSS, answers=known, settings=settings, seconds=60.0, origin=name)


def test_the_better_run_is_named_and_what_changed_is_shown() -> None:
    document = compare([_run("uno", 5, rate="1", rank="8"), _run("dos", 15, rate="2", rank="8")], ES)
    (lead,) = document.lead
    assert isinstance(lead, Paragraph)
    assert lead.text == "El que más acierta es dos: 15 de 20 preguntas nunca vistas (75 %)."
    tables = {section.key: [b for b in section.blocks if isinstance(b, Table)] for section in document.sections}
    assert tables["settings"][0].rows == (("rate", "1", "2"),)
    assert ("Aciertos en preguntas nunca vistas", "5 de 20 (25 %)", "15 de 20 (75 %)") in tables["numbers"][0].rows
    data = [replace(_run(name, 5), data=Data(digest=name * 20)) for name in ("aa", "bb")]
    (section,) = [section for section in compare(data, ES).sections if section.key == "settings"]
    assert [block.rows for block in section.blocks if isinstance(block, Table)] == [
        (("Datos (huella)", "a" * 12, "b" * 12),)
    ]
    text = markdown(document)
    assert (
        "dos frente a uno, en 20 preguntas: acierta 10 que el otro falla y falla 0 que el otro acierta; la mejora"
        in text
    )
    assert "el empeoramiento no se explica por azar" in markdown(compare([_run("a", 15), _run("b", 5)], ES))
    assert "la diferencia puede ser azar (probabilidad 50,0 %)" in markdown(compare([_run("a", 5), _run("b", 7)], ES))
    assert "la diferencia puede ser azar" in markdown(compare([_run("a", 5), _run("b", 10)], ES)), "to either side"


def test_runs_that_cannot_be_compared_say_so_and_equal_names_are_told_apart() -> None:
    plain = RunRecord("log", "steps", LOSS, origin="log")
    document = compare([plain, plain], ES)
    assert "No se puede decir cuál es mejor." in markdown(document)
    assert "log (2)" in markdown(document)
    assert "**" not in str(compare([_run("a", 5), _run("b", 5)], ES).lead)
    assert "Aciertan lo mismo, 5 de 20: a, b." in markdown(compare([_run("a", 5), _run("b", 5)], ES))


def test_a_history_follows_the_champion_through_a_rollback() -> None:
    versions = [
        VersionFigures("1", "2026-01-01T10:00:00.000+00:00", 0.05, 0.35, "accepted", True, 2000, 480.0),
        VersionFigures("2", "2026-02-01T10:00:00.000+00:00", 0.05, 0.30, "refused", False, 2100, 500.0),
        VersionFigures("3", "2026-03-01T10:00:00.000+00:00", None, None, "", False),
    ]
    changes = [
        ChampionChange("1", "2026-01-01T10:00:00.000+00:00"),
        ChampionChange("2", "2026-02-02T10:00:00.000+00:00", "A mano."),
        ChampionChange("1", "2026-03-02T10:00:00.000+00:00", "La 2 fallaba."),
    ]
    document = trend_of("tutor", versions, changes, ES)
    assert [section.key for section in document.sections] == ["accuracy", "champions", "cost", "table"]
    assert "la versión 1, que acertó el 35 % de las preguntas nunca vistas" in markdown(document)
    listed = [block for section in document.sections for block in section.blocks if isinstance(block, Listing)]
    assert listed[0].items[2] == ("Versión 1, desde el 2/3/2026.", "La 2 fallaba.")
    (table,) = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    assert table.rows[0] == ("1 (tutor de los alumnos)", "1/1/2026", "5 %", "35 %", "aceptada", "2000", "8 min")
    assert table.rows[2] == ("3", "1/3/2026", "–", "–", "–", "–", "–")


def test_a_single_version_has_no_curves() -> None:
    only = VersionFigures("1", "2026-01-01T10:00:00.000+00:00", 0.05, 0.35, "accepted", False)
    document = trend_of("tutor", [only], [], ES)
    assert [section.key for section in document.sections] == ["table"]
    assert "ninguna versión es el tutor de los alumnos" in markdown(document)
