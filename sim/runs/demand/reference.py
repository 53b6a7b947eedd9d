"""The base year to which the markets of a scenario are fitted."""

from __future__ import annotations

from collections.abc import Sequence

from sim.errors import InputError
from sim.network.consistency import check
from sim.network.references import fault
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario


def reference_of(world: World) -> World:
    """The world at whose times, charges and plan the constants of ``world`` are fitted; with its seed and replications.

    Raises InputError if it does not pass its checks, or ships nothing of a market that reacts.
    """
    scenario = world.scenario
    header = (f"replications={scenario.replications}", f"seed={scenario.seed}", "demand.rule=fixed")
    base = resolve(load_scenario(scenario.demand.reference, header))
    problems = check(base)
    if problems:
        raise InputError(problems)
    lacking = no_base(world, base, reacting(world))
    if lacking:
        raise lacking
    return base


def reacting(world: World) -> list[str]:
    """Markets that react in this world."""
    rule = world.scenario.demand
    return [name for name, market in world.markets.items() if market.headline == "on" or rule.unsourced == "on"]


def no_base(world: World, base: World, names: Sequence[str]) -> InputError | None:
    """What to say of markets of which nothing is shipped in the reference."""
    faults = []
    for name in names:
        flows = world.markets[name].flows
        planned = (base.flows[f].quantity_per_year.steps for f in flows if f in base.flows)
        if not any(step.value > 0 for steps in planned for step in steps):
            message = f"none of its flows ships anything in '{base.scenario.name}', to which its constants are fitted"
            faults.append(fault(world, "markets", name, "flows", message))
    return InputError(faults) if faults else None
