"""Delay by cause side by side: one stacked bar of days a scenario, over the flows that all have in common.

Where two bars look alike, the differences from the first stand below on a scale of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.plots import style
from sim.plots.inputs import RunLabel

#: Bars whose totals differ by less than this share of the first look alike.
ALIKE = 0.10


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
    apart = look_alike(data)
    what += f" Below: hours more (right) or less (left) than {data.bars[0][0]}, by cause." if apart else ""
    figure = style.slide(data.finding, what, data.label)
    ax = figure.add_axes((0.20, 0.45, 0.75, 0.26) if apart else (0.20, 0.13, 0.75, 0.58))
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
    if apart:
        _differences(figure.add_axes((0.20, 0.13, 0.75, 0.20)), data)
    return figure


def look_alike(data: CauseBars) -> bool:
    """Whether a bar is about as long as the first, and not the same: then its difference cannot be seen."""
    if len(data.bars) < 2:
        return False
    first = data.bars[0][1]
    total = sum(first.values())
    return total > 0 and any(
        abs(sum(bar.values()) - total) < ALIKE * total and dict(bar) != dict(first) for _, bar in data.bars[1:]
    )


def _differences(ax: Axes, data: CauseBars) -> None:
    """Hours by cause more or less than in the first bar: what is more to the right of zero, what is less to the left."""
    (_, first), *others = data.bars
    moved = [{c: 24 * (bar.get(c, 0.0) - first.get(c, 0.0)) for c in style.CAUSES} for _, bar in others]
    ends = {side: [sum(h for h in bar.values() if h * side > 0) for bar in moved] for side in (-1, 1)}
    widest = max(max(map(abs, hours)) for hours in ends.values()) or 1.0
    places = list(range(len(others)))
    for y, bar in zip(places, moved, strict=True):
        start = {-1: 0.0, 1: 0.0}
        for cause, hours in bar.items():
            side = 1 if hours > 0 else -1
            _, colour = style.CAUSES[cause]
            ax.barh(y, hours, left=start[side], height=0.62, color=colour, edgecolor="white", linewidth=0.8)
            start[side] += hours
        text = f"{sum(bar.values()):+.1f} h".replace("-", "−")
        ax.text(ends[1][y] + 0.02 * widest, y, text, va="center", fontsize=15, fontweight="bold")
    ax.axvline(0, color=style.INK, linewidth=1.2)
    style.bare_left(ax, places, [style.in_lines(name) for name, _ in others])
    ax.set(xlim=(min(ends[-1]) - 0.05 * widest, max(ends[1]) + 0.25 * widest))
    ax.set_xlabel(f"Hours of a shipment, difference from {style.in_lines(data.bars[0][0], 60, 1)}")


def _write(
    ax: Axes, cause: str, places: Sequence[float], left: Sequence[float], days: Sequence[float], longest: float
) -> None:
    for y, start, width in zip(places, left, days, strict=True):
        if width > 0.035 * longest:
            colour = "white" if cause in ("vessel", "capacity", "asset") else style.INK
            ax.text(start + width / 2, y, f"{width:.1f}", ha="center", va="center", fontsize=13, color=colour)
