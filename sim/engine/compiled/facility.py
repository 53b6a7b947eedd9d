"""Facilities of the kernel: queues, grants and capacity in time, as ``sim.engine.reference.facility`` defines them.

A queue is a list of claims linked by ``next``; a work with claims on several facilities stands in the queue
of each.
"""

from __future__ import annotations

from typing import Any

from sim.contract.plan import Discipline
from sim.engine.compiled.calendar import enter, soon
from sim.engine.compiled.codes import (
    CHANGE,
    FAULT,
    SERVE,
    STARTED,
)
from sim.engine.compiled.layout import (
    CLASSES,
    NONE,
    claim_at,
    facility_at,
    helper,
    inlined,
    queue_at,
    reset_at,
    timeline_capacity_at,
    timeline_next_zero_at,
    timeline_s_at,
    work_at,
)
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.queue_bans import fewer_stand, more_stand
from sim.engine.compiled.stocks import taken
from sim.engine.compiled.works import claim_of, leave_work, resume, stop_latest
from sim.engine.rules import FALL, RISE

_PRIORITY, _ALTERNATE = int(Discipline.PRIORITY), int(Discipline.ALTERNATE)


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


@inlined
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


@inlined
def _take(s: Any, f: int, work: Any, units: int) -> None:
    facility = facility_at(s, f)
    facility.used += units
    if facility.particular:
        if facility.stock:
            taken(s, f, units)
        elif facility.discipline == _ALTERNATE:
            facility.last_side = work.side


@inlined
def request(s: Any, slot: int) -> bool:
    """Ask for the work's units. True: granted now. False: it queues, and STARTED comes later."""
    work = work_at(s, slot)
    if work.claims == 0:
        return True
    if work.claims > 1:
        return _request_all(s, slot)
    claim = claim_of(s, slot, 0)
    f = claim.facility
    if facility_at(s, f).ban != NONE:
        more_stand(s, f, claim.units)
    if _has_ahead(s, f, work) or not _has_room(s, facility_at(s, f), work, claim.units):
        _append(s, f, work, slot * s.most_claims)
        return False
    _take(s, f, work, claim.units)
    return True


@helper
def _request_all(s: Any, slot: int) -> bool:
    stands_alone()
    work = work_at(s, slot)
    granted = True
    for nth in range(work.claims):
        claim = claim_of(s, slot, nth)
        more_stand(s, claim.facility, claim.units)
        if _has_ahead(s, claim.facility, work) or not _has_room(s, facility_at(s, claim.facility), work, claim.units):
            granted = False
    for nth in range(work.claims):
        claim = claim_of(s, slot, nth)
        if granted:
            _take(s, claim.facility, work, claim.units)
        else:
            _append(s, claim.facility, work, slot * s.most_claims + nth)
    return granted


@inlined
def end_work(s: Any, slot: int) -> None:
    """A process has run its time: return its units."""
    work = work_at(s, slot)
    facility = facility_at(s, work.facility)
    if facility.stops_work:
        leave_work(s, slot)
    give_back(s, work.facility, work.units)


@inlined
def give_back(s: Any, f: int, units: int) -> None:
    """Return units and serve who waits for them."""
    facility = facility_at(s, f)
    facility.used -= units
    if facility.ban != NONE:
        fewer_stand(s, f, units)
    if facility.waiting or facility.stopped != NONE:
        serve(s, f)


@helper
def serve(s: Any, f: int) -> None:
    """Resume stopped work, then grant waiting requests, as far as the units go."""
    stands_alone()
    facility = facility_at(s, f)
    while facility.stopped != NONE and facility.used + work_at(s, facility.stopped).units <= facility.capacity:
        slot = facility.stopped
        facility.stopped = work_at(s, slot).next
        s.stopped_works -= 1
        resume(s, slot)
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
    stands_alone()
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
    stands_alone()
    facility = facility_at(s, f)
    facility.timeline += 1
    before = facility.capacity
    facility.capacity = timeline_capacity_at(s, facility.timeline).value
    facility.next_zero_s = timeline_next_zero_at(s, facility.timeline).value
    if facility.capacity > before:
        serve(s, f)
    else:
        while facility.at_work != NONE and facility.used > facility.capacity:
            stop_latest(s, f)
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
