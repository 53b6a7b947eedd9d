"""Discharging in the kernel: each lot for this port finds room in the yard, then cranes."""

from __future__ import annotations

from typing import Any

from sim.clock import NEVER_S
from sim.engine.compiled.boarding import add_load, append_open, boarding_of, drawn_at, set_limits
from sim.engine.compiled.calendar import enter, soon
from sim.engine.compiled.calls import claim_step, granted, own_step, present_call
from sim.engine.compiled.codes import DISCHARGE_NEXT, DISCHARGES, NOTHING, PROCEED, TAKES_YARD, VESSEL_LEAVES
from sim.engine.compiled.layout import (
    NONE,
    aboard_at,
    board_at,
    call_plan_at,
    facility_at,
    helper,
    inlined,
    move_at,
    mover_at,
    need_at,
    row_at,
    timeline_next_zero_at,
    vessel_at,
    voyage_at,
    work_at,
)
from sim.engine.compiled.lists import drop_mover
from sim.engine.compiled.loading import close, load_next
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import fill_row, hold, load, open_row, wait_for
from sim.engine.compiled.works import free_work, run_work
from sim.engine.rules import DEADLINE, DEADLINE_STEP, DISCHARGE


@helper
def discharge_next(s: Any, v: int) -> None:
    """The next lot for this port: first its room in the yard, then the cranes."""
    stands_alone()
    vessel = vessel_at(s, v)
    slot = aboard_at(s, v).first
    while slot != NONE and voyage_at(s, mover_at(s, slot).voyage).call_to != vessel.call:
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
    work = claim_step(s, v, boarding_of(s, slot), need, units, row, DISCHARGE, TAKES_YARD, 0)
    if granted(s, v, work):
        yard_room(s, v, work)


@helper
def yard_room(s: Any, v: int, slot: int) -> None:
    work = work_at(s, slot)
    fill_row(s, work.row)
    hold(s, vessel_at(s, v).in_hand, work.need)
    free_work(s, slot)
    _lift_out(s, v)


@inlined
def _lift_out(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    seconds = move_at(s, drawn_at(s, vessel.in_hand)).value
    slot = own_step(s, v, call_plan_at(s, vessel.call).discharge_need, DISCHARGE, DISCHARGES, seconds)
    if granted(s, v, slot):
        discharge_begun(s, v, slot)


@inlined
def discharge_begun(s: Any, v: int, slot: int) -> None:
    board_at(s, mover_at(s, vessel_at(s, v).in_hand).board).discharge_start = s.now
    run_work(s, slot)


@inlined
def landed(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    slot = vessel.in_hand
    lot = mover_at(s, slot)
    board_at(s, lot.board).landed = s.now
    row = row_at(s, lot.row)
    row.end, row.release = s.now, s.now
    present_call(s, v).lots_landed += 1
    drop_mover(s, aboard_at(s, v), slot)
    add_load(s, v, slot, -1)
    vessel.steps = 0
    lot.step += 1
    wait_for(s, slot, NOTHING, NONE)
    soon(s, PROCEED, slot)
    soon(s, DISCHARGE_NEXT, v)


@inlined
def _discharged(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    present_call(s, v).discharged = s.now
    vessel.closing, vessel.overdue = False, False
    if s.now >= vessel.end_s and aboard_at(s, v).first == NONE:
        close(s, v)  # withdrawn: leaves empty and does not come back
        return
    plan = call_plan_at(s, vessel.call)
    leave_s = NEVER_S
    if plan.timetable:
        leave_s = plan.first_s + max(0, -((plan.first_s - s.now) // plan.every_s)) * plan.every_s
        leave_s = max(leave_s, plan.next_slot_s)  # a slot belongs to the first ship that loads for it
        plan.next_slot_s = leave_s + plan.every_s
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
