"""Loading bans of the reference engine that a queue calls and lifts, and the lots that they put off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engine.reference.calendar import key
from sim.engine.reference.standing import QueueBan
from sim.engine.reference.state import State
from sim.engine.rules import ARRIVAL, RISE


class QueueBans:
    """All bans of a run that queues call; ``depart`` is called with a lot whose departure they let take place."""

    def __init__(self, state: State, depart: Callable[[int], None]) -> None:
        self.calendar, self.draws, self.depart = state.calendar, state.draws, depart
        bans = state.plan.queue_bans
        columns = (bans.above, bans.below, bans.start_s, bans.end_s, bans.every_s)
        self.bans = [QueueBan(k, *row) for k, row in enumerate(zip(*(c.tolist() for c in columns), strict=True))]
        self.of_flow = bans.of_flow.tolist()
        facilities = state.facilities.items
        for ban, facility in zip(self.bans, bans.facility.tolist(), strict=True):
            facilities[facility].bans.append(ban)
            if ban.start_s < ban.end_s:
                self.calendar.at(max(ban.end_s, 0), key(RISE, len(facilities) + ban.index), self._end, ban)
        state.facilities.fewer_stand = self.fewer

    def refuses(self, lot: int) -> bool:
        """Whether a lot that is due now does not depart; it is put off, or lost."""
        if not self.bans:
            return False
        flow = int(self.draws.lot_flow[lot])
        if self.of_flow[flow] < 0:
            return False
        ban = self.bans[self.of_flow[flow]]
        now_s = self.calendar.now
        if ban.latest != (flow, now_s):
            ban.latest = (flow, now_s)
            ban.is_refused = ban.holds(now_s) or bool(ban.line)
        if ban.is_refused and ban.every_s >= 0:
            ban.line.append(lot)
        return ban.is_refused

    def is_lost(self, lot: int) -> bool:
        """Whether a refused lot never departs."""
        return self.bans[self.of_flow[int(self.draws.lot_flow[lot])]].every_s < 0

    def fewer(self, ban: QueueBan, units: int) -> None:
        """Units were given back where a ban looks."""
        ban.standing -= units
        if ban.is_called and ban.standing < ban.below:
            ban.is_called = False
            self._go_on(ban)

    def _end(self, event: Any) -> None:
        """The last day is over, whatever stands."""
        self._go_on(event.what)

    def _go_on(self, ban: QueueBan) -> None:
        """The next of those that wait departs after a while, if the ban does not hold then."""
        if ban.line and not ban.releases:
            ban.releases = True
            self.calendar.at(self.calendar.now + ban.every_s, key(ARRIVAL, ban.line[0]), self._release, ban)

    def _release(self, event: Any) -> None:
        ban: QueueBan = event.what
        ban.releases = False
        lot, now_s = ban.line[0], self.calendar.now
        if ban.holds(now_s):
            return
        while ban.line and self._departure(ban.line[0]) == self._departure(lot):
            self.depart(ban.line.popleft())
        self._go_on(ban)

    def _departure(self, lot: int) -> tuple[int, int]:
        """What departs together: flow and the second in which it was due."""
        return int(self.draws.lot_flow[lot]), int(self.draws.lot_time_s[lot])
