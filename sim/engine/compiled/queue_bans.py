"""Loading bans of the kernel that a queue calls and lifts, as ``sim.engine.reference.queue_bans`` defines them."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.calendar import enter, soon
from sim.engine.compiled.codes import BAN_ENDS, BAN_RELEASES, PROCEED
from sim.engine.compiled.layout import (
    NONE,
    ban_of_flow_at,
    facility_at,
    helper,
    inlined,
    lot_flow_at,
    lot_time_at,
    put_off_at,
    queue_ban_at,
)
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import depart
from sim.engine.rules import ARRIVAL, RISE


@helper
def enter_ends_of_bans(s: Any) -> None:
    """Put the last day of each ban into the calendar."""
    stands_alone()
    for b in range(s.n_queue_ban):
        ban = queue_ban_at(s, b)
        if ban.start_s < ban.end_s:
            enter(s, max(ban.end_s, 0), RISE, s.n_facility + b, 0, BAN_ENDS, b, 0)


@inlined
def _holds(s: Any, ban: Any) -> bool:
    return ban.called and ban.start_s <= s.now and s.now < ban.end_s


@helper
def ban_of(s: Any, lot: int) -> int:
    """The ban of a lot's flow, or NONE."""
    return ban_of_flow_at(s, lot_flow_at(s, lot).value).value


@helper
def refuses(s: Any, b: int, lot: int) -> bool:
    """Whether a lot that is due now does not depart; it is put off, or lost."""
    ban = queue_ban_at(s, b)
    flow = lot_flow_at(s, lot).value
    if ban.latest_flow != flow or ban.latest_s != s.now:
        ban.latest_flow, ban.latest_s = flow, s.now
        ban.refused = _holds(s, ban) or ban.next < ban.last
    if ban.refused and ban.every_s >= 0:
        put_off_at(s, ban.last).value = lot
        ban.last += 1
    return ban.refused


@helper
def more_stand(s: Any, f: int, units: int) -> None:
    """A claim is made: what stands may call a ban."""
    b = facility_at(s, f).ban
    while b != NONE:
        ban = queue_ban_at(s, b)
        ban.standing += units
        if ban.standing > ban.above:
            ban.called = True
        b = ban.other


@helper
def fewer_stand(s: Any, f: int, units: int) -> None:
    """Units were given back where a ban looks."""
    stands_alone()
    b = facility_at(s, f).ban
    while b != NONE:
        ban = queue_ban_at(s, b)
        ban.standing -= units
        if ban.called and ban.standing < ban.below:
            ban.called = False
            let_go_on(s, b)
        b = ban.other


@helper
def let_go_on(s: Any, b: int) -> None:
    """The next of those that wait departs after a while, if the ban does not hold then."""
    ban = queue_ban_at(s, b)
    if ban.next < ban.last and not ban.releases:
        ban.releases = True
        enter(s, s.now + ban.every_s, ARRIVAL, put_off_at(s, ban.next).value, 0, BAN_RELEASES, b, 0)


@helper
def leave_together(s: Any, b: int) -> int:
    """How many of those that wait were due together with the first of them."""
    ban = queue_ban_at(s, b)
    first = put_off_at(s, ban.next).value
    k = ban.next
    while k < ban.last:
        lot = put_off_at(s, k).value
        if lot_flow_at(s, lot).value != lot_flow_at(s, first).value:
            break
        if lot_time_at(s, lot).value != lot_time_at(s, first).value:
            break
        k += 1
    return k - ban.next


@helper
def release(s: Any, b: int) -> None:
    """Those that are first in line depart, unless the ban holds again."""
    stands_alone()
    ban = queue_ban_at(s, b)
    ban.releases = False
    if _holds(s, ban):
        return
    for _ in range(leave_together(s, b)):
        soon(s, PROCEED, depart(s, put_off_at(s, ban.next).value))
        ban.next += 1
    let_go_on(s, b)
