"""The world of one day, for good."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sim.network.ban_rules import BAN_RULES
from sim.network.freeze import frozen
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario
from tests.oracle.line import line
from tests.oracle.world import write

DAY = date(2025, 6, 1)


def frozen_at(path: Path, day: date, *overrides: str) -> World:
    world = resolve(load_scenario(str(path), overrides))
    return resolve(replace(world.scenario, changes=(*world.scenario.changes, *frozen(world, day))))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    shut = [
        {"from_day": "2025-05-01", "to_day": "2025-07-01", "share_open": 0.5, "cause": "works"},
        {"from_day": "2026-01-01", "to_day": "2026-02-01", "cause": "later works"},
    ]
    grown = [{"value": 1}, {"from": "2025-03-01", "value": 2}, {"from": "2025-09-01", "value": 5}]
    quicker = [{"value": "6 h"}, {"from": "2025-06-01", "value": {"dist": "exponential", "mean": "2 h"}}]
    stations = [("server", {"capacity": grown, "closures": shut}, {"duration": quicker})]
    return write(tmp_path, line(stations, {"f": {"quantity_per_year": 365}}), start="2025-01-01", end="2026-12-31")


def test_every_dated_value_is_that_of_the_day(path: Path) -> None:
    world = frozen_at(path, DAY)
    assert world.facilities["server"].capacity.at(date.min) == 2
    assert world.processes["server"].duration.at(date.min).mean == 7200
    dated = [row.capacity.dates for row in world.facilities.values()]
    assert dated + [row.duration.dates for row in world.processes.values()] == [(), ()]


def test_a_closing_of_the_day_lasts_and_others_never_come(path: Path) -> None:
    (closure,) = frozen_at(path, DAY).facilities["server"].closures
    assert (closure.cause, closure.share_open) == ("works", 0.5)
    assert closure.from_day.year < 2010
    assert closure.to_day.year > 2040
    assert frozen_at(path, date(2025, 8, 1)).facilities["server"].closures == ()


def test_a_ban_of_the_day_lasts_and_others_refuse_nothing(path: Path) -> None:
    row = {"title": "ban", "flows": ["f"], "then": "lost", "source": "made up", "grade": "assumption"}
    bans = {
        "now": {**row, "from": "2025-05-20", "to": "2025-06-02"},
        "next": {**row, "from": "2025-06-02", "to": "2025-07-01"},
    }
    (path.parent / "geodata" / "bans.yaml").write_text(json.dumps(bans), "utf-8")
    world = frozen_at(path, DAY)
    assert (world.bans["now"].from_day.year < 2010, world.bans["now"].to_day.year > 2040) == (True, True)
    again = {change.key for change in frozen(world, DAY) if change.key.startswith("bans.")}
    assert again == {"bans.now.from", "bans.now.to"}  # what is off stays as it is
    assert (world.bans["now"].share, world.bans["next"].share) == (1, 0)
    assert [problem for rule in BAN_RULES for problem in rule(world)] == []


def test_what_the_scenario_changes_is_frozen_too(path: Path) -> None:
    change = "flows.f.quantity_per_year=[{value: 10}, {from: 2025-05-01, value: 20}, {from: 2026-01-01, value: 30}]"
    assert frozen_at(path, DAY, change).flows["f"].quantity_per_year.at(date(2026, 6, 1)) == 20


def test_the_corridor_keeps_no_date() -> None:
    world = resolve(load_scenario("baseline_2024"))
    still = resolve(replace(world.scenario, changes=(*world.scenario.changes, *frozen(world, DAY))))
    assert frozen(still, DAY) == ()
    assert {name: row.count.at(date(2030, 1, 1)) for name, row in still.fleets.items()} == {
        name: row.count.at(DAY) for name, row in world.fleets.items()
    }
