"""The calendar of the reference engine: SimPy's event heap with a declared order at one instant.

SimPy orders events by (time, priority, insertion). The priority given here is a key unique at its
instant, so insertion never decides: rank first, then the identifier of whom it concerns, then the
step. SimPy's own priorities are 0 and 1, so ranks start at 2. Both engines use ``key``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import simpy

#: Order of things at one instant.
RISE, END, FALL, ARRIVAL, DEADLINE = 2, 3, 4, 5, 6
_IDENT_BITS, _STEP_BITS = 32, 20


def key(rank: int, ident: int, step: int = 0) -> int:
    """Order of an event within its instant: rank, identifier, step (all non-negative)."""
    return (rank << (_IDENT_BITS + _STEP_BITS)) | (ident << _STEP_BITS) | step


class Occurrence(simpy.Event):
    """A SimPy event that has its value already and only waits for its time."""

    _ok = True

    def __init__(self, action: Callable[[Any], None], what: Any, version: int) -> None:
        self.callbacks = [action]
        self._value = what
        self.version = version


class Calendar:
    """Keyed events in time, and what they cause at once.

    ``now`` is the present instant, in seconds since the run's origin. ``soon((action, what))`` queues an
    action that runs within it, in the order caused, before the next keyed event. ``stop_s`` is the last
    instant that is run; what happens may bring it forward.
    """

    def __init__(self, stop_s: int) -> None:
        self.env = simpy.Environment(initial_time=0)
        self.now, self.stop_s, self.events = 0, stop_s, 0
        self._caused: deque[tuple[Callable[[Any], None], Any]] = deque()
        self.soon = self._caused.append

    def at(self, time_s: int, order: int, action: Callable[[Any], None], what: Any, version: int = 0) -> None:
        """Call ``action(event)`` at ``time_s``; the event carries ``_value`` (what) and ``version``."""
        self.env.schedule(Occurrence(action, what, version), order, time_s - self.now)  # type: ignore[arg-type]

    def run(self, before_s: float) -> bool:
        """Run the events before ``before_s``, each with all that it causes; False when none is left to run."""
        peek, step, caused, next_caused = self.env.peek, self.env.step, self._caused, self._caused.popleft
        while (time_s := peek()) <= self.stop_s:
            if time_s >= before_s:
                return True
            self.now = time_s  # type: ignore[assignment]  # SimPy's clock may be a float; this one never is
            self.events += 1
            step()
            while caused:
                action, what = next_caused()
                action(what)
        return False
