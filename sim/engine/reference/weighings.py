"""Weighings of the reference engine: a lot goes on, or leaves at its origin, by what is published of its flow."""

from __future__ import annotations

from math import isqrt

from sim.clock import DAY_S, MINUTE_S
from sim.engine.reference.mover import Mover
from sim.engine.reference.state import State


class Published:
    """The journeys of one flow that went on, in whole minutes, whose squares add up within 64 bits, as they are published.

    ``known_s`` has one element for each month that has ended. Sums are (number, sum, sum of squares).
    """

    def __init__(self, state: State, number: int) -> None:
        weighings = state.plan.weighings
        assert weighings is not None
        self.usual_s, self.late_s, self.permille, self.after, self.over = (
            int(column[number])
            for column in (weighings.usual_s, weighings.late_s, weighings.permille, weighings.after, weighings.over)
        )
        self.month_end_s = weighings.month_end_s.tolist()
        self.known_s: list[int] = []
        self.arrived: dict[int, list[int]] = {}  # by month
        self.on_the_way: dict[int, list[int]] = {}  # by day of departure, of the minutes of that day

    def departed(self, now: int) -> None:
        """A lot has gone on."""
        _count(self.on_the_way.setdefault(now // DAY_S, [0, 0, 0]), now % DAY_S // MINUTE_S, 1)

    def came(self, since: int, now: int) -> None:
        """A lot that went on at ``since`` has arrived."""
        self.publish(now)
        _count(self.on_the_way[since // DAY_S], since % DAY_S // MINUTE_S, -1)
        _count(self.arrived.setdefault(len(self.known_s), [0, 0, 0]), (now - since) // MINUTE_S, 1)

    def now_s(self, now: int) -> int:
        """What is known to a lot that departs now."""
        self.publish(now)
        last = len(self.known_s) - self.after
        return self.known_s[last] if last >= 0 else self.usual_s

    def publish(self, now: int) -> None:
        """Close the months that have ended."""
        while len(self.known_s) < len(self.month_end_s) and now >= self.month_end_s[len(self.known_s)]:
            self.known_s.append(self._published(len(self.known_s)))

    def _published(self, month: int) -> int:
        end_s = self.month_end_s[month]
        number = total = squares = 0
        for k in range(max(month - self.over + 1, 0), month + 1):
            for_month = self.arrived.get(k, (0, 0, 0))
            number, total, squares = number + for_month[0], total + for_month[1], squares + for_month[2]
        for day, (n, born, born_2) in self.on_the_way.items():
            if (day + 1) * DAY_S <= end_s - self.late_s:
                since = (end_s - day * DAY_S) // MINUTE_S
                number += n
                total += n * since - born
                squares += n * since * since - 2 * since * born + born_2
        if not number:
            return self.usual_s
        mean = total // number
        spread = isqrt(max(squares // number - mean * mean, 0))
        return MINUTE_S * (mean + self.permille * spread // 1000)


class Weighings:
    """Who goes on, flow by flow."""

    def __init__(self, state: State) -> None:
        self.state = state
        weighings = state.plan.weighings
        self.of_flow = weighings.of_flow.tolist() if weighings else []
        self.published = [Published(state, k) for k in range(len(weighings.flow))] if weighings else []

    def weigh(self, mover: Mover, op: int) -> None:
        """Take the branch of least cost, at equal cost the first: what is known counts for the first one."""
        state, now = self.state, self.state.calendar.now
        published = self.published[self.of_flow[int(state.draws.lot_flow[mover.ident])]]
        ptr, target = state.plan.choices.ptr, state.plan.choices.target
        first, drawn_at = int(ptr[op]), state.lot_draw[mover.ident] + state.program_draw[mover.step]
        costs = [int(state.move_s[drawn_at + k]) for k in range(int(ptr[op + 1]) - first)]
        costs[0] += published.now_s(now)
        chosen = costs.index(min(costs))
        if chosen == 0:
            published.departed(now)
            mover.weighed_s = now
        state.record.instant_row(mover.ident, -1, state.needs[op][0], chosen, now)
        mover.step += int(target[first + chosen])

    def came(self, mover: Mover) -> None:
        """A lot has come to its end."""
        if mover.weighed_s >= 0:
            flow = int(self.state.draws.lot_flow[mover.ident])
            self.published[self.of_flow[flow]].came(mover.weighed_s, self.state.calendar.now)


def _count(sums: list[int], minutes: int, by: int) -> None:
    sums[0] += by
    sums[1] += by * minutes
    sums[2] += by * minutes * minutes
