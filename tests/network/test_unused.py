"""Rows of processes that no shipment of the run passes are named, in one line after the scenario's own notes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_world import KNOWN, TABLES, small_world

from sim.network.route_rules import routes_of
from sim.network.unused import note, unused_processes
from sim.runs.prepare import prepare


def unused(folder: Path, changes: dict[str, Any]) -> list[str]:
    world = small_world(folder, changes)
    return unused_processes(world, routes_of(world))


def row(node: str, **more: Any) -> dict[str, Any]:
    return {"node": node, "duration": "1 h", **more, **KNOWN}


#: A row, and whether shipments pass it: boxes by rail from east to the dock, by sea to the quay, by rail to the west.
ROWS = [
    (row("gap"), True),
    (row("gap", scope="lot", arrive=["road"]), False),
    (row("quay", arrive=["sea_container"], leave=["rail"]), True),
    (row("quay", arrive=["rail"], leave=["sea_container"]), False),  # the way back has no flow
    (row("east", arrive=["origin"]), True),
    (row("west", leave=["destination"], arrive_from=["quay"]), True),
    (row("west", leave=["destination"], arrive_from=["dock"]), False),
    (row("gap", cargo=["t"]), False),
    (row("gap", background=True), False),
    (row("gap", goods=["grain"]), False),
    (row("gap", in_force=False), True),  # what does not act in the run is no news
    (row("gap", in_force=[{"value": False}, {"from": "2040-01-01", "value": True}], cargo=["t"]), True),
    (row("gap", in_force=[{"value": False}, {"from": "2024-06-01", "value": True}], cargo=["t"]), False),
    (row("dock", action="gather", units=50), False),  # no train leaves the dock by rail
    (row("east", action="gather", units=50), True),
    (row("gap", action="reform", units=50), True),
    (row("east", action="reform", units=50), False),
]


@pytest.mark.parametrize(("own", "passed"), ROWS, ids=range(len(ROWS)))
def test_a_row_that_nobody_passes_is_named(tmp_path, own, passed):
    assert unused(tmp_path, {"processes.own": own}) == ([] if passed else ["own"])


def test_of_two_rows_that_form_trains_the_first_counts(tmp_path):
    first, second = row("east", action="gather", units=50, order=1), row("east", action="gather", units=60, order=2)
    assert unused(tmp_path, {"processes.b": first, "processes.a": second}) == ["a"]


def test_lots_as_large_as_a_train_form_none(tmp_path):
    assert unused(tmp_path, {"processes.own": row("east", action="gather", units=50), "flows.F1.train": 50}) == ["own"]


def test_the_note_is_one_line_after_those_of_the_scenario(tmp_path):
    small_world(tmp_path, {f"processes.idle_{k}": row("gap", cargo=["t"]) for k in range(8)})
    (tmp_path / "mine.yaml").write_text("schema_version: 1\nextends: small\nset: {links.gap_dock.trains_per_day: 20}\n")
    notes = prepare(tmp_path / "mine.yaml").notes
    assert notes[-1] == (
        "processes: 8 rows concern no shipment of this run, since none passes as the row says:"
        " idle_0, idle_1, idle_2, idle_3, idle_4, idle_5 and 2 more"
    )
    assert "links.gap_dock.trains_per_day changes nothing" in notes[0]
    assert note(["a"]).startswith("processes: 1 row concerns no shipment of this run")


def test_rows_of_a_woken_flow_are_passed(tmp_path):
    cans = {**TABLES["facilities"]["dock_yard"], "node": "west", "kind": "stock", "unit": "each", "idle_wait": "1 d"}
    home = {
        **TABLES["flows"]["F1"],
        "origin": "west",
        "destination": "east",
        "direction": "west_to_east",
        "quantity_per_year": 0,
        "woken_by": "cans",
    }
    changes = {"facilities.cans": cans, "flows.home": home}
    back = row("quay", arrive=["rail"], leave=["sea_container"])  # woken flows heed rows that name their cargo
    assert unused(tmp_path, {**changes, "processes.own": back}) == ["own"]
    assert unused(tmp_path, {**changes, "processes.own": {**back, "cargo": ["TEU"]}}) == []
