"""The scenarios of the library ask a question, say what they are held against, and use the catalogue rightly."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from sim.network.geofolder import read_geodata
from sim.network.world import World, resolve
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import geodata_dir, list_not_carried, scenario_paths, scenarios_dir
from sim.scenario.load import Scenario, load_scenario

NAMES = list(scenario_paths())
#: What the talks ask for without fail.
ASKED = {
    "talk_azerbaijan_2023",
    "talk_azerbaijan_oil",
    "talk_china_2023",
    "talk_china_rapeseed",
    "talk_bulgaria_2025",
    "talk_bulgaria_oil",
    "talk_serbia_2026",
    "roadmap_2022_2027",
    "barriers_only",
    "capacity_only",
    "closed_cycle",
    "fleet_2027",
    "world_bank_2030",
    "storm_winter",
    "caspian_minus_1m",
    "rivals_closed",
    "baseline_2022",
    "baseline_2023",
    "baseline_2024",
    "baseline_2025",
    "containers_300k_2029",
}


@cache
def scenario(name: str) -> Scenario:
    return load_scenario(name)


@pytest.fixture(scope="module")
def world() -> World:
    return resolve(scenario("baseline_2024"))


def test_all_that_the_talks_ask_for_is_there():
    assert set(NAMES) >= ASKED
    missing = list_not_carried()
    assert not set(missing) & set(NAMES)
    assert {other for item in missing.values() for other in item.instead} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_asks_one_question(name):
    question = scenario(name).question
    assert question.endswith("?")
    assert question.count("?") == 1
    assert "\n" not in question


def test_no_two_ask_the_same():
    questions = [scenario(name).question for name in NAMES]
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize("name", sorted(ASKED))
def test_it_is_held_against_something_published_or_says_what_it_measures(name):
    assert scenario(name).primary_kpi or scenario(name).comparators
    for comparator in scenario(name).comparators:
        assert comparator.source.startswith("http")


def test_nearly_all_have_a_published_comparator():
    bare = {name for name in ASKED if not scenario(name).comparators}
    assert bare == set()


def test_a_year_and_warm_up_as_in_the_baseline():
    base = scenario("baseline_2024")
    for name in set(NAMES) - {"tutorial"}:
        mine = scenario(name)
        assert (mine.period_end - mine.period_start).days in (364, 365), name
        assert (mine.warm_up_s, mine.run_out_s, mine.replications) == (base.warm_up_s, base.run_out_s, 10), name


def test_the_items_of_the_azerbaijan_talk_make_up_the_whole():
    whole: dict[str, set[str]] = {}
    for use in scenario("talk_azerbaijan_2023").interventions:
        if use.package:
            whole.setdefault(use.package, set()).add(use.id)
    assert set(whole) == {"operators", "modernisation", "barriers", "closed_cycle"}
    base = {use.id for use in scenario("baseline_2024").interventions}
    for package, ids in whole.items():
        alone = {use.id for use in scenario(f"talk_azerbaijan_2023_{package}").interventions}
        assert alone - base == ids - base


def test_barriers_and_capacity_are_the_two_halves():
    ids = {
        name: {use.id for use in scenario(name).interventions}
        for name in ("barriers_only", "capacity_only", "barriers_and_capacity", "baseline_2024")
    }
    assert ids["barriers_and_capacity"] == ids["barriers_only"] | ids["capacity_only"]
    assert ids["barriers_only"] & ids["capacity_only"] == ids["baseline_2024"]


def test_the_late_road_map_is_as_late_as_it_says():
    on_time = {use.id: use.since for use in scenario("roadmap_2022_2027").interventions}
    late = {use.id: use.since for use in scenario("roadmap_2022_2027_late").interventions}
    assert set(late) == set(on_time)
    assert {(late[id_] - on_time[id_]).days for id_ in late} == {0, 365}  # the mean of 0, 365 and 730
    assert on_time["CAP-18"] == date(2027, 4, 1)
    assert late["CAP-18"] == date(2028, 3, 31)


def test_demand_of_the_whole_corridor_leaves_no_flow_out(world):
    """What scales the corridor's volume names every flow in its total; a new flow must be added to the catalogue."""
    later = date(2025, 1, 1)  # what ended before has nothing to scale
    total = {
        name
        for name, flow in world.flows.items()
        if flow.in_corridor_total and flow.woken_by is None and flow.quantity_per_year.at(later)
    }
    bulk = {name for name in total if world.flows[name].cargo == "t"}  # no count of 2023 is published
    boxes = {name for name in total if world.flows[name].cargo == "TEU"}
    catalogue = read_catalogue(scenarios_dir())
    for id_, expected in {
        "DEM-01": total,
        "DEM-02": boxes,
        "DEM-03": total,
        "DEM-04": total,
        "DEM-19": total,
        "DEM-21": total - boxes - bulk,
    }.items():
        keys = {key.split(".")[1] for change in catalogue[id_].intervention.changes for key in change.all_keys}
        assert keys == expected, id_


#: What raises demand beyond the stocks of 2024, and what lets the stocks follow.
FOLLOWED = {
    "DEM-02": "SRV-24",
    "DEM-03": "SRV-25",
    "DEM-04": "SRV-26",
    "SRV-09": "SRV-27",
    "DEM-17": "SRV-28",
    "DEM-11": "SRV-29",
}


def test_stocks_follow_a_greater_demand_from_the_same_day():
    """Else the answer would be about how many platforms there were in 2024, which nobody has published."""
    for name in NAMES:
        since = {use.id: use.since for use in scenario(name).interventions}
        for demand, stocks in FOLLOWED.items():
            assert since.get(demand) == since.get(stocks), (name, demand)


def test_what_follows_demand_is_stocks_without_engines(world):
    catalogue = read_catalogue(scenarios_dir())
    stocks = {
        id_
        for id_, row in world.facilities.items()
        if row.kind == "stock" and row.unit != "each" and row.capacity.steps[0].value > 0
    }
    for id_ in FOLLOWED.values():
        changes = catalogue[id_].changes(None)
        assert {change.action for change in changes} == {"scale"}
        named = {change.key.removeprefix("facilities.").removesuffix(".capacity") for change in changes}
        assert named <= stocks, id_
        assert named == stocks or id_ not in {"SRV-25", "SRV-26"}, "all cargo grows: no stock may be left out"


@pytest.mark.parametrize(
    ("demand", "stocks"), [("DEM-02", "SRV-24"), ("DEM-03", "SRV-25"), ("DEM-04", "SRV-26"), ("SRV-09", "SRV-27")]
)
def test_stocks_grow_by_the_factors_of_the_demand(demand, stocks):
    catalogue = read_catalogue(scenarios_dir())
    factors = {id_: {(c.since, c.until, c.value) for c in catalogue[id_].changes(None)} for id_ in (demand, stocks)}
    assert factors[stocks] == factors[demand]


def test_the_digital_declaration_ends_at_the_half_hour_that_was_published(world):
    """Papers at the border are the 8 h from which BAR-01 comes to half an hour; BAR-02 takes its 3 less 0.5 h off them."""
    day = date(2024, 6, 1)

    def hours(*names: str) -> float:
        rows = [world.processes[name] for name in names]
        assert {row.barrier for row in rows} == {"documents"}
        return sum(row.duration.at(day).mean_s / 3600 * (row.share.at(day) if row.share else 1) for row in rows)

    border = hours("altynkol_documents", "altynkol_documents_no_prior_data", "altynkol_papers")
    assert border == pytest.approx(8, rel=0.02)
    catalogue = read_catalogue(scenarios_dir())
    (digital,), (automated,) = (catalogue[id_].intervention.changes for id_ in ("BAR-01", "BAR-02"))
    assert digital.scale * border == pytest.approx(0.5, rel=0.02)
    assert (1 - automated.scale) * border == pytest.approx(3 - 0.5, rel=0.02)


def test_planned_openings_are_in_the_catalogue_and_not_in_the_geodata():
    """Nothing that the catalogue dates after 2024 is dated in the geodata too, or no scenario could move it."""
    raw, _ = read_geodata(geodata_dir())
    twice = []
    for entry in read_catalogue(scenarios_dir()).values():
        for change in entry.changes(None):
            table, row, field, *_ = [*change.key.split("."), ""]
            written = raw.tables[table].get(row)
            said = repr(written.value.get(field)) if written else ""
            if repr(change.since) in said or f"'{change.since}'" in said:
                twice.append(f"{entry.id}: {change.key}")
    assert twice == []


def test_the_year_2022_stands_and_waits_as_measured():
    """12 h more at the border than before 2024, and inland what 3,178 km at 10.4 km/h leave of it (A350)."""
    base, shock = (resolve(scenario(name)) for name in ("baseline_2023", "baseline_2022"))
    day = date(2022, 6, 1)

    def hours(world: World, name: str) -> float:
        return world.processes[name].duration.at(day).mean / 3600

    for kind in ("block", "ordinary"):
        standing = [f"altynkol_{step}_{kind}" for step in ("acceptance", "flat_wagons")]
        assert sum(hours(shock, name) - hours(base, name) for name in standing) == pytest.approx(12, abs=0.1)
    waiting = 3178 / 10.4 - 78 - 72.5
    for name in ("kazakhstan_block_waiting", "kazakhstan_ordinary_waiting"):
        assert hours(shock, name) == pytest.approx(waiting, abs=1)
    assert shock.processes["kazakhstan_block_waiting"].in_force.at(day)
    assert not base.processes["kazakhstan_block_waiting"].in_force.at(day)
    assert not shock.processes["kazakhstan_block_waiting"].in_force.at(date(2023, 1, 1))
    boxes = [flow for flow in shock.flows.values() if flow.in_corridor_total and flow.cargo == "TEU"]
    assert sum(flow.quantity_per_year.at(day) for flow in boxes) == pytest.approx(33_000, rel=0.005)
    assert sum(flow.quantity_per_year.at(date(2021, 12, 31)) for flow in boxes) == pytest.approx(25_200, rel=0.005)
