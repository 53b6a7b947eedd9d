"""An outcome over one or two swept parameters: a line with intervals, or a surface with its values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.plots import style
from sim.plots.inputs import RunLabel


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
def sweep_surface(surface: Surface) -> Figure:
    """Draw a sweep over one parameter as a line, over two as a surface; more are not drawn."""
    if surface.points.empty or len(surface.axes) not in (1, 2):
        why = f"A surface needs one or two parameters; this sweep has {len(surface.axes)}. See points.parquet."
        return style.note_slide(surface.outcome, why, surface.label)
    figure = style.slide(
        _finding(surface),
        f"{surface.question} Shown: {surface.outcome}, {surface.unit}, mean over replications with 95 % half-width.",
        surface.label,
    )
    if len(surface.axes) == 1:
        _draw_line(figure.add_axes((0.09, 0.13, 0.88, 0.63)), surface)
    else:
        _draw_surface(figure, figure.add_axes((0.16, 0.14, 0.66, 0.64)), surface)
    return figure


def _draw_line(ax: Axes, surface: Surface) -> None:
    ((key, words),) = surface.axes.items()
    table = surface.points.sort_values(key)
    places = range(len(table))
    half = table["half_width"].fillna(0.0)
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
            style.amount(value),
            (x, value + width),
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


def _draw_surface(figure: Figure, ax: Axes, surface: Surface) -> None:
    (key_x, words_x), (key_y, words_y) = surface.axes.items()
    value = surface.points.pivot(index=key_y, columns=key_x, values="value").sort_index().sort_index(axis=1)
    half = surface.points.pivot(index=key_y, columns=key_x, values="half_width").reindex_like(value)
    numbers = value.to_numpy(dtype=float)
    shades = "cividis_r" if surface.good == "lower" else "cividis"
    image = ax.imshow(np.ma.masked_invalid(numbers), cmap=shades, aspect="auto", origin="lower")
    for (row, column), number in np.ndenumerate(numbers):
        shade = image.norm(number) if np.isfinite(number) else 0.0
        light = image.cmap(shade)[:3] @ np.array([0.3, 0.6, 0.1]) > 0.5
        width = half.iat[row, column]
        ax.text(
            column,
            row + 0.06,
            style.amount(number),
            ha="center",
            va="bottom",
            fontsize=19,
            fontweight="bold",
            color=style.INK if light else "white",
            zorder=4,
        )
        ax.text(
            column,
            row - 0.04,
            f"± {style.amount(width)}" if np.isfinite(width) else "one replication",
            ha="center",
            va="top",
            fontsize=13,
            color=style.INK if light else "white",
            zorder=4,
        )
    columns, rows = list(value.columns), list(value.index)
    ax.set_xticks(range(len(columns)), [_word(v) for v in columns])
    ax.set_yticks(range(len(rows)), [_word(v) for v in rows])
    ax.set(xlabel=_capital(words_x), ylabel=_capital(words_y))
    ax.tick_params(length=0)
    if surface.today.get(key_x) in columns and surface.today.get(key_y) in rows:
        x, y = columns.index(surface.today[key_x]), rows.index(surface.today[key_y])
        ax.add_patch(
            Rectangle(
                (x - 0.49, y - 0.49),
                0.98,
                0.98,
                fill=False,
                edgecolor=style.VERMILLION,
                linewidth=4,
                zorder=5,
            )
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
    bar = figure.colorbar(image, cax=figure.add_axes((0.85, 0.14, 0.02, 0.64)))
    bar.set_label(f"{surface.outcome} ({surface.unit})")
    bar.outline.set_visible(False)


def _finding(surface: Surface) -> str:
    table = surface.points[np.isfinite(surface.points["value"].astype(float))]
    if table.empty:
        return f"{surface.outcome}: no point of the sweep has a finite value"
    ordered = table.sort_values("value", ascending=surface.good == "lower", kind="stable")
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    if not surface.shown:
        low, high = sorted((float(best["value"]), float(worst["value"])))
        return f"{surface.outcome}: {low:.3g} to {high:.3g} {surface.unit}, no difference shown between the points"
    where = " and ".join(f"{_word(best[key])} {words}" for key, words in surface.axes.items())
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
