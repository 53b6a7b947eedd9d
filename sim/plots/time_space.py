"""Journeys of containers as lines through time and distance: flat pieces are waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.language.forms import in_form
from sim.language.words import tr
from sim.plots import style
from sim.plots.inputs import FigureInputs

SHOWN_DAYS = 60
MOST_JOURNEYS = 90
#: A stop longer than this is drawn as waiting.
STOP_H = 12.0
LEAST_GAP_SHARE = 0.032  # between two names on the distance axis, of its length


@style.look
def time_space(inputs: FigureInputs) -> Figure:
    """Draw container journeys of the first replication over the distance (km) along the way that most of them take."""
    route = _main_route(inputs)
    if len(route) < 2:
        return style.note_slide(
            tr("Journeys through time and space"), tr("No containers travelled in this run."), inputs.label
        )
    km = _distances(inputs, route)
    journeys = _on_route(inputs.journeys, km)
    start = _window_start(inputs, journeys)
    shown = journeys[
        (journeys["time"] >= start - pd.Timedelta(days=40))
        & (journeys["time"] <= start + pd.Timedelta(days=SHOWN_DAYS))
    ]
    figure = style.slide(
        _finding(inputs, journeys),
        tr(
            "Each line is one shipment of containers, first replication. Steep: moving. Flat and red: "
            "standing longer than half a day."
        ),
        inputs.label,
    )
    ax = figure.add_axes((0.155, 0.115, 0.82, 0.665))
    _draw_seas(ax, inputs, route, km)
    _draw_closures(ax, inputs, km)
    _draw_journeys(ax, _thinned(shown), km)
    first = date2num(start)
    ax.set(xlim=(first, first + SHOWN_DAYS), ylim=(-0.02 * max(km.values()), 1.03 * max(km.values())))
    _name_places(ax, inputs, km, journeys)
    style.name_weeks(ax)
    handles = [
        Line2D([], [], color=style.INK, linewidth=1.5, label=tr("moving")),
        Line2D([], [], color=style.MUTED, linewidth=1.5, linestyle=":", label=tr("by another route")),
        Line2D([], [], color=style.VERMILLION, linewidth=3, label=tr("standing longer than 12 h")),
        Patch(color=style.ORANGE, alpha=0.75, label=tr("place closed (storm, hours)")),
        Patch(color=style.SEA, label=tr("sea")),
    ]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=5, columnspacing=1.6)
    return figure


#: A section belongs to the main route if at least this share of the journeys on the busiest one pass it.
LEAST_SHARE = 0.25


def _main_route(inputs: FigureInputs) -> list[str]:
    """Nodes of the route that most journeys follow, in the order of passing.

    Of all routes that some journey takes, the one on whose sections most kilometres are covered by whatever passes
    them. A section on which few go counts against a route, so that it ends where most cargo does.
    """
    table = inputs.journeys
    if table.empty:
        return []
    length = _link_km(inputs)
    routes: set[tuple[str, ...]] = set()
    passing: Counter[frozenset[str]] = Counter()
    for _, rows in table.sort_values("time", kind="stable").groupby(["flow", "ordinal"], sort=True):
        nodes_passed = rows["node"].astype(str).tolist()
        passed = tuple(n for k, n in enumerate(nodes_passed) if k == 0 or nodes_passed[k - 1] != n)
        routes.add(min(passed, passed[::-1]))  # there and back is one route
        passing.update({frozenset(pair) for pair in pairwise(passed)})
    few = LEAST_SHARE * max(passing.values(), default=0)

    def covered_km(route: Sequence[str]) -> float:
        return sum(length.get(pair, 0.0) * (passing[pair] - few) for pair in map(frozenset, pairwise(route)))

    best: Sequence[str] = max(sorted(routes), key=covered_km)
    nodes = list(best)
    direction = inputs.flows.set_index("flow")["direction"]
    westward = table["flow"].map(direction).eq("east_to_west").mean() >= 0.5
    at = inputs.places.set_index("node")["lon"]
    runs_west = bool(nodes) and at.get(nodes[0], 0.0) >= at.get(nodes[-1], 0.0)
    return nodes if runs_west == westward or not nodes else nodes[::-1]


def _link_km(inputs: FigureInputs) -> dict[frozenset[str], float]:
    return {frozenset((row.from_node, row.to_node)): float(row.length_km) for row in inputs.lines.itertuples()}


def _distances(inputs: FigureInputs, route: Sequence[str]) -> dict[str, float]:
    """Kilometres from the route's first node."""
    length, km, total = _link_km(inputs), {route[0]: 0.0}, 0.0
    for a, b in pairwise(route):
        total += length.get(frozenset((a, b)), 0.0)
        km.setdefault(b, total)
    return km


def _on_route(journeys: pd.DataFrame, km: dict[str, float]) -> pd.DataFrame:
    """Passings of the route's places; ``astray`` where the lot was at another place since the one before."""
    journeys = journeys.sort_values(["flow", "ordinal", "time"], kind="stable")
    off = ~journeys["node"].isin(list(km))
    astray = off.groupby([journeys["flow"], journeys["ordinal"]]).shift(1, fill_value=False)
    return journeys.assign(astray=astray)[~off]


def _window_start(inputs: FigureInputs, journeys: pd.DataFrame) -> pd.Timestamp:
    """The start of the month in which most time was spent closed, so that closures can be seen at work."""
    begin = pd.Timestamp(inputs.label.period_start, tz="UTC")
    last = pd.Timestamp(inputs.label.period_end, tz="UTC") - pd.Timedelta(days=SHOWN_DAYS)
    starts = [t for t in pd.date_range(begin, max(begin, last), freq="MS") if (journeys["time"] <= t).any()] or [begin]
    shut = inputs.closures
    if shut.empty:
        return starts[0]
    hours = []
    for start in starts:
        end = start + pd.Timedelta(days=SHOWN_DAYS)
        overlap = shut["to"].clip(upper=end) - shut["from"].clip(lower=start)
        hours.append(overlap[overlap > pd.Timedelta(0)].sum() / pd.Timedelta(hours=1))
    return starts[int(np.argmax(hours))]


def _thinned(shown: pd.DataFrame) -> pd.DataFrame:
    """At most ``MOST_JOURNEYS`` journeys, evenly chosen, so that single ones can be followed."""
    keys = shown[["flow", "ordinal"]].drop_duplicates().reset_index(drop=True)
    return shown.merge(keys.iloc[:: -(-len(keys) // MOST_JOURNEYS) or 1], on=["flow", "ordinal"])


def _finding(inputs: FigureInputs, journeys: pd.DataFrame) -> str:
    stops = _stops(journeys)
    if stops.empty:
        return tr("Containers pass the corridor without long stops")
    hours = stops.groupby("node")["hours"].sum()
    top, names = hours.idxmax(), inputs.place_names()
    mean = hours[top] / journeys.loc[journeys["node"] == top, ["flow", "ordinal"]].drop_duplicates().shape[0]
    return tr(
        "Containers wait longest at {top}: {mean} days on average",
        top=names.get(top, top),
        mean=in_form(f"{mean / 24:.1f}"),
    )


def _stops(journeys: pd.DataFrame) -> pd.DataFrame:
    """Time from reaching a node to leaving it."""
    later = journeys.groupby(["flow", "ordinal"])[["node", "time"]].shift(-1)
    hours = (later["time"] - journeys["time"]) / pd.Timedelta(hours=1)
    return journeys.assign(hours=hours)[(later["node"] == journeys["node"]) & (hours > 0)]


def _draw_seas(ax: Axes, inputs: FigureInputs, route: Sequence[str], km: dict[str, float]) -> None:
    mode = {frozenset((row.from_node, row.to_node)): row.mode for row in inputs.lines.itertuples()}
    for a, b in pairwise(route):
        if mode.get(frozenset((a, b)), "").startswith("sea"):
            ax.axhspan(km[a], km[b], color=style.SEA, linewidth=0, zorder=0)


def _closures(inputs: FigureInputs, km: dict[str, float]) -> pd.DataFrame:
    """Closed times of facilities at the places of the route, first replication."""
    node_of = inputs.facilities.drop_duplicates("facility").set_index("facility")["node"]
    shut = inputs.closures.assign(node=inputs.closures["facility"].map(node_of))
    return shut[(shut["replication"] == 0) & shut["node"].isin(list(km))]


def _draw_closures(ax: Axes, inputs: FigureInputs, km: dict[str, float]) -> None:
    """A band at the place for each closed time of a facility there."""
    shut, thick = _closures(inputs, km), 0.011 * max(km.values())
    for row in shut.drop_duplicates(["node", "from", "to"]).itertuples(index=False):
        start, end = date2num(row[shut.columns.get_loc("from")]), date2num(row[shut.columns.get_loc("to")])
        y = km[row[shut.columns.get_loc("node")]]
        ax.fill_between([start, end], y - thick, y + thick, color=style.ORANGE, alpha=0.75, linewidth=0, zorder=2)


def _draw_journeys(ax: Axes, shown: pd.DataFrame, km: dict[str, float]) -> None:
    moving: list[Any] = []
    standing: list[Any] = []
    elsewhere: list[Any] = []
    for _, rows in shown.groupby(["flow", "ordinal"], sort=True):
        points = list(zip(date2num(rows["time"]), rows["node"].map(km), strict=True))
        for (t0, y0), (t1, y1), astray in zip(points, points[1:], rows["astray"].iloc[1:], strict=False):
            long_stop = y0 == y1 and (t1 - t0) * 24 > STOP_H
            (elsewhere if astray else standing if long_stop else moving).append([(t0, y0), (t1, y1)])
    ax.add_collection(LineCollection(moving, colors=style.INK, linewidths=1.1, alpha=0.75, zorder=4))
    ax.add_collection(LineCollection(elsewhere, colors=style.MUTED, linewidths=1.0, linestyles=":", zorder=3))
    ax.add_collection(LineCollection(standing, colors=style.VERMILLION, linewidths=2.6, alpha=0.85, zorder=5))


def _name_places(ax: Axes, inputs: FigureInputs, km: dict[str, float], journeys: pd.DataFrame) -> None:
    """Names with kilometres on the distance axis: ends, places that close, then long stops; no two on one spot."""
    hours = _stops(journeys).groupby("node")["hours"].sum()
    nodes, shut = list(km), set(_closures(inputs, km)["node"])
    order = [nodes[0], nodes[-1], *sorted(nodes[1:-1], key=lambda n: (n not in shut, -hours.get(n, 0.0)))]
    gap = LEAST_GAP_SHARE * max(km.values())
    shown: list[str] = []
    for node in order:
        if all(abs(km[node] - km[other]) >= gap for other in shown):
            shown.append(node)
    names = inputs.place_names()
    ax.set_yticks([km[n] for n in shown], [f"{style.in_lines(names.get(n, n), 18, 1)}  {km[n]:,.0f}" for n in shown])
    ax.set_ylabel(tr("Kilometres along the route"))
    ax.tick_params(axis="y", labelsize=12.5)
    for node in shown:
        ax.axhline(km[node], color=style.FAINT, linewidth=0.7, zorder=1)
