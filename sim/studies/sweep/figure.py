"""An outcome over swept parameters: a line, a surface with its values, or a surface for each value of the others."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import product
from math import ceil, prod

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import capital, number
from sim.studies.sweep.axes import Axis
from sim.studies.sweep.contour import legend, target_words, told_of_target
from sim.studies.sweep.page import axis_label, best_point, finding, point_number, value_word, with_value
from sim.studies.sweep.result import SweepResult
from sim.studies.sweep.spread import curve, draw_level, parallel, scattered, tornado
from sim.studies.sweep.surface import Panel, draw_scale, draw_surface, shades_of

#: Surfaces on one slide; of more, the mean over all other parameters is drawn.
MOST_PANELS = 12
#: Letters of a title with the best point in it; a longer one stands below the title.
LONGEST_TITLE = 150


@style.look
def figure(result: SweepResult, label: RunLabel) -> Figure:
    """Draw a sweep over one parameter as a line, over two as a surface, over more as small ones side by side.

    Inside each small surface are the two parameters with most values. Where that makes too many, each parameter gets
    a line of its own: the mean over the points of the others.

    Args:
        result: what ``run_sweep`` found.
    """
    points, axes = pd.DataFrame([point.row() for point in result.points]), result.axes
    points["value"] = points["value"].astype(float)
    points["text"] = [point_number(point) for point in result.points]
    if not np.isfinite(points["value"]).any():
        why = "No point of the sweep has a value; the summary says why."
        return style.note_slide(capital(result.outcome.words), why, label)
    if result.design == "one_at_a_time":
        return tornado(result, label)
    if result.design != "grid":
        return (curve, scattered, parallel)[min(len(axes), 3) - 1](result, label)
    inside = _inside(points, axes)
    others = [axis for axis in axes if axis not in inside]
    panels = prod(points[axis.key].nunique() for axis in others)
    title, told = _words(result, panels)
    slide = style.slide(title, told, label)
    if len(axes) == 1:
        _draw_line(slide, points, axes[0], result)
    elif panels > MOST_PANELS:
        _draw_means(slide, points, axes, result)
    elif others:
        _draw_panels(slide, points, inside, others, result)
    else:
        ax = slide.add_axes((0.16, 0.14, 0.66, 0.64))
        image = draw_surface(
            ax, points, inside, shades_of(result), Panel(target=result.outcome.target, words=target_words(result))
        )
        ax.set(
            xlabel=textwrap.fill(axis_label(inside[0]), 90),
            ylabel=textwrap.fill(axis_label(inside[1]), 60),
        )
        draw_scale(slide, image, _outcome(result))
    return slide


def _words(result: SweepResult, panels: int) -> tuple[str, str]:
    """Title, and the sentences below it."""
    title, best, outcome = finding(result), best_point(result), _outcome(result)
    what = f"Shown: {outcome}, mean over replications with 95 % half-width."
    if panels > MOST_PANELS:
        what = f"Shown: {outcome}, mean over all points that share a value."
    told = [result.question, what]
    if result.outcome.target is not None:
        told.append(told_of_target(result, lines=panels <= MOST_PANELS))
    if best and len(title) + len(best) < LONGEST_TITLE:
        title += f", best with {best}"
    elif best:
        told.append(f"Best: {best}.")
    if result.failed:
        told.append(f"Points without a value: {result.failed}.")
    return title, " ".join(told)


def _outcome(result: SweepResult) -> str:
    unit = f" ({result.unit})" if result.unit else ""
    return capital(result.outcome.words) + unit


def _inside(points: pd.DataFrame, axes: Sequence[Axis]) -> list[Axis]:
    """The two parameters with most values, in the order of the file."""
    by_size = sorted(axes, key=lambda axis: -points[axis.key].nunique())
    return [axis for axis in axes if axis in by_size[:2]]


def _draw_panels(
    slide: Figure,
    points: pd.DataFrame,
    inside: Sequence[Axis],
    others: Sequence[Axis],
    result: SweepResult,
) -> None:
    """A small surface for each combination of the other parameters' values, with one label for each side of all."""
    known = points["value"][np.isfinite(points["value"])]
    scale = Normalize(known.min(), known.max())
    combinations = list(product(*(points[axis.key].unique() for axis in others)))
    columns = _columns([points[axis.key].nunique() for axis in others])
    rows = ceil(len(combinations) / columns)
    width, height = 0.72 / columns, 0.64 / rows
    for k, values in enumerate(combinations):
        row, column = divmod(k, columns)
        ax = slide.add_axes(
            (
                0.12 + column * width,
                0.15 + 0.64 - (row + 1) * height,
                width * 0.92,
                height - (0.08 if rows > 1 else 0.07),
            )
        )
        own = points[np.logical_and.reduce([points[axis.key] == v for axis, v in zip(others, values, strict=True)])]
        image = draw_surface(
            ax,
            own,
            inside,
            shades_of(result),
            Panel(
                scale,
                max(columns, rows),
                all(axis.today == v for axis, v in zip(others, values, strict=True)),
                result.outcome.target,
            ),
        )
        name = capital(", ".join(with_value(axis, v) for axis, v in zip(others, values, strict=True)))
        in_lines = textwrap.wrap(name, 104 // columns)
        ax.set_title("\n".join(in_lines), fontsize=12.5 if len(in_lines) < 3 else 10)
        if column:
            ax.set_yticklabels([])
        if row < rows - 1 and k + columns < len(combinations):
            ax.set_xticklabels([])
    slide.text(0.12 + 0.36, 0.075, textwrap.fill(axis_label(inside[0]), 90), fontsize=15, ha="center", va="center")
    slide.text(0.05, 0.47, textwrap.fill(axis_label(inside[1]), 48), fontsize=15, ha="center", va="center", rotation=90)
    draw_scale(slide, image, _outcome(result))
    if result.outcome.target is not None:
        legend(slide, result, (0.98, 0.045))


def _columns(sizes: Sequence[int]) -> int:
    """Surfaces side by side: of two parameters the values of the second, else as many as stand in a square."""
    panels = prod(sizes)
    if len(sizes) == 2 and max(sizes) <= 4:
        return sizes[1]
    return ceil(panels**0.5) if panels > 3 else panels


def _draw_means(slide: Figure, points: pd.DataFrame, axes: Sequence[Axis], result: SweepResult) -> None:
    """A line for each parameter: the mean over the points of all others that have a value."""
    table = points[np.isfinite(points["value"])]
    width = 0.88 / len(axes)
    every = [table.groupby(axis.key, sort=False)["value"].mean() for axis in axes]
    low, high = min(m.min() for m in every), max(m.max() for m in every)
    room = (high - low) * 0.18 or abs(high) * 0.05 or 1.0
    for k, (axis, means) in enumerate(zip(axes, every, strict=True)):
        ax = slide.add_axes((0.08 + k * width, 0.16, width * 0.86, 0.58))
        ax.plot(range(len(means)), means, color=style.BLUE, linewidth=2.5, marker="o", markersize=9)
        ax.set_xticks(range(len(means)), [value_word(v) for v in means.index])
        ax.set_ylim(low - room, high + room)
        ax.set_xlabel(textwrap.fill(axis_label(axis), 90 // len(axes)))
        ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
        style.plain_numbers(ax.yaxis)
        if k:
            ax.set_yticklabels([])
        else:
            ax.set_ylabel(_outcome(result))


def _draw_line(slide: Figure, points: pd.DataFrame, axis: Axis, result: SweepResult) -> None:
    """The value at each point with its half-width as a bar and a number."""
    ax = slide.add_axes((0.09, 0.13, 0.88, 0.66))
    values, places = points["value"], range(len(points))
    half = points["half_width"].astype(float)
    ax.errorbar(
        places,
        values,
        yerr=half.fillna(0.0),
        color=style.BLUE,
        linewidth=2.5,
        marker="o",
        markersize=9,
        capsize=6,
    )
    for x, value, width, text in zip(places, values, half, points["text"], strict=True):
        known = bool(np.isfinite(value))
        margin = f" ± {number(width, 2)}" if np.isfinite(width) else ""
        ax.annotate(
            text + margin if known else "no value",
            (x, value + (width if margin else 0)) if known else (x, float(np.nanmin(values))),
            (0, 10),
            textcoords="offset points",
            ha="center",
            fontsize=14,
        )
    if result.outcome.target is not None:
        draw_level(ax, result)
    written = list(points[axis.key])
    ax.set_xticks(list(places), [value_word(v) for v in written])
    if axis.today in written:
        today = written.index(axis.today)
        ax.axvline(today, color=style.MUTED, linestyle=":", zorder=0)
        ax.text(today + 0.03, 0.02, "today", color=style.MUTED, transform=ax.get_xaxis_transform())
    ax.set(xlabel=axis_label(axis), ylabel=_outcome(result))
    ax.margins(x=0.08, y=0.18)
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
    style.plain_numbers(ax.yaxis)
