"""The target of a sweep on a map of two factors: where between its points the outcome crosses it."""

from __future__ import annotations

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.plots import style
from sim.report.texttable import with_unit
from sim.studies.sweep.result import SweepResult, Target


def draw_contour(ax: Axes, values: np.ndarray, target: Target, words: str = "") -> bool:
    """Draw the line of a target over a grid of cells, between those that meet it and those that miss it; whether there is any.

    It runs along the cells' edges: what is between two points nobody has seen.

    Args:
        values: [row, column] of the cells, whose centres are at whole numbers; not a number where there is none.
        words: what is written at the line (empty: nothing).
    """
    known = np.isfinite(values)
    missed = np.vectorize(target.missed)(values)
    edges = []
    for row, column in zip(*np.nonzero((missed[1:] != missed[:-1]) & known[1:] & known[:-1]), strict=True):
        edges.append(((column - 0.5, row + 0.5), (column + 0.5, row + 0.5)))
    level = len(edges)  # those between rows, where no numbers stand, come first
    for row, column in zip(*np.nonzero((missed[:, 1:] != missed[:, :-1]) & known[:, 1:] & known[:, :-1]), strict=True):
        edges.append(((column + 0.5, row - 0.5), (column + 0.5, row + 0.5)))
    if not edges:
        return False
    ax.add_collection(LineCollection(edges, colors="white", linewidths=8, capstyle="round", zorder=3))
    ax.add_collection(LineCollection(edges, colors=style.VERMILLION, linewidths=4, capstyle="round", zorder=3.1))
    if words:
        (left, low), (right, high) = edges[level // 2 if level else 0]
        _write(ax, (left + right) / 2, (low + high) / 2 if level else high, words)
    return True


def draw_contour_between(ax: Axes, x: np.ndarray, y: np.ndarray, values: np.ndarray, target: Target) -> bool:
    """Draw the line of a target between points that lie anywhere, [point] each, straight between them; whether there is any."""
    spread = min(len(np.unique(x)), len(np.unique(y)))
    if len(values) < 4 or spread < 2 or not values.min() < target.level < values.max():
        return False
    found = ax.tricontour(x, y, values, levels=[target.level], colors=[style.VERMILLION], linewidths=4, zorder=2)
    found.set_path_effects([patheffects.withStroke(linewidth=8, foreground="white")])
    return True


def target_words(result: SweepResult) -> str:
    """``target: at most 7.4 days``; empty where there is none."""
    target = result.outcome.target
    if target is None:
        return ""
    most = "most" if target.at_most is not None else "least"
    return f"target: at {most} {with_unit(f'{target.level:,g}', result.unit)}"


def told_of_target(result: SweepResult, lines: bool = True) -> str:
    """What a picture says of the target: the line, or that all points are on one side of it; empty where there is none."""
    target = result.outcome.target
    if target is None:
        return ""
    known = [point for point in result.points if point.value is not None]
    missed = sum(target.missed(point.value or 0.0) for point in known)
    what = target_words(result).removeprefix("target: ")
    if not missed or missed == len(known):
        return f"{'No' if missed else 'Every'} point meets the target, {what}."
    line = "The line is the target" if lines else "The target is"
    return f"{line}, {what}, which {missed} of {len(known)} points miss."


def legend(slide: Figure, result: SweepResult, at: tuple[float, float]) -> None:
    """What the line is, where it is drawn on several surfaces."""
    slide.legend(
        handles=[Line2D([], [], color=style.VERMILLION, linewidth=4, label=target_words(result))],
        loc="lower right",
        bbox_to_anchor=at,
    )


def _write(ax: Axes, x: float, y: float, words: str) -> None:
    box = dict(facecolor="white", edgecolor=style.VERMILLION, boxstyle="round,pad=0.25", alpha=0.95)
    ax.text(x, y, words, ha="center", va="center", fontsize=12.5, color=style.VERMILLION, bbox=box, zorder=7)
