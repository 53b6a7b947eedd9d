"""How long shipments stay at ports: from their arrival at the port's node until they leave it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.columns import FLOW, Column, StoredTable
from sim.analysis.ledger import Ledger
from sim.analysis.line import Line, quantile_lines
from sim.analysis.movements import Traversals, ends_of
from sim.clock import HOUR_S

PORT_STAYS = StoredTable(
    "a stay of a shipment at a port that begins in the period",
    (
        Column("port", "", "id of the port's node"),
        FLOW,
        Column("arrived", "UTC", "when it arrived over a link, or was discharged from its ship"),
        Column("hours", "h", "until it departed, or its ship left port; until the run stopped, if it is still there"),
        Column("departed", "", "whether it has left"),
    ),
    "reported shipments; only where there are any",
)


def port_stays(ledger: Ledger, moves: Traversals) -> pd.DataFrame:
    """One row a stay of a reported shipment at a node where some service calls, in order of port and shipment.

    A stay begins when the shipment arrives over a link, or is discharged from its ship, and ends when it departs over
    the next link, or the ship that has loaded it leaves port. Counted are stays that begin in the period. A shipment
    whose journey begins or ends at the port has no stay there.

    Returns: ``port`` (its categories are all ports), ``flow``, ``from_s`` (second of the arrival), ``hours`` (until the
    run stopped, of shipments that are still there), and ``departed``.
    """
    plan, draws = ledger.plan, ledger.draws
    ports = np.unique(plan.calls.node).astype(np.int64)
    order = np.lexsort((moves.landed_s, moves.depart_s, moves.lot))
    lot, to_node, from_s = moves.lot[order], moves.to_node[order], moves.landed_s[order]
    next_s = np.append(moves.depart_s[order][1:], -1)
    departed = np.append(lot[1:] == lot[:-1], False)[: len(lot)]
    here = (from_s >= ledger.start_s) & (from_s < ledger.end_s) & np.isin(to_node, ports) & ledger.reported[lot]
    some = np.flatnonzero(here & (departed | (to_node != ends_of(ledger, lot))))
    some = some[np.argsort(to_node[some], kind="stable")]
    number = np.searchsorted(ports, to_node[some])
    until_s = np.where(departed[some], next_s[some], ledger.trace.stopped_s)
    return pd.DataFrame(
        {
            "port": pd.Categorical.from_codes(number, [plan.node_name[p] for p in ports]),
            "flow": pd.Categorical.from_codes(draws.lot_flow[lot[some]], list(plan.flow_name)),
            "from_s": from_s[some],
            "hours": (until_s - from_s[some]) / HOUR_S,
            "departed": departed[some],
        }
    )


def port_lines(ledger: Ledger, stays: pd.DataFrame) -> Iterator[Line]:
    """``port_dwell_p90`` of each port, and how many stays it is of, by the year in which these began."""
    from_s, hours, departed = (stays[name].to_numpy() for name in ("from_s", "hours", "departed"))
    code = stays["port"].cat.codes.to_numpy()
    for number, port in enumerate(stays["port"].cat.categories):
        here = np.flatnonzero(code == number)
        for years, begin, end in ledger.spans():
            some = here[(from_s[here] >= begin) & (from_s[here] < end)]
            times = np.where(departed[some], hours[some], np.inf)
            lines = [*quantile_lines("port_stays", times)] if len(some) else []
            for year in years:
                yield from (Line(name, port, value, year=year) for name, value in lines)
                yield Line("port_dwell_lots", port, len(some), year=year)
                yield Line("port_dwell_unfinished", port, (~departed[some]).sum(), year=year)


def stay_table(ledger: Ledger, stays: pd.DataFrame) -> pd.DataFrame:
    """The stays as they are stored, with the time of each arrival in UTC."""
    return pd.DataFrame(
        {
            "port": stays["port"],
            "flow": stays["flow"],
            "arrived": ledger.when(stays["from_s"]),
            "hours": stays["hours"],
            "departed": stays["departed"],
        }
    )
