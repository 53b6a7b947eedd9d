"""Rules on the routes that flows take: they exist, gauges fit, ships sail, and what is carried fits.

Each rule takes the resolved world and its routes, which are sought once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import networkx as nx

from sim.errors import InputError, Problem
from sim.network.bans import departs
from sim.network.graph import Leg, applies, build_graph, network_dates, open_ways, route, service_for
from sim.network.references import fault
from sim.network.tables import SEA_MODES, Call, Facility, Flow
from sim.network.world import World

#: Flow, and the legs of a route of it or why there is none.
Routes = Sequence[tuple[str, tuple[Leg, ...] | InputError]]
#: First days of stretches in which the network does not change, each with that of the next.
Stretches = tuple[tuple[date, date], ...]


def routes_of(world: World) -> Routes:
    """Every flow's routes, or what is in its way, over all stretches between network dates in which it departs; each once."""
    dates = stretches(world)
    return routes_on(world, dates, {id_: departing(world, id_, dates) for id_ in world.flows})


def stretches(world: World) -> Stretches:
    """First days of the run and of each change of the network, each with that of the next."""
    clock = world.scenario.clock
    return tuple(pairwise([clock.origin, *network_dates(world, clock), clock.after]))


def departing(world: World, flow: str, dates: Stretches) -> tuple[bool, ...]:
    """In which stretches shipments of a flow may depart."""
    return tuple(departs(world, flow, first, after) for first, after in dates)


def routes_on(world: World, dates: Stretches, departures: Mapping[str, tuple[bool, ...]]) -> Routes:
    """``routes_of``, with the stretches in which each flow departs at hand."""
    graphs = [build_graph(world, first) for first, _ in dates]
    found: dict[tuple[str, tuple[Leg, ...] | InputError], None] = {}
    for id_, flow in world.flows.items():
        for (first, _), graph, any_departs in zip(dates, graphs, departures[id_], strict=True):
            if not any_departs:
                continue
            try:
                found |= dict.fromkeys((id_, tuple(legs)) for legs in _legs(world, flow, first, graph))
            except InputError as error:
                found[id_, error] = None
                break  # the first gap is enough
    return list(found)


def _legs(world: World, flow: Flow, day: date, graph: nx.MultiGraph) -> list[list[Leg]]:
    """The flow's one route, or its routes by each way that is open on the day, within the corridor."""
    if not flow.ways:
        return [route(world, flow, day, graph)]
    return [legs for k, legs in open_ways(world, flow, day, graph) if flow.ways[k].outside is None]


# -- rules


def flows_are_reachable(world: World, routes: Routes) -> Iterator[Problem]:
    """On every day with demand there is a way through the flow's nodes by its modes."""
    for _, outcome in routes:
        if isinstance(outcome, InputError):
            yield from outcome.problems


def gauge_changes_where_possible(world: World, routes: Routes) -> Iterator[Problem]:
    """Between links of different gauge a route passes a gauge-change station or a port."""
    for id_, legs in _found(routes):
        gauge, changed = None, False
        for leg in legs:
            changed |= world.nodes[leg.from_node].kind in ("gauge_break", "port")
            ahead = world.links[leg.link].gauge_mm
            if ahead is None:
                continue
            if gauge not in (None, ahead) and not changed:
                change = f"route changes gauge from {gauge} to {ahead} mm before '{leg.link}'"
                kinds = "no node of kind 'gauge_break' or 'port' between"
                yield fault(world, "flows", id_, None, f"{change}, {kinds}")
            gauge, changed = ahead, False


def sea_legs_have_ships(world: World, routes: Routes) -> Iterator[Problem]:
    """Each sea leg of a route has one service, that takes the cargo, with ships at some time."""
    for id_, legs in _found(routes):
        for leg in legs:
            if leg.mode not in SEA_MODES:
                continue
            try:
                service = service_for(world, leg.link)
            except InputError as error:
                yield from error.problems
                continue
            cargo, use = world.flows[id_].cargo, f"but flow '{id_}' goes over '{leg.link}'"
            if cargo not in world.services[service].cargo:
                yield fault(world, "services", service, "cargo", f"does not take {cargo}, {use}")
            counts = [f.count for f in world.fleets.values() if f.service == service]
            if not any(step.value > 0 for count in counts for step in count.steps):
                yield fault(world, "services", service, None, f"has no ships, {use}")


def lots_fit_vessels(world: World, routes: Routes) -> Iterator[Problem]:
    """A lot is not larger than the largest vessel of each service that it must board."""
    for id_, legs in _found(routes):
        flow = world.flows[id_]
        for service in _services(world, legs):
            limits = [fleet.limits for fleet in world.fleets.values() if fleet.service == service]
            fits = (all(_load(world, flow, m, flow.lot) <= most for m, most in of.items()) for of in limits)
            if limits and not any(fits):
                message = f"a shipment of {flow.lot} {flow.cargo} fits no vessel of service '{service}'"
                yield fault(world, "flows", id_, "lot", message)


def stores_hold_what_is_taken(world: World, routes: Routes) -> Iterator[Problem]:
    """A yard or store has room for one whole train or lot that takes room in it."""
    for id_, legs in _found(routes):
        flow = world.flows[id_]
        for facility_id, taker, units in _takers(world, flow, legs):
            facility = world.facilities[facility_id]
            load, most = _load(world, flow, facility.unit, units), _room(world, facility)
            if load > most:
                message = f"{most} {facility.unit} cannot hold the {load} of flow '{id_}' ({taker})"
                yield fault(world, "facilities", facility_id, "capacity", message)


# -- views on the world


def _found(routes: Routes) -> Iterator[tuple[str, tuple[Leg, ...]]]:
    return ((id_, outcome) for id_, outcome in routes if isinstance(outcome, tuple))


def _takers(world: World, flow: Flow, legs: Sequence[Leg]) -> Iterator[tuple[str, str, int]]:
    """Facility, who takes room in it on the way, and cargo units taken at once."""
    ways: list[Leg | None] = [None, *legs, None]
    loads = [(name, row) for name, row in world.processes.items() if row.action == "acquire" and row.units == "load"]
    for before, after in pairwise(ways):
        for name, row in loads:
            if applies(row, flow, before, after):
                assert row.facility is not None  # a rule on references
                units = max(flow.train, flow.lot) if row.scope == "train" else flow.lot
                yield row.facility, f"process '{name}'", units
    for service in _services(world, legs):
        for call in world.services[service].rotation:
            if call.yard is not None and _lands(call, legs):
                yield call.yard, f"discharge at '{call.port}'", flow.lot


def _lands(call: Call, legs: Sequence[Leg]) -> bool:
    return any(leg.to_node == call.port and leg.mode in SEA_MODES for leg in legs)


def _services(world: World, legs: Sequence[Leg]) -> Iterator[str]:
    """Services of a route's sea legs; legs without one are named by ``sea_legs_have_ships``."""
    for leg in legs:
        if leg.mode in SEA_MODES:
            try:
                yield service_for(world, leg.link)
            except InputError:
                continue


def most_of(facility: Facility) -> int:
    """Most units that a facility has at any time."""
    return max(step.value for step in facility.capacity.steps)


def _room(world: World, facility: Facility) -> int:
    """Most that may ever stand in a facility; of a stock, the whole pool."""
    if facility.kind != "stock" or facility.pool is None:
        return most_of(facility)
    return sum(most_of(row) for row in world.facilities.values() if row.pool == facility.pool)


def _load(world: World, flow: Flow, measure: str, units: int) -> int:
    """What ``units`` of the flow's cargo take of a measure; tonnes may come from the flow."""
    if measure == "each":
        return 1
    of_one = getattr(world.cargo[flow.cargo], measure)
    return round(flow.tonnes_per_unit * units) if measure == "t" and not of_one else of_one * units
