"""At which facilities the start of a request is known when it is made: ``foreseen`` works these off at once.

At such a facility nobody overtakes and nobody is stopped, each request is for one unit, made by shipments and
trains alone, and the capacity is one number or none. So what comes later changes nothing for who has asked.
"""

from __future__ import annotations

import numpy as np

from sim.contract.draws import Draws
from sim.contract.plan import I32, Discipline, Flags, Kind, Plan, Policy

#: Units of a facility beyond which looking for the one that is free first would take longer than waiting.
_MOST_UNITS = 4096
#: What gives back the units that a mover has kept, or ends its program, however short it is.
_GIVES_BACK = (Kind.ACQUIRE, Kind.RELEASE, Kind.GATHER, Kind.SPLIT, Kind.BOARD, Kind.FINISH)


def foreseeable_units(plan: Plan, draws: Draws) -> I32:
    """[n_facility] the units of facilities that grant in the order of requests, at times that can be told; else 0."""
    f = plan.facilities
    if len(f.name) == 0:
        return np.zeros(0, np.int32)
    first = draws.timeline_ptr[:-1].astype(np.int64)
    most = np.maximum.reduceat(draws.timeline_capacity, first)
    partial = (draws.timeline_capacity != 0) & (draws.timeline_capacity != np.repeat(most, np.diff(draws.timeline_ptr)))
    told = (f.discipline == Discipline.FIFO) & ~plan.stocks.is_stock & (np.diff(f.reset_ptr) == 0)
    told &= (most >= 1) & (most <= _MOST_UNITS) & ~np.logical_or.reduceat(partial, first)
    told &= draws.timeline_capacity[draws.timeline_ptr[1:] - 1] > 0  # whoever waits is served one day
    told &= (f.policy == Policy.FINISH) | (np.diff(draws.timeline_ptr) == 1)
    for needs in (_not_of_one_unit(plan), _of_vessels_and_stocks(plan), _after_what_is_kept(plan)):
        facility = plan.needs.facility[needs]
        told[facility[facility >= 0]] = False
    told[plan.queue_bans.facility] = False  # there each claim and each giving back counts when it happens
    return np.where(told, most, 0).astype(np.int32)


def delays(plan: Plan) -> Flags:
    """[n_op] True for processes that occupy nothing."""
    return _alone(plan) & (plan.needs.facility[plan.needs.ptr[:-1]] < 0)


def _alone(plan: Plan) -> Flags:
    """[n_op] True for processes with one need, which they give back."""
    return (plan.operations.kind == Kind.PROCESS) & (np.diff(plan.needs.ptr) == 1) & ~plan.operations.keeps


def _not_of_one_unit(plan: Plan) -> Flags:
    """[n_need] True where more than a process of one unit at one facility asks, or one that keeps it."""
    return ~_alone(plan)[plan.needs.op] | (plan.needs.units != 1)


def _of_vessels_and_stocks(plan: Plan) -> Flags:
    """[n_need] True for what vessels ask for, and for units that leave a stock."""
    c, found = plan.calls, np.zeros(len(plan.needs.op), bool)
    of_calls = (c.berth_need, c.entry_need, c.exit_need, c.load_need, c.discharge_need, c.yard_need, c.moor_need)
    for needs in (*of_calls, c.sail_need, plan.vessels.sail_need, plan.stocks.leave_need):
        found[needs[needs >= 0]] = True
    return found


def _after_what_is_kept(plan: Plan) -> Flags:
    """[n_need] True where who asks may still keep units, which come free in the very moment of the grant."""
    step = np.arange(len(plan.programs.op))
    keeps = plan.operations.keeps[plan.programs.op]
    gives = np.isin(plan.operations.kind[plan.programs.op], _GIVES_BACK)
    kept, given = (np.maximum.accumulate(np.where(mask, step, -1)) for mask in (keeps, gives))
    may_keep = np.zeros(len(step), bool)
    may_keep[1:] = kept[:-1] > given[:-1]  # what lies between may be passed by who is not concerned
    ops = np.zeros(len(plan.operations.kind), bool)
    ops[plan.programs.op[may_keep]] = True
    found: Flags = ops[plan.needs.op]
    return found
