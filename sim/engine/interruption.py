"""How a simulation under way is ended from outside: engines ask now and then, in whatever thread they run.

Ctrl-C reaches Python in the main thread, between two of its own instructions. So the compiled engine comes back to
Python several times a second, and a thread that simulates asks here whether it should go on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_own = threading.local()


@contextmanager
def asking(go_on: Callable[[], None]) -> Iterator[None]:
    """While this lasts, engines of this thread call ``go_on`` now and then; it raises to end the simulation."""
    before = getattr(_own, "go_on", None)
    _own.go_on = go_on
    try:
        yield
    finally:
        _own.go_on = before


def ask() -> None:
    """Called by an engine: raises what ends the simulation, if it should end."""
    go_on = getattr(_own, "go_on", None)
    if go_on is not None:
        go_on()
