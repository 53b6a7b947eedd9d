"""Real traces for tests: a scenario of the library, its first replications."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sim.engine.reference import simulate
from sim.engine.trace import Trace
from sim.model.arrays import Luck, Plan
from sim.model.build import build
from sim.network.world import resolve
from sim.results.records import RunInfo, run_info
from sim.scenario.load import load_scenario

if TYPE_CHECKING:
    from sim.network.world import World


@dataclass(frozen=True)
class Simulated:
    """One replication and where it comes from."""

    world: World
    plan: Plan
    luck: Luck
    trace: Trace
    info: RunInfo


@cache
def simulated(name: str, replication: int = 0, overrides: tuple[str, ...] = ()) -> Simulated:
    """Simulate one replication of a scenario."""
    world = resolve(load_scenario(name, overrides))
    model = build(world)
    luck = model.draw(replication)
    return Simulated(world, model.plan, luck, simulate(model.plan, luck), run_info(world))
