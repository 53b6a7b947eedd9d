"""The calendar of the reference engine: SimPy's environment with a declared order at one instant.

SimPy orders events by (time, priority, insertion). The priority given here is a key unique at its
instant, so insertion never decides: rank first (``sim.engine.rules``), then the identifier of whom it concerns, then
the step. The compiled engine packs the same order into two numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import simpy

_IDENT_BITS, _STEP_BITS = 32, 20


def key(rank: int, ident: int, step: int = 0) -> int:
    """Order of an event within its instant: rank, identifier, step (all non-negative)."""
    return (rank << (_IDENT_BITS + _STEP_BITS)) | (ident << _STEP_BITS) | step


class Occurrence(simpy.Event):
    """A SimPy event that cannot fail, with one callback, ``what`` it is about and the ``version`` it holds for."""

    _ok = True

    def __init__(self, action: Callable[[Any], None], what: Any, version: int) -> None:
        self.callbacks = [action]
        self.what = what
        self.version = version


class Calendar(simpy.Environment):
    """SimPy's environment with keyed events, and what they cause at once.

    ``now`` is the present instant, in seconds since the run's origin. ``soon((action, what))`` queues an
    action that runs within it, in the order caused, before the next keyed event. ``stop_s`` is the last
    instant that is run; what happens may bring it forward.
    """

    now = 0  # a plain attribute in place of SimPy's property: nothing is read more often

    def __init__(self, stop_s: int) -> None:
        super().__init__(initial_time=0)
        self.stop_s, self.events = stop_s, 0
        self.caused: deque[tuple[Callable[[Any], None], Any]] = deque()
        self.soon = self.caused.append

    def at(self, time_s: int, order: int, action: Callable[[Any], None], what: Any, version: int = 0) -> None:
        """Call ``action(event)`` at ``time_s``; the event carries ``what`` and ``version``."""
        self.schedule(Occurrence(action, what, version), order, time_s - self.now)  # type: ignore[arg-type]

    def run_before(self, before_s: float) -> bool:
        """Run the events before ``before_s``, each with all that it causes; False when none is left to run."""
        caused, next_caused = self.caused, self.caused.popleft
        while (time_s := self.peek()) <= self.stop_s:
            if time_s >= before_s:
                return True
            self.now = int(time_s)
            self.events += 1
            self.step()
            while caused:
                action, what = next_caused()
                action(what)
        return False
