"""Facilities of the reference engine: limited units, a queue, a timeline of capacity.

A request is granted at once when units are free and nobody is ahead; otherwise it queues. Grants are
decided when units come free, not when the waiter resumes. A request for several facilities stands
in the queue of each and is granted when it is first in all of them and all have the units: all or
none, and nobody overtakes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.clock import NEVER_S
from sim.engine.calendar import FALL, RISE, Calendar, key
from sim.engine.trace import PAUSE
from sim.model.arrays import Discipline, Policy

if TYPE_CHECKING:
    from sim.engine.stocks import Stocks

#: Queues that a facility keeps: one, one a priority class, or one a side.
QUEUES = {Discipline.FIFO: 1, Discipline.PRIORITY: 8, Discipline.ALTERNATE: 2}
PAUSE_TO = PAUSE.index("to")


def _age(work: Work) -> tuple[int, int, int]:
    """Order of start; the latest is stopped first, at one start the highest identifier."""
    return (work.began_s, work.ident, work.step)


class Work:
    """A mover's claim on units, from the request to the release.

    ``started(work)`` is called when the units are granted; a process then runs through
    ``Facilities.run`` and ends with ``ended(work)``. ``owner`` is the lot, train or vessel.
    """

    __slots__ = ("began_s", "ended", "first_need", "hold_left", "ident", "last_need", "move_left", "op", "owner",
                 "pause", "priority", "row", "side", "since_s", "started", "step", "units", "version")  # fmt: skip

    def __init__(self, owner: Any, ident: int, priority: int, op: int, step: int, needs: tuple[int, int],
                 units: tuple[int, ...], row: int, started: Callable[[Work], None],
                 ended: Callable[[Work], None] | None, side: int = 0) -> None:  # fmt: skip
        self.owner, self.ident, self.priority, self.op, self.step = owner, ident, priority, op, step
        self.first_need, self.last_need = needs
        self.units, self.row, self.started, self.ended = units, row, started, ended
        self.side = side
        self.version = 0
        self.began_s = self.since_s = -1  # first start, and latest start or resumption
        self.hold_left = self.move_left = -1  # what was left then; -1 = over
        self.pause = -1  # offset of the open row in the table of pauses


class Facility:
    """One facility's state. ``queues`` has one queue, or one for each class or side."""

    __slots__ = ("at_work", "capacity", "discipline", "index", "last_side", "name", "next_zero_s", "policy", "queues",
                 "resets_s", "stock", "stopped", "timeline", "timeline_at", "used", "waiting")  # fmt: skip

    def __init__(self, index: int, name: str, policy: Policy, discipline: Discipline, stock: bool,
                 resets_s: list[int], timeline: list[tuple[int, int]]) -> None:  # fmt: skip
        self.index, self.name, self.policy, self.discipline = index, name, policy, discipline
        self.queues: list[deque[Work]] = [deque() for _ in range(QUEUES[discipline])]
        self.last_side = 1  # where sides alternate, side 0 goes first
        self.stock = stock  # may hold more than it began with
        self.resets_s = resets_s  # quotas: when used passes come back
        self.timeline, self.timeline_at = timeline, 0
        self.capacity = timeline[0][1]
        self.used = self.waiting = 0
        self.at_work: list[Work] = []  # kept only where a closing stops work
        self.stopped: list[Work] = []  # suspended, in order of their start
        self.next_zero_s = NEVER_S

    def first(self) -> Work | None:
        """The request that is served next, or None."""
        queues = self.queues if self.last_side else self.queues[::-1]
        for queue in queues:
            if queue:
                return queue[0]
        return None

    def queue_of(self, work: Work) -> deque[Work]:
        """The queue in which this work waits."""
        if self.discipline == Discipline.FIFO:
            return self.queues[0]
        return self.queues[work.side if self.discipline == Discipline.ALTERNATE else work.priority]

    def has_ahead(self, work: Work) -> bool:
        """Whether somebody is served before a new request."""
        if not self.waiting:
            return False
        return self.discipline != Discipline.PRIORITY or any(self.queues[: work.priority + 1])

    def take(self, work: Work, units: int) -> None:
        """Grant units. What is used of a stock may be below nothing: more came back than it began with."""
        self.used += units
        if self.discipline == Discipline.ALTERNATE:
            self.last_side = work.side

    def next_reset_s(self, now_s: int) -> int:
        """The first reset after ``now_s``."""
        return self.resets_s[bisect_right(self.resets_s, now_s)]


class Facilities:
    """All facilities of a run, with the calendar that ends their work and moves their capacity."""

    def __init__(self, calendar: Calendar, plan: Any, luck: Any, pauses: Any) -> None:
        self.calendar, self.pauses = calendar, pauses
        self.need_facility = plan.need_facility.tolist()
        self.items: list[Facility] = []
        times, capacities, ptr = luck.timeline_s.tolist(), luck.timeline_capacity.tolist(), luck.timeline_ptr.tolist()
        for f, name in enumerate(plan.facility_name):
            steps = list(zip(times[ptr[f] : ptr[f + 1]], capacities[ptr[f] : ptr[f + 1]], strict=True))
            facility = Facility(f, name, Policy(int(plan.facility_policy[f])),
                                Discipline(int(plan.facility_discipline[f])), bool(plan.facility_stock[f]),
                                plan.reset_s[plan.reset_ptr[f] : plan.reset_ptr[f + 1]].tolist(), steps)  # fmt: skip
            self.items.append(facility)
            self._look_ahead(facility)
            self._schedule_change(facility)

    # -- asking, granting, giving back

    def request(self, work: Work, hold_s: int = 0) -> bool:
        """Ask for the work's needs. True: granted now. False: it queues and ``started`` is called later.

        ``hold_s`` is how long the units will be held, for facilities that look ahead to their closing.
        """
        work.hold_left = hold_s
        granted = True
        for k in range(work.first_need, work.last_need):
            f = self.need_facility[k]
            if f >= 0:
                facility = self.items[f]
                if facility.has_ahead(work) or not self._has_room(facility, work, k):
                    granted = False
                    break
        for k in range(work.first_need, work.last_need):
            f = self.need_facility[k]
            if f >= 0:
                facility = self.items[f]
                if granted:
                    facility.take(work, work.units[k - work.first_need])
                    self.stocks.taken(f, work.units[k - work.first_need])
                else:
                    facility.queue_of(work).append(work)
                    facility.waiting += 1
        return granted

    def give_back(self, need: int, units: int) -> None:
        """Return units of one need and serve who waits for them."""
        facility = self.items[self.need_facility[need]]
        facility.used -= units
        if facility.waiting or facility.stopped:
            self.serve(facility)

    def serve(self, facility: Facility) -> None:
        """Resume stopped work, then grant waiting requests, as far as the units go."""
        due = [facility]
        while due:
            here = due.pop()
            while here.stopped and self._fits(here, here.stopped[0]):
                self._resume(here, here.stopped.pop(0))
            while True:
                work = here.first()
                if work is None or not self._grantable(work):
                    break
                for k in range(work.first_need, work.last_need):
                    f = self.need_facility[k]
                    if f >= 0:
                        other = self.items[f]
                        other.queue_of(work).popleft()
                        other.waiting -= 1
                        other.take(work, work.units[k - work.first_need])
                        self.stocks.taken(f, work.units[k - work.first_need])
                        if other is not here:
                            due.append(other)
                self.calendar.soon(work.started, work)

    def _fits(self, facility: Facility, work: Work) -> bool:
        return facility.used + work.units[0] <= facility.capacity

    def _has_room(self, facility: Facility, work: Work, need: int) -> bool:
        if facility.stopped or facility.used + work.units[need - work.first_need] > facility.capacity:
            return False
        if facility.capacity == 0 and not facility.stock:  # a load of no units does not slip through a closed door
            return False
        return facility.policy != Policy.NOT_STARTED or self.calendar.now + work.hold_left <= facility.next_zero_s

    def _grantable(self, work: Work) -> bool:
        for k in range(work.first_need, work.last_need):
            f = self.need_facility[k]
            if f >= 0:
                facility = self.items[f]
                if facility.first() is not work or not self._has_room(facility, work, k):
                    return False
        return True

    # -- work in progress on a facility that closing stops

    def track(self, work: Work, facility: Facility) -> None:
        """Note running work where a fall of capacity may stop it."""
        if facility.policy in (Policy.SUSPEND, Policy.RESTART):
            facility.at_work.append(work)

    def untrack(self, work: Work, facility: Facility) -> None:
        """Its units are given back, or kept only by blocking: no closing can stop it any more."""
        if facility.policy in (Policy.SUSPEND, Policy.RESTART):
            facility.at_work.remove(work)

    def _stop(self, facility: Facility, work: Work) -> None:
        now = self.calendar.now
        facility.at_work.remove(work)
        facility.used -= work.units[0]
        if facility.policy == Policy.SUSPEND:
            elapsed = now - work.since_s
            work.hold_left -= elapsed
            work.move_left = work.move_left - elapsed if work.move_left >= 0 else -1
        work.version += 1  # what the calendar still holds for this work is void
        work.pause = len(self.pauses) + PAUSE_TO
        self.pauses.extend((work.ident, work.first_need, now, -1))
        facility.stopped.append(work)

    def _resume(self, facility: Facility, work: Work) -> None:
        self.pauses[work.pause] = work.since_s = self.calendar.now
        facility.used += work.units[0]
        facility.at_work.append(work)
        self.resumed(work)

    #: Set by the simulation: the stocks that note what is taken.
    stocks: Stocks
    #: Set by the simulation: schedules the ends of a resumed work.
    resumed: Callable[[Work], None]

    # -- capacity in time

    def _schedule_change(self, facility: Facility) -> None:
        nxt = facility.timeline_at + 1
        if nxt < len(facility.timeline):
            time_s, capacity = facility.timeline[nxt]
            rank = RISE if capacity > facility.timeline[nxt - 1][1] else FALL
            self.calendar.at(time_s, key(rank, facility.index), self._change, facility)

    def _look_ahead(self, facility: Facility) -> None:
        facility.next_zero_s = next(
            (t for t, c in facility.timeline[facility.timeline_at + 1 :] if c == 0), NEVER_S
        ) if facility.policy == Policy.NOT_STARTED else NEVER_S  # fmt: skip

    def _change(self, event: Any) -> None:
        facility: Facility = event._value
        facility.timeline_at += 1
        before, facility.capacity = facility.capacity, facility.timeline[facility.timeline_at][1]
        self._look_ahead(facility)
        if facility.capacity > before:
            self.serve(facility)
        elif facility.at_work and facility.used > facility.capacity:
            for work in sorted(facility.at_work, key=_age, reverse=True):
                if facility.used <= facility.capacity:
                    break
                self._stop(facility, work)
            facility.stopped.sort(key=_age)  # who started first resumes first
        self._schedule_change(facility)
