"""What binds at a multiple of demand whose backlog grows: where queues grow, and what relieves them.

The queue alone misleads: where a yard is full because no ship comes, trains queue outside the yard. So one more
unit of whatever is queued for is tried, and what takes most off the growth of the backlog binds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.backlog import Growth
    from sim.network.world import World

#: Replications in which queues are looked at, place by place.
LOOKED_INTO = 3
#: Places whose queue grows most, and that one more unit is tried of.
PLACES = 5


def binding(
    world: World, growth: Sequence[Growth], engine: str, growth_with: Callable[[World, str], Sequence[Growth]]
) -> dict[str, Any]:
    """What binds the cargo whose backlog grows most, as a share of its demand.

    Args:
        world: the scenario at a multiple that grows, and ``growth`` its backlogs.
        growth_with: runs a world and returns its backlogs; told in words what is tried.

    Returns: ``cargo``, ``replications`` looked into, ``places`` (place, cause, tonnes by which what stands there
        grew from the first year to the last; largest first) and ``relief`` (name, kind, title, key, step, unit,
        ``change``: of the growth in units a year by one more unit, with its interval, and ``p_adjusted``: by Holm
        over the units tried, None where nothing can be tested; most relief first).
    """
    from sim.analysis.intervals import holm, paired
    from sim.analysis.texttable import interval_facts
    from sim.experiment.one_more import candidates, enlarged

    worst = max((g for g in growth if g.grows), key=lambda g: g.share)
    count = min(LOOKED_INTO, world.scenario.replications)
    grown = _mean_queues(world, worst.cargo, engine, count)
    places = [{"place": place, "cause": cause, "tonnes": float(tonnes)} for (place, cause), tonnes in grown.items()]
    waited_for = {row["place"] for row in places}
    relief: list[dict[str, Any]] = []
    for one in candidates(world):
        if not waited_for.intersection(one.waits_at):
            continue
        growth_then = growth_with(enlarged(world, one), f"one more unit of {one.name}")
        relieved = next(g for g in growth_then if g.cargo == worst.cargo)
        pair = paired(worst.values, relieved.values)
        relief.append({"name": one.name, "kind": one.kind, "title": one.title, "key": one.change.key,
                       "step": one.step, "unit": one.unit, "change": interval_facts(pair.difference),
                       "p_adjusted": pair.p_value})  # fmt: skip
    tested = [row for row in relief if row["p_adjusted"] is not None]
    for row, p_adjusted in zip(tested, holm([row["p_adjusted"] for row in tested]), strict=True):
        row["p_adjusted"] = p_adjusted
    relief.sort(key=lambda row: row["change"]["mean"])
    return {"cargo": worst.cargo, "replications": count, "places": places, "relief": relief}


def _mean_queues(world: World, cargo: str, engine: str, count: int) -> pd.Series:
    """Growth of queues by (place, cause), the largest ones, by mean over ``count`` replications."""
    import pandas as pd

    from sim.analysis.backlog import growth_of_queues
    from sim.analysis.ledger import ledger
    from sim.experiment.worker import simulate
    from sim.model.build import build
    from sim.results.records import run_info

    model, info, found = build(world), run_info(world), []
    for replication in range(count):
        luck, trace = simulate(model, engine, replication)
        book = ledger(model.plan, luck, trace.by_columns(), info.flows, info.origin)
        found.append(growth_of_queues(book, cargo))
    mean = (pd.concat(found).groupby(level=[0, 1]).sum() / count).sort_values(ascending=False, kind="stable")
    return mean[mean > 0].head(PLACES)
