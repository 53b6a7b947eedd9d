"""Published outcomes as lines of a table: what is read, and what is refused by name."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.network.observations import OBSERVATION_COLUMNS, OBSERVATIONS_FILE, read_observations
from sim.network.roles import standings
from sim.network.tables import QUANTITIES
from sim.runs.prepare import prepare
from sim.studies.validate.measure import MEASURED_BY
from tests.oracle import world as oracle

GOOD = {
    "id": "O900",
    "title": "east to west",
    "quantity": "transit_time",
    "unit": "d",
    "year": "2025",
    "first_month": "5",
    "last_month": "8",
    "value": "9",
    "low": "8",
    "high": "10",
    "from_node": "a",
    "to_node": "b",
    "flows": "F",
    "role": "independent",
    "source": "a newspaper",
    "grade": "published",
}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / OBSERVATIONS_FILE
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, OBSERVATION_COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return path


def told(path: Path) -> list[str]:
    return [f"{problem.line}: {problem.message}" for problem in read_observations(path)[1]]


def test_a_line_is_a_row_of_observed(tmp_path):
    ((name, row, line),), problems = read_observations(write(tmp_path, GOOD))
    assert (name, line, problems) == ("O900", 2, [])
    assert (row["value"], row["low"], row["months"], row["flows"]) == (9.0, 8.0, [5, 8], ["F"])
    assert "first_month" not in row
    assert "note" not in row


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": ""}, "unit is missing"),
        ({"source": ""}, "source is missing"),
        ({"low": "", "high": "", "tolerance": ""}, "needs a range (low, high) or a tolerance"),
        ({"value": "nine"}, "value: 'nine' is not a number"),
        ({"year": "2025.5"}, "year: '2025.5' is not a whole number"),
        ({"last_month": ""}, "first_month and last_month come together, or neither"),
        ({"role": ""}, "role is missing"),
    ],
)
def test_what_a_line_lacks_is_named(tmp_path, change, message):
    assert told(write(tmp_path, GOOD | change)) == [f"2: observed.O900: {message}"]


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    lines = told(write(tmp_path, GOOD, GOOD | {"unit": ""}, GOOD | {"id": "O901", "source": ""}))
    assert lines == [
        "3: observed.O900: unit is missing",
        "3: observed.O900: duplicate id 'O900', already given on line 2",
        "4: observed.O901: source is missing",
    ]


def test_other_columns_are_refused(tmp_path):
    path = tmp_path / OBSERVATIONS_FILE
    path.write_text("id,value\nO1,2\n")
    with pytest.raises(InputError, match="columns should be id,title,quantity"):
        read_observations(path)


def world_with(folder: Path, *rows: dict[str, str]) -> None:
    tables = {
        "nodes": {"a": {}, "b": {}},
        "links": {"a_b": {"from": "a", "to": "b"}},
        "flows": {"F": {"origin": "a", "destination": "b"}},
    }
    scenario = oracle.write(folder, tables, start="2025-01-01", end="2025-12-31")
    write(folder / "geodata", *rows)
    prepare(str(scenario), ())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"to_node": ""}, "a transit time needs 'to_node'"),
        ({"to_node": "nowhere"}, "'nowhere' is not a node"),
        (
            {"quantity": "waiting", "unit": "units", "from_node": "", "to_node": ""},
            "waiting needs 'places', ids of facil",
        ),
        ({"quantity": "boxes_aboard", "unit": "TEU", "places": "ark"}, "'ark' is not a fleet"),
        ({"places": "F"}, "transit time is of no places"),
        ({"quantity": "walk"}, "quantity"),
        ({"unit": "h"}, "transit_time is in d, not in h"),
        ({"quantity": "charges", "unit": "USD/FEU"}, "charges is that of a whole year; 'months' are not known"),
    ],
)
def test_what_maps_to_nothing_is_refused(tmp_path, change, message):
    with pytest.raises(InputError) as error:
        world_with(tmp_path, GOOD | change)
    assert message in str(error.value)
    assert f"{OBSERVATIONS_FILE}:2: observed.O900" in str(error.value)


def test_every_quantity_is_measured():
    assert set(MEASURED_BY) == set(QUANTITIES)


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025])
def test_declared_roles_are_those_that_citations_give(year):
    """What is declared to be a test must be one: no value of the year's run cites it."""
    world = prepare(f"baseline_{year}", ())
    found = standings(world)
    own = {name: row for name, row in world.observed.items() if row.year == year}
    assert {n: found[n].role for n in own} == {n: row.role for n, row in own.items()}


def test_the_register_names_what_a_test_needs():
    rows = prepare("baseline_2024", ()).observed
    assert len(rows) >= 60
    assert sum(row.role == "fitted" for row in rows.values()) <= 12
    for name, row in rows.items():
        assert row.cargo, name
        assert row.low is not None or row.high is not None or row.tolerance, name


def test_every_miss_of_the_last_validation_is_explained():
    """What the page lists as missed has its reason in the register, and the page shows it."""
    page = (Path(__file__).parents[2] / "docs" / "validation.md").read_text(encoding="utf-8")
    missed = page.split("## Missed", 1)[1].split("\n## ", 1)[0]
    rows = prepare("baseline_2024", ()).observed.values()
    titles = [line.split(" | ")[0].removeprefix("| ") for line in missed.splitlines() if line.startswith("| ")][2:]
    assert titles
    reasons = {row.title: row.why_missed for row in rows if row.why_missed}
    assert [title for title in titles if title not in reasons] == []
    assert [title for title in titles if reasons[title][:60] not in missed] == []
