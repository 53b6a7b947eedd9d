"""Facilities of the kernel: queues, grants and capacity in time, as ``sim.engine.facility`` defines them.

A queue is a list of claims linked by ``next``; a work with claims on several facilities stands in the queue
of each. Works in progress on a facility that closing stops are linked by the works themselves.
"""

from __future__ import annotations

from typing import Any

from sim.engine.calendar import END, FALL, RISE
from sim.engine.kernel.calendar import enter, soon
from sim.engine.kernel.codes import (
    CHANGE,
    END_BOTH,
    END_HOLD,
    END_KEPT,
    END_MOVE,
    FAULT,
    SERVE,
    STARTED,
)
from sim.engine.kernel.layout import (
    CLASSES,
    NONE,
    claim_at,
    facility_at,
    helper,
    inlined,
    op_at,
    pause_at,
    queue_at,
    reset_at,
    row_at,
    timeline_capacity_at,
    timeline_next_zero_at,
    timeline_s_at,
    work_at,
)
from sim.engine.kernel.stocks import taken
from sim.model.arrays import Discipline

_PRIORITY, _ALTERNATE = int(Discipline.PRIORITY), int(Discipline.ALTERNATE)


# -- works: a pool whose free slots are linked


@helper
def new_work(s: Any) -> int:
    """A free slot; its version goes on counting, so that events for its last user stay void."""
    s.works_used += 1
    slot = s.works_free
    if slot != NONE:
        s.works_free = work_at(s, slot).next
        return slot
    slot = s.works_top
    s.works_top += 1
    return slot


@helper
def free_work(s: Any, slot: int) -> None:
    """The work is over and nobody refers to it."""
    work = work_at(s, slot)
    work.version += 1
    work.next = s.works_free
    s.works_free = slot
    s.works_used -= 1


@inlined
def claim_of(s: Any, slot: int, nth: int) -> Any:
    """The work's ``nth`` claim; there are ``work.claims`` of them."""
    return claim_at(s, slot * s.most_claims + nth)


@helper
def add_claim(s: Any, slot: int, facility: int, need: int, units: int) -> None:
    """Ask for units of one more facility; a need that occupies none asks for nothing."""
    if facility < 0:
        return
    work = work_at(s, slot)
    claim = claim_of(s, slot, work.claims)
    claim.facility, claim.need, claim.units, claim.work = facility, need, units, slot
    work.claims += 1


# -- asking, granting, giving back


@inlined
def _queue_of(s: Any, f: int, work: Any) -> Any:
    facility = facility_at(s, f)
    nth = 0
    if facility.queues > 1:
        nth = work.side if facility.discipline == _ALTERNATE else work.priority
    return queue_at(s, f * CLASSES + nth)


@helper
def _next_queue(s: Any, f: int) -> Any:
    """The queue that is served next; somebody waits."""
    facility = facility_at(s, f)
    if facility.queues > 1:
        for k in range(facility.queues):
            queue = queue_at(s, f * CLASSES + (k if facility.last_side else facility.queues - 1 - k))
            if queue.first != NONE:
                return queue
    return queue_at(s, f * CLASSES)


@helper
def _append(s: Any, f: int, work: Any, number: int) -> None:
    queue = _queue_of(s, f, work)
    claim_at(s, number).next = NONE
    if queue.first == NONE:
        queue.first = number
    else:
        claim_at(s, queue.last).next = number
    queue.last = number
    facility_at(s, f).waiting += 1


@helper
def _has_ahead(s: Any, f: int, work: Any) -> bool:
    facility = facility_at(s, f)
    if facility.waiting == 0:
        return False
    if facility.discipline != _PRIORITY:
        return True
    for k in range(work.priority + 1):  # noqa: SIM110  (a loop is what the compiler knows)
        if queue_at(s, f * CLASSES + k).first != NONE:
            return True
    return False


@inlined
def _has_room(s: Any, facility: Any, work: Any, units: int) -> bool:
    if facility.used + units > facility.capacity or facility.stopped != NONE:
        return False
    if facility.capacity == 0 and not facility.stock:
        return False
    return not facility.looks_ahead or s.now + work.hold_left <= facility.next_zero_s


@helper
def _take(s: Any, f: int, work: Any, units: int) -> None:
    facility = facility_at(s, f)
    facility.used += units
    if facility.particular:
        if facility.stock:
            taken(s, f, units)
        elif facility.discipline == _ALTERNATE:
            facility.last_side = work.side


@helper
def request(s: Any, slot: int) -> bool:
    """Ask for the work's units. True: granted now. False: it queues, and STARTED comes later."""
    work = work_at(s, slot)
    if work.claims == 0:
        return True
    if work.claims > 1:
        return _request_all(s, slot)
    claim = claim_of(s, slot, 0)
    f = claim.facility
    if _has_ahead(s, f, work) or not _has_room(s, facility_at(s, f), work, claim.units):
        _append(s, f, work, slot * s.most_claims)
        return False
    _take(s, f, work, claim.units)
    return True


@helper
def _request_all(s: Any, slot: int) -> bool:
    work = work_at(s, slot)
    granted = True
    for nth in range(work.claims):
        claim = claim_of(s, slot, nth)
        if _has_ahead(s, claim.facility, work) or not _has_room(s, facility_at(s, claim.facility), work, claim.units):
            granted = False
    for nth in range(work.claims):
        claim = claim_of(s, slot, nth)
        if granted:
            _take(s, claim.facility, work, claim.units)
        else:
            _append(s, claim.facility, work, slot * s.most_claims + nth)
    return granted


@helper
def end_work(s: Any, slot: int) -> None:
    """A process has run its time: return its units."""
    work = work_at(s, slot)
    facility = facility_at(s, work.facility)
    if facility.stops_work:
        leave_work(s, slot)
    facility.used -= work.units
    if facility.waiting or facility.stopped != NONE:
        serve(s, work.facility)


@helper
def give_back(s: Any, f: int, units: int) -> None:
    """Return units and serve who waits for them."""
    facility = facility_at(s, f)
    facility.used -= units
    if facility.waiting or facility.stopped != NONE:
        serve(s, f)


@helper
def serve(s: Any, f: int) -> None:
    """Resume stopped work, then grant waiting requests, as far as the units go."""
    facility = facility_at(s, f)
    while facility.stopped != NONE and facility.used + work_at(s, facility.stopped).units <= facility.capacity:
        slot = facility.stopped
        facility.stopped = work_at(s, slot).next
        s.stopped_works -= 1
        _resume(s, slot)
    while facility.waiting:
        queue = _next_queue(s, f)
        claim = claim_at(s, queue.first)
        slot = claim.work
        work = work_at(s, slot)
        if work.claims > 1:
            if not _grant_all(s, slot, f):
                return
        elif _has_room(s, facility, work, claim.units):
            queue.first = claim.next
            facility.waiting -= 1
            _take(s, f, work, claim.units)
        else:
            return
        soon(s, STARTED, slot)


@helper
def _grant_all(s: Any, slot: int, here: int) -> bool:
    """Grant a request that is first in all its queues, if all have room."""
    work = work_at(s, slot)
    for nth in range(work.claims):
        claim = claim_of(s, slot, nth)
        f = claim.facility
        if _next_queue(s, f).first != slot * s.most_claims + nth:
            return False
        if not _has_room(s, facility_at(s, f), work, claim.units):
            return False
    for nth in range(work.claims):
        claim = claim_of(s, slot, nth)
        _queue_of(s, claim.facility, work).first = claim.next
        facility_at(s, claim.facility).waiting -= 1
        _take(s, claim.facility, work, claim.units)
        if claim.facility != here:  # who stood behind it there may be next
            soon(s, SERVE, claim.facility)
    return True


# -- work in progress


@helper
def run_work(s: Any, slot: int) -> None:
    """Let granted work take its time: units for ``hold_left`` seconds, the owner for ``move_left``."""
    work = work_at(s, slot)
    now = s.now
    row_at(s, work.row).start = now
    work.began_s = now
    work.since_s = now
    if work.facility < 0:
        work.hold_left = work.move_left
    elif facility_at(s, work.facility).stops_work:
        _join_work(s, slot)
    _enter_ends(s, slot)


@helper
def _enter_ends(s: Any, slot: int) -> None:
    work = work_at(s, slot)
    hold_s, move_s = work.hold_left, work.move_left
    step = 2 * work.step
    if hold_s == move_s:
        action = END_KEPT if op_at(s, work.op).keeps else END_BOTH
        enter(s, s.now + move_s, END, work.ident, step, action, slot, work.version)
    else:
        enter(s, s.now + hold_s, END, work.ident, step, END_HOLD, slot, work.version)
        if move_s >= 0:
            enter(s, s.now + move_s, END, work.ident, step + 1, END_MOVE, slot, work.version)


@helper
def _join_work(s: Any, slot: int) -> None:
    work = work_at(s, slot)
    facility = facility_at(s, work.facility)
    work.next = facility.at_work
    work.previous = NONE
    if facility.at_work != NONE:
        work_at(s, facility.at_work).previous = slot
    facility.at_work = slot


@helper
def leave_work(s: Any, slot: int) -> None:
    """Take a work out of those in progress at its facility."""
    work = work_at(s, slot)
    if work.next != NONE:
        work_at(s, work.next).previous = work.previous
    if work.previous != NONE:
        work_at(s, work.previous).next = work.next
    else:
        facility_at(s, work.facility).at_work = work.next


@inlined
def _older(a: Any, b: Any) -> bool:
    """Whether work ``a`` started before ``b``; at one start the lower identifier did."""
    if a.began_s != b.began_s:
        return a.began_s < b.began_s
    if a.ident != b.ident:
        return a.ident < b.ident
    return a.step < b.step


@helper
def _stop_latest(s: Any, f: int) -> None:
    """Stop the work that started last, and put it among the stopped in order of their start."""
    facility = facility_at(s, f)
    slot = facility.at_work
    other = work_at(s, slot).next
    while other != NONE:
        if _older(work_at(s, slot), work_at(s, other)):
            slot = other
        other = work_at(s, other).next
    leave_work(s, slot)
    work = work_at(s, slot)
    facility.used -= work.units
    if facility.suspends:
        elapsed = s.now - work.since_s
        work.hold_left -= elapsed
        work.move_left = work.move_left - elapsed if work.move_left >= 0 else -1
    work.version += 1  # what the calendar still holds for this work is void
    work.pause = s.n_pauses
    pause = pause_at(s, s.n_pauses)
    pause.mover, pause.need, pause.from_s, pause.to_s = work.ident, work.need, s.now, -1
    s.n_pauses += 1
    s.stopped_works += 1
    before, behind = NONE, facility.stopped
    while behind != NONE and _older(work_at(s, behind), work):
        before, behind = behind, work_at(s, behind).next
    work.next = behind
    if before == NONE:
        facility.stopped = slot
    else:
        work_at(s, before).next = slot


@helper
def _resume(s: Any, slot: int) -> None:
    work = work_at(s, slot)
    pause_at(s, work.pause).to_s = s.now
    work.since_s = s.now
    facility_at(s, work.facility).used += work.units
    _join_work(s, slot)
    _enter_ends(s, slot)


# -- capacity in time


@helper
def enter_change(s: Any, f: int) -> None:
    """Put the facility's next change of capacity into the calendar."""
    facility = facility_at(s, f)
    following = facility.timeline + 1
    if following < facility.timeline_last:
        before, capacity = timeline_capacity_at(s, following - 1).value, timeline_capacity_at(s, following).value
        rank = RISE if capacity > before else FALL
        enter(s, timeline_s_at(s, following).value, rank, f, 0, CHANGE, f, 0)


@helper
def change(s: Any, f: int) -> None:
    """The facility's capacity changes as its timeline says."""
    facility = facility_at(s, f)
    facility.timeline += 1
    before = facility.capacity
    facility.capacity = timeline_capacity_at(s, facility.timeline).value
    facility.next_zero_s = timeline_next_zero_at(s, facility.timeline).value
    if facility.capacity > before:
        serve(s, f)
    else:
        while facility.at_work != NONE and facility.used > facility.capacity:
            _stop_latest(s, f)
    enter_change(s, f)


@helper
def next_reset_s(s: Any, f: int) -> int:
    """A quota's first reset after now."""
    facility = facility_at(s, f)
    low, high = facility.reset_first, facility.reset_last
    while low < high:
        middle = (low + high) >> 1
        if s.now < reset_at(s, middle).value:
            high = middle
        else:
            low = middle + 1
    if low == facility.reset_last:
        s.status = FAULT
        return s.now
    return reset_at(s, low).value
