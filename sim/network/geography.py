"""Rules on shape: lengths against the map, drawn lines against their nodes, sea lanes against land.

Distances are great circles on a sphere of the earth's mean radius (haversine formula).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from typing import Any

import numpy as np

from sim.errors import Problem
from sim.network.references import fault
from sim.network.tables import SEA_MODES
from sim.network.world import World

EARTH_RADIUS_KM = 6371.0088
#: Positions are known to a kilometre or so: a length may fall short of the map by this share.
LENGTH_TOLERANCE = 0.02
#: How far a drawn line may begin or end from its node.
END_TOLERANCE_KM = 5.0
#: A sea lane may run this far inside a coast line, and anywhere so near to its two ports.
LAND_TOLERANCE_KM = 5.0
HARBOUR_KM = 15.0
SAMPLE_KM = 4.0

LonLat = tuple[float, float]


def great_circle_km(a: LonLat, b: LonLat) -> float:
    """Distance of two (longitude, latitude) points in degrees, in km."""
    (lon_a, lat_a), (lon_b, lat_b) = ((radians(x), radians(y)) for x, y in (a, b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(h))


def lengths_fit_the_map(world: World) -> Iterator[Problem]:
    """No link is shorter than the great circle of its ends, or than its drawn line."""
    for id_, link in world.links.items():
        ends = _position(world, link.from_node), _position(world, link.to_node)
        drawn_km = sum(great_circle_km(a, b) for a, b in pairwise(link.waypoints))
        bounds = (great_circle_km(*ends), "the great circle between its ends"), (drawn_km, "its drawn line")
        for step in link.length_km.steps:
            short = [bound for bound in bounds if step.value < bound[0] * (1 - LENGTH_TOLERANCE)]
            if short:
                least_km, what = short[0]
                message = f"{step.value:g} km is shorter than {what}, {least_km:.0f} km"
                yield fault(world, "links", id_, "length_km", message)


def ships_sail_one_length(world: World) -> Iterator[Problem]:
    """Between two ports of a service there is one sea link of its mode, and its length holds for the whole run.

    Times at sea are drawn before anything sails, so that a length that changed would move routes and no ship.
    """
    first: dict[tuple[str, frozenset[str]], str] = {}
    clock = world.scenario.clock
    for id_, link in sorted(world.links.items()):
        if link.mode not in SEA_MODES:
            continue
        within = [day for day in link.length_km.dates if clock.origin < day <= clock.last_day]
        if within:
            message = f"changes on {within[0]}, within the run; ships sail one length all the time: give one value"
            yield fault(world, "links", id_, "length_km", message)
        other = first.setdefault((link.mode, frozenset((link.from_node, link.to_node))), id_)
        sailed = any(
            service.mode == link.mode and {link.from_node, link.to_node} <= {c.port for c in service.rotation}
            for service in world.services.values()
        )
        if other != id_ and sailed:
            message = f"joins the same ports by {link.mode} as '{other}', over which the ships go; keep one of them"
            yield fault(world, "links", id_, None, message)


def lines_join_their_nodes(world: World) -> Iterator[Problem]:
    """A drawn line begins at the link's first node and ends at its second."""
    for id_, link in world.links.items():
        drawn = (link.waypoints[0], link.waypoints[-1]) if link.waypoints else ()
        for node, point in zip((link.from_node, link.to_node), drawn, strict=False):
            off_km = great_circle_km(_position(world, node), point)
            if off_km > END_TOLERANCE_KM:
                message = f"the drawn line is {off_km:.0f} km off at its end '{node}'"
                yield fault(world, "links", id_, None, message)


def sea_links_keep_off_land(world: World) -> Iterator[Problem]:
    """No sea link crosses a country's land. Skipped where the geodata folder has no base map."""
    lanes = {i: x.waypoints for i, x in world.links.items() if x.mode in SEA_MODES and len(x.waypoints) > 1}
    path = world.scenario.geodata_dir / "basemap" / "countries.geojson"
    if not lanes or not path.is_file():
        return
    from shapely import points

    countries, areas, tree = _land(path.read_text(encoding="utf-8"))
    for id_, line in lanes.items():
        at = points(np.array([*_open_water(line)]).reshape(-1, 2))
        inside = sorted(zip(*tree.query(at, predicate="within").tolist(), strict=True))  # by point, then country
        ashore = next((pair for pair in inside if _depth_km(areas[pair[1]], at[pair[0]]) > LAND_TOLERANCE_KM), None)
        if ashore:
            point, name = at[ashore[0]], countries[ashore[1]]
            message = f"sea link crosses land ({name}) near {point.y:.2f} N {point.x:.2f} E"
            yield fault(world, "links", id_, None, message)


@lru_cache(maxsize=2)
def _land(text: str) -> tuple[list[str], list[Any], Any]:
    """Names and areas of the countries of a base map, and an index of the areas; many scenarios share one map."""
    from shapely import STRtree
    from shapely.geometry import shape

    features = json.loads(text)["features"]
    areas = [shape(feature["geometry"]) for feature in features]
    return [feature["properties"]["name"] for feature in features], areas, STRtree(areas)


def _position(world: World, node: str) -> LonLat:
    return world.nodes[node].lon, world.nodes[node].lat


def _open_water(line: tuple[LonLat, ...]) -> Iterator[LonLat]:
    """Points every few kilometres along a line, without those near its two ends."""
    for a, b in pairwise(line):
        steps = max(1, round(great_circle_km(a, b) / SAMPLE_KM))
        for k in range(steps):
            point = (a[0] + (b[0] - a[0]) * k / steps, a[1] + (b[1] - a[1]) * k / steps)
            if min(great_circle_km(point, line[0]), great_circle_km(point, line[-1])) > HARBOUR_KM:
                yield point


def _depth_km(area: Any, point: Any) -> float:
    """How far inside an area a point lies."""
    from shapely.ops import nearest_points

    coast = nearest_points(area.boundary, point)[0]
    km_per_degree = EARTH_RADIUS_KM * radians(1)
    return km_per_degree * hypot((coast.x - point.x) * cos(radians(point.y)), coast.y - point.y)
