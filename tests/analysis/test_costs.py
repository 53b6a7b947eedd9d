"""Money and carbon against sums done by hand, against the trace's own seconds, and against their sources."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from math import isclose
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.costs import RateBook, cost_lines, cost_table, rate_book
from sim.analysis.kpis import Views, kpis
from sim.analysis.ledger import Ledger, ledger
from sim.analysis.records import TABLES, RunInfo, replication_tables
from sim.clock import DAY_S
from sim.contract.plan import Cause
from sim.errors import InputError
from sim.indicators import SAMPLES
from sim.network.charges import ChargedLeg, ChargedNetwork, Event, Load, charge, events, time_value, together
from sim.network.graph import route, service_for
from sim.network.tables import SEA_MODES, Emission, Link, Tariff
from sim.network.world import World
from sim.report.contributions import Samples, flows_of_scopes, with_contributions
from sim.report.summary import summarise, summary_text
from sim.runs.prepare import prepare
from tests.analysis.handmade import make_draws, make_plan, make_trace
from tests.analysis.simulated import Simulated

ORIGIN, CENT = date(2024, 1, 1), 0.005
KNOWN = {"source": "made up for a test", "grade": "assumption"}
FLOWS = pd.DataFrame(
    {
        "flow": ["coal", "ore"],
        "units_per_lot": [10, 5],
        "tonnes_per_unit": [12.0, 80.0],
        "net_tonnes_per_unit": [10.0, 60.0],
        "cargo": ["TEU", "wagon"],
        "origin": ["mine"] * 2,
        "destination": ["port"] * 2,
        "background": [False, False],
        "in_corridor_total": [True, True],
        "direction": ["east_to_west"] * 2,
    }
)
LOADS = {
    "coal": Load("TEU", {"TEU": 10.0, "wagon": 0.0, "truck": 0.0, "t": 100.0}),
    "ore": Load("wagon", {"TEU": 0.0, "wagon": 5.0, "truck": 0.0, "t": 300.0}),
}


def tariff(component: str, value: object, unit: str, **conditions: object) -> Tariff:
    return Tariff.model_validate({"component": component, "value": value, "unit": unit, **KNOWN, **conditions})


def emission(component: str, value: object, unit: str = "g CO2e/t-km", **conditions: object) -> Emission:
    return Emission.model_validate({"component": component, "value": value, "unit": unit, **KNOWN, **conditions})


def railway(length_km: object = 200, electrified: str | None = "yes") -> Link:
    return Link.model_validate(
        {
            "from_node": "mine",
            "to_node": "port",
            "mode": "rail",
            "length_km": length_km,
            "speed_kmh": 40,
            "gauge_mm": 1520,
            "electrified": electrified,
            **KNOWN,
        }
    )


def rates(tariffs: list[Tariff], emissions: list[Emission] | None = None, link: Link | None = None) -> RateBook:
    country = {"mine": "KZ", "port": "AZ", "quay": "AZ"}
    return RateBook(
        dict(zip(map(str, range(len(tariffs))), tariffs, strict=True)),
        {str(k): e for k, e in enumerate(emissions or [])},
        ChargedNetwork({"railway": link or railway()}, country),
        LOADS,
    )


def one_way(waits_s: list[int], travel_s: int = DAY_S, flows: list[int] | None = None) -> Ledger:
    """Lots that set out a day apart, wait for the line, and travel it."""
    born = [k * DAY_S for k in range(len(waits_s))]
    rows = [
        (k, -1, "travel", 1, b, b + w, b + w + travel_s, b + w + 60)
        for k, (b, w) in enumerate(zip(born, waits_s, strict=True))
    ]
    done = [(k, b, b + w + travel_s) for k, (b, w) in enumerate(zip(born, waits_s, strict=True))]
    draws = make_draws(born, flows=flows, period=(0, 100 * DAY_S))
    return ledger(make_plan(), draws, make_trace(rows, done, 90 * DAY_S), FLOWS, ORIGIN)


def line(table: pd.DataFrame, component: str, place: str | None = None, flow: str = "coal") -> pd.Series:
    found = table[(table["component"] == component) & (table["flow"] == flow)]
    found = found if place is None else found[found["place"] == place]
    assert len(found) == 1, f"{component} {place}: {len(found)} lines"
    return found.iloc[0]


# -- by hand


def test_a_lot_on_one_line_costs_what_a_pencil_says() -> None:
    """10 TEU with 100 t, 200 km, half of them in each country; a wait of 6 h and a day of travel."""
    table = cost_table(
        one_way([21_600]),
        rates(
            [
                tariff("rail", 0.15, "USD/TEU-km", countries=["KZ"]),
                tariff("rail", 0.02, "USD/t-km", countries=["AZ"]),
                tariff("documents", 45, "USD/TEU"),
                tariff("time", 20, "USD/TEU-day"),
            ],
            [emission("rail", 13, traction="electric"), emission("rail", 25, traction="diesel")],
        ),
    )
    assert line(table, "rail", "KZ")["usd"] == pytest.approx(0.15 * 10 * 100, abs=CENT)
    assert line(table, "rail", "AZ")["usd"] == pytest.approx(0.02 * 100 * 100, abs=CENT)
    assert line(table, "documents", "KZ")["usd"] == line(table, "documents", "AZ")["usd"] == 450
    assert line(table, "time:capacity", "KZ")["usd"] == pytest.approx(20 * 10 * 0.25, abs=CENT)
    assert line(table, "time:moving", "AZ")["usd"] == pytest.approx(20 * 10, abs=CENT)
    assert table["usd"].sum() == pytest.approx(150 + 200 + 900 + 50 + 200, abs=CENT)
    assert table["kg_co2e"].sum() == pytest.approx(0.013 * 100 * 200)
    assert table["tonne_km"].sum() == 100 * 200
    assert set(table["lots"]) == {1}
    assert set(table["teu"]) == {10.0}


def test_each_flow_pays_by_its_own_cargo() -> None:
    prices = [tariff("rail", 0.1, "USD/TEU-km", cargo=["TEU"]), tariff("rail", 1.5, "USD/wagon-km", cargo=["wagon"])]
    table = cost_table(one_way([0, 0, 0], flows=[0, 1, 1]), rates(prices))
    assert table.loc[table["flow"] == "coal", "usd"].sum() == pytest.approx(0.1 * 10 * 200)
    assert table.loc[table["flow"] == "ore", "usd"].sum() == pytest.approx(2 * 1.5 * 5 * 200)
    assert line(table, "rail", "KZ", "ore")["lots"] == 2


def test_rows_that_match_add_up_and_empties_have_their_own() -> None:
    rows = [
        tariff("rail", 0.4, "USD/TEU-km", laden=True),
        tariff("rail", 0.1, "USD/TEU-km", laden=False),
        tariff("rail", 0.03, "USD/TEU-km", source="x", grade="published"),
    ]
    empty = replace(LOADS["coal"], amount=LOADS["coal"].amount | {"t": 0.0})
    event = Event("rail", "KZ", "KZ", km=100)
    assert charge(rows, event, LOADS["coal"], ORIGIN).total == pytest.approx(430)
    assert charge(rows, event, LOADS["coal"], ORIGIN).assumed == pytest.approx(400)
    assert charge(rows, event, empty, ORIGIN).total == pytest.approx(130)
    assert not charge(rows, event._replace(component="sea"), empty, ORIGIN).known


def test_prices_of_the_day_of_setting_out_hold_for_the_journey() -> None:
    """Lots set out on 1, 2 and 3 January; the price falls on the second day, the line is longer from the third."""
    dated = [{"value": 0.2}, {"from": date(2024, 1, 2), "value": 0.1}]
    longer = railway([{"value": 200}, {"from": date(2024, 1, 3), "value": 300}])
    table = cost_table(one_way([0, 0, 0]), rates([tariff("rail", dated, "USD/TEU-km")], link=longer))
    assert table["usd"].sum() == pytest.approx(0.2 * 10 * 200 + 0.1 * 10 * 200 + 0.1 * 10 * 300)
    assert line(table, "rail", "KZ")["lots"] == 3


def test_a_partly_electric_line_counts_half_and_half_and_an_unknown_one_is_told() -> None:
    factors = [emission("rail", 10, traction="electric"), emission("rail", 30, traction="diesel")]
    half = cost_table(one_way([0]), rates([], factors, railway(electrified="partial")))
    assert half["kg_co2e"].sum() == pytest.approx(0.020 * 100 * 200)
    unknown = cost_table(one_way([0]), rates([], factors, railway(electrified=None)))
    assert unknown["kg_co2e"].sum() == 0
    assert unknown["uncounted_tonne_km"].sum() == unknown["unpriced_tonne_km"].sum() == 100 * 200


def test_lots_that_have_not_landed_are_not_counted_and_a_run_without_any_has_an_empty_table() -> None:
    draws = make_draws([0], period=(0, DAY_S))
    book = ledger(make_plan(), draws, make_trace([(0, -1, "travel", 1, 0, 9, -1, -1)], [(0, 0, -1)], 50), FLOWS, ORIGIN)
    prices = rates([tariff("time", 20, "USD/TEU-day"), tariff("rail", 1, "USD/t-km")])
    table = cost_table(book, prices)
    assert table.empty
    assert list(cost_lines(book, table)) == []


def test_a_lot_that_leaves_the_corridor_has_no_price_and_is_left_out() -> None:
    """One lot of two goes another way: an hour of which the trace knows no link."""
    rows = [(0, -1, "travel", 1, 0, 0, DAY_S, 60), (1, -1, "papers", 1, 0, 0, 3_600, 3_600)]
    draws = make_draws([0, 0], period=(0, DAY_S))
    plan = make_plan(program=("travel", "papers"))
    book = ledger(plan, draws, make_trace(rows, [(0, 0, DAY_S), (1, 0, 3_600)], 2 * DAY_S), FLOWS, ORIGIN)
    table = cost_table(book, rates([tariff("rail", 0.15, "USD/TEU-km"), tariff("time", 20, "USD/TEU-day")]))
    assert table["usd"].sum() == pytest.approx(0.15 * 10 * 200 + 20 * 10, abs=CENT)
    assert set(table["lots"]) == {1}
    assert {v for k, s, _, v, *_ in cost_lines(book, table) if (k, s) == ("cost_usd_per_teu", "coal")} == {50.0}


# -- what a route is made of


def test_a_route_changes_gauge_behind_the_border_and_pays_on_both_sides() -> None:
    """CN 1435 - border of both gauges - KZ 1520 ~ sea ~ AZ."""

    def link(a: str, b: str, mode: str, km: float, gauge: int | None = None) -> Link:
        return Link.model_validate(
            {
                "from_node": a,
                "to_node": b,
                "mode": mode,
                "length_km": km,
                "speed_kmh": 40,
                "gauge_mm": gauge,
                "electrified": "no",
                **KNOWN,
            }
        )

    links = {
        "a": link("xian", "khorgos", "rail", 3000, 1435),
        "b": link("khorgos", "altynkol", "rail", 10),
        "c": link("altynkol", "aktau", "rail", 2900, 1520),
        "sea": link("aktau", "alat", "sea_container", 535),
    }
    places = ChargedNetwork(links, {"xian": "CN", "khorgos": "CN", "altynkol": "KZ", "aktau": "KZ", "alat": "AZ"})
    way = [
        ChargedLeg("a", "xian", "khorgos", ""),
        ChargedLeg("b", "khorgos", "altynkol", ""),
        ChargedLeg("c", "altynkol", "aktau", ""),
        ChargedLeg("sea", "aktau", "alat", "feeder"),
    ]
    found = together(events(way, places, ORIGIN))
    assert [(e.component, e.place, e.km) for e in found] == [
        ("rail", "CN", 3005),
        ("rail", "KZ", 2905),
        ("documents", "CN", 0),
        ("documents", "KZ", 0),
        ("gauge", "altynkol", 0),
        ("sea", "feeder", 535),
        ("port", "aktau", 0),
        ("port", "alat", 0),
        ("documents", "KZ", 0),
        ("documents", "AZ", 0),
    ]
    back = [
        ChargedLeg("c", "aktau", "altynkol", ""),
        ChargedLeg("b", "altynkol", "khorgos", ""),
        ChargedLeg("a", "khorgos", "xian", ""),
    ]
    assert [e.place for e in events(back, places, ORIGIN) if e.component == "gauge"] == ["khorgos"]


# -- on a real trace

W1_T, E1_T = 12.0, 7.0  # tonnes of goods in a TEU of the tutorial's flows


@pytest.fixture(scope="module")
def priced(tutorial: Simulated) -> RunInfo:
    """The tutorial with round prices."""
    rows = {
        "rail": tariff("rail", 0.3, "USD/TEU-km"),
        "sea": tariff("sea", 300, "USD/TEU"),
        "port": tariff("port", 50, "USD/TEU"),
        "gauge": tariff("gauge", 100, "USD/TEU", source="x", grade="estimate"),
        "papers": tariff("documents", 2, "USD/t"),
        "time": tariff("time", 24, "USD/TEU-day"),
    }
    factors = {"rail": emission("rail", 20), "sea": emission("sea", 40), "lift": emission("port", 5, "kg CO2e/TEU")}
    return replace(tutorial.info, rates=rate_book(replace(tutorial.world, tariffs=rows, emissions=factors)))


@pytest.fixture(scope="module")
def book(tutorial: Simulated) -> Ledger:
    return ledger(tutorial.plan, tutorial.draws, tutorial.trace, tutorial.info.flows, tutorial.info.origin)


def counted(book: Ledger) -> pd.DataFrame:
    return book.lots[book.lots["reported"] & (book.lots["done_s"] >= 0)]


def test_charges_of_the_tutorial_are_those_of_its_map(book: Ledger, priced: RunInfo) -> None:
    """500 + 400 km, a sea of 530 km, 320 km; one change of gauge, two calls at ports, the borders CN-KZ and KZ-AZ."""
    table = cost_table(book, priced.rates)
    for flow, tonnes in (("W1", W1_T), ("E1", E1_T)):
        rows = table[table["flow"] == flow]
        teu = counted(book).loc[counted(book)["flow"] == book.plan.flow_name.index(flow), "teu"].sum()
        paid = rows[~rows["component"].str.startswith("time:")]["usd"].sum() / teu
        assert paid == pytest.approx(0.3 * 1220 + 300 + 100 + 100 + 2 * tonnes * 4, abs=CENT)
        emitted = rows["kg_co2e"].sum() / teu
        assert emitted == pytest.approx((0.020 * 1220 + 0.040 * 530) * tonnes + 10)


def test_time_costs_add_up_to_every_second_of_the_journeys(book: Ledger, priced: RunInfo) -> None:
    table, lots = cost_table(book, priced.rates), counted(book)
    time = table[table["component"].str.startswith("time:")]
    door_to_door_s = (lots["done_s"] - lots["born_s"]).to_numpy() * lots["teu"].to_numpy()
    assert time["usd"].sum() == pytest.approx(24 / DAY_S * door_to_door_s.sum(), abs=CENT)
    for cause in Cause:
        name = cause.name.lower()
        teu_hours = (book.hours[f"{name}_h"] * lots["teu"]).sum()  # a TEU-hour is worth one dollar
        assert time.loc[time["component"] == f"time:{name}", "usd"].sum() == pytest.approx(teu_hours, abs=CENT)


def test_indicators_are_the_table_over_what_was_carried(book: Ledger, priced: RunInfo) -> None:
    table, lots = cost_table(book, priced.rates), counted(book)
    found = {(k, s): v for k, s, _, v, *_ in cost_lines(book, table)}
    tonnes = lots["net_tonnes"].sum()
    assert found["cost_usd_per_tonne", "corridor"] == pytest.approx(table["usd"].sum() / tonnes)
    assert found["cost_usd_per_teu", "cargo TEU"] == pytest.approx(table["usd"].sum() / lots["teu"].sum())
    assert found["co2e_kg_per_teu", "corridor"] == pytest.approx(table["kg_co2e"].sum() / lots["teu"].sum())
    for scope in ("corridor", "W1", "E1"):
        parts = found["cost_charges_usd_per_teu", scope] + found["cost_time_usd_per_teu", scope]
        assert parts == pytest.approx(found["cost_usd_per_teu", scope])
        assert 0 < found["cost_standing_usd_per_teu", scope] < found["cost_time_usd_per_teu", scope]
        assert found["cost_known_share", scope] == found["co2e_known_share", scope] == 1
    gauge = table.loc[table["component"] == "gauge", "usd"].sum()
    assert found["cost_assumed_share", "corridor"] == pytest.approx(1 - gauge / table["usd"].sum())


def test_tables_and_summary_hold_money_only_where_there_are_rates(tutorial: Simulated, priced: RunInfo) -> None:
    run = (tutorial.plan, tutorial.draws, tutorial.trace)
    assert rate_book(tutorial.world) is None
    without, tables = replication_tables(*run, tutorial.info, 0), replication_tables(*run, priced, 0)
    assert "costs" not in without
    assert set(tables) - set(without) == {"costs"}
    assert [*tables["costs"]] == ["replication", *(column.name for column in TABLES["costs"].columns)]

    class Stored:
        def __init__(self, tables: dict[str, pd.DataFrame]) -> None:
            samples = Samples({name: tables.get(name) for name in SAMPLES}, flows_of_scopes(tables["scopes"]))
            self.kpis = with_contributions(tables["kpis"], samples, [0])
            self.manifest = {"resolved": tutorial.world.canonical(), "replications": 1, "scenario": "tutorial"}

    summary = summarise(Stored(tables))
    shown = next(row for row in summary.costs if row.scope == "corridor")
    net_tonnes = tables["shipments"].query("reported")["net_tonnes"].sum()
    assert shown.values["cost_usd_per_tonne"].mean == pytest.approx(tables["costs"]["usd"].sum() / net_tonnes)
    assert "Money and carbon" in summary_text(summary)
    assert "assumptions" in summary_text(summary)
    bare = summarise(Stored(without))
    assert bare.costs == ()
    assert "Money" not in summary_text(bare)


def test_removing_a_wait_saves_exactly_its_seconds() -> None:
    prices = rates([tariff("rail", 0.15, "USD/TEU-km"), tariff("time", 20, "USD/TEU-day")])
    waiting, swift = (cost_table(one_way(waits), prices)["usd"].sum() for waits in ([7_201, 0, 3_600], [0, 0, 0]))
    assert waiting - swift == pytest.approx(20 * 10 * 10_801 / DAY_S, abs=1e-6)


# -- the corridor's own rates


@pytest.fixture(scope="module")
def world() -> World:
    return prepare("baseline_2024")


def test_every_reported_tonne_kilometre_of_the_corridor_has_a_price_and_a_factor(world: World) -> None:
    book = rate_book(world)
    assert book is not None
    for name, flow in world.flows.items():
        if flow.background or not flow.in_corridor_total:
            continue
        day = date(2024, 7, 1)
        way = [
            ChargedLeg(
                leg.link, leg.from_node, leg.to_node, service_for(world, leg.link) if leg.mode in SEA_MODES else ""
            )
            for leg in route(world, flow, day)
        ]
        load = book.loads[name]
        assert time_value(book.tariffs.values(), load, day).known == (load.laden or load.cargo == "TEU"), name
        for event in together(events(way, book.network, day)):
            if event.component != "gauge" or load.laden:
                assert charge(book.tariffs.values(), event, load, day).known, (name, event)
            if event.km:
                assert charge(book.emissions.values(), event, load, day).known, (name, event)


def test_rates_lie_in_their_ranges_and_cite_facts(world: World) -> None:
    for table in (world.tariffs, world.emissions):
        for name, rate in table.items():
            assert rate.source in world.sources, name
            for evidence in rate.evidence.values():
                assert evidence.source in world.sources, name
                assert all(evidence.low <= step.value <= evidence.high for step in rate.value.steps if step.value), name


def test_ship_factors_are_the_published_ones_with_the_making_of_the_fuel(world: World) -> None:
    well_to_tank = float(world.sources["A221"].value)
    ships = [rate for rate in world.emissions.values() if rate.component == "sea"]
    assert len(ships) >= 5
    for rate in ships:
        assert rate.value.at(ORIGIN) == pytest.approx(float(world.sources[rate.source].value) * well_to_tank, rel=0.005)


def test_rail_prices_are_half_of_those_for_a_container_of_forty_feet(world: World) -> None:
    """The facts give USD per FEU-km and FEU-day; wagons of Azerbaijan and Georgia are in the tariff and shown apart."""

    def of(name: str) -> float:
        return world.tariffs[name].value.at(date(2024, 6, 1))

    for rows, fact in (
        (["rail_container_cn"], "A093"),
        (["rail_container_kz"], "A091"),
        (["rail_container_az_ge", "flat_wagon_az_ge"], "A092"),
        (["rail_container_west"], "A094"),
        (["sea_caspian_container"], "A095"),
        (["sea_black_sea_container"], "A096"),
        (["time_container"], "A097"),
    ):
        assert isclose(sum(map(of, rows)), float(world.sources[fact].value) / 2), rows


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("tariffs.rail_bulk.unit=USD/t", "rail is charged per km, not in USD/t"),
        ("tariffs.rail_bulk.value=-1", "must not be negative"),
        ("tariffs.sea_oil.services=[caspian_tankers]", "not in the geodata; nearest: 'caspian_tanker'"),
        ("tariffs.border_wagon.cargo=[t]", "t is not counted in wagon"),
        ("emissions.rail_electric_kz.countries=[KS]", "'KS' is not in the geodata"),
    ],
)
def test_wrong_rates_are_refused(change: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        prepare("baseline_2024", [change])


def test_every_rail_link_says_whether_it_is_electrified(world: World) -> None:
    assert {name for name, link in world.links.items() if link.mode == "rail" and link.electrified is None} == set()


def test_the_page_shows_every_rate_with_its_value(world: World) -> None:
    page = (Path(__file__).parents[2] / "docs" / "concepts" / "money_and_carbon.md").read_text(encoding="utf-8")
    shown = [[cell.strip() for cell in line.split("|")] for line in page.splitlines() if line.startswith("| `")]
    for table in (world.tariffs, world.emissions):
        for name, rate in table.items():
            said = {f"`{name}`", rate.component, f"{rate.value.steps[0].value:g}", rate.unit, rate.source}
            assert any(said <= set(cells) for cells in shown), f"{name} is not on the page as it is in the geodata"


def test_costs_reach_the_indicators(book: Ledger, priced: RunInfo) -> None:
    table = kpis(Views(book, rates=priced.rates))
    assert np.isfinite(table.loc[table["kpi"].str.match("cost_|co2e_"), "value"]).all()
    assert not kpis(Views(book))["kpi"].str.match("cost_|co2e_").any()
