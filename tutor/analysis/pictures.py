"""The pictures of a report as SVG: told apart by shade, line and mark as well as by colour, so print keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tutor.analysis.drawing import (
    BLACK,
    BLUE,
    GREEN,
    RED,
    SKY,
    WIDE,
    drawn,
    label,
    set_axis,
    set_log_scale,
    short_ticks,
    shown,
)
from tutor.analysis.language import Language
from tutor.analysis.record import Axis, Curve, Memory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tutor.analysis.conclusions import Tally
    from tutor.phases import Course

_GREY = "#8c959f"
_SHADES = {"learning": "#cbdded", "refinement": "#e3ecd8", "stabilisation": "#f8f6f1"}
_ROW = 0.27
_MOST_TOPICS = 60


def loss_picture(loss: Curve, held_out: Curve | None, course: Course | None, axis: Axis, words: Language) -> bytes:
    """Return the training loss, and the held-out one beside it, over the shaded stages."""
    with drawn(WIDE, 4.2) as (figure, picture):
        axes = figure.subplots()
        _stages(axes, course, words)
        axes.plot(*shown(loss), color=BLUE, linewidth=1.8, label=words.say("picture.training_loss"))
        if held_out:
            axes.plot(
                held_out.positions,
                held_out.values,
                color=RED,
                linestyle="--",
                marker="o",
                markersize=5,
                clip_on=False,
                label=words.say("picture.held_out_loss"),
            )
        values = [value for curve in (loss, held_out) if curve for value in curve.values]
        set_log_scale(axes, values, words)
        axes.set_ylabel(words.say("picture.loss"))
        set_axis(axes, [*loss.positions, *(held_out.positions if held_out else ())], axis, words)
        if held_out:
            axes.legend(loc="upper right", frameon=True, framealpha=0.9)
    return picture()


def gradient_picture(norm: Curve | None, rate: Curve | None, axis: Axis, words: Language) -> bytes:
    """Return gradient norm and learning rate, one above the other; at least one of the two is there."""
    curves = [
        (curve, name, colour)
        for curve, name, colour in ((norm, "picture.gradient_norm", GREEN), (rate, "picture.learning_rate", BLACK))
        if curve
    ]
    with drawn(WIDE, 2.2 * len(curves) + 0.4) as (figure, picture):
        panels = figure.subplots(len(curves), sharex=True, squeeze=False)[:, 0]
        for axes, (curve, name, colour) in zip(panels, curves, strict=True):
            axes.plot(*shown(curve), color=colour, linewidth=1.5)
            position, highest = curve.peak()
            axes.plot([position], [highest], marker="o", color=colour, markersize=5)
            late = position > 0.7 * curve.positions[-1]
            axes.annotate(
                words.say("picture.highest", value=words.short(highest)),
                (position, highest),
                textcoords="offset points",
                xytext=(-6 if late else 6, 5),
                ha="right" if late else "left",
                fontsize=9,
            )
            axes.set_ylim(0, (highest * 1.25) or 1)
            axes.set_ylabel(words.say(name))
            short_ticks(axes.yaxis, words)
        set_axis(panels[-1], curves[-1][0].positions, axis, words)
    return picture()


def accuracy_picture(topics: Mapping[str, tuple[Tally, Tally]], words: Language) -> bytes:
    """Return the accuracy of base and tuned model by topic, joined by a line each; the best topic on top.

    Of very many topics, those with most questions are shown.
    """
    most = sorted(topics, key=lambda name: -topics[name][1].n)[:_MOST_TOPICS]
    order = sorted(most, key=lambda name: (topics[name][1].share, topics[name][0].share, name))
    with drawn(WIDE, 1.3 + _ROW * len(order)) as (figure, picture):
        axes = figure.subplots()
        for place, name in enumerate(order):
            before, after = (100 * tally.share for tally in topics[name])
            worse = after < before
            axes.plot(
                [before, after],
                [place, place],
                color=RED if worse else GREEN,
                linewidth=2.2,
                linestyle=":" if worse else "-",
                zorder=2,
            )
            axes.plot(before, place, "o", markersize=9, markerfacecolor="white", markeredgecolor=BLACK, zorder=3)
            axes.plot(after, place, "o", markersize=5.5, color=BLUE, zorder=4)
        _legend_of_topics(axes, words)
        labels = [f"{label(name)} ({topics[name][1].n})" for name in order]
        axes.set_yticks(range(len(order)), labels)
        axes.set_ylim(-0.7, len(order) - 0.3)
        axes.set_xlim(-3, 103)
        axes.set_xlabel(words.say("picture.right_answers"))
        axes.xaxis.set_major_formatter(lambda value, _place: words.percent(value / 100))
        axes.grid(axis="y", visible=False)
    return picture()


def memory_picture(memory: Memory, words: Language) -> bytes:
    """Return what was allocated, reserved and taken at the peak as bars, and the limit as a line."""
    figures = {
        name: value
        for name, value in (("allocated", memory.allocated), ("reserved", memory.reserved), ("peak", memory.peak))
        if value
    }
    with drawn(WIDE, 1.2 + 0.5 * len(figures)) as (figure, picture):
        axes = figure.subplots()
        hatches = {"allocated": "", "reserved": "//", "peak": ""}
        colours = {"allocated": SKY, "reserved": "#dfe7ee", "peak": BLUE}
        for place, (name, value) in enumerate(reversed(figures.items())):
            axes.barh(
                place, value, height=0.55, color=colours[name], hatch=hatches[name], edgecolor=BLACK, linewidth=0.6
            )
            axes.annotate(
                f"{words.number(value)} {memory.unit}",
                (value, place),
                textcoords="offset points",
                xytext=(5, 0),
                va="center",
                fontsize=9,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85},
            )
        names = [words.say(f"memory.{name}") for name in reversed(figures)]
        axes.set_yticks(range(len(figures)), names)
        if memory.limit:
            axes.axvline(memory.limit, color=RED, linewidth=2, linestyle="--")
            axes.annotate(
                words.say(f"picture.limit.{memory.place}", value=f"{words.number(memory.limit)} {memory.unit}"),
                (memory.limit, len(figures) - 0.45),
                textcoords="offset points",
                xytext=(-5, 0),
                ha="right",
                va="bottom",
                fontsize=9,
                color=RED,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            )
        axes.set_ylim(-0.5, len(figures) - 0.1 + (0.25 if memory.limit else 0))
        axes.set_xlim(0, 1.04 * max(memory.limit or 0, *(1.2 * value for value in figures.values())))
        axes.set_xlabel(memory.unit)
        axes.xaxis.set_major_formatter(lambda value, _place: words.number(value))
        axes.grid(axis="y", visible=False)
    return picture()


def speed_picture(speed: Curve, axis: Axis, words: Language) -> bytes:
    """Return tokens a second over the training, with their median."""
    with drawn(WIDE, 2.8) as (figure, picture):
        axes = figure.subplots()
        axes.plot(*shown(speed), color=BLUE, linewidth=1.4)
        usual = sorted(speed.values)[len(speed) // 2]
        axes.axhline(usual, color=BLACK, linestyle="--", linewidth=1)
        axes.set_title(words.say("picture.median", value=words.number(usual)), loc="right", fontsize=9)
        axes.set_ylim(0, 1.12 * max(speed.values))
        axes.set_ylabel(words.say("picture.tokens_a_second"))
        axes.yaxis.set_major_formatter(lambda value, _place: words.number(value))
        set_axis(axes, speed.positions, axis, words)
    return picture()


def length_picture(rows_by_length: Sequence[int], step: int, most_tokens: int | None, words: Language) -> bytes:
    """Return how many rows have which length in tokens; bars are `step` tokens wide."""
    from matplotlib.ticker import MaxNLocator

    with drawn(WIDE, 2.9) as (figure, picture):
        axes = figure.subplots()
        starts = [place * step for place in range(len(rows_by_length))]
        axes.bar(starts, rows_by_length, width=step, align="edge", color=SKY, edgecolor=BLACK, linewidth=0.6)
        end = len(rows_by_length) * step
        if most_tokens:
            axes.axvline(most_tokens, color=RED, linestyle="--", linewidth=1.5)
            left = most_tokens > end / 2
            axes.annotate(
                words.say("picture.most_tokens", value=words.number(most_tokens)),
                (most_tokens, 0.92),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                xytext=(-5 if left else 5, 0),
                ha="right" if left else "left",
                fontsize=9,
                color=RED,
            )
            end = max(end, most_tokens)
        axes.set_xlim(0, 1.03 * end)
        axes.set_xlabel(words.say("picture.tokens_a_row"))
        axes.set_ylabel(words.say("picture.rows"))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True))
        for side in (axes.xaxis, axes.yaxis):
            side.set_major_formatter(lambda value, _place: words.number(value))
    return picture()


def _legend_of_topics(axes: Axes, words: Language) -> None:
    axes.plot([], [], "o", markersize=9, markerfacecolor="white", markeredgecolor=BLACK, label=words.say("who.base"))
    axes.plot([], [], "o", markersize=5.5, color=BLUE, label=words.say("who.challenger"))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)


def _stages(axes: Axes, course: Course | None, words: Language) -> None:
    for phase in course.phases if course else ():
        axes.axvspan(phase.begin, phase.end, color=_SHADES[phase.name], linewidth=0, zorder=0)
        axes.axvline(phase.end, color=_GREY, linewidth=0.8, linestyle=":", zorder=1)
        narrow = phase.share_of_time < 0.13
        axes.annotate(
            words.say(f"stage.{phase.name}.short"),
            ((phase.begin + phase.end) / 2, 1.02),
            xycoords=("data", "axes fraction"),
            ha="left" if narrow else "center",
            va="bottom",
            fontsize=9,
            rotation=25 if narrow else 0,
        )
