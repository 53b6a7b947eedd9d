"""Yards behind the quay: discharge that waits for room, against theory and to the second."""

from __future__ import annotations

import pytest

from sim.network.world import resolve
from sim.scenario.load import load_scenario
from tests.oracle.line import exponential, line
from tests.oracle.sea import sea
from tests.oracle.statistics import assert_mean
from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
AT_ONCE = {"rule": "full", "longest_wait": "0 s"}
YARD_UNITS = {"wagon": {"wagon": 1, "lane_m": 15}, "truck": {"truck": 1, "lane_m": 17}, "TEU": {"teu": 1}}


def port(yard: dict, clearing: dict, *, flows: dict, lift: object, cargo=("TEU",), **more):
    """A quay in the west with a yard behind it that ``clearing`` empties, one lot at a time."""
    facilities = {"yard": {"node": "west", "kind": "yard", **yard}, "gate": {"node": "west", "capacity": 1}}
    return sea(
        flows=flows,
        facilities=facilities,
        service={"cargo": list(cargo)},
        west={"yard": "yard", "discharge_per_unit": lift, "departure": AT_ONCE},
        processes={
            "clearing": {"node": "west", "order": 1, "facility": "gate", **clearing},
            "out": {"node": "west", "order": 2, "action": "release", "facility": "yard", "units": "load"},
        },
        **{"departure": {"rule": "full"}, **more},
    )


def test_a_full_yard_holds_the_ship_at_the_quay(tmp_path):
    """Room for two; the crane needs 1 h a lot, the gate 5 h. Arrival at 10 h.

    Lots are landed at 11 and 12 h. The third needs room: the first leaves at 16 h, so it lands at 17 h; the
    fourth after the second has gone, at 21 h: 22 h. Then the ship leaves.
    """
    tables = port(
        {"unit": "teu", "capacity": 2},
        {"duration": "5 h"},
        lift="1 h",
        limit=4,
        flows={"F": {"quantity_per_year": departures(4)}},
    )
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-05")
    result = run(built, draws=set_out_at(built, {"F": [0] * 4}))
    assert (result.trace.boards[:, 9] / H).tolist() == [11, 12, 17, 22]
    assert result.trace.calls[1, 11] / H == 22


def test_wagons_and_trucks_share_a_yard_in_lane_metres(tmp_path):
    """100 m hold six wagons of 15 m, or five trucks of 17 m: of eight of a kind the rest wait for the gate."""
    for cargo, fit in (("wagon", 6), ("truck", 5)):
        tables = port(
            {"unit": "lane_m", "capacity": 100},
            {"duration": "100 h"},
            lift="1 s",
            cargo=(cargo,),
            flows={"F": {"cargo": cargo, "quantity_per_year": departures(8)}},
            fleets={"ship": {"service": "boats", "count": 1, "limits": {cargo: 8}}},
        )
        built = model(tmp_path / cargo, {**tables, "cargo": YARD_UNITS}, start="2025-01-01", end="2025-01-04")
        result = run(built, draws=set_out_at(built, {"F": [0] * 8}))
        landed = result.trace.boards[:, 9]
        assert (landed >= 0).sum() == fit


@pytest.mark.parametrize("places", [1, 2, 4])
def test_a_blocked_crane_works_at_the_rate_of_a_queue_with_so_many_places(tmp_path, places):
    """Crane and gate are exponential with one mean and a yard has room for Y lots, the one on the hook included.

    The lots ashore are a birth-death process on 0 to Y with equal rates (the crane is the birth), so that the
    crane works Y / (Y + 1) of the time. The ship never runs empty. Tolerance at most 5 %.
    """
    tables = port(
        {"unit": "teu", "capacity": places},
        {"duration": exponential(0.25)},
        lift=exponential(0.25),
        flows={"F": {"quantity_per_year": departures(3000, "2021-01-01")}},
        sailing_h=1,
        limit=3000,
        departure={"rule": "full", "longest_wait": "2 d"},
    )
    built = model(tmp_path, tables, start="2021-01-01", end="2021-02-01")
    shares = []
    for k in range(12):
        landed = run(built, k).trace.boards[:, 9]
        window = (landed >= 3 * 24 * H) & (landed < 28 * 24 * H)
        assert landed.min() == -1 or landed.max() > 28 * 24 * H  # there was always more aboard
        shares.append(window.sum() / (25 * 24) * 0.25)
    assert_mean(shares, places / (places + 1), resolution=0.05)


def test_customs_clear_a_higher_class_first(tmp_path):
    """One lane of 1 h. Three lots of bulk wait behind the first when two of boxes come at 30 min.

    The one at work is not broken off; the boxes end at 2 and 3 h, then the bulk in the order in which it came.
    By arrival (fifo) the boxes would end at 5 and 6 h.
    """
    ends = {}
    for discipline in ("priority", "fifo"):
        lane = {"node": "a", "kind": "lane", "capacity": 1, "discipline": discipline}
        flows = {
            "bulk": {"quantity_per_year": departures(4), "priority": 1},
            "boxes": {"quantity_per_year": departures(2)},
        }
        tables = line([("customs", lane, {"duration": "1 h"})], flows)
        built = model(tmp_path / discipline, tables, start="2025-01-01", end="2025-01-03")
        result = run(built, draws=set_out_at(built, {"bulk": [0, 1, 2, 3], "boxes": [1800, 1801]}))
        flow = [built.plan.flow_name[k] for k in result.draws.lot_flow]
        spans = sorted(result.spans("process/customs"), key=lambda span: span[3])
        ends[discipline] = [flow[lot] for lot, *_ in spans]
    assert ends["priority"] == ["bulk", "boxes", "boxes", "bulk", "bulk", "bulk"]
    assert ends["fifo"] == ["bulk", "bulk", "bulk", "bulk", "boxes", "boxes"]


def test_ports_of_the_corridor_declare_their_classes():
    """Every berth says which ships it takes; where boxes go first, all other cargo through ports is of a later class.

    Whatever boards one ferry is of one class, so that neither wagons nor trucks are left behind for ever.
    """
    world = resolve(load_scenario("baseline_2024"))
    assert [name for name, row in world.facilities.items() if row.kind == "berth" and not row.takes] == []
    first = [name for name, row in world.facilities.items() if row.discipline == "priority"]
    assert {"aktau_port_customs", "alat_customs"} <= set(first)
    loaded = {name: row for name, row in world.flows.items() if not row.background and not row.woken_by}
    by_sea = {name: row for name, row in loaded.items() if any(mode.startswith("sea") for mode in row.modes)}
    assert {row.priority for row in by_sea.values() if row.cargo == "TEU"} == {0}
    assert {row.priority for row in by_sea.values() if row.cargo != "TEU"} == {1}


def test_cranes_of_the_corridor_lift_the_boxes_of_every_lot():
    """A train would take the time of its oldest lot alone, so ports lift lot by lot, onto platforms of their own."""
    world = resolve(load_scenario("baseline_2024"))
    cranes = {name for name, row in world.facilities.items() if row.kind == "crane"}
    lifts = {name: row for name, row in world.processes.items() if row.facility in cranes and row.per == "unit"}
    assert {row.node for row in lifts.values()} >= {"aktau_port", "alat", "poti", "burgas"}
    assert {name: row.scope for name, row in lifts.items() if row.scope != "lot"} == {}
