"""Fields that belong together: each rule, what breaks it, and all that it says of it."""

from __future__ import annotations

import pytest
from small_world import KNOWN, TABLES, small_world

from sim.network import pairs
from sim.network.consistency import check

QUOTA = {"node": "gap", "title": "slots", "kind": "quota", "capacity": 5, **KNOWN}
STOCK = {"node": "dock", "title": "flats", "kind": "stock", "unit": "teu", "capacity": 500, **KNOWN}
AT_GAP = {"node": "gap", **KNOWN}
YARD_IN = TABLES["processes"]["dock_yard_in"]
TIMETABLE = {"rule": "timetable", "every": "7 d"}

#: rule, what is broken, and all that the rule says of it
PAIR_FAULTS = [
    (
        "resets_belong_to_quotas",
        {"facilities.slots": QUOTA},
        [
            "facilities.yaml:5: facilities.slots.kind: a quota needs 'resets', when its slots are renewed, such as"
            " {at: '00:00', zone: Asia/Almaty}"
        ],
    ),
    (
        "resets_belong_to_quotas",
        {"facilities.slots": {**QUOTA, "kind": "lane", "resets": {"at": "06:00", "zone": "UTC"}}},
        ["facilities.yaml:5: facilities.slots.resets: only a quota has 'resets', this is a lane"],
    ),
    (
        "berths_alone_have_depth",
        {"facilities.quay_cranes.depth_m": 7.0, "facilities.dock_yard.takes": ["rail"]},
        [
            "facilities.yaml:4: facilities.dock_yard.takes: only a berth has it, this is a yard",
            "facilities.yaml:3: facilities.quay_cranes.depth_m: only a berth has it, this is a crane",
        ],
    ),
    (
        "departures_say_their_rule",
        {"services.feeder.departure": {"rule": "timetable"}},
        ["services.yaml:1: services.feeder.departure: a timetable needs 'every', such as '7 d'"],
    ),
    (
        "departures_say_their_rule",
        {
            "services.feeder.departure": {**TIMETABLE, "fill": 0.5},
            "services.feeder.rotation.1.departure": {"rule": "full", "first": "2 d"},
        },
        [
            "services.yaml:1: services.feeder.departure.fill: says nothing where the rule is 'timetable'",
            "services.yaml:1: services.feeder.rotation.1.departure.first: says nothing where the rule is 'full'",
        ],
    ),
    (
        "calls_have_what_they_time",
        {"services.feeder.rotation.0.entry_time": "1 h", "services.feeder.rotation.0.cranes_per_vessel": 2},
        [
            "services.yaml:1: services.feeder.rotation.0.entry_time: needs 'entry', the facility that it speaks of",
            "services.yaml:1: services.feeder.rotation.0.cranes_per_vessel: needs 'cranes', the facility that it speaks of",
        ],
    ),
    (
        "calls_have_what_they_time",
        {"facilities.dock_yard.kind": "stock"},
        ["services.yaml:1: services.feeder.rotation.0.yard: 'dock_yard' is a stock; a ship cannot use it so"],
    ),
    (
        "processes_say_what_they_do",
        {
            "processes.dock_yard_in": {
                **YARD_IN,
                "duration": "1 h",
                "share": 0.5,
                "per": "unit",
                "holds_until_next": True,
            }
        },
        [
            f"processes.yaml:2: processes.dock_yard_in.{field}: 'acquire' takes none; add a row of its own"
            for field in ("duration", "share", "per", "holds_until_next")
        ],
    ),
    (
        "processes_say_what_they_do",
        {"processes.form": {**AT_GAP, "action": "gather", "units": "load", "share": 0.5}},
        [
            "processes.yaml:3: processes.form.share: says nothing of how trains form ('gather')",
            "processes.yaml:3: processes.form.units: 'gather' needs the units that make a train",
        ],
    ),
    (
        "processes_say_what_they_do",
        {"processes.wait": {**AT_GAP, "units": 3, "holds_until_next": True}},
        [
            "processes.yaml:3: processes.wait.units: needs 'facility': whose units are they?",
            "processes.yaml:3: processes.wait.holds_until_next: needs 'facility': whose units are they?",
        ],
    ),
    (
        "processes_say_what_they_do",
        {
            "facilities.flats": STOCK,
            "processes.wait": {**AT_GAP, "facility": "flats"},
            "facilities.slots": {**QUOTA, "resets": {"at": "00:00", "zone": "UTC"}},
            "processes.pass": {**AT_GAP, "facility": "slots", "action": "acquire"},
        },
        [
            "processes.yaml:4: processes.pass.action: 'slots' is a quota: its slots are used by 'process' and renewed at"
            " its resets",
            "processes.yaml:3: processes.wait.facility: 'flats' is a depot (kind: stock): 'acquire' takes from it and 'release' gives"
            " back",
        ],
    ),
    (
        "ships_limit_what_they_carry",
        {"fleets.ships.limits": {"truck": 1}},
        [
            "fleets.yaml:1: fleets.ships.limits: none of truck is a measure of 'TEU', which its service carries: any number"
            " would go aboard; limit teu"
        ],
    ),
    (
        "loads_can_be_counted",
        {"flows.F1.net_tonnes_per_unit": 1e6},
        [
            "flows.yaml:1: flows.F1.net_tonnes_per_unit: 1e+06 t of goods in 10 t with their box or wagon: net is at most"
            " gross"
        ],
    ),
    (
        "loads_can_be_counted",
        {"flows.F1.tonnes_per_unit": 2**31, "cargo.TEU.teu": 300_000},
        ["flows.yaml:1: flows.F1.train: makes a load of 214,748,364,800 t at once; allowed: 10,000,000"],
    ),
    (
        "promises_have_two_ends",
        {"flows.F1.promise_from": "west", "flows.F1.promise_days": 12},
        ["flows.yaml:1: flows.F1.promise_from: starts and ends at 'west': nothing is promised"],
    ),
    (
        "gauges_are_those_of_their_ends",
        {
            "nodes.quay.gauge_mm": [1520],
            "nodes.west.gauge_mm": [1520, 1435],
            "links.quay_west.gauge_mm": 1067,
            "links.dock_quay.gauge_mm": 1520,
        },
        [
            "links.geojson:4: links.dock_quay.gauge_mm: only a railway has a gauge, this is sea_container",
            "links.geojson:5: links.quay_west.gauge_mm: no end of it has 1067 mm; they have 1435, 1520",
        ],
    ),
    (
        "observations_are_ordered",
        {"observed": {"O1": {"quantity": "tonnes", "unit": "t", "year": 2024, "value": 5, "low": 6, **KNOWN}}},
        ["observed.yaml:1: observed.O1.value: 5 does not lie in its range, 6 to 5"],
    ),
]


@pytest.mark.parametrize(
    ("rule", "broken", "expected"), PAIR_FAULTS, ids=[f"{k:02d}-{fault[0]}" for k, fault in enumerate(PAIR_FAULTS)]
)
def test_a_pair_that_does_not_fit_is_named(tmp_path, rule, broken, expected):
    world = small_world(tmp_path, broken)
    found = [str(p).replace(f"{tmp_path}/geodata/", "") for p in getattr(pairs, rule)(world)]
    assert found == expected
    assert set(found) <= {str(p).replace(f"{tmp_path}/geodata/", "") for p in check(world)}


def test_what_says_nothing_may_be_written_where_it_is_the_default(tmp_path):
    """A row written out in full with its defaults is sound."""
    full = {**YARD_IN, "duration": "0 s", "per": "mover", "holds_until_next": False}
    calls = {"services.feeder.rotation.0.entry_time": "0 s", "services.feeder.rotation.0.cranes_per_vessel": 1}
    assert check(small_world(tmp_path, {"processes.dock_yard_in": full, **calls})) == []
