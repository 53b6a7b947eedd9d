"""The kernel's foresight: processes whose times are known as soon as they are asked for.

A delay that occupies nothing starts at once. At a foreseeable facility (``foresight``) a request starts when the unit
that is free first comes free, or at the opening after that. So the rows are written in full at once, delays behind one
another are joined, and the calendar holds one event: the mover goes on. It has the key of the last end of work, and
what is left out touches nobody else: an end at a foreseeable facility grants a start that is written already, and the
end of a delay begins the next. So all other things keep their order, and the trace is the reference engine's.

Rows that lie ahead when the run stops are cut off then.
"""

from __future__ import annotations

from typing import Any

from sim.clock import NEVER_S
from sim.engine.compiled.calendar import enter
from sim.engine.compiled.codes import DELAY, FORESEEN, GOES_ON, LETS_GO, UNFORESEEN
from sim.engine.compiled.durations import variant_then
from sim.engine.compiled.layout import (
    NONE,
    facility_at,
    helper,
    hold_at,
    inlined,
    move_at,
    mover_at,
    op_at,
    row_at,
    size_at,
    step_at,
    timeline_capacity_at,
    timeline_s_at,
    unit_at,
)
from sim.engine.compiled.machine import stands_alone
from sim.engine.rules import END


@helper
def pass_through(s: Any, slot: int, hold_s: int, move_s: int) -> None:
    """Begin the process of a mover's step, which concerns it: a delay, or one at a foreseeable facility."""
    mover = mover_at(s, slot)
    step = step_at(s, mover.step)
    operation = op_at(s, step.op)
    start = s.now
    if step.way == FORESEEN:
        facility = facility_at(s, operation.facility)
        free_s = unit_at(s, facility.unit_first).value
        start = max(start, free_s)
        if facility.closes:
            start = _when_open(s, facility, start)
        if start > s.now and operation.variant_first != operation.variant_last:
            at = variant_then(s, mover.draws, mover.step, step.op, start)  # the times in force at the start count
            hold_s, move_s = max(hold_at(s, at).value, 0), move_at(s, at).value
        if mover.kept != NONE or (move_s == 0 and free_s >= s.now) or start >= NEVER_S:
            # what the start causes in its own second has a place there that cannot be told
            s.status, s.culprit = UNFORESEEN, operation.facility
        _occupy(s, facility, start + hold_s)
    else:
        hold_s = move_s
    mover.row = s.n_rows
    _write(s, slot, operation, s.now, start, start + hold_s, start + move_s)
    last, end = 2 * mover.step, start + move_s
    if hold_s < move_s:
        last += 1
        if start + hold_s <= s.stop_s:
            s.ran += 1
    elif hold_s > move_s:
        row_at(s, mover.row).release = NONE
        enter(s, start + hold_s, END, mover.ident, last, LETS_GO, mover.row, 0)
        last += 1
    mover.step += 1
    while end <= s.stop_s:
        step = step_at(s, mover.step)
        if step.way != DELAY:
            break
        at = variant_then(s, mover.draws, mover.step, step.op, end)
        if hold_at(s, at).value >= 0:
            s.ran += 1
            start, end, last = end, end + move_at(s, at).value, 2 * mover.step
            _write(s, slot, op_at(s, step.op), start, start, end, end)
        mover.step += 1
    enter(s, end, END, mover.ident, last, GOES_ON, slot, 0)


@inlined
def _write(s: Any, slot: int, operation: Any, request: int, start: int, release: int, end: int) -> None:
    """A whole row; what would come after the end of the run does not come."""
    mover, row = mover_at(s, slot), row_at(s, s.n_rows)
    s.n_rows += 1
    row.mover, row.train, row.need = mover.ident, mover.train, operation.need_first
    row.units = operation.units if operation.units else size_at(s, slot * s.n_measure + operation.measure).value
    row.request = request
    row.start = start if start <= s.stop_s else NONE
    row.end = end if end <= s.stop_s else NONE
    row.release = release if release <= s.stop_s else NONE


# -- foreseeable facilities: when each unit comes free, the first of them in front (a heap)


@inlined
def _occupy(s: Any, facility: Any, until_s: int) -> None:
    """The unit that is free first is taken until then."""
    first, count, place, child = facility.unit_first, facility.units, 0, 1
    while child < count:
        least = unit_at(s, first + child).value
        if child + 1 < count and unit_at(s, first + child + 1).value < least:
            child += 1
            least = unit_at(s, first + child).value
        if until_s <= least:
            break
        unit_at(s, first + place).value = least
        place, child = child, 2 * child + 1
    unit_at(s, first + place).value = until_s


@helper
def _when_open(s: Any, facility: Any, at_s: int) -> int:
    """The first instant from ``at_s`` on at which units are granted.

    Within an instant a rise comes before units that come free, and a fall after them. Of the present instant that
    much has happened as the timeline says.
    """
    step = facility.timeline
    while step + 1 < facility.timeline_last:
        change_s = timeline_s_at(s, step + 1).value
        if timeline_capacity_at(s, step).value > 0:
            if at_s <= change_s:
                return at_s
        else:
            at_s = max(at_s, change_s)
        step += 1
    return at_s if timeline_capacity_at(s, step).value > 0 else NEVER_S


# -- the end of the run


@helper
def cut_off(s: Any) -> None:
    """Take back what was written ahead and lies behind the end of the run."""
    stands_alone()
    lowest = s.n_rows
    for slot in range(s.movers_top):
        mover = mover_at(s, slot)
        if mover.alive:
            lowest = min(lowest, _cut_rows(s, mover.row, mover.ident))
    kept = lowest
    for place in range(lowest, s.n_rows):
        row = row_at(s, place)
        if row.request != NONE:
            to = row_at(s, kept)
            to.mover, to.train, to.need, to.units = row.mover, row.train, row.need, row.units
            to.request, to.start, to.end, to.release = row.request, row.start, row.end, row.release
            kept += 1
    s.n_rows = kept


@inlined
def _cut_rows(s: Any, place: int, ident: int) -> int:
    """Cut the rows of one mover, which stand one behind the other; those to be removed lose their request.

    Returns the first of these, or the number of rows. A mover whose row is of older date has nothing to be cut.
    """
    lowest = s.n_rows
    goes_on = place < s.n_rows and row_at(s, place).mover == ident
    while goes_on:
        row = row_at(s, place)
        end = row.end
        place += 1
        goes_on = place < s.n_rows and row_at(s, place).mover == ident and row_at(s, place).request == end
        if end > s.stop_s:
            row.end = NONE
            if goes_on:  # it was counted: the calendar held the last end alone
                s.ran -= 1
        if row.release > s.stop_s:
            if row.release != end:
                s.ran -= 1
            row.release = NONE
        if row.start > s.stop_s:
            row.start = NONE
        if row.request > s.stop_s:
            row.request = NONE
            lowest = min(lowest, place - 1)
    return lowest
