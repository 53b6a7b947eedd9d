"""What binds at a multiple of demand whose backlog grows: where queues grow, and what relieves them.

The queue alone misleads: where a yard is full because no ship comes, trains queue outside the yard. So one more
unit of whatever is queued for is tried, whether its queue grows or is as long as it can be, and what takes most off
the growth of the backlog binds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.ledger import ledger
from sim.analysis.records import run_info
from sim.model.build import build
from sim.network.titles import title, titles_of
from sim.report.texttable import interval_facts
from sim.runs.worker import simulate
from sim.statistics.intervals import holm, interval, paired
from sim.studies.capacity.backlog import GROWS, growth_of_queues
from sim.studies.one_more_unit import enlarged, enlargements

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.studies.capacity.backlog import Growth

#: Replications in which queues are looked at, place by place.
LOOKED_INTO = 3
#: Places whose queue grows most, and places where most waits, that one more unit is tried of.
PLACES, LONGEST = 5, 3


def binding(
    world: World,
    growth: Sequence[Growth],
    cargo_of: Mapping[str, str],
    engine: str,
    growth_with: Callable[[World, str], Sequence[Growth]],
) -> dict[str, Any]:
    """What binds the cargo whose backlog grows most, as a share of its demand.

    Args:
        world: the scenario at a multiple that is shown to grow, and ``growth`` its backlogs.
        cargo_of: flow -> cargo, of the flows that count.
        growth_with: runs a world and returns its backlogs; told in words what is tried.

    Returns: ``cargo``, ``replications`` looked into, ``places`` (place, title, cause, ``tonnes``: by how much what
        stands there grew from the first year to the last, with its interval; largest first) and ``relief`` (name, kind,
        title, key, step, unit, ``change``: of the growth in units a year by one more unit, with its interval, and
        ``p_adjusted``: by Holm over the units tried, None where nothing can be tested; most relief first).
    """
    worst = max((g for g in growth if g.verdict == GROWS), key=lambda g: g.share)
    count = min(LOOKED_INTO, world.scenario.replications)
    own = [flow for flow, cargo in cargo_of.items() if cargo == worst.cargo]
    places, longest = _queues(world, own, engine, count)
    waited_for = {row["place"] for row in places} | longest
    relief: list[dict[str, Any]] = []
    for one in enlargements(world):
        if not waited_for.intersection(one.waits_at):
            continue
        growth_then = growth_with(enlarged(world, one), f"one more unit of {one.name}")
        relieved = next(g for g in growth_then if g.cargo == worst.cargo)
        pair = paired(worst.values, relieved.values)
        relief.append(
            {
                "name": one.name,
                "kind": one.kind,
                "title": one.title,
                "key": one.change.key,
                "step": one.step,
                "unit": one.unit,
                "change": interval_facts(pair.difference),
                "p_adjusted": pair.p_value,
            }
        )
    tested = [row for row in relief if row["p_adjusted"] is not None]
    for row, p_adjusted in zip(tested, holm([row["p_adjusted"] for row in tested]), strict=True):
        row["p_adjusted"] = p_adjusted
    relief.sort(key=lambda row: row["change"]["mean"])
    return {"cargo": worst.cargo, "replications": count, "places": places, "relief": relief}


def _queues(world: World, flows: Sequence[str], engine: str, count: int) -> tuple[list[dict[str, Any]], set[str]]:
    """The places whose queues of these flows grow most, by the mean over ``count`` replications, and the longest."""
    import pandas as pd

    model, info, found = build(world), run_info(world), []
    for replication in range(count):
        draws, trace = simulate(model, engine, replication)
        book = ledger(model.plan, draws, trace.by_columns(), info.flows, info.origin)
        found.append(growth_of_queues(book, flows))
    grown, last = (pd.concat([one[column] for one in found], axis=1).fillna(0.0) for column in ("grown", "last"))
    most, longest = (table.mean(axis=1).sort_values(ascending=False, kind="stable") for table in (grown, last))
    names = titles_of(world.canonical())
    rows = [
        {
            "place": place,
            "title": title(names, place),
            "cause": cause,
            "tonnes": interval_facts(interval(grown.loc[(place, cause)].to_numpy(float))),
        }
        for place, cause in most[most > 0].head(PLACES).index
    ]
    return rows, {place for place, _ in longest[longest > 0].head(LONGEST).index}
