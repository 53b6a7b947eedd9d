"""Shipments that had not arrived when the runs of a study stopped: of which flow, in which replications, and where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from sim.indicators import CAUSES
from sim.language.words import mark, plural, tr
from sim.network.titles import title, titles_of
from sim.record import Record

HEADING = mark("Shipments that had not arrived when the runs stopped (they rank as the longest; means count to then)")
#: Replications that are named one by one.
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Stranded(Record):
    """Shipments of one flow that had not arrived when one replication of a run stopped."""

    candidate: str  #: the run; empty: the base
    flow: str
    replication: int
    shipments: int
    place: str  #: title of the place where most of them are
    cause: str  #: of most of them
    of: int  #: replications of the run


def stranded(
    runs: Mapping[str, tuple[pd.DataFrame | None, int]], flows: Collection[str], world: Mapping[str, Any]
) -> tuple[Stranded, ...]:
    """The shipments of some flows that had not arrived, by run, flow and replication.

    Args:
        runs: by name, the base under an empty one: the table of unfinished shipments (None: there are none), and the
            number of replications.
        world: the resolved world, for the titles of places.
    """
    names, found = titles_of(world), []
    for name, (table, count) in runs.items():
        if table is None:
            continue
        own = table.astype({"flow": str, "node": str, "cause": str})
        for (flow, replication), rows in own[own["flow"].isin(list(flows))].groupby(["flow", "replication"]):
            node, cause = rows.groupby(["node", "cause"]).size().idxmax()
            found.append(Stranded(name, flow, int(replication), len(rows), title(names, node), cause, count))
    return tuple(found)


def stranded_lines(rows: Sequence[Stranded]) -> Iterator[str]:
    """A line for the base, and for each run in which others are left than in the base's same replications."""
    of: dict[str, list[Stranded]] = {"": []}
    for row in rows:
        of.setdefault(row.candidate, []).append(row)
    base = of.pop("")
    if base:
        yield tr("base: {of_flows}", of_flows=_of_flows(base))
    same = []
    for name, own in of.items():
        if _counted(own) == _counted([row for row in base if row.replication < own[0].of]):
            same.append(name)
        else:
            yield f"{name}: {_of_flows(own)}"
    if same:
        yield tr("the same as in the base: {same}", same=", ".join(same))


def _counted(rows: Sequence[Stranded]) -> set[tuple[Any, ...]]:
    return {(row.flow, row.replication, row.shipments, row.place, row.cause) for row in rows}


def _of_flows(rows: Sequence[Stranded]) -> str:
    """``F09: 1 shipment in replication 16, at Aktau, waiting for a vessel``; of many, where most of them are."""
    told = []
    for flow, some in groupby(sorted(rows, key=lambda row: row.flow), key=lambda row: row.flow):
        own = sorted(some, key=lambda row: -row.shipments)
        count, there = sum(row.shipments for row in own), sorted(row.replication for row in own)
        where = tr("{there} of {of} replications", there=len(there), of=own[0].of)
        if len(there) <= _MOST_NAMED:
            where = plural("replication {which}", "replications {which}", len(there), which=", ".join(map(str, there)))
        told.append(
            plural(
                "{flow}: {count} shipment in {where}, at {place}, {cause}",
                "{flow}: {count} shipments in {where}, most at {place}, {cause}",
                count,
                flow=flow,
                count=count,
                where=where,
                place=own[0].place,
                cause=tr(CAUSES[own[0].cause]),
            )
        )
    return "; ".join(told)
