"""Routes over the multimodal graph: quickest way, order of via, dates, and what is said of a gap."""

import random
from dataclasses import replace
from datetime import date

import networkx as nx
import pytest
from small_world import KNOWN, link, small_world

from sim.errors import InputError
from sim.network.graph import Leg, applies, build_graph, free_flow_h, network_dates, route, service_for
from sim.network.route_rules import routes_of
from sim.scenario.run_clock import RunClock

DAY = date(2024, 6, 1)


def nodes_of(legs: list[Leg]) -> list[str]:
    return [legs[0].from_node, *(leg.to_node for leg in legs)]


def test_legs_are_in_order_of_travel_in_both_directions(tmp_path):
    world = small_world(tmp_path)
    flow = world.flows["F1"]
    legs = route(world, flow, DAY)
    assert [leg.link for leg in legs] == ["east_gap", "gap_dock", "dock_quay", "quay_west"]
    assert legs[2] == Leg("dock_quay", "dock", "quay", "sea_container")
    back = route(world, flow.model_copy(update={"origin": "west", "destination": "east"}), DAY)
    assert nodes_of(back) == nodes_of(legs)[::-1]


def test_a_sea_leg_counts_a_port_call_of_a_day(tmp_path):
    world = small_world(tmp_path)
    assert free_flow_h(world.links["east_gap"], DAY) == pytest.approx(120 / 40)
    assert free_flow_h(world.links["dock_quay"], DAY) == pytest.approx(120 / 20 + 24)


@pytest.mark.parametrize(("length_km", "goes"), [(260, "bridge"), (290, "dock_quay")])
def test_the_quicker_of_land_and_sea_is_taken(tmp_path, length_km, goes):
    # over the sea: 30 h; the bridge at 9 km/h: 28.9 h or 32.2 h
    world = small_world(tmp_path, {"links.bridge": link("dock", "quay", length_km=length_km, speed_kmh=9)})
    assert goes in [leg.link for leg in route(world, world.flows["F1"], DAY)]


def test_parallel_links_of_equal_time_go_to_the_name_that_sorts_first(tmp_path):
    same = {"links.a_second": link("east", "gap"), "links.z_third": link("east", "gap")}
    world = small_world(tmp_path, same)
    assert route(world, world.flows["F1"], DAY)[0].link == "a_second"


def test_modes_of_the_flow_hide_other_links(tmp_path):
    world = small_world(tmp_path, {"links.road": link("east", "gap", "road", speed_kmh=90)})
    assert route(world, world.flows["F1"], DAY)[0].link == "east_gap"


def test_via_nodes_are_visited_in_their_order(tmp_path):
    detour = {"links.far_a": link("gap", "north"), "links.far_b": link("north", "dock", length_km=200)}
    north = {"name": "n", "country": "KZ", "kind": "station", "lon": 52.5, "lat": 0.5, **KNOWN}
    world = small_world(tmp_path, {"nodes.north": north, **detour, "flows.F1.via": ["north", "dock"]})
    assert nodes_of(route(world, world.flows["F1"], DAY)) == ["east", "gap", "north", "dock", "quay", "west"]


def test_a_link_opens_and_closes_on_its_dates(tmp_path):
    closed = [{"value": True}, {"from": "2024-03-01", "value": False}, {"from": "2024-05-20", "value": True}]
    world = small_world(tmp_path, {"links.gap_dock.in_service": closed})
    flow = world.flows["F1"]
    assert route(world, flow, date(2024, 2, 29)) == route(world, flow, date(2024, 5, 20))
    assert not build_graph(world, date(2024, 3, 1)).has_edge("gap", "dock")
    with pytest.raises(InputError) as error:
        route(world, flow, date(2024, 5, 19))
    file = tmp_path / "geodata" / "flows.yaml"
    assert str(error.value) == (
        f"{file}:1: flows.F1: no way from 'east' to 'west' by rail, sea_container on 2024-05-19"
    )


def test_the_first_gap_is_named(tmp_path):
    world = small_world(tmp_path, {"links.quay_west": None, "flows.F1.via": ["gap", "quay"]})
    with pytest.raises(InputError, match=r"no way from 'quay' to 'west' by rail, sea_container on"):
        route(world, world.flows["F1"], DAY)


def test_the_same_link_twice_in_one_direction_is_refused(tmp_path):
    world = small_world(tmp_path, {"flows.F1.via": ["dock", "gap", "quay"]})
    with pytest.raises(InputError) as error:
        route(world, world.flows["F1"], DAY)
    assert str(error.value).endswith(
        "flows.F1: goes over link 'gap_dock' from 'gap' twice; list 'via' in the order of travel"
    )


def test_network_dates_lie_inside_the_run_and_come_from_openings_lengths_and_speeds(tmp_path):
    world = small_world(
        tmp_path,
        {
            "links.gap_dock.in_service": [{"value": False}, {"from": "2023-01-01", "value": True}],
            "links.east_gap.speed_kmh": [{"value": 40}, {"from": "2024-04-01", "value": 60}],
            "links.quay_west.length_km": [{"value": 120}, {"from": "2024-09-30", "value": 115}],
            "links.quay_west.trains_per_day": [{"value": 20}, {"from": "2024-07-01", "value": 30}],
        },
    )
    clock = RunClock.of(date(2023, 11, 2), date(2025, 4, 29), 0, 0)
    assert network_dates(world, clock) == [date(2024, 4, 1), date(2024, 9, 30)]


@pytest.mark.parametrize(("hours", "gaps"), [(24, []), (36, ["2023-12-30"]), (48, ["2023-12-30"])])
def test_routes_are_sought_from_the_day_on_which_the_run_begins(tmp_path, hours, gaps):
    """36 h of warm-up begin two days before the period: the build seeks routes from there, and so does the check."""
    opening = [{"value": False}, {"from": "2023-12-31", "value": True}]
    world = small_world(tmp_path, {"links.gap_dock.in_service": opening})
    assert _gaps(replace(world, scenario=replace(world.scenario, warm_up_s=hours * 3600))) == gaps


@pytest.mark.parametrize(("hours", "gaps"), [(24, []), (36, ["2025-01-02"]), (48, ["2025-01-02"])])
def test_routes_are_sought_to_the_day_on_which_the_run_ends(tmp_path, hours, gaps):
    closing = [{"value": True}, {"from": "2025-01-02", "value": False}]
    world = small_world(tmp_path, {"links.gap_dock.in_service": closing})
    assert _gaps(replace(world, scenario=replace(world.scenario, run_out_s=hours * 3600))) == gaps


def _gaps(world):
    """Days on which a flow has no way."""
    found = [outcome for _, outcome in routes_of(world) if isinstance(outcome, InputError)]
    return [str(problem).rsplit(" on ", 1)[1] for error in found for problem in error.problems]


def test_a_sea_link_has_exactly_one_service(tmp_path):
    world = small_world(tmp_path)
    assert service_for(world, "dock_quay") == "feeder"
    world.services["rival"] = world.services["feeder"]
    with pytest.raises(InputError, match=r"2 services \(feeder, rival\) of mode sea_container between"):
        service_for(world, "dock_quay")
    world.services.clear()
    with pytest.raises(InputError, match=r"links.dock_quay: no service of mode sea_container"):
        service_for(world, "dock_quay")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("arrive", ("rail",), True),
        ("arrive", ("sea_container",), False),
        ("arrive", ("origin",), False),
        ("leave", ("sea_container",), True),
        ("leave", ("destination",), False),
        ("arrive_from", ("gap",), True),
        ("arrive_from", ("quay",), False),
        ("leave_to", ("quay",), True),
        ("cargo", ("t",), False),
        ("cargo", ("TEU", "t"), True),
        ("background", True, False),
        ("node", "gap", False),
    ],
)
def test_a_process_applies_where_all_its_conditions_match(tmp_path, field, value, expected):
    world = small_world(tmp_path)
    flow = world.flows["F1"]
    before, after = route(world, flow, DAY)[1:3]
    row = world.processes["dock_yard_in"].model_copy(update={"arrive": (), "leave": (), field: value})
    assert applies(row, flow, before, after) is expected


def test_a_process_at_the_ends_of_a_route(tmp_path):
    world = small_world(tmp_path)
    flow = world.flows["F1"]
    legs = route(world, flow, DAY)
    free = world.processes["dock_yard_in"].model_copy(update={"arrive": (), "leave": ()})
    assert applies(free.model_copy(update={"node": "east", "arrive": ("origin",)}), flow, None, legs[0])
    assert applies(free.model_copy(update={"node": "west", "leave": ("destination",)}), flow, legs[-1], None)
    assert not applies(free.model_copy(update={"node": "east", "arrive_from": ("gap",)}), flow, None, legs[0])


def test_routes_equal_the_shortest_paths_of_an_independent_graph(tmp_path):
    """Dense random network: total hours agree with a plain weighted graph of the best edges."""
    draws = random.Random(7)
    names = [f"n{k:02d}" for k in range(12)]
    nodes = {
        f"nodes.{n}": {
            "name": n,
            "country": "KZ",
            "kind": "station",
            "lon": draws.uniform(50, 51),
            "lat": draws.uniform(0, 1),
            **KNOWN,
        }
        for n in names
    }
    links = {}
    for k in range(60):
        ends, km, kmh = draws.sample(names, 2), draws.uniform(200, 900), draws.uniform(20, 80)
        links[f"links.l{k:03d}"] = link(*ends, length_km=km, speed_kmh=kmh)
    world = small_world(tmp_path, {**nodes, **links})
    plain = nx.Graph()
    for row in world.links.values():
        hours, ends = free_flow_h(row, DAY), (row.from_node, row.to_node)
        if row.mode == "rail" and hours < plain.get_edge_data(*ends, {}).get("w", 1e9):
            plain.add_edge(*ends, w=hours)
    for start in names[:4]:
        for stop in names[6:]:
            flow = world.flows["F1"].model_copy(update={"origin": start, "destination": stop})
            hours = sum(free_flow_h(world.links[leg.link], DAY) for leg in route(world, flow, DAY))
            assert hours == pytest.approx(nx.shortest_path_length(plain, start, stop, weight="w"))


def test_what_was_asked_of_one_day_or_of_one_way_back_is_not_answered_to_another(tmp_path):
    """The quicker siding opens on a day; from ``via`` a train does not turn back over the link by which it came."""
    opens = [{"value": False}, {"from": "2024-07-01", "value": True}]
    world = small_world(
        tmp_path,
        {
            "links.siding": link("east", "gap", speed_kmh=60, in_service=opens),
            "links.slow": link("east", "gap", speed_kmh=10),
        },
    )
    flow = world.flows["F1"].model_copy(update={"destination": "dock"})
    there_and_back = flow.model_copy(update={"via": ("east",), "origin": "gap"})
    days = date(2024, 6, 30), date(2024, 7, 1)
    first = {date(2024, 6, 30): ["east_gap", "slow"], date(2024, 7, 1): ["siding", "east_gap"]}
    graphs = {day: build_graph(world, day) for day in days}
    for _ in range(2):  # once found, once remembered
        for day in days:
            assert route(world, flow, day, graphs[day])[0].link == first[day][0]
            out, back = route(world, there_and_back, day, graphs[day])[:2]
            assert [out.link, back.link] == first[day]
            assert route(world, flow, day, graphs[day]) == route(world, flow, day)
            assert nodes_of(route(world, there_and_back, day, graphs[day])) == ["gap", "east", "gap", "dock"]
