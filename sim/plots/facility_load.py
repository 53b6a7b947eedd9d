"""The facilities where shipments wait longest: how full, how long the queue, when closed."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.language.forms import day_words, in_form, percent
from sim.language.words import tr
from sim.plots import style
from sim.plots.inputs import FigureInputs

MOST_FACILITIES = 5
SMOOTHED_DAYS = 7
LETTERS_IN_TITLE = 26


@style.look
def facility_load(inputs: FigureInputs) -> Figure:
    """Draw utilisation (7-day mean) and each day's longest queue, one row a facility, first replication."""
    table = inputs.facilities
    # chosen by the replication that is shown: a backlog of another one would head an empty row
    busiest = _busiest(table[table["replication"] == table["replication"].min()])
    if not busiest:
        return style.note_slide(
            tr("Load of facilities"), tr("No shipment waited at a facility in this run."), inputs.label
        )
    first = table[table["replication"] == table["replication"].min()]
    shut = inputs.closures[inputs.closures["replication"] == table["replication"].min()]
    figure = style.slide(
        _finding(inputs, first, busiest),
        tr("The facilities with the most waiting of all traffic; first replication. Capacity in use is a 7-day mean."),
        inputs.label,
    )
    height = 0.69 / len(busiest)
    for k, facility in enumerate(busiest):
        ax = figure.add_axes((0.285, 0.105 + (len(busiest) - 1 - k) * height, 0.645, 0.8 * height))
        rows = first[first["facility"] == facility].set_index("day").sort_index()
        _draw_row(ax, rows, shut[shut["facility"] == facility], inputs)
        title = "\n".join(textwrap.wrap(inputs.facility_titles.get(facility, facility), LETTERS_IN_TITLE)[:2])
        look: dict[str, Any] = dict(transform=ax.transAxes, ha="right")
        ax.text(-0.075, 0.5, title, va="bottom", fontsize=15, fontweight="bold", linespacing=1.1, **look)
        ax.text(-0.075, 0.42, _figures(rows), va="top", fontsize=12.5, color=style.MUTED, **look)
        if k < len(busiest) - 1:
            ax.tick_params(axis="x", labelbottom=False)
    _draw_legend(figure)
    return figure


def _busiest(table: pd.DataFrame) -> list[str]:
    if table.empty:
        return []
    hours = table.groupby("facility")["wait_h"].sum()
    return list(hours[hours > 0].nlargest(MOST_FACILITIES).index)


def _finding(inputs: FigureInputs, first: pd.DataFrame, busiest: list[str]) -> str:
    rows = first[first["facility"] == busiest[0]]
    title = inputs.facility_titles.get(busiest[0], busiest[0])
    peak = rows.loc[rows["queue_max"].idxmax()]
    wait_h = rows["wait_h"].sum()
    shut = inputs.closures[
        (inputs.closures["facility"] == busiest[0]) & (inputs.closures["replication"] == rows["replication"].iloc[0])
    ]
    if wait_h > 0 and len(shut):
        days = rows.set_index("day")["wait_h"]
        closed = pd.Series(False, index=days.index)
        for start, end in zip(shut["from"], shut["to"], strict=True):
            closed |= (days.index >= start.floor("D")) & (days.index < end)
        share = days[closed].sum() / wait_h
        return tr("{title}: {share} of the waiting falls on days with a closure", title=title, share=percent(share))
    return tr(
        "{title}: up to {queue_max} wait at once ({day})",
        title=title,
        queue_max=in_form(f"{peak['queue_max']:.0f}"),
        day=day_words(peak["day"]),
    )


def _figures(rows: pd.DataFrame) -> str:
    busy = rows["busy_unit_h"].sum() / max(rows["capacity_unit_h"].sum(), 1e-9)
    return tr("{busy} in use, {days} waiting days", busy=percent(busy), days=style.amount(rows["wait_h"].sum() / 24))


def _draw_row(ax: Axes, rows: pd.DataFrame, shut: pd.DataFrame, inputs: FigureInputs) -> None:
    window = f"{SMOOTHED_DAYS}D"
    capacity = rows["capacity_unit_h"].rolling(window).sum()
    share = (100 * rows["busy_unit_h"].rolling(window).sum() / capacity.where(capacity > 0)).fillna(0.0)
    days = date2num(rows.index)
    ax.fill_between(days, share.clip(upper=100), color=style.SKY, linewidth=0, zorder=2)
    for start, end in zip(date2num(shut["from"]), date2num(shut["to"]), strict=True):
        ax.axvspan(start, end, color=style.ORANGE, alpha=0.55, linewidth=0, zorder=3)
    ax.set(ylim=(0, 105), yticks=[0, 50, 100], yticklabels=[percent(0), percent(0.5), percent(1)])
    ax.tick_params(axis="y", labelsize=11.5)
    start, end = (date2num(pd.Timestamp(d)) for d in (inputs.label.period_start, inputs.label.period_end))
    ax.set_xlim(start, end + 1)
    style.name_months(ax)
    queue = ax.twinx()
    queue.plot(days, rows["queue_max"], color=style.VERMILLION, linewidth=1.6, drawstyle="steps-mid", zorder=5)
    queue.set_ylim(0, max(4.0, 1.1 * rows["queue_max"].max()))
    queue.spines["right"].set_visible(True)
    queue.tick_params(axis="y", labelsize=11.5, colors=style.VERMILLION)
    queue.locator_params(axis="y", nbins=3, integer=True)
    queue.set_ylabel(tr("queue"), fontsize=12, color=style.VERMILLION)


def _draw_legend(figure: Figure) -> None:
    handles = [
        Patch(color=style.SKY, label=tr("capacity in use (left scale)")),
        Line2D([], [], color=style.VERMILLION, linewidth=2, label=tr("longest queue of the day (right scale)")),
        Patch(color=style.ORANGE, alpha=0.55, label=tr("closed (storm, hours, works)")),
    ]
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.275, 0.79), ncols=3, columnspacing=1.6)
