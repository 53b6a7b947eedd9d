"""A request for several facilities takes all of them at once or none, and nobody overtakes it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sim.engine.reference.calendar import Calendar
from sim.engine.reference.facility import Facilities, Work
from tests.oracle.line import line
from tests.oracle.world import departures, model


@dataclass
class Owner:
    """Somebody who asks."""

    name: str
    ident: int = 0
    priority: int = 0


@pytest.fixture
def yard(tmp_path):
    """A crane and a truck, of one unit each, and who was granted so far, in order."""
    steps = [(name, {"discipline": d}, {"duration": "1 h"}) for name, d in (("crane", "fifo"), ("truck", "priority"))]
    tables = line(steps, {"F": {"quantity_per_year": departures(1)}})
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-02")
    calendar = Calendar(stop_s=built.end_s)
    facilities = Facilities(calendar, built.plan, built.draw(0), [])
    crane, truck = (next(f for f in facilities.items if f.name == name) for name in ("crane", "truck"))
    granted: list[str] = []

    def ask(name, *wanted, priority=0):
        work = Work(Owner(name, priority=priority), 0, 0, 0, wanted[0], 1, 0, lambda w: granted.append(w.owner.name))
        work.more = tuple((0, facility, 1) for facility in wanted[1:])
        if facilities.request(work):
            granted.append(name)

    def free(facility):
        facilities.give_back(facility, 1)
        calendar.at(calendar.now, 0, lambda _: None, None)
        calendar.run_before(calendar.now + 1)

    return ask, free, crane, truck, granted


def test_it_takes_all_at_once(yard):
    ask, _, crane, truck, granted = yard
    ask("both", crane, truck)
    assert granted == ["both"]
    assert (crane.used, truck.used) == (1, 1)


def test_it_holds_nothing_while_it_waits_and_nobody_overtakes(yard):
    ask, free, crane, truck, granted = yard
    ask("first", crane)
    ask("both", crane, truck)
    ask("third", truck)  # the truck is free, but "both" came first
    assert granted == ["first"]
    assert truck.used == 0
    free(crane)
    assert granted == ["first", "both"]
    assert (crane.used, truck.used, truck.waiting) == (1, 1, 1)
    free(truck)
    assert granted == ["first", "both", "third"]


def test_it_needs_to_be_first_in_every_queue(yard):
    ask, free, crane, truck, granted = yard
    ask("trucker", truck)
    ask("both", truck, crane, priority=3)
    ask("urgent", truck, priority=1)
    free(truck)
    assert granted == ["trucker", "urgent"]
    assert crane.used == 0
    free(truck)
    assert granted == ["trucker", "urgent", "both"]


def test_a_grant_elsewhere_lets_the_next_pass(yard):
    """When "both" leaves the crane's queue, "second" behind it is looked at again, and has to wait for the unit."""
    ask, free, crane, truck, granted = yard
    ask("trucker", truck)
    ask("both", truck, crane)
    ask("second", crane)
    free(truck)
    assert granted == ["trucker", "both"]
    free(crane)
    assert granted == ["trucker", "both", "second"]
