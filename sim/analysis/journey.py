"""The routes that lots have gone, read from the trace: the links they went over, whatever they chose on the way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.engine.reading import spread_to_lots
from sim.engine.spells import pack
from sim.engine.trace import Trace
from sim.model.arrays import I64, Kind, Plan
from sim.network.charges import Leg


def routes(
    plan: Plan, trace: Trace, steps: I64, lots: npt.NDArray[np.int64], n_lot: int
) -> tuple[list[list[Leg]], I64]:
    """The ways that lots have gone, each once.

    Args:
        plan, trace: one replication.
        steps: trace rows of the steps of these lots, among others.
        lots: [n] the lots asked for, in ascending order; ``n_lot`` is the number of all lots.

    Returns: different routes as links in the order travelled, and [n] which of them each lot took.
    """
    followed = np.zeros(n_lot, bool)
    followed[lots] = True
    op = plan.need_op[trace.column("rows", "need")[steps]]
    over_link = (plan.op_link[op] >= 0) & (trace.column("rows", "start")[steps] >= 0)
    rows, op = steps[over_link], op[over_link]
    lot, at = spread_to_lots(trace, rows, followed)
    order = np.argsort(pack(lot, trace.column("rows", "request")[rows][at]), kind="stable")
    place, op = np.searchsorted(lots, lot[order]), op[at[order]]
    count = np.bincount(place, minlength=len(lots))
    nth = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    table = np.full((int(count.max(initial=0)) + 1, len(lots)), -1, np.int64)  # one column a lot, -1 behind its end
    table[nth, place] = op
    of_lot, n_op = np.zeros(len(lots), np.int64), len(plan.op_kind)
    for step in table:  # lots that agree up to here and in this step stay together
        code = of_lot * (n_op + 1) + step + 1
        there = np.zeros(int(code.max(initial=-1)) + 1, bool)
        there[code] = True
        of_lot = np.searchsorted(np.flatnonzero(there), code)
    _, first = np.unique(of_lot, return_index=True)
    return [[_leg(plan, op) for op in steps[steps >= 0]] for steps in table.T[first]], of_lot


def _leg(plan: Plan, op: int) -> Leg:
    service = plan.service_name[plan.board_service[op]] if plan.op_kind[op] == Kind.BOARD else ""
    ends = plan.node_name[plan.op_from_node[op]], plan.node_name[plan.op_node[op]]
    return Leg(plan.link_name[plan.op_link[op]], *ends, service)
