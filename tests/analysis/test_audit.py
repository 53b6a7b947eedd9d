"""The table of operations alone gives the hours of every shipment by cause and place, as an auditor works them out.

Nothing of ``sim.analysis`` is used: each journey is followed row by row, in plain Python.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sim.analysis.records import replication_tables, run_info
from sim.contract.plan import Cause
from sim.engine.reference.simulation import simulate
from sim.errors import DeadlockError
from tests.analysis.simulated import simulated
from tests.oracle.sea import sea
from tests.oracle.world import departures, model, run, set_out_at
from tests.property import networks

H = 3_600
CAUSES = [cause.name.lower() for cause in Cause]


class Audit:
    """Seconds of each shipment by (cause, place, node), from rows of the table alone."""

    def __init__(self, table: pd.DataFrame) -> None:
        rows = table.astype({c: object for c in table.columns if isinstance(table[c].dtype, pd.CategoricalDtype)})
        times = [c for c in table.columns if c.endswith("_utc")]
        stop = table.loc[table["row"] == "stopped", "end_utc"].iloc[0]
        for column in times:
            begun = table[column].notna() | (column == "end_utc")
            rows[column.removesuffix("_utc")] = table[column].fillna(stop).astype("datetime64[s, UTC]").astype("int64")
            rows[f"has_{column.removesuffix('_utc')}"] = begun & table[column].notna()
        rows = rows.drop(columns=times)
        rows = rows.where(rows.notna(), None)
        self.by_row = defaultdict(list)
        for row in rows.itertuples(index=False):
            self.by_row[row.row].append(row)
        self.closed = self._group("closed", lambda r: r.facility)
        self.pauses = self._group("pause", lambda r: (r.flow, r.ordinal, r.train, r.vessel, r.operation, r.request))
        self.trains = self._group("in_train", lambda r: (r.flow, r.ordinal))
        self.aboard = {(r.flow, r.ordinal, r.request): r for r in self.by_row["aboard"]}
        steps = [r for r in self.by_row["operation"] if r.need == 0 and r.kind != "yard" and r.vessel is None]
        self.of_train, self.of_lot = defaultdict(list), defaultdict(list)
        for r in steps:
            (self.of_train[r.train] if r.train >= 0 else self.of_lot[r.flow, r.ordinal]).append(r)
        self.of_call = defaultdict(list)
        for r in self.by_row["operation"]:
            if r.vessel is not None:
                self.of_call[r.vessel, r.call].append(r)
        self.facility = {r.operation: r.facility for r in self.by_row["operation"] if r.vessel is not None}

    def _group(self, kind, key):
        found = defaultdict(list)
        for row in self.by_row[kind]:
            found[key(row)].append(row)
        return found

    def shipment(self, flow: str, ordinal: int) -> dict[tuple[str, str, str], int]:
        self.parts: dict[tuple[str, str, str], int] = defaultdict(int)
        rows = list(self.of_lot[flow, ordinal])
        for member in self.trains[flow, ordinal]:
            rows += self.of_train[member.train]
        for row in rows:
            if row.kind == "board":
                self._voyage(row)
            else:
                self._wait(row)
                self._work(row)
        return self.parts

    def _put(self, begin: int, end: int, cause: str, place: str, node: str, shut=()) -> None:
        """A stretch, of which ``shut`` [(from, to, facility)] parts are closure; the first of several counts."""
        edges = sorted({begin, end, *(t for a, b, _ in shut for t in (a, b) if begin < t < end)})
        for a, b in pairwise(edges):
            culprit = next((f for x, y, f in shut if x <= a and b <= y), None)
            self.parts[(cause, place, node) if culprit is None else ("closure", culprit, node)] += max(b - a, 0)

    def _shut(self, *facilities):
        return [(r.start, r.end, f) for f in facilities if f is not None for r in self.closed[f]]

    def _paused(self, row, owner=None):
        key = (row.flow, row.ordinal, row.train, row.vessel) if owner is None else owner
        return [(r.start, r.end, r.facility) for r in self.pauses[(*key, row.operation, row.request)]]

    def _wait(self, row, *also) -> None:
        self._put(row.request, row.start, row.wait_cause, row.wait_place, row.node, self._shut(row.facility, *also))

    def _work(self, row, paused=None) -> None:
        if row.has_start:
            self._put(
                row.start, row.end, row.cause, row.place, row.node, self._paused(row) if paused is None else paused
            )

    # -- at sea

    def _voyage(self, row) -> None:
        service, call = row.operation.split("/")[1:3]
        port = f"call/{service}/{call.split('-')[0]}"
        shut = self._shut(self._entry(port), self.facility.get(f"{port}/load"))
        ship = self.aboard.get((row.flow, row.ordinal, row.request))
        if ship is None:
            return self._put(row.request, row.start, row.wait_cause, row.wait_place, row.node, shut)
        mine = (row.flow, row.ordinal)
        lift = next(
            r for r in self.of_call[ship.vessel, ship.call] if r.kind == "loading" and (r.flow, r.ordinal) == mine
        )
        self._put(row.request, lift.request, row.wait_cause, row.wait_place, row.node, shut)
        self._wait(lift)
        self._work(lift, self._stops(lift))
        if not lift.has_end:
            return None
        self._until_gone(ship.vessel, ship.call, lift.end, row)
        number = ship.call + 1
        while (ship.vessel, number) in self.of_call:
            if self._call(ship.vessel, number, mine, row):
                return None
            number += 1
        return None

    def _entry(self, port: str):
        return self.facility.get(f"{port}/entry") or self.facility.get(f"{port}/exit")

    def _stops(self, row):
        return self._paused(row, (None, -1, -1, row.vessel))

    def _until_gone(self, vessel: str, number: int, since: int, board) -> None:
        """From ``since`` until the ship closes for loading, leaves, and has sailed to its next call."""
        rows = {r.kind: r for r in self.of_call[vessel, number] if r.kind in ("berth", "exit", "sail", "sailing")}
        lifts = [r for r in self.of_call[vessel, number] if r.kind == "loading"]
        out = rows.get("exit")
        port = "/".join(rows["berth"].operation.split("/")[:3])
        closes = out.request if out else self.stop if self._entry(port) else rows["berth"].end
        stops = [s for lift in lifts for s in self._stops(lift)]
        self._put(
            since,
            closes,
            "vessel",
            board.wait_place,
            rows["berth"].node,
            self._shut(self.facility.get(f"{port}/load")) + stops,
        )
        if out:
            self._wait(out)
            self._work(out, self._stops(out))
        sail = rows.get("sail")
        if sail:
            self._put(
                sail.request, sail.end, sail.cause, sail.place, sail.node, self._shut(sail.facility) + self._stops(sail)
            )

    def _call(self, vessel: str, number: int, mine, board) -> bool:
        """A later call, up to the landing of the shipment (True) or the next call."""
        rows = sorted(self.of_call[vessel, number], key=lambda r: (r.request, r.start, r.end))
        by_kind = {r.kind: r for r in rows}
        self._wait(by_kind["berth"], self._entry("/".join(by_kind["berth"].operation.split("/")[:3])))
        since = None
        for kind in ("entry", "mooring"):
            if kind in by_kind:
                self._wait(by_kind[kind])
                self._work(by_kind[kind], self._stops(by_kind[kind]))
                since = by_kind[kind].end
        rows = [r for r in rows if r.kind in ("yard", "discharging")]
        for row in rows:
            self._wait(row)
            if row.kind == "discharging":
                self._work(row, self._stops(row))
                if (row.flow, row.ordinal) == mine:
                    return True
        done = [r.end for r in rows if r.kind == "discharging"]
        if by_kind.get("mooring") is not None and by_kind["mooring"].has_end and all(r.has_end for r in rows):
            self._until_gone(vessel, number, max(done, default=since), board)
        return False

    @property
    def stop(self) -> int:
        return self.by_row["stopped"][0].end


def assert_accounts_agree(made: dict[str, pd.DataFrame]) -> int:
    """Hours by cause of every shipment, and of all reported ones by flow, cause and place; returns their number."""
    audit, shipments = Audit(made["operations"]), made["shipments"]
    total: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in shipments.itertuples():
        parts = audit.shipment(row.flow, row.ordinal)
        by_cause = {cause: sum(s for (c, _, _), s in parts.items() if c == cause) for cause in CAUSES}
        assert {c: round(getattr(row, f"{c}_h") * H) for c in CAUSES} == by_cause, (row.flow, row.ordinal)
        if row.reported:
            for (cause, place, node), seconds in parts.items():
                total[row.flow, cause, f"{place}@{node}" if cause == "barrier" else place] += seconds
    told = made["delays"].astype({"flow": str}).groupby(["flow", "cause", "place"])["hours"].sum()
    found = {key: seconds / H for key, seconds in total.items() if seconds}
    assert found == pytest.approx(told[told > 0].to_dict())
    return len(shipments)


def tables_of(built, result):
    return replication_tables(built.plan, result.draws, result.trace, run_info(built.world), 0, keep_operations=True)


def test_the_tutorial():
    found = simulated("tutorial")
    made = replication_tables(found.plan, found.draws, found.trace, found.info, 0, keep_operations=True)
    assert assert_accounts_agree(made) > 100


@pytest.mark.parametrize("capacity", [1, 3])
def test_ships_whose_cranes_stop_and_whose_yard_is_full(tmp_path, capacity):
    """Two ships, cranes that rest at night on both sides, a small yard, a closed entry, and a run that stops early."""
    hours = {"open": "06:00", "close": "18:00", "zone": "UTC"}
    facilities = {
        "cranes": {"node": "east", "kind": "crane", "capacity": 1, "hours": hours, "on_closure": "suspend"},
        "west_cranes": {"node": "west", "kind": "crane", "capacity": capacity, "hours": hours, "on_closure": "restart"},
        "yard": {"node": "west", "kind": "yard", "unit": "teu", "capacity": capacity},
        "entry": {
            "node": "west",
            "kind": "entry",
            "capacity": 1,
            "closures": [{"from_day": "2025-01-04", "to_day": "2025-01-05", "cause": "storm"}],
        },
    }
    steps = {
        "stay": {"node": "west", "order": 1, "duration": "7 h", "scope": "lot"},
        "out": {"node": "west", "order": 2, "action": "release", "facility": "yard", "units": "load", "scope": "lot"},
    }
    tables = sea(
        flows={"F": {"quantity_per_year": departures(12)}},
        departure={"rule": "full", "longest_wait": "20 h"},
        vessels=2,
        limit=5,
        facilities=facilities,
        processes=steps,
        east={"cranes": "cranes", "load_per_unit": "2 h"},
        west={
            "cranes": "west_cranes",
            "yard": "yard",
            "entry": "entry",
            "entry_time": "1 h",
            "mooring": "1 h",
            "discharge_per_unit": "3 h",
        },
    )
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-06")
    result = run(built, draws=set_out_at(built, {"F": [H * k for k in range(0, 24, 2)]}))
    made = tables_of(built, result)
    assert assert_accounts_agree(made) == 12
    told = made["delays"].astype({"flow": str}).groupby(["cause", "place"])["hours"].sum()
    assert {("closure", "cranes"), ("closure", "west_cranes"), ("capacity", "yard")} <= set(told.index)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(networks.networks())
def test_random_networks(network):
    with tempfile.TemporaryDirectory() as folder:
        built, draws = networks.build(Path(folder), network)
    try:
        trace = simulate(built.plan, draws)
    except DeadlockError:
        return
    made = replication_tables(built.plan, draws, trace, run_info(built.world), 0, keep_operations=True)
    assert_accounts_agree(made)
