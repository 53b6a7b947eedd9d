"""What a run says of changes that do nothing: the value is there already, or they lie outside the run."""

from __future__ import annotations

from pathlib import Path

from small_world import small_world

from sim.network.world import resolve
from sim.scenario.load import load_scenario

ENTRIES = """\
CAP-01:
  title: A yard in two stages
  kind: capacity
  from: 2024-03-01
  source: a report
  grade: claimed
  ramp_up: [{share: 0.5}, {after: 3650 d, share: 1}]
  changes: [{key: facilities.dock_yard.capacity, add: 100}]
CAP-02:
  title: As many paths as there are
  kind: capacity
  from: 2024-03-01
  source: a report
  grade: claimed
  changes: [{key: links.gap_dock.trains_per_day, set: 20}]
CAP-03:
  title: Far ahead
  kind: capacity
  from: 2040-01-01
  source: a report
  grade: claimed
  changes: [{key: facilities.dock_berth.capacity, add: 1}]
DIS-01:
  title: Long ago
  kind: disruption
  from: 2010-01-01
  source: a report
  grade: measured
  changes: [{key: facilities.dock_berth.capacity, set: 0, to: 2010-02-01}]
"""
SAME = "CAP-02: links.gap_dock.trains_per_day changes nothing, that is its value already"
LATE = "CAP-03: idle, it starts on 2040-01-01, after the end of the run (2025-04-30)"
OVER = "DIS-01: idle, it ends on 2010-02-01, before the run (2023-11-02)"
PARTLY = "CAP-01: partly idle, the step of 2034-02-27 lies after the end of the run (2025-04-30)"
NOTHING = "mine changes nothing in this run: none of its changes has an effect"


def notes(folder: Path, interventions: str) -> tuple[str, ...]:
    small_world(folder)
    (folder / "interventions.yaml").write_text(ENTRIES)
    (folder / "mine.yaml").write_text(f"schema_version: 1\nextends: small\ninterventions: {interventions}\n")
    return resolve(load_scenario(folder / "mine.yaml")).notes


def test_a_scenario_that_changes_nothing_says_so(tmp_path):
    assert notes(tmp_path, "[CAP-02, CAP-03, DIS-01]") == (SAME, OVER, LATE, NOTHING)
    assert notes(tmp_path, "[CAP-02]") == (SAME, NOTHING)


def test_one_change_with_an_effect_is_enough(tmp_path):
    assert notes(tmp_path, "[CAP-01, CAP-02]") == (SAME, PARTLY)


def test_a_scenario_that_only_bears_another_name_says_so(tmp_path):
    assert notes(tmp_path, "[]") == ("changes nothing: it is small under another name",)


def test_what_was_there_before_is_listed_once(tmp_path):
    uses = "[{id: CAP-01, at: 2010-01-01}, {id: CAP-03, at: 2010-01-01}]"
    assert notes(tmp_path, uses)[-1] == "CAP-01, CAP-03: part of the initial state since 2010-01-01"


def own_notes(folder: Path, value: str) -> tuple[str, ...]:
    small_world(folder)
    return resolve(load_scenario(folder / "small.yaml", [f"facilities.dock_berth.capacity={value}"])).notes


def test_an_entry_after_the_run_is_idle_wherever_it_stands_in_its_list(tmp_path):
    key = "facilities.dock_berth.capacity"
    late = f"{key}: partly idle, the step of 2030-01-01 lies after the end of the run (2025-04-30)"
    nothing = "small changes nothing in this run: none of its changes has an effect"
    assert own_notes(tmp_path, "[{value: 2}, {from: 2030-01-01, value: 3}]") == (late,)
    assert own_notes(tmp_path, "[{value: 1}, {from: 2030-01-01, value: 3}]") == (late, nothing)
    assert own_notes(tmp_path, "[{from: 2024-02-01, value: 2}, {from: 2030-01-01, value: 3}]") == (late,)
    assert own_notes(tmp_path, "[{from: 2024-02-01, add: 2}, {from: 2030-01-01, add: 3}]") == (late,)
    assert own_notes(tmp_path, "[{from: 2030-01-01, value: 3}]") == (
        f"{key}: idle, it starts on 2030-01-01, after the end of the run (2025-04-30)",
        nothing,
    )


def test_notes_on_the_parent_stand_apart(tmp_path):
    notes(tmp_path, "[CAP-03]")
    (tmp_path / "child.yaml").write_text("schema_version: 1\nextends: mine\nset: {facilities.quay_berth.capacity: 3}\n")
    world = resolve(load_scenario(tmp_path / "child.yaml"))
    assert (world.notes, world.notes_of_parent) == ((), (LATE,))
