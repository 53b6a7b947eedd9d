"""On-time share: lots that keep the published service time of their flow, among those that it concerns.

A flow's promise is ``promise_days`` between two of its nodes (default: door to door). A lot that has not
arrived when the run stops is late.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.ledger import Ledger
from sim.analysis.line import Line
from sim.analysis.movements import Traversals, node_to_node_s
from sim.clock import DAY_S


def on_time_lines(book: Ledger, moves: Traversals) -> Iterator[Line]:
    """Indicators ``on_time`` and ``on_time_lots`` by scope, over lots that set out in the period.

    Lots whose way does not pass both ends of the promise are left out; scopes without any have no line.
    """
    kept = promises_kept(book, moves)
    on_time, flow = kept["on_time"].to_numpy(bool), book.draws.lot_flow[kept["lot"].to_numpy(np.int64)]
    for scope, here in book.in_scopes(flow):
        if len(here):
            yield Line("on_time", scope, on_time[here].mean(), len(here))
            yield Line("on_time_lots", scope, len(here))


def promises_kept(book: Ledger, moves: Traversals) -> pd.DataFrame:
    """One row a reported lot with a promise: lot, on_time."""
    parts = [pd.DataFrame({"lot": np.empty(0, np.int64), "on_time": np.empty(0, bool)})]
    if "promise_days" in book.flows:
        promised = book.flows[book.flows["promise_days"].notna() & ~book.flows["background"].astype(bool)]
        for (from_node, to_node), rows in promised.groupby(["promise_from", "promise_to"]):
            if {from_node, to_node} <= set(book.plan.node_name):
                limit_s = np.full(len(book.flows), np.nan)
                limit_s[rows.index] = rows["promise_days"].to_numpy(float) * DAY_S
                passed = node_to_node_s(book, moves, from_node, to_node)
                lot, lasts_s = passed["lot"].to_numpy(), passed["lasts_s"].to_numpy()
                limit_s = limit_s[book.draws.lot_flow[lot]]
                asked = np.flatnonzero(book.reported[lot] & ~np.isnan(limit_s))
                parts.append(pd.DataFrame({"lot": lot[asked], "on_time": lasts_s[asked] <= limit_s[asked]}))
    return pd.concat(parts, ignore_index=True)
