"""A change that comes before what it changes exists is refused, with the day from which it may come."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_world import small_world

from sim.errors import InputError
from sim.network.consistency import check
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario

ENTRY = (
    "  title: T\n  kind: capacity\n  source: a report\n  grade: assumption\n  from: {day}\n  changes:\n    - {change}\n"
)


def world_with(folder: Path, broken: dict, *entries: tuple[str, str]) -> World:
    """The small corridor, and a scenario on it that uses interventions of (day, change)."""
    small_world(folder, broken)
    text = "".join(f"X-{k}:\n" + ENTRY.format(day=day, change=change) for k, (day, change) in enumerate(entries))
    (folder / "interventions.yaml").write_text(text, encoding="utf-8")
    ids = ", ".join(f"X-{k}" for k in range(len(entries)))
    (folder / "mine.yaml").write_text(f"schema_version: 1\nextends: small\ninterventions: [{ids}]\n", encoding="utf-8")
    return resolve(load_scenario(str(folder / "mine.yaml")))


FASTER = "{key: links.gap_dock.speed_kmh, scale: 2}"
OPENED = {
    "links.gap_dock.in_service": [{"value": False}, {"from": "2024-06-01", "value": True}],
    "flows.F1.quantity_per_year": [{"value": 0}, {"from": "2024-06-01", "value": 900}],
}


def said(world: World) -> list[str]:
    return [problem.message for problem in check(world)]


def test_a_link_is_not_changed_before_it_opens(tmp_path):
    assert said(world_with(tmp_path, OPENED, ("2024-05-31", FASTER))) == [
        "links.gap_dock.speed_kmh: X-0 changes it from 2024-05-31, but links.gap_dock is not in service before 2024-06-01"
    ]
    assert said(world_with(tmp_path, OPENED, ("2024-06-01", FASTER))) == []


def test_a_place_without_capacity_does_not_exist_yet(tmp_path):
    broken = {
        "fleets.later": {
            "service": "feeder",
            "count": 0,
            "speed_kn": 12,
            "limits": {"teu": 9},
            "source": "x",
            "grade": "assumption",
        }
    }
    change = "{key: fleets.later.draught, set: {payload_t: 1, full_m: 4.0, t_per_cm: 1, keel_clearance_m: 0.1}}"
    with pytest.raises(InputError, match="not a dated parameter"):
        world_with(tmp_path, broken, ("2024-05-01", change))
    broken["facilities.pier"] = {
        "node": "dock",
        "title": "pier",
        "kind": "berth",
        "capacity": 0,
        "depth_m": 4.0,
        "source": "x",
        "grade": "assumption",
    }
    deeper = ("2024-03-01", "{key: facilities.pier.depth_m, set: 6.0}")
    assert said(world_with(tmp_path, broken, deeper)) == [
        "facilities.pier.depth_m: X-0 changes it from 2024-03-01, but facilities.pier is never in service in this scenario"
    ]
    built = ("2024-02-01", "{key: facilities.pier.capacity, add: 1}")
    assert said(world_with(tmp_path, broken, deeper, built)) == []


def test_a_line_closed_again_has_existed(tmp_path):
    closed = {
        "links.gap_dock.in_service": [{"value": True}, {"from": "2024-03-01", "value": False}],
        "flows.F1.quantity_per_year": [{"value": 900}, {"from": "2024-03-01", "value": 0}],
    }
    assert said(world_with(tmp_path, closed, ("2024-04-01", FASTER))) == []
