"""Returnable equipment: nothing is lost, idle units go home when they should, and who waits is told so."""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.analysis.assets import asset_days, asset_lines
from sim.analysis.attribution import attribute
from sim.analysis.facility_load import facility_days
from sim.analysis.ledger import ledger
from sim.analysis.records import run_info
from sim.contract.invariants import RULES, check
from sim.contract.plan import Cause, Kind
from sim.contract.reading import stock_changes
from sim.contract.trace import digest
from sim.engine.reference.simulation import simulate
from sim.errors import DeadlockError
from tests.oracle.sea import sea
from tests.oracle.world import clock, departures, model, run, set_out_at
from tests.property.networks import build, networks

HOUR = 3600
PERIOD = {"start": "2025-01-01", "end": "2025-01-10", "run_out": "30 d"}
MOVE = {"scope": "lot", "units": "load"}


def railway(
    flats: dict[str, int],
    flows: dict[str, dict],
    *,
    idle: str | None = None,
    back: str = "c",
    homes: tuple[str, ...] = ("a",),
    **more: dict,
) -> dict:
    """Three places in a row, an hour apart; loads take flats at their origin and leave them at their end.

    ``flats`` are the units at the start; those that stand idle at ``back`` go to one of ``homes``.
    """
    stocks = {
        f"flats_{n}": {"node": n, "kind": "stock", "pool": "flats", "unit": "teu", "capacity": count}
        for n, count in flats.items()
    }
    woken = {}
    if idle is not None:
        stocks[f"flats_{back}"]["idle_wait"] = idle
        woken = {
            f"W_{home}": {
                "origin": back,
                "destination": home,
                "cargo": "flat",
                "woken_by": f"flats_{back}",
                "background": True,
                "modes": ["road"],
            }
            for home in homes
        }
    rows = {}
    for n in flats:
        at = {"node": n, "facility": f"flats_{n}", **MOVE}
        rows[f"{n}_on"] = {**at, "action": "acquire", "arrive": ["origin"], "leave": ["road"], "cargo": ["TEU"]}
        rows[f"{n}_off"] = {
            **at,
            "action": "release",
            "arrive": ["road"],
            "leave": ["destination"],
            "cargo": ["TEU", "flat"],
        }
    return {
        "nodes": {"a": {}, "b": {}, "c": {}},
        "links": {x + y: {"from": x, "to": y, "length_km": 20, "speed_kmh": 20} for x, y in ("ab", "bc")},
        "cargo": {"TEU": {"teu": 1}, "flat": {"teu": 1}},
        "facilities": stocks,
        "processes": rows,
        "flows": {**{name: {"modes": ["road"], **flow} for name, flow in flows.items()}, **woken},
        **more,
    }


def lots(start: str, stop: str, count: int, lot: int = 1) -> dict:
    """A flow of ``count`` lots."""
    return {"origin": start, "destination": stop, "lot": lot, "quantity_per_year": departures(count * lot)}


def test_a_load_waits_for_an_asset_and_is_told_so(tmp_path):
    """Two flats at a, two loads of two: the second waits until the flats are back, 2 h there, 3 h idle, 2 h back."""
    built = model(tmp_path, railway({"a": 2, "c": 0}, {"F": lots("a", "c", 2, 2)}, idle="3 h"), **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0, HOUR]}))
    first, second = result.rows("process/a_on")
    assert (first[4], first[5]) == (0, 0)
    assert (second[4], second[5]) == (HOUR, 7 * HOUR)
    parts = attribute(built.plan, result.draws, result.trace)
    waited = parts.cause == Cause.ASSET
    assert [(int(parts.lot[k]), int(parts.lasts_s[k])) for k in np.flatnonzero(waited)] == [(1, 6 * HOUR)]
    assert parts.places[parts.place[waited][0]] == "flats_a"


def test_idle_units_leave_after_exactly_their_wait_oldest_first(tmp_path):
    """Loads of 3 and 2 come in at 2 h and 4 h; at 5 h a load takes the oldest unit; the rest leave 6 h after return."""
    flows = {"F": lots("a", "c", 1, 3), "G": lots("a", "c", 1, 2), "H": lots("c", "b", 1, 1)}
    built = model(tmp_path, railway({"a": 5, "b": 0, "c": 0}, flows, idle="6 h"), **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0], "G": [2 * HOUR], "H": [5 * HOUR]}))
    left = [(int(r[3]), int(r[5])) for r in result.rows("stock/flats_c")]
    assert left == [(2, 8 * HOUR), (2, 10 * HOUR)]


def test_units_stay_where_nobody_lacks_them_more(tmp_path):
    """All flats began at c and are back there: none has been taken from a, so none goes to a."""
    flows = {"F": lots("c", "b", 1, 2), "G": lots("b", "c", 1, 2)}
    built = model(tmp_path, railway({"a": 4, "b": 0, "c": 2}, flows, idle="2 h"), **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0], "G": [4 * HOUR]}))
    assert len(result.rows("stock/flats_c")) == 0
    assert clock(built, "2025-01-02 00:00") < result.trace.stopped_s  # the run went on long after the wait


def test_units_go_where_the_greatest_share_was_taken(tmp_path):
    """Of 4 at a one is gone, of 2 at b one: the first to leave goes to b, on its way it counts there, the next to a."""
    flows = {"F": lots("a", "c", 1), "G": lots("b", "c", 1)}
    built = model(tmp_path, railway({"a": 4, "b": 2, "c": 0}, flows, idle="1 h", homes=("a", "b")), **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [HOUR], "G": [HOUR]}))
    flow = [built.plan.flow_name[result.draws.lot_flow[r[0]]] for r in result.rows("stock/flats_c")]
    assert flow == ["W_b", "W_a"]


def test_empties_form_trains(tmp_path):
    """Lots of flats gather like others: three batches of two, a train of four and, after the wait, one of two."""
    tables = railway({"a": 6, "c": 0}, {"F": lots("a", "c", 3, 2)}, idle="1 h")
    for link in tables["links"].values():
        link["mode"] = "rail"
    for row in tables["processes"].values():
        for side in ("arrive", "leave"):
            row[side] = [m if m != "road" else "rail" for m in row[side]]
    for flow in tables["flows"].values():
        flow["modes"] = ["rail"]
    tables["flows"]["W_a"] |= {"train": 4, "formation_wait": "5 h"}
    built = model(tmp_path, tables, **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0, HOUR, 2 * HOUR]}))
    woken = result.draws.lot_flow == built.plan.flow_name.index("W_a")
    trains = Counter(int(train) for lot, train, *_ in result.trace.members if woken[lot])
    assert sorted(trains.values()) == [1, 2]


def test_engines_come_back_one_by_one(tmp_path):
    """What is counted one by one travels one by one."""
    tables = railway({"a": 3, "c": 0}, {"F": lots("a", "c", 3, 5)}, idle="1 h")
    tables["cargo"]["flat"] = {}
    for stock in tables["facilities"].values():
        stock["unit"] = "each"
    built = model(tmp_path, tables, **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0, 0, 0]}))
    assert [int(r[3]) for r in result.rows("stock/flats_c")] == [1, 1, 1]


def test_a_pool_that_loses_units_is_found(tmp_path):
    """A lot that ends without giving back what it took breaks the rule of pools."""
    built = model(tmp_path, railway({"a": 2, "c": 0}, {"F": lots("a", "c", 1)}), **PERIOD)
    result = run(built)
    off = built.plan.operations.name.index("process/c_off")
    kept = result.trace.rows[built.plan.needs.op[result.trace.rows[:, 2]] != off]
    spoilt = type(result.trace)(**{**vars(result.trace), "rows": kept})
    found = RULES["pools are conserved"](built.plan, result.draws, spoilt)
    assert found == ["pool flats: shipment 0 ended and holds 1 units"]


@st.composite
def random_railways(draw) -> tuple[dict, dict[str, list[int]]]:
    """One to four flows between three places over a pool of few units, some of it idle for a while."""
    flats = {n: draw(st.integers(0, 6)) for n in "abc"}
    back = draw(st.sampled_from("abc"))
    homes = draw(st.lists(st.sampled_from([n for n in "abc" if n != back]), min_size=1, max_size=2, unique=True))
    flows, times = {}, {}
    for k in range(draw(st.integers(1, 4))):
        start, stop = draw(st.sampled_from([(x, y) for x in "abc" for y in "abc" if x != y]))
        hours = sorted(draw(st.lists(st.integers(0, 60), min_size=1, max_size=6)))
        flows[f"F{k}"] = lots(start, stop, len(hours), draw(st.integers(1, 3)))
        times[f"F{k}"] = [h * HOUR for h in hours]
    flats["a"] += 3  # a lot of three must be able to leave some day
    idle = f"{draw(st.integers(1, 12))} h"
    return railway(flats, flows, idle=idle, back=back, homes=tuple(homes)), times


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(random_railways())
def test_units_at_hand_and_on_the_way_add_up_to_the_pool(drawn):
    """At no instant is more away than the pool began with; in the end what is away is what unfinished lots hold."""
    tables, times = drawn
    with tempfile.TemporaryDirectory() as folder:
        built = model(Path(folder), tables, **PERIOD)
    draws = set_out_at(built, times)
    trace = simulate(built.plan, draws)
    assert check(built.plan, draws, trace) == []
    assert digest(simulate(built.plan, draws)) == digest(trace)
    began = sum(row["capacity"] for row in tables["facilities"].values())
    change = stock_changes(built.plan, trace)
    away = np.cumsum(change.units[np.lexsort((change.units, change.time_s))])
    assert away.min(initial=0) >= 0
    assert away.max(initial=0) <= began
    leaving = {i for i, name in enumerate(built.plan.operations.name) if name.startswith("stock/")}
    woken_units = {int(r[0]): int(r[3]) for r in trace.rows if built.plan.needs.op[r[2]] in leaving}
    held = 0
    for lot, _, done in trace.lots.tolist():
        if done < 0:  # has it taken its flats yet? a woken lot has
            rows = trace.rows[trace.rows[:, 0] == lot]
            names = [built.plan.operations.name[built.plan.needs.op[r[2]]] for r in rows if r[5] >= 0]
            if lot in woken_units:
                held += woken_units[lot]
            elif any(name.endswith("_on") for name in names):
                held += int(draws.lot_size[lot, 0])
    assert held == change.units.sum()


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(networks().filter(lambda network: "p0_flats" in network["tables"]["facilities"]))
def test_a_closed_loop_of_assets_conserves_stock_in_every_network(network):
    """By rail, road and sea, with choices, closings and breakdowns: what has left the stocks is what lots hold."""
    with tempfile.TemporaryDirectory() as folder:
        built, draws = build(Path(folder), network)
    try:
        trace = simulate(built.plan, draws)
    except DeadlockError:
        return  # flats that no load brings back: said so, not lost
    assert check(built.plan, draws, trace) == []
    plan, need = built.plan, trace.rows[:, 2]
    facility = plan.needs.facility[need]
    rows = np.flatnonzero((facility >= 0) & plan.stocks.is_stock[facility] & (trace.rows[:, 5] >= 0))
    sign = np.where(plan.operations.kind[plan.needs.op[need]] == Kind.RELEASE, -1, 1)
    held: Counter[int] = Counter()
    for row in rows.tolist():
        held[int(trace.rows[row, 0])] += int(sign[row] * trace.rows[row, 3])
    ended = {lot for lot, _, done in trace.lots.tolist() if done >= 0}
    assert all(units >= 0 for units in held.values())
    assert not any(held[lot] for lot in ended)
    change = stock_changes(plan, trace)
    assert sum(held.values()) == change.units[plan.stocks.is_stock[change.facility]].sum()


def test_boxes_go_back_loaded_where_there_is_cargo_and_else_empty(tmp_path):
    """Six flats west, a load of two east after 2 h at c: two go back loaded, four empty after 6 h of waiting."""
    flows = {"F": lots("a", "c", 3, 2), "G": lots("c", "a", 1, 2)}
    built = model(tmp_path, railway({"a": 6, "c": 0}, flows, idle="6 h"), **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0, 0, 0], "G": [4 * HOUR]}))
    assert [(int(r[3]), int(r[5])) for r in result.rows("process/c_on")] == [(2, 4 * HOUR)]
    assert [(int(r[3]), int(r[5])) for r in result.rows("stock/flats_c")] == [(2, 8 * HOUR), (2, 8 * HOUR)]


def test_empties_that_count_land_with_their_size(tmp_path):
    """A woken flow that is no background is part of the volume: four boxes of 2 t, though no lot was written down."""
    tables = railway({"a": 4, "c": 0}, {"F": lots("a", "c", 2, 2)}, idle="3 h")
    tables["flows"]["W_a"] |= {"background": False, "tonnes_per_unit": 2}
    built = model(tmp_path, tables, **PERIOD)
    result = run(built)
    book = ledger(built.plan, result.draws, result.trace, run_info(built.world).flows, built.origin)
    empties = book.lots[book.lots["flow"] == built.plan.flow_name.index("W_a")]
    assert empties[["units", "teu", "tonnes"]].to_numpy().tolist() == [[2, 2, 4], [2, 2, 4]]


@pytest.mark.parametrize(("lane_m", "call"), [(60, 0), (59, 2)])
def test_empties_and_trucks_share_the_lanes_of_a_ferry(tmp_path, lane_m, call):
    """Two trucks are aboard when two flats, woken together, ask for 30 m: they go with them, or a call later."""
    at = {
        "west": {"node": "west", "facility": "flats_west", **MOVE},
        "east": {"node": "east", "facility": "flats_east", **MOVE},
    }
    stock = {"kind": "stock", "pool": "flats", "unit": "teu"}
    tables = sea(
        flows={
            "T": {"cargo": "truck", "quantity_per_year": departures(3), "modes": ["sea_container"]},
            "F": {
                "origin": "west",
                "destination": "east",
                "lot": 2,
                "quantity_per_year": departures(2),
                "modes": ["road"],
            },
            "W": {"cargo": "flat", "woken_by": "flats_east", "background": True, "modes": ["sea_container"]},
        },
        departure={"rule": "full", "longest_wait": "2 h"},
        service={"cargo": ["truck", "flat"]},
        facilities={
            "flats_west": {**stock, "node": "west", "capacity": 2},
            "flats_east": {**stock, "node": "east", "capacity": 0, "idle_wait": "1 h"},
        },
        cargo={"TEU": {"teu": 1}, "flat": {"teu": 1, "lane_m": 15}, "truck": {"truck": 1, "lane_m": 15}},
        processes={
            "on": {**at["west"], "action": "acquire", "arrive": ["origin"], "leave": ["road"]},
            "off": {**at["east"], "action": "release", "arrive": ["road"], "leave": ["destination"]},
            "home": {
                **at["west"],
                "action": "release",
                "arrive": ["sea_container"],
                "leave": ["destination"],
                "cargo": ["flat"],
            },
        },
    )
    tables["links"]["road"] = {"from": "west", "to": "east"}
    tables["fleets"]["ship"]["limits"] = {"lane_m": lane_m}
    built = model(tmp_path, tables, **PERIOD)
    result = run(built, draws=set_out_at(built, {"T": [10, 20, 23 * HOUR], "F": [0]}))
    flows = [built.plan.flow_name[f] for f in result.draws.lot_flow[result.trace.column("boards", "lot")]]
    calls = result.trace.column("boards", "call_from").tolist()
    assert sorted(zip(flows, calls, strict=True)) == [("T", 0), ("T", 0), ("T", 2), ("W", call)]


def test_what_is_out_of_service_is_still_owned(tmp_path):
    """Two of four flats are in repair on average: owned 4 all the time, and what lacks is named."""
    tables = railway({"a": 4, "c": 0}, {"F": lots("a", "c", 1)}, idle="3 h")
    tables["facilities"]["flats_a"] |= {"outages": {"up": "10 h", "down": "10 h"}, "owner": "Rail", "gauge_mm": 1520}
    tables["facilities"]["flats_c"] |= {"owner": "Port", "gauge_mm": 1520}
    built = model(tmp_path, tables, **PERIOD)
    result = run(built)
    info = run_info(built.world)
    book = ledger(built.plan, result.draws, result.trace, info.flows, info.origin)
    table = asset_days(book, facility_days(book), info.stocks)
    at_a = table[table["stock"] == "flats_a"]
    assert set(at_a["owned"]) == {4.0}
    assert set(table["owner"]) == {"Rail", "Port"}
    assert at_a["out_of_service"].mean() > 0.5
    values = {(kpi, scope): value for kpi, scope, _, value, *_ in asset_lines(book, table)}
    assert values["asset_owned", "flats"] == values["gauge_owned", "1520 mm, teu"] == 4.0
    assert values["asset_out_of_service", "flats"] == at_a["out_of_service"].mean()
