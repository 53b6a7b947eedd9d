"""How to read a trace: whose steps the rows are, what facilities hold, who waits, what is shut.

Everything that checks or reports a run starts from these few views; all are whole-array operations.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.contract.draws import Draws
from sim.contract.plan import I32, Flags, Kind, Plan
from sim.contract.spells import I64, LAST_SECOND, Ints, Spells, merge, pack, unpack
from sim.contract.trace import Trace

#: Needs of the trace's rows are looked up for so many rows at a time.
_ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Changes:
    """Units taken (positive) and given back (negative) at facilities, one entry for each change."""

    facility: Ints
    time_s: Ints
    units: Ints


@dataclass(frozen=True)
class Waits:
    """Stretches from request to grant at facilities, with the trace row they come from."""

    row: I64
    facility: I64
    from_s: I64
    to_s: I64


def operation_names(plan: Plan) -> tuple[str, ...]:
    """[n_op] names to be read: those of formations, which list all that the shipments must have in common, cut short.

    ``gather/<node>/<target>#2`` is the second of those that form trains of one target at one node.
    """
    heads = [
        name if kind != Kind.GATHER else "/".join(name.split("/")[:3])
        for name, kind in zip(plan.operations.name, plan.operations.kind.tolist(), strict=True)
    ]
    several, seen = Counter(heads), Counter[str]()
    names = []
    for head in heads:
        seen[head] += 1
        names.append(f"{head}#{seen[head]}" if several[head] > 1 else head)
    return tuple(names)


def yard_needs(plan: Plan) -> Flags:
    """[n_need] True where the need is room in a port's yard, taken or given back on behalf of a lot."""
    mask = _among(plan, plan.calls.yard_need)
    for op in np.flatnonzero(plan.operations.kind == Kind.BOARD):  # needs after the first: given back at loading
        mask[plan.needs.ptr[op] + 1 : plan.needs.ptr[op + 1]] = True
    return mask


def berth_needs(plan: Plan) -> Flags:
    """[n_need] True where the need is a vessel's berth, held from the grant until the vessel has left."""
    return _among(plan, plan.calls.berth_need)


def _among(plan: Plan, needs: I32) -> Flags:
    mask = np.zeros(len(plan.needs.op), bool)
    mask[needs[needs >= 0]] = True
    return mask


def step_rows(plan: Plan, trace: Trace, n_lot: int) -> I64:
    """Rows that are steps on a lot's way: one row a step (its first need), no vessel's own work."""
    first = np.zeros(len(plan.needs.op), bool)
    first[plan.needs.ptr[:-1]] = True
    first &= ~yard_needs(plan)
    return np.flatnonzero(by_row(trace, first) & (trace.column("rows", "mover") < n_lot))


def by_row(trace: Trace, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """[n_row] the value of each trace row's need, given those of all needs [n_need]."""
    need = trace.column("rows", "need")
    found = np.empty(len(need), values.dtype)
    for k in range(0, len(need), _ROWS_AT_ONCE):  # so few that they stay near the processor
        here = slice(k, k + _ROWS_AT_ONCE)
        np.take(values, need[here].astype(np.int64), out=found[here], mode="clip")
    return found


def need_rows(trace: Trace, needs: Flags) -> I64:
    """Trace rows whose need is one of those marked in ``needs`` [n_need]."""
    return np.flatnonzero(by_row(trace, needs))


def facilities_needed(plan: Plan) -> I64:
    """Facilities that some mover may ask for, in order: the same in every replication, whoever came."""
    return np.unique(plan.needs.facility[plan.needs.facility >= 0]).astype(np.int64)


def carriers(trace: Trace, rows: I64, followed: Flags) -> I64:
    """Those of ``rows`` that are steps of a followed lot, or of a train that carries at least one."""
    train = trace.column("rows", "train")[rows]
    member_train = trace.column("members", "train")
    carries = np.zeros(int(member_train.max(initial=-1)) + 1, bool)
    carries[member_train[followed[trace.column("members", "lot")]]] = True
    kept = followed[trace.column("rows", "mover")[rows]]
    together = np.flatnonzero(train >= 0)
    kept[together] = carries[train[together]]
    return rows[np.flatnonzero(kept)]


def spread_to_lots(trace: Trace, rows: Ints, followed: Flags) -> tuple[I64, I64]:
    """Pairs (lot, index into ``rows``): a lone lot's row is its own, a train's row is each member's.

    ``followed`` [n_lot] picks the lots.
    """
    rows = rows.astype(np.int64, copy=False)  # NumPy is slower with narrower indices
    train = trace.column("rows", "train")[rows]
    mover = trace.column("rows", "mover")[rows].astype(np.int64)
    alone = np.flatnonzero((train < 0) & followed[mover])
    member_lot, member_train = trace.column("members", "lot"), trace.column("members", "train")
    kept = np.flatnonzero(followed[member_lot])
    kept = kept[np.argsort(member_train[kept], kind="stable")]
    member_lot, member_train = member_lot[kept], member_train[kept]
    together = np.flatnonzero(train >= 0)
    train = train[together]
    edge = np.searchsorted(member_train, np.arange(int(train.max(initial=-1)) + 2))  # where each train's members begin
    low, count = edge[train], np.diff(edge)[train]
    row = np.repeat(together, count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    lot = member_lot[np.repeat(low, count) + nth]
    return np.concatenate((mover[alone], lot)), np.concatenate((alone, row))


def lot_sizes(plan: Plan, draws: Draws, trace: Trace, woken: tuple[I64, I64, I64] | None = None) -> I32:
    """[n_lot, n_measure] what each lot takes of every measure; a woken lot as much as goes with its units.

    Units of a stock that are counted one by one take nothing but themselves. ``woken``: ``woken_units``, if at hand.
    """
    size = draws.lot_size.copy()
    lot, units, need = woken_units(plan, trace) if woken is None else woken
    measure = plan.needs.measure[need]
    own = size[lot, measure].astype(np.int64)
    by_load = (plan.needs.units[need] == 0) & (own > 0)
    size[lot] = np.where(by_load[:, None], units[:, None] * size[lot] // np.maximum(own, 1)[:, None], 0)
    size[lot, measure] = units
    return size


def woken_units(plan: Plan, trace: Trace) -> tuple[I64, I64, I64]:
    """Lots that a stock has woken, the units with which each left it, and the need by which it did."""
    rows = need_rows(trace, _among(plan, plan.stocks.leave_need))
    mover, need, units = (trace.column("rows", c)[rows].astype(np.int64) for c in ("mover", "need", "units"))
    return mover, units, need


def branches(plan: Plan, draws: Draws, trace: Trace) -> I64:
    """[n_lot] the branch that each lot has chosen, counted from 0; -1 where there was no choice."""
    chosen = np.full(draws.n_lot, -1, np.int64)
    rows = need_rows(trace, plan.operations.kind[plan.needs.op] == Kind.CHOOSE)
    chosen[trace.column("rows", "mover")[rows]] = trace.column("rows", "units")[rows]
    return chosen


def weighed(plan: Plan, draws: Draws, trace: Trace) -> I64:
    """[n_lot] how each lot that weighed decided: 0 to go on, else the way by which it left, from 1; -1 where none did."""
    decided = np.full(draws.n_lot, -1, np.int64)
    if plan.weighings is not None:
        rows = need_rows(trace, plan.operations.kind[plan.needs.op] == Kind.WEIGH)
        decided[trace.column("rows", "mover")[rows]] = trace.column("rows", "units")[rows]
    return decided


def first_steps(plan: Plan, program: I32) -> I64:
    """[n] the first step of each program that lots go which have not left: the choice among its routes, if it has one."""
    step = plan.programs.ptr[program].astype(np.int64)
    if plan.weighings is None:
        return step
    op = plan.programs.op[step]
    weighs = plan.operations.kind[op] == Kind.WEIGH
    step[weighs] += plan.choices.target[plan.choices.ptr[op[weighs]]]
    return step


def left_by(plan: Plan, draws: Draws, decided: I64) -> tuple[I64, list[str]]:
    """Lots that left where they weighed, and the way by which each did; ``decided``: as ``weighed`` has it."""
    lot = np.flatnonzero(decided > 0)
    step = plan.programs.ptr[draws.lot_program[lot]]
    at = step + plan.choices.target[plan.choices.ptr[plan.programs.op[step]] + decided[lot]]
    return lot, [plan.operations.name[op].split("/", 2)[2] for op in plan.programs.op[at].tolist()]


def outside(plan: Plan, draws: Draws, chosen: I64) -> Flags:
    """[n_lot] True for lots that have chosen a way outside the corridor; ``chosen``: their ``branches``."""
    lot = np.flatnonzero(chosen >= 0)
    step = first_steps(plan, draws.lot_program[lot])  # a choice is the first step of its program
    first = step + plan.choices.target[plan.choices.ptr[plan.programs.op[step]] + chosen[lot]]
    names = np.array([name.startswith("outside/") for name in plan.operations.name], bool)
    result = np.zeros(draws.n_lot, bool)
    result[lot] = names[plan.programs.op[first]]
    return result


def stock_changes(plan: Plan, trace: Trace) -> Changes:
    """What every facility holds, as changes; units that are still held have no giving back.

    Suspended work keeps its place but not its units: a pause gives them back and its end takes them
    again, as in the engines.
    """
    units, start, release = (trace.column("rows", name) for name in ("units", "start", "release"))
    kind = plan.operations.kind[plan.needs.op]
    # room that another row gives back: taken by an operation of its own, or at discharge
    instant = yard_needs(plan) | (kind == Kind.ACQUIRE) & ~berth_needs(plan)
    gives = kind == Kind.RELEASE
    real = plan.needs.facility >= 0
    begun = start >= 0
    taken = np.flatnonzero(by_row(trace, real & ~gives) & begun)
    back = np.flatnonzero(by_row(trace, real & ~gives & ~instant) & begun & (release >= 0))
    freed = need_rows(trace, real & gives)
    freed = freed[begun[freed]]
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
        facility=by_row(trace, plan.needs.facility)[rows],
        time_s=np.concatenate([e[1] for e in entries]),
        units=np.concatenate([e[2] for e in entries]),
    )


def pause_rows(trace: Trace) -> I64:
    """[n_pause] the row of work that each pause stopped: same mover and need, the last one begun."""
    mover, need = trace.column("pauses", "mover").astype(np.int64), trace.column("pauses", "need")
    if len(mover) == 0:
        return np.empty(0, np.int64)
    width = int(max(need.max(), trace.column("rows", "need").max(initial=0))) + 1
    pairs = np.unique(mover * width + need)
    start, row_mover = trace.column("rows", "start"), trace.column("rows", "mover")
    stopped = np.zeros(width, bool)
    stopped[need] = True
    candidate = need_rows(trace, stopped)  # few of all rows
    candidate = candidate[np.isin(row_mover[candidate], mover) & (start[candidate] >= 0)]
    row_pair = row_mover[candidate].astype(np.int64) * width + trace.column("rows", "need")[candidate]
    at = np.minimum(np.searchsorted(pairs, row_pair), len(pairs) - 1)
    candidate, at = candidate[pairs[at] == row_pair], at[pairs[at] == row_pair]
    ranked = pack(at, start[candidate])
    order = np.argsort(ranked, kind="stable")
    ranked, candidate = ranked[order], candidate[order]
    wanted = np.searchsorted(pairs, mover * width + need)
    found = np.searchsorted(ranked, pack(wanted, trace.column("pauses", "from")), side="right") - 1
    hit = found >= 0
    hit[hit] = unpack(ranked[found[hit]])[0] == wanted[hit]
    return np.where(hit, candidate[np.maximum(found, 0)], -1) if len(candidate) else np.full(len(mover), -1)


def waits(plan: Plan, trace: Trace) -> Waits:
    """All waiting at facilities, whoever waits; a wait that had not ended runs to the stop."""
    need, request, start = (trace.column("rows", name) for name in ("need", "request", "start"))
    row = np.flatnonzero((start != request) & by_row(trace, plan.needs.facility >= 0))
    until_s = np.where(start[row] >= 0, start[row], trace.stopped_s).astype(np.int64)
    waited = np.flatnonzero(until_s != request[row])
    row = row[waited]
    facility, from_s = plan.needs.facility[need[row]], request[row]
    return Waits(row, facility.astype(np.int64), from_s.astype(np.int64), until_s[waited])


def closed_spells(plan: Plan, draws: Draws, until_s: int) -> Spells:
    """When each facility has no capacity at all, up to ``until_s``; a stock that began with nothing is not closed."""
    count = np.diff(draws.timeline_ptr)
    facility = np.repeat(np.arange(len(count)), count)
    to_s = np.append(draws.timeline_s[1:], until_s).astype(np.int64)
    to_s[draws.timeline_ptr[1:][count > 0] - 1] = until_s
    shut = (draws.timeline_capacity == 0) & ~plan.stocks.is_stock[facility]
    return merge(facility[shut], draws.timeline_s[shut], np.minimum(to_s[shut], until_s))


def capacity_at(draws: Draws, facility: I64, time_s: I64) -> I64:
    """Capacity in force at given instants (after the changes of that second)."""
    owner = np.repeat(np.arange(len(draws.timeline_ptr) - 1), np.diff(draws.timeline_ptr))
    steps = pack(owner, np.minimum(draws.timeline_s, LAST_SECOND))  # works may last beyond what fits beside a key
    at = np.searchsorted(steps, pack(facility, np.maximum(time_s, 0)), side="right") - 1
    return draws.timeline_capacity[at].astype(np.int64) if len(steps) else np.zeros(len(facility), np.int64)


def born_done(draws: Draws, trace: Trace) -> tuple[I64, I64]:
    """[n_lot] seconds at which each lot departed and ended; -1 where it has not."""
    born, done = np.full(draws.n_lot, -1, np.int64), np.full(draws.n_lot, -1, np.int64)
    born[trace.column("lots", "lot")] = trace.column("lots", "born")
    done[trace.column("lots", "lot")] = trace.column("lots", "done")
    return born, done
