"""How far a piece of work is: told replication by replication, over one run or over many."""

from __future__ import annotations

from collections.abc import Callable

#: Called with replications done, replications in all, and what is being worked on.
Progress = Callable[[int, int, str], None]


def nth_of(progress: Progress | None, k: int, n: int, what: str = "") -> Progress | None:
    """Progress of the ``k``-th of ``n`` runs (from 0), counted over all of them; ``what`` replaces the run's name."""
    if progress is None:
        return None
    return lambda done, total, name: progress(k * total + done, n * total, what or name)
