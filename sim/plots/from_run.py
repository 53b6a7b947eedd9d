"""Take what figures need from a stored run: its tables, and the places from its resolved scenario."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.language.words import tr
from sim.network.titles import place_name, pool_titles, title, titles_of
from sim.plots.fonts import drawable
from sim.plots.inputs import FigureInputs, RunLabel

if TYPE_CHECKING:
    from sim.results.store import Run

PLACE_COLUMNS = ("node", "name", "country", "kind", "lat", "lon")
LINE_COLUMNS = ("link", "from_node", "to_node", "mode", "length_km", "points")
FLOW_COLUMNS = (
    "flow",
    "commodity",
    "cargo",
    "origin",
    "destination",
    "direction",
    "background",
    "in_corridor_total",
)
OBSERVED_COLUMNS = (
    "id",
    "quantity",
    "unit",
    "year",
    "value",
    "low",
    "high",
    "from_node",
    "to_node",
    "flows",
    "months",
    "role",
)


def inputs_from_run(run: Run) -> FigureInputs:
    """Read a run's tables and places. Raises ``CorridorError`` if a table is missing."""
    world = run.manifest["resolved"]
    return FigureInputs(
        label=label_of(run.manifest),
        places=_table(world["nodes"], "node", PLACE_COLUMNS),
        lines=_lines(world["links"], world["nodes"]),
        flows=_table(world["flows"], "flow", FLOW_COLUMNS),
        observed=_observed(run.manifest),
        shipments=run.shipments,
        facilities=run.facilities,
        links=run.links,
        node_waits=run.node_waits,
        closures=run.closures,
        journeys=run.journeys,
        kpis=run.kpis,
        facility_titles=_facility_titles(world),
        facility_kinds={name: row["kind"] for name, row in (world["facilities"] or {}).items()},
        basemap_dir=basemap_dir(run.manifest),
        assets=run.assets if "assets" in run.tables else pd.DataFrame(),
        pool_titles={pool: drawable(words, pool) for pool, words in pool_titles(world).items()},
        costs=run.costs if "costs" in run.tables else pd.DataFrame(),
        delays=run.delays,
        markets=run.markets if "markets" in run.tables else pd.DataFrame(),
        market_titles=_market_titles(run.manifest),
        until=dict(run.manifest.get("until") or {}),
    )


def _market_titles(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Titles of markets and rivals, with a star behind those that do not answer in this run."""
    world, answers = manifest["resolved"], (manifest.get("demand") or {}).get("answers", ())
    titles = {name: tr(row["title"]) for name, row in (world.get("rivals") or {}).items()}
    for name, row in (world.get("markets") or {}).items():
        titles[name] = tr(row["title"]) if name in answers else f"{tr(row['title'])} *"
    return titles


def label_of(manifest: Mapping[str, Any]) -> RunLabel:
    """The words that identify a run, from its manifest."""
    period = manifest["resolved"]["period"]
    return RunLabel(
        scenario=manifest["scenario"],
        title=manifest["title"],
        run_id=manifest["run_id"],
        seed=manifest["seed"],
        replications=manifest["replications"],
        period_start=date.fromisoformat(period["start"]),
        period_end=date.fromisoformat(period["end"]),
    )


def basemap_dir(manifest: Mapping[str, Any]) -> Path | None:
    """The base map that comes with the program, for a network that stands on it; a made-up one has no coast."""
    from sim.scenario.library import geodata_dir

    folder = geodata_dir() / "basemap"
    return folder if manifest.get("basemap") and folder.is_dir() else None


def _table(rows: Mapping[str, Mapping[str, Any]] | None, id_column: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Rows of the resolved scenario as a table with one column for the id."""
    records = [{id_column: name, **row} for name, row in (rows or {}).items()]
    return pd.DataFrame(
        [{column: record.get(column) for column in columns} for record in records], columns=list(columns)
    )


def _observed(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Published outcomes that the run may be drawn beside, with their roles: those of the year for which it stands."""
    rows, standings = manifest["resolved"]["observed"] or {}, manifest.get("standings") or {}
    beside = {
        name: row | {"role": standings[name]["role"]}
        for name, row in rows.items()
        if name in standings and row["year"] == manifest.get("base_year") and not row.get("differs")
    }
    return _table(beside, "id", OBSERVED_COLUMNS)


def _lines(links: Mapping[str, Mapping[str, Any]] | None, nodes: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Links with their last length and the points to draw, ends included."""
    rows = []
    for name, link in (links or {}).items():
        ends = [(nodes[link[end]]["lon"], nodes[link[end]]["lat"]) for end in ("from_node", "to_node")]
        points = [tuple(point) for point in link["waypoints"]] or ends
        length = link["length_km"]["steps"][-1]["value"]
        rows.append((name, link["from_node"], link["to_node"], link["mode"], length, points))
    return pd.DataFrame(rows, columns=list(LINE_COLUMNS))


def place_words(place: str, world: Mapping[str, Any]) -> str:
    """What a sentence calls a place of waiting: a facility, a line section, a service, a barrier at a node, a ship."""
    return drawable(title(titles_of(world), place), place)


def _facility_titles(world: Mapping[str, Any]) -> dict[str, str]:
    """Words for facilities, and for line sections, which are named ``link/node of entry``."""
    names = {name: drawable(place_name(node["name"]), name) for name, node in world["nodes"].items()}
    titles = {name: drawable(tr(row["title"]), name) for name, row in (world["facilities"] or {}).items()}
    for name, link in (world["links"] or {}).items():
        ends = (link["from_node"], link["to_node"])
        for a, b in (ends, ends[::-1]):
            titles[f"{name}/{a}"] = tr("Line {a} to {b}", a=names[a], b=names[b])
    return titles
