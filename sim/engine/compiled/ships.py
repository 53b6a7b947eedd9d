"""Vessels of the kernel: berth, discharge, load, wait for the window, sail, and again, as in ``reference.ships``."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.calls import granted, own_step, present_call, this_voyage, timed_begun, timed_step
from sim.engine.compiled.codes import BERTHS, DISCHARGES, ENTERS, LEAVES, LOADS, MOORS, TAKES_YARD
from sim.engine.compiled.discharging import discharge_begun, discharge_next, landed, yard_room
from sim.engine.compiled.layout import NONE, call_at, call_plan_at, helper, moor_at, row_at, vessel_at, work_at
from sim.engine.compiled.loading import leave, load_begun, loaded
from sim.engine.compiled.machine import stands_alone
from sim.engine.rules import BERTH, ENTER, MOOR


@helper
def arrive(s: Any, v: int) -> None:
    """A vessel comes to its next call and asks for a berth."""
    stands_alone()
    vessel = vessel_at(s, v)
    vessel.call_row = s.n_calls
    s.n_calls += 1
    call = call_at(s, vessel.call_row)
    call.vessel, call.call, call.port, call.arrive = v, vessel.calls, vessel.call, s.now
    call.berthed, call.entry_start, call.entered, call.moored, call.discharged = -1, -1, -1, -1, -1
    call.closed, call.exit_start, call.left, call.lots_loaded, call.lots_landed = -1, -1, -1, 0, 0
    slot = own_step(s, v, call_plan_at(s, vessel.call).berth_need, BERTH, BERTHS, 0)
    if granted(s, v, slot):
        _berthed(s, v, slot)


@helper
def _berthed(s: Any, v: int, slot: int) -> None:
    vessel = vessel_at(s, v)
    vessel.at_berth = slot
    row_at(s, work_at(s, slot).row).start = s.now
    call, plan = present_call(s, v), call_plan_at(s, vessel.call)
    call.berthed = s.now
    if plan.entry_need < 0:
        call.entry_start = s.now
        _entered(s, v)
    else:
        timed_step(s, v, plan.entry_need, ENTER, ENTERS, plan.entry_s)


@helper
def _entered(s: Any, v: int) -> None:
    present_call(s, v).entered = s.now
    voyage = this_voyage(s, v)
    timed_step(s, v, call_plan_at(s, vessel_at(s, v).call).moor_need, MOOR, MOORS, moor_at(s, voyage).value)


@helper
def _at_sea_over(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    vessel.calls += 1
    vessel.call = call_plan_at(s, vessel.call).following
    arrive(s, v)


@helper
def ship_started(s: Any, slot: int) -> None:
    """Units that a vessel had to wait for are granted."""
    stands_alone()
    work = work_at(s, slot)
    v = work.owner
    vessel_at(s, v).waits = NONE
    if work.role == BERTHS:
        _berthed(s, v, slot)
    elif work.role == TAKES_YARD:
        yard_room(s, v, slot)
    elif work.role == DISCHARGES:
        discharge_begun(s, v, slot)
    elif work.role == LOADS:
        load_begun(s, v, slot)
    else:
        timed_begun(s, v, slot)


@helper
def ship_ended(s: Any, v: int, role: int) -> None:
    """A step of a vessel has taken its time."""
    stands_alone()
    if role == LOADS:
        loaded(s, v)
    elif role == DISCHARGES:
        landed(s, v)
    elif role == ENTERS:
        _entered(s, v)
    elif role == MOORS:
        present_call(s, v).moored = s.now
        discharge_next(s, v)
    elif role == LEAVES:
        leave(s, v)
    else:
        _at_sea_over(s, v)
