"""The interpreter of the kernel: lots and trains run through their programs, as in ``reference.simulation``."""

from __future__ import annotations

from typing import Any

from sim.contract.plan import Kind
from sim.engine.compiled.boarding import join_queue
from sim.engine.compiled.calendar import enter, soon
from sim.engine.compiled.choices import choose, remember
from sim.engine.compiled.codes import ACQUIRES, ARRIVE, AS_IT_SAYS, FAULT, NOTHING, PROCEED, PROCESSES, UNITS
from sim.engine.compiled.durations import variant
from sim.engine.compiled.facility import end_work, give_back, next_reset_s, request
from sim.engine.compiled.foreseen import pass_through
from sim.engine.compiled.layout import (
    NONE,
    arrival_at,
    facility_at,
    helper,
    hold_at,
    inlined,
    lot_at,
    lot_draw_at,
    lot_reported_at,
    lot_time_at,
    move_at,
    mover_at,
    need_at,
    op_at,
    queue_ban_at,
    row_at,
    size_at,
    step_at,
    work_at,
)
from sim.engine.compiled.lists import take_work
from sim.engine.compiled.machine import fetch_ahead, stands_alone
from sim.engine.compiled.movers import (
    depart,
    fill_row,
    free_mover,
    hold,
    instant_row,
    let_go,
    load,
    open_row,
    wait_for,
)
from sim.engine.compiled.queue_bans import ban_of, refuses
from sim.engine.compiled.stocks import returned
from sim.engine.compiled.trains import gather, split
from sim.engine.compiled.weighings import came, weigh
from sim.engine.compiled.works import add_claim, claim_of, free_work, leave_work, run_work
from sim.engine.rules import ARRIVAL

_PROCESS, _ACQUIRE, _RELEASE, _GATHER, _SPLIT, _BOARD = map(
    int, (Kind.PROCESS, Kind.ACQUIRE, Kind.RELEASE, Kind.GATHER, Kind.SPLIT, Kind.BOARD)
)
_CHOOSE, _MEET, _WEIGH = map(int, (Kind.CHOOSE, Kind.MEET, Kind.WEIGH))

#: So many arrivals ahead what is known of a lot is fetched.
_LOOKS_AHEAD = 8

# -- arrivals and the end of a journey


@inlined
def enter_arrival(s: Any) -> None:
    """Put the next arrival into the calendar."""
    if s.next_arrival < s.n_arrivals:
        lot = arrival_at(s, s.next_arrival).value
        s.next_arrival += 1
        enter(s, lot_time_at(s, lot).value, ARRIVAL, lot, 0, ARRIVE, lot, 0)
        draws = 4 * lot_draw_at(s, lot).value
        fetch_ahead(s.hold_s + draws)
        fetch_ahead(s.hold_s + draws + 64)
        fetch_ahead(s.move_s + draws)
        fetch_ahead(s.move_s + draws + 64)
        if s.next_arrival + _LOOKS_AHEAD < s.n_arrivals:  # lots stand by flow, and not in the order in which they come
            lot = arrival_at(s, s.next_arrival + _LOOKS_AHEAD).value
            fetch_ahead(s.lot_time_s + 8 * lot)
            fetch_ahead(s.lot_draw + 8 * lot)
            fetch_ahead(s.lot_program + 4 * lot)
            fetch_ahead(s.lot_sizes + 4 * lot * s.n_measure)
            fetch_ahead(s.lot_priority + lot)


@inlined
def arrive_lot(s: Any, lot: int) -> int:
    """A lot is due; returns its slot, or NONE where a ban refuses it."""
    enter_arrival(s)
    if s.n_queue_ban:
        ban = ban_of(s, lot)
        if ban != NONE and refuses(s, ban, lot):
            if queue_ban_at(s, ban).every_s < 0:
                _no_longer_expected(s, lot)
            return NONE
    return depart(s, lot)


@helper
def _no_longer_expected(s: Any, lot: int) -> None:
    """A lot has ended or will never depart: the run ends with the last one that is reported."""
    if lot_reported_at(s, lot).value:
        s.reported_left -= 1
        if s.reported_left == 0:
            s.stop_s = min(s.stop_s, max(s.now, s.period_end_s))


@helper
def _finish(s: Any, slot: int) -> None:
    stands_alone()
    remember(s, slot)
    mover = mover_at(s, slot)
    if mover.weighed_s != NONE:
        came(s, slot)
    lot = lot_at(s, s.n_lots)
    lot.lot, lot.born, lot.done = mover.ident, mover.born_s, s.now
    s.n_lots += 1
    if mover.home != NONE:
        facility_at(s, mover.home).under_way -= mover.part
    _no_longer_expected(s, mover.ident)
    free_mover(s, slot)


# -- the interpreter


@helper
def proceed(s: Any, slot: int) -> int:
    """Begin the mover's next operations until one takes time or waits.

    Returns the operation by which it has begun to wait for a vessel, to be offered to those that are open; or NONE.
    """
    mover = mover_at(s, slot)
    while True:
        step = step_at(s, mover.step)
        op = step.op
        if step.way != AS_IT_SAYS:
            if _passes(s, slot, op):
                return NONE
            mover.step += 1  # not concerned: passes
            continue
        kind = op_at(s, op).kind
        if kind == _PROCESS:
            if _process(s, slot, op):
                return NONE
            mover.step += 1  # not concerned: passes
        elif kind == _ACQUIRE:
            work = _ask(s, slot, op, ACQUIRES, 0, 0)
            if not request(s, work):
                wait_for(s, slot, UNITS, work)
                return NONE
            _acquired(s, work)
        elif kind == _RELEASE:
            _release(s, slot, op)
        elif kind == _CHOOSE:
            choose(s, slot, op)
        elif kind == _WEIGH:
            weigh(s, slot, op)
        elif kind == _MEET:
            remember(s, slot)
            member = mover.members
            while member != NONE:
                remember(s, member)
                member = mover_at(s, member).next
            mover.step += 1
        else:
            free_kept(s, slot)
            if kind == _GATHER:
                gather(s, slot, op)
            elif kind == _SPLIT:
                split(s, slot, op)
            elif kind == _BOARD:
                join_queue(s, slot, op)
                return op
            else:
                _finish(s, slot)
            return NONE


@inlined
def _ask(s: Any, slot: int, op: int, role: int, hold_s: int, move_s: int) -> int:
    """The claim of a mover's operation, with its rows in the trace."""
    mover, operation = mover_at(s, slot), op_at(s, op)
    units = operation.units if operation.units else size_at(s, slot * s.n_measure + operation.measure).value
    row = open_row(s, mover.ident, mover.train, operation.need_first, units)
    number = take_work(s)
    work = work_at(s, number)
    work.owner, work.ident, work.priority, work.op, work.step = slot, mover.ident, mover.priority, op, mover.step
    work.need, work.facility, work.units, work.row = operation.need_first, operation.facility, units, row
    work.side, work.role, work.claims, work.hold_left, work.move_left = operation.side, role, 0, hold_s, move_s
    add_claim(s, number, operation.facility, operation.need_first, units)
    for k in range(operation.need_first + 1, operation.need_last):
        need = need_at(s, k)
        units = load(s, slot, need)
        open_row(s, mover.ident, mover.train, k, units)
        add_claim(s, number, need.facility, k, units)
    return number


@inlined
def _passes(s: Any, slot: int, op: int) -> bool:
    """A process whose times are known at once; False if it does not concern the mover."""
    mover = mover_at(s, slot)
    at = variant(s, mover.draws, mover.step, op)
    hold_s = hold_at(s, at).value
    if hold_s < 0:
        return False
    pass_through(s, slot, hold_s, move_at(s, at).value)
    if mover.kept != NONE:
        free_kept(s, slot)
    return True


@inlined
def _process(s: Any, slot: int, op: int) -> bool:
    mover, operation = mover_at(s, slot), op_at(s, op)
    at = variant(s, mover.draws, mover.step, op)
    hold_s, move_s = hold_at(s, at).value, move_at(s, at).value
    if hold_s < 0:
        return False
    work = _ask(s, slot, op, PROCESSES, move_s if operation.keeps else hold_s, move_s)
    if request(s, work):
        _begin(s, slot, work)
    else:
        wait_for(s, slot, UNITS, work)
    return True


@helper
def _started(s: Any, slot: int, number: int) -> None:
    """Granted after a wait: the durations in force now count."""
    wait_for(s, slot, NOTHING, NONE)
    work = work_at(s, number)
    operation = op_at(s, work.op)
    if operation.variant_first != operation.variant_last:
        at = variant(s, mover_at(s, slot).draws, work.step, work.op)
        move_s = move_at(s, at).value
        work.hold_left = move_s if operation.keeps else max(hold_at(s, at).value, 0)
        work.move_left = move_s
    _begin(s, slot, number)


@inlined
def _begin(s: Any, slot: int, number: int) -> None:
    free_kept(s, slot)
    work = work_at(s, number)
    if op_at(s, work.op).quota:  # a pass is used up until the quota's next reset
        work.hold_left = next_reset_s(s, work.facility) - s.now
    run_work(s, number)


@helper
def lot_started(s: Any, number: int) -> int:
    """Units that a lot or train had to wait for are granted; returns the mover that proceeds now, or NONE."""
    work = work_at(s, number)
    slot = work.owner
    if work.role == ACQUIRES:
        _acquired(s, number)
        return slot
    _started(s, slot, number)
    return NONE


# -- the ends of a work


@inlined
def end_units(s: Any, number: int) -> None:
    """The work's units come free."""
    work = work_at(s, number)
    work.hold_left = -1
    row_at(s, work.row).release = s.now
    if work.facility >= 0:
        end_work(s, number)


@helper
def keep_units(s: Any, number: int) -> None:
    """The work is done, but its units stay taken: no closing can stop it any more."""
    work = work_at(s, number)
    if work.facility < 0 or work.role != PROCESSES:
        s.status = FAULT
        return
    if facility_at(s, work.facility).stops_work:
        leave_work(s, number)
    mover_at(s, work.owner).kept = number


@inlined
def go_on(s: Any, owner: int) -> int:
    """A mover's operation is over; returns the mover if it proceeds now, or NONE."""
    mover_at(s, owner).step += 1
    if s.n_caused:  # somebody was caused before: the owner comes after
        soon(s, PROCEED, owner)
        return NONE
    return owner


@helper
def free_kept(s: Any, slot: int) -> None:
    """The next operation is granted: units kept by blocking come free."""
    mover = mover_at(s, slot)
    if mover.kept != NONE:
        number = mover.kept
        mover.kept = NONE
        work = work_at(s, number)
        row_at(s, work.row).release = s.now
        facility, units = work.facility, work.units
        free_work(s, number)
        give_back(s, facility, units)


# -- taking and returning units over several operations


@inlined
def _acquired(s: Any, number: int) -> None:
    work = work_at(s, number)
    slot = work.owner
    wait_for(s, slot, NOTHING, NONE)
    free_kept(s, slot)
    for nth in range(work.claims):
        claim = claim_of(s, number, nth)
        fill_row(s, work.row + nth)
        if not facility_at(s, claim.facility).stock:
            hold(s, slot, claim.need)
    free_work(s, number)
    mover_at(s, slot).step += 1


@helper
def _release(s: Any, slot: int, op: int) -> None:
    stands_alone()
    free_kept(s, slot)
    mover, operation = mover_at(s, slot), op_at(s, op)
    mover.step += 1
    for k in range(operation.need_first, operation.need_last):
        need = need_at(s, k)
        units = load(s, slot, need)
        instant_row(s, mover.ident, mover.train, k, units)
        let_go(s, slot, need.facility)
        member = mover.members
        while member != NONE:
            let_go(s, member, need.facility)
            member = mover_at(s, member).next
        returned(s, need.facility, units)
        give_back(s, need.facility, units)
