"""How every picture of a report is drawn: sizes, colours that print keeps apart, scales, numbers in words' language."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tutor.analysis.language import Language
from tutor.analysis.record import Axis, Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito, "Color Universal Design" (2008): told apart by people with any kind of colour blindness.
BLUE, ORANGE, GREEN, RED, SKY, BLACK = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#222222"
COLOURS = (BLUE, RED, GREEN, ORANGE, SKY, BLACK)
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
MARKS = ("o", "s", "^", "D", "v", "P")
WIDE = 8.0
# Points that a picture can show; of more, the lowest and the highest of neighbours are drawn.
_POINTS = 2000
# From this ratio of highest to lowest on, a loss is shown on a logarithmic scale.
_LOGARITHMIC = 12
_LONGEST_LABEL = 40


def set_axis(axes: Axes, positions: Sequence[float], axis: Axis, words: Language) -> None:
    """Scale and name the axis along which curves with these `positions` run."""
    axes.set_xlabel(words.say(f"axis.{axis}"))
    first, last = min(positions), max(positions)
    axes.set_xlim(0 if first < 0.1 * last else first, last)
    if first == last:
        axes.set_xlim(first - 1, first + 1)
    short_ticks(axes.xaxis, words)


def short_ticks(side: Any, words: Language) -> None:
    """Write the ticks as short as their distance allows; powers of ten where they are very small."""

    def written(value: float, _place: object) -> str:
        ticks = side.get_majorticklocs()
        if value and max(abs(tick) for tick in ticks) < 2e-3:
            return words.short(value)
        return words.number(value, 0 if float(value).is_integer() else _digits(ticks))

    side.set_major_formatter(written)


def _digits(ticks: Sequence[float]) -> int:
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return max(0, min(5, -math.floor(math.log10(step) + 1e-9))) + (0 if _is_round(step) else 1) if step < 1 else 0


def _is_round(step: float) -> bool:
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    return bool(abs(mantissa - round(mantissa)) < 1e-6)


def set_log_scale(axes: Axes, values: Sequence[float], words: Language) -> None:
    """Scale the losses in `values` up the side: by logarithms where they range far, else from zero."""
    if min(values) <= 0 or max(values) < _LOGARITHMIC * min(values):
        axes.set_ylim(bottom=0)
        short_ticks(axes.yaxis, words)
        return
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(lambda value, _place: words.number(value, max(0, -math.floor(math.log10(value)))))


def shown(curve: Curve) -> tuple[Sequence[float], Sequence[float]]:
    """Return the points to draw: all of them, or of many the lowest and highest among neighbours."""
    size = math.ceil(len(curve) / (_POINTS // 2))
    if size <= 2:
        return curve.positions, curve.values
    chosen: list[int] = []
    for start in range(0, len(curve), size):
        places = range(start, min(start + size, len(curve)))
        ends = {min(places, key=curve.values.__getitem__), max(places, key=curve.values.__getitem__)}
        chosen.extend(sorted(ends))
    return [curve.positions[place] for place in chosen], [curve.values[place] for place in chosen]


def label(name: str) -> str:
    """Return `name` as it can stand in a picture: short, with nothing that cannot be drawn or hides it."""
    bare = "".join(sign if sign.isprintable() else " " for sign in name).strip().lstrip("_")
    return bare if len(bare) <= _LONGEST_LABEL else bare[:_LONGEST_LABEL].rstrip() + "…"


@contextmanager
def drawn(width: float, height: float) -> Iterator[tuple[Figure, Callable[[], bytes]]]:
    """Yield an empty figure of that size in inches, and a function that returns it as SVG once it is drawn.

    The same drawing gives the same bytes; no window system and no state of pyplot is touched.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: Any = {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#dfe3e8",
        "grid.linewidth": 0.7,
        "hatch.linewidth": 0.6,
        "svg.hashsalt": "tutor",
        "svg.fonttype": "path",
        "axes.formatter.useoffset": False,
        "text.parse_math": False,  # a dollar sign is money here
    }
    written = b""
    with rc_context(settings), warnings.catch_warnings():
        # A sign that the font lacks is drawn as a box; nobody at the terminal can help it.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, lambda: written
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        written = buffer.getvalue()
