"""Stocks of the kernel: batches of returned units that find a load or travel on, as in ``sim.engine.stocks``."""

from __future__ import annotations

from typing import Any

from sim.engine.calendar import DEADLINE
from sim.engine.kernel.calendar import enter
from sim.engine.kernel.codes import STOCK_WAITED
from sim.engine.kernel.layout import NONE, batch_at, facility_at, helper, need_at, returned_at, wake_at
from sim.engine.kernel.lists import append_batch, drop_batch, give_batch, take_batch


@helper
def returned(s: Any, f: int, units: int) -> None:
    """Note units that came back, before anybody takes them."""
    facility = facility_at(s, f)
    if not facility.tells or units == 0:
        return
    s.returns += 1
    slot = take_batch(s)
    batch = batch_at(s, slot)
    batch.facility, batch.number, batch.units = f, s.returns, units
    append_batch(s, returned_at(s, f), slot)
    enter_deadline(s, slot)


@helper
def taken(s: Any, f: int, units: int) -> None:
    """A load takes units, those that came back first before those that were always here."""
    if not facility_at(s, f).tells:
        return
    batches = returned_at(s, f)
    while batches.first != NONE and units != 0:
        batch = batch_at(s, batches.first)
        part = min(batch.units, units)
        batch.units -= part
        units -= part
        if batch.units == 0:
            end_batch(s, batches.first)


@helper
def end_batch(s: Any, slot: int) -> None:
    """The batch has left the stock; its number is never seen again."""
    batch = batch_at(s, slot)
    drop_batch(s, returned_at(s, batch.facility), slot)
    batch.number = NONE
    give_batch(s, slot)


@helper
def enter_deadline(s: Any, slot: int) -> None:
    """Look at a batch again when it has waited its time."""
    batch = batch_at(s, slot)
    f = batch.facility
    ident = s.n_lot + s.n_vessel + f  # stocks come after lots and vessels
    enter(s, s.now + facility_at(s, f).wait_s, DEADLINE, ident, 0, STOCK_WAITED, slot, batch.number)


@helper
def most_woken(s: Any, slot: int, number: int) -> int:
    """How many lots a batch can wake at most."""
    batch = batch_at(s, slot)
    if batch.number != number:
        return 0
    part = need_at(s, facility_at(s, batch.facility).leave_need).units
    return -(-batch.units // part) if part else 1


@helper
def journey(s: Any, f: int, units: int) -> int:
    """The journey in force to the stock of which the greatest share has been taken; ties to the first.

    NONE if that stock would then lack less than this one. Of each flow the latest in force counts; flows
    stand in the order of their first journey in force.
    """
    here = facility_at(s, f)
    best, lack, of = NONE, 0, 0
    for first in range(here.wake_first, here.wake_last):
        wake = wake_at(s, first)
        if wake.since_s > s.now or _seen_before(s, here.wake_first, first):
            continue
        latest = first
        for later in range(first + 1, here.wake_last):
            other = wake_at(s, later)
            if other.flow == wake.flow and other.since_s <= s.now:
                latest = later
        home = wake_at(s, latest).home
        if home < 0:
            continue  # closed: no way there now
        stock = facility_at(s, home)
        absent, most = stock.used - stock.under_way, max(stock.capacity, 1)
        if best == NONE or absent * of > lack * most:
            best, lack, of = latest, absent, most
    absent, most = here.used - here.under_way, max(here.capacity, 1)
    return best if (lack - units) * most >= (absent + units) * of else NONE


@helper
def _seen_before(s: Any, start: int, nth: int) -> bool:
    wake = wake_at(s, nth)
    for earlier in range(start, nth):
        other = wake_at(s, earlier)
        if other.flow == wake.flow and other.since_s <= s.now:
            return True
    return False
