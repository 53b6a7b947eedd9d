"""Delay by cause side by side: one stacked bar of days a scenario, over the flows that all have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots import style
from sim.plots.inputs import RunLabel


@dataclass(frozen=True)
class CauseBars:
    """``bars``: name of a scenario and its mean days of a lot by cause, in the order drawn."""

    finding: str
    bars: Sequence[tuple[str, Mapping[str, float]]]
    label: RunLabel


@style.look
def figure(data: CauseBars) -> Figure:
    """Draw where the days of a lot go in each scenario; the parts add up to the mean journey."""
    longest = max((sum(days.values()) for _, days in data.bars), default=0.0)
    if longest <= 0:
        return style.note_slide(data.finding, "No shipment departed in the period.", data.label)
    what = "Mean days of a shipment by cause, over the flows that are compared."
    figure = style.slide(data.finding, what, data.label)
    ax = figure.add_axes((0.20, 0.13, 0.75, 0.58))
    places = list(range(len(data.bars)))
    left = [0.0] * len(data.bars)
    for cause, (words, colour) in style.CAUSES.items():
        days = [bar.get(cause, 0.0) for _, bar in data.bars]
        if max(days) <= 0:
            continue
        ax.barh(places, days, left=left, height=0.62, color=colour, edgecolor="white", linewidth=0.8, label=words)
        _write(ax, cause, places, left, days, longest)
        left = [start + day for start, day in zip(left, days, strict=True)]
    for y, total in zip(places, left, strict=True):
        ax.text(total + 0.008 * longest, y, f"{total:.1f} d", va="center", fontsize=15, fontweight="bold")
    style.bare_left(ax, places, [style.in_lines(name) for name, _ in data.bars])
    ax.set(xlim=(0, 1.1 * longest), xlabel="Days of a shipment")
    ax.legend(loc="lower left", bbox_to_anchor=(-0.20, 1.02), ncols=4, columnspacing=1.4, handlelength=1.0)
    return figure


def _write(
    ax: Axes, cause: str, places: Sequence[float], left: Sequence[float], days: Sequence[float], longest: float
) -> None:
    for y, start, width in zip(places, left, days, strict=True):
        if width > 0.035 * longest:
            colour = "white" if cause in ("vessel", "capacity", "asset") else style.INK
            ax.text(start + width / 2, y, f"{width:.1f}", ha="center", va="center", fontsize=13, color=colour)
