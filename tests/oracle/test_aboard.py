"""Aboard a ship everybody shares what holds it up: closed cranes, a full yard, cranes that another ship has.

Hours are worked out by hand. Ten boxes set out together on a ship of ten places; six minutes a lift, ten hours at sea.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from sim.analysis.attribution import attribute
from sim.contract.plan import Cause
from tests.oracle.sea import sea
from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
LIFT = "6 min"
FULL, AT_ONCE = {"rule": "full"}, {"rule": "full", "longest_wait": "0 s"}
STORM = [{"from_day": "2025-01-02", "to_day": "2025-01-05", "cause": "storm"}]
STAY = {
    "stay": {"node": "west", "order": 1, "arrive": ["sea_container"], "duration": "10 h", "scope": "lot"},
    "out": {
        "node": "west",
        "order": 2,
        "arrive": ["sea_container"],
        "action": "release",
        "facility": "yard",
        "units": "load",
        "scope": "lot",
    },
}


def hours(folder, times_h, **world):
    """Hours by (cause, place), and by shipment the hours by cause, of boxes that set out at the given hours."""
    tables = sea(flows={"F": {"quantity_per_year": departures(len(times_h))}}, departure=FULL, **world)
    built = model(folder, tables, start="2025-01-01", end="2025-01-20", run_out="20 d")
    result = run(built, draws=set_out_at(built, {"F": [round(t * H) for t in times_h]}))
    segments = attribute(built.plan, result.draws, result.trace)
    total: dict[tuple[str, str], float] = defaultdict(float)
    for cause, place, lasts_s in zip(segments.cause, segments.place, segments.lasts_s, strict=True):
        total[Cause(cause).name, segments.places[place]] += lasts_s / H
    return total, segments.by_cause_s / H


def cranes(node, **fields):
    return {"node": node, "kind": "crane", "capacity": 1, "on_closure": "suspend", **fields}


@pytest.mark.parametrize(
    ("policy", "left", "shut_h"), [("suspend", 6, 72), ("not_started", 6, 72), ("finish", 5, 71.5)]
)
def test_cranes_that_shut_while_the_ship_discharges(tmp_path, policy, left, shut_h):
    """The ship moors at 22:00 on the first day and lands two boxes an hour until midnight; the rest stands three days.

    A lift ends at midnight; the next begins and is stopped, does not begin, or is finished half an hour later.
    """
    facilities = {"cranes": cranes("west", closures=STORM, on_closure=policy)}
    total, by_lot = hours(
        tmp_path, [12] * 10, limit=10, facilities=facilities, west={"cranes": "cranes", "discharge_per_unit": "30 min"}
    )
    assert total["CLOSURE", "cranes"] == left * shut_h
    assert sorted(by_lot[:, Cause.CLOSURE]) == [0] * (10 - left) + [shut_h] * left
    # the k-th box waits for the k - 1 lifts before its own, and has its own: 0.5 (1 + ... + 10)
    assert total["HANDLING", "boats"] == pytest.approx(27.5)
    assert total["CAPACITY", "cranes"] == 0


def test_cranes_that_shut_while_the_ship_loads(tmp_path):
    """Five boxes are aboard at midnight, five come in the three days of storm: every hour of it is closure."""
    late = [24 + h for h in (2, 7, 12, 17, 22)]
    total, by_lot = hours(
        tmp_path,
        [2, 7, 12, 17, 22, *late],
        limit=10,
        facilities={"cranes": cranes("east", closures=STORM)},
        east={"cranes": "cranes", "load_per_unit": LIFT},
    )
    assert by_lot[:, Cause.CLOSURE].tolist() == [72] * 5 + [72 - h + 24 for h in late]
    assert total["CLOSURE", "cranes"] == 5 * 72 + 5 * 72 - (2 + 7 + 12 + 17 + 22)
    # before the storm those aboard wait from the end of their lift, then five lifts follow
    before = sum(24 - h - 0.1 for h in (2, 7, 12, 17, 22))
    after = 5 * 0.5 + sum(0.1 * k for k in range(5)) + sum(0.1 * k for k in range(5))
    assert total["VESSEL", "boats"] == pytest.approx(before + after)


@pytest.mark.parametrize(("room", "standing"), [(1, 450.0), (100, 0.0)])
def test_a_full_yard_keeps_everybody_aboard_waiting(tmp_path, room, standing):
    """Each box stays ten hours where one has room: nine times the next and all behind it stand ten hours.

    The box next in turn waits 9 x 10 h in all, those behind it 8 + ... + 1 times 10 h more: 90 and 360.
    """
    facilities = {"yard": {"node": "west", "kind": "yard", "unit": "teu", "capacity": room}}
    total, _ = hours(
        tmp_path,
        [1] * 10,
        limit=10,
        facilities=facilities,
        processes=STAY,
        west={"yard": "yard", "discharge_per_unit": LIFT, "departure": AT_ONCE},
    )
    assert total["CAPACITY", "yard"] == pytest.approx(standing)
    assert total["HANDLING", "boats"] == pytest.approx(5.5)


def test_a_yard_that_is_closed(tmp_path):
    """The same with a yard that shuts: closure, for all ten, from 11:00 to the end of the storm."""
    closed = [{**STORM[0], "from_day": "2025-01-01"}]
    facilities = {"yard": {"node": "west", "kind": "yard", "unit": "teu", "capacity": 100, "closures": closed}}
    total, by_lot = hours(
        tmp_path,
        [1] * 10,
        limit=10,
        facilities=facilities,
        processes=STAY,
        west={"yard": "yard", "discharge_per_unit": LIFT, "departure": AT_ONCE},
    )
    assert by_lot[:, Cause.CLOSURE].tolist() == [4 * 24 - 11] * 10
    assert total["CLOSURE", "yard"] == 10 * (4 * 24 - 11)


def test_cranes_that_another_ship_has(tmp_path):
    """Two ships of two boxes come together; two berths, one crane, an hour a lift: they take turns.

    Lifts end at 1, 2, 3, 4 h, of ship 1, 2, 1, 2. Ship 1's first box is lifted at once; while ship 2 has the crane, its
    second one stands an hour. Ship 2 stands an hour with both boxes, then another with one.
    """
    fleets = {name: {"service": "boats", "count": 1, "limits": {"teu": 2}} for name in "ab"}
    total, by_lot = hours(
        tmp_path,
        [1] * 4,
        fleets=fleets,
        facilities={"cranes": cranes("west")},
        west={"cranes": "cranes", "discharge_per_unit": "1 h", "departure": AT_ONCE},
    )
    assert total["CAPACITY", "cranes"] == 1 + 2 + 1
    assert sorted(by_lot[:, Cause.CAPACITY].tolist()) == [0, 1, 1, 2]
    assert total["HANDLING", "boats"] == 1 + 2 + 1 + 2


def test_a_box_whose_ship_waits_for_the_cranes_to_load_it(tmp_path):
    """Two ships of one box, one crane, three hours a lift: the second box has its ship, and waits for the crane."""
    fleets = {name: {"service": "boats", "count": 1, "limits": {"teu": 1}} for name in "ab"}
    total, by_lot = hours(
        tmp_path,
        [5, 5],
        fleets=fleets,
        facilities={"cranes": cranes("east")},
        east={"cranes": "cranes", "load_per_unit": "3 h"},
    )
    assert by_lot[:, Cause.CAPACITY].tolist() == [0, 3]
    assert total["CAPACITY", "cranes"] == 3
    assert np.allclose(by_lot[:, Cause.VESSEL], 0)


def test_a_ship_that_is_broken_at_its_berth(tmp_path):
    """Full at 1:00, fit to sail at 24:00, for the ship is out of service until then: closure of the ship."""
    tables = sea(flows={"F": {"quantity_per_year": departures(2)}}, departure=FULL, limit=2)
    tables["fleets"]["ship"]["outages"] = {"up": "20 h", "down": "28 h"}
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-20", run_out="20 d")
    result = run(built, draws=set_out_at(built, {"F": [0, 0]}))
    draws, plan = result.draws, built.plan
    f = plan.facilities.name.index("ship/ship/001")
    steps = slice(*draws.timeline_ptr[f : f + 2].tolist())
    shut = [
        (a, b)
        for a, b, c in zip(
            draws.timeline_s[steps], [*draws.timeline_s[steps][1:], 10**9], draws.timeline_capacity[steps], strict=True
        )
        if c == 0
    ]
    by_lot = attribute(plan, draws, result.trace).by_cause_s
    done = int(result.trace.lots[:, 2].max())
    assert by_lot[:, Cause.CLOSURE].tolist() == [sum(max(min(b, done) - max(a, 0), 0) for a, b in shut)] * 2
    assert by_lot[:, Cause.MOVING].tolist() == [10 * H] * 2
