"""The calendar of the reference engine: SimPy's event heap with a declared order at one instant.

SimPy orders events by (time, priority, insertion). The priority given here is a key unique at its
instant, so insertion never decides: rank first, then the identifier of whom it concerns, then the
step. SimPy's own priorities are 0 and 1, so ranks start at 2. The compiled engine packs
the same order into two numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import simpy

#: Order of things at one instant.
RISE, END, FALL, ARRIVAL, DEADLINE = 2, 3, 4, 5, 6
#: So often within one second a ship may begin a step, or a depot look at its units, without any cargo moved: more
#: is an endless loop. Shipments need no such bound, since their programs end.
MOST_AT_ONE_SECOND = 100_000
_IDENT_BITS, _STEP_BITS = 32, 20


def key(rank: int, ident: int, step: int = 0) -> int:
    """Order of an event within its instant: rank, identifier, step (all non-negative)."""
    return (rank << (_IDENT_BITS + _STEP_BITS)) | (ident << _STEP_BITS) | step


class Occurrence(simpy.Event):
    """A SimPy event that has its value already, and one action, when its time comes."""

    _ok = True

    def __init__(self, action: Callable[[Any], None], what: Any, version: int) -> None:
        self.action = action
        self._value = what
        self.version = version


class Calendar(simpy.Environment):
    """SimPy's environment with keyed events, and what they cause at once.

    ``now`` is the present instant, in seconds since the run's origin. ``soon((action, what))`` queues an
    action that runs within it, in the order caused, before the next keyed event. ``stop_s`` is the last
    instant that is run; what happens may bring it forward. As SimPy's real-time environment does, this one
    steps in its own way: an event here has one action and never fails.
    """

    now = 0  # a plain attribute in place of SimPy's property: nothing is read more often

    def __init__(self, stop_s: int) -> None:
        super().__init__(initial_time=0)
        self.stop_s, self.events = stop_s, 0
        self.caused: deque[tuple[Callable[[Any], None], Any]] = deque()
        self.soon = self.caused.append

    def at(self, time_s: int, order: int, action: Callable[[Any], None], what: Any, version: int = 0) -> None:
        """Call ``action(event)`` at ``time_s``; the event carries ``_value`` (what) and ``version``."""
        heappush(self._queue, (time_s, order, next(self._eid), Occurrence(action, what, version)))  # type: ignore[misc]

    def run_before(self, before_s: float) -> bool:
        """Run the events before ``before_s``, each with all that it causes; False when none is left to run."""
        queue: list[Any] = self._queue
        caused, next_caused = self.caused, self.caused.popleft
        while queue and (time_s := queue[0][0]) <= self.stop_s:
            if time_s >= before_s:
                return True
            self.now = self._now = time_s
            self.events += 1
            event = heappop(queue)[3]
            event.action(event)
            while caused:
                action, what = next_caused()
                action(what)
        return False
