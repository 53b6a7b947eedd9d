"""Break of gauge by hand: boxes are lifted, wagons get other bogies, trains split and form anew."""

from __future__ import annotations

from itertools import product

import pytest

from sim.clock import HOUR_S
from sim.model.build import build
from sim.network.world import resolve
from sim.scenario.load import load_scenario
from tests.oracle.world import clock, departures, model, run, set_out_at

MONTH = {"start": "2025-01-01", "end": "2025-01-31"}
RAIL = {"mode": "rail", "length_km": 10, "speed_kmh": 100}  # six minutes, with no limit of paths
RUNNING_S = 360


def railway(processes, flows, facilities=None):
    """a - gap - b by rail, the gauge changes at ``gap``."""
    return {
        "cargo": {"TEU": {"teu": 1}, "wagon": {"wagon": 1}},
        "nodes": {"a": {}, "gap": {"kind": "gauge_break"}, "b": {}},
        "links": {"a_gap": {"from": "a", "to": "gap", **RAIL}, "gap_b": {"from": "gap", "to": "b", **RAIL}},
        "facilities": {name: {"node": "gap", "kind": "track", **row} for name, row in (facilities or {}).items()},
        "processes": {name: {"node": "gap", "scope": "train", "leave": ["rail"], **p} for name, p in processes.items()},
        "flows": {name: {"origin": "a", "destination": "b", "modes": ["rail"], **row} for name, row in flows.items()},
    }


def trains(units, lot, train, **row):
    """One train of so many units on the first day, as lots that set out together."""
    return {"quantity_per_year": departures(units), "lot": lot, "lots_together": units // lot, "train": train, **row}


def test_boxes_are_lifted_and_wagons_get_bogies(tmp_path):
    """On tracks of their own, each in proportion to the train: 40 x 3 min for boxes, 20 x 450 s for wagons."""
    tables = railway(
        {
            "lift": {"cargo": ["TEU"], "facility": "tracks", "duration": "180 s", "per": "unit"},
            "bogies": {"cargo": ["wagon"], "facility": "hall", "duration": "450 s", "per": "unit"},
        },
        {"B": trains(40, 40, 40), "W": trains(20, 20, 20, cargo="wagon")},
        {"tracks": {}, "hall": {}},
    )
    built = model(tmp_path, tables, **MONTH)
    noon = clock(built, "2025-01-01 12:00")
    result = run(built, draws=set_out_at(built, {"B": [noon], "W": [noon]}))
    came = noon + RUNNING_S
    assert result.spans("process/lift") == [(0, came, came, came + 40 * 180)]
    assert result.spans("process/bogies") == [(1, came, came, came + 20 * 450)]


def reformed(tmp_path, units, *, lots=2, wait="12 h", **flow):
    """Trains of ``lots`` lots of 47 TEU re-form at the gap; inspected before, with a lock of 1 h a train after."""
    tables = railway(
        {
            "inspect": {"order": 1, "duration": "1 h"},
            "reform": {"order": 2, "action": "reform", "units": units, "duration": wait},
            "lock": {"order": 3, "facility": "lock", "duration": "1 h"},
        },
        {"F": trains(47 * lots, 47, 47 * lots, **flow)},
        {"lock": {}},
    )
    built = model(tmp_path, tables, **MONTH)
    noon = clock(built, "2025-01-01 12:00")
    result = run(built, draws=set_out_at(built, {"F": [noon] * lots}))
    return result, noon + RUNNING_S


def test_a_train_too_long_for_the_next_line_goes_on_in_parts(tmp_path):
    """94 TEU come, 40 make a train: both lots go on alone, one after the other through the lock."""
    result, came = reformed(tmp_path, 40)
    assert result.spans("process/inspect") == [(0, came, came, came + HOUR_S)]  # one train, once
    ready = came + HOUR_S
    assert result.spans("process/lock") == [
        (0, ready, ready, ready + HOUR_S),
        (1, ready, ready + HOUR_S, ready + 2 * HOUR_S),
    ]
    assert result.journey_s() == {0: 2 * HOUR_S + 2 * RUNNING_S, 1: 3 * HOUR_S + 2 * RUNNING_S}


def test_a_train_that_fits_goes_on_whole(tmp_path):
    """A line for 150 TEU does not make a train of 94 wait for more."""
    result, came = reformed(tmp_path, 150)
    ready = came + HOUR_S
    assert result.spans("process/lock") == [(0, ready, ready, ready + HOUR_S)]
    assert set(result.journey_s().values()) == {2 * HOUR_S + 2 * RUNNING_S}


def test_the_odd_lot_waits_no_longer_than_it_must(tmp_path):
    """Three lots, two make a train: the third goes after 12 h alone."""
    result, came = reformed(tmp_path, 94, lots=3)
    ready = came + HOUR_S
    assert [start for _, _, start, _ in result.spans("process/lock")] == [ready, ready + 12 * HOUR_S]


def test_bogies_of_the_other_gauge_go_with_the_wagons_and_come_back_under_empties(tmp_path):
    """Three wagons at a time get bogies at the gap, of which there are 4 sets: the second train waits for the first's.

    Its bogies stay under the wagons at b for 5 h, then travel back under the empties: 6 min to the gap and there off.
    """
    wagons = {"kind": "stock", "pool": "wagons", "unit": "wagon", "gauge_mm": 1520}
    sets = {"kind": "stock", "pool": "bogies", "unit": "wagon", "gauge_mm": 1435}
    stocks = {
        "wagons_a": {**wagons, "node": "a", "capacity": 9},
        "wagons_b": {**wagons, "node": "b", "capacity": 0, "idle_wait": "5 h"},
        "bogies_gap": {**sets, "capacity": 4},
        "bogies_b": {**sets, "node": "b", "capacity": 0},
    }
    load, take, leave = {"units": "load", "cargo": ["wagon"]}, {"action": "acquire"}, {"action": "release"}
    tables = railway(
        {
            "on": {"node": "a", **load, **take, "facility": "wagons_a", "arrive": ["origin"]},
            "bogies_on": {**load, **take, "facility": "bogies_gap", "arrive_from": ["a"]},
            "bogies_end": {
                "node": "b",
                **load,
                **leave,
                "facility": "bogies_b",
                "leave": ["destination"],
                "scope": "lot",
            },
            "off": {
                "node": "b",
                **load,
                **leave,
                "facility": "wagons_b",
                "leave": ["destination"],
                "scope": "lot",
                "background": False,
            },
            "bogies_back": {"node": "b", **load, **take, "facility": "bogies_b", "arrive": ["origin"], "scope": "lot"},
            "bogies_off": {**load, **leave, "facility": "bogies_gap", "arrive_from": ["b"]},
            "empty": {
                "node": "a",
                **load,
                **leave,
                "facility": "wagons_a",
                "leave": ["destination"],
                "background": True,
            },
        },
        {
            "W": {"quantity_per_year": departures(6), "lot": 3, "cargo": "wagon"},
            "E": {"origin": "b", "destination": "a", "cargo": "wagon", "woken_by": "wagons_b", "background": True},
        },
        stocks,
    )
    tables["processes"]["bogies_back"]["background"] = True
    built = model(tmp_path, tables, **MONTH)
    noon = clock(built, "2025-01-01 12:00")
    result = run(built, draws=set_out_at(built, {"W": [noon, noon]}))
    at_gap = noon + RUNNING_S
    back = at_gap + RUNNING_S + 5 * HOUR_S + RUNNING_S
    assert [s[1:3] for s in result.spans("process/bogies_on")] == [(at_gap, at_gap), (at_gap, back)]


# -- the corridor itself


@pytest.fixture(scope="module")
def corridor():
    """Flow -> names of the operations of its programs, in the order of the way, in 2024; flows with demand."""
    built = build(resolve(load_scenario("baseline_2024")))
    plan = built.plan
    return {
        demand.name: [
            [plan.operations.name[o] for o in plan.programs.op[plan.programs.ptr[p] : plan.programs.ptr[p + 1]]]
            for p in sorted({p for _, p in demand.programs if p >= 0})
        ]
        for demand in built.demands
        if demand.flow.woken_by is None
    }


def test_every_train_to_or_from_china_passes_one_gate_of_its_class(corridor):
    """Container trains on container passes, the others on wagon passes; grain and oilseeds on a third besides.

    Empty platforms on their way home are not counted by the railways' agreement.
    """
    links = {"khorgos_cn_altynkol": ("khorgos_cn", "altynkol"), "alashankou_dostyk": ("alashankou", "dostyk")}
    crops = {"G01": "grain", "G02": "grain", "G03": "oilseed"}
    in_boxes = {"G03", *(f"B{n:02d}" for n in range(1, 7))}
    seen = set()
    for flow, programs in corridor.items():
        for steps, (link, ends) in product(programs, links.items()):
            for a in (a for a in ends if f"section/{link}/{a}" in steps):
                boxes = flow[0] == "F" or flow in in_boxes
                gates = [s for s in dict.fromkeys(steps) if s.startswith(f"process/{a}_") and s.endswith("_pass")]
                own = [f"process/{a}_{crops[flow]}_pass"] if flow in crops else []
                assert gates == [*own, f"process/{a}_{'container' if boxes else 'wagon'}_pass"], flow
                seen.add(flow)
    assert {"F01", "F11", "G01", "G02", "G03", *(f"B{n:02d}" for n in range(1, 11))} <= seen


def test_boxes_and_wagons_change_gauge_apart_on_the_way_to_turkiye(corridor):
    boxes = next(p for p in corridor["F04"] if "process/akhalkalaki_setting_west" in p)
    wagons = next(p for p in corridor["F23"] if "process/akhalkalaki_setting_west" in p)
    assert "process/akhalkalaki_reloading_west" in boxes
    assert "process/akhalkalaki_bogies_west" not in boxes
    assert "process/akhalkalaki_bogies_west" in wagons
    assert "process/akhalkalaki_reloading_west" not in wagons
    assert boxes.index("split/marabda") < boxes.index("process/akhalkalaki_reloading_west") < boxes.index("split/kars")


def test_each_wagon_to_kars_stands_on_bogies_that_are_counted(corridor):
    steps = next(p for p in corridor["F23"] if "process/akhalkalaki_bogies_west" in p)
    assert steps.index("process/akhalkalaki_bogies_on") < steps.index("process/akhalkalaki_bogies_west")
    assert steps[-3:-1] == ["process/kars_bogies_off", "process/kars_wagons_off"]


def test_grain_alone_is_held_in_quarantine(corridor):
    held = {f for f, programs in corridor.items() if any("quarantine" in s for steps in programs for s in steps)}
    assert held == {"G01", "G02", "G03"}
