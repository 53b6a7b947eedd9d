"""What own changes come to: each worked out by hand from the rules of ``set``, ``add``, ``scale`` and the strengths."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
from small_world import KNOWN, small_world

from sim.model.effects import Effect, effective, effects
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario

#: The run lasts from 2023-11-02 (60 days before 2024) to 2025-04-30 (120 days after).
PARENT = "schema_version: 1\ntitle: Parent\nextends: small\nset:\n"


def child(folder: Path, parent: str, own: str, *overrides: str) -> World:
    (folder / "parent.yaml").write_text(PARENT + parent)
    (folder / "mine.yaml").write_text(f"schema_version: 1\nextends: parent\n{own}\n")
    return resolve(load_scenario(folder / "mine.yaml", overrides))


def only(world: World, base: World | None = None) -> Effect:
    (found,) = effects(world, base)
    return found


def test_a_set_that_takes_a_dated_ship_away_is_warned_of(tmp_path):
    small_world(tmp_path)
    world = child(
        tmp_path,
        "  fleets.ships.count: [{value: 2}, {from: 2024-03-01, value: 4}]\n",
        "set: {fleets.ships.count: [{value: 3}, {from: 2024-07-01, value: 5}]}",
    )
    found = only(world)
    assert (found.title, found.by, found.before, found.after) == (
        "feeder, ships",
        "set",
        "2; 4 from 2024-03-01",
        "3; 5 from 2024-07-01",
    )
    (warning,) = found.warnings
    assert warning.startswith("overwrites 4 from 2024-03-01 (set, ")
    assert warning.endswith("parent.yaml): from 2024-03-01 until 2024-06-30 4 -> 3")


@pytest.mark.parametrize(
    "own",
    [
        "set: {fleets.ships.count: [{from: 2024-07-01, value: 5}]}",  # later and more: nothing is lost
        "set: {fleets.ships.count: {add: 1}}",
        "set: {fleets.ships.count: [{from: 2024-07-01, add: 1}]}",
    ],
)
def test_what_keeps_the_dated_ships_is_not_warned_of(tmp_path, own):
    small_world(tmp_path)
    world = child(tmp_path, "  fleets.ships.count: [{value: 2}, {from: 2024-03-01, value: 4}]\n", own)
    assert only(world).warnings == ()


def test_a_later_step_of_the_parent_that_is_lost_is_warned_of(tmp_path):
    small_world(tmp_path)
    world = child(
        tmp_path,
        "  fleets.ships.count: [{value: 2}, {from: 2024-09-01, value: 6}]\n",
        "set: {fleets.ships.count: [{value: 2}, {from: 2024-03-01, value: 3}]}",
    )
    (warning,) = only(world).warnings
    assert warning.endswith("from 2024-09-01 6 -> 3")


def test_a_time_is_shown_with_the_strengths_that_multiply_it(tmp_path):
    small_world(tmp_path)
    parent = "  barriers.documents.kz.scale: 0.214\n"
    world = child(tmp_path, parent, "set: {processes.gap_papers.duration: 30 minutes}")
    found = only(world)
    assert (found.before, found.after) == ("2 h", "30 min")
    assert found.effective == "30 min x 0.214 (set, barriers.documents.kz) = 6.42 min"
    assert effective(world, "processes.gap_papers.duration") == found.effective


def test_dated_strengths_of_country_place_and_goods(tmp_path):
    small_world(tmp_path, {"flows.F1.goods": "grain"})
    world = child(
        tmp_path,
        "  barriers.documents.kz.scale: [{value: 1}, {from: 2024-05-01, value: 0.5}]\n"
        "  barriers.documents.gap.scale: 0.5\n  barriers.documents.grain.scale: 0.1\n",
        "set: {processes.gap_papers.duration: {dist: uniform, low: 1 h, high: 3 h}}",
    )
    assert only(world).effective == (
        "2 h x 0.5 (set, barriers.documents.gap) = 1 h; "
        "from 2024-05-01 2 h x 0.5 (set, barriers.documents.kz) x 0.5 (set, barriers.documents.gap) = 30 min; "
        "grain: 2 h x 0.5 (set, barriers.documents.gap) x 0.1 (set, barriers.documents.grain) = 6 min"
    )


@pytest.mark.parametrize(
    ("changes", "own", "expected"),
    [
        (
            {"processes.gap_papers.in_force": False},
            "processes.gap_papers.duration: 30 min",
            "no effect: the step is not in force in this run",
        ),
        (
            {"processes.gap_papers.share": 0},
            "processes.gap_papers.duration: 30 min",
            "no effect: its share is 0: nobody undergoes the step in this run",
        ),
        (
            {"processes.gap_papers.risk_lanes": {"red": {"share": 1, "duration": "5 h"}}},
            "processes.gap_papers.duration: 30 min",
            "no effect: the step has risk lanes, which stand in place of its time and share",
        ),
        (
            {"flows.F1.monthly_profile": [2] + [1] * 10 + [0]},
            "flows.F1.quantity_per_year: 1200",
            "December: 1,200 x 0 (monthly profile, flows.F1.monthly_profile) = 0; "
            "January: 1,200 x 2 (monthly profile, flows.F1.monthly_profile) = 2,400",
        ),
        (
            {
                "facilities.quay_cranes.closures": [
                    {"from_day": "2024-02-01", "to_day": "2024-03-01", "share_open": 0.5, "cause": "works"}
                ]
            },
            "facilities.quay_cranes.capacity: 4",
            "4; from 2024-02-01 4 x 0.5 (works, facilities.quay_cranes.closures) = 2; and 1 more dates",
        ),
        (
            {},
            "weather.storms.scale: 1.5",
            "1.5 x 0.1 (share of the year that is closed, weather.storms.closed_share_by_month) = 0.15",
        ),
        (
            {
                "water": {"sea": {"title": "sea", "datum_m": -28, "level_m": -29, **KNOWN}},
                "facilities.dock_berth.water": "sea",
                "facilities.dock_berth.depth_m": 5,
            },
            "facilities.dock_berth.depth_m: 7",
            "7 - 1 (water.sea.level_m) = 6",
        ),
        (
            {"links.east_gap.in_service": False},
            "links.east_gap.length_km: 130",
            "no effect: the link is not in service in this run",
        ),
        (
            {},
            "fleets.ships.count: [{value: 1}, {from: 2030-01-01, value: 3}]",
            "idle: nothing changes in the run, 2023-11-02 to 2025-04-30",
        ),
        ({}, "fleets.ships.count: 1", "no change: that is its value already"),
        ({}, "fleets.ships.count: 2", ""),
    ],
)
def test_what_else_acts_on_a_value(tmp_path, changes, own, expected):
    small_world(tmp_path, changes)
    assert only(child(tmp_path, "  links.east_gap.speed_kmh: 41\n", f"set: {{{own}}}")).effective == expected


def test_a_quota_is_shown_with_the_strength_that_divides_it(tmp_path):
    small_world(
        tmp_path,
        {
            "facilities.passes": {
                "node": "gap",
                "title": "passes",
                "kind": "quota",
                "capacity": 8,
                "resets": {"at": "00:00", "zone": "UTC"},
                **KNOWN,
            },
            "barriers.acceptance": {"kz": {"scale": 0.5, **KNOWN}},
            "processes.gap_pass": {"node": "gap", "barrier": "acceptance", "facility": "passes", **KNOWN},
        },
    )
    world = child(tmp_path, "  links.east_gap.speed_kmh: 41\n", "set: {facilities.passes.capacity: 10}")
    assert only(world).effective == "10 / 0.5 (barriers.acceptance.kz) = 20"


def test_changes_of_one_parameter_follow_each_other(tmp_path):
    small_world(tmp_path)
    parent = "  links.east_gap.speed_kmh: 41\n"
    world = child(tmp_path, parent, "set: {fleets.ships.count: 3}", "fleets.ships.count={scale: 2}")
    first, second = effects(world)
    assert (first.before, first.after, first.effective) == ("1", "3", "changed once more by --set")
    assert (second.by, second.what, second.before, second.after) == ("--set", "x 2", "3", "6")


def test_a_comparison_tells_what_the_base_has_and_has_not(tmp_path):
    small_world(tmp_path)
    parent = "  links.east_gap.speed_kmh: 41\n"
    base = child(tmp_path, parent, "set: {fleets.ships.count: 2, links.gap_dock.length_km: 99}")
    world = child(tmp_path, parent, "set: {fleets.ships.count: 5}")
    ships, line = effects(world, base)
    assert (ships.before, ships.after) == ("2", "5")
    assert (line.by, line.before, line.after) == ("without set", "99", "120")
    assert effects(world, world) == ()


def test_a_new_row_is_told_as_one(tmp_path):
    small_world(tmp_path)
    row = "{node: dock, title: Second, kind: berth, capacity: 1, source: me, grade: assumption}"
    world = child(tmp_path, "  links.east_gap.speed_kmh: 41\n", f"set: {{facilities.second: {row}}}")
    assert (only(world).title, only(world).after) == ("Second", "a new row")
