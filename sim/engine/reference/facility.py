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
from typing import Any

from sim.clock import NEVER_S
from sim.contract.plan import Discipline, Policy
from sim.contract.trace import PAUSE
from sim.engine.reference.calendar import Calendar, key
from sim.engine.reference.standing import QueueBan
from sim.engine.rules import FALL, QUEUES, RISE

PAUSE_TO = PAUSE.index("to")


def _age(work: Work) -> tuple[int, int, int]:
    """Order of start; the latest is stopped first, at one start the highest identifier."""
    return (work.began_s, work.owner.ident, work.step)


class Work:
    """An owner's claim on units, from the request to the release.

    ``owner`` is the lot, train or vessel, with its ``ident`` and ``priority``. ``started(work)`` is called
    when units that had to be waited for are granted, ``ended(work)`` when the owner of a process may go on.
    ``hold_left`` and ``move_left`` are the seconds until the units come free and until the owner goes on.
    ``more`` are further (need, facility, units), granted together with the first or not at all.
    """

    __slots__ = (
        "began_s",
        "ended",
        "facility",
        "hold_left",
        "more",
        "move_left",
        "need",
        "op",
        "owner",
        "pause",
        "row",
        "side",
        "since_s",
        "started",
        "step",
        "units",
        "version",
    )
    began_s: int  # first start
    since_s: int  # latest start or resumption
    pause: int  # offset, in the table of pauses, of the end of the open pause

    def __init__(
        self,
        owner: Any,
        op: int,
        step: int,
        need: int,
        facility: Facility | None,
        units: int,
        row: int,
        started: Callable[[Work], None],
        ended: Callable[[Work], None] | None = None,
        hold_s: int = 0,
        move_s: int = 0,
        side: int = 0,
    ) -> None:
        self.owner, self.op, self.step, self.row, self.side = owner, op, step, row, side
        self.need, self.facility, self.units = need, facility, units
        self.started, self.ended = started, ended
        self.hold_left, self.move_left = hold_s, move_s  # -1 = over
        self.version = 0  # goes up when what the calendar holds for this work becomes void
        self.more: tuple[tuple[int, Facility, int], ...] = ()

    def claims(self) -> list[tuple[int, Facility, int]]:
        """(need, facility, units) of all that it asks for."""
        return [*([(self.need, self.facility, self.units)] if self.facility else []), *self.more]


class Facility:
    """One facility's state. ``queues`` has one queue, or one for each class or side."""

    __slots__ = (
        "at_work",
        "bans",
        "capacity",
        "discipline",
        "index",
        "last_side",
        "looks_ahead",
        "name",
        "next_zero_s",
        "particular",
        "policy",
        "queues",
        "resets_s",
        "stock",
        "stopped",
        "stops_work",
        "timeline",
        "timeline_at",
        "used",
        "waiting",
    )

    def __init__(
        self,
        index: int,
        name: str,
        policy: Policy,
        discipline: Discipline,
        stock: bool,
        resets_s: list[int],
        timeline: list[tuple[int, int]],
    ) -> None:
        self.index, self.name, self.policy, self.discipline = index, name, policy, discipline
        self.stops_work = policy in (Policy.SUSPEND, Policy.RESTART)
        self.looks_ahead = policy == Policy.NOT_STARTED
        self.particular = stock or discipline == Discipline.ALTERNATE  # something is noted at each grant
        self.queues: list[deque[Work]] = [deque() for _ in range(QUEUES[discipline])]
        self.last_side = 1  # where sides alternate, side 0 goes first
        self.stock = stock  # may hold more than it began with
        self.resets_s = resets_s  # quotas: when used passes come back
        self.timeline, self.timeline_at = timeline, 0
        self.capacity = timeline[0][1]
        self.used = self.waiting = 0
        self.at_work: list[Work] = []  # kept only where a closing stops work
        self.stopped: list[Work] = []  # suspended, in order of their start
        self.bans: list[QueueBan] = []  # called and lifted by what stands here
        self.next_zero_s = NEVER_S

    def next_queue(self) -> deque[Work]:
        """The queue that is served next; somebody waits."""
        queues = self.queues
        if len(queues) == 1:
            return queues[0]
        return next(queue for queue in (queues if self.last_side else queues[::-1]) if queue)

    def queue_of(self, work: Work) -> deque[Work]:
        """The queue in which this work waits."""
        if len(self.queues) == 1:
            return self.queues[0]
        return self.queues[work.side if self.discipline == Discipline.ALTERNATE else work.owner.priority]

    def has_ahead(self, work: Work) -> bool:
        """Whether somebody is served before a new request."""
        if not self.waiting:
            return False
        return self.discipline != Discipline.PRIORITY or any(self.queues[: work.owner.priority + 1])

    def has_room(self, work: Work, units: int, now_s: int) -> bool:
        """Whether a request for so many units may be granted now."""
        capacity = self.capacity
        if self.used + units > capacity or self.stopped:
            return False
        if capacity == 0 and not self.stock:  # a load of no units does not slip through a closed door
            return False
        return not self.looks_ahead or now_s + work.hold_left <= self.next_zero_s

    def next_reset_s(self, now_s: int) -> int:
        """The first reset after ``now_s``."""
        return self.resets_s[bisect_right(self.resets_s, now_s)]


class Facilities:
    """All facilities of a run, with the calendar that ends their work and moves their capacity."""

    def __init__(self, calendar: Calendar, plan: Any, draws: Any, pauses: Any) -> None:
        self.calendar, self.pauses = calendar, pauses
        self.items: list[Facility] = []
        times, capacities = draws.timeline_s.tolist(), draws.timeline_capacity.tolist()
        ptr = draws.timeline_ptr.tolist()
        for f, name in enumerate(plan.facilities.name):
            steps = list(zip(times[ptr[f] : ptr[f + 1]], capacities[ptr[f] : ptr[f + 1]], strict=True))
            facility = Facility(
                f,
                name,
                Policy(int(plan.facilities.policy[f])),
                Discipline(int(plan.facilities.discipline[f])),
                bool(plan.stocks.is_stock[f]),
                plan.facilities.reset_s[plan.facilities.reset_ptr[f] : plan.facilities.reset_ptr[f + 1]].tolist(),
                steps,
            )
            self.items.append(facility)
            self._look_ahead(facility)
            self._schedule_change(facility)
        #: Facility of each need, None where nothing is occupied.
        self.of_need = [self.items[f] if f >= 0 else None for f in plan.needs.facility.tolist()]

    # -- asking, granting, giving back

    def request(self, work: Work) -> bool:
        """Ask for the work's units. True: granted now. False: it queues and ``started`` is called later."""
        if work.more:
            return self._request_all(work)
        facility = work.facility
        if facility is None:
            return True
        for ban in facility.bans:
            ban.more(work.units)
        if facility.waiting:
            refused = facility.has_ahead(work) or not facility.has_room(work, work.units, self.calendar.now)
        elif facility.looks_ahead or facility.stopped or not facility.capacity:
            refused = not facility.has_room(work, work.units, self.calendar.now)
        else:  # the common case, said again without a call: nobody waits, the door is open
            refused = facility.used + work.units > facility.capacity
        if refused:
            facility.queue_of(work).append(work)
            facility.waiting += 1
            return False
        facility.used += work.units
        if facility.particular:
            self._note(facility, work, work.units)
        return True

    def end_work(self, facility: Facility, work: Work) -> None:
        """A process has run its time: return its units."""
        if facility.stops_work:
            facility.at_work.remove(work)
        self.give_back(facility, work.units)

    def give_back(self, facility: Facility, units: int) -> None:
        """Return units and serve who waits for them."""
        facility.used -= units
        for ban in facility.bans:
            self.fewer_stand(ban, units)
        if facility.waiting or facility.stopped:
            self.serve(facility)

    def serve(self, facility: Facility) -> None:
        """Resume stopped work, then grant waiting requests, as far as the units go."""
        while facility.stopped and facility.used + facility.stopped[0].units <= facility.capacity:
            self._resume(facility, facility.stopped.pop(0))
        while facility.waiting:
            queue = facility.next_queue()
            work = queue[0]
            if work.more:
                if not self._grant_all(work, facility):
                    return
            elif facility.has_room(work, work.units, self.calendar.now):
                queue.popleft()
                facility.waiting -= 1
                facility.used += work.units
                if facility.particular:
                    self._note(facility, work, work.units)
            else:
                return
            self.calendar.soon((work.started, work))

    def _note(self, facility: Facility, work: Work, units: int) -> None:
        """What is used of a stock may be below nothing: more came back than it began with."""
        if facility.stock:
            self.taken(facility.index, units)
        elif facility.discipline == Discipline.ALTERNATE:
            facility.last_side = work.side

    # -- several facilities at once, all or none

    def _request_all(self, work: Work) -> bool:
        claims = work.claims()
        now = self.calendar.now
        for _, facility, units in claims:
            for ban in facility.bans:
                ban.more(units)
        granted = all(not f.has_ahead(work) and f.has_room(work, units, now) for _, f, units in claims)
        for _, facility, units in claims:
            if granted:
                facility.used += units
                self._note(facility, work, units)
            else:
                facility.queue_of(work).append(work)
                facility.waiting += 1
        return granted

    def _grant_all(self, work: Work, here: Facility) -> bool:
        """Grant a request that is first in all its queues, if all have room."""
        claims = work.claims()
        now = self.calendar.now
        if not all(f.next_queue()[0] is work and f.has_room(work, units, now) for _, f, units in claims):
            return False
        for _, facility, units in claims:
            facility.queue_of(work).popleft()
            facility.waiting -= 1
            facility.used += units
            self._note(facility, work, units)
            if facility is not here:  # who stood behind it there may be next
                self.calendar.soon((self.serve, facility))
        return True

    # -- work in progress on a facility that closing stops

    def _stop(self, facility: Facility, work: Work) -> None:
        now = self.calendar.now
        facility.at_work.remove(work)
        facility.used -= work.units
        if facility.policy == Policy.SUSPEND:
            elapsed = now - work.since_s
            work.hold_left -= elapsed
            work.move_left = work.move_left - elapsed if work.move_left >= 0 else -1
        work.version += 1  # what the calendar still holds for this work is void
        work.pause = len(self.pauses) + PAUSE_TO
        self.pauses.extend((work.owner.ident, work.need, now, -1))
        facility.stopped.append(work)

    def _resume(self, facility: Facility, work: Work) -> None:
        self.pauses[work.pause] = work.since_s = self.calendar.now
        facility.used += work.units
        facility.at_work.append(work)
        self.resumed(work)

    #: Set by the simulation: notes units that a load takes of a stock.
    taken: Callable[[int, int], None]
    #: Set by the bans that queues call: units were given back where one looks.
    fewer_stand: Callable[[QueueBan, int], None]
    #: Set by the works: schedules the ends of a resumed work.
    resumed: Callable[[Work], None]

    # -- capacity in time

    def _schedule_change(self, facility: Facility) -> None:
        nxt = facility.timeline_at + 1
        if nxt < len(facility.timeline):
            time_s, capacity = facility.timeline[nxt]
            rank = RISE if capacity > facility.timeline[nxt - 1][1] else FALL
            self.calendar.at(time_s, key(rank, facility.index), self._change, facility)

    def _look_ahead(self, facility: Facility) -> None:
        if facility.looks_ahead:
            coming = facility.timeline[facility.timeline_at + 1 :]
            facility.next_zero_s = next((t for t, c in coming if c == 0), NEVER_S)

    def _change(self, event: Any) -> None:
        facility: Facility = event.what
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
