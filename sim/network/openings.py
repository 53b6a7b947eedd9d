"""No change of a part of the network before that part exists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sim.errors import Problem
from sim.network.world import World
from sim.scenario.values import Dated

#: The field that says whether a row of a table exists on a day: false or 0 = not yet.
EXISTENCE = {"links": "in_service", "facilities": "capacity", "fleets": "count"}


def changes_come_after_openings(world: World) -> Iterator[Problem]:
    """A dated change of a link, facility or fleet comes when it has been in service at least once."""
    for key, entries in world.lineage.items():
        table, id_, *field = key.split(".")
        if table not in EXISTENCE or not field or field[0] == EXISTENCE[table]:
            continue
        existence: Dated[bool] = getattr(getattr(world, table)[id_], EXISTENCE[table])
        for entry in entries:
            since = entry.change.since
            if since is not None and not _existed(existence, since):
                message = f"{entry.change.label} changes it from {since}, but {table}.{id_} {_opening(existence)}"
                yield Problem(f"{key}: {message}", entry.change.file, entry.change.line)


def _existed(existence: Dated[bool], day: date) -> bool:
    return any(step.value for step in existence.steps if step.since is None or step.since <= day)


def _opening(existence: Dated[bool]) -> str:
    opening = next((step.since for step in existence.steps if step.value), None)
    return "is never in service in this scenario" if opening is None else f"is not in service before {opening}"
