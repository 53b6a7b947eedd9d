"""The network of a run with its results as layers that a geographic information system reads: places, links, flows, facilities.

Values of the network are those of the last day of the run's period; results are means over the replications, in the
units that their names carry, with 95 % half-widths where the columns end in ``_pm``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

from sim.network.titles import short_name, titles_of
from sim.report.kpi_values import Values

if TYPE_CHECKING:
    from sim.results.store import Run

CRS = "EPSG:4326"
#: Indicators of a flow, and of a facility, that a layer has.
FLOW_KPIS = (
    "transit_p50",
    "transit_p90",
    "transit_p95",
    "volume_teu",
    "volume_tonnes",
    "cost_usd_per_teu",
    "co2e_kg_per_teu",
)
FACILITY_KPIS = ("utilisation", "wait_mean", "queue_max")


def layers(run: Run) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
    """Layer name -> its features, in longitude and latitude; ``read_me`` is a table without places.

    Raises RunError if a table of the run has changed since it was written.
    """
    world, values = run.manifest["resolved"], Values(run.kpis)
    titles = titles_of(world)
    return {
        "places": places(run, world),
        "links": links(run, world, titles),
        "flows": flows(world, values),
        "facilities": facilities(world, values),
        "read_me": read_me(run),
    }


def places(run: Run, world: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Points: what stands there, and hours that shipments spend there, by year and replication."""
    hours = (
        run.node_waits.groupby(run.node_waits["node"].astype(str))[["hours", "tonne_hours"]].sum() / run.replications
    )
    rows = [
        {
            "id": name,
            "title": short_name(row["name"]),
            "name": row["name"],
            "country": row["country"],
            "kind": row["kind"],
            "gauge_mm": " ".join(map(str, row["gauge_mm"])),
            "shipment_hours": _of(hours["hours"], name),
            "tonne_hours": _of(hours["tonne_hours"], name),
            "source": row["source"],
            "grade": row["grade"],
        }
        for name, row in world["nodes"].items()
    ]
    return gpd.GeoDataFrame(rows, geometry=[_point(world, name) for name in world["nodes"]], crs=CRS)


def links(run: Run, world: Mapping[str, Any], titles: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Lines as drawn on the maps, with what passes them both ways together, by replication."""
    sums = run.links.groupby(run.links["link"].astype(str))[
        ["trains", "lots", "teu", "tonnes", "waiting_h"]
    ].sum() / run.replications  # fmt: skip
    day = _last_day(world)
    rows = [
        {
            "id": name,
            "title": titles[name],
            "mode": row["mode"],
            "from_node": row["from_node"],
            "to_node": row["to_node"],
            "length_km": at(row["length_km"], day),
            "speed_kmh": at(row["speed_kmh"], day),
            "tracks": row["tracks"],
            "gauge_mm": row["gauge_mm"],
            "trains_per_day": at(row["trains_per_day"], day),
            "in_service": bool(at(row["in_service"], day)),
            **{f"{column}_run": _of(sums[column], name) for column in sums.columns},
            "source": row["source"],
            "grade": row["grade"],
        }
        for name, row in world["links"].items()
    ]
    frame = gpd.GeoDataFrame(rows, geometry=[line_of(world, name) for name in world["links"]], crs=CRS)
    return frame.rename(columns={"lots_run": "shipments_run"})


def flows(world: Mapping[str, Any], values: Values) -> gpd.GeoDataFrame:
    """Straight lines from origin to destination: desire lines, not the ways that are taken."""
    shown = {name: row for name, row in world["flows"].items() if not row["background"] and not row["woken_by"]}
    rows = [
        {
            "id": name,
            "commodity": row["commodity"],
            "cargo": row["cargo"],
            "origin": row["origin"],
            "destination": row["destination"],
            **_estimates(values, name, FLOW_KPIS),
            "source": row["source"],
            "grade": row["grade"],
        }
        for name, row in shown.items()
    ]
    ends = [(_point(world, row["origin"]), _point(world, row["destination"])) for row in shown.values()]
    return gpd.GeoDataFrame(rows, geometry=[LineString(pair) for pair in ends], crs=CRS)


def facilities(world: Mapping[str, Any], values: Values) -> gpd.GeoDataFrame:
    """Points at the places where berths, cranes, yards and the others stand, with use and waits."""
    shown = {name: row for name, row in world["facilities"].items() if row["kind"] != "stock"}
    rows = [
        {
            "id": name,
            "title": row["title"],
            "kind": row["kind"],
            "node": row["node"],
            "capacity": at(row["capacity"], _last_day(world)),
            **_estimates(values, name, FACILITY_KPIS),
            "source": row["source"],
            "grade": row["grade"],
        }
        for name, row in shown.items()
    ]
    return gpd.GeoDataFrame(rows, geometry=[_point(world, row["node"]) for row in shown.values()], crs=CRS)


def read_me(run: Run) -> pd.DataFrame:
    """What decided the run, and how the layers are read."""
    manifest = run.manifest
    facts = [
        ("run", manifest["run_id"]),
        ("scenario", manifest["scenario"]),
        ("title", manifest["title"]),
        ("seed", manifest["seed"]),
        ("replications", run.replications),
        ("period", " to ".join(str(manifest["resolved"]["period"][end]) for end in ("start", "end"))),
        ("geodata", manifest["geodata_digest"]),
        ("program", manifest["code_digest"]),
        ("network", "values of the last day of the period; places within about 1 km"),
        ("results", "means over replications of the whole period; _pm: 95 % half-width; empty: no value"),
        ("flows", "straight from origin to destination, not the ways taken"),
        ("borders", "lines and places are for orientation"),
    ]
    return pd.DataFrame([(key, str(value)) for key, value in facts], columns=["key", "value"])


def line_of(world: Mapping[str, Any], link: str) -> LineString:
    """A link as it is drawn: over its waypoints, which hold both ends, or straight."""
    row = world["links"][link]
    ends = [_point(world, row[end]) for end in ("from_node", "to_node")]
    return LineString(row["waypoints"]) if row.get("waypoints") else LineString(ends)


def at(value: Any, day: date) -> Any:
    """A dated value of a manifest on a day; what has no dates is itself."""
    if not isinstance(value, dict) or "steps" not in value:
        return value
    found = None
    for step in value["steps"]:
        if step["from"] is None or date.fromisoformat(str(step["from"])) <= day:
            found = step["value"]
    return found


def _last_day(world: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(world["period"]["end"]))


def _point(world: Mapping[str, Any], node: str) -> Point:
    row = world["nodes"][node]
    return Point(row["lon"], row["lat"])


def _estimates(values: Values, scope: str, kpis: tuple[str, ...]) -> dict[str, float | None]:
    return dict(_columns(values, scope, kpis))


def _columns(values: Values, scope: str, kpis: tuple[str, ...]) -> Iterator[tuple[str, float | None]]:
    for kpi in kpis:
        found = values.estimate(kpi, scope)
        yield kpi, found.mean
        yield f"{kpi}_pm", found.half_width


def _of(sums: pd.Series[Any], name: str) -> float:
    return float(sums.get(name, 0.0))
