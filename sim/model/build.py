"""From a resolved world to arrays: what all replications share is built once.

``build(world)`` routes the flows and lays out their operations; ``Model.draw(replication)`` adds one
replication's luck. Engines take the two and know nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from itertools import pairwise

import networkx as nx
import numpy as np

from sim.clock import DAY_S, to_seconds
from sim.errors import InputError, Problem
from sim.model import demand
from sim.model.arrays import plan_of
from sim.model.bans import begin_s, loading_bans
from sim.model.choice import Choices
from sim.model.draws import Model, known_timelines
from sim.model.itinerary import Itineraries
from sim.model.layout import Layout, Routed
from sim.model.operations import Operation
from sim.model.programs import drawn_programs
from sim.model.vessels import ships
from sim.model.weighing import with_weighing
from sim.network.bans import comes_back, put_off
from sim.network.graph import build_graph, network_dates, open_ways, route, route_once_opened
from sim.network.tables import Flow
from sim.network.world import World


def build(world: World) -> Model:
    """Route every flow, lay out its operations, and number everything.

    Raises ``InputError`` with every problem found: no route, room never given back, a wrong service.
    """
    clock = world.scenario.clock
    origin, end_s = clock.origin, clock.end_s
    itineraries = Itineraries(world, origin, end_s)
    choices = Choices(itineraries)
    problems: list[Problem] = []
    routed: list[Routed] = []
    weighed = world.scenario.settled.weighed if world.scenario.settled else {}
    changes = network_dates(world, clock)
    graphs = {day: build_graph(world, day) for day in [origin, *changes]}
    for name in sorted(world.flows):
        flow = world.flows[name]
        bans = loading_bans(world, name, origin)
        calendar = demand.months(flow, origin, end_s, begin_s(bans, end_s))
        if not calendar and not flow.woken_by:
            continue
        most = max((month.expected * flow.lots_together for month in calendar), default=0.0)
        if most >= demand.MONTH_STRIDE / 2:
            file, line = world.where("flows", name, "quantity_per_year")
            problems.append(
                Problem(
                    f"flows.{name}.quantity_per_year: makes {most:,.0f} shipments in one month; at most"
                    f" {demand.MONTH_STRIDE // 2:,}",
                    file,
                    line,
                )
            )
            continue
        programs: list[tuple[int, list[Operation] | None]] = []
        if flow.woken_by:
            programs, faults = _woken(choices, name, flow, graphs, origin)
            problems += faults
        for day in [] if flow.woken_by else days_with_departures(world, name, calendar, changes):
            try:
                steps = _program(choices, name, flow, day, graphs[day])
            except InputError as error:
                problems += error.problems
                break
            if name in weighed:
                steps = with_weighing(name, flow, weighed[name], steps, origin)
            programs.append((to_seconds(day, origin), steps))
        routed.append((name, flow, programs))
    problems += itineraries.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    fleet = [ship for name in sorted(world.fleets) for ship in ships(name, world, origin, end_s)]
    layout = Layout(world, routed, fleet, origin, end_s)
    plan, timelines = plan_of(layout), layout.timelines()
    return Model(
        world,
        plan,
        origin,
        clock.period_start_s,
        clock.period_end_s,
        end_s,
        layout.demands,
        layout.operations,
        timelines,
        fleet,
        drawn_programs(world, plan, layout.operations),
        known_timelines(world, timelines, end_s),
        layout,
    )


def _woken(
    choices: Choices, name: str, flow: Flow, graphs: dict[date, nx.MultiGraph], origin: date
) -> tuple[list[tuple[int, list[Operation] | None]], list[Problem]]:
    """Programs of a woken flow by date, each once; None while it has no way. Some day there must be one."""
    programs: list[tuple[int, list[Operation] | None]] = []
    problems: list[Problem] = []
    for day, graph in graphs.items():
        steps = None
        with suppress(InputError):
            steps = _program(choices, name, flow, day, graph)
        if not programs or programs[-1][1] != steps:
            programs.append((to_seconds(day, origin), steps))
    if not any(steps for _, steps in programs):
        try:  # a line that opens after the run, or in other scenarios, is no fault
            route_once_opened(choices.world, flow, min(graphs))
        except InputError as error:
            problems = error.problems
    return programs, problems


def _program(choices: Choices, name: str, flow: Flow, day: date, graph: nx.MultiGraph) -> list[Operation]:
    """A flow's operations on the network of ``day``, over its one way or by a choice among its ways."""
    world = choices.world
    if not flow.ways:
        return choices.itineraries.program(name, flow, route(world, flow, day, graph), day)
    return choices.program(name, flow, day, open_ways(world, flow, day, graph))


def days_with_departures(world: World, flow: str, calendar: list[demand.Month], changes: list[date]) -> list[date]:
    """The first days of those stretches, between changes of the network, in which shipments of a flow depart."""
    clock, off = world.scenario.clock, put_off(world, flow)
    found = []
    for day, until in pairwise([clock.origin, *changes, clock.after]):
        if _has_demand(calendar, day, until, clock.origin) or any(comes_back(b, day, until) for b in off):
            found.append(day)
    return found


def _has_demand(calendar: list[demand.Month], day: date, until: date, origin: date) -> bool:
    """Whether there is demand between two days."""
    span_s = [max(to_seconds(day, origin), 0), to_seconds(until, origin)]
    for month in calendar:
        edges = month.start_s + np.arange(len(month.cumulative)) * DAY_S
        a, b = np.interp(span_s, edges, month.cumulative)
        if b > a:
            return True
    return False
