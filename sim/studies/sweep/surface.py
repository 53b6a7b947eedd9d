"""A surface: the outcome over two parameters in colours, with the value and half-width of each point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from sim.plots import style
from sim.report.texttable import number
from sim.studies.sweep.axes import Axis
from sim.studies.sweep.contour import draw_contour
from sim.studies.sweep.page import value_word
from sim.studies.sweep.result import SweepResult, Target


@dataclass(frozen=True)
class Panel:
    """How a surface stands on the slide.

    ``scale``: colours of all surfaces together (None: of this one's own values). ``side``: the larger of how many
    stand side by side and one above another. ``today``: whether today's point may be on it. ``target``: whose line is
    drawn, with ``words`` at it.
    """

    scale: Normalize | None = None
    side: int = 1
    today: bool = True
    target: Target | None = None
    words: str = ""


def shades_of(result: SweepResult) -> str:
    """The colours of a sweep, the better the brighter."""
    return "cividis_r" if result.outcome.good == "lower" else "cividis"


def draw_surface(
    ax: Axes,
    points: pd.DataFrame,
    inside: Sequence[Axis],
    shades: str,
    panel: Panel | None = None,
) -> AxesImage:
    """Draw the points of two parameters; the axes have their values, but no labels.

    Args:
        points: key of each parameter, ``value``, ``half_width`` and ``text``, the value as it is written.
        inside: the axis from left to right, and that from below.
        shades: name of the colours.
    """
    panel = panel or Panel()
    key_x, key_y = (axis.key for axis in inside)
    columns, rows = (list(points[key].unique()) for key in (key_x, key_y))
    value, half, text = (
        points.pivot(index=key_y, columns=key_x, values=column).reindex(index=rows, columns=columns)
        for column in ("value", "half_width", "text")
    )
    numbers, halves = value.to_numpy(dtype=float), half.to_numpy(dtype=float)
    image = ax.imshow(np.ma.masked_invalid(numbers), cmap=shades, aspect="auto", origin="lower", norm=panel.scale)
    size = 19 / panel.side**0.5 if panel.side < 3 else 10
    for (row, column), found in np.ndenumerate(numbers):
        known = bool(np.isfinite(found))
        light = not known or image.cmap(image.norm(found))[:3] @ np.array([0.3, 0.6, 0.1]) > 0.5
        write = partial(ax.text, column, ha="center", color=style.INK if light else "white", zorder=4)
        if not known:
            write(row, "no value", va="center", fontsize=0.7 * size)
            continue
        margin = f"± {number(halves[row, column], 2)}" if np.isfinite(halves[row, column]) else "one replication"
        write(row + 0.06, str(text.iloc[row, column]), va="bottom", fontsize=size, fontweight="bold")
        write(row - 0.04, margin, va="top", fontsize=0.75 * size)
    ax.set_xticks(range(len(columns)), [value_word(v) for v in columns])
    ax.set_yticks(range(len(rows)), [value_word(v) for v in rows])
    ax.tick_params(length=0)
    if panel.target is not None:
        draw_contour(ax, numbers, panel.target, panel.words)
    today = [axis.today for axis in inside]
    if panel.today and today[0] in columns and today[1] in rows:
        _mark_today(ax, columns.index(today[0]), rows.index(today[1]), panel.side)
    return image


def draw_scale(slide: Figure, image: AxesImage, outcome: str) -> None:
    """What the colours mean, on the right side of the slide."""
    bar = slide.colorbar(image, cax=slide.add_axes((0.87, 0.15, 0.02, 0.62)))
    bar.set_label(outcome)
    bar.outline.set_visible(False)
    style.plain_numbers(bar.ax.yaxis)


def _mark_today(ax: Axes, x: int, y: int, side: int) -> None:
    ax.add_patch(
        Rectangle((x - 0.49, y - 0.49), 0.98, 0.98, fill=False, edgecolor=style.VERMILLION, linewidth=4, zorder=5)
    )
    ax.text(
        x,
        y - 0.44,
        "today",
        ha="center",
        va="bottom",
        fontsize=13 if side < 3 else 9,
        color=style.VERMILLION,
        fontweight="bold",
        bbox=dict(facecolor="white", edgecolor="none", pad=2, alpha=0.85),
        zorder=6,
    )
