"""Promises as a picture: how many shipments are there after how many days, and P50 to P95 by month of departure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from sim.language.forms import month
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.studies.promise.page import sentence
from sim.studies.promise.result import MonthDays, Promises

_COLOURS = (style.BLUE, style.VERMILLION, style.GREEN, style.ORANGE, style.PURPLE, style.SKY)


@style.look
def arrivals(found: Promises, days: Sequence[np.ndarray], label: RunLabel) -> Figure:
    """Draw the share of shipments that has arrived, day by day; ``days`` are those of each promise's shipments."""
    what = f"Share of shipments that have arrived, by days after departure. Dots: the day on which {100 * found.sure:.3g} % are there."
    figure = style.slide(sentence(found.promises[0]), what, label)
    ax = figure.add_axes((0.08, 0.14, 0.88, 0.62))
    for promise, own, colour in zip(found.promises, days, _cycle(len(days)), strict=True):
        ascending = np.sort(own[np.isfinite(own)])
        share = np.arange(1, len(ascending) + 1) / len(own)
        name = f"{promise.title}, {promise.world}" if promise.world else promise.title
        ax.step(ascending, 100 * share, where="post", color=colour, linewidth=2.4, label=name)
        if promise.promised.days is not None:
            ax.plot(promise.promised.days, 100 * found.sure, "o", markersize=11, color=colour)
    ax.axhline(100 * found.sure, color=style.MUTED, linewidth=1, linestyle="--")
    ax.set(ylim=(0, 102), xlabel="Days after departure", ylabel="Arrived, %")
    ax.legend(loc="lower right")
    return figure


@style.look
def months(rows: Sequence[MonthDays], titles: Mapping[str, str], label: RunLabel) -> Figure:
    """Draw P50 to P95 of the transit time by month of departure, one colour a flow."""
    flows = list(dict.fromkeys(row.flow for row in rows))
    worst = max((row for row in rows if row.p95 is not None), key=lambda row: row.p95 or 0.0, default=None)
    finding = "No shipment of these flows arrives"
    if worst is not None:
        when = month(worst.month)
        finding = (
            f"{titles[worst.flow]}: slowest when leaving in {when}, one in twenty takes more than {worst.p95:.0f} days"
        )
    figure = style.slide(
        finding, "Bars reach from the day when half are there (P50) to that of nineteen in twenty (P95).", label
    )
    ax = figure.add_axes((0.08, 0.14, 0.88, 0.62))
    width = 0.8 / max(len(flows), 1)
    for k, (flow, colour) in enumerate(zip(flows, _cycle(len(flows)), strict=True)):
        for row in rows:
            if row.flow == flow and row.p50 is not None and row.p95 is not None:
                at = row.month - 0.4 + width * (k + 0.5)
                ax.bar(at, row.p95 - row.p50, bottom=row.p50, width=0.9 * width, color=colour, label=None)
                ax.text(at, row.p95, f"{row.p95:.0f}", ha="center", va="bottom", fontsize=12)
        ax.bar(0, 0, color=colour, label=titles[flow])
    ax.set_xticks(range(1, 13), [month(number) for number in range(1, 13)])
    ax.set(xlim=(0.4, 12.6), ylabel="Days from departure to arrival")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", ncols=2)
    return figure


def _cycle(count: int) -> list[str]:
    return [_COLOURS[k % len(_COLOURS)] for k in range(count)]
