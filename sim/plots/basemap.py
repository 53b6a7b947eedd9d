"""Sea, countries and lakes under a map, its window, and the enlarged part. Borders are for orientation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Rectangle

from sim.plots import style

Window = tuple[float, float, float, float]  # degrees: west, east, south, north

#: Window of the whole corridor and of its enlarged part, the Caspian and the Caucasus.
CORRIDOR: Window = (15.0, 112.0, 25.8, 57.2)
ENLARGED: Window = (40.2, 56.4, 38.4, 46.6)
PAGE = (0.0, 0.045, 1.0, 0.815)  # left, bottom, width, height in shares of the slide
PAGE_PART = (0.43, 0.058, 0.375, 0.365)
PAGE_RATIO = 16 * PAGE[2] / (9 * PAGE[3])
#: A network wider than this is drawn in the corridor's window.
WIDE_DEG = 40.0
#: Where the names of large countries stand (lon, lat), for orientation.
COUNTRY_NAMES = {
    "KAZAKHSTAN": (66.0, 51.6),
    "CHINA": (99.5, 43.2),
    "RUSSIA": (58.0, 55.6),
    "TÜRKIYE": (33.5, 38.7),
    "IRAN": (53.5, 32.5),
    "UKRAINE": (31.0, 49.0),
    "UZBEKISTAN": (63.5, 42.6),
    "MONGOLIA": (102.0, 47.0),
}


def window_of(places: pd.DataFrame) -> Window:
    """The corridor's window, or for a small network a frame around its places, as wide as the slide."""
    west, east = places["lon"].min(), places["lon"].max()
    south, north = places["lat"].min(), places["lat"].max()
    fits = CORRIDOR[0] <= west and east <= CORRIDOR[1] and CORRIDOR[2] <= south and north <= CORRIDOR[3]
    if fits and east - west > WIDE_DEG:
        return CORRIDOR
    lon, lat = (west + east) / 2, (south + north) / 2
    squeeze = max(0.2, np.cos(np.radians(lat)))  # length of a degree of longitude against one of latitude
    height = max(1.5 * (north - south), 1.35 * (east - west) * squeeze / PAGE_RATIO, 1.0)
    width = height * PAGE_RATIO / squeeze
    return (lon - width / 2, lon + width / 2, lat - height / 2, lat + height / 2)


def inside(places: pd.DataFrame, window: Window) -> pd.Series:
    """Which places lie in the window."""
    return places["lon"].between(window[0], window[1]) & places["lat"].between(window[2], window[3])


def draw_base(ax: Axes, folder: Path | None, window: Window) -> None:
    """Paint the sea, then countries, then lakes from the GeoJSON files in ``folder``, if there are any."""
    west, east, south, north = window
    ax.set_facecolor(style.LAND if folder is None else style.SEA)
    if folder is not None:
        # the Caspian is part of the background: it is sea, not a lake; the Aral Sea needs the lakes on top
        _draw_layer(
            ax,
            folder / "countries.geojson",
            window,
            facecolor=style.LAND,
            edgecolor=style.BORDER,
            linewidth=0.7,
            zorder=1,
        )
        _draw_layer(ax, folder / "lakes.geojson", window, facecolor=style.SEA, edgecolor="none", zorder=2)
        _draw_layer(ax, folder / "coastline.geojson", window, color="#9FB4C2", linewidth=0.6, zorder=2)
        for name, (lon, lat) in COUNTRY_NAMES.items():
            if west < lon < east and south < lat < north:
                ax.text(lon, lat, name, fontsize=11, color="#8C8674", ha="center", va="center", zorder=2)
    ax.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], xlabel="", ylabel="", aspect="auto")
    for spine in ax.spines.values():
        spine.set_visible(False)


def join(main: Axes, part: Axes) -> None:
    """Frame the enlarged part and tie it to its place on the map."""
    west, east, south, north = ENLARGED
    frame = Rectangle((west, south), east - west, north - south, fill=False, edgecolor=style.INK, zorder=6)
    main.add_patch(frame)
    for spine in part.spines.values():
        spine.set_visible(True)
        spine.set_color(style.INK)
    for corner, share in (((east, south), (0, 1)), ((west, south), (0, 0))):
        main.add_artist(
            ConnectionPatch(
                corner,
                share,
                "data",
                "axes fraction",
                axesA=main,
                axesB=part,
                zorder=6,
                color=style.INK,
                linewidth=0.8,
                alpha=0.6,
            )
        )


def _draw_layer(ax: Axes, file: Path, window: Window, **look: object) -> None:
    if not file.is_file():
        return
    import geopandas as gpd
    from shapely.geometry import box

    shapes = gpd.read_file(file)
    west, east, south, north = window
    shapes = shapes[shapes.intersects(box(west - 2, south - 2, east + 2, north + 2))]
    if len(shapes):
        figure = ax.get_figure(root=True)
        assert isinstance(figure, Figure)
        with _undrawn(figure):
            shapes.plot(ax=ax, aspect=None, **look)


@contextmanager
def _undrawn(figure: Figure) -> Iterator[None]:
    """On a canvas that draws nothing: geopandas has the whole figure drawn after each layer."""
    canvas = figure.canvas
    FigureCanvasBase(figure)
    try:
        yield
    finally:
        figure.set_canvas(canvas)
