"""The corridor's own geodata: sound by every rule, routed where traffic goes, and true to its sources."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.clock import parse_duration
from sim.network.consistency import NETWORK_RULES, ROUTE_RULES, ROW_RULES, check
from sim.network.graph import open_ways, route, service_for
from sim.network.tables import SEA_MODES, TABLES
from sim.network.world import World, resolve
from sim.scenario.interventions import read_catalogue
from sim.scenario.load import load_scenario
from sim.scenario.values import Draw

GEODATA = Path(__file__).parents[2] / "geodata"
#: Published for 2024: tonnes and TEU of the corridor, and the block trains from China.
TONNES_2024, TEU_2024, BLOCK_TRAINS_2024 = 4_484_000, 56_500, 358


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    folder = tmp_path_factory.mktemp("corridor")
    (folder / "geodata").symlink_to(GEODATA)
    scenario = folder / "corridor.yaml"
    scenario.write_text(
        "schema_version: 1\ntitle: Corridor\nquestion: Is it sound?\n"
        "period: {start: 2024-01-01, end: 2024-12-31, warm_up: 180 d, run_out: 180 d}\nreplications: 1\nseed: 1\n"
    )
    return resolve(load_scenario(str(scenario)))


def quantity(world: World, name: str, year: int = 2024) -> float:
    """Units of a flow in a year, day by day as its dated quantity and profile say."""
    flow = world.flows[name]
    weights = flow.monthly_profile.at(date(year, 1, 1)) if flow.monthly_profile else (1,) * 12
    days = [date.fromordinal(d) for d in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    in_month = {m: sum(d.month == m for d in days) for m in range(1, 13)}
    if flow.monthly_profile is None:
        return sum(flow.quantity_per_year.at(d) / len(days) for d in days)
    return sum(flow.quantity_per_year.at(d) * weights[d.month - 1] / sum(weights) / in_month[d.month] for d in days)


def demanded(world: World, day: date = date(2024, 6, 1)) -> list[str]:
    """Flows with a demand of their own on the day; the others may have no way yet."""
    return [name for name, flow in world.flows.items() if flow.quantity_per_year.at(day) > 0]


def stops(world: World, name: str, day: date = date(2024, 6, 1)) -> list[str]:
    legs = route(world, world.flows[name], day)
    return [legs[0].from_node, *(leg.to_node for leg in legs)]


def test_all_rules_hold(world):
    assert [str(problem) for problem in check(world)] == []
    assert len((*ROW_RULES, *NETWORK_RULES, *ROUTE_RULES)) >= 20


def test_corridor_flows_sum_to_the_published_volume(world):
    total = {n: f for n, f in world.flows.items() if f.in_corridor_total}
    tonnes = sum(quantity(world, n) * f.tonnes_per_unit for n, f in total.items())
    teu = sum(quantity(world, n) for n, f in total.items() if f.cargo == "TEU")
    # empties are woken by what stands idle: what comes west in assets that return, less what goes east in them
    boxes = quantity(world, "F02") - quantity(world, "F11")
    loaded_west = sum(quantity(world, f"F{n}") for n in range(21, 28))
    wagons = quantity(world, "F20") + max(loaded_west - quantity(world, "F28"), 0)
    tonnes += boxes * world.flows["F13"].tonnes_per_unit + wagons * world.flows["F29"].tonnes_per_unit
    assert tonnes == pytest.approx(TONNES_2024, rel=0.005)
    # in a year of growth fewer boxes return than come
    assert teu + boxes == pytest.approx(TEU_2024, rel=0.03)
    assert teu < TEU_2024
    from_china = ("F01", "F02", "F03", "F04", "F05", "F06", "F14")
    trains = sum(quantity(world, name) / world.flows[name].train for name in from_china)
    assert trains == pytest.approx(BLOCK_TRAINS_2024, rel=0.01)
    assert not any(f.background for f in total.values())


@pytest.mark.parametrize(
    ("flow", "passes"),
    [
        ("F01", ["khorgos_cn", "altynkol", "almaty", "shu", "kyzylorda", "beyneu", "mangystau", "aktau_port", "alat"]),
        ("F04", ["aktau_port", "alat", "gardabani", "tbilisi", "akhalkalaki", "kars", "ankara"]),
        ("F05", ["alat", "boyuk_kesik", "gardabani", "khashuri", "samtredia", "poti", "constanta"]),
        ("F06", ["poti", "burgas", "plovdiv", "sofia", "dragoman", "dimitrovgrad_rs", "nis", "belgrade"]),
        ("F07", ["karaganda", "zhezkazgan", "beyneu", "aktau_port", "alat", "poti"]),
        ("F12", ["poti", "alat", "aktau_port", "beyneu", "kyzylorda", "shu", "almaty"]),
        ("F20", ["beyneu", "kuryk_port", "alat", "samtredia", "batumi"]),
        ("F30", ["tengiz", "kulsary", "beyneu", "aktau_port", "sangachal"]),
        ("B01", ["alashankou", "dostyk", "aktogay", "moyynty", "astana", "tobol"]),
        ("M05", ["turkmenbashi", "alat"]),
    ],
)
def test_routes_go_where_the_traffic_goes(world, flow, passes):
    found = stops(world, flow)
    assert [node for node in found if node in passes] == passes


def test_planned_lines_stay_closed_until_a_scenario_opens_them(world):
    """The Almaty bypass changes a route on its date where CAP-03 is used, and nowhere else."""
    assert "almaty" in stops(world, "F01", date(2030, 1, 1))
    opened = resolve(replace(world.scenario, changes=tuple(read_catalogue(GEODATA)["CAP-03"].changes(None))))
    assert "almaty" in stops(opened, "F01", date(2025, 12, 31))
    assert "almaty" not in stops(opened, "F01", date(2026, 1, 1))
    planned = ("tacheng_bakhty", "bakhty_ayagoz", "moyynty_kyzylzhar", "darbaza_maktaaral", "cerkezkoy_kapikule_new")
    assert not any(world.links[link].in_service.at(date(2035, 1, 1)) for link in planned)


def test_routes_follow_openings(world):
    """The Baku-Tbilisi-Kars line changes routes on its date."""
    assert not world.links["marabda_akhalkalaki"].in_service.at(date(2024, 5, 19))
    assert quantity(world, "F04") + quantity(world, "F14") == pytest.approx(1900, rel=0.01)
    assert quantity(world, "F23") == pytest.approx(300, rel=0.01)


def test_boxes_to_and_from_tuerkiye_are_taken_out_of_the_flows_that_held_them(world):
    """The corridor's sum stays: F07 and F12 give up what F18 and F19 carry since the line is open."""
    assert quantity(world, "F07") + quantity(world, "F18") == pytest.approx(8700, rel=0.001)
    assert quantity(world, "F12") + quantity(world, "F19") == pytest.approx(5350, rel=0.001)
    assert 0 < quantity(world, "F18") < 2500
    assert quantity(world, "F18", 2025) == pytest.approx(2500)


def test_spring_festival_is_there_in_every_year_that_a_scenario_stands_for(world):
    festivals = {ban.from_day.year: ban for name, ban in world.bans.items() if name.startswith("spring_festival")}
    assert set(festivals) == {2022, 2023, 2024, 2025, 2026}
    for year, ban in festivals.items():
        assert 7 <= (ban.to_day - ban.from_day).days <= 9
        assert ban.from_day > date(year, 1, 20)
        assert all(world.flows[name].direction == "east_to_west" for name in ban.flows)
        assert ban.then == "later"


def test_every_service_that_sails_in_2024_carries_something(world):
    """On some day of the year a flow with demand goes over each service that has ships then."""
    carrying, sailing = set(), set()
    for day in (date(2024, 4, 1), date(2024, 10, 1)):
        sailing |= {fleet.service for fleet in world.fleets.values() if fleet.count.at(day)}
        for name in demanded(world, day):
            flow = world.flows[name]
            ways = [legs for _, legs in open_ways(world, flow, day)] if flow.ways else [route(world, flow, day)]
            carrying |= {service_for(world, leg.link) for legs in ways for leg in legs if leg.mode in SEA_MODES}
    assert sailing - carrying == set()
    assert set(world.services) - sailing == {"marmara_train_ferry", "poti_varna_ferry"}  # both from 2025 on


def test_one_feature_stands_on_each_line():
    for table in ("nodes", "links"):
        lines = (GEODATA / f"{table}.geojson").read_text(encoding="utf-8").splitlines()
        features = [json.loads(line.rstrip(",")) for line in lines[1:-1]]
        assert len({f["properties"]["id"] for f in features}) == len(features) > 90
        assert all(f["type"] == "Feature" for f in features)


def test_grades_agree_with_the_facts_cited(world):
    """A row or field that cites a fact does not claim to know more than the fact does."""
    order = ["measured", "published", "claimed", "estimate", "assumption"]
    rows = [(f"{t}.{i}", row) for t in TABLES if t != "barriers" for i, row in getattr(world, t).items()]
    rows += [(f"barriers.{k}.{c}", row) for k, of in world.barriers.items() for c, row in of.items()]
    boasts = [
        f"{name} {cited.source}"
        for name, row in rows
        for cited in (row, *row.evidence.values())
        if cited.source in world.sources and order.index(cited.grade) < order.index(world.sources[cited.source].grade)
    ]
    assert boasts == []


def test_facts_mentioned_in_notes_are_in_the_table_of_sources(world):
    """Notes may point to a fact by its id; then the fact must be there, or be an observation."""
    text = "\n".join(p.read_text(encoding="utf-8") for p in sorted(GEODATA.glob("*.*")))
    mentioned = set(re.findall(r"\b[AOP]\d{3}\b", text))
    assert mentioned - set(world.sources) - set(world.observed) == set()


def test_every_fact_has_a_value_or_says_why_not(world):
    bare = [i for i, f in world.sources.items() if not (f.value or f.low or f.high or f.note)]
    assert bare == []


def test_every_sea_port_of_a_service_closes_in_storms(world):
    closed = {name for weather in world.weather.values() for name in weather.closes}
    for name, service in world.services.items():
        for call in service.rotation:
            assert call.entry in closed, f"{name}: {call.port}"


def test_yearly_closure_shares_match_the_days_in_the_port_list(world):
    """Days a year: Aktau and Kuryk 90, Alat 60, Turkmenbashi and Poti 50, Batumi 15, Burgas 8."""
    days = {"aktau_port": 90, "kuryk_port": 90, "alat": 60, "turkmenbashi": 50, "poti": 50, "batumi": 15, "burgas": 8}
    for port, expected in days.items():
        entry = f"{port}_entry"
        weather = next(w for w in world.weather.values() if entry in w.closes)
        share = sum(weather.closed_share_by_month) / 12 * weather.closes[entry]
        assert share * 365 == pytest.approx(expected, abs=6), port


def test_trains_offered_fit_the_paths_of_every_section(world):
    """Mean load of each line section in its busiest direction in 2024, trains over paths a day."""
    trains: dict[tuple[str, str], float] = {}
    for name in demanded(world):
        flow = world.flows[name]
        units = max(flow.train, flow.lot)
        for leg in route(world, flow, date(2024, 6, 1)):
            if leg.mode not in SEA_MODES:
                key = leg.link, leg.from_node
                trains[key] = trains.get(key, 0) + quantity(world, name) / units / 366
    loads = {}
    for (link_id, start), per_day in trains.items():
        link, day = world.links[link_id], date(2024, 6, 1)
        if link.trains_per_day is not None:
            loads[link_id, start] = per_day / link.trains_per_day.at(day)
        elif link.capacity_mt_per_year is not None:
            paths = link.capacity_mt_per_year.at(day) * 1e6 / (365 * 2 * link.net_tonnes_per_train)
            loads[link_id, start] = per_day / paths
    assert max(loads.values()) < 0.85
    busiest = sorted(loads, key=loads.get, reverse=True)[:4]
    assert {link for link, _ in busiest} <= {"dostyk_aktogay", "aktogay_moyynty", "khorgos_cn_altynkol"}


def test_the_page_on_geodata_names_every_rule_and_the_true_number_of_rows(world):
    page = (GEODATA.parent / "docs" / "concepts" / "geodata.md").read_text(encoding="utf-8")
    assert [rule.__name__ for rule in (*ROW_RULES, *NETWORK_RULES, *ROUTE_RULES) if rule.__name__ not in page] == []
    for table in ("nodes", "links", "flows"):
        assert re.search(rf"`{table}\.\w+` \| {len(getattr(world, table))} ", page), table


def _seconds_or_number(value: object) -> float | None:
    """A number as it is, a duration in seconds; None for what is neither."""
    if isinstance(value, str):
        try:
            return float(parse_duration(value))
        except ValueError:
            return None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _held_at_the_end_of_2024(row: object, path: str) -> float | None:
    value: Any = row
    for part in path.split("."):
        value = (
            value[int(part)]
            if isinstance(value, tuple)
            else value[part]
            if isinstance(value, dict)
            else getattr(value, part)
        )
    if hasattr(value, "steps"):
        value = value.at(date(2024, 12, 31))
    if isinstance(value, Draw):
        value = next((x for x in (value.mean, value.value, value.mode) if x is not None), None)
    return _seconds_or_number(value)


def test_values_lie_in_the_ranges_of_what_they_cite(world):
    """Of every field whose evidence gives a range; what is 0 in the base's year is not there yet."""
    outside, seen = [], 0
    for table in TABLES:
        for id_, row in getattr(world, table).items() if table != "barriers" else ():
            for path, evidence in row.evidence.items():
                low, high = map(_seconds_or_number, (evidence.low, evidence.high))
                value = None if low is None and high is None else _held_at_the_end_of_2024(row, path)
                if not value:
                    continue
                seen += 1
                if (low is not None and value < low) or (high is not None and value > high):
                    outside.append((table, id_, path, value, low, high))
    assert outside == []
    assert seen > 200
