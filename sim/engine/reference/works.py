"""Works of the reference engine: the time that granted work takes, and what its ends set going.

A work holds its units for ``hold_left`` seconds and its owner for ``move_left``; a closing may stop it meanwhile, and
what the calendar holds for it is void then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engine.reference.facility import Work
from sim.engine.reference.mover import Mover
from sim.engine.reference.recorder import END as ROW_END
from sim.engine.reference.recorder import RELEASE, START
from sim.engine.reference.state import State


class Works:
    """Works in progress; ``proceed`` is called with a mover whose work has ended."""

    def __init__(self, state: State, proceed: Callable[[Mover], None]) -> None:
        self.calendar, self.facilities, self.record = state.calendar, state.facilities, state.record
        self.keeps = state.plan.operations.keeps.tolist()
        self.proceed = proceed
        self.facilities.resumed = self._schedule_ends

    def run(self, work: Work) -> None:
        """Let granted work take its time: units for ``hold_left`` seconds, the owner for ``move_left``."""
        self.record.rows[work.row + START] = work.began_s = work.since_s = self.calendar.now
        if work.facility is None:
            work.hold_left = work.move_left
        elif work.facility.stops_work:
            work.facility.at_work.append(work)
        self._schedule_ends(work)

    def _schedule_ends(self, work: Work) -> None:
        calendar, hold_s, move_s = self.calendar, work.hold_left, work.move_left
        order = work.owner.ends + 2 * work.step  # its own among the ends of this instant
        if hold_s == move_s:
            ended = self._end_kept if self.keeps[work.op] else self._end_both
            calendar.at(calendar.now + move_s, order, ended, work, work.version)
        else:
            calendar.at(calendar.now + hold_s, order, self._end_hold, work, work.version)
            if move_s >= 0:
                calendar.at(calendar.now + move_s, order + 1, self._end_move, work, work.version)

    def _end_both(self, event: Any) -> None:
        """Units come free, then the owner goes on."""
        work: Work = event.what
        if event.version != work.version:
            return
        rows = self.record.rows
        rows[work.row + ROW_END] = rows[work.row + RELEASE] = self.calendar.now
        if work.facility is not None:
            self.facilities.end_work(work.facility, work)
        self._go_on(work)

    def _end_hold(self, event: Any) -> None:
        work: Work = event.what
        if event.version != work.version:
            return
        work.hold_left = -1
        self.record.rows[work.row + RELEASE] = self.calendar.now
        assert work.facility is not None  # else units and owner would not part
        self.facilities.end_work(work.facility, work)

    def _end_move(self, event: Any) -> None:
        work: Work = event.what
        if event.version != work.version:
            return
        work.move_left = -1
        self.record.rows[work.row + ROW_END] = self.calendar.now
        self._go_on(work)

    def _end_kept(self, event: Any) -> None:
        """The work is done, but its units stay taken: no closing can stop it any more."""
        work: Work = event.what
        if event.version != work.version:
            return
        self.record.rows[work.row + ROW_END] = self.calendar.now
        assert work.facility is not None  # only units can be kept
        if work.facility.stops_work:
            work.facility.at_work.remove(work)
        work.owner.kept = work
        self._go_on(work)

    def _go_on(self, work: Work) -> None:
        if work.ended is not None:
            work.ended(work)
        else:
            work.owner.step += 1
            if self.calendar.caused:  # somebody was caused before: the owner comes after
                self.calendar.soon((self.proceed, work.owner))
            else:
                self.proceed(work.owner)

    def free_kept(self, mover: Mover) -> None:
        """The next operation is granted: units kept by blocking come free."""
        if mover.kept is not None:
            work, mover.kept = mover.kept, None
            self.record.rows[work.row + RELEASE] = self.calendar.now
            assert work.facility is not None
            self.facilities.give_back(work.facility, work.units)
