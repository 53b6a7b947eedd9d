"""The order of things at one instant: capacity rises, work ends, capacity falls, arrivals, deadlines.

Each case is one in which another order would give another answer.
"""

from __future__ import annotations

from sim.engine.reference.calendar import Calendar, key
from sim.engine.rules import ARRIVAL, DEADLINE, END, FALL, RISE
from tests.oracle.line import line
from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
WEEK = {"start": "2025-01-01", "end": "2025-01-07"}


def test_the_declared_order_of_keys():
    """Rank first, then identifier, then step, whatever their size."""
    ranks = [RISE, END, FALL, ARRIVAL, DEADLINE]
    keys = [key(rank, ident, step) for rank in ranks for ident in (0, 1, 2**32 - 1) for step in (0, 7, 2**20 - 1)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert keys[0] > 1, "SimPy's own priorities are 0 and 1"


def test_what_an_event_causes_runs_before_the_next_event_in_the_order_caused():
    calendar, seen = Calendar(stop_s=10), []
    calendar.at(5, key(DEADLINE, 0), lambda _: seen.append("deadline"), None)
    calendar.at(5, key(ARRIVAL, 1), lambda _: seen.append("arrival"), None)

    def end(_):
        calendar.soon((lambda _: (seen.append("first"), calendar.soon((seen.append, "third"))), None))
        calendar.soon((seen.append, "second"))

    calendar.at(5, key(END, 9), end, None)
    assert not calendar.run_before(10)
    assert seen == ["first", "second", "third", "arrival", "deadline"]


def desk(folder, flows, times, **facility):
    """Starts at one desk of one hour's work; ``flows`` are the flows' own fields, ``times`` in hours."""
    rows = {name: {"quantity_per_year": departures(len(times[name])), **row} for name, row in flows.items()}
    tables = line([("desk", facility, {"duration": "1 h"})], rows)
    built = model(folder, tables, **WEEK)
    draws = set_out_at(built, {f: [t * H for t in times[f]] for f in flows})
    starts = {lot: start / H for lot, _, start, _ in run(built, draws=draws).spans("process/desk")}
    return [[starts[lot] for lot in range(draws.n_lot) if draws.lot_flow[lot] == k] for k in range(len(flows))]


def test_an_end_comes_before_an_arrival(tmp_path):
    """At 11:00 the desk comes free and an urgent lot arrives: who waited since 10:30 has it already."""
    starts = desk(
        tmp_path,
        {"Slow": {"priority": 1}, "Urgent": {"priority": 0}},
        {"Slow": [10, 10.5], "Urgent": [11]},
        discipline="priority",
    )
    assert starts == [[10, 11], [12]]


def test_a_rise_comes_before_an_end(tmp_path):
    """At midnight a second unit opens and the first comes free: both waiting lots start."""
    capacity = [{"value": 1}, {"from": "2025-01-02", "value": 2}]
    assert desk(tmp_path, {"F": {}}, {"F": [23, 23.5, 23.5]}, capacity=capacity) == [[23, 24, 24]]


def test_a_fall_comes_before_an_arrival(tmp_path):
    """Two units become one at midnight, when a lot arrives while one unit is in use: it waits."""
    capacity = [{"value": 2}, {"from": "2025-01-02", "value": 1}]
    assert desk(tmp_path, {"F": {}}, {"F": [23.5, 24]}, capacity=capacity) == [[23.5, 24.5]]


def test_equal_arrivals_go_by_flow_name_then_ordinal(tmp_path):
    """The order of the flows in the file does not matter."""
    starts = desk(tmp_path, {"B": {}, "A": {}}, {"B": [10, 10], "A": [10, 10]})
    assert starts == [[10, 11], [12, 13]]  # flow 0 is A


def test_an_arrival_comes_before_a_deadline(tmp_path):
    """A lot that joins at the end of another's longest wait goes with it."""
    flow = {"modes": ["rail"], "train": 3, "formation_wait": "5 h", "quantity_per_year": departures(3)}
    tables = line([], {"F": flow})
    tables["links"] = {"ab": {"from": "a", "to": "b", "mode": "rail", "length_km": 40, "speed_kmh": 40}}
    built = model(tmp_path, tables, **WEEK)
    result = run(built, draws=set_out_at(built, {"F": [10 * H, 15 * H, 16 * H]}))
    trains = result.trace.members[:, :3].tolist()
    assert trains == [[0, 0, 15 * H], [1, 0, 15 * H], [2, 1, 21 * H]]


def test_a_removed_step_has_no_queue(tmp_path):
    """A step that takes no time is passed, even if its facility is closed."""
    tables = line([("desk", {"capacity": 0}, {"duration": "0 s"})], {"F": {"quantity_per_year": departures(1)}})
    built = model(tmp_path, tables, **WEEK)
    result = run(built, draws=set_out_at(built, {"F": [10 * H]}))
    assert result.journey_s() == {0: 1}
    assert len(result.rows("process/desk")) == 0


def test_a_delay_keeps_nothing(tmp_path):
    """``holds_until_next`` without a facility is only a delay, and touches no other facility's units."""
    delay = ("delay", None, {"duration": "1 h", "holds_until_next": True})
    tables = line([delay, ("desk", {}, {"duration": "1 h"})], {"F": {"quantity_per_year": departures(2)}})
    built = model(tmp_path, tables, **WEEK)
    result = run(built, draws=set_out_at(built, {"F": [10 * H, 10 * H]}))
    assert [(s / H, e / H) for _, _, s, e in result.spans("process/desk")] == [(11, 12), (12, 13)]
