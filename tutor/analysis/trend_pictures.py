"""The pictures of the pages on several runs: their losses and topics together, versions one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tutor.analysis.drawing import (
    BLACK,
    BLUE,
    COLOURS,
    LINES,
    MARKS,
    RED,
    WIDE,
    drawn,
    label,
    set_log_scale,
    short_ticks,
    shown,
)
from tutor.analysis.language import Language
from tutor.analysis.record import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tutor.analysis.conclusions import Tally
    from tutor.analysis.trend import ChampionChange, VersionFigures

_ROW = 0.3
_MOST_TOPICS = 60


def losses_picture(losses: Mapping[str, Curve], words: Language) -> bytes:
    """Return the losses of several runs, each over the share of its own training."""
    with drawn(WIDE, 3.8) as (figure, picture):
        axes = figure.subplots()
        for place, (name, curve) in enumerate(losses.items()):
            positions, values = shown(curve)
            axes.plot(
                [100 * position / curve.positions[-1] for position in positions],
                values,
                color=COLOURS[place % len(COLOURS)],
                linestyle=LINES[place % len(LINES)],
                linewidth=1.8,
                label=label(name),
            )
        set_log_scale(axes, [value for curve in losses.values() for value in curve.values], words)
        axes.set_xlim(0, 100)
        axes.set_xlabel(words.say("comparison.picture.progress"))
        axes.set_ylabel(words.say("picture.loss"))
        axes.xaxis.set_major_formatter(lambda value, _place: words.percent(value / 100))
        axes.legend(loc="upper right")
    return picture()


def topics_picture(topics: Mapping[str, Mapping[str, Tally]], words: Language) -> bytes:
    """Return the accuracy by topic of several models, by their names; the best topic on top."""
    names = sorted({topic for by_topic in topics.values() for topic in by_topic})
    means = {topic: sum(by_topic[topic].share for by_topic in topics.values() if topic in by_topic) for topic in names}
    order = sorted(names, key=lambda topic: (means[topic], topic))[-_MOST_TOPICS:]
    lines = -(-len(topics) // 2)
    with drawn(WIDE, 1.1 + 0.25 * lines + _ROW * len(order)) as (figure, picture):
        axes = figure.subplots()
        for place, (name, by_topic) in enumerate(topics.items()):
            # A little apart, so that equal ones do not hide each other.
            shift = 0.22 * (place - (len(topics) - 1) / 2) / max(1, len(topics) - 1) * 2
            known = [row for row, topic in enumerate(order) if topic in by_topic]
            axes.plot(
                [100 * by_topic[order[row]].share for row in known],
                [row - shift for row in known],
                linestyle="none",
                marker=MARKS[place % len(MARKS)],
                color=COLOURS[place % len(COLOURS)],
                markersize=6,
                label=label(name),
            )
        axes.set_yticks(range(len(order)), [label(topic) for topic in order])
        axes.set_ylim(-0.7, len(order) - 0.3)
        axes.set_xlim(-3, 103)
        axes.set_xlabel(words.say("picture.right_answers"))
        axes.xaxis.set_major_formatter(lambda value, _place: words.percent(value / 100))
        axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, frameon=False)
    return picture()


def accuracy_trend(versions: Sequence[VersionFigures], changes: Sequence[ChampionChange], words: Language) -> bytes:
    """Return the accuracy of each version beside its base's, with the champion as a thick line."""
    with drawn(WIDE, 3.6) as (figure, picture):
        axes = figure.subplots()
        places = range(len(versions))
        based = [(place, 100 * one.base) for place, one in enumerate(versions) if one.base is not None]
        if based:
            axes.plot(*zip(*based, strict=True), color=BLACK, linestyle=":", marker="_", label=words.say("who.base"))
        held = _held(versions, changes)
        if held:
            axes.plot(
                *zip(*held, strict=True),
                color=BLUE,
                linewidth=4,
                alpha=0.35,
                drawstyle="steps-post",
                label=words.say("trend.champion"),
            )
        for verdict, mark, colour in (("accepted", "o", BLUE), ("refused", "X", RED)):
            points = [
                (place, 100 * one.tuned)
                for place, one in enumerate(versions)
                if one.tuned is not None and one.verdict == verdict
            ]
            if points:
                axes.plot(
                    *zip(*points, strict=True),
                    linestyle="none",
                    marker=mark,
                    markersize=8,
                    color=colour,
                    label=words.say(f"trend.{verdict}"),
                )
        _by_version(axes, places, versions, words)
        axes.set_ylim(0, 103)
        axes.set_ylabel(words.say("picture.right_answers"))
        axes.yaxis.set_major_formatter(lambda value, _place: words.percent(value / 100))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False)
    return picture()


def cost_trend(versions: Sequence[VersionFigures], words: Language) -> bytes:
    """Return minutes and rows of each version's training, one above the other."""
    panels = [
        (values, name)
        for values, name in (
            ([one.seconds / 60 if one.seconds else None for one in versions], "trend.minutes"),
            ([one.rows for one in versions], "trend.rows"),
        )
        if any(values)
    ]
    with drawn(WIDE, 2.1 * len(panels) + 0.4) as (figure, picture):
        every = figure.subplots(len(panels), sharex=True, squeeze=False)[:, 0]
        for axes, (values, name) in zip(every, panels, strict=True):
            known = [(place, value) for place, value in enumerate(values) if value]
            axes.bar(*zip(*known, strict=True), width=0.55, color="#9cc5df", edgecolor=BLACK, linewidth=0.6)
            axes.set_ylabel(words.say(name))
            short_ticks(axes.yaxis, words)
        _by_version(every[-1], range(len(versions)), versions, words)
    return picture()


def _held(versions: Sequence[VersionFigures], changes: Sequence[ChampionChange]) -> list[tuple[float, float]]:
    """Return where the line of the champion runs: at each version, that of whoever held when the next one came."""
    accuracy = {one.version: one.tuned for one in versions}
    points = []
    for place in range(len(versions)):
        later = versions[place + 1].when if place + 1 < len(versions) else "9999"
        before = [change for change in changes if change.when < later]
        tuned = accuracy.get(before[-1].version) if before else None
        if tuned is not None:
            points.append((float(place), 100 * tuned))
    return points


def _by_version(axes: Axes, places: range, versions: Sequence[VersionFigures], words: Language) -> None:
    step = max(1, -(-len(versions) // 15))
    chosen = places[::step]
    axes.set_xticks(list(chosen), [versions[place].version for place in chosen])
    axes.set_xlabel(words.say("trend.version"))
