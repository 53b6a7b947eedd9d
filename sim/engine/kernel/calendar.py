"""The kernel's calendar: a heap of keyed events, and a ring of what they cause at once.

Order is that of ``sim.engine.calendar``: (time, rank, identifier, step, order of entry), here in two numbers. The
heap is 4-ary and holds its events by value, so that sifting touches few cache lines; which of two events is
earlier is computed without a branch, since no processor can guess it.
"""

from __future__ import annotations

from typing import Any

from sim.engine.kernel.layout import caused_at, event_at, helper, inlined

# first number of a key: time 31 bits, rank 3, identifier 29; second: step 23, order of entry 36, action 4
IDENT_BITS, _RANK_BITS = 29, 3
_ENTRY_BITS, ACTION_BITS = 36, 4
#: Identifiers and twice the steps of all programs stay below these.
MOST_IDENTS, MOST_STEPS = 1 << IDENT_BITS, 1 << (63 - _ENTRY_BITS - ACTION_BITS)
_TIME_SHIFT, _STEP_SHIFT = IDENT_BITS + _RANK_BITS, _ENTRY_BITS + ACTION_BITS
_ACTION_MASK = (1 << ACTION_BITS) - 1


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


@helper
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
        if child + 3 < left:
            least = _earlier(s, _earlier(s, child, child + 1), _earlier(s, child + 2, child + 3))
        else:
            least = child
            for other in range(child + 1, left):
                least = _earlier(s, least, other)
        event = event_at(s, least)
        if _is_before(first, second, event):
            break
        _put(s, place, event.first, event.second, event.what, event.version)
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
        if not _is_before(first, second, parent):
            break
        _put(s, place, parent.first, parent.second, parent.what, parent.version)
        place = above
    _put(s, place, first, second, what, version)


@inlined
def _is_before(first: int, second: int, event: Any) -> bool:
    return (first < event.first) | ((first == event.first) & (second < event.second))


@inlined
def _earlier(s: Any, one: int, other: int) -> int:
    event = event_at(s, other)
    return other if _is_before(event.first, event.second, event_at(s, one)) else one


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
