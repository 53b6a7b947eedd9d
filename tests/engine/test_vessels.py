"""Vessels: when they leave, whom they take, and what holds them up; worked out by hand, to the second.

Ten hours from port to port; all runs begin on Wednesday, 1 January 2025, with the vessel in the east.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.contract.trace import CALL
from tests.oracle.sea import sea
from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
WEEK = {"start": "2025-01-01", "end": "2025-01-10"}
AT_ONCE = {"rule": "full", "longest_wait": "0 s"}
NOON = {"rule": "timetable", "every": "1 d", "first": "12 h"}


def crossing(folder, times, *, flows=None, **world):
    """Run flow F (and others), lots setting out from the east at the given hours."""
    rows = {name: {} for name in times} | (flows or {})
    for name, row in rows.items():
        row["quantity_per_year"] = departures(len(times[name]) * row.get("lot", 1))
    built = model(folder, sea(flows=rows, **world), **WEEK)
    return run(built, draws=set_out_at(built, {f: [round(t * H) for t in ts] for f, ts in times.items()}))


def landings(result):
    """Hour of landing by lot."""
    boards = result.trace.boards
    return {int(lot): landed / H for lot, landed in boards[boards[:, 9] >= 0][:, [0, 9]].tolist()}


def calls(result, *columns, vessel=0):
    """The named columns of a vessel's calls, in hours; call and port as they are, None for not yet."""
    table = result.trace.calls[result.trace.calls[:, 0] == vessel]
    picked = table[:, [CALL.index(c) for c in columns]].tolist()
    return [tuple(None if x < 0 else x / H for x in row) for row in picked]


def test_a_timetable_leaves_on_time_with_whoever_is_there(tmp_path):
    """Loading takes an hour; a lot whose loading has begun by noon still comes along."""
    result = crossing(tmp_path, {"F": [8, 11.5, 12.25]}, departure=NOON, east={"load_per_unit": "1 h"})
    assert calls(result, "closed", "left")[0] == (12.5, 12.5)
    assert landings(result) == {0: 22.5, 1: 22.5, 2: 70}  # back in the east at 46:00, leaves at 60:00


def test_a_lot_that_comes_at_the_departure_is_taken(tmp_path):
    assert landings(crossing(tmp_path, {"F": [12]}, departure=NOON)) == {0: 22}


def test_timetables_run_from_a_monday(tmp_path):
    """Every week, a day and a half after midnight of Monday: Tuesday noon. The run begins on Wednesday."""
    rule = {"rule": "timetable", "every": "1 w", "first": "1.5 d"}
    result = crossing(tmp_path, {"F": [1]}, departure=rule)
    assert calls(result, "left")[0] == ((6 * 24 + 12),)


def test_a_slot_of_a_timetable_takes_one_ship(tmp_path):
    """Three ships lie in the east from the beginning: they leave on three days, the first with both early lots."""
    fleets = {name: {"service": "boats", "count": 1, "limits": {"teu": 100}, "first_port": 0} for name in "abc"}
    result = crossing(tmp_path, {"F": [1, 2, 20, 50]}, departure=NOON, fleets=fleets, west={"departure": AT_ONCE})
    assert [calls(result, "left", vessel=v)[0] for v in range(3)] == [(12,), (36,), (60,)]
    assert landings(result) == {0: 22, 1: 22, 2: 46, 3: 70}
    # back in the east at 32:00, 56:00 and 80:00, each takes the next noon that is not taken
    assert [calls(result, "left", vessel=v)[2] for v in range(3)] == [(84,), (108,), (132,)]


def test_each_port_has_slots_of_its_own(tmp_path):
    """Two ships in the east, one in the west: the west's first noon is not taken by those in the east."""
    fleets = {
        name: {"service": "boats", "count": 1, "limits": {"teu": 100}, "first_port": port}
        for name, port in (("a", 0), ("b", 0), ("c", 1))
    }
    result = crossing(tmp_path, {"F": [1]}, departure=NOON, fleets=fleets)
    assert [calls(result, "left", vessel=v)[0] for v in range(3)] == [(12,), (36,), (12,)]


def test_a_slot_that_nobody_was_ready_for_lapses(tmp_path):
    """Moored at 14:00 and 15:00 on the first day, the ships leave on the second and the third."""
    fleets = {name: {"service": "boats", "count": 1, "limits": {"teu": 100}} for name in "ab"}
    facilities = {"east_entry": {"node": "east", "kind": "entry", "capacity": 1}}
    result = crossing(
        tmp_path,
        {"F": [1]},
        departure=NOON,
        fleets=fleets,
        facilities=facilities,
        east={"entry": "east_entry", "entry_time": "1 h", "mooring": "13 h"},
    )
    assert [calls(result, "moored", "closed", vessel=v)[0] for v in range(2)] == [(14, 36), (15, 60)]


def test_departure_after_the_longest_wait_or_when_full(tmp_path):
    """Room for two: the first pair fills the vessel at 3:00; the next lot goes after six hours alongside."""
    rule = {"rule": "full", "longest_wait": "6 h"}
    result = crossing(tmp_path, {"F": [1, 3, 4]}, departure=rule, limit=2)
    # left 3:00, west 13:00 to 19:00, east again at 29:00, where the third lot waits
    assert calls(result, "arrive", "left")[:3] == [(0, 3), (13, 19), (29, 35)]
    assert landings(result) == {0: 13, 1: 13, 2: 45}


def test_a_share_of_the_room_is_enough(tmp_path):
    rule = {"rule": "full", "fill": 0.5}
    assert calls(crossing(tmp_path, {"F": [1, 3, 4]}, departure=rule, limit=4), "left")[0] == (3,)


def test_a_least_load_outlasts_the_longest_wait(tmp_path):
    """Alone after six hours with a quarter of its room taken, the vessel waits for the lot that makes it half."""
    rule = {"rule": "full", "longest_wait": "6 h", "least": 0.5}
    assert calls(crossing(tmp_path, {"F": [1, 8, 9]}, departure=rule, limit=4), "left")[0] == (8,)
    assert calls(crossing(tmp_path, {"F": [1, 2, 8]}, departure=rule, limit=4), "left")[0] == (6,)


def test_a_load_that_is_being_lifted_at_the_longest_wait_counts_to_the_least(tmp_path):
    """Lifted from 5:30 to 6:30, the second lot is half of the room: the vessel leaves with it."""
    rule = {"rule": "full", "longest_wait": "6 h", "least": 0.5}
    result = crossing(tmp_path, {"F": [1, 5.5, 9]}, departure=rule, limit=4, east={"load_per_unit": "1 h"})
    assert calls(result, "left")[0] == (6.5,)


@pytest.mark.parametrize(("full_when", "left", "aboard"), [("any_limit", 1, [0]), ("nothing_fits", 2, [0, 2])])
def test_a_full_deck_for_one_cargo_waits_for_the_other(tmp_path, full_when, left, aboard):
    """A deck for one truck and one for two wagons. The second truck, at 2:00, finds no room: then nothing fits."""
    cargo = {"truck": {"truck": 1}, "wagon": {"wagon": 1}}
    flows = {"T": {"cargo": "truck"}, "W": {"cargo": "wagon"}}
    fleets = {"ship": {"service": "boats", "count": 1, "limits": {"truck": 1, "wagon": 2}}}
    result = crossing(
        tmp_path,
        {"T": [1, 2], "W": [1.5]},
        flows=flows,
        departure={"rule": "full", "full_when": full_when},
        cargo=cargo,
        fleets=fleets,
        service={"cargo": ["truck", "wagon"], "smaller_may_pass": True},
    )
    assert calls(result, "left")[0] == (left,)
    assert sorted(result.trace.boards[result.trace.boards[:, 2] == 0][:, 0].tolist()) == aboard


@pytest.mark.parametrize(("pass_by", "taken"), [(True, [0, 2]), (False, [0])])
def test_smaller_lots_may_pass_where_that_is_declared(tmp_path, pass_by, taken):
    """Room for ten; lots of six, six and four wait. Whoever is left behind shows that the vessel is full."""
    flows = {"A": {"lot": 6}, "B": {"lot": 6}, "C": {"lot": 4}}
    service = {"smaller_may_pass": pass_by}
    result = crossing(
        tmp_path,
        {"A": [1], "B": [2], "C": [3]},
        flows=flows,
        limit=10,
        service=service,
        departure=AT_ONCE,
        east={"mooring": "5 h"},
    )
    first = result.trace.boards[result.trace.boards[:, 2] == 0]
    assert sorted(first[:, 0].tolist()) == taken


def test_every_limit_holds(tmp_path):
    """Four boxes of two lane metres each fit the 100 TEU, but six metres take only three."""
    cargo = {"TEU": {"teu": 1, "lane_m": 2}}
    fleets = {"ship": {"service": "boats", "count": 1, "limits": {"teu": 100, "lane_m": 6}}}
    result = crossing(
        tmp_path, {"F": [1, 1, 1, 1]}, departure=AT_ONCE, east={"mooring": "2 h"}, cargo=cargo, fleets=fleets
    )
    assert sorted(result.trace.boards[result.trace.boards[:, 2] == 0][:, 0].tolist()) == [0, 1, 2]


def test_urgent_lots_board_first(tmp_path):
    flows = {"Slow": {"priority": 3}, "Urgent": {"priority": 0}}
    result = crossing(
        tmp_path, {"Slow": [1, 1], "Urgent": [2]}, flows=flows, limit=2, departure=AT_ONCE, east={"mooring": "5 h"}
    )
    boards = result.trace.boards[result.trace.boards[:, 2] == 0]
    assert boards[:, 0].tolist() == [2, 0]


def test_a_closed_entry_keeps_the_vessel_at_its_berth_and_the_next_one_out(tmp_path):
    """The east entry is closed on 2 January. The first vessel, ready at noon on the 2nd, leaves at
    midnight and one hour; the second comes at noon too, and has the only berth when the first is out."""
    closed = [{"from_day": "2025-01-02", "to_day": "2025-01-03", "cause": "storm"}]
    facilities = {
        "east_entry": {"node": "east", "kind": "entry", "capacity": 1, "closures": closed},
        "east_berth": {"node": "east", "kind": "berth", "capacity": 1},
    }
    result = crossing(
        tmp_path,
        {"F": [30]},
        departure=AT_ONCE,
        vessels=2,
        facilities=facilities,
        sailing_h=13,
        east={"entry": "east_entry", "entry_time": "1 h", "mooring": "34 h"},
        west={"mooring": "23 h"},
    )
    # ship 1: enters 0:00-1:00, moored at 35:00, closed out until 48:00, out at 49:00
    assert calls(result, "berthed", "entered", "moored", "closed", "exit_start", "left")[0] == (0, 1, 35, 35, 48, 49)
    # ship 2: leaves the west at 23:00, waits in the roads from 36:00 to 49:00
    assert calls(result, "arrive", "berthed", "entered", vessel=1)[1] == (36, 49, 50)


def test_a_crane_that_stops_for_the_night(tmp_path):
    """Loading two lots of three hours from 16:00; cranes rest from 18:00 to 06:00."""
    hours = {"open": "06:00", "close": "18:00", "zone": "UTC"}
    cranes = {"cranes": {"node": "east", "kind": "crane", "capacity": 1, "hours": hours, "on_closure": "suspend"}}
    result = crossing(
        tmp_path,
        {"F": [16, 16]},
        departure={"rule": "full"},
        limit=2,
        facilities=cranes,
        east={"cranes": "cranes", "load_per_unit": "3 h"},
    )
    assert [(b[5] / H, b[6] / H) for b in result.trace.boards.tolist()] == [(16, 31), (31, 34)]
    assert calls(result, "left")[0] == (34,)
    assert result.trace.pauses[:, 2:].tolist() == [[18 * H, 30 * H]]


def test_two_vessels_share_the_cranes(tmp_path):
    """Two cranes, both used by a vessel that works: the second vessel's lot waits for them."""
    cranes = {"cranes": {"node": "east", "kind": "crane", "capacity": 2}}
    fleets = {"ship": {"service": "boats", "count": 3, "limits": {"teu": 1}}}
    result = crossing(
        tmp_path,
        {"F": [5, 5]},
        departure={"rule": "full"},
        facilities=cranes,
        fleets=fleets,
        east={"cranes": "cranes", "cranes_per_vessel": 2, "load_per_unit": "3 h"},
    )
    assert [(b[1], b[5] / H, b[6] / H) for b in result.trace.boards.tolist()] == [(0, 5, 8), (2, 8, 11)]


def test_a_full_yard_keeps_cargo_aboard(tmp_path):
    """Room for one box; each stays thirty hours. The vessel lies at the berth until the second has room."""
    yard = {"yard": {"node": "west", "kind": "yard", "unit": "teu", "capacity": 1}}
    steps = {
        "stay": {"node": "west", "order": 1, "duration": "30 h", "scope": "lot"},
        "out": {"node": "west", "order": 2, "action": "release", "facility": "yard", "units": "load", "scope": "lot"},
    }
    result = crossing(
        tmp_path,
        {"F": [1, 1]},
        departure=AT_ONCE,
        facilities=yard,
        processes=steps,
        east={"mooring": "2 h"},
        west={"yard": "yard", "discharge_per_unit": "1 h"},
    )
    assert [(b[7] / H, b[8] / H, b[9] / H) for b in result.trace.boards.tolist()] == [(12, 12, 13), (13, 43, 44)]
    assert calls(result, "discharged", "left")[1] == (44, 44)
    assert sorted(result.journey_s().values()) == [42 * H, 73 * H]


def test_loading_frees_the_yard_of_the_port(tmp_path):
    """Room for one box before the sea: the second comes in when the first has been loaded."""
    yard = {"yard": {"node": "east", "kind": "yard", "unit": "teu", "capacity": 1}}
    steps = {"in": {"node": "east", "action": "acquire", "facility": "yard", "units": "load", "scope": "lot"}}
    result = crossing(
        tmp_path,
        {"F": [1, 1]},
        departure={"rule": "full"},
        limit=2,
        facilities=yard,
        processes=steps,
        east={"yard": "yard", "load_per_unit": "2 h"},
    )
    assert [(s / H) for _, _, s, _ in result.spans("process/in")] == [1, 3]
    assert calls(result, "left")[0] == (5,)


def test_a_vessel_withdrawn_lands_its_cargo_and_stays_away(tmp_path):
    """Withdrawn at the end of 1 January, when it is at sea with a lot: it lands it, and makes no more calls."""
    count = [{"value": 1}, {"from": "2025-01-02", "value": 0}]
    result = crossing(tmp_path, {"F": [1, 30]}, departure={"rule": "full", "longest_wait": "20 h"}, vessels=count)
    assert calls(result, "arrive", "left") == [(0, 20), (30, 30)]
    assert landings(result) == {0: 30}


def test_a_fleet_grows_on_its_date(tmp_path):
    count = [{"value": 0}, {"from": "2025-01-03", "value": 1}]
    result = crossing(tmp_path, {"F": [1]}, departure=AT_ONCE, vessels=count)
    assert calls(result, "arrive", "left")[0] == (48, 48)
    assert landings(result) == {0: 58}


def test_more_trucks_take_no_room_from_wagons(tmp_path):
    """A deck for two trucks and one for two wagons, a departure a day: wagons that land do not fall as trucks multiply."""
    cargo = {"truck": {"truck": 1}, "wagon": {"wagon": 1}}
    fleets = {"ship": {"service": "boats", "count": 1, "limits": {"truck": 2, "wagon": 2}}}
    landed = []
    for trucks in (1, 2, 6):
        result = crossing(
            tmp_path / str(trucks),
            {"T": [h for h in range(1, 150, 24) for _ in range(trucks)], "W": [h for h in range(2, 150, 12)]},
            flows={"T": {"cargo": "truck"}, "W": {"cargo": "wagon"}},
            departure={"rule": "full", "full_when": "nothing_fits", "longest_wait": "4 h"},
            cargo=cargo,
            fleets=fleets,
            service={"cargo": ["truck", "wagon"], "smaller_may_pass": True},
        )
        wagons = set(np.flatnonzero(result.draws.lot_flow == result.plan.flow_name.index("W")).tolist())
        landed.append(sum(int(lot) in wagons for lot, end in result.trace.boards[:, [0, 9]].tolist() if end >= 0))
    assert landed == sorted(landed)
    assert landed[0] > 0
