"""Stocks of things that come back: what is returned waits for a load, then travels on as a lot.

Returned units stand in batches in the order of their return; a load takes from the oldest. A batch, or
what is left of it, that has waited its time leaves the stock and wakes the next sleeping lot.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from sim.clock import NEVER_S
from sim.engine.calendar import DEADLINE, key
from sim.errors import DrawsExhausted

if TYPE_CHECKING:
    from sim.engine.facility import Facility
    from sim.engine.reference import Simulation


class Stocks:
    """The waiting batches of every stock from which units travel on."""

    def __init__(self, simulation: Simulation) -> None:
        self.sim = simulation
        plan, luck = simulation.plan, simulation.luck
        self.wait_s = plan.stock_wait_s.tolist()
        self.asleep = [luck.asleep_lot[a:b].tolist() for a, b in
                       zip(luck.asleep_ptr[:-1], luck.asleep_ptr[1:], strict=True)]  # fmt: skip
        self.woken = [0] * len(self.asleep)
        #: (units left, number of the batch), oldest first
        self.batches: dict[int, deque[list[int]]] = {
            f: deque() for f, wait in enumerate(self.wait_s) if plan.facility_stock[f] and wait < NEVER_S
        }
        #: the measure in which a stock's units are counted
        self.measure = {int(f): int(m) for f, m in zip(plan.need_facility, plan.need_measure, strict=True)
                        if f >= 0 and plan.facility_stock[f]}  # fmt: skip
        self.returns = 0
        self.ident = luck.n_lot + len(plan.vessel_name)  # stocks come after lots and vessels

    def returned(self, facility: int, units: int) -> None:
        """Note units that came back, before anybody takes them."""
        if facility in self.batches:
            self.returns += 1
            self.batches[facility].append([units, self.returns])
            when = self.sim.calendar.now + self.wait_s[facility]
            self.sim.calendar.at(when, key(DEADLINE, self.ident + facility, 0), self._waited, (facility, self.returns))

    def taken(self, facility: int, units: int) -> None:
        """A load takes units, those that came back first before those that were always here."""
        batches = self.batches.get(facility)
        while batches and units:
            part = min(batches[0][0], units)
            batches[0][0] -= part
            units -= part
            if not batches[0][0]:
                batches.popleft()

    def _waited(self, event: Any) -> None:
        facility, number = event._value
        batches = self.batches[facility]
        if not batches or batches[0][1] != number:
            return  # all of it found a load
        units = batches.popleft()[0]
        home: Facility = self.sim.facilities.items[facility]
        home.used += units
        at = self.woken[facility]
        if at >= len(self.asleep[facility]):
            raise DrawsExhausted(f"stock {home.name}: more journeys home than were drawn")
        self.woken[facility] += 1
        self.sim.wake(self.asleep[facility][at], facility, units)
