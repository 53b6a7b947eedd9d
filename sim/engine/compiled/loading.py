"""Loading in the kernel: lots come aboard until the vessel is full or its time is over, and it leaves."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.boarding import add_load, boarding_of, drawn_at, drop_open, first_that_fits, is_filled
from sim.engine.compiled.calendar import soon
from sim.engine.compiled.calls import granted, own_step, present_call, this_voyage, timed_step
from sim.engine.compiled.codes import ITS_VESSEL, LEAVES, LOAD_NEXT, LOADS, SAILS
from sim.engine.compiled.facility import give_back
from sim.engine.compiled.layout import (
    NONE,
    aboard_at,
    board_at,
    call_plan_at,
    helper,
    hold_at,
    inlined,
    mover_at,
    need_at,
    op_at,
    row_at,
    sail_at,
    sail_need_at,
    vessel_at,
    work_at,
)
from sim.engine.compiled.lists import append_mover
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import instant_row, let_go, load, wait_for
from sim.engine.compiled.works import free_work, run_work
from sim.engine.rules import LEAVE, LOAD, SAIL


@helper
def deadline(s: Any, v: int, calls: int) -> None:
    """A vessel's time for loading at the call with number ``calls`` is over."""
    stands_alone()
    vessel = vessel_at(s, v)
    if vessel.calls == calls and vessel.open_for_lots:
        if _lacks_cargo(s, v):
            vessel.overdue = True
            return
        vessel.closing = True
        if not vessel.loading:
            close(s, v)


@helper
def _lacks_cargo(s: Any, v: int) -> bool:
    """Whether it has less than the least load with which it leaves after its longest wait."""
    least = call_plan_at(s, vessel_at(s, v).call).least_permille
    return least > 0 and not is_filled(s, v, least)


@helper
def offer(s: Any, op: int) -> None:
    """A lot waits in the port where it boards: vessels that are open may take it, in order of opening."""
    stands_alone()
    v = call_plan_at(s, op_at(s, op).queue).at_port
    while v != NONE:
        following = vessel_at(s, v).next_open
        load_next(s, v)
        v = following


@helper
def load_next(s: Any, v: int) -> None:
    """Take the first lot that fits, or close if the rule says that the vessel is full."""
    stands_alone()
    vessel = vessel_at(s, v)
    if vessel.loading or not vessel.open_for_lots:
        return
    plan = call_plan_at(s, vessel.call)
    if not plan.timetable and is_filled(s, v, plan.fill_permille):
        close(s, v)
        return
    if vessel.overdue and not _lacks_cargo(s, v):
        close(s, v)
        return
    slot = first_that_fits(s, v, vessel.call)
    if slot >= 0:
        _lift_in(s, v, slot)
    elif slot == NONE and not plan.timetable:  # someone is left behind: the vessel is full
        close(s, v)


@inlined
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
    seconds = hold_at(s, drawn_at(s, slot)).value
    work = own_step(s, v, call_plan_at(s, vessel.call).load_need, LOAD, LOADS, seconds)
    if granted(s, v, work):
        load_begun(s, v, work)


@inlined
def load_begun(s: Any, v: int, slot: int) -> None:
    lot = mover_at(s, vessel_at(s, v).in_hand)
    row_at(s, lot.row).start = s.now
    board_at(s, lot.board).load_start = s.now
    run_work(s, slot)


@inlined
def loaded(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    slot = vessel.in_hand
    lot = mover_at(s, slot)
    board_at(s, lot.board).load_end = s.now
    present_call(s, v).lots_loaded += 1
    append_mover(s, aboard_at(s, v), slot)
    vessel.in_hand, vessel.loading, vessel.steps = NONE, False, 0
    boarding = op_at(s, boarding_of(s, slot))
    for number in range(boarding.need_first + 1, boarding.need_last):  # room that the lot held in this port
        need = need_at(s, number)
        units = load(s, slot, need)
        instant_row(s, lot.ident, -1, number, -units)
        let_go(s, slot, need.facility)
        give_back(s, need.facility, units)
    if vessel.closing:
        close(s, v)
    else:
        soon(s, LOAD_NEXT, v)


@helper
def close(s: Any, v: int) -> None:
    """No more lots: go out as soon as the entry lets it."""
    vessel = vessel_at(s, v)
    if vessel.open_for_lots:
        vessel.open_for_lots = False
        drop_open(s, v)
    call, plan = present_call(s, v), call_plan_at(s, vessel.call)
    call.closed = s.now
    if plan.exit_need < 0:
        call.exit_start = s.now
        leave(s, v)
    else:
        timed_step(s, v, plan.exit_need, LEAVE, LEAVES, plan.entry_s)


@helper
def leave(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    present_call(s, v).left = s.now
    slot = vessel.at_berth
    berth = work_at(s, slot)
    row = row_at(s, berth.row)
    row.end, row.release = s.now, s.now
    facility, units = berth.facility, berth.units
    vessel.at_berth = NONE
    free_work(s, slot)
    if facility >= 0:
        give_back(s, facility, units)
    if s.now >= vessel.end_s and aboard_at(s, v).first == NONE:
        return
    seconds = sail_at(s, this_voyage(s, v)).value
    leg = vessel.sail_first + call_plan_at(s, vessel.call).leg
    timed_step(s, v, sail_need_at(s, leg).value, SAIL, SAILS, seconds)
