"""Works of the kernel: claims on units, from the request to the release, and the time they take.

A work has claims on one or more facilities. Works in progress on a facility that closing stops are linked by
the works themselves, and so are those that it has stopped.
"""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.calendar import enter
from sim.engine.compiled.codes import END_BOTH, END_HOLD, END_KEPT, END_MOVE
from sim.engine.compiled.layout import NONE, claim_at, facility_at, helper, inlined, op_at, pause_at, row_at, work_at
from sim.engine.compiled.lists import give_work
from sim.engine.compiled.machine import stands_alone
from sim.engine.rules import END


@inlined
def free_work(s: Any, slot: int) -> None:
    """The work is over and nobody refers to it; its version goes on counting, so that its events are void."""
    work_at(s, slot).version += 1
    give_work(s, slot)


@inlined
def claim_of(s: Any, slot: int, nth: int) -> Any:
    """The work's ``nth`` claim; there are ``work.claims`` of them."""
    return claim_at(s, slot * s.most_claims + nth)


@inlined
def add_claim(s: Any, slot: int, facility: int, need: int, units: int) -> None:
    """Ask for units of one more facility; a need that occupies none asks for nothing."""
    if facility < 0:
        return
    work = work_at(s, slot)
    claim = claim_of(s, slot, work.claims)
    claim.facility, claim.need, claim.units, claim.work = facility, need, units, slot
    work.claims += 1


# -- work in progress


@inlined
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


@inlined
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
def stop_latest(s: Any, f: int) -> None:
    """Stop the work that started last, and put it among the stopped in order of their start."""
    stands_alone()
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
def resume(s: Any, slot: int) -> None:
    """Stopped work goes on where it was stopped, or from the beginning."""
    stands_alone()
    work = work_at(s, slot)
    pause_at(s, work.pause).to_s = s.now
    work.since_s = s.now
    facility_at(s, work.facility).used += work.units
    _join_work(s, slot)
    _enter_ends(s, slot)
