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


class _Occurrence(simpy.Event):
    """A SimPy event that has its value already and only waits for its time."""

    def __init__(self, env: simpy.Environment, action: Callable[[Any], None], what: Any, version: int) -> None:
        self.env = env
        self.callbacks = [action]
        self._value = what
        self._ok = True
        self.version = version


class Calendar:
    """Keyed events in time, and what they cause at once.

    ``soon`` queues an action that runs within the present instant, in the order caused, before the
    next keyed event.
    """

    def __init__(self) -> None:
        self.env = simpy.Environment(initial_time=0)
        self.events = 0
        self._soon: deque[tuple[Callable[[Any], None], Any]] = deque()

    @property
    def now(self) -> int:
        """The present instant, in seconds since the run's origin."""
        return self.env._now  # type: ignore[no-any-return]

    def at(self, time_s: int, order: int, action: Callable[[Any], None], what: Any, version: int = 0) -> None:
        """Call ``action(event)`` at ``time_s``; the event carries ``_value`` (what) and ``version``."""
        env = self.env
        env.schedule(_Occurrence(env, action, what, version), priority=order, delay=time_s - env._now)

    def soon(self, action: Callable[[Any], None], what: Any) -> None:
        """Call ``action(what)`` in this instant, after what was caused before."""
        self._soon.append((action, what))

    def next_time(self) -> float:
        """Time of the next keyed event, infinity if there is none."""
        return self.env.peek()

    def settle(self) -> None:
        """Run all that is due at once."""
        queue = self._soon
        while queue:
            action, what = queue.popleft()
            action(what)

    def step(self) -> None:
        """Run the next keyed event and all that it causes at once."""
        self.events += 1
        self.env.step()
        queue = self._soon
        while queue:
            action, what = queue.popleft()
            action(what)
