"""The kernel's calendar: a heap of keyed events, and a ring of what they cause at once.

Order and keys are those of ``sim.engine.calendar``: (time, key, order of entry). The heap is 4-ary and
holds its events by value, so that sifting touches few cache lines.
"""

from __future__ import annotations

from typing import Any

from sim.engine.calendar import _IDENT_BITS, _STEP_BITS
from sim.engine.kernel.layout import caused_at, event_at, helper, inlined

_RANK_SHIFT, _IDENT_SHIFT = _IDENT_BITS + _STEP_BITS, _STEP_BITS
ACTION_BITS = 4
_ACTION_MASK = (1 << ACTION_BITS) - 1


@inlined
def order_of(rank: int, ident: int, step: int) -> int:
    """Order of an event within its instant, as ``sim.engine.calendar.key``."""
    return (rank << _RANK_SHIFT) | (ident << _IDENT_SHIFT) | step


@inlined
def action_of(event: Any) -> int:
    """What an event does."""
    return event.tie & _ACTION_MASK


@inlined
def _before(time_s: int, order: int, tie: int, other: Any) -> bool:
    if time_s != other.time_s:
        return time_s < other.time_s
    if order != other.order:
        return order < other.order
    return tie < other.tie


@inlined
def _put(s: Any, place: int, time_s: int, order: int, tie: int, what: int, version: int) -> None:
    event = event_at(s, place)
    event.time_s, event.order, event.tie, event.what, event.version = time_s, order, tie, what, version


@helper
def enter(s: Any, time_s: int, order: int, action: int, what: int, version: int) -> None:
    """Put an event into the calendar; there is room, since it was looked for before this event began."""
    tie = (s.entered << ACTION_BITS) | action
    s.entered += 1
    place = s.n_events
    s.n_events += 1
    while place > 0:
        above = (place - 1) >> 2
        parent = event_at(s, above)
        if not _before(time_s, order, tie, parent):
            break
        _put(s, place, parent.time_s, parent.order, parent.tie, parent.what, parent.version)
        place = above
    _put(s, place, time_s, order, tie, what, version)


@helper
def drop_first(s: Any) -> None:
    """Take the first event out of the calendar."""
    s.n_events -= 1
    left = s.n_events
    if left == 0:
        return
    last = event_at(s, left)
    time_s, order, tie = last.time_s, last.order, last.tie
    place, child = 0, 1
    while child < left:
        first = child
        for other in range(child + 1, min(child + 4, left)):
            least, candidate = event_at(s, first), event_at(s, other)
            if _before(candidate.time_s, candidate.order, candidate.tie, least):
                first = other
        least = event_at(s, first)
        if _before(time_s, order, tie, least):
            break
        _put(s, place, least.time_s, least.order, least.tie, least.what, least.version)
        place = first
        child = 4 * place + 1
    _put(s, place, time_s, order, tie, last.what, last.version)


@inlined
def soon(s: Any, action: int, what: int) -> None:
    """Queue an action for this instant, before the next keyed event. The ring's length is a power of two."""
    place = (s.first_caused + s.n_caused) & (s.caused_room - 1)
    caused = caused_at(s, place)
    caused.action, caused.what = action, what
    s.n_caused += 1
