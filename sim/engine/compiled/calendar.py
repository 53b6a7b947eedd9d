"""The kernel's calendar: events by their keys, and a ring of what they cause at once.

Order is that of ``reference.calendar``: (time, rank, identifier, step, order of entry), here in two numbers. What is to
come within the present minute stands in a heap. The rest waits unsorted, in a bucket for each minute of a window of some
days, and beyond that in one list: most events are put off once and are sorted among a few.

The heap is 4-ary and holds its events by value, so that sifting touches few cache lines; which of two events is
earlier is computed without a branch, since no processor can guess it.
"""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.layout import (
    MOVER,
    NONE,
    bucket_at,
    caused_at,
    event_at,
    filled_at,
    helper,
    inlined,
    later_at,
    new_event_at,
)
from sim.engine.compiled.lists import give_later, take_later
from sim.engine.compiled.machine import fetch_ahead, is_before, next_bit, stands_alone

# first number of a key: time 31 bits, rank 3, identifier 29; second: step 23, order of entry 36, action 4
IDENT_BITS, _RANK_BITS = 29, 3
_ENTRY_BITS, ACTION_BITS = 36, 4
#: Identifiers and twice the steps of all programs stay below these.
MOST_IDENTS, MOST_STEPS = 1 << IDENT_BITS, 1 << (63 - _ENTRY_BITS - ACTION_BITS)
_TIME_SHIFT, _STEP_SHIFT = IDENT_BITS + _RANK_BITS, _ENTRY_BITS + ACTION_BITS
_ACTION_MASK = (1 << ACTION_BITS) - 1
#: First number of a place without an event: behind every key.
LAST = (1 << 63) - 1
#: A bucket holds 64 seconds, a window so many buckets: twelve days.
BUCKETS = 1 << 14
_BUCKET_SHIFT, _PLACE, _BITS = _TIME_SHIFT + 6, BUCKETS - 1, 63
_MOVER_BYTES = MOVER.itemsize


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
    """Take the event that has been done out of the calendar, and those in that have been entered since.

    The next event, if there is one, is at the top of the heap afterwards.
    """
    if s.top_is_done:
        s.top_is_done = 0
        s.n_events -= 1
        s.n_heap -= 1
        event = event_at(s, s.n_heap)
        first, second, what, version = event.first, event.second, event.what, event.version
        event.first = LAST  # nothing stands there any more
        if s.n_heap:
            _sink(s, first, second, what, version)
    while s.n_new:
        s.n_new -= 1
        s.n_events += 1
        event = new_event_at(s, s.n_new)
        if event.first >> _BUCKET_SHIFT > s.present:
            slot = take_later(s)
            later = later_at(s, slot)
            later.first, later.second, later.what, later.version = event.first, event.second, event.what, event.version
            _put_off(s, slot)
        else:
            _to_heap(s, event.first, event.second, event.what, event.version)
    while s.n_heap == 0 and s.n_events:
        _go_on(s)


@inlined
def _to_heap(s: Any, first: int, second: int, what: int, version: int) -> None:
    s.n_heap += 1
    _rise(s, s.n_heap - 1, first, second, what, version)


@inlined
def _put_off(s: Any, slot: int) -> None:
    """Put an event into its bucket, or among those beyond the window."""
    later = later_at(s, slot)
    number = later.first >> _BUCKET_SHIFT
    if number < s.window_end:
        bucket = bucket_at(s, number & _PLACE)
        later.next = bucket.value
        bucket.value = slot
        filled_at(s, (number & _PLACE) >> 6).value |= 1 << (number & _BITS)
    else:
        later.next = s.far
        s.far = slot


@helper
def _go_on(s: Any) -> None:
    """Put what is in the next bucket into the heap; where there is none, go on to the window of the next event."""
    number, clear = s.present + 1, 64
    while number < s.window_end:
        clear = next_bit(filled_at(s, (number & _PLACE) >> 6).value, number & _BITS)
        if clear < 64:
            break
        number = (number | _BITS) + 1
    if number < s.window_end:
        s.present = number + clear
        bucket = bucket_at(s, s.present & _PLACE)
        slot = bucket.value
        bucket.value = NONE
        filled_at(s, (s.present & _PLACE) >> 6).value ^= 1 << (s.present & _BITS)
        while slot != NONE:
            later = later_at(s, slot)
            fetch_ahead(s.movers + later.what * _MOVER_BYTES)  # if it is a mover's event, which most are
            following = later.next
            _to_heap(s, later.first, later.second, later.what, later.version)
            give_later(s, slot)
            slot = following
    else:
        _open_window(s)


@helper
def _open_window(s: Any) -> None:
    stands_alone()
    slot, first = s.far, LAST
    while slot != NONE:
        first = min(first, later_at(s, slot).first)
        slot = later_at(s, slot).next
    begin = (first >> _BUCKET_SHIFT) & ~_PLACE
    s.present, s.window_end = begin - 1, begin + BUCKETS
    slot = s.far
    s.far = NONE
    while slot != NONE:
        following = later_at(s, slot).next
        _put_off(s, slot)
        slot = following


@inlined
def _sink(s: Any, first: int, second: int, what: int, version: int) -> None:
    """Put an event at the top, which is free, or below it where it belongs."""
    place, child = 0, 1
    while child < s.n_heap:
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
