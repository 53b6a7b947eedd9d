"""Invariants: they hold on real traces, and each one notices the breach it is there for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.contract.invariants import RULES, check
from sim.contract.plan import Kind, Policy
from sim.contract.trace import BOARD, CALL, LOT, MEMBER, ROW
from tests.analysis.handmade import NEED, make_draws, make_plan, make_trace
from tests.analysis.simulated import simulated

COLUMNS = {"rows": ROW, "boards": BOARD, "calls": CALL, "members": MEMBER, "lots": LOT}


def changed(trace, table, row, column, value):
    """The trace with one cell changed."""
    cells = getattr(trace, table).copy()
    cells[row, COLUMNS[table].index(column)] = value
    return replace(trace, **{table: cells})


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("facilities.east_yard.capacity=60", "facilities.east_cranes.capacity=1"),
        ("facilities.border_customs.capacity=1", "facilities.east_cranes.on_closure=restart"),
        ("facilities.west_entry.on_closure=not_started", "facilities.east_yard.discipline=priority"),
    ],
)
def test_all_rules_hold_on_real_traces(overrides):
    for replication in range(2):
        run = simulated("tutorial", replication, overrides)
        assert check(run.plan, run.draws, run.trace) == []


def test_time_that_runs_back_is_noticed():
    run = simulated("tutorial")
    row = int(np.flatnonzero((run.trace.column("rows", "start") > 9) & (run.trace.column("rows", "end") > 9))[0])
    start = int(run.trace.rows[row, ROW.index("start")])
    assert RULES["time runs forward"](run.plan, run.draws, changed(run.trace, "rows", row, "end", start - 1))
    moored = int(run.trace.calls[3, CALL.index("moored")])
    assert (
        "calls 3"
        in RULES["time runs forward"](run.plan, run.draws, changed(run.trace, "calls", 3, "entered", moored + 1))[0]
    )
    assert RULES["time runs forward"](run.plan, run.draws, changed(run.trace, "boards", 2, "queued", 2**30))


def test_a_gap_or_an_overlap_in_a_journey_is_noticed():
    run = simulated("tutorial")
    process = np.flatnonzero(
        (run.plan.operations.kind[run.plan.needs.op[run.trace.column("rows", "need")]] == Kind.PROCESS)
        & (run.trace.column("rows", "mover") < run.draws.n_lot)
    )
    row = int(process[len(process) // 2])
    for shift in (-1, 1):
        request = int(run.trace.rows[row, ROW.index("request")]) + shift
        found = RULES["one place at a time"](run.plan, run.draws, changed(run.trace, "rows", row, "request", request))
        assert any("asked for at" in line or "first step" in line for line in found)
    done = int(run.trace.lots[5, LOT.index("done")])
    assert RULES["one place at a time"](run.plan, run.draws, changed(run.trace, "lots", 5, "done", done + 1))


def test_a_lot_in_two_carriers_is_noticed():
    plan, draws = make_plan(), make_draws([0])
    trace = make_trace([], [(0, 0, 50)], 100, members=[(0, 1, 0, 20), (0, 2, 19, 50)])
    assert RULES["one carrier at a time"](plan, draws, trace) == [
        "shipment 0 joins a carrier at 19 s, still in another until 20 s"
    ]
    aboard = make_trace([], [(0, 0, 50)], 100, members=[(0, 1, 0, 20)], boards=[(0, 0, 0, 1, 0, 10, 12, 30, 30, 40)])
    assert len(RULES["one carrier at a time"](plan, draws, aboard)) == 1
    apart = make_trace([], [(0, 0, 50)], 100, members=[(0, 1, 0, 10)], boards=[(0, 0, 0, 1, 0, 10, 12, 30, 30, 40)])
    assert RULES["one carrier at a time"](plan, draws, apart) == []


def test_a_grant_beyond_capacity_is_noticed_and_work_begun_before_a_fall_is_not():
    draws = make_draws([0, 0, 0], capacity={"lane": [(0, 2), (50, 1)]})
    rows = [(k, -1, "papers", 1, 0, 0, 60, 60) for k in range(2)]
    third = [(2, -1, "papers", 1, 0, 60, 70, 70)]
    assert RULES["within capacity"](make_plan(), draws, make_trace(rows + third, [], 100)) == []
    early = [(2, -1, "papers", 1, 0, 59, 70, 70)]
    assert RULES["within capacity"](make_plan(), draws, make_trace(rows + early, [], 100)) == [
        "lane at 59 s: 3 in use, capacity 1"
    ]


def test_a_closing_that_does_not_stop_work_is_noticed_where_it_should():
    draws = make_draws([0], capacity={"lane": [(0, 1), (50, 0), (80, 1)]})
    through = make_trace([(0, -1, "papers", 1, 0, 0, 60, 60)], [], 100)
    stopped = make_trace([(0, -1, "papers", 1, 0, 0, 90, 90)], [], 100, pauses=[(0, NEED["papers"], 50, 80)])
    assert RULES["closing stops work"](make_plan(Policy.FINISH), draws, through) == []
    assert RULES["closing stops work"](make_plan(Policy.SUSPEND), draws, through) == [
        "lane at 50 s: 1 units at work, capacity 0"
    ]
    assert RULES["closing stops work"](make_plan(Policy.SUSPEND), draws, stopped) == []
    late = make_trace([(0, -1, "papers", 1, 0, 0, 90, 90)], [], 100, pauses=[(0, NEED["papers"], 51, 80)])
    assert len(RULES["closing stops work"](make_plan(Policy.RESTART), draws, late)) == 1


def test_room_given_back_twice_is_negative_stock():
    draws = make_draws([0])
    rows = [(0, -1, "take", 2, 0, 0, 0, 0), (0, -1, "give", 2, 5, 5, 5, 5), (0, -1, "give", 2, 6, 6, 6, 6)]
    assert RULES["within capacity"](make_plan(), draws, make_trace(rows[:2], [], 10)) == []
    assert RULES["within capacity"](make_plan(), draws, make_trace(rows, [], 10)) == ["yard at 6 s: stock of -2"]


def test_an_overloaded_ship_and_a_miscounted_call_are_noticed():
    run = simulated("tutorial")
    fuller = replace(run.draws, lot_size=run.draws.lot_size * 50)
    assert any("load of" in line for line in RULES["loads within limits"](run.plan, fuller, run.trace))
    call = int(np.argmax(run.trace.column("calls", "lots_landed")))
    found = RULES["loads within limits"](run.plan, run.draws, changed(run.trace, "calls", call, "lots_landed", 0))
    assert found == [f"call row {call}: lots_landed 0, boardings say {run.trace.column('calls', 'lots_landed')[call]}"]


def test_a_grant_before_its_request_breaks_littles_law():
    sound = make_trace([(0, -1, "papers", 1, 10, 30, 40, 40), (1, -1, "papers", 1, 5, 8, 9, 9)], [], 50)
    assert RULES["littles law"](make_plan(), make_draws([0, 0]), sound) == []
    early = make_trace([(0, -1, "papers", 1, 10, 8, 9, 9)], [], 50)
    assert RULES["littles law"](make_plan(), make_draws([0]), early) == ["lane: queue of -1"]


def test_a_lot_that_vanishes_or_appears_is_noticed():
    run = simulated("tutorial")
    rule = RULES["shipments conserved"]
    lost = replace(run.trace, lots=run.trace.lots[1:])
    assert "never departed" in rule(run.plan, run.draws, lost)[0]
    twice = replace(run.trace, lots=np.concatenate((run.trace.lots, run.trace.lots[:1])))
    assert "departs twice" in rule(run.plan, run.draws, twice)[0]
    early = changed(run.trace, "lots", 0, "born", int(run.trace.lots[0, 1]) - 1)
    assert "was due at" in rule(run.plan, run.draws, early)[0]
    unfinished = np.flatnonzero(run.trace.column("lots", "done") < 0)
    assert len(unfinished)
    done = changed(run.trace, "lots", int(unfinished[0]), "done", run.trace.stopped_s)
    assert "expected 0" in rule(run.plan, run.draws, done)[0]


def test_overtaking_is_noticed_within_a_class_only():
    rows = [(0, -1, "papers", 1, 0, 20, 30, 30), (1, -1, "papers", 1, 5, 10, 20, 20)]
    rule = RULES["nobody overtakes"]
    trace = make_trace(rows, [], 50)
    assert rule(make_plan(), make_draws([0, 0], priority=[1, 0]), trace) == [
        "lane: asked for at 5 s, granted at 10 s, before a request of 0 s"
    ]
    assert rule(make_plan(priority=True), make_draws([0, 0], priority=[1, 0]), trace) == []
    assert len(rule(make_plan(priority=True), make_draws([0, 0], priority=[1, 1]), trace)) == 1
    never = make_trace([(0, -1, "papers", 1, 0, -1, -1, -1), rows[1]], [], 50)
    assert len(rule(make_plan(), make_draws([0, 0]), never)) == 1


def test_a_train_queues_in_the_best_class_of_its_lots():
    rows = [(1, -1, "papers", 1, 0, 20, 30, 30), (0, 3, "papers", 1, 5, 10, 20, 20)]
    trace = make_trace(rows, [], 50, members=[(0, 3, 0, -1), (2, 3, 0, -1)])
    rule = RULES["nobody overtakes"]
    assert rule(make_plan(priority=True), make_draws([0] * 3, priority=[1, 1, 0]), trace) == []
    assert len(rule(make_plan(priority=True), make_draws([0] * 3, priority=[1, 1, 1]), trace)) == 1


def test_many_breaches_are_counted_not_listed():
    draws = make_draws([0] * 9, capacity={"lane": [(0, 1)]})
    rows = [(k, -1, "papers", 1, k, k, 100, 100) for k in range(9)]
    found = RULES["within capacity"](make_plan(), draws, make_trace(rows, [], 200))
    assert len(found) == 4
    assert found[-1] == "and 5 more"
