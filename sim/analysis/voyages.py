"""What ships did: one row a call, with its times, its lots and its load at departure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.columns import Column, StoredTable
from sim.analysis.ledger import Ledger
from sim.analysis.sea_pieces import call_rows
from sim.clock import HOUR_S
from sim.contract.spells import pack

#: Columns of the engine's sizes, in their order.
LOADS = ("load_teu", "load_wagons", "load_trucks", "load_lane_m", "load_t")
_TIMES = ("arrive", "berthed", "moored", "discharged", "left")

VOYAGES = StoredTable(
    "a ship's call that begins in the period",
    (
        Column("service", "", "id of the service"),
        Column("vessel", "", "name of the ship"),
        Column("call", "", "number of the ship's call, from 0"),
        Column("port", "", "id of the port's node"),
        Column("arrive", "UTC", "arrival at the roadstead"),
        Column("berthed", "UTC", "berth granted"),
        Column("moored", "UTC", "moored: work can begin"),
        Column("discharged", "UTC", "end of discharging"),
        Column("left", "UTC", "left port"),
        Column("berth_wait_h", "h", "from arrival until the berth was granted"),
        Column("round_trip_h", "h", "since its last arrival at the same call of the rotation; missing at first"),
        Column("lots_loaded", "shipments", "loaded at this call"),
        Column("lots_landed", "shipments", "discharged at this call"),
        *(
            Column(name, unit, "aboard at departure")
            for name, unit in zip(LOADS, ("TEU", "wagons", "trucks", "m of lane", "t"), strict=True)
        ),
        Column("load_share", "share", "largest share of any of the ship's limits that is taken at departure"),
    ),
)


def voyages(ledger: Ledger) -> pd.DataFrame:
    """Calls that begin within the period: service, vessel, port, UTC times, lots, load at departure.

    ``load_share`` is the largest share of any of the vessel's limits that is taken at departure.
    """
    plan, trace = ledger.plan, ledger.trace
    vessel, call = (trace.column("calls", c).astype(np.int64) for c in ("vessel", "call"))
    arrive = trace.column("calls", "arrive").astype(np.int64)
    load = load_at_departure(ledger)
    limit = plan.vessels.limit[vessel]
    limited = np.where(limit > 0, load / np.where(limit > 0, limit, 1), 0.0)
    rows = np.flatnonzero((arrive >= ledger.start_s) & (arrive < ledger.end_s))
    rows = rows[np.argsort(pack(vessel[rows], call[rows]))]
    wait = np.where(trace.column("calls", "berthed") < 0, trace.stopped_s, trace.column("calls", "berthed")) - arrive
    table = {
        "service": np.array(plan.services.name, object)[plan.vessels.service[vessel[rows]]],
        "vessel": np.array(plan.vessels.name, object)[vessel[rows]],
        "call": call[rows],
        "port": np.array(plan.node_name, object)[plan.calls.node[trace.column("calls", "port")[rows]]],
        **{name: ledger.when(trace.column("calls", name)[rows]) for name in _TIMES},
        "berth_wait_h": wait[rows] / HOUR_S,
        "round_trip_h": _round_trip_h(ledger)[rows],
        "lots_loaded": trace.column("calls", "lots_loaded")[rows],
        "lots_landed": trace.column("calls", "lots_landed")[rows],
        **{name: load[rows, k] for k, name in enumerate(LOADS[: load.shape[1]])},
        "load_share": limited.max(axis=1, initial=0.0)[rows],
    }
    return pd.DataFrame(table)


def load_at_departure(ledger: Ledger) -> np.ndarray:
    """[n_call, n_measure] what is aboard when the vessel leaves the call (or by the stop of the run)."""
    trace, size = ledger.trace, ledger.sizes
    lot, vessel, on, off = (
        trace.column("boards", c).astype(np.int64) for c in ("lot", "vessel", "call_from", "call_to")
    )
    began = trace.column("boards", "load_end") >= 0
    landed = trace.column("boards", "landed") >= 0
    vessels, calls = (trace.column("calls", c).astype(np.int64) for c in ("vessel", "call"))
    taken = call_rows(trace, vessel[began], on[began])
    given = call_rows(trace, vessel[landed], off[landed])
    in_turn = np.argsort(pack(vessels, calls))
    level = np.zeros((len(vessels), size.shape[1]), np.int64)
    for measure in range(size.shape[1]):
        change = np.bincount(taken, weights=size[lot[began], measure], minlength=len(vessels))
        change -= np.bincount(given, weights=size[lot[landed], measure], minlength=len(vessels))
        level[in_turn, measure] = np.cumsum(change[in_turn])
    # every ship begins empty: what the ships before it in turn still hold is not its own
    first = np.flatnonzero(np.diff(vessels[in_turn], prepend=-1))
    before = np.where(first[:, None] > 0, level[in_turn[first - 1]], 0)
    level[in_turn] -= np.repeat(before, np.diff(np.append(first, len(vessels))), axis=0)
    return level


def _round_trip_h(ledger: Ledger) -> np.ndarray:
    """[n_call] hours since the vessel's last arrival at the same port of its rotation; missing at first."""
    plan, trace = ledger.plan, ledger.trace
    vessel, call = (trace.column("calls", c).astype(np.int64) for c in ("vessel", "call"))
    turn = np.diff(plan.services.call_ptr)[plan.vessels.service[vessel]] if len(vessel) else vessel
    before = call_rows(trace, vessel, np.maximum(call - turn, -1))
    arrive = trace.column("calls", "arrive").astype(np.float64)
    return np.where(before >= 0, (arrive - arrive[before]) / HOUR_S, np.nan)
