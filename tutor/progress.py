"""Progress that a person can watch: a bar with the time left on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

ReportProgress = Callable[[int, int], None]

_SECONDS_BETWEEN_LINES = 20.0
_ITEMS_BETWEEN_REPORTS = 1000

Item = TypeVar("Item")


def ignored(_done: int, _total: int) -> None:
    """Show nothing: for work that is over before anybody looks."""


@contextmanager
def progress(description: str, unit: str) -> Iterator[ReportProgress]:
    """Yield a function to call with what is done and what there is; it shows both, and when the end is expected."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console, description, unit)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TextColumn("quedan"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task(f"{description:<26}", total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def watched(items: Iterable[Item], total: int, report_progress: ReportProgress) -> Iterator[Item]:
    """Yield `items`, of which there are `total`, and report how many were taken: now and then, and at the end."""
    report_progress(0, total)
    for done, item in enumerate(items, start=1):
        yield item
        if done % _ITEMS_BETWEEN_REPORTS == 0 or done == total:
            report_progress(done, total)


def in_a_line(description: str, done: int, total: int, unit: str, left_s: float) -> str:
    """Return how far a stage is, in Spanish; the time left in seconds, minutes or hours."""
    so_far = f"{description}: {done} de {total} {unit}"
    if done == total:
        return so_far
    if left_s < 90:
        return f"{so_far}, quedan {left_s:.0f} s"
    hours, rest = divmod(round(left_s / 60), 60)
    return f"{so_far}, quedan {f'{hours} h {rest} min' if hours else f'{rest} min'}"


def _lines(console: Console, description: str, unit: str) -> ReportProgress:
    started = last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _SECONDS_BETWEEN_LINES or done == total:
            last = now
            left = (now - started) / max(done, 1) * (total - done)
            console.print(in_a_line(description, done, total, unit, left), highlight=False)

    return report
