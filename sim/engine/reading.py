"""How to read a trace: whose steps the rows are, what facilities hold, who waits, what is shut.

Everything that checks or reports a run starts from these few views; all are whole-array operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.engine.spells import I64, Ints, Spells, merge, pack
from sim.engine.trace import Trace
from sim.model.arrays import I32, Flags, Kind, Luck, Plan


@dataclass(frozen=True)
class Changes:
    """Units taken (positive) and given back (negative) at facilities, one entry for each change."""

    facility: I64
    time_s: I64
    units: I64


@dataclass(frozen=True)
class Waits:
    """Stretches from request to grant at facilities, with the trace row they come from."""

    row: I64
    facility: I64
    from_s: I64
    to_s: I64


def yard_needs(plan: Plan) -> Flags:
    """[n_need] True where the need is room in a port's yard, taken or given back on behalf of a lot."""
    mask = _among(plan, plan.call_yard_need)
    for op in np.flatnonzero(plan.op_kind == Kind.BOARD):  # needs after the first: given back at loading
        mask[plan.need_ptr[op] + 1 : plan.need_ptr[op + 1]] = True
    return mask


def berth_needs(plan: Plan) -> Flags:
    """[n_need] True where the need is a vessel's berth, held from the grant until the vessel has left."""
    return _among(plan, plan.call_berth_need)


def _among(plan: Plan, needs: I32) -> Flags:
    mask = np.zeros(len(plan.need_op), bool)
    mask[needs[needs >= 0]] = True
    return mask


def step_rows(plan: Plan, trace: Trace, n_lot: int) -> I64:
    """Rows that are steps on a lot's way: one row a step (its first need), no vessel's own work."""
    need = trace.column("rows", "need")
    first = np.zeros(len(plan.need_op), bool)
    first[plan.need_ptr[:-1]] = True
    first &= ~yard_needs(plan)
    return np.flatnonzero(first[need] & (trace.column("rows", "mover") < n_lot))


def carriers(trace: Trace, rows: I64, followed: Flags) -> I64:
    """Those of ``rows`` that are steps of a followed lot, or of a train that carries at least one."""
    train = trace.column("rows", "train")[rows]
    member_train = trace.column("members", "train")
    carries = np.zeros(int(member_train.max(initial=-1)) + 2, bool)  # the last entry stands for no train
    carries[member_train[followed[trace.column("members", "lot")]]] = True
    return rows[carries[train] | (train < 0) & followed[trace.column("rows", "mover")[rows]]]


def spread_to_lots(trace: Trace, rows: Ints, followed: Flags) -> tuple[I64, I64]:
    """Pairs (lot, index into ``rows``): a lone lot's row is its own, a train's row is each member's.

    ``followed`` [n_lot] picks the lots.
    """
    train = trace.column("rows", "train")[rows]
    mover = trace.column("rows", "mover")[rows]
    alone = np.flatnonzero(train < 0)
    alone = alone[followed[mover[alone]]]
    member_lot, member_train = trace.column("members", "lot"), trace.column("members", "train")
    kept = np.flatnonzero(followed[member_lot])
    kept = kept[np.argsort(member_train[kept], kind="stable")]
    member_lot, member_train = member_lot[kept], member_train[kept]
    together = np.flatnonzero(train >= 0)
    low = np.searchsorted(member_train, train[together], side="left")
    count = np.searchsorted(member_train, train[together], side="right") - low
    row = np.repeat(together, count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    lot = member_lot[np.repeat(low, count) + nth]
    return np.concatenate((mover[alone], lot)).astype(np.int64), np.concatenate((alone, row))


def lot_sizes(plan: Plan, luck: Luck, trace: Trace) -> I64:
    """[n_lot, n_measure] what each lot takes of every measure; a woken lot as much as goes with its units.

    Units of a stock that are counted one by one take nothing but themselves.
    """
    size = luck.lot_size.astype(np.int64)
    woken, units, need = woken_units(plan, trace)
    measure = plan.need_measure[need]
    own = size[woken, measure]
    by_load = (plan.need_units[need] == 0) & (own > 0)
    size[woken] = np.where(by_load[:, None], units[:, None] * size[woken] // np.maximum(own, 1)[:, None], 0)
    size[woken, measure] = units
    return size


def woken_units(plan: Plan, trace: Trace) -> tuple[I64, I64, I64]:
    """Lots that a stock has woken, the units with which each left it, and the need by which it did."""
    leaving = plan.stock_leave_need[plan.stock_leave_need >= 0]
    rows = np.flatnonzero(np.isin(trace.column("rows", "need"), leaving))
    mover, need, units = (trace.column("rows", c)[rows].astype(np.int64) for c in ("mover", "need", "units"))
    return mover, units, need


def branches(plan: Plan, luck: Luck, trace: Trace) -> I64:
    """[n_lot] the branch that each lot has chosen, counted from 0; -1 where there was no choice."""
    chosen = np.full(luck.n_lot, -1, np.int64)
    chooses = plan.op_kind[plan.need_op] == Kind.CHOOSE
    rows = np.flatnonzero(chooses[trace.column("rows", "need")])
    chosen[trace.column("rows", "mover")[rows]] = trace.column("rows", "units")[rows]
    return chosen


def outside(plan: Plan, luck: Luck, trace: Trace) -> Flags:
    """[n_lot] True for lots that have chosen a way outside the corridor."""
    chosen = branches(plan, luck, trace)
    lot = np.flatnonzero(chosen >= 0)
    step = plan.program_ptr[luck.lot_program[lot]]  # a choice is the first step of its program
    first = step + plan.choose_target[plan.choose_ptr[plan.program_op[step]] + chosen[lot]]
    names = np.array([name.startswith("outside/") for name in plan.op_name], bool)
    result = np.zeros(luck.n_lot, bool)
    result[lot] = names[plan.program_op[first]]
    return result


def stock_changes(plan: Plan, trace: Trace) -> Changes:
    """What every facility holds, as changes; units that are still held have no giving back.

    Suspended work keeps its place but not its units: a pause gives them back and its end takes them
    again, as in the engines.
    """
    need, units = trace.column("rows", "need"), trace.column("rows", "units")
    start, release = trace.column("rows", "start"), trace.column("rows", "release")
    kind = plan.op_kind[plan.need_op]
    # room that another row gives back: taken by an operation of its own, or at discharge
    instant = yard_needs(plan) | (kind == Kind.ACQUIRE) & ~berth_needs(plan)
    gives = kind == Kind.RELEASE
    real = plan.need_facility >= 0
    begun = start >= 0
    taken = np.flatnonzero((real & ~gives)[need] & begun)
    back = np.flatnonzero((real & ~gives & ~instant)[need] & begun & (release >= 0))
    freed = np.flatnonzero((real & gives)[need] & begun)
    paused = pause_rows(trace)
    pause_from, pause_to = trace.column("pauses", "from"), trace.column("pauses", "to")
    known = np.flatnonzero(paused >= 0)
    over = known[pause_to[known] >= 0]
    entries = (
        (taken, start[taken], units[taken]),
        (back, release[back], -units[back]),
        (freed, start[freed], -np.abs(units[freed])),
        (paused[known], pause_from[known], -units[paused[known]]),
        (paused[over], pause_to[over], units[paused[over]]),
    )
    rows = np.concatenate([e[0] for e in entries])
    return Changes(
        facility=plan.need_facility.astype(np.int64)[need[rows]],
        time_s=np.concatenate([e[1] for e in entries], dtype=np.int64),
        units=np.concatenate([e[2] for e in entries], dtype=np.int64),
    )


def pause_rows(trace: Trace) -> I64:
    """[n_pause] the row of work that each pause stopped: same mover and need, the last one begun."""
    mover, need = trace.column("pauses", "mover").astype(np.int64), trace.column("pauses", "need")
    if len(mover) == 0:
        return np.empty(0, np.int64)
    width = int(max(need.max(), trace.column("rows", "need").max(initial=0))) + 1
    pairs = np.unique(mover * width + need)
    start, row_mover = trace.column("rows", "start"), trace.column("rows", "mover")
    stopped = np.zeros(int(max(mover.max(), row_mover.max(initial=0))) + 1, bool)
    stopped[mover] = True
    candidate = np.flatnonzero(stopped[row_mover] & (start >= 0))  # few of all rows
    row_pair = row_mover[candidate].astype(np.int64) * width + trace.column("rows", "need")[candidate]
    at = np.minimum(np.searchsorted(pairs, row_pair), len(pairs) - 1)
    candidate, at = candidate[pairs[at] == row_pair], at[pairs[at] == row_pair]
    ranked = (at << 32) + start[candidate]
    order = np.argsort(ranked, kind="stable")
    ranked, candidate = ranked[order], candidate[order]
    wanted = np.searchsorted(pairs, mover * width + need)
    found = np.searchsorted(ranked, (wanted << 32) + trace.column("pauses", "from"), side="right") - 1
    hit = found >= 0
    hit[hit] = (ranked[found[hit]] >> 32) == wanted[hit]
    return np.where(hit, candidate[np.maximum(found, 0)], -1) if len(candidate) else np.full(len(mover), -1)


def waits(plan: Plan, trace: Trace) -> Waits:
    """All waiting at facilities, whoever waits; a wait that had not ended runs to the stop."""
    need, request, start = (trace.column("rows", name) for name in ("need", "request", "start"))
    row = np.flatnonzero((start != request) & (plan.need_facility >= 0)[need])
    request, start = request[row].astype(np.int64), start[row].astype(np.int64)
    until = np.where(start >= 0, start, trace.stopped_s)
    row, request, until = (a[until != request] for a in (row, request, until))
    return Waits(row, plan.need_facility[need[row]].astype(np.int64), request, until)


def closed_spells(plan: Plan, luck: Luck, until_s: int) -> Spells:
    """When each facility has no capacity at all, up to ``until_s``; a stock that began with nothing is not closed."""
    count = np.diff(luck.timeline_ptr)
    facility = np.repeat(np.arange(len(count)), count)
    to_s = np.append(luck.timeline_s[1:], until_s).astype(np.int64)
    to_s[luck.timeline_ptr[1:][count > 0] - 1] = until_s
    shut = (luck.timeline_capacity == 0) & ~plan.facility_stock[facility]
    return merge(facility[shut], luck.timeline_s[shut], np.minimum(to_s[shut], until_s))


def capacity_at(luck: Luck, facility: I64, time_s: I64) -> I64:
    """Capacity in force at given instants (after the changes of that second)."""
    owner = np.repeat(np.arange(len(luck.timeline_ptr) - 1), np.diff(luck.timeline_ptr))
    steps = pack(owner, luck.timeline_s)
    at = np.searchsorted(steps, pack(facility, np.maximum(time_s, 0)), side="right") - 1
    return luck.timeline_capacity[at].astype(np.int64) if len(steps) else np.zeros(len(facility), np.int64)
