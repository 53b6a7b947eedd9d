"""A corridor of five nodes, two gauges and one sea, written to a folder and resolved from there.

Every row stands on a line of its own, so that a test can say on which line a problem is reported.
"""

import copy
import json
from pathlib import Path
from typing import Any

from sim.network.world import World, resolve
from sim.scenario.load import load_scenario

SCENARIO = """schema_version: 1
title: Small
question: Does it hold?
geodata: geodata
period: {start: 2024-01-01, end: 2024-12-31}
replications: 1
seed: 1
"""
KNOWN = {"source": "made up", "grade": "assumption"}


def _node(kind: str, country: str, lon: float, lat: float) -> dict[str, Any]:
    return {"name": kind, "country": country, "kind": kind, "lon": lon, "lat": lat, **KNOWN}


def link(start: str, stop: str, mode: str = "rail", **more: Any) -> dict[str, Any]:
    """A link row; rail of 120 km unless told otherwise."""
    row = {"from": start, "to": stop, "mode": mode, "length_km": 120, "speed_kmh": 40}
    return row | ({"trains_per_day": 20} if mode == "rail" else {}) | more | KNOWN


def _facility(node: str, kind: str, capacity: int, **more: Any) -> dict[str, Any]:
    return {"node": node, "title": kind, "kind": kind, "capacity": capacity, **more, **KNOWN}


#: Nodes lie on the equator, one degree (111.2 km) or less apart.
TABLES: dict[str, dict[str, Any]] = {
    "nodes": {
        "east": _node("terminal", "CN", 54.0, 0.0),
        "gap": _node("gauge_break", "KZ", 53.0, 0.0),
        "dock": _node("port", "KZ", 52.0, 0.0),
        "quay": _node("port", "AZ", 51.0, 0.0),
        "west": _node("terminal", "AZ", 50.0, 0.0),
    },
    "links": {
        "east_gap": link("east", "gap", gauge_mm=1435),
        "gap_dock": link("gap", "dock", gauge_mm=1520),
        "dock_quay": link("dock", "quay", "sea_container", speed_kmh=20),
        "quay_west": link("quay", "west", gauge_mm=1520),
    },
    "cargo": {"TEU": {"teu": 1, **KNOWN}, "t": {"t": 1, **KNOWN}},
    "barriers": {"documents": {"kz": {"scale": 1, **KNOWN}}},
    "facilities": {
        "dock_berth": _facility("dock", "berth", 1),
        "quay_berth": _facility("quay", "berth", 1),
        "quay_cranes": _facility("quay", "crane", 2),
        "dock_yard": _facility("dock", "yard", 200, unit="teu"),
    },
    "processes": {
        "gap_papers": {"node": "gap", "barrier": "documents", "duration": "2 h", **KNOWN},
        "dock_yard_in": {
            "node": "dock",
            "action": "acquire",
            "arrive": ["rail"],
            "leave": ["sea_container"],
            "facility": "dock_yard",
            "units": "load",
            **KNOWN,
        },
    },
    "services": {
        "feeder": {
            "title": "feeder",
            "mode": "sea_container",
            "cargo": ["TEU"],
            "rotation": [
                {"port": "dock", "berth": "dock_berth", "yard": "dock_yard"},
                {"port": "quay", "berth": "quay_berth", "cranes": "quay_cranes", "cranes_per_vessel": 2},
            ],
            "departure": {"rule": "full"},
            **KNOWN,
        },
    },
    "fleets": {
        "ships": {"service": "feeder", "count": 1, "speed_kn": 12, "limits": {"teu": 100, "t": 900}, **KNOWN},
    },
    "weather": {
        "storms": {
            "title": "storms",
            "closed_share_by_month": [0.1] * 12,
            "spell": "1 d",
            "closes": {"dock_berth": 1.0},
            **KNOWN,
        },
    },
    "flows": {
        "F1": {
            "origin": "east",
            "destination": "west",
            "modes": ["rail", "sea_container"],
            "commodity": "boxes",
            "cargo": "TEU",
            "direction": "east_to_west",
            "quantity_per_year": 1000,
            "tonnes_per_unit": 10,
            "net_tonnes_per_unit": 10,
            "lot": 50,
            "train": 100,
            **KNOWN,
        },
    },
    "observed": {
        "O1": {
            "quantity": "transit_time",
            "unit": "d",
            "year": 2024,
            "value": 3,
            "from_node": "east",
            "to_node": "west",
            **KNOWN,
        },
    },
}


def small_world(folder: Path, changes: dict[str, Any] | None = None) -> World:
    """Write the corridor with ``changes`` ("table.id.field..." -> value, None removes) and resolve it."""
    tables = copy.deepcopy(TABLES)
    for key, value in (changes or {}).items():
        *parents, last = (int(part) if part.isdigit() else part for part in key.split("."))
        place: Any = tables
        for part in parents:
            place = place[part]
        if value is None:
            del place[last]
        else:
            place[last] = value
    geodata = folder / "geodata"
    geodata.mkdir(exist_ok=True)
    for table, rows in tables.items():
        if table in ("nodes", "links"):
            features = ",\n".join(json.dumps(_feature(table, tables, id_, row)) for id_, row in rows.items())
            text = '{"type": "FeatureCollection", "features": [\n' + features + "\n]}\n"
            (geodata / f"{table}.geojson").write_text(text, encoding="utf-8")
        else:
            text = "".join(f"{id_}: {json.dumps(row)}\n" for id_, row in rows.items())
            (geodata / f"{table}.yaml").write_text(text, encoding="utf-8")
    scenario = folder / "small.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    return resolve(load_scenario(str(scenario)))


def _feature(table: str, tables: dict[str, Any], id_: str, row: dict[str, Any]) -> dict[str, Any]:
    row = dict(row)
    if table == "nodes":
        geometry = {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]}
    else:
        ends = [tables["nodes"].get(row[end], {"lon": 0.0, "lat": 0.0}) for end in ("from", "to")]
        line = row.pop("line", None) or [[node["lon"], node["lat"]] for node in ends]
        geometry = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "properties": {"id": id_, **row}, "geometry": geometry}
