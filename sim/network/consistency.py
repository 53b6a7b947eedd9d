"""Checks of a resolved world before anything is built from it: named rules, each callable alone.

``check(world)`` runs them all. Rules on single rows and references come first; the others follow
references and routes, so they run only when the first ones hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import networkx as nx

from sim.errors import InputError, Problem
from sim.network import geography, measures, openings, rates, references
from sim.network.graph import Leg, applies, build_graph, network_dates, open_ways, route, service_for
from sim.network.references import fault
from sim.network.tables import SEA_MODES, Call, Facility, Flow
from sim.network.world import World

Rule = Callable[[World], Iterator[Problem]]


def check(world: World) -> list[Problem]:
    """Run the rules and return all problems found, each once, in the order of the rules."""
    problems = [problem for rule in ROW_RULES for problem in rule(world)]
    if not problems:
        problems = [problem for rule in NETWORK_RULES for problem in rule(world)]
    return list(dict.fromkeys(problems))


# -- single rows


def speeds_and_lengths_are_positive(world: World) -> Iterator[Problem]:
    """Every length and speed of a link is above 0."""
    for id_, link in world.links.items():
        for field in ("length_km", "speed_kmh"):
            for step in getattr(link, field).steps:
                if step.value <= 0:
                    yield fault(world, "links", id_, field, f"must be above 0, not {step.value:g}")


def rail_capacities_are_usable(world: World) -> Iterator[Problem]:
    """A rail link states its capacity once, above 0; Mt a year come with the load of a train."""
    for id_, link in world.links.items():
        pairs, megatonnes = link.trains_per_day, link.capacity_mt_per_year
        if pairs is not None and megatonnes is not None:
            message = "give 'trains_per_day' or 'capacity_mt_per_year', not both"
            yield fault(world, "links", id_, "capacity_mt_per_year", message)
        if megatonnes is not None and link.net_tonnes_per_train is None:
            message = "needs 'net_tonnes_per_train' to become train paths"
            yield fault(world, "links", id_, "capacity_mt_per_year", message)
        for field, value in (("trains_per_day", pairs), ("capacity_mt_per_year", megatonnes)):
            if value is not None and any(step.value <= 0 for step in value.steps):
                message = "must be above 0; a closed link is 'in_service: false'"
                yield fault(world, "links", id_, field, message)


def capacities_are_not_negative(world: World) -> Iterator[Problem]:
    """Facility capacities and fleet counts are 0 or more."""
    for table, field in (("facilities", "capacity"), ("fleets", "count")):
        for id_, row in getattr(world, table).items():
            if any(step.value < 0 for step in getattr(row, field).steps):
                yield fault(world, table, id_, field, "must not be negative")


def demand_is_not_negative(world: World) -> Iterator[Problem]:
    """Quantities and monthly profiles are not negative, and a profile has a month above 0."""
    for id_, flow in world.flows.items():
        if any(step.value < 0 for step in flow.quantity_per_year.steps):
            yield fault(world, "flows", id_, "quantity_per_year", "must not be negative")
        profiles = [step.value for step in flow.monthly_profile.steps] if flow.monthly_profile else []
        if any(min(weights) < 0 or sum(weights) <= 0 for weights in profiles):
            message = "must be twelve weights, none below 0 and not all 0"
            yield fault(world, "flows", id_, "monthly_profile", message)


def risk_lanes_share_out_the_movers(world: World) -> Iterator[Problem]:
    """Risk lanes stand in place of share and duration, and at no time make up more than all movers."""
    for id_, row in world.processes.items():
        lanes = row.risk_lanes.values()
        for field in ("share", "duration"):
            if lanes and field in row.model_fields_set:
                yield fault(world, "processes", id_, field, "stands in the risk lanes; give it there alone")
        for day in {date.min, *(day for lane in lanes for day in lane.share.dates)}:
            total = sum(lane.share.at(day) for lane in lanes)
            if total > 1 + 1e-9:
                yield fault(world, "processes", id_, "risk_lanes", f"make up {total:g} of the movers, more than 1")
                break


def passes_stand_for_one_barrier(world: World) -> Iterator[Problem]:
    """The strength of a barrier divides the passes of a quota: so all its rows name one barrier of one place."""
    rows_of: dict[str, list[str]] = {}
    for id_, row in world.processes.items():
        facility = world.facilities.get(row.facility or "")
        if facility and facility.kind == "quota" and row.barrier:
            rows_of.setdefault(row.facility or "", []).append(id_)
    for quota, ids in rows_of.items():
        first = world.processes[ids[0]]
        for id_ in ids:
            row = world.processes[id_]
            shared = [g for g in row.goods if len(row.goods) > 1 and g in world.barriers.get(row.barrier or "", {})]
            if (row.barrier, row.barrier_country, row.node) != (first.barrier, first.barrier_country, first.node):
                message = f"'{quota}' stands for the barrier of '{ids[0]}': barrier, country and node must agree"
                yield fault(world, "processes", id_, "barrier", message)
            elif shared:
                message = f"shares its passes with others, so barriers.{row.barrier}.{shared[0]} cannot scale them"
                yield fault(world, "processes", id_, "goods", message)


def stocks_know_where_things_go(world: World) -> Iterator[Problem]:
    """Pool and idle time belong to stocks; what leaves a stock when idle wakes a flow from its node."""
    woken: dict[str, list[str]] = {}
    for id_, flow in world.flows.items():
        if flow.woken_by is not None:
            woken.setdefault(flow.woken_by, []).append(id_)
    for id_, row in world.facilities.items():
        for field in ("pool", "idle_wait", "owner", "gauge_mm"):
            if row.kind != "stock" and getattr(row, field) is not None:
                yield fault(world, "facilities", id_, field, f"only a stock has it, this is a {row.kind}")
        if row.kind == "stock" and row.idle_wait is not None and id_ not in woken:
            message = f"needs a flow that is woken by it: 'woken_by: {id_}'"
            yield fault(world, "facilities", id_, "idle_wait", message)
    yield from _one_gauge_a_pool(world)
    units = {id_: row.unit for id_, row in world.facilities.items()}
    for stock, flows in woken.items():
        for id_ in flows:
            flow, row = world.flows[id_], world.facilities[stock]
            if row.idle_wait is None:
                yield fault(world, "flows", id_, "woken_by", f"'{stock}' has no 'idle_wait': nothing leaves it")
            if flow.origin != row.node:
                yield fault(world, "flows", id_, "origin", f"must be '{row.node}', where '{stock}' stands")
            if any(s.value for s in flow.quantity_per_year.steps):
                message = "the quantity of a woken flow is 0: how much travels is what stood idle"
                yield fault(world, "flows", id_, "woken_by", message)
            measure = units[stock]
            if measure != "each" and getattr(world.cargo[flow.cargo], measure) != 1:
                yield fault(world, "flows", id_, "cargo", f"one unit must be one {measure}, as '{stock}' counts")


def _one_gauge_a_pool(world: World) -> Iterator[Problem]:
    """The units of a pool belong to one gauge, wherever they stand."""
    first: dict[str, tuple[str, int | None]] = {}
    for id_, row in world.facilities.items():
        if row.kind != "stock":
            continue
        other, gauge = first.setdefault(row.pool or id_, (id_, row.gauge_mm))
        if gauge != row.gauge_mm:
            own, its = (f"{mm} mm" if mm else "not given" for mm in (row.gauge_mm, gauge))
            message = f"is {own}, but {its} at '{other}' of the same pool"
            yield fault(world, "facilities", id_, "gauge_mm", message)


def ways_are_chosen(world: World) -> Iterator[Problem]:
    """Ways come with a rule of choice that has what it needs.

    By share every way has a share, not all 0; money belongs to choices by time, and then a way outside has a price.
    """
    for id_, flow in world.flows.items():
        if bool(flow.ways) != (flow.choice is not None):
            yield fault(world, "flows", id_, "ways" if flow.ways else "choice", "'ways' and 'choice' come together")
        if not (flow.ways and flow.choice):
            continue
        by_share, by_money = flow.choice.rule == "share", flow.choice.money
        shares = [way.share for way in flow.ways]
        if by_share and (None in shares or sum(share or 0 for share in shares) <= 0):
            yield fault(world, "flows", id_, "ways", "choice by share: give each way a 'share', not all 0")
        if by_share and by_money:
            yield fault(world, "flows", id_, "choice", "money does not count in a choice by share; use recent or logit")
        if flow.choice.value_of_time is not None and not by_money:
            yield fault(world, "flows", id_, "choice", "'value_of_time' says nothing without 'money: true'")
        for way in flow.ways:
            if way.price is not None and (way.outside is None or any(step.value < 0 for step in way.price.steps)):
                rule = "only a way outside the corridor has a 'price', not below 0; others pay the tariffs"
                yield fault(world, "flows", id_, "ways", f"way '{way.name}': {rule}")
            if by_money and way.outside is not None and way.price is None:
                message = f"way '{way.name}' leaves the corridor: say its 'price' (USD a cargo unit), for money counts"
                yield fault(world, "flows", id_, "ways", message)


# -- facilities and routes


def needed_facilities_have_capacity(world: World) -> Iterator[Problem]:
    """A facility that a process or a vessel needs has, at some time, the units needed at once."""
    for table, id_, field, facility, units in _fixed_needs(world):
        most = _most(world.facilities[facility])
        if most < units and world.facilities[facility].kind != "stock":  # a stock may be filled by what comes in
            lack = "never has capacity" if most == 0 else f"has {most} at most"
            yield fault(world, table, id_, field, f"needs {units} of '{facility}', which {lack}")


def flows_are_reachable(world: World) -> Iterator[Problem]:
    """On every day with demand there is a way through the flow's nodes by its modes."""
    for _, outcome in _routed(world):
        if isinstance(outcome, InputError):
            yield from outcome.problems


def gauge_changes_where_possible(world: World) -> Iterator[Problem]:
    """Between links of different gauge a route passes a gauge-change station or a port."""
    for id_, legs in _routes(world):
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


def sea_legs_have_ships(world: World) -> Iterator[Problem]:
    """Each sea leg of a route has one service, that takes the cargo, with ships at some time."""
    for id_, legs in _routes(world):
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


def lots_fit_vessels(world: World) -> Iterator[Problem]:
    """A lot is not larger than the largest vessel of each service that it must board."""
    for id_, legs in _routes(world):
        flow = world.flows[id_]
        for service in _services(world, legs):
            limits = [fleet.limits for fleet in world.fleets.values() if fleet.service == service]
            fits = (all(_load(world, flow, m, flow.lot) <= most for m, most in of.items()) for of in limits)
            if limits and not any(fits):
                message = f"a lot of {flow.lot} {flow.cargo} fits no vessel of service '{service}'"
                yield fault(world, "flows", id_, "lot", message)


def stores_hold_what_is_taken(world: World) -> Iterator[Problem]:
    """A yard or store has room for one whole train or lot that takes room in it."""
    for id_, legs in _routes(world):
        flow = world.flows[id_]
        for facility_id, taker, units in _takers(world, flow, legs):
            facility = world.facilities[facility_id]
            load, most = _load(world, flow, facility.unit, units), _room(world, facility)
            if load > most:
                message = f"{most} {facility.unit} cannot hold the {load} of flow '{id_}' ({taker})"
                yield fault(world, "facilities", facility_id, "capacity", message)


# -- views on the world


def _fixed_needs(world: World) -> Iterator[tuple[str, str, str, str, int]]:
    """Table, row, field, facility and units of every need of at least one unit."""
    for id_, row in world.processes.items():
        if row.facility is not None and row.action != "release":
            yield "processes", id_, "facility", row.facility, 1 if row.units == "load" else row.units
    for id_, service in world.services.items():
        for k, call in enumerate(service.rotation):
            for field, units in (("berth", 1), ("entry", 1), ("yard", 1), ("cranes", call.cranes_per_vessel)):
                if getattr(call, field) is not None:
                    yield "services", id_, f"rotation.{k}.{field}", getattr(call, field), units


def _takers(world: World, flow: Flow, legs: list[Leg]) -> Iterator[tuple[str, str, int]]:
    """Facility, who takes room in it on the way, and cargo units taken at once."""
    ways: list[Leg | None] = [None, *legs, None]
    for before, after in pairwise(ways):
        for name, row in world.processes.items():
            if row.action == "acquire" and row.units == "load" and applies(row, flow, before, after):
                assert row.facility is not None  # a rule on references
                units = max(flow.train, flow.lot) if row.scope == "train" else flow.lot
                yield row.facility, f"process '{name}'", units
    for service in _services(world, legs):
        for call in world.services[service].rotation:
            if call.yard is not None and _lands(call, legs):
                yield call.yard, f"discharge at '{call.port}'", flow.lot


def _lands(call: Call, legs: list[Leg]) -> bool:
    return any(leg.to_node == call.port and leg.mode in SEA_MODES for leg in legs)


def _services(world: World, legs: list[Leg]) -> Iterator[str]:
    """Services of a route's sea legs; legs without one are named by ``sea_legs_have_ships``."""
    for leg in legs:
        if leg.mode in SEA_MODES:
            try:
                yield service_for(world, leg.link)
            except InputError:
                continue


def _most(facility: Facility) -> int:
    return max(step.value for step in facility.capacity.steps)


def _room(world: World, facility: Facility) -> int:
    """Most that may ever stand in a facility; of a stock, the whole pool."""
    if facility.kind != "stock" or facility.pool is None:
        return _most(facility)
    return sum(_most(row) for row in world.facilities.values() if row.pool == facility.pool)


def _load(world: World, flow: Flow, measure: str, units: int) -> int:
    """What ``units`` of the flow's cargo take of a measure; tonnes may come from the flow."""
    if measure == "each":
        return 1
    of_one = getattr(world.cargo[flow.cargo], measure)
    return round(flow.tonnes_per_unit * units) if measure == "t" and not of_one else of_one * units


def _routes(world: World) -> Iterator[tuple[str, list[Leg]]]:
    return ((id_, outcome) for id_, outcome in _routed(world) if isinstance(outcome, list))


def _routed(world: World) -> Iterator[tuple[str, list[Leg] | InputError]]:
    """Every flow's route, or what is in its way, in each stretch between network dates with demand."""
    scenario = world.scenario
    start = scenario.period_start - timedelta(seconds=scenario.warm_up_s)
    end = scenario.period_end + timedelta(days=1, seconds=scenario.run_out_s)
    stretches = list(pairwise([start, *network_dates(world, start, end), end]))
    graphs = [build_graph(world, first) for first, _ in stretches]
    for id_, flow in world.flows.items():
        for (first, after), graph in zip(stretches, graphs, strict=True):
            if not _has_demand(flow, first, after):
                continue
            try:
                for legs in _legs(world, flow, first, graph):
                    yield id_, legs
            except InputError as error:
                yield id_, error
                break  # the first gap is enough


def _legs(world: World, flow: Flow, day: date, graph: nx.MultiGraph) -> list[list[Leg]]:
    """The flow's one route, or its routes by each way that is open on the day, within the corridor."""
    if not flow.ways:
        return [route(world, flow, day, graph)]
    return [legs for k, legs in open_ways(world, flow, day, graph) if flow.ways[k].outside is None]


def _has_demand(flow: Flow, first: date, after: date) -> bool:
    days = (first + timedelta(days=k) for k in range((after - first).days))
    profile = flow.monthly_profile
    return any(
        flow.quantity_per_year.at(day) > 0 and (profile is None or profile.at(day)[day.month - 1] > 0) for day in days
    )


#: Rules on rows and on what they name.
ROW_RULES: tuple[Rule, ...] = (
    references.links_end_at_nodes, references.facilities_stand_at_nodes, references.processes_refer,
    references.joint_operators_refer, references.barriers_refer, references.services_refer,
    references.fleets_refer, references.weather_refers, references.flows_refer, references.observations_refer,
    references.sources_given, rates.rates_refer,
    rates.rates_fit_their_units,
    risk_lanes_share_out_the_movers, passes_stand_for_one_barrier,
    speeds_and_lengths_are_positive, rail_capacities_are_usable, capacities_are_not_negative, demand_is_not_negative,
    measures.primary_kpi_has_a_scope, openings.changes_come_after_openings,
)  # fmt: skip
#: Rules that follow references.
NETWORK_RULES: tuple[Rule, ...] = (
    stocks_know_where_things_go, ways_are_chosen,
    geography.lengths_fit_the_map, geography.lines_join_their_nodes, geography.sea_links_keep_off_land,
    needed_facilities_have_capacity, flows_are_reachable, gauge_changes_where_possible, sea_legs_have_ships,
    lots_fit_vessels, stores_hold_what_is_taken,
)  # fmt: skip
#: All rules by name, in the order in which they run.
RULES: dict[str, Rule] = {rule.__name__: rule for rule in (*ROW_RULES, *NETWORK_RULES)}
