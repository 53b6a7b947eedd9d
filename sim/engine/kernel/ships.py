"""Vessels of the kernel: berth, discharge, load, wait for the window, sail, and again, as in ``sim.engine.ships``."""

from __future__ import annotations

from typing import Any

from sim.clock import NEVER_S
from sim.engine.calendar import DEADLINE
from sim.engine.kernel.boarding import add_load, append_open, drop_open, first_that_fits, is_filled, set_limits
from sim.engine.kernel.calendar import enter, soon
from sim.engine.kernel.codes import (
    BERTH,
    BERTHS,
    DEADLINE_STEP,
    DISCHARGE,
    DISCHARGE_NEXT,
    DISCHARGES,
    ENTER,
    ENTERS,
    ITS_VESSEL,
    LEAVE,
    LEAVES,
    LOAD,
    LOAD_NEXT,
    LOADS,
    MOOR,
    MOORS,
    NOTHING,
    PROCEED,
    SAIL,
    SAILS,
    TAKES_YARD,
    VESSEL_LEAVES,
    VOYAGES_USED_UP,
)
from sim.engine.kernel.durations import variant
from sim.engine.kernel.facility import give_back, request
from sim.engine.kernel.layout import (
    NONE,
    board_at,
    call_at,
    call_plan_at,
    facility_at,
    helper,
    hold_at,
    inlined,
    moor_at,
    move_at,
    mover_at,
    need_at,
    op_at,
    row_at,
    sail_at,
    sail_need_at,
    timeline_next_zero_at,
    vessel_at,
    voyage_first_at,
    work_at,
)
from sim.engine.kernel.movers import fill_row, hold, instant_row, let_go, load, open_row, wait_for
from sim.engine.kernel.works import add_claim, free_work, new_work, run_work

# -- a vessel's works


@helper
def _work(s: Any, v: int, need_number: int, step: int, role: int, seconds: int) -> int:
    """A step of the vessel's own, with its row."""
    vessel, need = vessel_at(s, v), need_at(s, need_number)
    row = open_row(s, vessel.ident, -1, need_number, need.units)
    return _claim(s, v, need.op, need_number, need.units, row, step, role, seconds)


@helper
def _claim(s: Any, v: int, op: int, need: int, units: int, row: int, step: int, role: int, seconds: int) -> int:
    slot = new_work(s)
    work = work_at(s, slot)
    work.owner, work.ident, work.priority, work.op, work.step = v, vessel_at(s, v).ident, 0, op, step
    work.need, work.facility, work.units, work.row = need, need_at(s, need).facility, units, row
    work.side, work.role, work.claims, work.hold_left, work.move_left = 0, role, 0, seconds, seconds
    add_claim(s, slot, work.facility, need, units)
    return slot


@helper
def _granted(s: Any, v: int, slot: int) -> bool:
    """Request; False when the vessel waits and ``started`` comes later."""
    if request(s, slot):
        return True
    vessel_at(s, v).waits = slot
    return False


@helper
def _timed(s: Any, v: int, need: int, step: int, role: int, seconds: int) -> None:
    """A step of the vessel's own that takes ``seconds`` once the need is granted."""
    slot = _work(s, v, need, step, role, seconds)
    if _granted(s, v, slot):
        _timed_begun(s, v, slot)


@helper
def _timed_begun(s: Any, v: int, slot: int) -> None:
    role = work_at(s, slot).role
    if role == ENTERS:
        _call(s, v).entry_start = s.now
    elif role == LEAVES:
        _call(s, v).exit_start = s.now
    run_work(s, slot)


@inlined
def _call(s: Any, v: int) -> Any:
    """The row of the vessel's present call."""
    return call_at(s, vessel_at(s, v).call_row)


@helper
def ship_started(s: Any, slot: int) -> None:
    """Units that a vessel had to wait for are granted."""
    work = work_at(s, slot)
    v = work.owner
    vessel_at(s, v).waits = NONE
    if work.role == BERTHS:
        _berthed(s, v, slot)
    elif work.role == TAKES_YARD:
        _yard_room(s, v, slot)
    elif work.role == DISCHARGES:
        _discharge_begun(s, v, slot)
    elif work.role == LOADS:
        _load_begun(s, v, slot)
    else:
        _timed_begun(s, v, slot)


@helper
def ship_ended(s: Any, v: int, role: int) -> None:
    """A step of a vessel has taken its time."""
    if role == LOADS:
        _loaded(s, v)
    elif role == DISCHARGES:
        _landed(s, v)
    elif role == ENTERS:
        _entered(s, v)
    elif role == MOORS:
        _call(s, v).moored = s.now
        discharge_next(s, v)
    elif role == LEAVES:
        _leave(s, v)
    else:
        _at_sea_over(s, v)


# -- coming in


@helper
def arrive(s: Any, v: int) -> None:
    """A vessel comes to its next call and asks for a berth."""
    vessel = vessel_at(s, v)
    vessel.call_row = s.n_calls
    s.n_calls += 1
    call = call_at(s, vessel.call_row)
    call.vessel, call.call, call.port, call.arrive = v, vessel.calls, vessel.call, s.now
    call.berthed, call.entry_start, call.entered, call.moored, call.discharged = -1, -1, -1, -1, -1
    call.closed, call.exit_start, call.left, call.lots_loaded, call.lots_landed = -1, -1, -1, 0, 0
    slot = _work(s, v, call_plan_at(s, vessel.call).berth_need, BERTH, BERTHS, 0)
    if _granted(s, v, slot):
        _berthed(s, v, slot)


@helper
def _berthed(s: Any, v: int, slot: int) -> None:
    vessel = vessel_at(s, v)
    vessel.at_berth = slot
    row_at(s, work_at(s, slot).row).start = s.now
    call, plan = _call(s, v), call_plan_at(s, vessel.call)
    call.berthed = s.now
    if plan.entry_need < 0:
        call.entry_start = s.now
        _entered(s, v)
    else:
        _timed(s, v, plan.entry_need, ENTER, ENTERS, plan.entry_s)


@helper
def _entered(s: Any, v: int) -> None:
    _call(s, v).entered = s.now
    voyage = _voyage(s, v)
    _timed(s, v, call_plan_at(s, vessel_at(s, v).call).moor_need, MOOR, MOORS, moor_at(s, voyage).value)


@helper
def _voyage(s: Any, v: int) -> int:
    """Where the times of the present call stand; the first, with an error noted, if there are no more."""
    at = voyage_first_at(s, v).value + vessel_at(s, v).calls
    if at >= voyage_first_at(s, v + 1).value:
        s.status, s.culprit = VOYAGES_USED_UP, v
        return 0
    return at


# -- discharging


@helper
def discharge_next(s: Any, v: int) -> None:
    """The next lot for this port: first its room in the yard, then the cranes."""
    vessel = vessel_at(s, v)
    slot = vessel.aboard
    while slot != NONE and op_at(s, _boarding(s, slot)).board_to != vessel.call:
        slot = mover_at(s, slot).next
    vessel.in_hand = slot
    if slot == NONE:
        _discharged(s, v)
        return
    lot = mover_at(s, slot)
    board = board_at(s, lot.board)
    board.discharge_request, board.call_to = s.now, vessel.calls
    need = call_plan_at(s, vessel.call).yard_need
    if need < 0:
        _lift_out(s, v)
        return
    units = load(s, slot, need_at(s, need))
    row = open_row(s, lot.ident, -1, need, units)
    work = _claim(s, v, _boarding(s, slot), need, units, row, DISCHARGE, TAKES_YARD, 0)
    if _granted(s, v, work):
        _yard_room(s, v, work)


@inlined
def _boarding(s: Any, slot: int) -> int:
    """The operation by which a lot boards: its trace row names the need, and that the operation."""
    return need_at(s, row_at(s, mover_at(s, slot).row).need).op


@helper
def _yard_room(s: Any, v: int, slot: int) -> None:
    work = work_at(s, slot)
    fill_row(s, work.row)
    hold(s, vessel_at(s, v).in_hand, work.need)
    free_work(s, slot)
    _lift_out(s, v)


@helper
def _lift_out(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    seconds = move_at(s, _drawn_at(s, vessel.in_hand)).value
    slot = _work(s, v, call_plan_at(s, vessel.call).discharge_need, DISCHARGE, DISCHARGES, seconds)
    if _granted(s, v, slot):
        _discharge_begun(s, v, slot)


@inlined
def _drawn_at(s: Any, slot: int) -> int:
    """Where the times of loading and discharging a lot stand, as of now."""
    lot = mover_at(s, slot)
    return variant(s, lot.draws, lot.step, _boarding(s, slot))


@helper
def _discharge_begun(s: Any, v: int, slot: int) -> None:
    board_at(s, mover_at(s, vessel_at(s, v).in_hand).board).discharge_start = s.now
    run_work(s, slot)


@helper
def _landed(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    slot = vessel.in_hand
    lot = mover_at(s, slot)
    board_at(s, lot.board).landed = s.now
    row = row_at(s, lot.row)
    row.end, row.release = s.now, s.now
    _call(s, v).lots_landed += 1
    if lot.previous == NONE:
        vessel.aboard = lot.next
    else:
        mover_at(s, lot.previous).next = lot.next
    if lot.next == NONE:
        vessel.aboard_last = lot.previous
    else:
        mover_at(s, lot.next).previous = lot.previous
    add_load(s, v, slot, -1)
    lot.step += 1
    wait_for(s, slot, NOTHING, NONE)
    soon(s, PROCEED, slot)
    soon(s, DISCHARGE_NEXT, v)


@helper
def _discharged(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    _call(s, v).discharged = s.now
    vessel.closing = False
    if s.now >= vessel.end_s and vessel.aboard == NONE:
        _close(s, v)  # withdrawn: leaves empty and does not come back
        return
    plan = call_plan_at(s, vessel.call)
    leave_s = NEVER_S
    if plan.timetable:
        leave_s = plan.first_s + max(0, -((plan.first_s - s.now) // plan.every_s)) * plan.every_s
    elif plan.longest_wait_s < NEVER_S:
        leave_s = s.now + plan.longest_wait_s
    leave_s = min(leave_s, _before_closing(s, vessel.call))
    set_limits(s, v)
    vessel.open_for_lots = True
    append_open(s, v)
    if leave_s < NEVER_S:
        enter(s, leave_s, DEADLINE, vessel.ident, DEADLINE_STEP, VESSEL_LEAVES, v, vessel.calls)
    load_next(s, v)


@helper
def _before_closing(s: Any, call: int) -> int:
    """When a vessel that knows of the entry's next closing ends loading; never, without a forecast."""
    plan = call_plan_at(s, call)
    if plan.before_closing_s < 0 or plan.exit_need < 0:
        return NEVER_S
    entry = facility_at(s, need_at(s, plan.exit_need).facility)
    closes_s = timeline_next_zero_at(s, entry.timeline).value
    if entry.capacity and closes_s < NEVER_S:
        return max(s.now, closes_s - plan.before_closing_s)
    return NEVER_S


# -- loading and leaving


@helper
def deadline(s: Any, v: int, calls: int) -> None:
    """A vessel's time for loading at the call with number ``calls`` is over."""
    vessel = vessel_at(s, v)
    if vessel.calls == calls and vessel.open_for_lots:
        vessel.closing = True
        if not vessel.loading:
            _close(s, v)


@helper
def offer(s: Any, op: int) -> None:
    """A lot waits at the call where it boards: vessels that are open may take it, in order of opening."""
    v = call_plan_at(s, op_at(s, op).board_from).at_call
    while v != NONE:
        following = vessel_at(s, v).next_open
        load_next(s, v)
        v = following


@helper
def load_next(s: Any, v: int) -> None:
    """Take the first lot that fits, or close if the rule says that the vessel is full."""
    vessel = vessel_at(s, v)
    if vessel.loading or not vessel.open_for_lots:
        return
    plan = call_plan_at(s, vessel.call)
    if not plan.timetable and is_filled(s, v, plan.fill_permille):
        _close(s, v)
        return
    slot = first_that_fits(s, v, vessel.call)
    if slot >= 0:
        _lift_in(s, v, slot)
    elif slot == NONE and not plan.timetable:  # someone is left behind: the vessel is full
        _close(s, v)


@helper
def _lift_in(s: Any, v: int, slot: int) -> None:
    vessel, lot = vessel_at(s, v), mover_at(s, slot)
    vessel.loading = True
    wait_for(s, slot, ITS_VESSEL, v)
    add_load(s, v, slot, 1)
    vessel.in_hand = slot
    lot.board = s.n_boards
    s.n_boards += 1
    board = board_at(s, lot.board)
    board.lot, board.vessel, board.call_from, board.call_to = lot.ident, v, vessel.calls, -1
    board.queued = row_at(s, lot.row).request
    board.load_start, board.load_end, board.discharge_request = -1, -1, -1
    board.discharge_start, board.landed = -1, -1
    seconds = hold_at(s, _drawn_at(s, slot)).value
    work = _work(s, v, call_plan_at(s, vessel.call).load_need, LOAD, LOADS, seconds)
    if _granted(s, v, work):
        _load_begun(s, v, work)


@helper
def _load_begun(s: Any, v: int, slot: int) -> None:
    lot = mover_at(s, vessel_at(s, v).in_hand)
    row_at(s, lot.row).start = s.now
    board_at(s, lot.board).load_start = s.now
    run_work(s, slot)


@helper
def _loaded(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    slot = vessel.in_hand
    lot = mover_at(s, slot)
    board_at(s, lot.board).load_end = s.now
    _call(s, v).lots_loaded += 1
    lot.next, lot.previous = NONE, vessel.aboard_last if vessel.aboard != NONE else NONE
    if vessel.aboard == NONE:
        vessel.aboard = slot
    else:
        mover_at(s, vessel.aboard_last).next = slot
    vessel.aboard_last = slot
    vessel.in_hand, vessel.loading = NONE, False
    boarding = op_at(s, _boarding(s, slot))
    for number in range(boarding.need_first + 1, boarding.need_last):  # room that the lot held in this port
        need = need_at(s, number)
        units = load(s, slot, need)
        instant_row(s, lot.ident, -1, number, -units)
        let_go(s, slot, need.facility)
        give_back(s, need.facility, units)
    if vessel.closing:
        _close(s, v)
    else:
        soon(s, LOAD_NEXT, v)


@helper
def _close(s: Any, v: int) -> None:
    """No more lots: go out as soon as the entry lets it."""
    vessel = vessel_at(s, v)
    if vessel.open_for_lots:
        vessel.open_for_lots = False
        drop_open(s, v)
    call, plan = _call(s, v), call_plan_at(s, vessel.call)
    call.closed = s.now
    if plan.exit_need < 0:
        call.exit_start = s.now
        _leave(s, v)
    else:
        _timed(s, v, plan.exit_need, LEAVE, LEAVES, plan.entry_s)


@helper
def _leave(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    _call(s, v).left = s.now
    slot = vessel.at_berth
    berth = work_at(s, slot)
    row = row_at(s, berth.row)
    row.end, row.release = s.now, s.now
    facility, units = berth.facility, berth.units
    vessel.at_berth = NONE
    free_work(s, slot)
    if facility >= 0:
        give_back(s, facility, units)
    if s.now >= vessel.end_s and vessel.aboard == NONE:
        return
    seconds = sail_at(s, _voyage(s, v)).value
    leg = vessel.sail_first + call_plan_at(s, vessel.call).leg
    _timed(s, v, sail_need_at(s, leg).value, SAIL, SAILS, seconds)


@helper
def _at_sea_over(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    vessel.calls += 1
    vessel.call = call_plan_at(s, vessel.call).following
    arrive(s, v)
