"""A weighing as the first step of a program: whether a lot goes on, or leaves at its origin by another way."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from sim.clock import DAY_S, to_seconds
from sim.contract.plan import Cause, Kind
from sim.model.operations import Operation, Weighing
from sim.model.streams import F64
from sim.network.tables import Flow
from sim.scenario.demand import Weighed

#: A lot that never leaves bears as much; and the cost of the ways that a lot does not leave by.
NEVER_LEAVES_S, NOT_ITS_WAY_S = 2**29, 2**30


def with_weighing(name: str, flow: Flow, weighed: Weighed, steps: list[Operation], origin: date) -> list[Operation]:
    """A program that begins with a weighing; the ways by which lots leave stand before what goes on, each one step."""
    leaving = [
        Operation(f"outside/{name}/{way}", Kind.FINISH, Cause.HANDLING, way or "not shipped", flow.origin)
        for way in weighed.ways
    ]
    targets = (1 + len(leaving), *range(1, 1 + len(leaving)))
    weighing = Weighing(weighed, targets, tuple(to_seconds(day, origin) for day in weighed.days))
    first = Operation(
        f"weigh/{name}", Kind.WEIGH, Cause.HANDLING, "weigh", flow.origin, weighing=weighing, of_flow=name
    )
    return [first, *leaving, *steps]


def weighing_costs(weighing: Weighing, u: F64, time_s: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The drawn part of each branch's cost in whole seconds, shape [lots, branches].

    A lot goes on as long as what is known of the corridor is at most what it bears: the part ``u[:, 0]`` of the plan goes
    on even where the corridor takes longer by so much (inverse of ``stays``). ``u[:, 1]`` says by which way it leaves else.

    Args:
        u: [lots, 2] uniforms.
        time_s: [lots] when they set out.
    """
    weighed = weighing.weighed
    more_s = np.array(weighed.more_d) * DAY_S
    costs = np.full((len(u), 1 + len(weighed.ways)), NOT_ITS_WAY_S, np.int32)
    costs[:, 0] = 0
    stretch = np.maximum(np.searchsorted(weighing.since_s, time_s, side="right") - 1, 0)
    for k in np.unique(stretch).tolist():
        here = np.flatnonzero(stretch == k)
        own, luck = u[here, 0], u[here, 1]
        stays = np.array(weighed.stays[k])
        bears = np.interp(-own, -stays, more_s)
        bears[own >= stays[0]] = -float(weighed.usual_s) - 1.0  # another way is better at any time
        known_s = np.floor(weighed.usual_s + bears)
        known_s[own < stays[-1]] = NEVER_LEAVES_S
        cell = np.clip(np.searchsorted(more_s, bears, side="right") - 1, 0, len(more_s) - 2)
        upper = np.cumsum(np.array(weighed.leaves[k]), axis=1)[cell]
        way = np.minimum((luck[:, None] >= upper).sum(axis=1), len(weighed.ways) - 1)
        costs[here, 1 + way] = np.minimum(known_s, NEVER_LEAVES_S)
    return costs
