"""Berths and yards of the ports over time, and when their entries are shut: what fills when ships cannot leave."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.indicators import INDICATORS
from sim.language.forms import in_form
from sim.language.words import tr
from sim.plots import style
from sim.plots.inputs import FigureInputs
from sim.statistics.intervals import NOT_REACHED

MOST_PORTS = 6
_STAY = "port_dwell_p90"


@style.look
def port_occupancy(inputs: FigureInputs) -> Figure:
    """Draw berths in use and the fullest yard of each port, daily means, first replication; shut entries are shaded."""
    first = inputs.facilities[inputs.facilities["replication"] == inputs.facilities["replication"].min()]
    kind = first["facility"].astype(str).map(inputs.facility_kinds)
    berths = _share(first[kind == "berth"], ["node", "day"])
    if berths.empty:
        return style.note_slide(tr("Ports"), tr("No ship called at a berth in this run."), inputs.label)
    yards = _share(first[kind == "yard"], ["node", "facility", "day"])
    shut = inputs.closures[inputs.closures["replication"] == first["replication"].min()]
    shut = shut[shut["facility"].astype(str).map(inputs.facility_kinds) == "entry"]
    shut = shut.assign(node=shut["facility"].astype(str).map(_node_of(inputs)))
    every = _ports(berths, yards)
    ports, more = every[:MOST_PORTS], len(every[MOST_PORTS:])
    figure = style.slide(
        _finding(inputs, berths, shut, ports),
        tr(
            "Share of the port's berths taken by ships, and of its fullest yard; mean of each day, first "
            "replication. Below the name: {words}, all replications.",
            words=INDICATORS[_STAY].words,
        )
        + ((" " + tr("{more} more ports are not drawn.", more=more)) if more else ""),
        inputs.label,
    )
    names, height = inputs.place_names(), 0.66 / len(ports)
    for k, port in enumerate(ports):
        ax = figure.add_axes((0.17, 0.105 + (len(ports) - 1 - k) * height, 0.79, 0.8 * height))
        _draw_port(ax, berths[port], _fullest(yards, port), shut[shut["node"] == port])
        start, end = (date2num(pd.Timestamp(d)) for d in (inputs.label.period_start, inputs.label.period_end))
        ax.set_xlim(start, end + 1)
        style.name_months(ax)
        ax.text(
            -0.07,
            0.6,
            names.get(port, port),
            va="center",
            ha="right",
            fontsize=14,
            fontweight="bold",
            transform=ax.transAxes,
        )
        ax.text(-0.07, 0.28, _stay(inputs, port), va="center", ha="right", fontsize=12, transform=ax.transAxes)
        if k < len(ports) - 1:
            ax.tick_params(axis="x", labelbottom=False)
    handles = [
        Patch(color=style.SKY, label=tr("berths taken")),
        Line2D([], [], color=style.BLUE, linewidth=2, label=tr("fullest yard")),
        Patch(color=style.ORANGE, alpha=0.55, label=tr("entry closed (storm, fog, works)")),
    ]
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.16, 0.75), ncols=3, columnspacing=1.6)
    return figure


def _share(rows: pd.DataFrame, by: list[str]) -> pd.Series:
    """Percent of the capacity in use by place and day; several facilities of one place count together."""
    if rows.empty:
        return pd.Series(dtype=float, index=pd.MultiIndex.from_tuples([], names=by))
    sums = rows.assign(facility=rows["facility"].astype(str)).groupby(by)[["busy_unit_h", "capacity_unit_h"]].sum()
    return 100 * sums["busy_unit_h"] / sums["capacity_unit_h"].where(sums["capacity_unit_h"] > 0)


def _node_of(inputs: FigureInputs) -> pd.Series:
    table = inputs.facilities[["facility", "node"]].astype(str).drop_duplicates("facility")
    return table.set_index("facility")["node"]


def _ports(berths: pd.Series, yards: pd.Series) -> list[str]:
    """Ports with a yard before those without, the busiest berths first."""
    with_yard = set(yards.index.get_level_values("node")) if len(yards) else set()
    busy = berths.groupby(level="node").mean().sort_values(ascending=False, kind="stable")
    order = sorted(busy.index, key=lambda port: port not in with_yard)
    return [str(port) for port in order]


def _stay(inputs: FigureInputs, port: str) -> str:
    """The time that nine in ten shipments need at the port, in hours; empty where none stays."""
    kpis = inputs.kpis
    own = kpis[(kpis["kpi"] == _STAY) & (kpis["scope"] == port) & (kpis["year"] == 0)]["contribution"]
    if own.empty:
        return ""
    return (
        tr("stay P90 {hours} h", hours=in_form(f"{own.mean():.0f}"))
        if np.isfinite(own).all()
        else tr("stay P90 {not_reached}", not_reached=NOT_REACHED)
    )


def _fullest(yards: pd.Series, port: str) -> pd.Series:
    """Percent in use of the yard that is fullest on each day; empty if the port has none."""
    if not len(yards) or port not in yards.index.get_level_values("node"):
        return pd.Series(dtype=float)
    return yards[port].groupby(level="day").max()


def _finding(inputs: FigureInputs, berths: pd.Series, shut: pd.DataFrame, ports: list[str]) -> str:
    """The port whose berths fill most on days on which its entry is shut."""
    most, words = 0.0, tr("Berths and yards of {ports} ports", ports=len(ports))
    for port in ports:
        days, here = berths[port], shut[shut["node"] == port]
        shut_days = pd.Series(False, index=days.index)
        for start, end in zip(here["from"], here["to"], strict=True):
            shut_days |= (days.index >= start.floor("D")) & (days.index < end)
        if 0 < shut_days.sum() < len(days):
            on, off = days[shut_days].mean(), days[~shut_days].mean()
            if on - off > most:
                name = inputs.place_names().get(port, port)
                most = on - off
                words = tr(
                    "{name}: ships hold {closed} of the berths on days with a closed entry, {open} on others",
                    name=name,
                    closed=style.percent(on / 100),
                    open=style.percent(off / 100),
                )
    return words


def _draw_port(ax: Axes, berths: pd.Series, yard: pd.Series, shut: pd.DataFrame) -> None:
    ax.fill_between(
        date2num(berths.index), berths.fillna(0.0).clip(upper=100), color=style.SKY, linewidth=0, step="mid", zorder=2
    )
    for start, end in zip(date2num(shut["from"]), date2num(shut["to"]), strict=True):
        ax.axvspan(start, end, color=style.ORANGE, alpha=0.55, linewidth=0, zorder=1)
    if len(yard):
        ax.plot(date2num(yard.index), yard, color=style.BLUE, linewidth=1.8, zorder=4)
    ax.set(ylim=(0, 105), yticks=[0, 50, 100], yticklabels=["0%", "50%", "100%"])
    ax.tick_params(axis="y", labelsize=11.5)
