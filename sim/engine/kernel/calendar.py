"""The kernel's calendar: a heap of keyed events, and a ring of what they cause at once.

Order is that of ``sim.engine.calendar``: (time, rank, identifier, step, order of entry), here in two numbers. The
heap is 4-ary and holds its events by value, so that sifting touches few cache lines; which of two events is
earlier is computed without a branch, since no processor can guess it.
"""

from __future__ import annotations

from typing import Any

from sim.engine.kernel.layout import caused_at, event_at, inlined, is_before

# first number of a key: time 31 bits, rank 3, identifier 29; second: step 23, order of entry 36, action 4
IDENT_BITS, _RANK_BITS = 29, 3
_ENTRY_BITS, ACTION_BITS = 36, 4
#: Identifiers and twice the steps of all programs stay below these.
MOST_IDENTS, MOST_STEPS = 1 << IDENT_BITS, 1 << (63 - _ENTRY_BITS - ACTION_BITS)
_TIME_SHIFT, _STEP_SHIFT = IDENT_BITS + _RANK_BITS, _ENTRY_BITS + ACTION_BITS
_ACTION_MASK = (1 << ACTION_BITS) - 1
_LAST = (1 << 63) - 1  # behind every key


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

    It stands behind the heap until ``settle``. What would happen after the end is left out.
    """
    if time_s <= s.stop_s:
        first = (time_s << _TIME_SHIFT) | (rank << IDENT_BITS) | ident
        second = (step << _STEP_SHIFT) | (s.entered << ACTION_BITS) | action
        _put(s, s.n_events, first, second, what, version)
        s.entered += 1
        s.n_events += 1


@inlined
def settle(s: Any) -> None:
    """Take the event that has been done out of the heap and those that have been put in since into it.

    The last of these takes the place of the former: most events cause one other.
    """
    if s.top_is_done:
        s.top_is_done = 0
        s.n_events -= 1
        s.n_settled = min(s.n_settled, s.n_events)
        last = event_at(s, s.n_events)
        _sink(s, last.first, last.second, last.what, last.version)
    while s.n_settled < s.n_events:
        _rise(s, s.n_settled)
        s.n_settled += 1


@inlined
def _sink(s: Any, first: int, second: int, what: int, version: int) -> None:
    """Put an event at the top, which is free, or below it where it belongs."""
    left = s.n_settled
    place, child = 0, 1
    while child < left:
        least, least_first, least_second = _least_of_four(s, child, left)
        if is_before(first, second, least_first, least_second):  # type: ignore[call-arg]
            break
        event = event_at(s, least)
        _put(s, place, least_first, least_second, event.what, event.version)
        place, child = least, 4 * least + 1
    _put(s, place, first, second, what, version)


@inlined
def _rise(s: Any, place: int) -> None:
    """Move the event behind the heap to where it belongs."""
    event = event_at(s, place)
    first, second, what, version = event.first, event.second, event.what, event.version
    while place > 0:
        above = (place - 1) >> 2
        parent = event_at(s, above)
        if not is_before(first, second, parent.first, parent.second):  # type: ignore[call-arg]
            break
        _put(s, place, parent.first, parent.second, parent.what, parent.version)
        place = above
    _put(s, place, first, second, what, version)


@inlined
def _least_of_four(s: Any, child: int, left: int) -> tuple[int, int, int]:
    """Place and key of the earliest of four events from ``child`` on; those from ``left`` on are not there.

    Keys are carried along with the places: to read them again would double the time until the least is known.
    The table has room to read behind its last event.
    """
    one, other, third, fourth = child, child + 1, child + 2, child + 3
    a, b, c, d = event_at(s, one), event_at(s, other), event_at(s, third), event_at(s, fourth)
    a_first, a_second, b_second, c_second, d_second = a.first, a.second, b.second, c.second, d.second
    b_first = b.first if other < left else _LAST
    c_first = c.first if third < left else _LAST
    d_first = d.first if fourth < left else _LAST
    if is_before(b_first, b_second, a_first, a_second):  # type: ignore[call-arg]
        one, a_first, a_second = other, b_first, b_second
    if is_before(d_first, d_second, c_first, c_second):  # type: ignore[call-arg]
        third, c_first, c_second = fourth, d_first, d_second
    if is_before(c_first, c_second, a_first, a_second):  # type: ignore[call-arg]
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
