"""The multimodal graph of links in service on a day, and the routes of flows over it.

A route is the quickest way at free flow through a flow's ``via`` nodes in their order. Waiting is
not part of the choice: it is what the simulation is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import networkx as nx

from sim.errors import InputError, Problem
from sim.network.tables import SEA_MODES, Flow, Link, Process, Way
from sim.network.world import World
from sim.scenario.run_clock import RunClock

#: Added to the sailing time of a sea leg when routes are compared: one port call's usual length.
SEA_CALL_H = 24.0
#: Added for a sea link that no service sails: it is taken only where nothing else is left, and then refused by name.
UNSERVED_H = 1e5


@dataclass(frozen=True)
class Leg:
    """One link of a route, in the direction of travel."""

    link: str
    from_node: str
    to_node: str
    mode: str


def build_graph(world: World, day: date, closed_too: bool = False) -> nx.MultiGraph:
    """Nodes, and the links in service on ``day``, or all links of the network.

    Edges are keyed by link id and carry ``mode`` and ``free_h``, the hours at free flow.
    """
    graph = nx.MultiGraph()
    graph.add_nodes_from(world.nodes)
    for link_id, link in sorted(world.links.items()):
        if closed_too or link.in_service.at(day):
            unserved_h = UNSERVED_H if link.mode in SEA_MODES and not _services(world, link) else 0.0
            ends = link.from_node, link.to_node
            graph.add_edge(*ends, key=link_id, mode=link.mode, free_h=free_flow_h(link, day) + unserved_h)
    return graph


def free_flow_h(link: Link, day: date) -> float:
    """Hours over a link when nothing is in the way; a sea link includes one port call."""
    return link.length_km.at(day) / link.speed_kmh.at(day) + (SEA_CALL_H if link.mode in SEA_MODES else 0.0)


def route(world: World, flow: Flow, day: date, graph: nx.MultiGraph | None = None) -> list[Leg]:
    """Return the legs of ``flow`` on ``day``, in order of travel; of a flow with several ways, by the first.

    From a ``via`` node it does not turn back over the link by which it came, unless nothing else leads on.
    ``graph`` is that of ``build_graph(world, day)`` where the caller has it already. Raises
    ``InputError`` with the first gap between two nodes of the route, or with a link that the order
    of ``via`` would use twice in one direction.
    """
    graph = build_graph(world, day) if graph is None else graph
    legs: list[Leg] = []
    if flow.ways:
        flow = way_of(flow, flow.ways[0])
    for start, stop in pairwise((flow.origin, *flow.via, flow.destination)):
        came_by = legs[-1].link if legs else None
        found = _quickest(graph, start, stop, flow.modes, came_by) or _quickest(graph, start, stop, flow.modes)
        if found is None:
            gap = f"no way from '{start}' to '{stop}' by {', '.join(flow.modes)} on {day}"
            raise InputError([_problem(world, flow, gap)])
        legs += found
    for k, leg in enumerate(legs):
        if leg in legs[:k]:
            twice = f"goes over link '{leg.link}' from '{leg.from_node}' twice"
            raise InputError([_problem(world, flow, twice + "; list 'via' in the order of travel")])
    return legs


def route_once_opened(world: World, flow: Flow, day: date) -> list[Leg]:
    """The route of ``flow`` if no link were closed, since scenarios open links; ``InputError`` if there is none."""
    return route(world, flow, day, build_graph(world, day, closed_too=True))


def way_of(flow: Flow, way: Way) -> Flow:
    """The flow as it goes by one of its ways."""
    return flow.model_copy(
        update={
            "via": way.via,
            "modes": way.modes or flow.modes,
            "destination": way.destination or flow.destination,
            "ways": (),
            "choice": None,
        }
    )


def open_ways(world: World, flow: Flow, day: date, graph: nx.MultiGraph | None = None) -> list[tuple[int, list[Leg]]]:
    """The ways of ``flow`` that can be gone on ``day``: place among its ways, and legs (none outside the corridor).

    A way is left out while a link of it is closed, as one that opens years later is. Raises ``InputError``
    if nothing is open to choose, or with a way that no opening of a link would make.
    """
    graph = build_graph(world, day) if graph is None else graph
    found: list[tuple[int, list[Leg]]] = []
    closed: list[Problem] = []
    for k, way in enumerate(flow.ways):
        try:
            found.append((k, [] if way.outside else route(world, way_of(flow, way), day, graph)))
        except InputError as error:
            route_once_opened(world, way_of(flow, way), day)
            closed += error.problems
    shares = [flow.ways[k].share for k, _ in found]
    if not (flow.choice.by.can_choose(shares) if flow.choice else found):
        raise InputError(closed)
    return found


def service_for(world: World, link_id: str) -> str:
    """The service that sails a sea link: its mode, and both ends in its rotation.

    Raises ``InputError`` if there is none, or more than one.
    """
    link = world.links[link_id]
    found = _services(world, link)
    if len(found) == 1:
        return found[0]
    file, line = world.where("links", link_id)
    what = "no service" if not found else f"{len(found)} services ({', '.join(found)})"
    raise InputError(
        [
            Problem(
                f"links.{link_id}: {what} of mode {link.mode} between '{link.from_node}' and"
                f" '{link.to_node}'; a sea link needs exactly one",
                file,
                line,
            )
        ]
    )


def _services(world: World, link: Link) -> list[str]:
    """Services of the link's mode that call at both of its ends."""
    ends = {link.from_node, link.to_node}
    return [
        name
        for name, service in sorted(world.services.items())
        if service.mode == link.mode and ends <= {call.port for call in service.rotation}
    ]


def applies(row: Process, flow: Flow, before: Leg | None, after: Leg | None) -> bool:
    """Whether a process concerns a flow that comes by ``before`` and goes on by ``after`` (None: an end).

    Flows woken by a stock are concerned only where the row names their cargo.
    """
    if row.node != (after.from_node if after else before.to_node if before else flow.origin):
        return False  # first, for nearly all rows are of other nodes
    conditions = (
        (row.arrive, before.mode if before else "origin"),
        (row.leave, after.mode if after else "destination"),
        (row.arrive_from, before.from_node if before else None),
        (row.leave_to, after.to_node if after else None),
        (row.cargo, flow.cargo),
        (row.goods, flow.goods),
        (row.train_class, flow.train_class),
    )
    matches = all(not allowed or value in allowed for allowed, value in conditions)
    matches &= flow.woken_by is None or flow.cargo in row.cargo  # nobody clears or inspects empty equipment unasked
    return row.background in (None, flow.background) and matches


def network_dates(world: World, clock: RunClock) -> list[date]:
    """Days after the first day of a run, to its last, on which a route, or what is done on it, may change.

    These are the days on which a link opens or closes, or gets another length or speed, and those on
    which a process comes into force or ends.
    """
    values = (v for link in world.links.values() for v in (link.in_service, link.length_km, link.speed_kmh))
    days = {day for value in values for day in value.dates}
    days |= {day for row in world.processes.values() for day in row.in_force.dates}
    return sorted(day for day in days if clock.origin < day <= clock.last_day)


def _quickest(
    graph: nx.MultiGraph, start: str, stop: str, modes: tuple[str, ...], without: str | None = None
) -> tuple[Leg, ...] | None:
    """Legs of the quickest path by the given modes and not over ``without``, or None; ties go to the first by name.

    Many flows share a stretch: what has been asked is kept with the graph, which nobody changes once it is built.
    """

    def usable(edges: Mapping[str, Mapping[str, Any]]) -> list[tuple[float, str]]:
        return sorted(
            (edge["free_h"], link_id) for link_id, edge in edges.items() if edge["mode"] in modes and link_id != without
        )

    def hours(_from: str, _to: str, edges: Mapping[str, Mapping[str, Any]]) -> float | None:
        return next((free_h for free_h, _ in usable(edges)), None)  # None hides the edge

    known: dict[tuple[Any, ...], tuple[Leg, ...] | None] = graph.graph.setdefault("quickest", {})
    asked = start, stop, modes, without
    if asked not in known:
        try:
            path = nx.dijkstra_path(graph, start, stop, weight=hours)
            best = [(a, b, usable(graph[a][b])[0][1]) for a, b in pairwise(path)]
            known[asked] = tuple(Leg(link_id, a, b, graph[a][b][link_id]["mode"]) for a, b, link_id in best)
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            known[asked] = None
    return known[asked]


def _asked(flow: Flow) -> tuple[object, ...]:
    """What tells a flow from others, amounts left out."""
    ends = (flow.origin, flow.destination, flow.via, flow.modes, flow.ways, flow.direction)
    return (*ends, flow.commodity, flow.cargo, flow.goods, flow.train_class, flow.lot, flow.train, flow.background)


def _problem(world: World, flow: Flow, message: str) -> Problem:
    known = ((n, one) for n, f in world.flows.items() for one in (f, *(way_of(f, way) for way in f.ways)))
    name = next((n for n, one in known if _asked(one) == _asked(flow)), None)
    if name is None:
        return Problem(f"flow from '{flow.origin}': {message}")
    file, line = world.where("flows", name, "via" if flow.via else "destination")
    return Problem(f"flows.{name}: {message}", file, line)
