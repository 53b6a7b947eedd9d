"""Load, queues and waiting at every facility, day by day of the period, whoever uses it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.columns import Column, StoredTable
from sim.analysis.ledger import Ledger
from sim.clock import DAY_S, HOUR_S
from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.contract.reading import closed_spells, stock_changes
from sim.contract.spells import Ints, pack, unpack

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

FACILITIES = StoredTable(
    "a facility and day of the period",
    (
        Column("facility", "", "id of the facility; of a line section `link/node` where it begins"),
        Column("node", "", "node at which it is first used"),
        Column("day", "UTC", "midnight at which the day begins"),
        Column("capacity_unit_h", "unit-hours", "units that are there, closings left out, times hours"),
        Column("busy_unit_h", "unit-hours", "units in use times hours"),
        Column("queue_mean", "", "trains, shipments and ships in queue, mean of the day"),
        Column("queue_max", "", "most of them at once"),
        Column("wait_h", "h", "hours that they waited that day, summed"),
    ),
    "all traffic",
)


def facility_days(ledger: Ledger) -> pd.DataFrame:
    """One row a facility and UTC day: capacity and use in unit-hours, queue in movers, waiting in hours.

    Facilities that nothing in the model may ask for are left out. Waiting counts every mover (train, lot or vessel),
    background included.
    """
    plan, draws, trace = ledger.plan, ledger.draws, ledger.trace
    n, days = len(plan.facilities.name), -(-(ledger.end_s - ledger.start_s) // DAY_S)
    change, wait = stock_changes(plan, trace), ledger.waits
    stop = min(ledger.start_s + days * DAY_S, trace.stopped_s)
    ones = np.ones(len(wait.row), np.int64)
    grid = (n, ledger.start_s, days, stop)
    busy = _daily(change.facility, change.time_s, change.units, *grid)
    queue = _daily(
        np.concatenate((wait.facility, wait.facility)),
        np.concatenate((wait.from_s, wait.to_s)),
        np.concatenate((ones, -ones)),
        *grid,
    )
    owner = np.repeat(np.arange(n), np.diff(draws.timeline_ptr))
    steps = draws.timeline_capacity.astype(np.int64)
    steps[1:] -= draws.timeline_capacity[:-1]
    steps[draws.timeline_ptr[:-1]] = draws.timeline_capacity[draws.timeline_ptr[:-1]]
    capacity = _daily(owner, draws.timeline_s, steps, *grid)
    longest = _longest_queue(wait.facility, wait.from_s, wait.to_s, n, ledger.start_s, days)
    rows = ledger.facilities
    midnight_s = np.tile(ledger.start_s + np.arange(days) * DAY_S, len(rows))
    names = np.array(plan.facilities.name, object)
    # made text for each facility once: pandas would turn an array of objects into text row by row
    where = pd.Series([plan.node_name[k] if k >= 0 else "" for k in facility_nodes(plan)], dtype="str")
    return pd.DataFrame(
        {
            "facility": pd.Categorical.from_codes(np.repeat(rows, days), list(names)),
            "node": where.array[np.repeat(rows, days)],
            "day": ledger.when(midnight_s),
            "capacity_unit_h": capacity[rows].ravel() / HOUR_S,
            "busy_unit_h": busy[rows].ravel() / HOUR_S,
            "queue_mean": queue[rows].ravel() / DAY_S,
            "queue_max": longest[rows].ravel(),
            "wait_h": queue[rows].ravel() / HOUR_S,
        }
    )


def facility_waits(ledger: Ledger) -> pd.DataFrame:
    """One row a facility: requests made in the period, and the mean hours that they waited."""
    plan, trace = ledger.plan, ledger.trace
    need, request, units = (trace.column("rows", name) for name in ("need", "request", "units"))
    asked = (request >= ledger.start_s) & (request < ledger.end_s) & (units >= 0)
    of_need = np.bincount(need[np.flatnonzero(asked)], minlength=len(plan.needs.op))
    real, n = np.flatnonzero(plan.needs.facility >= 0), len(plan.facilities.name)
    count = np.bincount(plan.needs.facility[real], weights=of_need[real], minlength=n).astype(np.int64)
    wait, some = ledger.waits, np.flatnonzero(asked[ledger.waits.row])
    lasts = wait.to_s[some] - wait.from_s[some]
    total = np.bincount(wait.facility[some], weights=lasts, minlength=n) / HOUR_S
    return pd.DataFrame(
        {"facility": plan.facilities.name, "requests": count, "mean_wait_h": total / np.maximum(count, 1)}
    )


def facility_nodes(plan: Plan) -> I64:
    """[n_facility] the node at which each facility is first used; for a line section, where it begins."""
    node = np.full(len(plan.facilities.name), -1, np.int64)
    used = np.flatnonzero(plan.needs.facility >= 0)[::-1]  # the first use is written last
    op = plan.needs.op[used]
    node[plan.needs.facility[used]] = np.where(
        plan.operations.link[op] >= 0, plan.operations.from_node[op], plan.operations.node[op]
    )
    return node


def closures(plan: Plan, draws: Draws, facility: I64, from_s: int, to_s: int) -> tuple[I64, I64, I64]:
    """Spells without any capacity of the given facilities within a stretch: facility, from, to."""
    spells = closed_spells(plan, draws, to_s)
    kept = np.flatnonzero(np.isin(spells.key, facility) & (spells.to_s > from_s))
    return spells.key[kept], np.maximum(spells.from_s[kept], from_s), spells.to_s[kept]


def _daily(key: Ints, time_s: Ints, change: Ints, n: int, start_s: int, days: int, stop_s: int) -> F64:
    """[n, days] integral over each day of a step function given by its changes; zero after ``stop_s``."""
    # a change at the end or later counts nothing, on whatever day it is entered
    since_s = np.clip(time_s, start_s, max(min(start_s + days * DAY_S, stop_s), start_s)).astype(np.int32, copy=False)
    since_s -= np.int32(start_s)
    cell = since_s // np.int32(DAY_S)
    np.minimum(cell, days - 1, out=cell)
    cell += key.astype(np.int32, copy=False) * np.int32(days)
    cell = cell.astype(np.int64)
    risen = np.bincount(cell, weights=change, minlength=n * days).reshape(n, days)
    change_s = np.multiply(change, since_s, dtype=np.float64)
    before = np.bincount(cell, weights=change_s, minlength=n * days).reshape(n, days)
    # a change of u at second t of the period adds u x (end of the day - t) to its own day
    begin = np.arange(days) * DAY_S
    ends = np.minimum(begin + DAY_S, stop_s - start_s)
    own = risen * ends - before
    own[:, 1:] += np.cumsum(risen, axis=1)[:, :-1] * np.maximum(ends - begin, 0)[1:]
    return np.asarray(own, np.float64)


def _longest_queue(key: I64, from_s: I64, to_s: I64, n: int, start_s: int, days: int) -> I64:
    """[n, days] the longest queue of each day; who is served in the second another comes does not count."""
    joins, leaves = np.maximum(from_s, start_s), np.maximum(to_s, start_s)
    real = (leaves > joins) & (joins < start_s + days * DAY_S)
    key, joins, leaves = key[real], joins[real], leaves[real]
    leaving = leaves < start_s + days * DAY_S
    # at one second those who leave go first: the last bit tells who joins
    moments = 2 * np.concatenate((leaves[leaving] - start_s, joins - start_s))
    moments[int(leaving.sum()) :] += 1
    packed = np.sort(pack(np.concatenate((key[leaving], key)), moments))
    keys, moments = unpack(packed)
    times, steps = start_s + moments // 2, 2 * (moments & 1) - 1
    # who leaves at midnight waited on the day before only
    cell = keys * days + (times - (steps < 0) - start_s) // DAY_S
    change = np.bincount(cell, weights=steps, minlength=n * days).reshape(n, days)
    at_start = np.cumsum(change, axis=1) - change
    longest = at_start.astype(np.int64)
    if len(keys):
        running = np.cumsum(steps)
        first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        running -= np.repeat(running[first] - steps[first], np.diff(np.append(first, len(keys))))
        np.maximum.at(longest.reshape(-1), cell, running)
    return longest
