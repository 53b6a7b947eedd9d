"""Ships that break down, fleets that are full, forecasts and classes: exact, on a ferry of ten hours each way."""

from __future__ import annotations

import numpy as np
import pytest

from sim.contract.trace import CALL
from tests.oracle.sea import sea
from tests.oracle.statistics import assert_mean
from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
WEEK = {"start": "2025-01-01", "end": "2025-01-10"}
AT_ONCE = {"rule": "full", "longest_wait": "0 s"}


def fleet(count: int = 1, limit: int = 1000, **more):
    return {"ship": {"service": "boats", "count": count, "limits": {"teu": limit}, **more}}


def arrivals_h(result, count: int) -> list[float]:
    calls = result.trace.calls[result.trace.calls[:, 0] == 0]
    return [int(s) / H for s in calls[:count, CALL.index("arrive")]]


def test_a_breakdown_stops_a_ship_at_sea_and_it_goes_on_when_mended(tmp_path):
    """Fit from midnight to 18:00 UTC, down for the rest of the day: a cycle of 24 h that began on an earlier midnight.

    Out 0 to 10. Back from 10, stopped from 18 to 24, in at 26. Out from 26 to 36. Back from 36: stopped from 42
    to 48, in at 52. Out from 52 to 62. Back from 62, stopped from 66 to 72, in at 78.
    """
    outages = {"up": "18 h", "down": "6 h"}
    built = model(tmp_path, sea(flows={"F": {}}, departure=AT_ONCE, fleets=fleet(outages=outages)), **WEEK)
    assert arrivals_h(run(built), 7) == [0, 10, 26, 36, 52, 62, 78]


def test_a_breakdown_in_port_keeps_the_ship_from_sailing_but_not_from_loading(tmp_path):
    """Fit for 2 h, down for 10 h, from each midnight and noon. Loading of four lots goes on until 4 h; out at 12 h.

    It sails two hours of every twelve and comes in at the end of the fifth spell, 62 h.
    """
    ship = fleet(limit=4, outages={"up": "2 h", "down": "10 h"})
    tables = sea(
        flows={"F": {"quantity_per_year": departures(4)}},
        departure={"rule": "full"},
        limit=4,
        east={"load_per_unit": "1 h"},
        fleets=ship,
    )
    built = model(tmp_path, tables, **WEEK)
    result = run(built, draws=set_out_at(built, {"F": [0, 0, 0, 0]}))
    assert (result.trace.boards[:, 6] / H).tolist() == [1, 2, 3, 4]
    assert arrivals_h(result, 2)[1] == 62


def test_breakdowns_take_their_share_of_a_ships_time(tmp_path):
    """Up 90 h, down 30 h on average, exponential: at sea all the time, a ship makes three quarters of its voyages.

    Ports take no time, so it is stopped at sea whenever it is down. Tolerance at most 10 %.
    """
    outages = {"up": {"dist": "exponential", "mean": "90 h"}, "down": {"dist": "exponential", "mean": "30 h"}}
    tables = sea(flows={"F": {}}, departure=AT_ONCE, fleets=fleet(outages=outages))
    built = model(tmp_path, tables, start="2021-01-01", end="2021-12-31", warm_up="60 d")
    hours = (built.period_end_s - built.period_start_s) / H
    shares = []
    for k in range(20):
        arrive = run(built, k).trace.calls[:, CALL.index("arrive")]
        shares.append(((arrive >= built.period_start_s) & (arrive < built.period_end_s)).sum() * 10 / hours)
    assert_mean(shares, 0.75, resolution=0.1)


def test_an_earlier_start_meets_the_same_breakdowns(tmp_path):
    """Outages run by the calendar: 60 days more of warm-up leave the ship's down times as they were."""
    outages = {"up": {"dist": "exponential", "mean": "9 d"}, "down": {"dist": "lognormal", "mean": "3 d", "cv": 1}}
    tables = sea(flows={"F": {}}, departure=AT_ONCE, fleets=fleet(count=2, outages=outages))
    steps = []
    for warm_up in ("10 d", "70 d"):
        built = model(tmp_path / warm_up[:2], tables, start="2025-01-01", end="2025-12-31", warm_up=warm_up)
        draws = built.draw(0)
        kept = (draws.timeline_s >= built.period_start_s) & (draws.timeline_s < built.period_end_s)
        owner = np.repeat(np.arange(len(built.plan.facilities.name)), np.diff(draws.timeline_ptr))
        steps.append(
            [
                (built.plan.facilities.name[f], int(t - built.period_start_s), int(c))
                for f, t, c in zip(owner[kept], draws.timeline_s[kept], draws.timeline_capacity[kept], strict=True)
            ]
        )
    assert steps[0] == steps[1]
    assert len(steps[0]) > 60


@pytest.mark.parametrize(("offered_per_day", "saturated"), [(40, True), (24, True), (10, False)])
def test_a_fleet_carries_at_most_its_lift(tmp_path, offered_per_day, saturated):
    """Three ships of eight lots and a cycle of 24 h: two crossings of 10 h, loading and discharging 2 h each.

    N K / C = 24 lots a day: never more, and exactly that when there is enough cargo.
    """
    flow = {"arrivals": "regular", "quantity_per_year": 365 * offered_per_day}
    lifts = {"east": {"load_per_unit": "15 min"}, "west": {"discharge_per_unit": "15 min", "departure": AT_ONCE}}
    tables = sea(flows={"F": flow}, departure={"rule": "full", "longest_wait": "2 h"}, vessels=3, limit=8, **lifts)
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-30", warm_up="20 d")
    landed = run(built).trace.boards[:, 9]
    days = 28  # whole cycles of all ships
    within = ((landed > built.period_start_s) & (landed <= built.period_start_s + days * 24 * H)).sum()
    lift = 24 * days
    assert within == lift if saturated else within == pytest.approx(offered_per_day * days, abs=8)
    assert within <= lift


def test_a_ship_leaves_before_a_known_closing(tmp_path):
    """The entry shuts on 3 January at 0:00. Loading ends six hours before; without the forecast the ship is caught."""
    closed = {"from_day": "2025-01-03", "to_day": "2025-01-06", "cause": "storm"}
    left = {}
    for known in (True, False):
        rule = {"rule": "full", "longest_wait": "3 d"} | ({"before_closing": "6 h"} if known else {})
        gate = {"east_gate": {"node": "east", "kind": "entry", "capacity": 1, "closures": [closed]}}
        tables = sea(
            flows={"F": {"quantity_per_year": departures(1)}},
            departure=AT_ONCE,
            facilities=gate,
            east={"entry": "east_gate", "entry_time": "1 h", "departure": rule},
        )
        result = run(model(tmp_path / str(known), tables, **WEEK))
        left[known] = int(result.trace.calls[0, CALL.index("left")]) / H
    assert left == {True: 2 * 24 - 6 + 1, False: 5 * 24 + 1}


def test_a_higher_class_boards_first(tmp_path):
    """Six ordinary lots wait when three urgent ones come; room for four a voyage: the urgent go with the next ship."""
    flows = {"F": {"quantity_per_year": departures(6), "priority": 1}, "U": {"quantity_per_year": departures(3)}}
    tables = sea(flows=flows, departure={"rule": "full"}, limit=4, west={"departure": AT_ONCE}, east={"mooring": "5 h"})
    built = model(tmp_path, tables, **WEEK)
    result = run(built, draws=set_out_at(built, {"F": [0, 1, 2, 3, 4, 5], "U": [6, 7, 8]}))
    flow = np.array(built.plan.flow_name)[result.draws.lot_flow]
    first = result.trace.boards[result.trace.boards[:, 2] == 0][:, 0]
    assert sorted(flow[first]) == ["F", "U", "U", "U"]
