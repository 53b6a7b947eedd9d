"""Barriers: how strong the avoidable part of a border or port process is for a flow, day by day.

A barrier (documents, inspection, hand-over, acceptance, ...) has a strength by country, and if the
planner wants by node and by class of goods: 1 as today, 0 removed. The times themselves stand in the
processes, the passes of a day in the facilities; operators that work as one have no hand-over.
"""

from __future__ import annotations

import math
from datetime import date

from sim.model.operations import Treatment
from sim.network.tables import Flow, Process
from sim.network.world import World
from sim.scenario.values import Dated

Scales = tuple[Dated[float], ...]
#: Passes a day where the wait for them is removed: more than any day's trains.
NO_LIMIT = 1_000_000


def scales(world: World, row: Process, flow: Flow) -> Scales:
    """The dated scales that act on a process's time for a flow; empty if none does.

    One of the country (a rule of the consistency checks), one of the node and one of the flow's
    class of goods where the table has such rows; and 0 while a joint operator spans the hand-over.
    """
    if is_pass(world, row):
        return ()
    return (*_strengths(world, row, flow.goods), *_joint(world, row))


def strength(of: Scales, day: date) -> float:
    """Product of the scales in force on ``day``: what the process's time is multiplied by."""
    return math.prod(scale.at(day) for scale in of)


def own_operation(world: World, row: Process, flow: Flow) -> str | None:
    """The class of goods that makes a process an operation of its own, None where all flows share one."""
    known = world.barriers.get(row.barrier or "", {})
    return flow.goods if flow.goods in known and not is_pass(world, row) else None


def is_pass(world: World, row: Process) -> bool:
    """Whether a barrier is the wait for a pass of a quota, so that its strength acts on the passes."""
    return row.barrier is not None and row.facility is not None and world.facilities[row.facility].kind == "quota"


def passes(world: World, quota: str) -> Dated[int]:
    """Passes a day of a quota: those of its row divided by the strength of the barrier that it stands for.

    They are rounded (half up), at least one where there were any; strength 0 lifts the limit. A class of
    goods acts on passes of that class alone.
    """
    base = world.facilities[quota].capacity
    row = next((p for p in world.processes.values() if p.facility == quota and is_pass(world, p)), None)
    if row is None:
        return base
    of = _strengths(world, row, row.goods[0] if len(row.goods) == 1 else None)
    days = sorted({*base.dates, *(day for scale in of for day in scale.dates)})
    first = {"value": _divided(base.at(date.min), strength(of, date.min))}
    later = [{"from": day, "value": _divided(base.at(day), strength(of, day))} for day in days]
    return Dated[int].model_validate([first, *later])


def treatments(row: Process, day: date) -> tuple[Treatment, ...]:
    """Shares and times of a process on a day: its own, or those of its risk lanes by name."""
    if not row.risk_lanes:
        return (Treatment(1.0 if row.share is None else row.share.at(day), row.duration.at(day)),)
    return tuple(Treatment(lane.share.at(day), lane.duration.at(day)) for _, lane in sorted(row.risk_lanes.items()))


def _divided(passes_a_day: int, by: float) -> int:
    if by == 0:
        return NO_LIMIT
    return min(max(1, math.floor(passes_a_day / by + 0.5)), NO_LIMIT) if passes_a_day else 0


def _strengths(world: World, row: Process, goods: str | None) -> Scales:
    if row.barrier is None:
        return ()
    rows = world.barriers[row.barrier]
    country = row.barrier_country or world.nodes[row.node].country
    return tuple(rows[key].scale for key in (country.lower(), row.node, goods) if key in rows)


def _joint(world: World, row: Process) -> Scales:
    """0 from the day on which the two sides of a handover are one operator, or parts of one."""
    if row.between is None:
        return ()
    if len(set(row.between)) == 1:
        return (Dated[float].model_validate(0.0),)
    shared = (j.in_force for j in world.joint_operators.values() if set(row.between) <= set(j.members))
    return tuple(
        Dated[float].model_validate([{"from": step.since, "value": 0.0 if step.value else 1.0} for step in force.steps])
        for force in shared
    )
