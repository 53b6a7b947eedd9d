"""Trains of the kernel: lots gather until they are enough or have waited long, as in ``reference.trains``."""

from __future__ import annotations

from typing import Any

from sim.clock import NEVER_S
from sim.engine.compiled.calendar import enter, soon
from sim.engine.compiled.codes import COMPANIONS, FAULT, ITS_TRAIN, NOTHING, PROCEED, TRAIN_LEAVES
from sim.engine.compiled.durations import variant_then
from sim.engine.compiled.layout import (
    NONE,
    held_need_at,
    helper,
    inlined,
    member_at,
    move_at,
    mover_at,
    op_at,
    row_at,
    size_at,
)
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import (
    fill_row,
    free_mover,
    hold,
    instant_row,
    new_mover,
    open_member,
    open_row,
    wait_for,
)
from sim.engine.rules import DEADLINE

_LARGEST = 2**31 - 1  # that a cell of the trace holds


@inlined
def _size(s: Any, slot: int, measure: int) -> int:
    return size_at(s, slot * s.n_measure + measure).value


@helper
def gather(s: Any, slot: int, op: int) -> None:
    """A lot waits for companions; it may be the one that was missing."""
    stands_alone()
    place, mover = op_at(s, op), mover_at(s, slot)
    mover.join_row = open_row(s, mover.ident, -1, place.need_first, 0)
    wait_for(s, slot, COMPANIONS, op)
    mover.next = NONE
    alone = place.waiting == NONE
    if alone:
        place.waiting = slot
    else:
        mover_at(s, place.waiting_last).next = slot
    place.waiting_last = slot
    place.gathered += _size(s, slot, place.gather_measure)
    if alone:
        _enter_deadline(s, op)
    while place.waiting != NONE and place.gathered >= place.gather_units:
        form_train(s, op)


@helper
def _enter_deadline(s: Any, op: int) -> None:
    """The first in line waits no longer than it may."""
    place = op_at(s, op)
    head = mover_at(s, place.waiting)
    joined_s = row_at(s, head.join_row).request
    wait_s = place.gather_wait_s
    if wait_s < 0:  # drawn for each lot; what was in force when it came counts
        wait_s = move_at(s, variant_then(s, head.draws, head.step, op, joined_s)).value
    if wait_s < NEVER_S:
        when = max(joined_s + wait_s, s.now)
        enter(s, when, DEADLINE, head.ident, head.step, TRAIN_LEAVES, op, head.join_row)


@helper
def waited_long(s: Any, op: int, join_row: int) -> None:
    """The longest wait of the lot that opened ``join_row`` is over: if it is still first in line, a train leaves."""
    stands_alone()
    place = op_at(s, op)
    if place.waiting != NONE and mover_at(s, place.waiting).join_row == join_row:
        form_train(s, op)


@helper
def form_train(s: Any, op: int) -> None:
    """The lots first in line that fit the target leave together; a larger one leaves alone."""
    stands_alone()
    place = op_at(s, op)
    measure, target = place.gather_measure, place.gather_units
    train_slot = new_mover(s)
    train = mover_at(s, train_slot)
    first_size = train_slot * s.n_measure
    for k in range(s.n_measure):
        size_at(s, first_size + k).value = 0
    train.train = s.formed
    s.formed += 1
    lead = NONE
    while place.waiting != NONE:
        slot = place.waiting
        lot = mover_at(s, slot)
        units = _size(s, slot, measure)
        if lead != NONE and _size(s, train_slot, measure) + units > target:
            break
        place.waiting = lot.next
        place.gathered -= units
        lot.next = NONE
        if lead == NONE:
            train.members, train.priority = slot, lot.priority
        else:
            mover_at(s, train.members_last).next = slot
            train.priority = min(train.priority, lot.priority)
        train.members_last = slot
        for k in range(s.n_measure):
            total = size_at(s, first_size + k)
            total.value += _size(s, slot, k)
            if total.value > _LARGEST:
                s.status = FAULT
        best = mover_at(s, max(lead, 0))
        if lead == NONE or lot.born_s < best.born_s or (lot.born_s == best.born_s and lot.ident < best.ident):
            lead = slot
        wait_for(s, slot, ITS_TRAIN, train_slot)
        fill_row(s, lot.join_row)
        lot.member_row = open_member(s, lot.ident, train.train)
    oldest = mover_at(s, lead)
    train.ident, train.born_s, train.step, train.draws = oldest.ident, oldest.born_s, oldest.step + 1, oldest.draws
    if place.waiting != NONE:
        _enter_deadline(s, op)
    soon(s, PROCEED, train_slot)


@helper
def split(s: Any, slot: int, op: int) -> None:
    """The train resolves into its lots, each where the train is in its own program."""
    stands_alone()
    train = mover_at(s, slot)
    instant_row(s, train.ident, train.train, op_at(s, op).need_first, 0)
    travelled = 0
    member = train.members
    while member != NONE:
        lot = mover_at(s, member)
        if lot.ident == train.ident:
            travelled = train.step - lot.step
        member = lot.next
    member = train.members
    while member != NONE:
        lot = mover_at(s, member)
        following = lot.next
        wait_for(s, member, NOTHING, NONE)
        lot.step += travelled + 1  # all members' programs agree from the gathering to here
        member_at(s, lot.member_row).left = s.now
        for k in range(slot * s.most_held, slot * s.most_held + train.held):
            hold(s, member, held_need_at(s, k).value)
        lot.next = NONE
        soon(s, PROCEED, member)
        member = following
    free_mover(s, slot)
