"""The kernel's calendar: a heap of keyed events, and a ring of what they cause at once.

Order is that of ``reference.calendar``: (time, rank, identifier, step, order of entry), here in two numbers. The
heap is 4-ary and holds its events by value, so that sifting touches few cache lines; which of two events is
earlier is computed without a branch, since no processor can guess it.
"""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.layout import caused_at, event_at, inlined, new_event_at
from sim.engine.compiled.machine import is_before

# first number of a key: time 31 bits, rank 3, identifier 29; second: step 23, order of entry 36, action 4
IDENT_BITS, _RANK_BITS = 29, 3
_ENTRY_BITS, ACTION_BITS = 36, 4
#: Identifiers and twice the steps of all programs stay below these.
MOST_IDENTS, MOST_STEPS = 1 << IDENT_BITS, 1 << (63 - _ENTRY_BITS - ACTION_BITS)
_TIME_SHIFT, _STEP_SHIFT = IDENT_BITS + _RANK_BITS, _ENTRY_BITS + ACTION_BITS
_ACTION_MASK = (1 << ACTION_BITS) - 1
#: First number of a place without an event: behind every key.
LAST = (1 << 63) - 1


@inlined
def time_of(event: Any) -> int:
    """When an event happens."""
    return event.first >> _TIME_SHIFT


@inlined
def action_of(event: Any) -> int:
    """What an event does."""
    return event.second & _ACTION_MASK


@inlined
def enter(s: Any, time_s: int, rank: int, ident: int, step: int, action: int, what: int, version: int) -> None:
    """Put an event into the calendar; there is room, since it was looked for before this event began.

    It stands among the new ones until ``settle``. What would happen after the end is left out.
    """
    if time_s <= s.stop_s:
        first = (time_s << _TIME_SHIFT) | (rank << IDENT_BITS) | ident
        second = (step << _STEP_SHIFT) | (s.entered << ACTION_BITS) | action
        event = new_event_at(s, s.n_new)
        event.first, event.second, event.what, event.version = first, second, what, version
        s.entered += 1
        s.n_new += 1


@inlined
def settle(s: Any) -> None:
    """Take the event that has been done out of the heap and those that have been entered since into it.

    The last of these takes the place of the former: most events cause one other.
    """
    if s.top_is_done:
        s.top_is_done = 0
        if s.n_new:
            s.n_new -= 1
            event = new_event_at(s, s.n_new)
        else:
            s.n_events -= 1
            event = event_at(s, s.n_events)
        first, second, what, version = event.first, event.second, event.what, event.version
        event.first = LAST  # nothing stands there any more
        _sink(s, first, second, what, version)
    while s.n_new:
        s.n_new -= 1
        event = new_event_at(s, s.n_new)
        s.n_events += 1
        _rise(s, s.n_events - 1, event.first, event.second, event.what, event.version)


@inlined
def _sink(s: Any, first: int, second: int, what: int, version: int) -> None:
    """Put an event at the top, which is free, or below it where it belongs."""
    place, child = 0, 1
    while child < s.n_events:
        least, least_first, least_second = _least_of_four(s, child)
        if is_before(first, second, least_first, least_second):
            break
        event = event_at(s, least)
        _put(s, place, least_first, least_second, event.what, event.version)
        place, child = least, 4 * least + 1
    _put(s, place, first, second, what, version)


@inlined
def _rise(s: Any, place: int, first: int, second: int, what: int, version: int) -> None:
    """Put an event at a place behind the heap, or above it where it belongs."""
    while place > 0:
        above = (place - 1) >> 2
        parent = event_at(s, above)
        if not is_before(first, second, parent.first, parent.second):
            break
        _put(s, place, parent.first, parent.second, parent.what, parent.version)
        place = above
    _put(s, place, first, second, what, version)


@inlined
def _least_of_four(s: Any, child: int) -> tuple[int, int, int]:
    """Place and key of the earliest of four events from ``child`` on; places behind the heap are later than any event.

    Keys are carried along with the places: to read them again would double the time until the least is known.
    """
    one, third = child, child + 2
    a, b, c, d = event_at(s, one), event_at(s, child + 1), event_at(s, third), event_at(s, child + 3)
    a_first, a_second, c_first, c_second = a.first, a.second, c.first, c.second
    b_first, b_second, d_first, d_second = b.first, b.second, d.first, d.second
    if is_before(b_first, b_second, a_first, a_second):
        one, a_first, a_second = child + 1, b_first, b_second
    if is_before(d_first, d_second, c_first, c_second):
        third, c_first, c_second = child + 3, d_first, d_second
    if is_before(c_first, c_second, a_first, a_second):
        one, a_first, a_second = third, c_first, c_second
    return one, a_first, a_second


@inlined
def _put(s: Any, place: int, first: int, second: int, what: int, version: int) -> None:
    event = event_at(s, place)
    event.first, event.second, event.what, event.version = first, second, what, version


@inlined
def soon(s: Any, action: int, what: int) -> None:
    """Queue an action for this instant, before the next keyed event. The ring's length is a power of two."""
    place = (s.first_caused + s.n_caused) & (s.caused_room - 1)
    caused = caused_at(s, place)
    caused.action, caused.what = action, what
    s.n_caused += 1
