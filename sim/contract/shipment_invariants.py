"""What must hold of every shipment: time runs forward, and it is in one place at a time, from its departure to its end."""

from __future__ import annotations

import numpy as np

from sim.clock import NEVER_S
from sim.contract.breaches import SHOWN, operation_of, some
from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.contract.reading import (
    born_done,
    spread_to_lots,
    step_rows,
)
from sim.contract.spells import pack
from sim.contract.trace import BOARD, CALL, Trace


def time_runs_forward(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Request, start and end of a row, and the moments of a call and of a boarding, never run back."""
    found: list[str] = []
    request, start, end, release = (trace.column("rows", c) for c in ("request", "start", "end", "release"))
    late = trace.rows[:, 4:8].max(axis=1, initial=-1) > trace.stopped_s
    bad = (request < 0) | late
    bad |= (start >= 0) & (start < request) | (end >= 0) & ((start < 0) | (end < start))
    bad |= (release >= 0) & ((start < 0) | (release < start))
    found += some(
        np.flatnonzero(bad), lambda i: f"row {i} {operation_of(plan, trace, i)}: {trace.rows[i, 4:8].tolist()}"
    )
    for table, moments in (("calls", CALL[3:12]), ("boards", BOARD[4:10])):
        times = np.column_stack([trace.column(table, c) for c in moments]).astype(np.int64)
        known = np.where(times < 0, np.iinfo(np.int64).max, times)
        # a moment that is not known yet must not be followed by one that is
        bad = (np.diff(known, axis=1) < 0).any(axis=1) | (times > trace.stopped_s).any(axis=1)
        found += [
            f"{table} {i}: {dict(zip(moments, times[i].tolist(), strict=True))}" for i in np.flatnonzero(bad)[:SHOWN]
        ]
    return found


def one_place_at_a_time(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Each step of a lot is requested the second its last step ended: no gap, no overlap, born to done."""
    rows = step_rows(plan, trace, draws.n_lot)
    lot, at = spread_to_lots(trace, rows, np.ones(draws.n_lot, bool))
    row = rows[at]
    request = trace.column("rows", "request")[row].astype(np.int64)
    end = trace.column("rows", "end")[row].astype(np.int64)
    open_end = end < 0
    end[open_end] = trace.stopped_s + 1  # sorts behind all that ended
    order = np.lexsort((end, pack(lot, request)))
    lot, row, request, end, open_end = lot[order], row[order], request[order], end[order], open_end[order]
    same = lot[1:] == lot[:-1]
    broken = np.flatnonzero(same & (request[1:] != end[:-1]))
    found = some(
        broken,
        lambda i: (
            f"shipment {lot[i]}: {operation_of(plan, trace, row[i + 1])} asked for at {request[i + 1]} s, "
            f"{operation_of(plan, trace, row[i])} ended at {end[i]} s"
        ),
    )
    born, done = born_done(draws, trace)
    first = np.flatnonzero(np.append(True, ~same)) if len(lot) else np.empty(0, np.int64)
    last = np.append(first[1:], len(lot)) - 1 if len(lot) else first
    wrong = first[request[first] != born[lot[first]]]
    found += some(wrong, lambda i: f"shipment {lot[i]}: departed at {born[lot[i]]} s, first step at {request[i]} s")
    final = np.where(open_end[last], -1, end[last])
    landed = done[lot[last]]
    wrong = last[(landed >= 0) & (final != landed)]
    found += some(
        wrong,
        lambda i: (
            f"shipment {lot[i]}: arrived at {done[lot[i]]} s, last step ended at "
            + ("no time" if open_end[i] else f"{end[i]} s")
        ),
    )
    return found


def one_carrier_at_a_time(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """A lot is in at most one train or aboard one vessel at any time."""
    far = trace.stopped_s + 1
    members = [trace.column("members", c).astype(np.int64) for c in ("lot", "joined", "left")]
    aboard = [trace.column("boards", c).astype(np.int64) for c in ("lot", "load_start", "landed")]
    aboard = [c[aboard[1] >= 0] for c in aboard]
    lot, begin, finish = (np.concatenate(pair) for pair in zip(members, aboard, strict=True))
    finish = np.where(finish < 0, far, finish)
    order = np.lexsort((finish, pack(lot, begin)))
    lot, begin, finish = lot[order], begin[order], finish[order]
    clash = np.flatnonzero((lot[1:] == lot[:-1]) & (begin[1:] < finish[:-1]))
    return some(
        clash, lambda i: f"shipment {lot[i]} joins a carrier at {begin[i + 1]} s, still in another until {finish[i]} s"
    )


def shipments_conserved(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Every lot is born once, on its date if it has one; it is done, or stands in exactly one unfinished step."""
    lot, born, done = (trace.column("lots", c).astype(np.int64) for c in ("lot", "born", "done"))
    twice = np.flatnonzero(np.bincount(lot, minlength=draws.n_lot) > 1)
    found = some(twice, lambda i: f"shipment {i} departs twice")
    refusable = plan.queue_bans.of_flow[draws.lot_flow] >= 0  # see bans_hold
    due_s = draws.lot_time_s[lot]
    wrong = (born < due_s) | ~refusable[lot] & (born != due_s)
    found += some(
        np.flatnonzero((born >= 0) & wrong & (due_s < NEVER_S)),
        lambda i: f"shipment {lot[i]} departed at {born[i]} s, was due at {draws.lot_time_s[lot[i]]} s",
    )
    there = np.zeros(draws.n_lot, bool)
    there[lot[born >= 0]] = True
    missing = ~there & ~refusable & (draws.lot_time_s < trace.stopped_s)
    found += some(
        np.flatnonzero(missing), lambda i: f"shipment {i} was due at {draws.lot_time_s[i]} s and never departed"
    )
    rows = step_rows(plan, trace, draws.n_lot)
    rows = rows[trace.column("rows", "end")[rows] < 0]
    waiting, _ = spread_to_lots(trace, rows, np.ones(draws.n_lot, bool))
    unfinished = np.bincount(waiting, minlength=draws.n_lot)
    expected = np.zeros(draws.n_lot, np.int64)
    expected[lot[(born >= 0) & (done < 0)]] = 1
    found += some(
        np.flatnonzero(unfinished != expected),
        lambda i: f"shipment {i} stands in {unfinished[i]} unfinished steps, expected {expected[i]}",
    )
    return found
