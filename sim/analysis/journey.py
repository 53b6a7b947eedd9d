"""The routes that lots have gone, read from the trace: the links they went over, whatever they chose on the way."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from sim.analysis.grouping import numbered
from sim.contract.plan import I64, Kind, Plan
from sim.contract.reading import spread_to_lots
from sim.contract.spells import in_order
from sim.contract.trace import Trace
from sim.network.charges import ChargedLeg


def routes(
    plan: Plan, trace: Trace, steps: I64, lots: npt.NDArray[np.int64], n_lot: int
) -> tuple[list[list[ChargedLeg]], I64]:
    """The ways that lots have gone, each once.

    Args:
        plan, trace: one replication.
        steps: trace rows of the steps of these lots, among others.
        lots: [n] the lots asked for, in ascending order; ``n_lot`` is the number of all lots.

    Returns: different routes as links in the order travelled, and [n] which of them each lot took.
    """
    followed = np.zeros(n_lot, bool)
    followed[lots] = True
    rows = steps[np.flatnonzero((plan.operations.link >= 0)[plan.needs.op][trace.column("rows", "need")[steps]])]
    rows = rows[np.flatnonzero(trace.column("rows", "start")[rows] >= 0)]
    op = plan.needs.op[trace.column("rows", "need")[rows]]
    lot, at = spread_to_lots(trace, rows, followed)
    place = np.zeros(n_lot, np.int64)
    place[lots] = np.arange(len(lots))
    place = place[lot]
    op = op[at[in_order(place, trace.column("rows", "request")[rows][at])]].astype(np.int64)
    count = np.bincount(place, minlength=len(lots))
    begin, n_op = np.cumsum(count) - count, len(plan.operations.kind)
    ways: list[tuple[int, ...]] = [()]  # every beginning of a way, and the one that each lot has gone so far
    of_lot, last = np.zeros(len(lots), np.int64), 0
    for nth in range(int(count.max(initial=0))):
        on = np.flatnonzero(count > nth)
        code, longer = numbered((of_lot[on] - last) * n_op + op[begin[on] + nth])
        of_lot[on] = len(ways) + longer
        last, ways = len(ways), ways + [(*ways[last + c // n_op], c % n_op) for c in code.tolist()]
    found = sorted(np.unique(of_lot).tolist(), key=ways.__getitem__)
    rank = np.zeros(len(ways), np.int64)
    rank[found] = np.arange(len(found))
    leg = cache(lambda op: _leg(plan, op))
    return [[leg(op) for op in ways[k]] for k in found], rank[of_lot]


def _leg(plan: Plan, op: int) -> ChargedLeg:
    service = plan.services.name[plan.boardings.service[op]] if plan.operations.kind[op] == Kind.BOARD else ""
    ends = plan.node_name[plan.operations.from_node[op]], plan.node_name[plan.operations.node[op]]
    return ChargedLeg(plan.link_name[plan.operations.link[op]], *ends, service)
