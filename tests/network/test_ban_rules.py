"""Loading bans that cannot be: each rule, what breaks it, and all that it says of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from small_world import KNOWN, TABLES, small_world

from sim.errors import InputError
from sim.network import ban_rules
from sim.network.bans import departs
from sim.network.consistency import check
from sim.runs.prepare import prepare

BAN: dict[str, Any] = {
    "title": "Ban",
    "flows": ["F1"],
    "from": "2024-03-01",
    "to": "2024-03-11",
    "then": "later",
    "back_within": "10 d",
    **KNOWN,
}
STOCK = {"node": "dock", "title": "flats", "kind": "stock", "capacity": 5, "idle_wait": "1 h", **KNOWN}
EMPTY = {**TABLES["flows"]["F1"], "quantity_per_year": 0, "woken_by": "flats"}

#: Called while more than three stand at a facility of the small world.
QUEUE = {
    **{key: value for key, value in BAN.items() if key != "back_within"},
    "standing": {"facility": "dock_yard", "above": 3, "below": 2, "back_every": "2 h"},
}

#: rule, what is broken, and all that the rule says of it
BAN_FAULTS = [
    (
        "bans_refer",
        {"bans": {"b": {**BAN, "flows": ["F2", "F1", "F1"]}}},
        [
            "bans.yaml:1: bans.b.flows: 'F2' is not a flow; nearest: 'F1'",
            "bans.yaml:1: bans.b.flows: 'F1' is there twice; allowed: each flow once",
        ],
    ),
    (
        "bans_refer",
        {"facilities.flats": STOCK, "flows.E1": EMPTY, "bans": {"b": {**BAN, "flows": ["E1"]}}},
        [
            "bans.yaml:1: bans.b.flows: 'E1' is empty repositioning, which departs when units stand idle: it has no"
            " departures to refuse"
        ],
    ),
    (
        "bans_last",
        {"bans": {"b": {**BAN, "to": "2024-03-01"}, "c": {**BAN, "from": "2024-05-01", "to": "2024-04-01"}}},
        [
            f"bans.yaml:{line}: bans.{name}.to: {to} is not after {since}, the first day of the ban"
            " ('to' is the first day on which shipments depart again)"
            for line, name, since, to in ((1, "b", "2024-03-01", "2024-03-01"), (2, "c", "2024-05-01", "2024-04-01"))
        ],
    ),
    (
        "bans_say_what_comes_back",
        {"bans": {"b": {k: v for k, v in BAN.items() if k != "back_within"}, "c": {**BAN, "share": 0, "then": "lost"}}},
        [
            "bans.yaml:1: bans.b.then: 'later' needs 'back_within', the time over which what was refused departs,"
            " such as '10 d'",
            "bans.yaml:2: bans.c.back_within: says nothing where what is refused is 'lost'",
        ],
    ),
    (
        "bans_of_a_flow_are_apart",
        {
            "bans": {
                "long": BAN,
                "within": {**BAN, "from": "2024-03-02", "to": "2024-03-03"},
                "late": {**BAN, "from": "2024-03-10", "to": "2024-04-01"},
                "next": {**BAN, "from": "2024-04-01", "to": "2024-04-02"},
                "off": {**BAN, "share": 0},
            }
        },
        [
            f"bans.yaml:{line}: bans.{name}.from: {since} lies in bans.long (2024-03-01 to 2024-03-11) of the same"
            " flow 'F1'; allowed: from 2024-03-11 on, or other flows"
            for line, name, since in ((2, "within", "2024-03-02"), (3, "late", "2024-03-10"))
        ],
    ),
    (
        "bans_say_what_comes_back",
        {
            "bans": {
                "b": {**QUEUE, "then": "lost"},
                "c": {**QUEUE, "standing": {"facility": "dock_yard", "above": 3, "below": 2}, "back_within": "3 d"},
            }
        },
        [
            "bans.yaml:1: bans.b.standing: 'back_every' says nothing where what is refused is 'lost'",
            "bans.yaml:2: bans.c.back_within: belongs to a ban by dates alone; here 'standing.back_every' says when it departs",
            "bans.yaml:2: bans.c.then: 'later' needs 'standing.back_every', the time between two departures of what was"
            " refused, such as '2 h'",
        ],
    ),
    (
        "queues_can_call_bans",
        {
            "facilities.flats": STOCK,
            "bans": {
                "b": {**QUEUE, "standing": {**QUEUE["standing"], "facility": "dock_yart", "below": 4}},
                "c": {**QUEUE, "standing": {**QUEUE["standing"], "facility": "flats"}, "share": 0},
                "d": {**QUEUE, "share": 0.5, "from": "2025-03-01", "to": "2025-04-01"},
            },
        },
        [
            "bans.yaml:1: bans.b.standing: 'dock_yart' is not a facility; nearest: 'dock_yard'",
            "bans.yaml:1: bans.b.standing: 'below' (4) is more than 'above' (3): it would never hold",
            "bans.yaml:2: bans.c.standing: 'flats' is a depot of empty equipment; allowed: a facility in which loads stand",
            "bans.yaml:3: bans.d.share: a ban that a queue calls has no exceptions; allowed: 1, or 0 for no ban",
            "bans.yaml:3: bans.d.flows: 'F1' is in bans.b too, which a queue calls; allowed: one such ban a flow",
        ],
    ),
]


@pytest.mark.parametrize(
    ("rule", "broken", "expected"), BAN_FAULTS, ids=[f"{k:02d}-{fault[0]}" for k, fault in enumerate(BAN_FAULTS)]
)
def test_a_ban_that_cannot_be_is_named(tmp_path, rule, broken, expected):
    world = small_world(tmp_path, broken)
    found = [str(p).replace(f"{tmp_path}/geodata/", "") for p in getattr(ban_rules, rule)(world)]
    assert found == expected
    assert set(found) <= {str(p).replace(f"{tmp_path}/geodata/", "") for p in check(world)}


def test_values_out_of_bounds_are_named_at_once(tmp_path):
    broken = {"from": "1800-01-01", "to": 2024, "share": 1.5, "then": "never", "back_within": "5 min", "flows": []}
    with pytest.raises(InputError) as refused:
        small_world(tmp_path, {"bans": {"b": {**BAN, **broken}}})
    told = "\n".join(str(problem) for problem in refused.value.problems)
    for field in ("flows", "from", "to", "share", "then", "back_within"):
        assert f"bans.yaml:1: bans.b.{field}:" in told
    assert "1800-01-01 is out of range; allowed: 1900-01-01 to 2200-01-01" in told


def test_a_change_is_named_where_it_is_written(tmp_path):
    small_world(tmp_path, {"bans": {"b": BAN}})
    mine = tmp_path / "mine.yaml"
    mine.write_text("schema_version: 1\nextends: small\nset:\n  bans.b.to: 2024-02-01\n  bans.b.flows: [F1, G1]\n")
    with pytest.raises(InputError) as refused:
        prepare(mine)
    told = [str(problem).replace(f"{tmp_path}/", "") for problem in refused.value.problems]
    assert told == [
        "mine.yaml:5: bans.b.flows: 'G1' is not a flow; nearest: 'F1'",
        "mine.yaml:4: bans.b.to: 2024-02-01 is not after 2024-03-01, the first day of the ban"
        " ('to' is the first day on which shipments depart again)",
    ]


def test_a_ban_of_the_scenario_outside_the_run_is_told(tmp_path):
    small_world(tmp_path, {"bans": {"b": BAN}})
    notes = prepare(tmp_path / "small.yaml", ["bans.b.from=2030-01-01", "bans.b.to=2030-02-01"]).notes
    assert "bans.b: stops nothing, it holds from 2030-01-01 to 2030-02-01 and the run is 2023-11-02 to" in "".join(
        notes
    )
    assert not any("stops nothing" in note for note in prepare(tmp_path / "small.yaml").notes)
    assert not any("stops nothing" in n for n in prepare(tmp_path / "small.yaml", ["bans.b.to=2024-04-01"]).notes)


def test_what_comes_back_needs_a_way(tmp_path):
    """The demand ends with March, and so does the line: what was put off into April finds none."""
    spring = [{"value": 1000}, {"from": "2024-04-01", "value": 0}]
    shut = [{"value": True}, {"from": "2024-04-01", "value": False}]
    broken = {"flows.F1.quantity_per_year": spring, "links.gap_dock.in_service": shut}
    assert check(small_world(tmp_path, broken)) == []
    world = small_world(tmp_path, {**broken, "bans": {"b": {**BAN, "to": "2024-03-26"}}})
    days = [
        (date(2024, 3, 1), date(2024, 3, 26)),
        (date(2024, 4, 4), date(2024, 4, 5)),
        (date(2024, 4, 5), date(2024, 5, 1)),
    ]
    assert [departs(world, "F1", *span) for span in days] == [True, True, False]
    assert [p.message.split(":")[0] for p in check(world)] == ["flows.F1"]
