"""What must hold of every trace, whatever the scenario and whichever the engine.

``check`` returns one line for each breach; an empty list means that all rules hold. Each rule is a
function of its own, listed in ``RULES``, and can be called alone.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.contract.ban_invariants import bans_hold
from sim.contract.draws import Draws
from sim.contract.facility_invariants import (
    closing_stops_work,
    littles_law,
    loads_within_limits,
    nobody_overtakes,
    pools_are_conserved,
    within_capacity,
)
from sim.contract.plan import Plan
from sim.contract.shipment_invariants import (
    one_carrier_at_a_time,
    one_place_at_a_time,
    shipments_conserved,
    time_runs_forward,
)
from sim.contract.trace import Trace

RULES: dict[str, Callable[[Plan, Draws, Trace], list[str]]] = {
    rule.__name__.replace("_", " "): rule
    for rule in (
        time_runs_forward,
        one_place_at_a_time,
        one_carrier_at_a_time,
        within_capacity,
        pools_are_conserved,
        closing_stops_work,
        loads_within_limits,
        littles_law,
        shipments_conserved,
        nobody_overtakes,
        bans_hold,
    )
}


def check(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Return every breach as ``rule: what is wrong``; empty if the trace is sound."""
    return [f"{name}: {line}" for name, rule in RULES.items() for line in rule(plan, draws, trace)]
