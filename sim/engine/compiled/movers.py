"""Movers of the kernel: a pool of lots and trains on their way, and the facilities they hold."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.codes import NOTHING
from sim.engine.compiled.layout import (
    NONE,
    held_need_at,
    helper,
    inlined,
    lot_draw_at,
    lot_priority_at,
    lot_program_at,
    lot_size_at,
    member_at,
    mover_at,
    need_at,
    program_first_at,
    row_at,
    size_at,
)
from sim.engine.compiled.lists import give_mover, take_mover


@inlined
def open_row(s: Any, mover: int, train: int, need: int, units: int) -> int:
    """Begin an operation's row in the trace; start, end and release follow."""
    place = s.n_rows
    s.n_rows += 1
    row = row_at(s, place)
    row.mover, row.train, row.need, row.units = mover, train, need, units
    row.request, row.start, row.end, row.release = s.now, -1, -1, -1
    return place


@inlined
def instant_row(s: Any, mover: int, train: int, need: int, units: int) -> None:
    """An operation that takes no time."""
    fill_row(s, open_row(s, mover, train, need, units))


@inlined
def fill_row(s: Any, place: int) -> None:
    """The operation starts, ends and gives back now."""
    row = row_at(s, place)
    row.start, row.end, row.release = s.now, s.now, s.now


@inlined
def load(s: Any, slot: int, need: Any) -> int:
    """Units that a mover takes of a need."""
    return need.units if need.units else size_at(s, slot * s.n_measure + need.measure).value


@inlined
def new_mover(s: Any) -> int:
    """A free slot, its sizes not yet set."""
    slot = take_mover(s)
    mover = mover_at(s, slot)
    mover.born_s = s.now
    mover.train, mover.members, mover.members_last = NONE, NONE, NONE
    mover.kept, mover.held, mover.part, mover.home = NONE, 0, 0, NONE
    mover.chosen_op, mover.waits_for, mover.waits = NONE, NOTHING, NONE
    mover.weighed_s = NONE
    mover.next, mover.previous = NONE, NONE
    mover.alive = True
    return slot


@inlined
def free_mover(s: Any, slot: int) -> None:
    """A lot has ended or a train is resolved: nobody refers to it."""
    mover_at(s, slot).alive = False
    give_mover(s, slot)


@inlined
def new_lot(s: Any, lot: int) -> int:
    """A lot at the beginning of its program."""
    slot = new_mover(s)
    mover = mover_at(s, slot)
    mover.ident, mover.priority = lot, lot_priority_at(s, lot).value
    mover.step = program_first_at(s, lot_program_at(s, lot).value).value
    mover.draws = lot_draw_at(s, lot).value
    return slot


@inlined
def depart(s: Any, lot: int) -> int:
    """A lot sets out with its load; returns its slot."""
    slot = new_lot(s, lot)
    for k in range(s.n_measure):
        size_at(s, slot * s.n_measure + k).value = lot_size_at(s, lot * s.n_measure + k).value
    return slot


@inlined
def wait_for(s: Any, slot: int, what: int, index: int) -> None:
    """Note what a mover waits for, for the search for deadlocks."""
    mover = mover_at(s, slot)
    mover.waits_for, mover.waits = what, index


# -- what is held: a short list of needs for each mover, one a facility


@helper
def hold(s: Any, slot: int, need: int) -> None:
    """The mover holds the facility of ``need``, by this need if it held it before by another."""
    mover = mover_at(s, slot)
    first = slot * s.most_held
    facility = need_at(s, need).facility
    for k in range(first, first + mover.held):
        if need_at(s, held_need_at(s, k).value).facility == facility:
            held_need_at(s, k).value = need
            return
    held_need_at(s, first + mover.held).value = need
    mover.held += 1


@helper
def let_go(s: Any, slot: int, facility: int) -> None:
    """The mover does not hold the facility any more."""
    mover = mover_at(s, slot)
    first = slot * s.most_held
    for k in range(first, first + mover.held):
        if need_at(s, held_need_at(s, k).value).facility == facility:
            mover.held -= 1
            held_need_at(s, k).value = held_need_at(s, first + mover.held).value
            return


@inlined
def open_member(s: Any, lot: int, train: int) -> int:
    """A lot joins a train."""
    place = s.n_members
    s.n_members += 1
    member = member_at(s, place)
    member.lot, member.train, member.joined, member.left = lot, train, s.now, -1
    return place
