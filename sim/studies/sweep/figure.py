"""An outcome over swept parameters: a line, a surface with its values, or a surface for each value of the others."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import product
from math import ceil, prod

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.studies.sweep.page import with_value

#: Surfaces on one slide; of more, the mean over all other parameters is drawn.
MOST_PANELS = 12


@dataclass(frozen=True)
class Surface:
    """What is drawn: ``points`` has one column for each axis, ``value`` and ``half_width`` (95 %).

    ``axes``: parameter key -> words. ``good``: which way is better, ``lower`` or ``higher``.
    ``shown``: whether the replications show that the best and the worst point differ.
    ``today``: the scenario's own value of each axis, where it has one on the grid.
    """

    points: pd.DataFrame
    axes: dict[str, str]
    outcome: str
    unit: str
    good: str
    question: str
    today: dict[str, object]
    label: RunLabel
    shown: bool = True


@style.look
def figure(surface: Surface) -> Figure:
    """Draw a sweep over one parameter as a line, over two as a surface, over more as small ones side by side.

    Inside each small surface are the two parameters with most values. Where that makes too many, each parameter gets
    a line of its own: the mean over the points of the others.
    """
    if not np.isfinite(_values(surface)).any():
        why = "No point of the sweep has a value; the summary says why."
        return style.note_slide(surface.outcome, why, surface.label)
    inside = _inside(surface)
    panels = prod(surface.points[key].nunique() for key in surface.axes if key not in inside)
    what = f"Shown: {surface.outcome}, {surface.unit}, mean over replications with 95 % half-width."
    if panels > MOST_PANELS:
        what = f"Shown: {surface.outcome}, {surface.unit}, mean over all points that share a value."
    failed = int((~np.isfinite(_values(surface))).sum())
    figure = style.slide(
        _finding(surface),
        f"{surface.question} {what}" + (f" Points without a value: {failed}." if failed else ""),
        surface.label,
    )
    if len(surface.axes) == 1:
        _draw_line(figure.add_axes((0.09, 0.13, 0.88, 0.63)), surface)
    elif panels > MOST_PANELS:
        _draw_means(figure, surface)
    elif panels > 1 or len(surface.axes) > 2:
        _draw_panels(figure, surface, inside)
    else:
        image = _draw_surface(figure.add_axes((0.16, 0.14, 0.66, 0.64)), surface, surface.points, inside)
        _draw_scale(figure, surface, image)
    return figure


def _values(surface: Surface) -> np.ndarray:
    return np.asarray(surface.points["value"].astype(float))


def _inside(surface: Surface) -> list[str]:
    """The two parameters with most values, in the order of the file."""
    by_size = sorted(surface.axes, key=lambda key: -surface.points[key].nunique())
    return [key for key in surface.axes if key in by_size[:2]]


def _draw_panels(figure: Figure, surface: Surface, inside: list[str]) -> None:
    """A small surface for each combination of the other parameters' values."""
    others = [key for key in surface.axes if key not in inside]
    known = _values(surface)[np.isfinite(_values(surface))]
    scale = Normalize(known.min(), known.max())
    combinations = list(product(*(surface.points[key].unique() for key in others)))
    columns = ceil(len(combinations) ** 0.5) if len(combinations) > 3 else len(combinations)
    rows = ceil(len(combinations) / columns)
    width, height = 0.72 / columns, 0.62 / rows
    for k, values in enumerate(combinations):
        row, column = divmod(k, columns)
        low = 0.14 + 0.62 - (row + 1) * height + 0.03 * (rows > 1)
        ax = figure.add_axes((0.12 + column * width, low, width * 0.9, height - 0.07 - 0.03 * (rows > 1)))
        at = dict(zip(others, values, strict=True))
        own = surface.points[np.logical_and.reduce([surface.points[key] == v for key, v in at.items()])]
        image = _draw_surface(
            ax,
            surface,
            own,
            inside,
            scale,
            small=max(columns, rows),
            today=all(surface.today.get(key) == v for key, v in at.items()),
        )
        name = ", ".join(with_value(surface.axes[key], v) for key, v in zip(others, values, strict=True))
        ax.set_title(
            textwrap.fill(_capital(name), (66 if rows == 1 else 110) // columns), fontsize=13 if rows == 1 else 10
        )
        if column:
            ax.set(ylabel="", yticklabels=[])
        if row < rows - 1 and k + columns < len(combinations):
            ax.set(xlabel="", xticklabels=[])
    _draw_scale(figure, surface, image)


def _draw_means(figure: Figure, surface: Surface) -> None:
    """A line for each parameter: the mean over the points of all others that have a value."""
    table = surface.points.assign(value=_values(surface))
    table = table[np.isfinite(table["value"])]
    width = 0.88 / len(surface.axes)
    every = [table.groupby(key, sort=False)["value"].mean() for key in surface.axes]
    low, high = min(m.min() for m in every), max(m.max() for m in every)
    room = (high - low) * 0.18 or abs(high) * 0.05 or 1.0
    for k, (words, means) in enumerate(zip(surface.axes.values(), every, strict=True)):
        ax = figure.add_axes((0.08 + k * width, 0.16, width * 0.86, 0.58))
        ax.plot(range(len(means)), means, color=style.BLUE, linewidth=2.5, marker="o", markersize=9)
        ax.set_xticks(range(len(means)), [_word(v) for v in means.index])
        ax.set_ylim(low - room, high + room)
        ax.set_xlabel(textwrap.fill(_capital(words), 90 // len(surface.axes)))
        ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
        if k:
            ax.set_yticklabels([])
        else:
            ax.set_ylabel(f"{surface.outcome} ({surface.unit})")


def _draw_line(ax: Axes, surface: Surface) -> None:
    ((key, words),) = surface.axes.items()
    table = surface.points.assign(value=_values(surface))
    places = range(len(table))
    half = table["half_width"].astype(float).fillna(0.0)
    ax.errorbar(
        places,
        table["value"],
        yerr=half,
        color=style.BLUE,
        linewidth=2.5,
        marker="o",
        markersize=9,
        capsize=6,
    )
    for x, value, width in zip(places, table["value"], half, strict=True):
        ax.annotate(
            style.amount(value) if np.isfinite(value) else "no value",
            (x, value + width) if np.isfinite(value) else (x, float(np.nanmin(table["value"]))),
            (0, 10),
            textcoords="offset points",
            ha="center",
            fontsize=14,
        )
    ax.set_xticks(list(places), [_word(v) for v in table[key]])
    if surface.today.get(key) in list(table[key]):
        ax.axvline(list(table[key]).index(surface.today[key]), color=style.MUTED, linestyle=":", zorder=0)
        ax.text(
            list(table[key]).index(surface.today[key]) + 0.03,
            0.02,
            "today",
            color=style.MUTED,
            transform=ax.get_xaxis_transform(),
        )
    ax.set(xlabel=_capital(words), ylabel=f"{surface.outcome} ({surface.unit})")
    ax.margins(y=0.18)
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)


def _draw_surface(
    ax: Axes,
    surface: Surface,
    points: pd.DataFrame,
    inside: list[str],
    scale: Normalize | None = None,
    small: int = 1,
    today: bool = True,
) -> AxesImage:
    """Two parameters of some points; ``small`` surfaces, side by side, have smaller numbers."""
    key_x, key_y = inside
    columns, rows = (list(surface.points[key].unique()) for key in inside)
    value, half = (
        points.pivot(index=key_y, columns=key_x, values=column).reindex(index=rows, columns=columns)
        for column in ("value", "half_width")
    )
    numbers, halves = value.to_numpy(dtype=float), half.to_numpy(dtype=float)
    shades = "cividis_r" if surface.good == "lower" else "cividis"
    image = ax.imshow(np.ma.masked_invalid(numbers), cmap=shades, aspect="auto", origin="lower", norm=scale)
    size = 19 / small**0.5 if small < 3 else 10
    for (row, column), number in np.ndenumerate(numbers):
        known = bool(np.isfinite(number))
        light = not known or image.cmap(image.norm(number))[:3] @ np.array([0.3, 0.6, 0.1]) > 0.5
        colour, width = style.INK if light else "white", halves[row, column]
        if not known:
            ax.text(column, row, "no value", ha="center", va="center", fontsize=0.7 * size, color=colour, zorder=4)
            continue
        ax.text(
            column,
            row + 0.06,
            style.amount(number),
            ha="center",
            va="bottom",
            fontsize=size,
            fontweight="bold",
            color=colour,
            zorder=4,
        )
        ax.text(
            column,
            row - 0.04,
            f"± {style.amount(width)}" if np.isfinite(width) else "one replication",
            ha="center",
            va="top",
            fontsize=0.7 * size,
            color=colour,
            zorder=4,
        )
    ax.set_xticks(range(len(columns)), [_word(v) for v in columns])
    ax.set_yticks(range(len(rows)), [_word(v) for v in rows])
    ax.set(
        xlabel=textwrap.fill(_capital(surface.axes[key_x]), max(24, 90 // small)),
        ylabel=textwrap.fill(_capital(surface.axes[key_y]), max(24, 60 // small)),
    )
    ax.tick_params(length=0)
    if today and surface.today.get(key_x) in columns and surface.today.get(key_y) in rows:
        _mark_today(ax, columns.index(surface.today[key_x]), rows.index(surface.today[key_y]))
    return image


def _mark_today(ax: Axes, x: int, y: int) -> None:
    ax.add_patch(
        Rectangle((x - 0.49, y - 0.49), 0.98, 0.98, fill=False, edgecolor=style.VERMILLION, linewidth=4, zorder=5)
    )
    ax.text(
        x,
        y - 0.44,
        "today",
        ha="center",
        va="bottom",
        fontsize=13,
        color=style.VERMILLION,
        fontweight="bold",
        bbox=dict(facecolor="white", edgecolor="none", pad=2, alpha=0.85),
        zorder=6,
    )


def _draw_scale(figure: Figure, surface: Surface, image: AxesImage) -> None:
    bar = figure.colorbar(image, cax=figure.add_axes((0.87, 0.14, 0.02, 0.62)))
    bar.set_label(f"{surface.outcome} ({surface.unit})")
    bar.outline.set_visible(False)


def _finding(surface: Surface) -> str:
    table = surface.points[np.isfinite(_values(surface))]
    ordered = table.sort_values("value", ascending=surface.good == "lower", kind="stable")
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    if not surface.shown:
        low, high = sorted((float(best["value"]), float(worst["value"])))
        return f"{surface.outcome}: {low:.3g} to {high:.3g} {surface.unit}, no difference shown between the points"
    where = " and ".join(with_value(words, best[key]) for key, words in surface.axes.items())
    return (
        f"{surface.outcome}: from {style.amount(worst['value'])} to {style.amount(best['value'])} "
        f"{surface.unit}, best with {where}"
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _word(value: object) -> str:
    if isinstance(value, float) and value == int(value):
        return f"{value:.0f}"
    return str(value)
