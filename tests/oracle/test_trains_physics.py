"""Line sections and night windows: saturated single track, calendar outages, three trains a night under the strait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario.yamlfile import read_yaml
from tests.oracle.line import exponential, line, per_hour
from tests.oracle.statistics import assert_mean
from tests.oracle.world import clock, departures, model, run, set_out_at

H = 3_600
GEODATA = Path(__file__).parents[2] / "geodata"


def track(trains_per_day: float, tracks: int, per_day: dict[str, float], **link: Any) -> dict[str, Any]:
    """One rail link with trains from ``east`` and from ``west``, each of one unit."""
    flow = {"modes": ["rail"], "arrivals": "regular"}
    ends = {"W": ("east", "west"), "E": ("west", "east")}
    return {
        "nodes": {"east": {}, "west": {}},
        "links": {
            "line": {
                "from": "east",
                "to": "west",
                "mode": "rail",
                "tracks": tracks,
                "length_km": 40,
                "speed_kmh": 80,
                "trains_per_day": trains_per_day,
                **link,
            }
        },
        "flows": {
            name: {**flow, "origin": ends[name][0], "destination": ends[name][1], "quantity_per_year": 365 * n}
            for name, n in per_day.items()
        },
    }


def entries_s(result, name: str, start: int, stop: int) -> np.ndarray:
    """Instants at which trains entered the section from one side, in a window."""
    starts = result.rows(f"section/line/{name}")[:, 5]
    return np.sort(starts[(starts >= start) & (starts < stop)])


def test_a_saturated_single_track_takes_one_train_each_way_per_twice_its_time(tmp_path):
    """Loops 20 min apart and 5 min to set the way: 2 (t + h) = 50 min for a pair, 28.8 pairs a day.

    With more trains than that on both sides they alternate: one enters every 25 min, from each side
    every 50 min, to the second.
    """
    t_s, h_s = 20 * 60, 5 * 60
    pairs = 86_400 / (2 * (t_s + h_s))
    built = model(tmp_path, track(pairs, 1, {"W": 40, "E": 40}), start="2025-01-01", end="2025-01-10")
    result = run(built)
    window = (2 * 86_400, 8 * 86_400)
    west, east = entries_s(result, "east", *window), entries_s(result, "west", *window)
    assert set(np.diff(west)) == set(np.diff(east)) == {2 * (t_s + h_s)}
    assert set(np.diff(np.sort(np.concatenate((west, east))))) == {t_s + h_s}


def test_a_single_track_used_one_way_takes_twice_as_many(tmp_path):
    built = model(tmp_path, track(28.8, 1, {"W": 80}), start="2025-01-01", end="2025-01-10")
    assert set(np.diff(entries_s(run(built), "east", 2 * 86_400, 8 * 86_400))) == {25 * 60}


def test_double_track_keeps_the_directions_apart(tmp_path):
    """48 paths a day each way: a train every half hour from each side, whatever the other side does."""
    built = model(tmp_path, track(48, 2, {"W": 60, "E": 60}), start="2025-01-01", end="2025-01-06")
    result = run(built)
    for side in ("east", "west"):
        assert set(np.diff(entries_s(result, side, 86_400, 4 * 86_400))) == {30 * 60}


def test_queue_at_a_server_with_calendar_outages(tmp_path):
    """M/M/1 that breaks down by the calendar: half a lot an hour, 1 h of work, up 10 h, down 2 h, all exponential.

    The chain of (number, up or down) gives a mean of 1.91667 lots, so 3.83333 h in all by Little's law; work
    takes 1.2 h from its first start, so that the wait for it is 2.63333 h (White and Christie, Operations
    Research 6, 1958). Tolerance at most 10 %.
    """
    outages = {"up": exponential(10), "down": exponential(2)}
    tables = line(
        [("server", {"outages": outages, "on_closure": "suspend"}, {"duration": exponential(1)})],
        {"F": {"arrivals": "poisson", "quantity_per_year": per_hour(0.5)}},
    )
    built = model(tmp_path, tables, start="2021-01-01", end="2021-12-31", warm_up="20 d", run_out="5 d")
    means, totals = [], []
    for k in range(40):
        result = run(built, k)
        means.append(result.waits_s("process/server").mean() / H)
        rows = result.rows("process/server")
        rows = rows[(rows[:, 4] >= built.period_start_s) & (rows[:, 6] >= 0)]
        totals.append((rows[:, 6] - rows[:, 4]).mean() / H)
    assert_mean(means, 79 / 30, resolution=0.1)
    assert_mean(totals, 23 / 6, resolution=0.1)


@pytest.fixture(scope="module")
def marmaray() -> dict[str, Any]:
    """The corridor's own rows at Gebze, at the node ``a`` of a line."""

    def rows(table: str, names: tuple[str, ...]) -> dict[str, Any]:
        content = read_yaml(GEODATA / f"{table}.yaml", f"{table}.yaml").value
        return {n: content[n] | {"node": "a", "source": "the corridor", "evidence": {}} for n in names}

    processes = rows("processes", ("gebze_marmaray_pass", "gebze_marmaray_entry"))
    for row in processes.values():
        row |= {"leave_to": ["b"], "scope": "lot"}
    return {
        "facilities": rows("facilities", ("gebze_marmaray_passes", "gebze_marmaray_window")),
        "processes": processes,
    }


def test_three_trains_a_night_under_the_bosphorus(tmp_path, marmaray):
    """Eight trains stand at Gebze at 10:00 of 2 January (UTC). The strait opens at midnight local, 21:00 UTC.

    Three passes were taken before noon local (9:00 UTC)? No train was there: they lapsed. Of those taken after
    it three trains go in the first night, half an hour apart, three in the next, two in the third.
    """
    tables = line([], {"F": {"quantity_per_year": departures(8, "2025-01-02")}})
    built = model(tmp_path, {**tables, **marmaray}, start="2025-01-01", end="2025-01-10")
    at = clock(built, "2025-01-02 10:00")
    result = run(built, draws=set_out_at(built, {"F": [at] * 8}))
    starts = result.rows("process/gebze_marmaray_entry")[:, 5]
    first, night = clock(built, "2025-01-02 21:00"), 24 * H
    assert sorted(starts.tolist()) == [
        first + d * night + k * H // 2 for d, n in ((0, 3), (1, 3), (2, 2)) for k in range(n)
    ]


def test_a_train_that_comes_too_late_at_night_waits_for_the_next(tmp_path, marmaray):
    """At 4:31 local half an hour is not left before 5:00: the next night. At 4:30 it is."""
    for minute, expected in ((30, "2025-01-03 01:30"), (31, "2025-01-03 21:00")):
        tables = line([], {"F": {"quantity_per_year": departures(1, "2025-01-02")}})
        built = model(tmp_path / str(minute), {**tables, **marmaray}, start="2025-01-01", end="2025-01-10")
        result = run(built, draws=set_out_at(built, {"F": [clock(built, f"2025-01-03 01:{minute}")]}))
        assert result.rows("process/gebze_marmaray_entry")[0, 5] == clock(built, expected)


def port_railway(**ahead: Any) -> dict[str, Any]:
    """Station, last station, port 1 h apart by rail; the port's yard holds one train of 2, unloading takes 6 h a train.

    A train stands on the port's only reception track until the yard has room. ``ahead`` changes the row by
    which the yard is asked for at the last station.
    """
    held = {"facility": "yard", "units": "load", "scope": "train"}
    return {
        "nodes": {"a": {}, "last": {}, "port": {}},
        "links": {
            "a_last": {"from": "a", "to": "last", **HOUR_BY_RAIL},
            "last_port": {"from": "last", "to": "port", **HOUR_BY_RAIL},
        },
        "facilities": {
            "reception": {"node": "port", "kind": "track"},
            "yard": {"node": "port", "kind": "yard", "unit": "teu", "capacity": 2},
        },
        "processes": {
            "yard_ahead": {"node": "last", "action": "acquire", "leave_to": ["port"], **held, **ahead},
            "arrive": {
                "node": "port",
                "order": 1,
                "scope": "train",
                "facility": "reception",
                "duration": "1 h",
                "holds_until_next": True,
            },
            "yard_in": {"node": "port", "order": 2, "action": "acquire", **held},
            "unload": {"node": "port", "order": 3, "scope": "train", "duration": "6 h"},
            "yard_out": {"node": "port", "order": 4, "action": "release", **held},
        },
        "flows": {
            "F": {"origin": "a", "destination": "port", "modes": ["rail"], "lot": 2, "quantity_per_year": departures(6)}
        },
    }


HOUR_BY_RAIL = {"mode": "rail", "length_km": 20, "speed_kmh": 20}


def test_without_a_joint_plan_trains_wait_at_the_port(tmp_path):
    """Three trains at 0 h: at the port at 2 h one works on the track, is unloaded from 3 to 9 h; the next has the track
    from 3 h and the yard from 9 h; the last waits for the track from 2 to 9 h and for the yard until 15 h."""
    built = model(tmp_path, port_railway(in_force=False), start="2025-01-01", end="2025-01-05")
    result = run(built, draws=set_out_at(built, {"F": [0, 0, 0]}))
    assert [s[1:3] for s in result.spans("process/arrive")] == [(2 * H, 2 * H), (2 * H, 3 * H), (2 * H, 9 * H)]
    assert [s[1:3] for s in result.spans("process/yard_in")] == [(3 * H, 3 * H), (4 * H, 9 * H), (10 * H, 15 * H)]
    assert sorted(result.journey_s().values()) == [9 * H, 15 * H, 21 * H]


def test_with_a_joint_plan_trains_wait_at_the_last_station_and_hold_nothing_at_the_port(tmp_path):
    """The yard is asked for at 1 h; a train needs 1 h to the port, 1 h on the track, 6 h in the yard: one each 8 h."""
    built = model(tmp_path, port_railway(), start="2025-01-01", end="2025-01-05")
    result = run(built, draws=set_out_at(built, {"F": [0, 0, 0]}))
    assert [s[1:3] for s in result.spans("process/yard_ahead")] == [(H, H), (H, 9 * H), (H, 17 * H)]
    arrivals = result.spans("process/arrive")
    assert [s[1:3] for s in arrivals] == [(t * H, t * H) for t in (2, 10, 18)]  # nobody waits for the track
    assert "process/yard_in" not in built.plan.operations.name  # what is held already is not taken again
    assert sorted(result.journey_s().values()) == [9 * H, 17 * H, 25 * H]


def test_the_joint_plan_is_in_force_from_its_date(tmp_path):
    """A lot that sets out a day before goes by the old rule, one that sets out on the day by the new."""
    dated = [{"value": False}, {"from": "2025-01-03", "value": True}]
    tables = port_railway(in_force=dated)
    tables["flows"]["F"] |= {"quantity_per_year": 365 * 2, "arrivals": "regular"}  # one lot at noon of each day
    result = run(model(tmp_path, tables, start="2025-01-01", end="2025-01-04"))
    noon = [24 * H * day + 12 * H for day in range(4)]
    assert result.rows("process/yard_in")[:, 4].tolist() == [t + 3 * H for t in noon[:2]]
    assert result.rows("process/yard_ahead")[:, 4].tolist() == [t + H for t in noon[2:]]


@pytest.mark.parametrize(("day", "trains"), [("2025-01-02", [2, 2]), ("2025-01-05", [4])])
def test_how_trains_form_may_change_on_a_date(tmp_path, day, trains):
    """Four lots of one: by twos until 3 January, from then on all four together, as a ship takes them."""
    tables = {
        "nodes": {"a": {}, "port": {}},
        "links": {"a_port": {"from": "a", "to": "port", **HOUR_BY_RAIL}},
        "processes": {
            "ship_lot": {
                "node": "a",
                "action": "gather",
                "leave": ["rail"],
                "units": 4,
                "duration": "2 d",
                "in_force": [{"value": False}, {"from": "2025-01-03", "value": True}],
            }
        },
        "flows": {
            "F": {
                "origin": "a",
                "destination": "port",
                "modes": ["rail"],
                "train": 2,
                "arrivals": "regular",
                "quantity_per_year": departures(4, day),
            }
        },
    }
    result = run(model(tmp_path, tables, start="2025-01-01", end="2025-01-09"))
    _, sizes = np.unique(result.trace.members[:, 1], return_counts=True)
    assert sizes.tolist() == trains
