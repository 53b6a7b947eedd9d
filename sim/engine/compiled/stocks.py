"""Stocks of the kernel: batches of returned units that find a load or travel on, as in ``reference.stocks``."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.calendar import enter, soon
from sim.engine.compiled.codes import JOURNEYS_USED_UP, PROCEED, STOCK_LOOPS, STOCK_WAITED
from sim.engine.compiled.layout import (
    NONE,
    asleep_at,
    batch_at,
    facility_at,
    helper,
    lot_size_at,
    mover_at,
    need_at,
    returned_at,
    size_at,
    wake_at,
)
from sim.engine.compiled.lists import append_batch, drop_batch, give_batch, take_batch
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import instant_row, new_lot
from sim.engine.rules import DEADLINE, MOST_AT_ONE_SECOND


@helper
def returned(s: Any, f: int, units: int) -> None:
    """Note units that came back, before anybody takes them."""
    stands_alone()
    facility = facility_at(s, f)
    if not facility.tells or units == 0:
        return
    s.returns += 1
    slot = take_batch(s)
    batch = batch_at(s, slot)
    batch.facility, batch.number, batch.units = f, s.returns, units
    append_batch(s, returned_at(s, f), slot)
    _enter_deadline(s, slot)


@helper
def taken(s: Any, f: int, units: int) -> None:
    """A load takes units, those that came back first before those that were always here."""
    stands_alone()
    if not facility_at(s, f).tells:
        return
    batches = returned_at(s, f)
    while batches.first != NONE and units != 0:
        batch = batch_at(s, batches.first)
        part = min(batch.units, units)
        batch.units -= part
        units -= part
        if batch.units == 0:
            _end_batch(s, batches.first)


@helper
def _end_batch(s: Any, slot: int) -> None:
    """The batch has left the stock; its number is never seen again."""
    batch = batch_at(s, slot)
    drop_batch(s, returned_at(s, batch.facility), slot)
    batch.number = NONE
    give_batch(s, slot)


@helper
def _enter_deadline(s: Any, slot: int) -> None:
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
def _wake(s: Any, lot: int, need: int, units: int, home: int) -> None:
    """A sleeping lot sets out with units that leave a stock by ``need``."""
    slot = new_lot(s, lot)
    mover, leaves = mover_at(s, slot), need_at(s, need)
    own, size = lot * s.n_measure, slot * s.n_measure
    one = lot_size_at(s, own + leaves.measure).value
    for k in range(s.n_measure):
        if leaves.units == 0 and one > 0:
            size_at(s, size + k).value = units * lot_size_at(s, own + k).value // one
        else:  # counted one by one: they alone
            size_at(s, size + k).value = units if k == leaves.measure else 0
    instant_row(s, lot, -1, need, units)
    mover.home, mover.part = home, units
    facility_at(s, home).under_way += units
    soon(s, PROCEED, slot)


@helper
def stock_waited(s: Any, slot: int, number: int) -> None:
    """A batch has waited its time without a load: it travels on, or waits again."""
    stands_alone()
    batch = batch_at(s, slot)
    if batch.number != number:
        return  # all of it found a load
    f = batch.facility
    here = facility_at(s, f)
    # where the stock was shrunk meanwhile, what was taken away does not travel
    units = min(batch.units, here.capacity - here.used)
    chosen = _journey(s, f, units)
    if here.waiting or chosen == NONE:  # somebody waits for more than there is, or nobody lacks it more
        _count_question(s, f)
        _enter_deadline(s, slot)
        return
    here.asked_again = 0
    _end_batch(s, slot)
    wake = wake_at(s, chosen)
    part = need_at(s, here.leave_need).units
    if part == 0:
        part = units
    while units > 0:
        if wake.asleep >= wake.asleep_last:
            s.status, s.culprit = JOURNEYS_USED_UP, f
            return
        lot = asleep_at(s, wake.asleep).value
        wake.asleep += 1
        here.used += part
        units -= part
        _wake(s, lot, here.leave_need, part, wake.home)


@helper
def _count_question(s: Any, f: int) -> None:
    """Questions within one second, since units last left: too many are an endless loop."""
    here = facility_at(s, f)
    if here.asked_s != s.now:
        here.asked_s, here.asked_again = s.now, 0
    here.asked_again += 1
    if here.asked_again > MOST_AT_ONE_SECOND:
        s.status, s.culprit = STOCK_LOOPS, f


@helper
def _journey(s: Any, f: int, units: int) -> int:
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
