"""Indicators against plain counting, by hand on small cases and second by second on drawn ones."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.balance import state_at
from sim.analysis.facility_load import facility_days, facility_waits
from sim.analysis.kpis import Views, kpis
from sim.analysis.ledger import CAUSE_COLUMNS, ledger
from sim.analysis.line import Line
from sim.analysis.movements import journeys, link_table, node_to_node_s, traversals
from sim.analysis.voyages import load_at_departure, voyages
from sim.clock import DAY_S, HOUR_S
from sim.errors import CheckFailed
from sim.statistics.pooled import quantile_of_sorted
from tests.analysis.handmade import make_draws, make_plan, make_trace

ORIGIN = date(2023, 12, 31)
FLOWS = pd.DataFrame(
    {
        "flow": ["ore", "coal", "unused"],
        "units_per_lot": [4, 3, 1],
        "tonnes_per_unit": [10.0, 20.0, 1.0],
        "net_tonnes_per_unit": [8.0, 15.0, 1.0],
        "cargo": ["wagon", "TEU", "t"],
        "origin": ["mine"] * 3,
        "destination": ["port", "port", "quay"],
        "background": [False, False, False],
        "in_corridor_total": [False, True, True],
        "direction": ["west_to_east", "east_to_west", "east_to_west"],
    }
)


def value(table: pd.DataFrame, kpi: str, scope: str, year: int = 0) -> float:
    found = table[(table["kpi"] == kpi) & (table["scope"] == scope) & (table["year"] == year)]["value"]
    assert len(found) == 1, f"{kpi} {scope} {year}: {len(found)} lines"
    return float(found.iloc[0])


@pytest.fixture
def small():
    """Coal lots born on days 0, 1, 2, 5 of which one lands in the old year and one never; one lot of ore."""
    d = DAY_S
    born = [0, 1 * d, 2 * d, 5 * d, 2 * d]
    ends = [1 * d - 100, 3 * d, 4 * d, -1, 6 * d]
    rows = [(k, -1, "travel", 1, b, b + 60, e, b + 120) for k, (b, e) in enumerate(zip(born, ends, strict=True))]
    draws = make_draws(born, flows=[0, 0, 0, 0, 1], reported=[False, True, True, True, True], period=(d, 7 * d))
    trace = make_trace(rows, list(zip(range(5), born, ends, strict=True)), 9 * d)
    return ledger(make_plan(), draws, trace, FLOWS, ORIGIN)


def test_transit_times_count_by_setting_out_and_unfinished_lots_are_the_longest(small):
    table = kpis(Views(small))
    assert value(table, "transit_lots", "coal") == 3
    assert value(table, "transit_unfinished", "coal") == 1
    assert value(table, "transit_p10", "coal") == 2.0
    assert value(table, "transit_p50", "coal") == 2.0
    assert value(table, "transit_p90", "coal") == np.inf
    assert value(table, "transit_mean", "coal") == pytest.approx(8 / 3)  # 2, 2 and 4 days, when the run stops
    assert value(table, "transit_p50", "ore") == 4.0
    assert value(table, "transit_lots", "corridor") == 3


def test_volumes_count_by_landing_in_each_calendar_year(small):
    table = kpis(Views(small))
    assert value(table, "volume_lots", "coal") == 2
    assert value(table, "volume_units", "coal") == 6
    assert value(table, "volume_tonnes", "coal", 2024) == 120
    assert value(table, "volume_net_tonnes", "coal") == 90
    assert value(table, "volume_tonnes", "corridor") == 120
    assert value(table, "volume_tonnes", "cargo TEU") == 120
    assert value(table, "volume_tonnes", "ore") == 40
    assert "cargo wagon" not in set(table["scope"])


def test_years_are_cut_at_the_period(small):
    assert small.years() == [(2024, DAY_S, 7 * DAY_S)]
    across = ledger(
        make_plan(),
        make_draws([0], period=(0, 3 * DAY_S)),
        make_trace([(0, -1, "travel", 1, 0, 0, 9, 9)], [(0, 0, 9)], 9),
        FLOWS,
        ORIGIN,
    )
    assert across.years() == [(2023, 0, DAY_S), (2024, DAY_S, 3 * DAY_S)]


def test_the_balance_closes_and_lists_what_is_on_its_way(small):
    table = kpis(Views(small))
    line = {
        name: value(table, f"balance_{name}_lots", "all")
        for name in ("start", "in", "out", "end", "end_moving", "end_waiting", "end_at_sea", "lost")
    }
    assert line == {
        "start": 0,
        "in": 4,
        "out": 3,
        "end": 1,
        "end_moving": 1,
        "end_waiting": 0,
        "end_at_sea": 0,
        "lost": 0,
    }
    assert value(table, "balance_in_tonnes", "all") == 3 * 60 + 40
    assert value(table, "balance_in_units", "corridor") == 9


def test_time_by_cause_adds_up_to_the_journey(small):
    table = kpis(Views(small))
    parts = sum(value(table, f"time_{column[:-2]}", "coal") for column in CAUSE_COLUMNS)
    assert parts == pytest.approx((2 + 2 + 4) * 24 / 3)
    assert value(table, "time_capacity", "coal") == pytest.approx(1 / 60)


def test_real_balance_closes_on_every_quantity(tutorial):
    book = ledger(tutorial.plan, tutorial.draws, tutorial.trace, tutorial.info.flows, tutorial.info.origin)
    table = kpis(Views(book))
    lost = table[table["kpi"].str.startswith("balance_lost")]
    assert len(lost) == 10
    assert (lost["value"] == 0).all()
    assert (table.loc[table["kpi"] == "balance_end_at_sea_lots", "value"] > 0).all()
    hours = book.hours.sum(axis=1)
    done = book.lots["done_s"].where(book.lots["done_s"] >= 0, tutorial.trace.stopped_s)
    assert hours.to_numpy() == pytest.approx(((done - book.lots["born_s"]) / HOUR_S).to_numpy())


def test_a_lost_lot_would_show(tutorial):
    """The end of the balance is counted from where lots are, not from the other lines."""
    book = ledger(tutorial.plan, tutorial.draws, tutorial.trace, tutorial.info.flows, tutorial.info.origin)
    for second in range(book.start_s, book.end_s, 5 * DAY_S):
        state = state_at(book, second)
        born, done = book.lots["born_s"].to_numpy(), book.lots["done_s"].to_numpy()
        assert ((state != "") == ((born <= second) & ((done < 0) | (done > second)))).all()


def test_quantiles_are_values_that_occur():
    assert quantile_of_sorted(np.array([1.0, 2.0, 3.0, np.inf]), 0.5) == 2.0
    assert quantile_of_sorted(np.array([1.0, 2.0, 3.0, np.inf]), 0.75) == 3.0
    assert quantile_of_sorted(np.array([1.0, 2.0, 3.0, np.inf]), 0.9) == np.inf
    assert np.isnan(quantile_of_sorted(np.empty(0), 0.5))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12),
    st.integers(0, 2),
)
def test_days_of_a_facility_agree_with_counting_hours(drawn, first_day):
    """Capacity, use, queue and waiting against an hour-by-hour count; all times are whole hours."""
    hour, days, stop = HOUR_S, 2, 80
    rows, spans = [], []
    for k, (request, wait, hold) in enumerate(drawn):
        start, end = request + wait, request + wait + hold
        rows.append((k, -1, "papers", 1, request * hour, start * hour, end * hour, end * hour))
        spans.append((request, start, end))
    lots = [(k, r * hour, e * hour) for k, (r, _, e) in enumerate(spans)]
    period = (first_day * DAY_S, (first_day + days) * DAY_S)
    draws = make_draws(
        [r * hour for r, _, _ in spans], capacity={"lane": [(0, 3), (30 * hour, 0), (40 * hour, 2)]}, period=period
    )
    book = ledger(make_plan(), draws, make_trace(rows, lots, stop * hour), FLOWS, ORIGIN)
    table = facility_days(book)
    table = table[table["facility"] == "lane"]
    assert len(table) == days
    for k, row in enumerate(table.itertuples()):
        hours = [h for h in range((first_day + k) * 24, (first_day + k + 1) * 24) if h < stop]
        queue = [sum(r <= h < s for r, s, _ in spans) for h in hours]
        assert row.busy_unit_h == pytest.approx(sum(sum(s <= h < e for _, s, e in spans) for h in hours))
        assert row.capacity_unit_h == pytest.approx(sum(3 if h < 30 else 0 if h < 40 else 2 for h in hours))
        assert row.wait_h == pytest.approx(sum(queue))
        assert row.queue_mean == pytest.approx(sum(queue) / 24)
        assert row.queue_max == max(queue, default=0)


def test_waits_of_a_facility_are_those_of_requests_in_the_period(small):
    found = facility_waits(small).set_index("facility").loc["lane"]
    assert found["requests"] == 4
    assert found["mean_wait_h"] == pytest.approx(1 / 60)


def test_room_taken_and_given_back_by_other_rows_counts_as_use():
    rows = [
        (0, -1, "take", 30, 0, 6 * HOUR_S, 6 * HOUR_S, 6 * HOUR_S),
        (0, -1, "travel", 1, 6 * HOUR_S, 6 * HOUR_S, 60_000, 30_000),
        (0, -1, "give", 30, 60_000, 60_000, 60_000, 60_000),
    ]
    book = ledger(
        make_plan(), make_draws([0], period=(0, DAY_S)), make_trace(rows, [(0, 0, 60_000)], 90_000), FLOWS, ORIGIN
    )
    yard = facility_days(book).set_index("facility").loc["yard"]
    assert yard["busy_unit_h"] == pytest.approx(30 * (60_000 / HOUR_S - 6))
    assert yard["wait_h"] == 6


def test_calls_of_ships_and_their_loads(tutorial):
    book = ledger(tutorial.plan, tutorial.draws, tutorial.trace, tutorial.info.flows, tutorial.info.origin)
    table = voyages(book)
    assert len(table) > 20
    boards = {
        c: tutorial.trace.column("boards", c) for c in ("lot", "vessel", "call_from", "call_to", "load_end", "landed")
    }
    load = load_at_departure(book)
    for k in range(len(tutorial.trace.calls)):
        vessel, call = tutorial.trace.calls[k, :2]
        aboard = (boards["vessel"] == vessel) & (boards["call_from"] <= call) & (boards["load_end"] >= 0)
        aboard &= ~((boards["landed"] >= 0) & (boards["call_to"] <= call))
        assert load[k].tolist() == tutorial.draws.lot_size[boards["lot"][aboard]].sum(axis=0).tolist()
    assert (table["load_share"] <= 1).all()
    assert table["left"].max() > table["arrive"].min()
    two_calls = table[table["vessel"] == table["vessel"].iloc[0]].sort_values("call")
    later = two_calls["arrive"].diff(2).dt.total_seconds() / HOUR_S
    assert later.dropna().to_numpy() == pytest.approx(two_calls["round_trip_h"].to_numpy()[2:])


def test_travel_between_nodes_starts_on_arrival_or_at_the_origin(tutorial):
    book = ledger(tutorial.plan, tutorial.draws, tutorial.trace, tutorial.info.flows, tutorial.info.origin)
    moves = traversals(book)
    flow = book.flows.iloc[0]
    lots = book.lots[book.lots["flow"] == 0].set_index("lot")
    landed = lots.index[lots["done_s"] >= 0]

    def lasts(from_node: str, to_node: str) -> pd.Series:
        return node_to_node_s(book, moves, from_node, to_node).set_index("lot")["lasts_s"].reindex(lots.index)

    whole = lasts(flow["origin"], flow["destination"])
    assert (lasts(flow["origin"], "border") + lasts("border", flow["destination"]))[landed].equals(whole[landed])
    assert (whole <= lots["done_s"].where(lots["done_s"] >= 0, np.inf) - lots["born_s"]).all()
    begun = node_to_node_s(book, moves, flow["origin"], "border").set_index("lot")["from_s"]
    assert (begun.reindex(lots.index) == lots["born_s"]).all()


def test_lots_that_have_not_arrived_are_infinite_and_others_are_left_out(small):
    moves = traversals(small)
    found = node_to_node_s(small, moves, "mine", "port").set_index("lot")["lasts_s"] / DAY_S
    assert found.drop(0).to_dict() == {1: 2.0, 2: 2.0, 3: np.inf, 4: 4.0}
    assert len(node_to_node_s(small, moves, "mine", "quay")) == 0


def test_links_count_carriers_and_lots(tutorial):
    book = ledger(tutorial.plan, tutorial.draws, tutorial.trace, tutorial.info.flows, tutorial.info.origin)
    moves = traversals(book)
    table = link_table(book, moves)
    assert set(table["link"]) == set(tutorial.plan.link_name)
    assert (table["trains"] <= table["lots"]).all()
    sea = table[table["link"] == "crossing"]
    assert (sea["trains"] < sea["lots"]).any()
    assert (table["moving_h"] > 0).all()


def test_journeys_go_forward_from_origin_to_destination(tutorial):
    book = ledger(tutorial.plan, tutorial.draws, tutorial.trace, tutorial.info.flows, tutorial.info.origin)
    table = journeys(book, traversals(book))
    done = set(book.lots.loc[book.lots["done_s"] >= 0, "ordinal"])
    places = book.flows.set_index("flow")
    for (flow, ordinal), rows in table.groupby(["flow", "ordinal"]):
        assert rows["time"].is_monotonic_increasing
        assert rows["node"].iloc[0] == places.loc[flow, "origin"]
        if ordinal in done:
            assert rows["node"].iloc[-1] == places.loc[flow, "destination"]
        stays = list(zip(rows["state"], rows["node"], strict=True))
        assert all(a[1] == b[1] for a, b in zip(stays[::2], stays[1::2], strict=False))
    assert (table.groupby("flow")["ordinal"].nunique() <= 80).all()


def test_two_things_of_one_name_are_told_apart_or_not_at_all(small, monkeypatch):
    """Neither a pair nor a mean could tell a flow from a facility that has the same indicator."""
    monkeypatch.setattr(
        "sim.analysis.kpis.asset_lines",
        lambda *_: [
            Line("asset_at_hand", "crane", 3.0),
            Line("asset_at_hand", "yard", 1.0),
            Line("asset_at_hand", "crane", 5.0),
        ],
    )
    told = "asset_at_hand of 'crane' is given 2 times, as 3 units and 5 units; 'crane' names a facility"
    with pytest.raises(CheckFailed, match=told):
        kpis(Views(small))
