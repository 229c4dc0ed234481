"""Topics in the order of a Spanish dictionary."""

from tutor.alphabet import alphabetical


def test_accents_do_not_count_and_enye_comes_after_n() -> None:
    listed = ["ángulos", "división", "divisibilidad", "nube", "ñandú", "nz", "Suma", "unidades", "último"]
    assert sorted(listed, key=alphabetical) == [
        *("ángulos", "divisibilidad", "división", "nube", "nz", "ñandú", "Suma", "último", "unidades")
    ]
