"""Deadlock is an error that says who holds what; slow, closed and waiting systems are not deadlocked."""

from __future__ import annotations

import pytest

from sim.errors import DeadlockError
from tests.oracle.line import line
from tests.oracle.sea import sea
from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
WEEK = {"start": "2025-01-01", "end": "2025-01-07"}


def two_yards(folder, second_yard_hour):
    """Eastbound lots take yard x, then y; westbound lots y, then x; each yard has room for one."""
    yards = {y: {"node": node, "kind": "yard", "unit": "teu", "capacity": 1} for y, node in (("x", "a"), ("y", "b"))}

    def take(yard, cargo, order, node):
        place = {"node": node, "order": order, "cargo": [cargo]}
        return {**place, "action": "acquire", "facility": yard, "units": "load"}

    def give(yard, cargo, order, node):
        return {**take(yard, cargo, order, node), "action": "release"}

    steps = {
        "x_in_w": take("x", "W", 1, "a"),
        "y_in_w": take("y", "W", 1, "b"),
        "x_out_w": give("x", "W", 2, "b"),
        "y_out_w": give("y", "W", 3, "b"),
        "y_in_e": take("y", "E", 1, "b"),
        "x_in_e": take("x", "E", 1, "a"),
        "y_out_e": give("y", "E", 2, "a"),
        "x_out_e": give("x", "E", 3, "a"),
    }
    one = {"quantity_per_year": departures(1)}
    tables = {
        "nodes": {"a": {}, "b": {}},
        "links": {"ab": {"from": "a", "to": "b", "length_km": 100, "speed_kmh": 50}},
        "cargo": {"W": {"teu": 1}, "E": {"teu": 1}},
        "facilities": yards,
        "processes": steps,
        "flows": {
            "West": {"origin": "a", "destination": "b", "cargo": "W", **one},
            "East": {"origin": "b", "destination": "a", "cargo": "E", **one},
        },
    }
    built = model(folder, tables, **WEEK)
    return built, set_out_at(built, {"West": [10 * H], "East": [second_yard_hour * H]})


def test_two_yards_that_wait_for_each_other(tmp_path):
    built, draws = two_yards(tmp_path, 11)
    with pytest.raises(DeadlockError) as error:
        run(built, draws=draws)
    east, west = (f"#{draws.lot_ordinal[k]}" for k in (0, 1))
    assert str(error.value) == (
        "deadlock after 13.0 h: "
        f"shipment East {east} holds 1 of y and waits for 1 of x (capacity 1, in use 1); "
        f"shipment West {west} holds 1 of x and waits for 1 of y (capacity 1, in use 1)"
    )


def test_the_same_yards_one_after_the_other_are_fine(tmp_path):
    built, draws = two_yards(tmp_path, 13)
    assert sorted(run(built, draws=draws).journey_s().values()) == [2 * H, 2 * H]


def test_more_than_there_can_ever_be_is_an_error(tmp_path):
    step = ("desk", {"capacity": 2}, {"duration": "1 h", "units": 3})
    tables = line([step], {"F": {"quantity_per_year": departures(1)}})
    with pytest.raises(DeadlockError, match=r"waits for 3 of desk \(capacity 2, in use 0\)"):
        run(model(tmp_path, tables, **WEEK))


def test_deadlock_is_found_while_vessels_keep_sailing(tmp_path):
    """The ring is found at one of the looks, not only at the end of a year in which ferries never rest."""
    yards = {"quay": {"node": "west", "kind": "yard", "unit": "teu", "capacity": 1}}
    steps = {
        "stuck": {"node": "west", "order": 1, "facility": "desk", "units": 2, "duration": "1 h"},
        "out": {"node": "west", "order": 2, "action": "release", "facility": "quay", "units": "load"},
    }
    desk = {"desk": {"node": "west", "capacity": 1}}
    tables = sea(
        flows={"F": {"quantity_per_year": departures(1)}},
        departure={"rule": "full", "longest_wait": "1 h"},
        facilities={**yards, **desk},
        processes=steps,
        west={"yard": "quay"},
    )
    with pytest.raises(DeadlockError) as error:
        run(model(tmp_path, tables, start="2025-01-01", end="2025-12-31"))
    assert "holds 1 of quay and waits for 2 of desk" in str(error.value)
    assert "deadlock after 29.8 d" in str(error.value)


@pytest.mark.parametrize(
    "facility",
    [
        {"closures": [{"from_day": "2025-01-01", "to_day": "2025-06-01", "cause": "works"}]},
        {"capacity": [{"value": 0}, {"from": "2025-01-06", "value": 1}]},
        {"hours": {"open": "08:00", "close": "09:00", "zone": "UTC", "weekdays": ["Tue"]}, "on_closure": "suspend"},
    ],
    ids=["closed beyond the run", "opens late", "one hour a week"],
)
def test_slow_is_not_stuck(tmp_path, facility):
    tables = line([("desk", facility, {"duration": "2 h"})], {"F": {"quantity_per_year": departures(1)}})
    run(model(tmp_path, tables, **WEEK))


def test_waiting_for_cargo_is_not_stuck(tmp_path):
    """A vessel that fills and never is full by the end of the run: more cargo would have come."""
    tables = sea(flows={"F": {"quantity_per_year": departures(3)}}, departure={"rule": "full"}, limit=5)
    result = run(model(tmp_path, tables, **WEEK))
    assert result.journey_s() == {}
