"""Rows of processes that concern no shipment of a run: told in a note, since nothing is ignored in silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

from sim.errors import InputError
from sim.network.graph import Leg, applies, route_once_opened
from sim.network.route_rules import Routes
from sim.network.tables import Flow, Process
from sim.network.world import World

#: So many rows are named in a note.
NAMED = 6
Passage = tuple[Flow, Leg | None, Leg | None]


def unused_processes(world: World, routes: Routes) -> list[str]:
    """Sorted ids of the rows that are in force at some time of the run and that no passage of any flow takes."""
    by_node: dict[str, list[tuple[str, Process]]] = {}
    for id_, row in sorted(world.processes.items(), key=lambda item: (item[1].order, item[0])):
        by_node.setdefault(row.node, []).append((id_, row))
    taken: set[str] = set()
    for flow, before, after in _passages(world, routes):
        node = after.from_node if after else before.to_node if before else flow.origin
        forming = False
        for id_, row in by_node.get(node, []):
            if not applies(row, flow, before, after) or (row.action in ("gather", "reform") and forming):
                continue
            if row.action in ("gather", "reform"):
                if not _trains_form(row, flow, before, after):
                    continue
                forming = True  # of several rows that say how trains form the first counts
            taken.add(id_)
    return sorted(id_ for id_, row in world.processes.items() if id_ not in taken and _acts(world, row))


def note(ids: list[str]) -> str:
    """A sentence on rows that concern nobody."""
    names = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
    rows = "row concerns" if len(ids) == 1 else "rows concern"
    return f"processes: {len(ids)} {rows} no shipment of this run, since none passes as the row says: {names}"


def _passages(world: World, routes: Routes) -> Iterator[Passage]:
    """Every flow at every node of its routes, with the legs before and after it."""
    found = [(world.flows[id_], legs) for id_, legs in routes if isinstance(legs, tuple)]
    first_day = world.scenario.clock.origin
    for flow in world.flows.values():
        if flow.woken_by is not None:
            with suppress(InputError):  # told by the rules on routes
                found.append((flow, tuple(route_once_opened(world, flow, first_day))))
    for flow, legs in found:
        for before, after in pairwise((None, *legs, None)):
            yield flow, before, after


def _trains_form(row: Process, flow: Flow, before: Leg | None, after: Leg | None) -> bool:
    comes, leaves = (leg is not None and leg.mode == "rail" for leg in (before, after))
    return flow.train > flow.lot and leaves and comes == (row.action == "reform")


def _acts(world: World, row: Process) -> bool:
    """Whether a row is in force on some day of the run."""
    clock = world.scenario.clock
    days = (clock.origin, *(day for day in row.in_force.dates if clock.origin < day <= clock.last_day))
    return any(row.in_force.at(day) for day in days)
