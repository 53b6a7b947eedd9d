"""What binds at a multiple of demand whose backlog grows: where queues grow, and what relieves them.

The queue alone misleads: where a yard is full because no ship comes, trains queue outside the yard. So one more
unit of whatever is queued for is tried, whether its queue grows or is as long as it can be, and what takes most off
the growth of the backlog binds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.analysis.ledger import ledger
from sim.analysis.records import run_info
from sim.model.build import build
from sim.network.titles import title, titles_of
from sim.report.estimate import Estimate
from sim.runs.worker import simulate
from sim.statistics.intervals import PairedDifference, holm, interval, paired
from sim.studies.capacity.backlog import GROWS, growth_of_queues
from sim.studies.capacity.result import Binding, GrowingQueue, Relief
from sim.studies.one_more_unit import OneMore, enlarged, enlargements

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
) -> Binding:
    """What binds the cargo whose backlog grows most, as a share of its demand.

    Args:
        world: the scenario at a multiple that is shown to grow, and ``growth`` its backlogs.
        cargo_of: flow -> cargo, of the flows that count.
        growth_with: runs a world and returns its backlogs; told in words what is tried.
    """
    worst = max((g for g in growth if g.verdict == GROWS), key=lambda g: g.share)
    count = min(LOOKED_INTO, world.scenario.replications)
    own = [flow for flow, cargo in cargo_of.items() if cargo == worst.cargo]
    places, longest = _queues(world, own, engine, count)
    waited_for = {row.place for row in places} | longest
    tried: list[tuple[OneMore, PairedDifference]] = []
    for one in enlargements(world):
        if not waited_for.intersection(one.waits_at):
            continue
        growth_then = growth_with(enlarged(world, one), f"one more unit of {one.name}")
        relieved = next(g for g in growth_then if g.cargo == worst.cargo)
        tried.append((one, paired(worst.values, relieved.values)))
    return Binding(worst.cargo, count, places, _relief(tried))


def _relief(tried: Sequence[tuple[OneMore, PairedDifference]]) -> tuple[Relief, ...]:
    """What each unit more did, with Holm's correction over all that were tried; most relief first."""
    tested = [place for place, (_, pair) in enumerate(tried) if pair.p_value is not None]
    adjusted = dict(zip(tested, holm([tried[place][1].p_value or 0.0 for place in tested]), strict=True))
    found = [
        Relief(
            name=one.name,
            kind=one.kind,
            title=one.title,
            key=one.change.key,
            step=one.step,
            unit=one.unit,
            change=Estimate.of(pair.difference),
            p_adjusted=adjusted.get(place),
        )
        for place, (one, pair) in enumerate(tried)
    ]
    return tuple(sorted(found, key=lambda row: row.change.mean or 0.0))


def _queues(world: World, flows: Sequence[str], engine: str, count: int) -> tuple[tuple[GrowingQueue, ...], set[str]]:
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
    rows = tuple(
        GrowingQueue(
            place, title(names, place), cause, Estimate.of(interval(grown.loc[(place, cause)].to_numpy(float)))
        )
        for place, cause in most[most > 0].head(PLACES).index
    )
    return rows, {place for place, _ in longest[longest > 0].head(LONGEST).index}
