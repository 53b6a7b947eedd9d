"""Stocks of things that come back: what is returned waits for a load, then travels on as a lot.

Returned units stand in batches in the order of their return; a load takes from the oldest. A batch, or
what is left of it, that has waited its time leaves the stock and wakes a sleeping lot. Where it may go
to several stocks it goes where the greatest share has been taken, what is under way there counted; where
it would then lack less than here, the batch waits again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.clock import NEVER_S
from sim.engine.endless import stock_loops
from sim.engine.reference.calendar import key
from sim.engine.reference.facility import Facility
from sim.engine.reference.state import State
from sim.engine.rules import DEADLINE, MOST_AT_ONE_SECOND
from sim.errors import DrawsExhausted


class Stocks:
    """The waiting batches of every stock from which units travel on; ``wake(lot, need, units)`` sends one off."""

    def __init__(self, state: State, wake: Callable[[int, int, int], None]) -> None:
        self.state, self.wake = state, wake
        plan, draws = state.plan, state.draws
        self.wait_s = plan.stocks.wait_s.tolist()
        self.leave_need = plan.stocks.leave_need.tolist()
        #: journeys on from a stock: wake_ptr[f]:wake_ptr[f+1]
        self.wake_ptr = plan.wakes.ptr.tolist()
        self.flow, self.since_s = plan.wakes.flow.tolist(), plan.wakes.since_s.tolist()
        self.home = plan.wakes.home.tolist()
        self.asleep = [
            draws.asleep_lot[a:b].tolist() for a, b in zip(draws.asleep_ptr[:-1], draws.asleep_ptr[1:], strict=True)
        ]
        self.woken = [0] * len(self.asleep)
        #: number of the batch -> units left, oldest first
        self.batches: dict[int, dict[int, int]] = {
            f: {} for f, wait in enumerate(self.wait_s) if plan.stocks.is_stock[f] and wait < NEVER_S
        }
        #: lots on their way to a stock, with their units; those that have ended are dropped when it is asked
        self.under_way: dict[int, dict[int, int]] = {f: {} for f in range(len(self.wait_s))}
        self.asked_again: dict[int, tuple[int, int]] = {}  # stock -> second, and how often it looked again within it
        self.returns = 0
        self.ident = draws.n_lot + len(plan.vessels.name)  # stocks come after lots and vessels

    def returned(self, facility: int, units: int) -> None:
        """Note units that came back, before anybody takes them."""
        if facility in self.batches and units:
            self.returns += 1
            self.batches[facility][self.returns] = units
            self._set_deadline(facility, self.returns)

    def taken(self, facility: int, units: int) -> None:
        """A load takes units, those that came back first before those that were always here."""
        batches = self.batches.get(facility)
        while batches and units:
            oldest = next(iter(batches))
            part = min(batches[oldest], units)
            batches[oldest] -= part
            units -= part
            if not batches[oldest]:
                del batches[oldest]

    def _set_deadline(self, facility: int, batch: int) -> None:
        when = self.state.calendar.now + self.wait_s[facility]
        self.state.calendar.at(when, key(DEADLINE, self.ident + facility, 0), self._waited, (facility, batch))

    def _waited(self, event: Any) -> None:
        facility, batch = event.what
        if batch not in self.batches[facility]:
            return  # all of it found a load
        here: Facility = self.state.facilities.items[facility]
        # where the stock was shrunk meanwhile, what was taken away does not travel
        units = min(self.batches[facility][batch], here.capacity - here.used)
        journey = self._journey(facility, units)
        if here.waiting or journey is None:  # somebody waits for more than there is, or nobody lacks it more
            self._count_question(facility)
            return self._set_deadline(facility, batch)
        self.asked_again.pop(facility, None)
        del self.batches[facility][batch]
        need, home = self.leave_need[facility], self.home[journey]
        part = self.state.need_units[need] or units  # things counted one by one travel one by one
        while units > 0:
            lot = self._next_lot(journey, here.name)
            here.used += part
            units -= part
            self.under_way[home][lot] = part
            self.wake(lot, need, part)

    def _count_question(self, facility: int) -> None:
        now = self.state.calendar.now
        second_s, times = self.asked_again.get(facility, (now, 0))
        times = times + 1 if second_s == now else 1
        self.asked_again[facility] = now, times
        if times > MOST_AT_ONE_SECOND:
            raise stock_loops(self.state.plan, facility, now)

    def _journey(self, facility: int, units: int) -> int | None:
        """The journey in force to the stock of which the greatest share has been taken; ties to the first.

        None if that stock would then lack less than this one: nothing is gained by travelling.
        """
        in_force: dict[int, int] = {}
        for journey in range(self.wake_ptr[facility], self.wake_ptr[facility + 1]):
            if self.since_s[journey] <= self.state.calendar.now:
                in_force[self.flow[journey]] = journey
        best, lack, of = None, 0, 0
        for journey in in_force.values():
            if self.home[journey] < 0:
                continue  # closed: no way there now
            taken, most = self._taken(self.home[journey])
            if best is None or taken * of > lack * most:
                best, lack, of = journey, taken, most
        taken, most = self._taken(facility)
        return best if (lack - units) * most >= (taken + units) * of else None

    def _taken(self, facility: int) -> tuple[int, int]:
        """Units taken from a stock, less those on their way to it, and how many it began with (at least 1)."""
        away = self.under_way[facility] = {
            lot: units for lot, units in self.under_way[facility].items() if lot in self.state.alive
        }
        stock: Facility = self.state.facilities.items[facility]
        return stock.used - sum(away.values()), max(stock.capacity, 1)

    def _next_lot(self, journey: int, name: str) -> int:
        at = self.woken[journey]
        if at >= len(self.asleep[journey]):
            raise DrawsExhausted(f"depot {name}: more empty journeys than were drawn")
        self.woken[journey] += 1
        return self.asleep[journey][at]
