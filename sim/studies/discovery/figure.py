"""The box of a rule over the two factors that bound it most, with the points that fail and those that do not."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import capital
from sim.statistics.discovery import Bound
from sim.studies.discovery.page import finding
from sim.studies.discovery.result import DiscoveryResult


@style.look
def figure(result: DiscoveryResult, rule: Sequence[Bound], label: RunLabel, units: Sequence[str] = ()) -> Figure:
    """Draw every point over two factors; the box spans them as the rule bounds them.

    Lengths of time are in hours, days by their number, steps are numbered; ``units`` of each factor, as it is drawn.
    """
    if not rule:
        return style.note_slide(capital(result.outcome), finding(result), label)
    chosen = [bound.factor for bound in rule][:2]
    if len(chosen) == 1 and len(result.factors) > 1:
        chosen.append(next(k for k in range(len(result.factors)) if k != chosen[0]))
    slide = style.slide(
        finding(result),
        f"{result.question} Each mark is a point, rings are fresh ones that the rule had not seen; the box is the rule"
        + (", of which two of its bounds are drawn." if len(rule) > 2 else "."),
        label,
    )
    ax = slide.add_axes((0.09, 0.13, 0.70, 0.60))
    table = np.array([one.values for one in result.placed])
    x = table[:, chosen[0]]
    y = table[:, chosen[1]] if len(chosen) > 1 else np.zeros(len(table))
    chance = np.random.default_rng(1)  # points of one step stand beside each other
    x, y = (_apart(column, chance) for column in (x, y))
    fails, fresh = (np.array([getattr(one, name) for one in result.placed]) for name in ("fails", "fresh"))
    for bad, colour in ((False, style.SKY), (True, style.VERMILLION)):
        for new in (False, True):
            own = (fails == bad) & (fresh == new)
            face = "none" if new else colour
            ax.scatter(x[own], y[own], s=110, facecolors=face, edgecolors=colour, linewidths=2, zorder=3)
    (left, right), (low, high) = (
        (_ends(rule, k, column) for k, column in zip(chosen, (x, y), strict=False))
        if len(chosen) > 1
        else (_ends(rule, chosen[0], x), (y.min() - 0.5, y.max() + 0.5))
    )
    ax.add_patch(
        Rectangle((left, low), right - left, high - low, facecolor=style.ORANGE, alpha=0.18, edgecolor="none", zorder=1)
    )
    ax.add_patch(Rectangle((left, low), right - left, high - low, fill=False, edgecolor=style.ORANGE, linewidth=3))
    for k, side, column in zip(chosen, (ax.xaxis, ax.yaxis), table[:, chosen].T, strict=False):
        unit = f" ({units[k]})" if units and units[k] else ""
        side.set_label_text(textwrap.fill(capital(result.factors[k]) + unit, 80 if side is ax.xaxis else 50))
        side.set_major_locator(MaxNLocator("auto", integer=bool((column == np.round(column)).all())))
        style.plain_numbers(side)
    if len(chosen) == 1:
        ax.set_yticks([])
    handles = [
        Line2D([], [], color=style.VERMILLION, marker="o", linestyle="", markersize=10, label="fails"),
        Line2D([], [], color=style.SKY, marker="o", linestyle="", markersize=10, label="does not"),
        Line2D([], [], color=style.MUTED, marker="o", fillstyle="none", linestyle="", markersize=10, label="fresh"),
        Patch(color=style.ORANGE, alpha=0.4, label="the rule"),
    ]
    slide.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.81, 0.72))
    return slide


def _apart(column: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    steps = np.unique(column)
    if len(steps) > 8:
        return column
    return column + chance.uniform(-0.12, 0.12, len(column)) * (np.diff(steps).min() if len(steps) > 1 else 1.0)


def _ends(rule: Sequence[Bound], factor: int, column: np.ndarray) -> tuple[float, float]:
    low, high = float(column.min()), float(column.max())
    room = 0.04 * (high - low or 1.0)
    own = next((bound for bound in rule if bound.factor == factor), Bound(factor, None, None))
    return (
        low - room if own.above is None else own.above,
        high + room if own.at_most is None else own.at_most,
    )
