"""What must hold at every facility and aboard every ship: nothing beyond capacity, no work while closed, no overtaking."""

from __future__ import annotations

import numpy as np

from sim.contract.breaches import SHOWN, some
from sim.contract.draws import Draws
from sim.contract.plan import PRIORITY_CLASSES, WEIGHT, Discipline, Flags, Kind, Plan, Policy
from sim.contract.reading import (
    berth_needs,
    born_done,
    capacity_at,
    lot_sizes,
    pause_rows,
    spread_to_lots,
    stock_changes,
    waits,
    yard_needs,
)
from sim.contract.spells import I64, pack, running_levels, unpack
from sim.contract.trace import CALL, Trace


def within_capacity(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Nothing is granted beyond the capacity in force, and no stock is negative.

    After a fall of capacity, work begun before may go on where the facility declares it (finish), and
    units that are kept stay; but nothing more is granted until there is room.
    """
    change = stock_changes(plan, trace)
    facility, time_s, level, grants = running_levels(change.facility, change.time_s, change.units)
    name = plan.facilities.name
    # more may come back to a stock of a pool than it began with; the pool as a whole is checked below
    below = (level < 0) & ~_stocks(plan)[facility]
    found = some(np.flatnonzero(below), lambda i: f"{name[facility[i]]} at {time_s[i]} s: stock of {level[i]}")
    # a grant may precede a fall of capacity within one second
    room = np.maximum(capacity_at(draws, facility, time_s), capacity_at(draws, facility, time_s - 1))
    found += some(
        np.flatnonzero(grants & (level > room)),
        lambda i: f"{name[facility[i]]} at {time_s[i]} s: {level[i]} in use, capacity {room[i]}",
    )
    return found


def pools_are_conserved(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """A lot returns to a pool exactly what it took, none comes back that was not taken, all when it ends."""
    lot, pool, held = _held(plan, draws, trace)
    done = born_done(draws, trace)[1] >= 0
    return some(
        np.flatnonzero((held < 0) | ((held != 0) & done[lot])),
        lambda i: (
            f"pool {plan.pool_name[pool[i]]}: shipment {lot[i]}{' ended and' if done[lot[i]] else ''} holds {held[i]} units"
        ),
    )


def closing_stops_work(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Where closing stops work (suspend, restart), work in progress never exceeds capacity.

    Vessels at a berth, room taken for several operations, and units kept by blocking are not work.
    """
    stops = np.isin(plan.facilities.policy, (Policy.SUSPEND, Policy.RESTART))
    if not stops.any():
        return []
    need = trace.column("rows", "need")
    op, facility = plan.needs.op[need], plan.needs.facility[need]
    units = trace.column("rows", "units").astype(np.int64)
    start, end, release = (trace.column("rows", c).astype(np.int64) for c in ("start", "end", "release"))
    until = np.where(plan.operations.keeps[op], end, release)
    is_work = ~np.isin(plan.operations.kind[op], (Kind.ACQUIRE, Kind.RELEASE))
    is_work &= ~(yard_needs(plan) | berth_needs(plan))[need]
    work = np.flatnonzero(is_work & (facility >= 0) & (start >= 0) & stops[np.maximum(facility, 0)])
    over = work[until[work] >= 0]
    p_from, p_to = (trace.column("pauses", c).astype(np.int64) for c in ("from", "to"))
    stopped = pause_rows(trace)
    pause = np.flatnonzero(np.isin(stopped, work))
    resumed = pause[p_to[pause] >= 0]
    mark, mark_s = _timeline_steps(draws, stops, trace.stopped_s)
    parts = (
        (facility[work], start[work], units[work]),
        (facility[over], until[over], -units[over]),
        (facility[stopped[pause]], p_from[pause], -units[stopped[pause]]),
        (facility[stopped[resumed]], p_to[resumed], units[stopped[resumed]]),
        (mark, mark_s, np.zeros(len(mark), np.int64)),
    )
    changes = [np.concatenate([part[k] for part in parts]).astype(np.int64) for k in range(3)]
    where, time_s, level, _ = running_levels(*changes)
    room = capacity_at(draws, where, time_s)
    name = plan.facilities.name
    return some(
        np.flatnonzero(level > room),
        lambda i: f"{name[where[i]]} at {time_s[i]} s: {level[i]} units at work, capacity {room[i]}",
    )


def _carried(plan: Plan, trace: Trace, vessel: I64, call: I64, limit: I64) -> I64:
    """Tonnes that may be aboard after a call at which a vessel loaded: its own limit, or what the water carries."""
    limit = limit.copy()
    moments = {
        (v, c): (at, lots)
        for v, c, at, lots in trace.calls[
            :, [CALL.index(n) for n in ("vessel", "call", "discharged", "lots_loaded")]
        ].tolist()
    }
    for i in np.flatnonzero(np.diff(plan.vessels.payload_ptr)[vessel]) if len(plan.vessels.payload_s) else ():
        loading_s, lots = moments[int(vessel[i]), int(call[i])]
        if lots:  # else what is aboard was weighed at an earlier call
            steps = slice(*plan.vessels.payload_ptr[vessel[i] : vessel[i] + 2].tolist())
            at = max(0, int(np.searchsorted(plan.vessels.payload_s[steps], loading_s, side="right")) - 1)
            carried = plan.vessels.payload_t[steps][at]
            limit[i] = carried if limit[i] < 0 else min(limit[i], carried)
    return limit


def loads_within_limits(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """No vessel sails with more than any of its limits, and its calls count their lots rightly."""
    lot, vessel, begin, finish = (
        trace.column("boards", c).astype(np.int64) for c in ("lot", "vessel", "call_from", "call_to")
    )
    on = trace.column("boards", "load_start") >= 0
    off = on & (trace.column("boards", "landed") >= 0)
    found: list[str] = []
    sizes = lot_sizes(plan, draws, trace)
    for measure in range(plan.vessels.limit.shape[1]):
        size = sizes[:, measure]
        ship, call, load, _ = running_levels(
            np.concatenate((vessel[on], vessel[off])),
            np.concatenate((begin[on], finish[off])),
            np.concatenate((size[lot[on]], -size[lot[off]])),
        )
        limit = plan.vessels.limit[ship, measure]
        if measure == WEIGHT:
            limit = _carried(plan, trace, ship, call, limit)
        found += [
            f"{plan.vessels.name[ship[i]]}, call {call[i]}: load of {load[i]}, limit {limit[i]}"
            for i in np.flatnonzero((limit >= 0) & (load > limit))[:SHOWN]
        ]
    loaded = on & (trace.column("boards", "load_end") >= 0)
    for picked, at_call, column in ((loaded, begin, "lots_loaded"), (off, finish, "lots_landed")):
        counted = np.sort(pack(vessel[picked], at_call[picked]))
        own = pack(trace.column("calls", "vessel"), trace.column("calls", "call"))
        number = np.searchsorted(counted, own, side="right") - np.searchsorted(counted, own, side="left")
        said = trace.column("calls", column)
        found += [
            f"call row {i}: {column} {said[i]}, boardings say {number[i]}"
            for i in np.flatnonzero(said != number)[:SHOWN]
        ]
    return found


def littles_law(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """The sum of waits equals the integral of the queue's length, and no queue is negative."""
    wait = waits(plan, trace)
    change = np.ones(len(wait.row), np.int64)
    facility, time_s, queue, _ = running_levels(
        np.concatenate((wait.facility, wait.facility)),
        np.concatenate((wait.from_s, wait.to_s)),
        np.concatenate((change, -change)),
    )
    lasts = np.zeros(len(time_s), np.int64)
    same = facility[1:] == facility[:-1]
    lasts[:-1][same] = np.diff(time_s)[same]
    n = len(plan.facilities.name)
    area = np.zeros(n, np.int64)
    np.add.at(area, facility, queue * lasts)
    total = np.zeros(n, np.int64)
    np.add.at(total, wait.facility, wait.to_s - wait.from_s)
    name = plan.facilities.name
    return [
        *some(np.flatnonzero(queue < 0), lambda i: f"{name[facility[i]]}: queue of {queue[i]}"),
        *some(
            np.flatnonzero(area != total),
            lambda f: f"{name[f]}: waits add up to {total[f]} s, the queue's area is {area[f]} s",
        ),
    ]


def nobody_overtakes(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """At each facility grants follow requests; with priorities within each class, on a shared track on each side."""
    need = trace.column("rows", "need")
    facility = plan.needs.facility[need].astype(np.int64)
    asks = np.flatnonzero(
        (facility >= 0)
        & (plan.operations.kind[plan.needs.op[need]] != Kind.RELEASE)
        & (trace.column("rows", "units") >= 0)
    )
    facility = facility[asks]
    discipline = plan.facilities.discipline[facility]
    rank = np.select(
        [discipline == Discipline.PRIORITY, discipline == Discipline.ALTERNATE],
        [_class(plan, draws, trace)[asks], plan.operations.side[plan.needs.op[need[asks]]].astype(np.int64)],
        0,
    )
    queue = facility * PRIORITY_CLASSES + rank
    request = trace.column("rows", "request")[asks].astype(np.int64)
    start = trace.column("rows", "start")[asks].astype(np.int64)
    start = np.where(start < 0, trace.stopped_s + 1, start)
    order = np.lexsort((start, pack(queue, request)))
    queue, start, request, asks = queue[order], start[order], request[order], asks[order]
    passed = np.flatnonzero((queue[1:] == queue[:-1]) & (start[1:] < start[:-1]))
    return some(
        passed,
        lambda i: (
            f"{plan.facilities.name[queue[i] // PRIORITY_CLASSES]}: asked for at {request[i + 1]} s, "
            f"granted at {start[i + 1]} s, before a request of {request[i]} s"
        ),
    )


def _stocks(plan: Plan) -> Flags:
    """[n_facility] True for stocks of a pool."""
    return plan.stocks.pool >= 0 if len(plan.stocks.pool) else np.zeros(len(plan.facilities.name), bool)


def _held(plan: Plan, draws: Draws, trace: Trace) -> tuple[I64, I64, I64]:
    """Lot, pool, and the units of the pool that the lot has taken and not returned when the run stops.

    Of what a train takes by load each lot has its own load, of what it takes one by one the oldest has all.
    """
    need = trace.column("rows", "need")
    facility = plan.needs.facility[need]
    rows = np.flatnonzero((facility >= 0) & (trace.column("rows", "start") >= 0))
    rows = rows[_stocks(plan)[facility[rows]]]
    lot, at = spread_to_lots(trace, rows, np.ones(draws.n_lot, bool))
    row = rows[at]
    units = np.abs(trace.column("rows", "units").astype(np.int64)[row])
    size = lot_sizes(plan, draws, trace)[lot, plan.needs.measure[need[row]]]
    oldest = trace.column("rows", "mover")[row] == lot
    own = np.where(plan.needs.units[need[row]] == 0, size, np.where(oldest, units, 0))
    own = np.where(plan.operations.kind[plan.needs.op[need[row]]] == Kind.RELEASE, -own, own)
    pairs, place = np.unique(pack(lot, plan.stocks.pool[facility[row]]), return_inverse=True)
    held = np.bincount(place, weights=own, minlength=len(pairs)).astype(np.int64)
    return *unpack(pairs), held


def _timeline_steps(draws: Draws, wanted: np.ndarray, stopped_s: int) -> tuple[I64, I64]:
    """Facility and second of every step of the wanted facilities' timelines, up to the stop."""
    facility = np.repeat(np.arange(len(wanted)), np.diff(draws.timeline_ptr))
    seen = wanted[facility] & (draws.timeline_s <= stopped_s)
    return facility[seen], draws.timeline_s[seen]


def _class(plan: Plan, draws: Draws, trace: Trace) -> I64:
    """[n_row] priority class of each request: the lot's, the best of a train's lots, 0 for vessels."""
    mover, train = trace.column("rows", "mover"), trace.column("rows", "train")
    result = np.zeros(len(mover), np.int64)
    # a vessel asks for yard room on behalf of the lot
    own = (mover < draws.n_lot) & ~yard_needs(plan)[trace.column("rows", "need")]
    result[own] = draws.lot_priority[mover[own]]
    member_train = trace.column("members", "train")
    best = np.full(int(member_train.max(initial=-1)) + 1, PRIORITY_CLASSES, np.int64)
    np.minimum.at(best, member_train, draws.lot_priority[trace.column("members", "lot")])
    result[train >= 0] = best[train[train >= 0]]
    return result
