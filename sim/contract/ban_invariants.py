"""What must hold of loading bans that a queue calls: nobody departs while one holds, nobody is put off without one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.contract.breaches import some
from sim.contract.draws import Draws
from sim.contract.plan import I64, Flags, Kind, Plan
from sim.contract.reading import born_done, by_row, pause_rows, stock_changes
from sim.contract.trace import Trace

#: Later than every instant: a shipment that was due and has not departed.
_NOT_YET = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Standing:
    """Units that stand in and before a facility, by instant at which that changed: [n].

    Within an instant the order of changes is not known: what stood then lay between ``low`` and ``high``, and was
    ``close`` when it was over.
    """

    second: I64
    close: I64
    low: I64
    high: I64


def bans_hold(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Departures agree with what stood; only what holds for every order of the changes of a second is a breach."""
    return [line for ban in range(len(plan.queue_bans.name)) for line in _breaches(plan, draws, trace, ban)]


def _breaches(plan: Plan, draws: Draws, trace: Trace, ban: int) -> list[str]:
    bans, name = plan.queue_bans, plan.queue_bans.name[ban]
    lot = np.flatnonzero((bans.of_flow[draws.lot_flow] == ban) & (draws.lot_time_s <= trace.stopped_s))
    lot = lot[np.argsort(draws.lot_time_s[lot], kind="stable")]
    born = born_done(draws, trace)[0][lot]
    due_s, out_s = draws.lot_time_s[lot], np.where(born < 0, _NOT_YET, born)
    refused, is_later = out_s > due_s, bans.every_s[ban] >= 0
    standing = standing_at(plan, trace, int(bans.facility[ban]))
    above, below = standing.high > bans.above[ban], standing.low < bans.below[ban]
    called = _lasts(standing.close > bans.above[ban], below, at_first=False)
    lifted = _lasts(standing.close < bans.below[ban], above, at_first=True)
    on_its_days = [(at_s >= bans.start_s[ban]) & (at_s < bans.end_s[ban]) for at_s in (due_s, out_s)]
    waits = np.append(-1, np.maximum.accumulate(out_s))[:-1] >= due_s if is_later else np.zeros(len(lot), bool)
    lifted_then = _holds(standing, lifted, above, due_s) | ~on_its_days[0]
    found = some(
        np.flatnonzero(_holds(standing, called, below, out_s) & on_its_days[1]),
        lambda i: f"shipment {lot[i]} departed at {out_s[i]} s, while {name} held",
    )
    found += some(
        np.flatnonzero(refused & lifted_then & ~_with_companion(draws, lot, waits)),
        lambda i: f"shipment {lot[i]} did not depart at {due_s[i]} s: {name} was lifted",
    )
    if not is_later:
        late = np.flatnonzero(refused & (out_s < _NOT_YET))
        return found + some(late, lambda i: f"shipment {lot[i]} departed at {out_s[i]} s, though {name} had lost it")
    early = np.flatnonzero(np.diff(out_s) < 0) + 1
    found += some(early, lambda i: f"shipment {lot[i]} departed at {out_s[i]} s, before one that {name} put off")
    leave_s = np.unique(out_s[refused & (out_s < _NOT_YET)])
    close = np.flatnonzero(np.diff(leave_s) < bans.every_s[ban]) + 1
    return found + some(close, lambda i: f"{name}: departures at {leave_s[i - 1]} and {leave_s[i]} s are too close")


def standing_at(plan: Plan, trace: Trace, facility: int) -> Standing:
    """Claims on a facility that have not been given back, granted or not; work that a closing stops still stands."""
    held = stock_changes(plan, trace)
    there = held.facility == facility
    asked = np.flatnonzero(by_row(trace, plan.needs.facility == facility) & ~by_row(trace, _gives(plan)))
    request, start, units = (
        trace.column("rows", name)[asked].astype(np.int64) for name in ("request", "start", "units")
    )
    begun = start >= 0
    stopped = pause_rows(trace)
    paused = np.flatnonzero(np.isin(stopped, asked))
    pause_from, pause_to = (trace.column("pauses", name)[paused].astype(np.int64) for name in ("from", "to"))
    lost = trace.column("rows", "units")[stopped[paused]].astype(np.int64)
    over = pause_to >= 0
    time_s = np.concatenate((held.time_s[there], request, start[begun], pause_from, pause_to[over]))
    change = np.concatenate((held.units[there], units, -units[begun], lost, -lost[over])).astype(np.int64)
    # what is granted, stopped or resumed only changes its place: sums by instant of what comes and what goes
    second, where = np.unique(time_s.astype(np.int64), return_inverse=True)
    net = np.bincount(where, change, len(second)).astype(np.int64)
    came = np.bincount(np.searchsorted(second, request), units, len(second)).astype(np.int64)
    close = np.cumsum(net)
    before = close - net
    return Standing(second, close, before + np.minimum(net - came, 0), before + came)


def _gives(plan: Plan) -> Flags:
    """[n_need] rows of these needs give units back."""
    return plan.operations.kind[plan.needs.op] == Kind.RELEASE


def _lasts(sets: Flags, ends: Flags, *, at_first: bool) -> Flags:
    """[n + 1] whether a state is certain before the first instant and after each: it is set, and nothing may end it."""
    n = np.arange(1, len(sets) + 1)
    begun = np.maximum.accumulate(np.where(sets, n, 0))
    ended = np.maximum.accumulate(np.where(ends & ~sets, n, 0))
    return np.append(at_first, np.where(begun == 0, at_first & (ended == 0), begun > ended))


def _holds(standing: Standing, certain: Flags, ends: Flags, time_s: I64) -> Flags:
    """[n] whether a state is certain at instants: before each of them, and not ended within it."""
    at = np.searchsorted(standing.second, time_s, side="left")
    within = (at < len(standing.second)) & (np.append(standing.second, -1)[at] == time_s)
    return certain[at] & ~(within & np.append(ends, False)[at])


def _with_companion(draws: Draws, lot: I64, waits: Flags) -> Flags:
    """Whether a shipment, or one that was due together with it, came after others that were waiting."""
    same = (draws.lot_flow[lot[1:]] == draws.lot_flow[lot[:-1]]) & (
        draws.lot_time_s[lot[1:]] == draws.lot_time_s[lot[:-1]]
    )
    group = np.append(0, np.cumsum(~same)) if len(lot) else np.empty(0, np.int64)
    return np.bincount(group, waits, minlength=1)[group] > 0
