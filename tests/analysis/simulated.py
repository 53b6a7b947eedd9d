"""Real traces for tests: a scenario of the library, its first replications."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.records import RunInfo, replication_tables, run_info
from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.contract.trace import Trace
from sim.engine.reference.simulation import simulate
from sim.indicators import SAMPLES
from sim.model.build import build
from sim.network.world import resolve
from sim.report.contributions import Samples, flows_of_scopes, with_contributions
from sim.scenario.load import load_scenario

if TYPE_CHECKING:
    from sim.network.world import World


@dataclass(frozen=True)
class Simulated:
    """One replication and where it comes from."""

    world: World
    plan: Plan
    draws: Draws
    trace: Trace
    info: RunInfo


def stored(overrides: tuple[str, ...] = (), replications: int = 4, name: str = "tutorial") -> SimpleNamespace:
    """A run as the store gives it, without the disk."""
    parts = []
    for k in range(replications):
        run = simulated(name, k, overrides)
        parts.append(replication_tables(run.plan, run.draws, run.trace, run.info, k))
    scenario = run.world.scenario
    manifest = {
        "run_id": f"{overrides}{replications}",
        "scenario": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "seed": scenario.seed,
        "replications": replications,
        "engine": "reference",
        "changes": [
            {"key": c.key, "value": c.value, "label": c.label, "since": None, "until": None, "action": c.action}
            for c in scenario.changes
        ],
        "resolved": run.world.canonical(),
    }
    tables = {
        table: pd.concat([part[table] for part in parts if table in part], ignore_index=True)
        for table in dict.fromkeys(table for part in parts for table in part)
    }
    samples = Samples({name: tables.get(name) for name in SAMPLES}, flows_of_scopes(tables["scopes"]))
    tables["kpis"] = with_contributions(tables["kpis"], samples, range(replications))
    return SimpleNamespace(**tables, manifest=manifest)


@cache
def simulated(name: str, replication: int = 0, overrides: tuple[str, ...] = ()) -> Simulated:
    """Simulate one replication of a scenario."""
    world = resolve(load_scenario(name, overrides))
    model = build(world)
    draws = model.draw(replication)
    return Simulated(world, model.plan, draws, simulate(model.plan, draws), run_info(world))
