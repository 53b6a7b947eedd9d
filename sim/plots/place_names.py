"""Names of places on a map: the most important first, none over another."""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from sim.plots import style

Frame = tuple[float, float, float, float]  # pixels: left, low, right, high

MOST_NAMES, LETTER_PT = 17, 13.5
#: Where a name may stand around its point, in widths and heights of the name, in order of preference.
OFFSETS = (
    (0, 1.2),
    (0, -1.2),
    (0.62, 0.7),
    (-0.62, 0.7),
    (0.62, -0.7),
    (-0.62, -0.7),
    (0.72, 0),
    (-0.72, 0),
)
#: And further off, for places whose disc is as large as a name.
FAR_OFFSETS = ((0, 2.1), (0, -2.1), (0.8, 1.6), (-0.8, 1.6), (0.8, -1.6), (-0.8, -1.6))
#: Two places nearer than this, such as the two sides of a border, get one name.
ONE_SPOT_PT = 6.0
#: Kinds of places that are named before stations, junctions and borders.
TELLING_KINDS = ("port", "terminal", "gauge_break")


def draw_names(
    ax: Axes,
    here: pd.DataFrame,
    names: dict[str, str],
    weight: pd.Series,
    links: pd.Series,
    taken: list[Frame],
    discs: Mapping[str, Frame],
) -> None:
    """Mark and name places; a name that finds no room free of other names is left out.

    Args:
        here: node, kind, lon, lat of the places in this panel.
        names: node -> words.
        weight: node -> importance; after it the kind of place decides.
        links: node -> number of lines that meet there; decides among places of a kind.
        taken: frames where no name may stand.
        discs: node -> frame of its disc, beside which its name stands.
    """
    pixel, page = ax.figure.dpi / 72, ax.get_window_extent()
    whole = (page.x0, page.y0, page.x1, page.y1)
    taken = list(taken)
    named: list[tuple[float, float]] = []
    for place in _by_importance(here, weight, links)[:MOST_NAMES]:
        ax.plot(place.lon, place.lat, "o", ms=4, color="white", mec=style.INK, mew=1.0, zorder=5)
        size = (0.6 * LETTER_PT * len(names[place.node]) * pixel, 1.3 * LETTER_PT * pixel)
        x, y = ax.transData.transform((place.lon, place.lat))
        if place.node in discs:
            left, low, right, high = discs[place.node]
            x, y = (left + right) / 2, (low + high) / 2
        if any(hypot(x - a, y - b) < ONE_SPOT_PT * pixel for a, b in named):
            continue
        offsets = OFFSETS + FAR_OFFSETS if place.node in weight.index else OFFSETS
        frame = _free_frame((x, y), size, offsets, whole, taken)
        if frame is not None:
            taken.append(frame)
            named.append((x, y))
            middle = ((frame[0] + frame[2]) / 2, (frame[1] + frame[3]) / 2)
            x, y = ax.transData.inverted().transform(middle)
            text = ax.text(x, y, names[place.node], fontsize=LETTER_PT, ha="center", va="center", zorder=8)
            text.set_path_effects([withStroke(linewidth=3.5, foreground="white", alpha=0.9)])


def frame_of(artist: Artist) -> Frame:
    """The pixels that something drawn fills."""
    left, low, right, high = artist.get_window_extent().extents
    return (float(left), float(low), float(right), float(high))


def _by_importance(here: pd.DataFrame, weight: pd.Series, links: pd.Series) -> list[Any]:
    ranked = here.assign(
        weight=here["node"].map(weight).fillna(0.0),
        telling=here["kind"].isin(TELLING_KINDS),
        links=here["node"].map(links).fillna(0),
    )
    ranked = ranked.sort_values(["weight", "telling", "links", "node"], ascending=[False, False, False, True])
    return list(ranked[["node", "lon", "lat"]].itertuples(index=False))


def _free_frame(
    point: tuple[float, float],
    size: tuple[float, float],
    offsets: tuple[tuple[float, float], ...],
    page: Frame,
    taken: list[Frame],
) -> Frame | None:
    (x, y), (width, height) = point, size
    for dx, dy in offsets:
        left, low = x + (dx - 0.5) * width, y + (dy - 0.5) * height
        frame = (left, low, left + width, low + height)
        on_page = page[0] < frame[0] and frame[2] < page[2] and page[1] < frame[1] and frame[3] < page[3]
        if on_page and not any(_overlap(frame, other) for other in taken):
            return frame
    return None


def _overlap(a: Frame, b: Frame) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
