"""From what the planner wrote to a world that may be simulated: load, resolve, check."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.model.demand import below_one_shipment
from sim.network.ban_rules import stops_nothing
from sim.network.consistency import check
from sim.network.route_rules import routes_of
from sim.network.unused import note, unused_processes
from sim.network.world import resolve
from sim.runs.demand.reference import reference_of
from sim.scenario.load import load_scenario
from sim.scenario.overrides import Overrides, override_texts

if TYPE_CHECKING:
    from sim.network.world import World


def prepare(name_or_path: str | Path, overrides: Overrides = ()) -> World:
    """Resolve a scenario and check that its parts fit together.

    Args:
        name_or_path: a scenario's name (see ``corridor list``) or the path of its file.
        overrides: applied last, ``{"facilities.aktau_cranes.capacity": 3}`` or
            ``["facilities.aktau_cranes.capacity=3"]``, the value then in YAML.

    Returns: the world, with notes on rows of processes that concern no shipment, on flows too small for one, and on
    bans of its own that stop nothing.

    Raises:
        InputError: with every problem found, each with file and line.
    """
    world = resolve(load_scenario(name_or_path, overrides))
    problems = check(world)
    if problems:
        raise InputError(problems)
    if world.scenario.demand.reacts:
        reference_of(world)
    unused = unused_processes(world, routes_of(world))
    small = below_one_shipment(world.flows, world.scenario.period_start, world.scenario.period_end)
    own = [said for said in (note(unused) if unused else "", small) if said]
    own += stops_nothing(world)
    return replace(world, notes=(*world.notes, *own)) if own else world


def header_overrides(overrides: Overrides, replications: int | None = None, seed: int | None = None) -> tuple[str, ...]:
    """Write ``replications`` and ``seed`` as overrides too, so that one mechanism changes everything."""
    header = {"replications": replications, "seed": seed}
    return (*override_texts(overrides), *(f"{key}={value}" for key, value in header.items() if value is not None))
