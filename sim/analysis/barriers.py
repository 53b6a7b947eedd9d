"""What each barrier costs: hours of a lot by barrier and by the place where it stands.

The barrier's own time, which for acceptance is the wait for a pass. Waiting for officers and engines is
waiting for capacity, put down to the facility; the two together are what a removed barrier would save at most.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.analysis.ledger import Ledger
from sim.contract.plan import Cause


def barrier_at(barrier: str, node: str) -> str:
    """Name of a barrier at one place, such as ``documents@altynkol``."""
    return f"{barrier}@{node}"


def barrier_hours(book: Ledger) -> Iterator[tuple[str, float, float]]:
    """Mean hours a lot of the corridor's total that set out in the period, and the number of these; sorted by name.

    Yields each barrier (``documents``) with the sum over places, and after it each place of it
    (``documents@altynkol``). The sums add up to the cause "barrier" of the corridor.
    """
    in_total = next(flows for scope, flows in book.scopes() if scope == "corridor")
    counted = in_total[book.draws.lot_flow]
    n_lot = int((book.lots["reported"] & in_total[book.lots["flow"]]).sum())
    seg, some = book.segments, book.reported_segments
    some = some[np.flatnonzero(seg.cause[some] == Cause.BARRIER)]
    some = some[counted[seg.lot[some]]]
    n_node = len(book.plan.node_name)
    at = seg.place[some].astype(np.int64) * n_node + seg.node[some]
    keys = np.flatnonzero(np.bincount(at))
    hours = np.bincount(at, weights=seg.lasts_s[some])[keys] / 3600 / max(n_lot, 1)
    totals: dict[str, dict[str, float]] = {}
    for key, of_place in zip(keys.tolist(), hours.tolist(), strict=True):
        place, node = divmod(key, n_node)
        barrier = seg.places[place]
        totals.setdefault(barrier, {})[barrier_at(barrier, book.plan.node_name[node])] = of_place
    for barrier in sorted(totals):
        yield barrier, sum(totals[barrier].values()), float(n_lot)
        yield from ((name, of_place, float(n_lot)) for name, of_place in sorted(totals[barrier].items()))
