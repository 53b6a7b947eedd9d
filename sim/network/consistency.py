"""Checks of a resolved world before anything is built from it: named rules, each callable alone.

``check(world)`` runs them all. Rules on single rows and references come first; the others follow
references, and the last ones routes, so they run only when the first ones hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from sim.errors import Problem
from sim.network import (
    ban_rules,
    geography,
    indicator_scopes,
    market_rules,
    names,
    openings,
    pairs,
    rates,
    references,
    route_rules,
)
from sim.network.choice_rules import BY_TIME
from sim.network.references import fault
from sim.network.route_rules import Routes, most_of
from sim.network.world import World

Rule = Callable[[World], Iterator[Problem]]
RouteRule = Callable[[World, Routes], Iterator[Problem]]


def check(world: World) -> list[Problem]:
    """Run the rules and return all problems found, each once, in the order of the rules."""
    problems = [problem for rule in ROW_RULES for problem in rule(world)]
    if not problems:
        routes = route_rules.routes_of(world)
        problems = [problem for rule in NETWORK_RULES for problem in rule(world)]
        problems += [problem for rule in ROUTE_RULES for problem in rule(world, routes)]
    return list(dict.fromkeys(problems))


# -- single rows


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
                yield fault(world, "processes", id_, "risk_lanes", f"make up {total:g} of all, more than 1")
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
                message = f"shares its slots with others, so barriers.{row.barrier}.{shared[0]} cannot scale them"
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
                yield fault(world, "facilities", id_, field, f"only a depot (kind: stock) has it, this is a {row.kind}")
        if row.kind == "stock" and row.idle_wait is not None and id_ not in woken:
            message = f"needs a flow that repositions idle units: 'woken_by: {id_}'"
            yield fault(world, "facilities", id_, "idle_wait", message)
    yield from _one_kind_a_pool(world)
    units = {id_: row.unit for id_, row in world.facilities.items()}
    for stock, flows in woken.items():
        for id_ in flows:
            flow, row = world.flows[id_], world.facilities[stock]
            if row.idle_wait is None:
                yield fault(world, "flows", id_, "woken_by", f"'{stock}' has no 'idle_wait': nothing leaves it")
            if flow.origin != row.node:
                yield fault(world, "flows", id_, "origin", f"must be '{row.node}', where '{stock}' stands")
            if any(s.value for s in flow.quantity_per_year.steps):
                message = "the quantity of empty repositioning is 0: how much travels is what stood idle"
                yield fault(world, "flows", id_, "woken_by", message)
            measure = units[stock]
            if measure != "each" and getattr(world.cargo[flow.cargo], measure) != 1:
                yield fault(world, "flows", id_, "cargo", f"one unit must be one {measure}, as '{stock}' counts")


def _one_kind_a_pool(world: World) -> Iterator[Problem]:
    """The units of a pool belong to one gauge and are counted alike, wherever they stand."""
    first: dict[str, tuple[str, int | None]] = {}
    for id_, row in world.facilities.items():
        if row.kind != "stock":
            continue
        other, gauge = first.setdefault(row.pool or id_, (id_, row.gauge_mm))
        unit = world.facilities[other].unit
        if unit != row.unit:
            message = f"is counted in {row.unit}, but '{other}' of the same pool in {unit}"
            yield fault(world, "facilities", id_, "unit", message)
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
        choice, by_money = flow.choice, flow.choice.money
        shares = [way.share for way in flow.ways]
        if choice.by.by_share and (None in shares or sum(share or 0 for share in shares) <= 0):
            yield fault(world, "flows", id_, "ways", f"choice by {choice.rule}: give each way a 'share', not all 0")
        if by_money and not choice.by.by_time:
            message = f"money does not count in a choice by {choice.rule}; use {' or '.join(BY_TIME)}"
            yield fault(world, "flows", id_, "choice", message)
        if choice.value_of_time is not None and not by_money:
            yield fault(world, "flows", id_, "choice", "'value_of_time' says nothing without 'money: true'")
        for way in flow.ways:
            if way.price is not None and (way.outside is None or any(step.value < 0 for step in way.price.steps)):
                rule = "only a way outside the corridor has a 'price', not below 0; others pay the tariffs"
                yield fault(world, "flows", id_, "ways", f"way '{way.name}': {rule}")
            if by_money and way.outside is not None and way.price is None:
                message = f"way '{way.name}' leaves the corridor: say its 'price' (USD a cargo unit), for money counts"
                yield fault(world, "flows", id_, "ways", message)


# -- facilities


def needed_facilities_have_capacity(world: World) -> Iterator[Problem]:
    """A facility that a process or a vessel needs has, at some time, the units needed at once."""
    for table, id_, field, facility, units in _fixed_needs(world):
        most = most_of(world.facilities[facility])
        if most < units and world.facilities[facility].kind != "stock":  # a stock may be filled by what comes in
            lack = "never has capacity" if most == 0 else f"has {most} at most"
            yield fault(world, table, id_, field, f"needs {units} of '{facility}', which {lack}")


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


#: Rules on rows and on what they name.
ROW_RULES: tuple[Rule, ...] = (
    references.links_end_at_nodes,
    references.facilities_stand_at_nodes,
    references.processes_refer,
    references.joint_operators_refer,
    references.barriers_refer,
    references.services_refer,
    references.fleets_refer,
    references.weather_refers,
    references.flows_refer,
    references.observations_refer,
    references.sources_given,
    *ban_rules.BAN_RULES,
    *market_rules.MARKET_RULES,
    *names.NAME_RULES,
    rates.rates_refer,
    rates.rates_fit_their_units,
    risk_lanes_share_out_the_movers,
    passes_stand_for_one_barrier,
    rail_capacities_are_usable,
    pairs.resets_belong_to_quotas,
    pairs.berths_alone_have_depth,
    pairs.departures_say_their_rule,
    pairs.calls_have_what_they_time,
    pairs.processes_say_what_they_do,
    pairs.ships_limit_what_they_carry,
    pairs.loads_can_be_counted,
    pairs.promises_have_two_ends,
    pairs.gauges_are_those_of_their_ends,
    pairs.observations_are_ordered,
    indicator_scopes.primary_kpi_has_a_scope,
    openings.changes_come_after_openings,
)
#: Rules that follow references.
NETWORK_RULES: tuple[Rule, ...] = (
    stocks_know_where_things_go,
    ways_are_chosen,
    geography.lengths_fit_the_map,
    geography.ships_sail_one_length,
    geography.lines_join_their_nodes,
    geography.sea_links_keep_off_land,
    needed_facilities_have_capacity,
)
#: Rules that follow routes.
ROUTE_RULES: tuple[RouteRule, ...] = (
    route_rules.flows_are_reachable,
    route_rules.gauge_changes_where_possible,
    route_rules.sea_legs_have_ships,
    route_rules.lots_fit_vessels,
    route_rules.stores_hold_what_is_taken,
)
