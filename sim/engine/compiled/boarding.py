"""Boarding of the kernel: lots that wait for a vessel, the room on board, and the vessels that are open."""

from __future__ import annotations

from typing import Any

from sim.contract.plan import WEIGHT
from sim.engine.compiled.codes import A_VESSEL
from sim.engine.compiled.durations import variant
from sim.engine.compiled.layout import (
    CLASSES,
    NONE,
    board_queue_at,
    call_plan_at,
    helper,
    inlined,
    limit_at,
    mover_at,
    need_at,
    op_at,
    own_limit_at,
    payload_s_at,
    payload_t_at,
    room_taken_at,
    row_at,
    size_at,
    vessel_at,
    voyage_at,
)
from sim.engine.compiled.lists import append_mover, drop_mover
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import open_row, wait_for

# -- lots that wait for a vessel: a list for each port of a service and priority


@helper
def join_queue(s: Any, slot: int, op: int) -> None:
    """A lot begins to wait in the port where it boards; ``offer`` tells the vessels."""
    stands_alone()
    lot, boarding = mover_at(s, slot), op_at(s, op)
    lot.row = open_row(s, lot.ident, -1, boarding.need_first, 0)
    wait_for(s, slot, A_VESSEL, op)
    queue = board_queue_at(s, boarding.queue * CLASSES + lot.priority)
    append_mover(s, queue, slot)


@inlined
def _voyage(s: Any, op: int, call: int) -> int:
    """Which voyage of a BOARD begins at a call; NONE if none does."""
    boarding = op_at(s, op)
    for number in range(boarding.voyage_first, boarding.voyage_last):
        if voyage_at(s, number).call_from == call:
            return number
    return NONE


@inlined
def first_that_fits(s: Any, v: int, call: int) -> int:
    """The lot to load next, taken out of its queue; NONE if none fits, -2 if none waits for this call."""
    plan = call_plan_at(s, call)
    waits = False
    for nth in range(CLASSES):
        queue = board_queue_at(s, plan.queue * CLASSES + nth)
        slot = queue.first
        while slot != NONE:
            lot = mover_at(s, slot)
            voyage = _voyage(s, boarding_of(s, slot), call)
            if voyage != NONE:
                waits = True
                if has_room(s, v, slot):
                    lot.voyage = voyage
                    drop_mover(s, queue, slot)
                    return slot
                if not plan.smaller_may_pass:
                    return NONE
            slot = lot.next
    return NONE if waits else -2


@inlined
def boarding_of(s: Any, slot: int) -> int:
    """The operation by which a lot boards: its trace row names the need, and that the operation."""
    return need_at(s, row_at(s, mover_at(s, slot).row).need).op


@inlined
def drawn_at(s: Any, slot: int) -> int:
    """Where the times of loading and discharging a lot on its voyage stand, as of now."""
    lot, op = mover_at(s, slot), boarding_of(s, slot)
    boarding = op_at(s, op)
    return variant(s, lot.draws, lot.step, op) + (lot.voyage - boarding.voyage_first) * boarding.dated


# -- room on board


@inlined
def has_room(s: Any, v: int, slot: int) -> bool:
    for k in range(s.n_measure):
        limit = limit_at(s, v * s.n_measure + k).value
        if limit >= 0 and (
            room_taken_at(s, v * s.n_measure + k).value + size_at(s, slot * s.n_measure + k).value > limit
        ):
            return False
    return True


@helper
def is_filled(s: Any, v: int, permille: int) -> bool:
    for k in range(v * s.n_measure, (v + 1) * s.n_measure):
        limit, room = limit_at(s, k).value, room_taken_at(s, k).value
        if limit > 0 and room != 0 and room * 1000 >= permille * limit:
            return True
    return False


@inlined
def add_load(s: Any, v: int, slot: int, sign: int) -> None:
    for k in range(s.n_measure):
        if limit_at(s, v * s.n_measure + k).value >= 0:
            room_taken_at(s, v * s.n_measure + k).value += sign * size_at(s, slot * s.n_measure + k).value


@helper
def set_limits(s: Any, v: int) -> None:
    """The ship's own limits, and what the water carries now."""
    vessel = vessel_at(s, v)
    for k in range(v * s.n_measure, (v + 1) * s.n_measure):
        limit_at(s, k).value = own_limit_at(s, k).value
    if vessel.payload_last > vessel.payload_first:
        at = vessel.payload_first
        while at + 1 < vessel.payload_last and payload_s_at(s, at + 1).value <= s.now:
            at += 1
        weight, carried = limit_at(s, v * s.n_measure + WEIGHT), payload_t_at(s, at).value
        weight.value = carried if weight.value < 0 else min(weight.value, carried)


# -- vessels open for lots, in order of opening, at the first call of their port


@helper
def append_open(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    vessel.next_open = NONE
    plan = call_plan_at(s, call_plan_at(s, vessel.call).queue)
    last = plan.at_port
    if last == NONE:
        plan.at_port = v
        return
    while vessel_at(s, last).next_open != NONE:
        last = vessel_at(s, last).next_open
    vessel_at(s, last).next_open = v


@helper
def drop_open(s: Any, v: int) -> None:
    vessel = vessel_at(s, v)
    plan = call_plan_at(s, call_plan_at(s, vessel.call).queue)
    if plan.at_port == v:
        plan.at_port = vessel.next_open
        return
    other = plan.at_port
    while vessel_at(s, other).next_open != v:
        other = vessel_at(s, other).next_open
    vessel_at(s, other).next_open = vessel.next_open
