"""On-time share: lots that keep the published service time of their flow, among those that it concerns.

A flow's promise is ``promise_days`` between two of its nodes (default: door to door). A lot that has not
arrived when the run stops is late.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.ledger import Ledger
from sim.analysis.movements import Traversals, node_to_node_s
from sim.clock import DAY_S


def on_time_lines(book: Ledger, moves: Traversals) -> Iterator[tuple[str, str, int, float, str]]:
    """Indicators ``on_time`` and ``on_time_lots`` by scope, over lots that set out in the period.

    Lots whose way does not pass both ends of the promise are left out; scopes without any have no line.
    """
    kept = promises_kept(book, moves)
    flow = book.lots.set_index("lot")["flow"].reindex(kept["lot"]).to_numpy(np.int64)
    for scope, flows in book.scopes():
        here = kept["on_time"].to_numpy(bool)[flows[flow]]
        if len(here):
            yield "on_time", scope, 0, float(here.mean()), "share"
            yield "on_time_lots", scope, 0, float(len(here)), "lots"


def promises_kept(book: Ledger, moves: Traversals) -> pd.DataFrame:
    """One row a reported lot with a promise: lot, on_time."""
    parts = [pd.DataFrame({"lot": np.empty(0, np.int64), "on_time": np.empty(0, bool)})]
    if "promise_days" in book.flows:
        promised = book.flows[book.flows["promise_days"].notna() & ~book.flows["background"].astype(bool)]
        reported = book.lots.loc[book.lots["reported"], ["lot", "flow"]]
        for (from_node, to_node), rows in promised.groupby(["promise_from", "promise_to"]):
            if {from_node, to_node} <= set(book.plan.node_name):
                days = reported["flow"].map(rows["promise_days"]).set_axis(reported["lot"]).dropna()
                passed = node_to_node_s(book, moves, from_node, to_node)
                passed = passed[passed["lot"].isin(days.index)]
                limit_s = days.reindex(passed["lot"]).to_numpy() * DAY_S
                parts.append(pd.DataFrame({"lot": passed["lot"], "on_time": passed["lasts_s"].to_numpy() <= limit_s}))
    return pd.concat(parts, ignore_index=True)
