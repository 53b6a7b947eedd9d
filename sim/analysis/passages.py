"""Passages between pairs of nodes, and stays at one, that are published: when each began, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.ledger import Ledger
from sim.analysis.movements import Traversals, node_to_node_s, stays_s
from sim.clock import HOUR_S


class Pair(NamedTuple):
    """Two nodes between which passages are timed: of which flows (none: all), begun in which months of a year.

    ``stays``: not the way from one to the other but the stay at ``to_node`` of what comes to it from ``from_node``.
    """

    from_node: str
    to_node: str
    flows: tuple[str, ...] = ()
    months: tuple[int, int] | None = None
    stays: bool = False

    @property
    def scope(self) -> str:
        """The scope under which the times are stored."""
        ends = f"stay {self.from_node}->{self.to_node}" if self.stays else f"{self.from_node}->{self.to_node}"
        flows = f" ({','.join(self.flows)})" if self.flows else ""
        return ends + flows + (f" months {self.months[0]}-{self.months[1]}" if self.months else "")


def pair_of(row: Mapping[str, Any]) -> Pair | None:
    """The pair whose times, or whose trains, an observation is about; None for a volume."""
    if row["quantity"] not in ("transit_time", "border_time", "trains") or not (
        row.get("from_node") and row.get("to_node")
    ):
        return None
    months = None if row["quantity"] == "trains" else row.get("months")  # trains are counted by day of arrival
    return Pair(
        str(row["from_node"]),
        str(row["to_node"]),
        tuple(row.get("flows") or ()),
        (int(months[0]), int(months[1])) if months is not None else None,
        row["quantity"] == "border_time",
    )


def passages(ledger: Ledger, moves: Traversals, pairs: Sequence[Pair]) -> pd.DataFrame:
    """One row a followed lot and pair, for clocks that start in the period.

    Args:
        pairs: those of nodes that the world has not are left out.

    Returns: ``scope`` (``A->B``, ``stay A->B``; its categories are all pairs), flow, ``from_s`` (second of the clock),
    ``hours`` (until the run stopped, of lots that have not arrived), and ``arrived``.
    """
    names, node_names = np.array(ledger.plan.flow_name, object), set(ledger.plan.node_name)
    known = {pair.scope: pair for pair in pairs if {pair.from_node, pair.to_node} <= node_names}
    parts = [(np.empty(0, np.int64),) * 2 + (np.empty(0),) * 2]
    for number, pair in enumerate(known.values()):
        passed = (stays_s if pair.stays else node_to_node_s)(ledger, moves, pair.from_node, pair.to_node)
        lot, from_s, lasts_s = (passed[name].to_numpy() for name in ("lot", "from_s", "lasts_s"))
        flow = ledger.draws.lot_flow[lot]
        counted = np.isin(names, pair.flows or names)[flow] & (from_s >= ledger.start_s) & (from_s < ledger.end_s)
        if pair.months is not None:
            counted &= ledger.when(from_s).dt.month.between(*pair.months).to_numpy()
        some = np.flatnonzero(counted)
        parts.append((np.full(len(some), number), flow[some], from_s[some], lasts_s[some]))
    scope, flow, from_s, lasts_s = (np.concatenate(column) for column in zip(*parts, strict=True))
    arrived = np.isfinite(lasts_s)
    return pd.DataFrame(
        {
            "scope": pd.Categorical.from_codes(scope, list(known)),
            "flow": pd.Categorical.from_codes(flow, list(names)),
            "from_s": from_s.astype(np.int64),
            "hours": np.where(arrived, lasts_s, ledger.trace.stopped_s - from_s) / HOUR_S,
            "arrived": arrived,
        }
    )
