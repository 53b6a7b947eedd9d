"""Barriers: how strong the avoidable part of a border or port process is for a flow, day by day.

A barrier (documents, inspection, hand-over, ...) has a strength by country, and if the planner wants
by node and by class of goods: 1 as today, 0 removed. The times themselves stand in the processes.
"""

from __future__ import annotations

import math
from datetime import date

from sim.network.tables import Flow, Process
from sim.network.world import World
from sim.scenario.values import Dated

Scales = tuple[Dated[float], ...]


def scales(world: World, row: Process, flow: Flow) -> Scales:
    """The dated scales that act on a process for a flow; empty if it is no barrier.

    One of the node's country (a rule of the consistency checks), one of the node and one of the
    flow's class of goods where the table has such rows.
    """
    if row.barrier is None:
        return ()
    rows = world.barriers[row.barrier]
    keys = (world.nodes[row.node].country.lower(), row.node, flow.goods)
    return tuple(rows[key].scale for key in keys if key in rows)


def strength(of: Scales, day: date) -> float:
    """Product of the scales in force on ``day``: what the process's time is multiplied by."""
    return math.prod(scale.at(day) for scale in of)


def own_operation(world: World, row: Process, flow: Flow) -> str | None:
    """The class of goods that makes a process an operation of its own, None where all flows share one."""
    known = world.barriers.get(row.barrier or "", {})
    return flow.goods if flow.goods in known else None
