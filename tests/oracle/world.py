"""Tiny geodata folders written from Python dictionaries, run through the program's public path.

``model(folder, tables, ...)`` writes the files, loads, resolves and builds; ``run(model)`` draws,
simulates, and checks every invariant of the trace. A row says only what matters to its test: the
rest (source, names, positions) is filled in here.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.clock import to_seconds
from sim.contract.draws import Draws
from sim.contract.invariants import check
from sim.contract.plan import Plan
from sim.contract.trace import Trace, digest
from sim.engine.compiled import simulation as compiled
from sim.engine.reference.simulation import simulate
from sim.errors import RunError
from sim.model.build import build
from sim.model.draws import Model
from sim.network.tables import TABLES
from sim.network.world import resolve
from sim.scenario.load import load_scenario

Rows = Mapping[str, Mapping[str, Any]]

_ROW = {"source": "made up for a test", "grade": "assumption"}
_FILLED_IN: dict[str, dict[str, Any]] = {
    "nodes": {"country": "KZ", "kind": "junction"},
    "links": {"mode": "road", "length_km": 1, "speed_kmh": 3600},  # one second away
    "facilities": {"kind": "lane", "capacity": 1},
    "processes": {"scope": "lot"},
    "services": {"mode": "sea_container", "cargo": ["TEU"]},
    "fleets": {"speed_kn": 10},
    "flows": {
        "modes": ["road", "rail", "sea_container"],
        "commodity": "boxes",
        "cargo": "TEU",
        "direction": "east_to_west",
        "quantity_per_year": 0,
        "tonnes_per_unit": 1,
        "net_tonnes_per_unit": 1,
        "lot": 1,
    },
}
#: One unit takes one unit of room, and nothing else.
BOXES = {"TEU": {"teu": 1}}


def write(
    folder: Path,
    tables: Mapping[str, Rows],
    *,
    start: str,
    end: str,
    warm_up: str = "0 d",
    run_out: str = "0 d",
    seed: int = 1,
) -> Path:
    """Write a scenario and its geodata below ``folder``; returns the scenario file's path."""
    geodata = folder / "geodata"
    geodata.mkdir(parents=True, exist_ok=True)
    for table, rows in {"cargo": BOXES, **tables}.items():
        if table not in TABLES:
            raise ValueError(f"no table {table!r}")
        filled = {key: {**_ROW, **_FILLED_IN.get(table, {}), **row} for key, row in rows.items()}
        if table == "barriers":
            filled = {kind: {c: {**_ROW, **row} for c, row in rows[kind].items()} for kind in rows}
        if table in ("nodes", "links"):
            _write_features(geodata / f"{table}.geojson", table, filled)
            continue
        for key, row in filled.items():
            if table in ("facilities", "services", "weather", "bans"):
                row.setdefault("title", key)
        (geodata / f"{table}.yaml").write_text(json.dumps(filled, indent=1), "utf-8")  # JSON is YAML
    header = {
        "schema_version": 1,
        "title": "a test",
        "question": "Does theory hold?",
        "geodata": "geodata",
        "period": {"start": start, "end": end, "warm_up": warm_up, "run_out": run_out},
        "replications": 1,
        "seed": seed,
    }
    path = folder / "scenario.yaml"
    path.write_text(json.dumps(header), "utf-8")
    return path


def model(folder: Path, tables: Mapping[str, Rows], **period: Any) -> Model:
    """The built model of a scenario written by ``write``."""
    return build(resolve(load_scenario(str(write(folder, tables, **period)))))


@dataclass(frozen=True)
class Run:
    """One replication: what went in and what came out."""

    plan: Plan
    draws: Draws
    trace: Trace

    def rows(self, operation: str) -> np.ndarray:
        """Trace rows of one operation, [n, 8], in order of request, then of mover."""
        op = self.plan.operations.name.index(operation)
        rows = self.trace.rows[self.plan.needs.op[self.trace.rows[:, 2]] == op]
        return rows[np.lexsort((rows[:, 0], rows[:, 4]))]

    def spans(self, operation: str) -> list[tuple[int, int, int, int]]:
        """(mover, request, start, end) of one operation's rows, seconds, in order of request."""
        return [(int(r[0]), int(r[4]), int(r[5]), int(r[6])) for r in self.rows(operation)]

    def waits_s(self, operation: str) -> np.ndarray:
        """Waits in seconds of those that were served, in order of request, requested within the period."""
        rows = self.rows(operation)
        within = (rows[:, 4] >= self.draws.period_start_s) & (rows[:, 4] < self.draws.period_end_s)
        rows = rows[within & (rows[:, 5] >= 0)]
        return (rows[:, 5] - rows[:, 4]).astype(np.float64)

    def journey_s(self) -> dict[int, int]:
        """Seconds from setting out to the end, by lot that ended."""
        return {int(lot): int(done - born) for lot, born, done in self.trace.lots if done >= 0}


def run(built: Model, replication: int = 0, draws: Draws | None = None) -> Run:
    """Simulate one replication; insist on every invariant, and in the first one on one trace of both engines.

    Further replications are there for the numbers that statistics needs: the compiled engine alone makes these.
    """
    draws = built.draw(replication) if draws is None else draws
    trace = compiled.simulate(built.plan, draws) if replication else simulate_on_both(built.plan, draws)
    assert check(built.plan, draws, trace) == []
    return Run(built.plan, draws, trace)


def simulate_on_both(plan: Plan, draws: Draws) -> Trace:
    """The trace, once both engines leave the same; or the error, once both raise the same with the same words."""
    try:
        trace = simulate(plan, draws)
    except RunError as error:
        with pytest.raises(type(error), match=f"^{re.escape(str(error))}$"):
            compiled.simulate(plan, draws)
        raise
    found = compiled.simulate(plan, draws)
    assert digest(found) == digest(trace)
    assert (found.events, found.stopped_s) == (trace.events, trace.stopped_s)
    return trace


def departures(count: int, day: str = "2025-01-01") -> list[dict[str, Any]]:
    """A dated ``quantity_per_year`` (of 365 days) that makes exactly ``count`` units set out on one day."""
    following = date.fromordinal(date.fromisoformat(day).toordinal() + 1).isoformat()
    return [{"value": 0}, {"from": day, "value": 365 * count}, {"from": following, "value": 0}]


def set_out_at(built: Model, times_s: Mapping[str, Sequence[int]], replication: int = 0) -> Draws:
    """One replication's luck with the lots of each flow setting out at the given seconds instead."""
    draws = built.draw(replication)
    lot_time_s = draws.lot_time_s.copy()
    for flow, times in times_s.items():
        lots = np.flatnonzero(draws.lot_flow == built.plan.flow_name.index(flow))
        if len(lots) != len(times):
            raise ValueError(f"flow {flow} has {len(lots)} lots, {len(times)} times given")
        lot_time_s[lots] = times
    return dataclasses.replace(draws, lot_time_s=lot_time_s)


def clock(built: Model, moment: str) -> int:
    """Clock value of a UTC moment such as ``2025-01-01 09:30``."""
    at = datetime.fromisoformat(moment)
    return to_seconds(at.date(), built.origin) + at.hour * 3600 + at.minute * 60 + at.second


def _write_features(path: Path, table: str, rows: dict[str, dict[str, Any]]) -> None:
    """One feature a line. Positions are only for maps: nodes stand in a row along a parallel."""
    features = []
    for number, (key, row) in enumerate(rows.items()):
        if table == "nodes":
            row.setdefault("name", key)
            geometry = {"type": "Point", "coordinates": [50 + number * 0.1, 43]}
        else:
            geometry = {"type": "LineString", "coordinates": [[50, 43], [50.1, 43]]}
        features.append({"type": "Feature", "properties": {"id": key, **row}, "geometry": geometry})
    lines = ",\n".join(json.dumps(f) for f in features)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', "utf-8")
