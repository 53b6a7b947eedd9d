"""Points that are no grid, on a slide: each factor alone (tornado), a curve with its band, parallel coordinates."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis as PlottedAxis
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from sim.clock import parse_duration
from sim.language.forms import day_words
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import capital, number
from sim.studies.sweep.axes import Axis
from sim.studies.sweep.contour import draw_contour_between, legend, target_words, told_of_target
from sim.studies.sweep.page import axis_label, best_point, finding, point_number, value_word
from sim.studies.sweep.result import SweepPoint, SweepResult

MOST_ROWS = 16
#: Points whose values are written at them.
MOST_WRITTEN = 40


@style.look
def tornado(result: SweepResult, label: RunLabel) -> Figure:
    """How far each factor alone moves the outcome from that of the scenario as it is, the largest swing first."""
    base = next((point.value for point in result.points if not point.values), None)
    moved = []
    for axis in result.axes:
        own = [p for p in result.points if axis.key in p.values and p.value is not None]
        if own and base is not None:
            low, high = (f(own, key=lambda p: p.value or 0.0) for f in (min, max))
            moved.append((axis, low, high))
    if base is None or not moved:
        return style.note_slide(capital(result.outcome.words), "The scenario as it is has no value.", label)
    moved.sort(key=lambda one: -((one[2].value or 0.0) - (one[1].value or 0.0)))
    rows = moved[:MOST_ROWS]
    axis, low, high = rows[0]
    unit = f" {result.unit}" if result.unit else ""
    slide = style.slide(
        f"{capital(result.outcome.words)}: the largest swing is that of {axis.words}, {number(low.value)} to "
        f"{number(high.value)}{unit}; as it is {number(base)}",
        f"{result.question} Each factor alone, the others as they are; bars end at the lowest and the highest mean, with "
        "the value of the factor there and 95 % half-widths.",
        label,
    )
    ax = slide.add_axes((0.30, 0.13, 0.60, 0.62))
    for k, (_, low, high) in enumerate(rows):
        reach = [(one.value or 0.0) + s * (one.half_width or 0.0) for one in (low, high) for s in (-1, 1)]
        ends = {-1: min(*reach, base), 1: max(*reach, base)}
        for point, colour, side in ((low, style.SKY, -1), (high, style.BLUE, 1)):
            at, half = point.value or 0.0, point.half_width or 0.0
            ax.barh(k, at - base, left=base, height=0.62, color=colour)
            if half:
                ax.errorbar(at, k, xerr=half, color=style.INK, capsize=3)
            ax.annotate(
                _values(point),
                (ends[side], k),
                (8 * side, 0),
                textcoords="offset points",
                va="center",
                ha="right" if side < 0 else "left",
                fontsize=12.5,
            )
    ax.axvline(base, color=style.INK, linewidth=1.5)
    style.bare_left(ax, range(len(rows)), [textwrap.fill(axis_label(one[0]), 34) for one in rows])
    ax.set_xlabel(_outcome(result))
    ax.margins(x=0.16)
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    style.plain_numbers(ax.xaxis)
    return slide


@style.look
def curve(result: SweepResult, label: RunLabel) -> Figure:
    """The outcome over one factor, with the band of the 95 % intervals."""
    axis = result.axes[0]
    own = [p for p in result.points if p.value is not None and axis.key in p.values]
    slide = style.slide(finding(result), f"{result.question} Mean over replications with the band of 95 %.", label)
    ax = slide.add_axes((0.09, 0.13, 0.88, 0.66))
    where = _places(axis, own)
    order = np.argsort(where.at)
    x = where.at[order]
    y = np.array([p.value for p in own], float)[order]
    half = np.array([p.half_width or 0.0 for p in own], float)[order]
    ax.fill_between(x, y - half, y + half, color=style.SKY, alpha=0.4, linewidth=0)
    ax.plot(x, y, color=style.BLUE, linewidth=2.5, marker="o", markersize=7)
    if result.outcome.target is not None:
        draw_level(ax, result)
    where.name(ax.xaxis)
    ax.set(xlabel=where.label(axis), ylabel=_outcome(result))
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
    style.plain_numbers(ax.yaxis)
    return slide


@style.look
def scattered(result: SweepResult, label: RunLabel) -> Figure:
    """The outcome over two factors at points that are no grid, with the line of the target between them."""
    own = [p for p in result.points if p.value is not None]
    target = result.outcome.target
    told = f"{result.question} Each mark is a point, with the mean over its replications."
    slide = style.slide(finding(result), f"{told} {told_of_target(result)}".strip(), label)
    ax = slide.add_axes((0.10, 0.14, 0.72, 0.60))
    across, up = (_places(axis, own) for axis in result.axes[:2])
    values = np.array([p.value for p in own], float)
    if target is not None and draw_contour_between(ax, across.at, up.at, values, target):
        legend(slide, result, (0.98, 0.045))
    shades = "cividis_r" if result.outcome.good == "lower" else "cividis"
    image = ax.scatter(across.at, up.at, c=values, cmap=shades, s=260, edgecolors=style.INK, linewidths=1, zorder=3)
    if len(own) <= MOST_WRITTEN:
        for point, x, y in zip(own, across.at, up.at, strict=True):
            text = ax.annotate(point_number(point), (x, y), (13, 0), textcoords="offset points", va="center", zorder=4)
            text.set_fontsize(11.5)
            text.set_path_effects([withStroke(linewidth=3, foreground="white")])
    for one, side, axis in ((across, ax.xaxis, result.axes[0]), (up, ax.yaxis, result.axes[1])):
        one.name(side)
        side.set_label_text(textwrap.fill(one.label(axis), 80 if side is ax.xaxis else 50))
    for one, limits in ((across, ax.set_xlim), (up, ax.set_ylim)):
        room = 0.09 * float(np.ptp(one.at)) or 0.5
        limits(float(one.at.min()) - room, float(one.at.max()) + room)
    bar = slide.colorbar(image, cax=slide.add_axes((0.87, 0.15, 0.02, 0.58)))
    bar.set_label(_outcome(result))
    bar.outline.set_visible(False)
    style.plain_numbers(bar.ax.yaxis)
    return slide


def draw_level(ax: Axes, result: SweepResult) -> None:
    """The level of the target across a picture whose height is the outcome, with its words."""
    assert result.outcome.target is not None
    level = result.outcome.target.level
    ax.axhline(level, color=style.VERMILLION, linestyle="--", linewidth=2, zorder=1)
    box = dict(facecolor="white", edgecolor="none", pad=1.5, alpha=0.85)
    x = ax.get_yaxis_transform()
    ax.text(0.005, level, target_words(result), ha="left", va="bottom", transform=x, color=style.VERMILLION, bbox=box)


@style.look
def parallel(result: SweepResult, label: RunLabel) -> Figure:
    """Each point as a line over the factors, coloured by its outcome; those that miss the target on top."""
    own = [p for p in result.points if p.value is not None]
    axes = result.axes[:12]
    target = result.outcome.target
    missed = [target is not None and target.missed(p.value or 0.0) for p in own]
    told = f"{result.question} A line is a point, its colour the {_outcome(result)[:1].lower()}{_outcome(result)[1:]}."
    if target is not None:
        level = target_words(result).removeprefix("target: ")
        told += f" Thick: the {sum(missed)} of {len(own)} points that miss the target, {level}."
    best = best_point(result)
    if best and len(best) < 90:
        told += f" Best: {best}."
    slide = style.slide(finding(result), told, label)
    ax = slide.add_axes((0.06, 0.20, 0.80, 0.54))
    values = np.array([p.value for p in own], float)
    scale = Normalize(values.min(), values.max())
    shades = "cividis_r" if result.outcome.good == "lower" else "cividis"
    picture = ScalarMappable(scale, shades)
    columns = []
    for axis in axes:
        where = _places(axis, own)
        low, high = float(np.nanmin(where.at)), float(np.nanmax(where.at))
        columns.append((where.at - low) / (high - low or 1.0))
        k = len(columns) - 1
        ends = where.ends()
        ax.text(k, -0.05, ends[0], ha="center", va="top", fontsize=11.5)
        ax.text(k, 1.05, ends[1], ha="center", va="bottom", fontsize=11.5)
        ax.axvline(k, color=style.MUTED, linewidth=1)
    table = np.array(columns)
    for k in np.argsort(missed, kind="stable"):
        width, alpha = (3.0, 0.95) if missed[k] else (1.2, 0.55 if target is not None else 0.8)
        ax.plot(range(len(axes)), table[:, k], color=picture.to_rgba(values[k]), linewidth=width, alpha=alpha)
    ax.set_xticks(range(len(axes)), [textwrap.fill(capital(a.words), max(14, 90 // len(axes))) for a in axes])
    ax.tick_params(axis="x", length=0, pad=24, labelsize=12.5)
    ax.set_yticks([])
    ax.set(xlim=(-0.2, len(axes) - 0.8), ylim=(-0.03, 1.03))
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    bar = slide.colorbar(picture, cax=slide.add_axes((0.90, 0.20, 0.018, 0.54)))
    bar.set_label(_outcome(result))
    bar.outline.set_visible(False)
    style.plain_numbers(bar.ax.yaxis)
    return slide


def _outcome(result: SweepResult) -> str:
    return capital(result.outcome.words) + (f" ({result.unit})" if result.unit else "")


def _values(point: SweepPoint) -> str:
    return " ".join(_length(value)[1] or value_word(value) for value in point.values.values())


@dataclass(frozen=True)
class _Places:
    """Where points stand on an axis, [point]: as numbers in ``unit``, as days, or as the number of a step with its words."""

    at: np.ndarray
    unit: str = ""
    days: bool = False
    steps: tuple[str, ...] = ()

    def ends(self) -> tuple[str, str]:
        """The lowest and the highest in words."""
        low, high = float(np.nanmin(self.at)), float(np.nanmax(self.at))
        if self.steps:
            return self.steps[int(low)], self.steps[int(high)]
        if self.days:
            return date.fromordinal(int(low)).isoformat(), date.fromordinal(int(high)).isoformat()
        return tuple(f"{number(end)} {self.unit}".strip() for end in (low, high))  # type: ignore[return-value]

    def label(self, axis: Axis) -> str:
        """What the axis shows, with its unit."""
        return axis_label(axis) if axis.unit or not self.unit else f"{axis_label(axis)} ({self.unit})"

    def name(self, side: PlottedAxis) -> None:
        """Write the scale."""
        if self.steps:
            side.set_ticks(list(range(len(self.steps))), list(self.steps))
        elif self.days:
            side.set_major_locator(MaxNLocator(6, integer=True))
            side.set_major_formatter(lambda day, _: day_words(date.fromordinal(int(day))))
        else:
            whole = bool((self.at == np.round(self.at)).all())
            side.set_major_locator(MaxNLocator("auto", integer=whole))
            style.plain_numbers(side)


def _places(axis: Axis, points: Sequence[SweepPoint]) -> _Places:
    """Where the points stand on an axis; one that does not move it stands where it is today."""
    given = [point.values.get(axis.key, axis.today) for point in points]
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in given):
        return _Places(np.array(given, float))
    if all(isinstance(v, date) for v in given):
        return _Places(np.array([v.toordinal() for v in given if isinstance(v, date)], float), days=True)
    lengths = [_length(v)[0] for v in given]
    if all(hours is not None for hours in lengths):
        return _Places(np.array(lengths, float), "h")
    words = [value_word(v) for v in given]
    steps = tuple(dict.fromkeys(word for word in map(value_word, axis.values) if word in words))
    steps += tuple(sorted(set(words) - set(steps)))
    return _Places(np.array([steps.index(w) for w in words], float), steps=steps)


def _length(value: object) -> tuple[float | None, str]:
    """Hours of a length of time, and in words; None and nothing for what is none."""
    if not isinstance(value, str):
        return None, ""
    try:
        hours = float(parse_duration(value)) / 3600
    except ValueError:
        return None, ""
    return hours, f"{number(hours)} h"
