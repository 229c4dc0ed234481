"""Progress that is reported while items go by."""

import pytest

from tutor.progress import in_a_line, watched


@pytest.mark.parametrize("total", [0, 1, 1000, 2500])
def test_watched_items_pass_unchanged_and_the_end_is_reported_once(total: int) -> None:
    reports: list[tuple[int, int]] = []
    items = watched(range(total), total, lambda done, of: reports.append((done, of)))
    assert list(items) == list(range(total))
    between = list(range(0, total, 1000))
    assert reports == [(done, total) for done in dict.fromkeys([0, *between, total])]


def test_an_item_counts_as_done_when_the_next_one_is_asked_for() -> None:
    reports: list[int] = []
    items = watched(iter("ab"), 2, lambda done, of: reports.append(done))
    assert next(items) == "a"
    assert next(items) == "b"
    assert reports == [0]
    assert not list(items)
    assert reports == [0, 2]


@pytest.mark.parametrize(
    ("done", "left_s", "line"),
    [
        (3, 89.4, "Examen: 3 de 10 filas, quedan 89 s"),
        (3, 600.0, "Examen: 3 de 10 filas, quedan 10 min"),
        (3, 7260.0, "Examen: 3 de 10 filas, quedan 2 h 1 min"),
        (10, 0.0, "Examen: 10 de 10 filas"),
    ],
)
def test_a_line_tells_how_far_it_is_in_one_language(done: int, left_s: float, line: str) -> None:
    assert in_a_line("Examen", done, 10, "filas", left_s) == line
