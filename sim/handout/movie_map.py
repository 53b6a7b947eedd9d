"""What a moving map is drawn on: land and lakes, the lines between places, and the places in the order of their names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.handout.movie_codec import column, zigzag
from sim.handout.movie_shape import CountryName, Line, Place, Window
from sim.network.titles import titles_of

#: Shapes of land are kept to this many steps in a degree: 1 km, less than a pixel.
STEPS_PER_DEGREE = 100
#: Kinds of places that are named before others.
TELLING_KINDS = ("port", "terminal", "gauge_break")


class Ground:
    """Places and lines of one or two networks, each numbered once; what has one id is one thing."""

    def __init__(self, worlds: Sequence[Mapping[str, Any]]) -> None:
        self.worlds = worlds
        self._nodes: dict[str, Mapping[str, Any]] = {}
        self._links: dict[str, Mapping[str, Any]] = {}
        self._titles: dict[str, str] = {}
        for world in reversed(worlds):
            self._nodes |= world["nodes"]
            self._links |= world["links"] or {}
            self._titles |= titles_of(world)
        self.node_at = {name: k for k, name in enumerate(self._nodes)}
        self.link_at = {name: k for k, name in enumerate(self._links)}

    def words(self, name: str) -> str:
        """What a reader calls a place, a line or a facility."""
        return self._titles.get(name, name)

    def begins_at(self, link: str) -> str:
        """The node at which a line is drawn from."""
        return str(self._links[link]["from_node"])

    def places(self, weight: Mapping[str, int]) -> list[Place]:
        """In the order of their numbers; ``rank`` says whose name goes first: by weight, then by kind."""
        order = sorted(self._nodes, key=lambda n: (-weight.get(n, 0), self._nodes[n]["kind"] not in TELLING_KINDS, n))
        rank = {name: k for k, name in enumerate(order)}
        return [
            {
                "name": self.words(name),
                "lon": round(row["lon"], 3),
                "lat": round(row["lat"], 3),
                "rank": rank[name],
            }
            for name, row in self._nodes.items()
        ]

    def lines(self) -> list[Line]:
        """In the order of their numbers, the points from the first end to the other."""
        found: list[Line] = []
        for row in self._links.values():
            ends = [(self._nodes[row[end]]["lon"], self._nodes[row[end]]["lat"]) for end in ("from_node", "to_node")]
            points = [[round(lon, 3), round(lat, 3)] for lon, lat in (row["waypoints"] or ends)]
            found.append({"mode": row["mode"], "points": points})
        return found

    def views(self, served: Sequence[str]) -> list[Window]:
        """Windows (degrees: west, east, south, north): around the places that are served, and an enlarged part."""
        from sim.plots import basemap

        rows = [self._nodes[name] for name in served] or list(self._nodes.values())
        window = basemap.window_of(pd.DataFrame([{"lon": row["lon"], "lat": row["lat"]} for row in rows]))
        return [window, basemap.ENLARGED] if window == basemap.CORRIDOR else [window]


def land(folder: Path | None, window: Window) -> dict[str, dict[str, str]]:
    """Outlines of countries and lakes that reach into the window, as steps from point to point; none without a map.

    Of each layer ``rings`` are the numbers of points of its rings, ``points`` the steps in longitude and latitude by
    turns, those of a ring from its first point, which is a step from 0, 0.
    """
    if folder is None:
        return {}
    return {layer: _rings(folder / f"{layer}.geojson", window) for layer in ("countries", "lakes")}


def country_names(folder: Path | None, window: Window) -> list[CountryName]:
    """Names of large countries for orientation, and where they stand; none without a map."""
    from sim.plots import basemap

    west, east, south, north = window
    return [
        {"words": name, "lon": lon, "lat": lat}
        for name, (lon, lat) in basemap.COUNTRY_NAMES.items()
        if folder is not None and west < lon < east and south < lat < north
    ]


def _rings(file: Path, window: Window) -> dict[str, str]:
    shapes = json.loads(file.read_text(encoding="utf-8"))["features"] if file.is_file() else []
    west, east, south, north = window
    steps: list[np.ndarray] = []
    for shape in shapes:
        parts = shape["geometry"]["coordinates"]
        for ring in (ring for part in ([parts] if shape["geometry"]["type"] == "Polygon" else parts) for ring in part):
            points = np.array(ring, float)[:, :2]
            low, high = points.min(axis=0), points.max(axis=0)
            if low[0] <= east and high[0] >= west and low[1] <= north and high[1] >= south:
                grid = np.rint(points * STEPS_PER_DEGREE).astype(np.int64)
                moved = np.append(True, (np.diff(grid, axis=0) != 0).any(axis=1))
                steps.append(np.diff(grid[moved], axis=0, prepend=0))
    joined = np.concatenate(steps) if steps else np.zeros((0, 2), np.int64)
    return {"rings": column([len(ring) for ring in steps]), "points": column(zigzag(joined))}
