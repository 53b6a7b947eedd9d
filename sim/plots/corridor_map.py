"""The corridor on a map: width of a line is flow, a disc is waiting by cause at a place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, DrawingArea
from matplotlib.patches import Patch, Wedge

from sim.language.forms import percent
from sim.language.words import tr
from sim.plots import basemap, style
from sim.plots.discs import apart
from sim.plots.inputs import FigureInputs
from sim.plots.place_names import Frame, draw_names, frame_of

WIDEST_PT, THINNEST_PT = 15.0, 1.2
LARGEST_DISC_PT, SMALLEST_DISC_PT, MOST_DISCS, LEAST_SHARE = 46.0, 11.0, 10, 0.01
BETWEEN_DISCS_PX = 3.0
LAND_LINE, SEA_LINE = "#3D4A57", "#2B6C99"
CORNERS = {
    "upper right": (0.99, 0.97),
    "upper left": (0.012, 0.97),
    "lower right": (0.99, 0.03),
    "lower left": (0.012, 0.03),
}
BOX: dict[str, Any] = dict(frameon=True, facecolor="white", edgecolor="none", framealpha=0.85)


@style.look
def corridor_map(inputs: FigureInputs) -> Figure:
    """Draw flow (tonnes of corridor cargo by link) and waiting (tonne-days by place and cause)."""
    flow = _tonnes_by_link(inputs)
    if flow.empty:
        return style.note_slide(tr("Flow and waiting on the map"), tr("No cargo moved over a link."), inputs.label)
    waits = _waiting_by_place(inputs)
    figure = style.slide(
        _finding(inputs, waits),
        tr("Line width: tonnes of corridor cargo. Discs: tonnes times days that cargo waits at a place, by cause."),
        inputs.label,
        tr("Base map: Natural Earth (public domain); borders for orientation")
        if inputs.basemap_dir
        else tr("No base map: the network has none of its own"),
    )
    served = inputs.places[inputs.places["node"].isin({*flow["from_node"], *flow["to_node"]})]
    window = basemap.window_of(served)
    main, enlarge = figure.add_axes(basemap.PAGE), window == basemap.CORRIDOR
    panels = [(main, window, basemap.ENLARGED if enlarge else None)]
    if enlarge:
        panels.append((figure.add_axes(basemap.PAGE_PART), basemap.ENLARGED, None))
    for ax, frame, hole in panels:
        basemap.draw_base(ax, inputs.basemap_dir, frame)
        _draw_flow(ax, flow)
        here = served[basemap.inside(served, frame) & ~(basemap.inside(served, hole) if hole else False)]
        discs = _draw_waits(ax, here, waits)
        taken = list(discs.values())
        if ax is main:
            taken += _draw_legends(main, served, flow, waits)
            taken += [frame_of(part) for part, _, _ in panels[1:]]
        links = flow[["from_node", "to_node"]].stack().value_counts()
        draw_names(ax, here, inputs.place_names(), _disc_days(waits), links, taken, discs)
    if enlarge:
        basemap.join(main, panels[1][0])
    return figure


def _tonnes_by_link(inputs: FigureInputs) -> pd.DataFrame:
    """Mean over replications of the tonnes on each link, with the line to draw; widest last."""
    links = inputs.links
    if links.empty:
        return pd.DataFrame(columns=["link", "tonnes", "mode", "points"])
    total = links.groupby("link", as_index=False)["tonnes"].sum()
    total["tonnes"] /= inputs.label.replications
    found = total.merge(inputs.lines[["link", "from_node", "to_node", "mode", "points"]], on="link")
    return found[found["tonnes"] > 0].sort_values("tonnes")


def _waiting_by_place(inputs: FigureInputs) -> pd.DataFrame:
    """Mean over replications of tonne-days of waiting by node and cause."""
    waits = inputs.node_waits
    waits = waits[waits["cause"].isin(style.WAITING_CAUSES) & waits["node"].isin(inputs.places["node"])]
    days = waits.groupby(["node", "cause"], as_index=False)["tonne_hours"].sum()
    days["days"] = days["tonne_hours"].astype(float) / 24 / inputs.label.replications
    return days


def _finding(inputs: FigureInputs, waits: pd.DataFrame) -> str:
    if waits.empty or waits["days"].sum() <= 0:
        return tr("Cargo moves without waiting")
    by_node = waits.groupby("node")["days"].sum().sort_values(ascending=False)
    top = by_node.index[0]
    cause = waits[waits["node"] == top].sort_values("days").iloc[-1]["cause"]
    share = by_node.iloc[0] / by_node.sum()
    name = inputs.place_names().get(top, top)
    return tr(
        "{share} of all waiting is at {name}, mostly {cause}",
        share=percent(share),
        name=name,
        cause=style.CAUSES[cause][0],
    )


def _widths_pt(tonnes: np.ndarray, most: float) -> np.ndarray:
    """Width by the square root, so that small flows stay visible."""
    return np.maximum(THINNEST_PT, WIDEST_PT * np.sqrt(tonnes / most))


def _draw_flow(ax: Axes, flow: pd.DataFrame) -> None:
    widths = _widths_pt(flow["tonnes"].to_numpy(), flow["tonnes"].max())
    at_sea = flow["mode"].str.startswith("sea").to_numpy()
    for which, colour in ((~at_sea, LAND_LINE), (at_sea, SEA_LINE)):
        lines = LineCollection(
            list(flow.loc[which, "points"]),
            linewidths=widths[which],
            colors=colour,
            capstyle="round",
            joinstyle="round",
            zorder=3,
        )
        ax.add_collection(lines)


def _draw_waits(ax: Axes, here: pd.DataFrame, waits: pd.DataFrame) -> dict[str, Frame]:
    """Draw the discs of the places in this panel; return by node the frames (pixels) that they fill.

    Discs that would hide one another stand apart, with a line to where they belong.
    """
    totals, at = _disc_days(waits), here.set_index("node")
    nodes = [node for node in totals.index if node in at.index]
    if not nodes:
        return {}
    sizes = [max(SMALLEST_DISC_PT, LARGEST_DISC_PT * np.sqrt(totals[node] / totals.max())) for node in nodes]
    true = ax.transData.transform(at.loc[nodes, ["lon", "lat"]].to_numpy(float))
    half, window = np.array(sizes) / 2 * ax.figure.dpi / 72, ax.get_window_extent()
    middles = apart(true, half, (window.x0, window.y0, window.x1, window.y1), gap=BETWEEN_DISCS_PX)
    for node, size, place, middle in zip(nodes, sizes, true, middles, strict=True):
        position = ax.transData.inverted().transform(middle)
        if np.hypot(*(middle - place)) > 1:
            ends = np.array([ax.transData.inverted().transform(place), position])
            ax.plot(*ends.T, color=style.INK, linewidth=1.2, zorder=6)
        disc = _disc(waits[waits["node"] == node], size)
        ax.add_artist(AnnotationBbox(disc, tuple(position), frameon=False, pad=0, zorder=7))
    return {node: (x - r, y - r, x + r, y + r) for node, (x, y), r in zip(nodes, middles, half, strict=True)}


def _disc_days(waits: pd.DataFrame) -> pd.Series:
    """Tonne-days by node, largest first, of the places that get a disc."""
    totals = waits.groupby("node")["days"].sum().nlargest(MOST_DISCS)
    return totals[totals > LEAST_SHARE * totals.max()]


def _disc(parts: pd.DataFrame, size: float) -> DrawingArea:
    """A round of ``size`` points, cut like a cake by cause."""
    area, middle, start = DrawingArea(size, size, 0, 0), size / 2, 90.0
    days = parts.set_index("cause")["days"].reindex(style.WAITING_CAUSES).fillna(0.0)
    for cause, share in (days / days.sum()).items():
        if share > 0:
            end, colour = start - 360 * share, style.CAUSES[str(cause)][1]
            area.add_artist(
                Wedge((middle, middle), middle, end, start, facecolor=colour, edgecolor="white", linewidth=0.8)
            )
            start = end
    return area


def _draw_legends(ax: Axes, places: pd.DataFrame, flow: pd.DataFrame, waits: pd.DataFrame) -> list[Frame]:
    """Draw both legends in the corners where the fewest places are; return the frames (pixels) that they fill."""
    most = flow["tonnes"].max()
    samples = sorted({float(f"{most * share:.1g}") for share in (1.0, 0.3, 0.05)}, reverse=True)
    widths = _widths_pt(np.array(samples), most)
    lines = [
        Line2D(
            [],
            [],
            color=LAND_LINE,
            lw=width,
            solid_capstyle="round",
            label=tr("{tonnes} t", tonnes=style.amount(sample)),
        )
        for sample, width in zip(samples, widths, strict=True)
    ]
    days = waits.groupby("cause")["days"].sum()
    discs = [
        Patch(color=style.CAUSES[c][1], label=f"{tr(style.CAUSES[c][0])}: {style.amount(days[c])}")
        for c in style.WAITING_CAUSES
        if days.get(c, 0) > 0
    ]
    frames: list[Frame] = []
    crowded = _places_in_corners(ax, places)
    for handles, title, wanted in (
        (discs, tr("Waiting, tonne-days"), ("upper right", "upper left", "lower right", "lower left")),
        (lines, tr("Cargo in the period"), ("lower left", "upper left", "lower right", "upper right")),
    ):
        if handles:
            corner = min((c for c in wanted if c in crowded), key=lambda c: crowded[c])
            crowded.pop(corner)
            place: dict[str, Any] = {"loc": corner, "bbox_to_anchor": CORNERS[corner]}
            legend = ax.legend(handles=list(handles), title=title, labelspacing=0.7, **place, **BOX)
            ax.add_artist(legend)
            frames.append(frame_of(legend))
    return frames


def _places_in_corners(ax: Axes, places: pd.DataFrame) -> dict[str, int]:
    """Number of places in each corner, of a third of the width and of the height."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    across, up = (places["lon"] - west) / (east - west), (places["lat"] - south) / (north - south)
    sides = {"left": across < 1 / 3, "right": across > 2 / 3, "lower": up < 0.4, "upper": up > 0.6}
    return {corner: int((sides[corner.split()[0]] & sides[corner.split()[1]]).sum()) for corner in CORNERS}
