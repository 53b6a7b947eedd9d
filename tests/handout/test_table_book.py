"""A table goes out to a spreadsheet and comes back as a scenario: what was edited, nothing else, and errors by cell."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError
from sim.handout.table_book import scenario_of, write_table
from sim.handout.table_cells import WRITTEN, table_cells
from sim.runs.prepare import prepare
from tests.tools import office


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edited(table: str, edit: Callable[[Worksheet], None], scenario: str = "tutorial", name: str = "t.xlsx") -> str:
    """A workbook of a table, with some cells changed."""
    write_table(table, name, scenario, force=True)
    book = openpyxl.load_workbook(name)
    edit(book[table])
    book.save(name)
    return name


def put(page: Worksheet, id_: str, field: str, value: object) -> str:
    """Write a cell; returns its name."""
    head = [cell.value for cell in page[1]]
    line = next(row[0].row for row in page.iter_rows(min_row=4) if row[0].value == id_)
    cell = page.cell(line, head.index(field) + 1)
    cell.value = value
    return cell.coordinate


def test_what_was_edited_and_nothing_else_is_in_the_scenario(folder: Path) -> None:
    wanted = {"quantity_per_year": 1234.5, "commodity": "boxes: by hand, 5", "formation_wait": "36 h"}

    def edit(page: Worksheet) -> None:
        for field, value in wanted.items():
            put(page, "W1", field, value)

    path, changed = scenario_of(edited("flows", edit))
    assert (path, changed) == (Path("t.yaml"), 3)
    before, after = prepare("tutorial"), prepare("./t.yaml")
    assert after.scenario.chain[1].name == "tutorial.yaml"
    assert len(after.scenario.changes) == 3
    cells = table_cells(after, "flows").values
    assert {field: cells["W1"][field] for field in wanted} == wanted
    rest = {id_: {f: v for f, v in row.items() if id_ != "W1" or f not in wanted} for id_, row in cells.items()}
    known = table_cells(before, "flows").values
    assert rest == {id_: {f: v for f, v in row.items() if id_ != "W1" or f not in wanted} for id_, row in known.items()}
    assert "# flows!" in path.read_text()
    assert f", was {known['W1']['commodity']}" in path.read_text()


def test_an_unedited_table_differs_in_nothing() -> None:
    world = prepare("tutorial")
    for table in WRITTEN:
        if getattr(world, table):
            with pytest.raises(InputError, match="nothing was edited"):
                scenario_of(edited(table, lambda page: None))


def test_lists_dated_values_and_days_are_read_as_they_are_written(folder: Path) -> None:
    def edit(page: Worksheet) -> None:
        put(page, "feeders", "count", "[{value: 2}, {from: 2024-02-01, value: 3}]")
        put(page, "feeders", "limits", "{teu: 150}")

    path, changed = scenario_of(edited("fleets", edit), "more ships")
    assert (path.name, changed) == ("more ships.yaml", 2)
    fleet = prepare("./more ships.yaml").fleets["feeders"]
    assert [step.value for step in fleet.count.steps] == [2, 3]
    assert fleet.limits["teu"] == 150


def test_a_table_of_ones_own_scenario_extends_it(folder: Path) -> None:
    (folder / "plan.yaml").write_text(
        "schema_version: 1\nextends: tutorial\ntitle: P\nset: {fleets.feeders.count: 5}\n"
    )
    name = edited("fleets", lambda page: put(page, "feeders", "speed_kn", 14), "./plan.yaml")
    path, _ = scenario_of(name)
    world = prepare(f"./{path}")
    assert [p.name for p in world.scenario.chain] == ["t.yaml", "plan.yaml", "tutorial.yaml"]
    assert (world.fleets["feeders"].speed_kn, world.fleets["feeders"].count.steps[0].value) == (14, 5)
    path.unlink()
    (folder / "plan.yaml").write_text(
        "schema_version: 1\nextends: tutorial\ntitle: P\nset: {fleets.feeders.count: 6}\n"
    )
    with pytest.raises(InputError, match="has changed since this table was written"):
        scenario_of(name)


def test_every_wrong_cell_is_named_and_nothing_is_written(folder: Path) -> None:
    cells = {}

    def edit(page: Worksheet) -> None:
        cells["a"] = put(page, "W1", "quantity_per_year", "many")
        cells["b"] = put(page, "E1", "arrivals", "evry")
        cells["c"] = put(page, "E1", "destination", "nowhere")

    with pytest.raises(InputError) as caught:
        scenario_of(edited("flows", edit))
    told = str(caught.value)
    for cell in (cells["a"], cells["b"]):
        assert f"t.xlsx: flows!{cell}: " in told
    assert "nearest: 'even'" in told
    assert [path.name for path in folder.iterdir()] == ["t.xlsx"]
    with pytest.raises(InputError, match=f"flows!{cells['c']}: "):  # what fits no other table, once each value is sound
        scenario_of(edited("flows", lambda page: put(page, "E1", "destination", "nowhere")))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda page: put(page, "W1", "origin", None), r"flows!B\d: is empty and was"),
        (lambda page: put(page, "W1", "quantity_per_year", "=1+1"), "a formula that was not computed"),
        (lambda page: page.delete_rows(4), "is missing; a row cannot be taken away"),
        (lambda page: page.append(["W2"]), r"flows!A\d: 'W2' is no row of this table; nearest: 'W1'"),
        (lambda page: page.append(["W1"]), "stands in line"),
        (lambda page: page.cell(1, 2, "orign"), "'orign' is not a field; nearest: 'origin'"),
        (lambda page: page.delete_cols(2), "the column 'origin' is missing"),
    ],
)
def test_what_is_no_edit_of_a_value_is_refused_by_cell(edit, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scenario_of(edited("flows", edit))
    assert not Path("t.yaml").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged, or no workbook"),
        (b"PK\x03\x04" + b"x" * 100, "is damaged, or no workbook"),
        (None, "No such file"),
    ],
)
def test_what_is_no_workbook_is_refused(folder: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (folder / "x.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=message):
        scenario_of("x.xlsx")
    openpyxl.Workbook().save("empty.xlsx")
    with pytest.raises(InputError, match="is no table of a scenario"):
        scenario_of("empty.xlsx")
    with pytest.raises(InputError, match="allowed: a file that corridor table wrote"):
        scenario_of("x.csv")


def test_the_commands_say_how_it_continues(folder: Path) -> None:
    def corridor(*words: str):
        return CliRunner().invoke(app, list(words))

    done = corridor("table", "fleets", "t.xlsx", "--scenario", "tutorial")
    assert (done.exit_code, done.stdout) == (0, "t.xlsx: edit it, then: corridor scenario t.xlsx\n")
    assert corridor("table", "fleets", "t.xlsx", "--scenario", "tutorial").exit_code == 2
    assert "nearest: 'fleets'" in corridor("table", "fleet", "u.xlsx", "--scenario", "tutorial").stderr
    edited("fleets", lambda page: put(page, "feeders", "count", 3))
    done = corridor("scenario", "t.xlsx", "three")
    assert done.stdout == 'three.yaml: 1 value changed; then: corridor check "./three.yaml"\n'
    assert corridor("check", "./three.yaml").exit_code == 0
    again = corridor("scenario", "t.xlsx", "three")
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)


def test_a_table_comes_back_from_libreoffice_as_it_was(folder: Path) -> None:
    write_table("flows", "t.xlsx", "tutorial")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    filters = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "back"]
    subprocess.run([office(), profile, "--headless", *filters, "t.xlsx"], check=True, capture_output=True, timeout=240)
    with pytest.raises(InputError, match="nothing was edited"):
        scenario_of("back/t.xlsx")
