"""The ways between two places: time free of waiting, price, CO2 and borders of each, without a run.

The quickest way by free-flow time comes first; others are found by closing, one after the other, the borders and sea
legs that a way uses. So two ways differ in a border or a sea leg, not in a yard that is passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import networkx as nx

from sim.contract.plan import Cause, Kind
from sim.errors import InputError, Problem, nearest
from sim.model.itinerary import Itineraries
from sim.model.operations import Operation, Variant
from sim.network.charges import ChargedLeg, charge, charged_network, events, load_of, together
from sim.network.graph import UNSERVED_H, Leg, build_graph, free_flow_h, route, service_for, way_of
from sim.network.tables import SEA_MODES, Flow
from sim.network.titles import short_name, titles_of
from sim.network.world import World
from sim.record import Record

#: Ways looked at, at most: each is one search of the network.
_MOST_SEARCHES = 80
#: Ways whose time, price and CO2 are worked out, at most: the quickest at free flow.
_MOST_TOLD = 24
#: Causes of steps that are no waiting.
_AT_WORK = (Cause.MOVING, Cause.HANDLING, Cause.BARRIER)
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Border(Record):
    """A border that a way crosses: the two countries, and the two places."""

    countries: tuple[str, str]
    places: tuple[str, str]


@dataclass(frozen=True, slots=True)
class FoundWay(Record):
    """One way; money and CO2 are of one cargo unit, such as a TEU."""

    via: tuple[str, ...]  #: titles of ports and of places at borders, in the order of travel
    nodes: tuple[str, ...]  #: ids of all places passed, both ends included
    links: tuple[str, ...]
    km: float
    moving_h: float  #: running and sailing
    handling_h: float  #: ports, yards, gauge
    formalities_h: float  #: borders and documents
    usd: float | None  #: charges; None: no tariff matches anything
    kg_co2e: float | None  #: None: no factor matches anything
    unpriced: tuple[str, ...]  #: what has no tariff: component and place
    borders: tuple[Border, ...]
    services: tuple[str, ...]  #: titles of the sea services
    flows: tuple[str, ...]  #: flows of the scenario that go from there to there by it

    @property
    def free_h(self) -> float:
        """Hours free of waiting for vessels, capacity, trains and equipment."""
        return self.moving_h + self.handling_h + self.formalities_h


@dataclass(frozen=True, slots=True)
class Ways(Record):
    """The ways between two places on a day, the quickest first."""

    origin: str
    destination: str
    origin_title: str
    destination_title: str
    cargo: str
    unit: str
    day: str
    priced_as: str  #: the flow whose load, tariffs and formalities are used
    ways: tuple[FoundWay, ...]


def find_ways(
    world: World, origin: str, destination: str, cargo: str = "", day: date | None = None, most: int = 5
) -> Ways:
    """The ways between two places.

    Args:
        origin, destination: ids or titles of places.
        cargo: kind of cargo; empty: containers, where the network has them.
        day: links, prices and formalities are those of this day; None: the last of the scenario's period.
        most: ways at most.

    Raises:
        InputError: an unknown place or cargo with the nearest, twice the same place, or no way on that day, with the
            days on which one opens.
    """
    problems: list[Problem] = []
    ends = [_place(world, name, problems) for name in (origin, destination)]
    template, modes = _template(world, cargo, ends, problems)
    if not problems and ends[0] == ends[1]:
        problems.append(Problem(f"{origin!r} and {destination!r} are the same place; a way has two ends"))
    if problems or template is None:
        raise InputError(problems)
    start, stop = ends
    day = day or world.scenario.period_end
    flow = world.flows[template].model_copy(
        update={"origin": start, "destination": stop, "via": (), "ways": (), "choice": None, "modes": modes}
    )
    found = _found(world, flow, day)
    if not found:
        raise InputError([Problem(_no_way(world, flow, day))])
    own = _goers(world, start, stop, day)
    told = tuple(sorted((_told(world, template, flow, legs, day, own) for legs in found), key=lambda way: way.free_h))
    names = [short_name(world.nodes[name].name) for name in ends]
    unit = flow.cargo if flow.cargo == "TEU" else {"t": "t", "oil_t": "t"}.get(flow.cargo, flow.cargo.replace("_", " "))
    return Ways(start, stop, names[0], names[1], flow.cargo, unit, day.isoformat(), template, told[:most])


def _place(world: World, name: str, problems: list[Problem]) -> str:
    """The id of a place that is named by id or title; a name of several places is none."""
    if name in world.nodes:
        return name
    wanted = name.strip().casefold()
    titles = {id_: node.name for id_, node in world.nodes.items()}
    same = [id_ for id_, title in titles.items() if wanted in (title.casefold(), short_name(title).casefold(), id_)]
    if len(same) == 1:
        return same[0]
    if same:
        problems.append(Problem(f"{name[:60]!r} names several places: {', '.join(same)}; give one of these ids"))
    else:
        known = [*titles, *map(short_name, titles.values())]
        hint = nearest(name[:60], known, 3)
        problems.append(Problem(f"no place {name[:60]!r}{hint}; 'corridor list --places' shows all"))
    return ""


def _template(
    world: World, cargo: str, ends: Sequence[str], problems: list[Problem]
) -> tuple[str | None, tuple[str, ...]]:
    """A flow whose load, charges and formalities a way is told for, and the modes that its cargo goes by."""
    carried = {name: flow for name, flow in world.flows.items() if flow.woken_by is None and not flow.background}
    kinds = list(dict.fromkeys(flow.cargo for flow in carried.values()))
    wanted = cargo or ("TEU" if "TEU" in kinds else next(iter(kinds), ""))
    if wanted not in kinds:
        problems.append(
            Problem(f"no flow carries {cargo[:40]!r}; allowed: {', '.join(kinds)}{nearest(cargo[:40], kinds)}")
        )
        return None, ()
    fitting = {name: flow for name, flow in carried.items() if flow.cargo == wanted}
    modes = dict.fromkeys(mode for flow in world.flows.values() if flow.cargo == wanted for mode in flow.modes)

    def likeness(name: str) -> tuple[int, bool, str]:
        flow = fitting[name]
        places = (flow.origin in ends) + (flow.destination in ends) + 2 * (flow.destination == ends[1])
        return -places, flow.train_class is not None, name

    return min(fitting, key=likeness), tuple(modes)


def _found(world: World, flow: Flow, day: date) -> list[list[Leg]]:
    """Different ways by free-flow time, from closing what makes a way a way."""
    graph = nx.Graph()
    for a, b, link, edge in build_graph(world, day).edges(keys=True, data=True):
        best = graph.get_edge_data(a, b)
        if edge["mode"] in flow.modes and edge["free_h"] < UNSERVED_H and (best is None or edge["free_h"] < best["h"]):
            graph.add_edge(a, b, h=edge["free_h"], link=link, mode=edge["mode"])
    found: dict[tuple[str, ...], tuple[float, list[Leg]]] = {}
    waiting: list[frozenset[str]] = [frozenset()]
    tried = set(waiting)
    while waiting and len(tried) <= _MOST_SEARCHES:
        closed = waiting.pop(0)
        legs = _quickest(graph, flow.origin, flow.destination, closed)
        marks = tuple(leg.link for leg in legs if _marks(world, leg))
        if not legs or not _carried(world, flow, legs):
            continue
        hours = sum(free_flow_h(world.links[leg.link], day) for leg in legs)
        if marks not in found or hours < found[marks][0]:
            found[marks] = (hours, legs)
        for link in marks:
            more = closed | {link}
            if more not in tried:
                tried.add(more)
                waiting.append(more)
    return [legs for _, legs in sorted(found.values(), key=lambda one: one[0])[:_MOST_TOLD]]


def _quickest(graph: nx.Graph, start: str, stop: str, closed: frozenset[str]) -> list[Leg]:
    def hours(_from: str, _to: str, edge: Mapping[str, object]) -> object:
        return None if edge["link"] in closed else edge["h"]

    try:
        path = nx.dijkstra_path(graph, start, stop, weight=hours)
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return []
    return [Leg(graph[a][b]["link"], a, b, graph[a][b]["mode"]) for a, b in pairwise(path)]


def _marks(world: World, leg: Leg) -> bool:
    """Whether a leg tells ways apart: it goes to sea or into another country."""
    return leg.mode in SEA_MODES or world.nodes[leg.from_node].country != world.nodes[leg.to_node].country


def _carried(world: World, flow: Flow, legs: Sequence[Leg]) -> bool:
    """Whether one service sails each sea leg and takes the cargo."""
    try:
        return all(
            flow.cargo in world.services[service_for(world, leg.link)].cargo for leg in legs if leg.mode in SEA_MODES
        )
    except InputError:
        return False


def _told(
    world: World, template: str, flow: Flow, legs: list[Leg], day: date, own: Mapping[tuple[str, ...], Sequence[str]]
) -> FoundWay:
    build = Itineraries(replace(world, flows=world.flows | {template: flow}), day, 1)
    hours = dict.fromkeys(_AT_WORK, 0.0)
    for step in build.on_the_way(template, flow, legs, day):
        for cause, spent in _hours(world, step, flow, day):
            if cause in hours:
                hours[cause] += spent
    network, load = charged_network(world), load_of(world, flow)
    route = [
        ChargedLeg(x.link, x.from_node, x.to_node, service_for(world, x.link) if x.mode in SEA_MODES else "")
        for x in legs
    ]
    happening = together(events(route, network, day))
    paid = [charge(world.tariffs.values(), event, load, day) for event in happening]
    emitted = [charge(world.emissions.values(), event, load, day) for event in happening]
    unpriced = [f"{e.component} in {e.place}" for e, one in zip(happening, paid, strict=True) if not one.known]
    titles = titles_of(
        {table: _plain(world, table) for table in ("nodes", "links", "facilities", "services", "fleets")}
    )
    marked = [node for leg in legs if _marks(world, leg) for node in (leg.from_node, leg.to_node)]
    ends = (flow.origin, flow.destination)
    return FoundWay(
        via=tuple(short_name(world.nodes[node].name) for node in dict.fromkeys(marked) if node not in ends),
        nodes=(flow.origin, *(leg.to_node for leg in legs)),
        links=tuple(leg.link for leg in legs),
        km=sum(world.links[leg.link].length_km.at(day) for leg in legs),
        moving_h=hours[Cause.MOVING],
        handling_h=hours[Cause.HANDLING],
        formalities_h=hours[Cause.BARRIER],
        usd=sum(one.total for one in paid) / flow.lot if any(one.known for one in paid) else None,
        kg_co2e=sum(one.total for one in emitted) / flow.lot if any(one.known for one in emitted) else None,
        unpriced=tuple(unpriced) if any(one.known for one in paid) else (),
        borders=tuple(_borders(world, legs)),
        services=tuple(titles[leg.service] for leg in route if leg.service),
        flows=tuple(own.get(tuple(leg.link for leg in legs if _marks(world, leg)), ())),
    )


def _plain(world: World, table: str) -> dict[str, dict[str, object]]:
    return {name: row.model_dump(mode="python") for name, row in getattr(world, table).items()}


def _borders(world: World, legs: Sequence[Leg]) -> Iterator[Border]:
    """Each border that is crossed; over the sea too, from the last port to the first."""
    for leg in legs:
        ends = (world.nodes[leg.from_node], world.nodes[leg.to_node])
        countries = (ends[0].country, ends[1].country)
        if countries[0] != countries[1]:
            yield Border(countries, (short_name(ends[0].name), short_name(ends[1].name)))


def _hours(world: World, step: Operation, flow: Flow, day: date) -> Iterator[tuple[Cause, float]]:
    """Expected hours of a step on its first day, by cause; of a boarding the sailing, and loading and discharging."""
    if step.kind == Kind.BOARD and step.boarding is not None and step.link is not None:
        link = world.links[step.link]
        yield Cause.MOVING, link.length_km.at(day) / link.speed_kmh.at(day)
        handled = (step.variants[0], step.boarding.discharging[0])
        yield Cause.HANDLING, sum(_expected_s(one, flow) for one in handled) / _HOUR_S
    elif step.kind == Kind.PROCESS and step.variants:
        yield step.cause, _expected_s(step.variants[0], flow) / _HOUR_S


def _expected_s(variant: Variant, flow: Flow) -> float:
    """Expected seconds, over those who undergo it and those who do not."""
    times = flow.lot if variant.per_unit else 1
    if variant.treatments:
        spent = sum(one.share * one.draw.mean_s for one in variant.treatments)
    else:
        spent = variant.share * (variant.draw.mean_s if variant.draw is not None else variant.mean_s)
    return spent * variant.scale * times


def _goers(world: World, start: str, stop: str, day: date) -> dict[tuple[str, ...], list[str]]:
    """Flows between the two places, by the borders and sea legs of their own ways."""
    found: dict[tuple[str, ...], list[str]] = {}
    graph = build_graph(world, day)
    for name, flow in world.flows.items():
        own = [way_of(flow, way) for way in flow.ways if not way.outside] or [flow]
        for way in own:
            if (way.origin, way.destination) == (start, stop):
                legs = _route(world, way, day, graph)
                marks = tuple(leg.link for leg in legs if _marks(world, leg))
                found.setdefault(marks, []).append(name)
    return {marks: list(dict.fromkeys(names)) for marks, names in found.items()}


def _route(world: World, flow: Flow, day: date, graph: nx.MultiGraph) -> list[Leg]:
    try:
        return route(world, flow, day, graph)
    except InputError:
        return []  # a link of it is closed on the day


def _no_way(world: World, flow: Flow, day: date) -> str:
    """That there is none, and from when links open that make one."""
    ends = " to ".join(short_name(world.nodes[end].name) for end in (flow.origin, flow.destination))
    told = f"no way from {ends} by {', '.join(flow.modes)} for {flow.cargo} on {day}"
    opens = sorted({d for link in world.links.values() for d in link.in_service.dates if d > day})
    later = next((d for d in opens if _found(world, flow, d)), None)
    return f"{told}; one opens on {later}: --on {later}" if later else f"{told}; other cargo: --cargo"
