"""Points that are no grid, on a slide: each factor alone (tornado), a curve with its band, parallel coordinates."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from sim.clock import parse_duration
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import capital, number
from sim.studies.sweep.axes import Axis
from sim.studies.sweep.page import axis_label, best_point, finding, value_word
from sim.studies.sweep.result import SweepPoint, SweepResult

MOST_ROWS = 16


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
        f"{capital(result.outcome.words)}: {axis.words} moves it most, {number(low.value)} to {number(high.value)}{unit}; "
        f"as it is {number(base)}",
        f"{result.question} Each factor alone, the others as they are; bars end at the lowest and the highest mean, with "
        "the value there and 95 % half-widths.",
        label,
    )
    ax = slide.add_axes((0.30, 0.13, 0.60, 0.62))
    for k, (_, low, high) in enumerate(rows):
        for point, colour in ((low, style.SKY), (high, style.BLUE)):
            at = point.value or 0.0
            ax.barh(k, at - base, left=base, height=0.62, color=colour)
            if point.half_width:
                ax.errorbar(at, k, xerr=point.half_width, color=style.INK, capsize=3)
            ends = [at - (point.half_width or 0.0), at + (point.half_width or 0.0)]
            side = -1 if at < base or (at == base and point is low) else 1
            ax.annotate(
                _values(point),
                (min(ends) if side < 0 else max(ends), k),
                (6 * side, 0),
                textcoords="offset points",
                va="center",
                ha="right" if side < 0 else "left",
                fontsize=12,
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
    places, ticks = _places(axis, own)
    order = np.argsort(places)
    x = places[order]
    y = np.array([p.value for p in own], float)[order]
    half = np.array([p.half_width or 0.0 for p in own], float)[order]
    ax.fill_between(x, y - half, y + half, color=style.SKY, alpha=0.4, linewidth=0)
    ax.plot(x, y, color=style.BLUE, linewidth=2.5, marker="o", markersize=7)
    if result.outcome.target is not None:
        ax.axhline(result.outcome.target.level, color=style.VERMILLION, linestyle="--", linewidth=2)
    if ticks:
        ax.set_xticks(range(len(ticks)), ticks)
    ax.set(xlabel=axis_label(axis), ylabel=_outcome(result))
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
    style.plain_numbers(ax.yaxis)
    return slide


@style.look
def parallel(result: SweepResult, label: RunLabel) -> Figure:
    """Each point as a line over the factors, coloured by its outcome; those that miss the target on top."""
    own = [p for p in result.points if p.value is not None]
    axes = result.axes[:12]
    target = result.outcome.target
    missed = [target is not None and target.missed(p.value or 0.0) for p in own]
    told = f"{result.question} A line is a point, its colour the {_outcome(result)[:1].lower()}{_outcome(result)[1:]}."
    if target is not None:
        told += f" Thick: the {sum(missed)} of {len(own)} points that miss the target, {target}."
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
        places, ticks = _places(axis, own)
        low, high = float(np.nanmin(places)), float(np.nanmax(places))
        columns.append((places - low) / (high - low or 1.0))
        k = len(columns) - 1
        ends = (ticks[0], ticks[-1]) if ticks else (number(low), number(high))
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
    return " ".join(value_word(value) for value in point.values.values())


def _places(axis: Axis, points: Sequence[SweepPoint]) -> tuple[np.ndarray, list[str]]:
    """[point] where each stands on an axis, and the words of its steps (none of plain numbers)."""
    given = [point.values.get(axis.key, axis.today) for point in points]
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in given):
        return np.array(given, float), []
    if all(isinstance(v, date) for v in given):
        days = sorted({v for v in given if isinstance(v, date)})
        where = np.array([v.toordinal() for v in given if isinstance(v, date)], float)
        return where, [days[0].isoformat(), days[-1].isoformat()] if len(days) > 1 else [days[0].isoformat()]
    words = [_sortable(v) for v in given]
    steps = sorted(set(words))
    return np.array([steps.index(w) for w in words], float), [word for _, word in steps]


def _sortable(value: object) -> tuple[float, str]:
    """Lengths of time by how long they are, other words by themselves."""
    text = value_word(value)
    try:
        seconds = float(parse_duration(text))
        return seconds, f"{number(seconds / 3600)} h"
    except ValueError:
        return 0.0, text
