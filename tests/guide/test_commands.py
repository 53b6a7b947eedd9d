"""find, list, show and init, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.errors import RunError
from sim.network.parameters import parameters
from sim.network.world import resolve
from sim.results import files
from sim.runs.prepare import prepare
from sim.scenario.load import load_scenario


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def corridor(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_every_parameter_is_listed_and_found_with_its_source() -> None:
    listed = json.loads(corridor("list", "--parameters", "--scenario", "tutorial", "--json").stdout)
    known = {one.key: one for one in parameters(resolve(load_scenario("tutorial")))}
    assert {entry["key"] for entry in listed} == set(known)
    assert all(entry["source"] == known[entry["key"]].source for entry in listed)
    found = json.loads(corridor("find", "feeders", "count", "--scenario", "tutorial", "--json").stdout)
    assert [entry["key"] for entry in found["entries"]] == ["fleets.feeders.count"]
    assert "fleets.feeders.count" in corridor("find", "feeders", "count", "--scenario", "tutorial").stdout


@pytest.mark.parametrize("table", ["flows", "places", "facilities"])
def test_tables_are_listed_whole(table: str) -> None:
    world = resolve(load_scenario("tutorial"))
    listed = json.loads(corridor("list", f"--{table}", "--scenario", "tutorial", "--json").stdout)
    assert [entry["key"] for entry in listed] == list(getattr(world, {"places": "nodes"}.get(table, table)))
    lines = corridor("list", f"--{table}", "--scenario", "tutorial").stdout.splitlines()
    assert [line.split()[0] for line in lines if line[2] != " "] == [entry["key"] for entry in listed]


def test_one_list_at_a_time() -> None:
    done = corridor("list", "--flows", "--places")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "one thing at a time" in done.stderr


@pytest.mark.parametrize("command", [("find", "x", "--scenario"), ("list", "--flows", "--scenario"), ("show",)])
def test_an_unknown_scenario_is_refused_by_name(command: tuple[str, ...]) -> None:
    done = corridor(*command, "tutorail")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "nearest: 'tutorial'" in done.stderr


def test_a_scenario_is_shown_with_what_differs_from_its_parent(folder: Path) -> None:
    text = "schema_version: 1\nextends: tutorial\ntitle: More\nseed: 8\nset:\n  fleets.feeders.count: {add: 1}\n"
    (folder / "more.yaml").write_text(text)
    found = json.loads(corridor("show", "./more.yaml", "--json").stdout)
    assert found["files"][0] == "more.yaml"
    assert found["files"][1].endswith("tutorial.yaml")
    assert {s["name"] for s in found["settings"] if s["value"] != s["parent"]} == {"seed"}
    (effect,) = found["effects"]
    assert (effect["key"], effect["before"], effect["after"]) == ("fleets.feeders.count", "2", "3")
    page = corridor("show", "./more.yaml").stdout
    assert "2 -> 3" in page
    assert "no parameter differs from the geodata" in corridor("show", "tutorial").stdout


@pytest.mark.parametrize("parent", ["tutorial", "baseline_2024"])
def test_a_begun_scenario_holds_as_it_is_and_with_every_comment_taken_off(folder: Path, parent: str) -> None:
    done = corridor("init", "my plan", "--extends", parent)
    assert (done.exit_code, done.stderr) == (0, "")
    path = folder / "my plan.yaml"
    begun = path.read_text(encoding="utf-8")
    world = prepare("./my plan.yaml")
    assert (world.scenario.title, world.scenario.chain[1].stem) == ("my plan", parent)
    assert len(world.scenario.changes) == len(load_scenario(parent).changes)
    lines = [
        line.removeprefix("#") if line[1:2] != " " or (line[1:3] == "  " and ":" in line) else line
        for line in begun.splitlines()
    ]
    lines = [line for line in lines if not line.strip().startswith("corridor")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    changed = prepare("./my plan.yaml").scenario
    assert len([c for c in changed.changes if c.layer == len(changed.chain) - 1 and c.label == "set"]) >= 3
    assert changed.question


def test_nothing_is_written_over(folder: Path) -> None:
    (folder / "mine.yaml").write_text("keep")
    (folder / "link.yaml").symlink_to(folder / "nowhere")
    for name in ("mine", "mine.yaml", "link"):
        done = corridor("init", name, "--extends", "tutorial")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "is there already and stays as it is" in done.stderr
    assert (folder / "mine.yaml").read_text() == "keep"
    assert not (folder / "nowhere").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "it is empty"),
        (".", "it is empty"),
        ("..", "begins with a dot"),
        (".hidden", "begins with a dot"),
        ("a*b", "cannot stand in a file's name"),
        ("a\x00b", "cannot be printed"),
        ("con", "for a device"),
        ("x" * 300, "longer than"),
        ("interventions", "no scenarios"),
        ("tutorial", "of the library"),
        ("away/plan", "no folder away"),
    ],
)
def test_names_that_cannot_be(folder: Path, name: str, message: str) -> None:
    done = corridor("init", name, "--extends", "tutorial")
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert list(folder.iterdir()) == []


def test_a_parent_elsewhere_is_refused_with_the_way_out(folder: Path) -> None:
    (folder / "there").mkdir()
    (folder / "there" / "base.yaml").write_text("schema_version: 1\nextends: tutorial\ntitle: B\n")
    done = corridor("init", "plan", "--extends", "there/base.yaml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "put the new file beside it: there/plan.yaml" in done.stderr
    assert corridor("init", "there/plan", "--extends", "there/base.yaml").exit_code == 0
    assert prepare("there/plan.yaml").scenario.chain[1].name == "base.yaml"


def test_a_new_file_comes_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder / "a.txt"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def write(text: bytes, meanwhile: bytes = b"") -> None:
        with files.new_file(target) as handle:
            handle.write(text)
            if meanwhile:
                target.write_bytes(meanwhile)

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(RunError, match="the disk is full"):
            write(b"half")
    assert list(folder.iterdir()) == []
    with pytest.raises(FileExistsError):
        write(b"mine", meanwhile=b"another's")
    assert target.read_bytes() == b"another's"
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
