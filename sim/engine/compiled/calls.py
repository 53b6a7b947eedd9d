"""A vessel's call in the kernel: its row, its drawn times, and the steps that take time or wait for room."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.codes import ENTERS, LEAVES, VESSEL_LOOPS, VOYAGES_USED_UP
from sim.engine.compiled.facility import request
from sim.engine.compiled.layout import (
    call_at,
    helper,
    inlined,
    need_at,
    vessel_at,
    voyage_first_at,
    work_at,
)
from sim.engine.compiled.lists import take_work
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import open_row
from sim.engine.compiled.works import add_claim, run_work
from sim.engine.rules import MOST_AT_ONE_SECOND


@inlined
def own_step(s: Any, v: int, need_number: int, step: int, role: int, seconds: int) -> int:
    """A step of the vessel's own, with its row."""
    vessel, need = vessel_at(s, v), need_at(s, need_number)
    row = open_row(s, vessel.ident, -1, need_number, need.units)
    return claim_step(s, v, need.op, need_number, need.units, row, step, role, seconds)


@helper
def claim_step(s: Any, v: int, op: int, need: int, units: int, row: int, step: int, role: int, seconds: int) -> int:
    stands_alone()
    slot = take_work(s)
    work = work_at(s, slot)
    work.owner, work.ident, work.priority, work.op, work.step = v, vessel_at(s, v).ident, 0, op, step
    work.need, work.facility, work.units, work.row = need, need_at(s, need).facility, units, row
    work.side, work.role, work.claims, work.hold_left, work.move_left = 0, role, 0, seconds, seconds
    add_claim(s, slot, work.facility, need, units)
    return slot


@inlined
def granted(s: Any, v: int, slot: int) -> bool:
    """Request; False when the vessel waits and ``started`` comes later."""
    if request(s, slot):
        return True
    vessel_at(s, v).waits = slot
    return False


@helper
def timed_step(s: Any, v: int, need: int, step: int, role: int, seconds: int) -> None:
    """A step of the vessel's own that takes ``seconds`` once the need is granted."""
    stands_alone()
    _count_step(s, v)
    slot = own_step(s, v, need, step, role, seconds)
    if granted(s, v, slot):
        timed_begun(s, v, slot)


@helper
def _count_step(s: Any, v: int) -> None:
    """Steps within one second, since cargo was last moved: too many are an endless loop."""
    vessel = vessel_at(s, v)
    if vessel.second_s != s.now:
        vessel.second_s, vessel.steps = s.now, 0
    vessel.steps += 1
    if vessel.steps > MOST_AT_ONE_SECOND:
        s.status, s.culprit = VESSEL_LOOPS, v


@helper
def timed_begun(s: Any, v: int, slot: int) -> None:
    stands_alone()
    role = work_at(s, slot).role
    if role == ENTERS:
        present_call(s, v).entry_start = s.now
    elif role == LEAVES:
        present_call(s, v).exit_start = s.now
    run_work(s, slot)


@inlined
def present_call(s: Any, v: int) -> Any:
    """The row of the vessel's present call."""
    return call_at(s, vessel_at(s, v).call_row)


@helper
def this_voyage(s: Any, v: int) -> int:
    """Where the times of the present call stand; the first, with an error noted, if there are no more."""
    at = voyage_first_at(s, v).value + vessel_at(s, v).calls
    if at >= voyage_first_at(s, v + 1).value:
        s.status, s.culprit = VOYAGES_USED_UP, v
        return 0
    return at
